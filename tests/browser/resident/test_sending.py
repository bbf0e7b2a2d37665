"""R3: what is typed is never lost, what is sent arrives once, and no photo holds the words up."""

import io

import pytest
from PIL import Image
from playwright.async_api import Page, Route, expect
from sqlalchemy import select

from app.core.work import Runtime, system_work
from app.issues.records import IssuePhoto
from tests.browser.conftest import HERE, OpenFace
from tests.browser.resident.acts import LAMP, focused, issues, number_on, opened, press, sent, to_check, type_words

pytestmark = pytest.mark.anyio
PHOTOS = "input[type=file]"


def camera_photo() -> bytes:
    """12 megapixels of noise, as heavy as a phone's, with its place written beside the picture."""
    image = Image.effect_noise((4000, 3000), 60).convert("RGB")
    exif = image.getexif()
    exif[0x010E] = "secret place"
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90, exif=exif)
    return out.getvalue()


async def add(page: Page, name: str, content: bytes) -> None:
    await page.locator(PHOTOS).set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": content})


async def photos_kept(runtime: Runtime) -> list[IssuePhoto]:
    async with system_work(runtime, HERE) as work:
        return list(await work.session.scalars(select(IssuePhoto)))


async def test_r3_what_is_missing_or_refused_is_said_on_top_and_at_the_field(
    open_face: OpenFace, runtime: Runtime
) -> None:
    page = await opened(open_face)
    await press(page, "下一步")
    summary = page.locator(".summary")
    await expect(summary).to_be_focused()
    await summary.get_by_role("link", name="请写一句遇到了什么事").click()
    await expect(focused(page)).to_have_id("text")
    await type_words(page)
    await press(page, "下一步")
    await page.locator("#phone").fill("12")
    await press(page, "填好了,下一步")
    await press(page, "提交")
    await expect(summary).to_be_focused()
    await summary.get_by_role("link", name="手机或座机").click()
    await expect(focused(page)).to_have_id("phone")
    await page.locator("p.fault", has_text="请写成 13800001234").wait_for()
    await page.locator("#phone").fill("138 0000 1234")
    await press(page, "填好了,下一步")
    await sent(page)
    (one,) = await issues(runtime)
    assert one.text == LAMP


async def test_r3_a_photo_is_made_small_on_the_phone_and_a_bad_one_holds_nothing_up(
    open_face: OpenFace, runtime: Runtime
) -> None:
    page = await opened(open_face)
    bodies: list[bytes] = []

    async def watch(route: Route) -> None:
        bodies.append(route.request.post_data_buffer or b"")
        await route.continue_()

    await page.route("**/follow/*/photos", watch)
    photo = camera_photo()
    assert len(photo) > 3_000_000
    await add(page, "near.jpg", photo)
    await page.get_by_role("img", name="第 1 张照片").wait_for()
    await add(page, "broken.jpg", b"this is no picture")
    await page.get_by_text("有照片打不开").wait_for()
    await to_check(page)
    await page.locator(".facts dd", has_text="1 张").wait_for()
    await sent(page)
    await expect(page.get_by_text("张照片在上传")).to_have_count(0)
    (kept,) = await photos_kept(runtime)
    assert max(kept.width, kept.height) == 1600
    (body,) = bodies
    assert len(body) < 420_000
    assert b"secret place" not in body


async def test_r3_without_a_line_it_is_kept_and_sent_once_when_the_line_is_back(
    open_face: OpenFace, runtime: Runtime
) -> None:
    page = await opened(open_face)
    await add(page, "near.jpg", camera_photo())
    await page.get_by_role("img", name="第 1 张照片").wait_for()
    await to_check(page)
    await page.context.set_offline(True)
    await press(page, "提交")
    await page.get_by_role("heading", name="已存在这部手机上").wait_for()
    await expect(page.locator("output")).to_have_count(0)  # no number before the service has it
    await page.get_by_role("link", name="再报一件").or_(page.get_by_role("button", name="再报一件")).first.tap()
    await page.get_by_text("有 1 件还没发出").wait_for()
    assert await issues(runtime) == []
    await page.context.set_offline(False)
    await expect(page.get_by_text("有 1 件还没发出")).to_have_count(0)
    (one,) = await issues(runtime)
    await page.get_by_role("link", name=one.number).wait_for()
    await page.reload()
    await page.get_by_role("link", name=one.number).tap()
    await page.get_by_text(f"编号 {one.number}").wait_for()
    assert len(await issues(runtime)) == 1
    assert len(await photos_kept(runtime)) == 1


async def test_r3_an_answer_lost_on_the_way_and_two_taps_make_one_report(
    open_face: OpenFace, runtime: Runtime
) -> None:
    page = await opened(open_face)
    tries: list[str | None] = []

    async def lose(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()
            return
        tries.append(route.request.headers.get("idempotency-key"))
        if len(tries) > 1:
            await route.continue_()
            return
        answer = await route.fetch()
        assert answer.status == 201  # the service has it, the phone is not told
        await route.abort("connectionreset")

    await page.route("**/api/v1/issues", lose)
    await to_check(page)
    await page.get_by_role("button", name="提交", exact=True).dblclick()
    await page.get_by_role("heading", name="已存在这部手机上").wait_for()
    assert len(tries) == 1
    await page.reload()
    number = await number_on(page)
    (one,) = await issues(runtime)
    assert one.number == number
    assert len(set(tries)) == 1


async def test_r3_a_busy_service_is_asked_again_and_nothing_is_sent_twice(
    open_face: OpenFace, runtime: Runtime
) -> None:
    page = await opened(open_face)
    busy = True

    async def refuse(route: Route) -> None:
        if busy and route.request.method == "POST":
            await route.fulfill(
                status=503, content_type="application/json", body='{"code": "busy", "title": "忙"}'
            )
        else:
            await route.continue_()

    await page.route("**/api/v1/issues", refuse)
    await to_check(page)
    await press(page, "提交")
    await page.get_by_role("heading", name="已存在这部手机上").wait_for()
    busy = False
    await press(page, "现在再试")
    number = await number_on(page)
    assert [one.number for one in await issues(runtime)] == [number]


async def test_r3_a_draft_survives_a_reload_on_every_page(open_face: OpenFace, runtime: Runtime) -> None:
    page = await opened(open_face)
    await type_words(page)
    await page.locator("#place_text").fill("2单元楼下")
    await add(page, "near.jpg", camera_photo())
    await page.get_by_role("img", name="第 1 张照片").wait_for()
    await page.reload()
    assert await page.locator("#text").input_value() == LAMP
    assert await page.locator("#place_text").input_value() == "2单元楼下"
    await page.get_by_role("img", name="第 1 张照片").wait_for()
    await press(page, "下一步")
    await page.locator("#name").fill("王女士")
    await page.get_by_role("checkbox", name="保密办理").check()
    await page.reload()
    assert await page.locator("#name").input_value() == "王女士"
    await press(page, "填好了,下一步")
    await page.reload()
    for typed in (LAMP, "2单元楼下", "三岔口社区 1栋", "王女士", "保密办理", "1 张"):
        await page.locator(".facts dd", has_text=typed).wait_for()
    await press(page, "返回上一步")
    assert await page.locator("#name").input_value() == "王女士"
    await press(page, "填好了,下一步")
    await sent(page)
    (one,) = await issues(runtime)
    assert (one.place_text, one.confidential) == ("2单元楼下", True)
