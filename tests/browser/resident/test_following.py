"""Behind the link: the timeline in plain words, an apology when late, the rating, reporting again; large text."""

from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from app.core.work import Runtime, system_work
from app.issues.records import Rating
from app.people.models import Role
from tests import town
from tests.browser.conftest import HERE, PHONE, OpenFace, TickingClock
from tests.browser.resident.acts import opened, press, type_words
from tests.conftest import Desk, Sit
from tests.issues.acts import raised
from tests.issues.test_follow_words import answered, phone_of
from tests.journeys.people import done, step
from tests.whistles.acts import Town, arrive, report_in_of, whistle_form

pytestmark = pytest.mark.anyio
INNER = (
    "测试dep",
    "测试street",
    "工单",
    "派单",
    "转办",
    "挂账",
    "并单",
    "签发",
    "holder",
    "whistled",
    "dispatched",
)
STAFF_MOBILE = "13900009999"


async def link_of(open_face: OpenFace, receipt: dict[str, Any], rest: str = "") -> Page:
    page: Page = await open_face("resident", device=PHONE, path=f"follow/{receipt['follow_token']}{rest}")
    return page


async def ratings(runtime: Runtime) -> list[tuple[str, int | None]]:
    async with system_work(runtime, HERE) as work:
        rows = await work.session.scalars(select(Rating).order_by(Rating.at))
        return [(row.verdict, row.satisfaction) for row in rows]


async def test_r5_what_happened_is_told_in_plain_words_with_units_and_times(
    open_face: OpenFace, public: Desk, sit: Sit, runtime: Runtime
) -> None:
    await phone_of(runtime, Role.DEPARTMENT_OFFICER, "chengguan", STAFF_MOBILE)
    people = await Town(sit, public, runtime).open()
    receipt = await people.issue(town.IN_B1)
    worker = await sit(Role.GRID_WORKER, town.G1)
    await step(worker, receipt["id"], "accept")
    whistle = done(await people.street.post("/whistles", whistle_form(receipt["id"])))
    await arrive(people.lead, report_in_of(whistle, "chengguan")["id"])
    page = await link_of(open_face, receipt)
    lines = page.locator(".line li")
    await lines.first.wait_for()
    told = await lines.all_inner_texts()
    assert any("街道已吹哨,召集有关部门一起办" in one for one in told)
    assert any("区城市管理局已签收" in one and "11月20日" in one and ":" in one for one in told)
    assert "收到您的反映" in told[-1], "the newest stands on top"
    whole = await page.locator("main").inner_text()
    for hidden in (*INNER, STAFF_MOBILE):
        assert hidden not in whole, hidden


async def test_r5_late_is_an_apology_with_the_new_date(
    open_face: OpenFace, public: Desk, sit: Sit, runtime: Runtime
) -> None:
    receipt = await raised(public, town.IN_B1)
    worker = await sit(Role.GRID_WORKER, town.G1)
    await step(worker, receipt["id"], "accept")
    await step(worker, receipt["id"], "contact", way="phone")
    await step(worker, receipt["id"], "ask_extension", until="2026-12-25T09:30:00Z", reason="等配件")
    community = await sit(Role.COMMUNITY_OFFICER, town.C1)
    await step(community, receipt["id"], "extend", text="配件在路上")
    page = await link_of(open_face, receipt)
    assert "12月25日(星期五)17:30" in await page.locator(".sorry").inner_text()
    assert isinstance(runtime.clock, TickingClock)
    runtime.clock.advance(days=60)
    await page.get_by_role("button", name="刷新").tap()
    await page.locator(".sorry", has_text="还没有办完").wait_for()
    assert "对不起" in await page.locator(".sorry").inner_text()


async def test_r5_an_ended_link_says_how_to_get_a_new_one(open_face: OpenFace, runtime: Runtime) -> None:
    ended = runtime.keys.follow_token(HERE, UUID(int=9))
    page = await open_face("resident", device=PHONE, path=f"follow/{ended}")
    await page.get_by_role("heading", name="链接打不开").wait_for()
    assert "二维码重新反映" in await page.locator(".problem").inner_text()


async def test_r6_the_first_tap_is_saved_the_rest_may_follow_and_may_be_changed(
    open_face: OpenFace, public: Desk, sit: Sit, runtime: Runtime
) -> None:
    receipt = await answered(public, sit)
    page = await link_of(open_face, receipt)
    await page.get_by_role("link", name="说说解决了没有").tap()
    answers = page.locator(".big button")
    await answers.first.wait_for()
    assert [one.strip() for one in await answers.all_inner_texts()] == ["解决了", "部分解决", "没有解决"]
    for at in range(3):
        box = await answers.nth(at).bounding_box()
        assert box is not None
        assert box["height"] >= 56
    await answers.nth(0).tap()
    await page.get_by_text("已记下:解决了").wait_for()
    assert await ratings(runtime) == [("solved", None)]
    levels = page.locator(".options label")
    names = ["非常满意", "满意", "基本满意", "不满意", "非常不满意"]
    assert [one.strip() for one in await levels.all_inner_texts()] == names
    await expect(page.locator("input:checked")).to_have_count(0)  # nothing is chosen beforehand
    await levels.nth(1).tap()
    await press(page, "提交")
    await page.get_by_role("heading", name="谢谢,已记下。").wait_for()
    assert (await ratings(runtime))[-1] == ("solved", 4)
    await page.get_by_role("link", name="回到进展页").tap()
    await page.get_by_text("解决了 · 满意").wait_for()
    await page.get_by_role("link", name="修改评价").tap()
    await answers.nth(2).tap()
    await page.get_by_text("会重新办理").wait_for()
    assert (await ratings(runtime))[-1] == ("not_solved", None)
    await expect(page.locator("input[type=radio]")).to_have_count(0)  # only what remains is asked
    await page.get_by_label("还有什么没解决").fill("灯又不亮了")
    await press(page, "提交")
    await page.get_by_role("heading", name="谢谢,已记下。").wait_for()


async def test_r6_a_closed_matter_can_be_reported_again_in_words(
    open_face: OpenFace, public: Desk, sit: Sit
) -> None:
    receipt = await answered(public, sit)
    done(await public.post(f"/follow/{receipt['follow_token']}/rate", {"verdict": "solved", "satisfaction": 5}))
    page = await link_of(open_face, receipt)
    await press(page, "重新反映")
    await press(page, "重新反映")
    await page.get_by_text("请写一句").wait_for()
    await page.get_by_label("现在是什么情况").fill("第二天又不亮了")
    await page.reload()
    await press(page, "重新反映")
    assert await page.get_by_label("现在是什么情况").input_value() == "第二天又不亮了"
    await press(page, "重新反映")
    await page.locator(".line li", has_text="重新反映,继续办理").wait_for()
    assert "已办结" not in await page.locator(".now").inner_text()


async def test_large_text_and_the_language_are_remembered(open_face: OpenFace) -> None:
    page = await opened(open_face, sign=False)
    size = "() => parseFloat(getComputedStyle(document.querySelector('#text')).fontSize)"
    before = await page.evaluate(size)
    await press(page, "大字显示")
    assert await page.evaluate(size) >= before * 1.4
    await type_words(page)
    await page.reload()
    assert await page.evaluate(size) >= before * 1.4
    await press(page, "English")
    await page.get_by_role("heading", name="What is wrong?").wait_for()
    await page.reload()
    await page.get_by_role("heading", name="What is wrong?").wait_for()
