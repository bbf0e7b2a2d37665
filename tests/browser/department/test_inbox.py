"""The department's face: the inbox and signing, as UX.md 3 numbers its rules."""

import json

import pytest
from playwright.async_api import APIResponse, FilePayload, Page, Route, expect
from sqlalchemy import func, select

from app.core.audit import Trail
from app.core.work import Runtime, system_work
from app.people.models import Role
from tests import town
from tests.browser.conftest import HERE, PHONE, OpenFace, picture, scrolls_sideways, violations
from tests.browser.department.conftest import Called
from tests.issues.acts import jpeg
from tests.whistles.acts import move, ok

pytestmark = pytest.mark.anyio
OFFICER = (Role.DEPARTMENT_OFFICER, "chengguan")


async def test_i1_three_lists_say_what_where_and_which_clock_ends_next(
    open_face: OpenFace, called: Called
) -> None:
    page = await open_face("department", *OFFICER)
    to_sign = page.get_by_role("region", name="要我签收")
    await expect(to_sign.locator(".line")).to_have_count(2)
    assert await page.locator("main section").count() == 3
    row = to_sign.locator(".line", has_text=called.whistle["number"])
    for said in (called.whistle["title"], "签收", "剩59分"):
        await expect(row).to_contain_text(said)
    await expect(page.get_by_role("region", name="在办")).to_contain_text("手上没有在办事项")
    assert await violations(page) == []
    await picture(page, "department-inbox-zh")


async def test_i2_a_link_lands_on_its_request_also_after_signing_in(open_face: OpenFace, called: Called) -> None:
    path = f"report-ins/{called.report_in['id']}"
    page = await open_face("department", *OFFICER, path=path)
    await expect(page.get_by_role("heading", level=1)).to_contain_text(called.whistle["number"])
    await expect(page.get_by_role("heading", name=called.whistle["title"])).to_be_visible()

    stranger = await open_face("department", path=path)
    await stranger.fill("input[name=username]", town.login_name(*OFFICER))
    await stranger.fill("input[name=password]", town.PASSWORD)
    await stranger.click("button[type=submit]")
    await stranger.select_option("select[name=district]", label="呈贡区")
    await stranger.click("button[type=submit]")
    await expect(stranger.get_by_role("heading", level=1)).to_contain_text(called.whistle["number"])


async def test_i3_signing_is_one_tap_and_can_be_taken_back(
    open_face: OpenFace, called: Called, runtime: Runtime
) -> None:
    page = await open_face("department", *OFFICER, device=PHONE)
    row = page.locator(".line", has_text=called.whistle["number"])
    await row.get_by_role("button", name="签收").click()
    await expect(page.get_by_role("region", name="在办").locator(".line")).to_have_count(1)
    await expect(page.locator(".bar")).to_contain_text(f"已签收 {called.whistle['number']}")
    assert not await scrolls_sideways(page)
    await picture(page, "department-signed-zh")
    await page.get_by_role("button", name="撤销").click()
    await expect(page.get_by_role("region", name="要我签收").locator(".line")).to_have_count(2)
    async with system_work(runtime, HERE) as work:
        query = select(Trail.step).where(Trail.subject_id == called.report_in["id"]).order_by(Trail.seq)
        steps = list(await work.session.scalars(query))
    assert steps[-2:] == ["sign", "unsign"]


async def test_i3_refusing_is_one_page_that_says_what_happens_next(open_face: OpenFace, called: Called) -> None:
    ok(await move(called.lead, called.report_in["id"], "sign"))
    page = await open_face("department", *OFFICER, path=f"report-ins/{called.report_in['id']}")
    await page.get_by_role("link", name="提出异议").click()
    await expect(page.get_by_role("heading", name="接下来会怎样")).to_be_visible()
    await page.get_by_role("button", name="提出异议").click()
    assert await page.locator(".summary li").count() >= 1, "what is missing is named beside what was typed"
    assert await violations(page) == []
    await picture(page, "department-refuse-zh")
    terms = page.locator(".terms")
    for told in ("区县督办员", "现在提出,裁定时限", "到场报到前可以提出"):
        await expect(terms).to_contain_text(told)
    grounds = [one["zh"] for one in ok(await called.lead.get("/words"))["lists"]["ground"]]
    form = page.locator("form")
    assert await form.locator("fieldset label").all_inner_texts() == grounds, (
        "the closed list, as the service has it"
    )
    await form.get_by_text("非本单位职责").click()
    await form.get_by_role("textbox", name="理由").fill("该处道路由区住建局管护。")
    await form.get_by_role("textbox", name="法律依据").fill("区政府三定方案第三条")
    await form.get_by_label("证据说明").fill("附移交协议。")
    shown: FilePayload = {"name": "协议.jpg", "mimeType": "image/jpeg", "buffer": jpeg(64, 48)}
    await page.get_by_label("上传证据照片").set_input_files([shown])
    await expect(page.locator(".evidence img")).to_have_count(1)
    await form.get_by_role("button", name="提出异议").click()
    await expect(page.locator("form")).to_have_count(0)
    await expect(page.locator(".evidence img")).to_have_count(1)
    await expect(page.get_by_role("main")).to_contain_text("区政府三定方案第三条")
    seen = ok(await called.lead.get(f"/report-ins/{called.report_in['id']}"))
    assert seen["state"] == "refused"
    (told,) = [act["detail"] for act in seen["trail"] if act["step"] == "refuse"]
    assert told["ground"] == "not_our_duty"


async def test_i3_more_time_shows_the_new_due_date_before_sending(open_face: OpenFace, called: Called) -> None:
    ok(await called.lead.post(f"/orders/{called.order['id']}/steps/sign", {}))
    page = await open_face("department", *OFFICER, path=f"orders/{called.order['id']}")
    await page.get_by_role("link", name="申请延期").click()
    await page.locator(".chips label").first.click()
    due = await page.locator(".newdue").inner_text()
    assert due.strip() not in ("", "—")
    assert await violations(page) == []
    await picture(page, "department-extension-zh")
    await page.locator("form textarea").fill("需等材料到货。")
    await page.get_by_role("button", name="申请延期").click()
    await expect(page.locator("form")).to_have_count(0)
    issue = ok(await called.lead.get(f"/issues/{called.order['issue_id']}"))
    assert "ask_extension" in [one["step"] for one in issue["trail"]]


async def test_i4_coming_is_filed_afterwards_and_the_result_is_previewed(
    open_face: OpenFace, called: Called
) -> None:
    ok(await move(called.lead, called.report_in["id"], "sign"))
    ok(await move(called.lead, called.report_in["id"], "contact", way="phone"))
    page = await open_face("department", *OFFICER, device=PHONE, path=f"report-ins/{called.report_in['id']}")
    await page.locator(".acts a.primary").first.click()
    form = page.locator("form")
    await expect(form.locator("input[type=datetime-local]")).to_be_visible()
    assert await form.locator("input[type=file]").count() == 0
    await form.get_by_label("到场人").fill("李工")
    for choice in await form.locator("fieldset").all():
        await choice.locator("label").first.click()
    await picture(page, "department-report-in-zh")
    await form.locator("button.primary").click()
    await expect(page.locator("form")).to_have_count(0)
    assert ok(await called.lead.get(f"/report-ins/{called.report_in['id']}"))["state"] == "reported_in"

    ok(await called.lead.post(f"/orders/{called.order['id']}/steps/sign", {}))
    await page.goto(page.url.split("/i/")[0] + f"/i/step/order/{called.order['id']}/finish")
    await page.locator("form textarea").first.fill("路灯已换新,今晚可用。")
    await expect(page.locator(".preview")).to_contain_text("路灯已换新,今晚可用。")
    assert await violations(page) == []
    await picture(page, "department-finish-zh")


async def test_i5_who_signed_is_a_person_and_the_open_ones_are_a_list_to_print(
    open_face: OpenFace, called: Called
) -> None:
    ok(await move(called.lead, called.report_in["id"], "sign"))
    page = await open_face("department", *OFFICER, path=f"report-ins/{called.report_in['id']}")
    await expect(page.get_by_text("签收人")).to_be_visible()
    assert not await scrolls_sideways(page)
    assert await violations(page) == []
    await picture(page, "department-report-in-page-zh")
    await page.get_by_role("link", name="本单位记录").click()
    box = page.get_by_role("region", name="离岗交接")
    await expect(box.locator(".handover li")).to_have_count(2)
    assert await violations(page) == []
    await picture(page, "department-record-zh")
    await box.get_by_label("交接给").select_option(index=1)
    await box.get_by_role("button", name="一次交接").click()
    await expect(box.get_by_role("status")).to_contain_text("将 1 件交接给")
    await expect(box.locator(".handover li")).to_have_count(1)
    await expect(box.locator(".handover li")).to_contain_text(called.whistle["number"])
    await picture(page, "department-handed-zh")
    await box.locator(".handover a").click()
    await expect(page.get_by_text("现由")).to_contain_text("经办")
    await page.get_by_text("办理记录", exact=True).click()
    await expect(page.locator(".history", has_text="交接")).to_be_visible()


async def _look_at_every_page(page: Page, called: Called) -> None:
    """In English on a phone: nothing scrolls sideways, axe finds nothing serious."""
    base, order, mine = page.url.split("/i/")[0] + "/i/", called.order["id"], called.report_in["id"]
    for name, path, ready in (
        ("order", f"orders/{order}", ".facts dd"),
        ("extension", f"step/issue/{called.order['issue_id']}/ask_extension", ".chips label"),
        ("object", f"step/order/{order}/object", ".terms dd"),
        ("call", f"report-ins/{mine}", "table tbody tr"),
        ("record", "record", ".handover li"),
    ):
        await page.goto(base + path)
        await page.wait_for_selector(ready)
        assert await violations(page) == [], name
        assert not await scrolls_sideways(page), name
        await picture(page, f"department-{name}-en")


async def test_i6_nothing_new_says_so_and_a_lost_answer_is_sent_again_once(
    open_face: OpenFace, called: Called, runtime: Runtime
) -> None:
    quiet = await open_face("department", Role.DEPARTMENT_HEAD, "chengguan", device=PHONE, language="en")
    await quiet.wait_for_selector(".line")
    await picture(quiet, "department-inbox-en")
    await _look_at_every_page(quiet, called)
    ok(await move(called.lead, called.report_in["id"], "sign"))
    ok(await called.lead.post(f"/orders/{called.order['id']}/steps/sign", {}))
    page = await open_face("department", *OFFICER, device=PHONE)
    empty = page.get_by_role("region", name="要我签收")
    await expect(empty).to_contain_text("今天没有新的报到")
    await expect(empty).to_contain_text("下一个到期")

    path = f"/api/v1/report-ins/{called.report_in['id']}/steps/contact"
    await page.goto(page.url.split("/i/")[0] + f"/i/step/report_in/{called.report_in['id']}/contact")
    text = page.locator("form textarea").first
    await text.fill("明日上午到场。")
    await page.locator("form fieldset label").first.click()
    lost: list[APIResponse] = []

    async def away(route: Route) -> None:
        """The service does it, the answer is lost."""
        if not lost:
            lost.append(await route.fetch())
            await route.abort()
        else:
            await route.continue_()

    await page.route(f"**{path}", away)
    await page.locator("form button.primary").click()
    await expect(page.get_by_role("alert").first).to_contain_text("可能已经送达")
    assert await text.input_value() == "明日上午到场。"
    await picture(page, "department-away-zh")
    await page.locator("form button.primary").click()
    await expect(page.locator("form")).to_have_count(0)
    async with system_work(runtime, HERE) as work:
        said = (Trail.subject_id == called.report_in["id"], Trail.step == "contact")
        assert await work.session.scalar(select(func.count()).select_from(Trail).where(*said)) == 1
    assert json.loads(await lost[0].text())
