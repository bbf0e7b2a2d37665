"""UX 3.1: the queue with its keys, D1 to D7."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Page, Route, expect
from pypdf import PdfReader

from app.core.work import Runtime
from app.people.models import Role
from tests import town
from tests.browser.conftest import picture
from tests.browser.desk.conftest import Street
from tests.conftest import Sit
from tests.dispatch.desks import orders
from tests.grid.test_places import settle
from tests.issues.acts import raised

pytestmark = pytest.mark.anyio
JUST_OUTSIDE = (102.805, 24.795)  # some hundred metres beyond the border


def row(page: Page, receipt: dict[str, Any]) -> Any:
    """The row of a matter, by its number."""
    return page.locator(".row", has_text=receipt["number"])


async def current(page: Page) -> str:
    """Which row is under the cursor and has the focus."""
    await expect(page.locator(".row.on > a:focus")).to_have_count(1)
    return await page.locator(".row.on .number").inner_text()


async def state(street: Street, receipt: dict[str, Any]) -> str:
    answer = await street.desk.get(f"/issues/{receipt['id']}")
    return str(answer.json()["state"])


async def test_d1_two_keys_dispatch_the_first_and_the_next_is_under_the_cursor(street: Street) -> None:
    first, second = await street.to_dispatch(2)
    page = await street.page()
    assert await current(page) == first["number"]
    await page.keyboard.press("d")
    await expect(page.locator(".panel button.primary:focus")).to_be_enabled()
    await page.keyboard.press("Enter")
    await expect(row(page, first)).to_have_count(0)
    assert await current(page) == second["number"]
    assert [one["role"] for one in await orders(street.desk, first["id"])] == ["lead"]
    await page.keyboard.press("z")
    await expect(row(page, first)).to_have_count(1)
    assert await current(page) == first["number"]
    assert await orders(street.desk, first["id"]) == []


async def test_d1_locate_dispatch_next_without_a_mouse_and_letters_stay_text_in_fields(street: Street) -> None:
    first, _ = await street.to_dispatch(2)
    page = await street.page()
    await current(page)
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    assert await current(page) == first["number"]
    await page.keyboard.press("c")
    await page.locator(".panel textarea:focus").wait_for()
    await page.keyboard.type("jd")
    assert await page.locator(".panel textarea").input_value() == "jd"
    await page.reload()
    await current(page)
    await page.keyboard.press("c")
    await expect(page.locator(".panel textarea")).to_have_value("jd")
    await page.keyboard.press("Escape")
    await page.keyboard.press("g")
    await page.keyboard.press("3")
    await expect(page.locator(".lists [aria-current=page]")).to_contain_text("将到期")
    await page.keyboard.press("Shift+?")
    await expect(page.get_by_role("dialog")).to_contain_text("派单")


async def test_d2_the_proposal_says_why_and_another_unit_asks_one_listed_reason(street: Street) -> None:
    [one] = await street.to_dispatch()
    page = await street.page()
    await current(page)
    await page.keyboard.press("d")
    proposal = page.locator(".proposal")
    for said in ("派单目录列明由区城市管理局承办", "职责清单", "A-1", "区县", "2026年11月20日"):
        await expect(proposal).to_contain_text(said)
    await page.locator(".panel button.primary:focus").wait_for()
    await page.keyboard.press("2")
    await page.locator(".panel button.primary").click()
    await expect(page.locator(".panel .fault")).to_have_text("请选择一个理由。")
    assert await state(street, one) == "handling"
    await page.get_by_label("产权或管辖属于该单位").check()
    await page.locator(".panel button.primary").click()
    await expect(row(page, one)).to_have_count(0)
    [order] = await orders(street.desk, one["id"])
    said = (await street.desk.get(f"/orders/{order['id']}")).json()
    assert said["unit"]["name"] == "乌龙街道"


async def test_d3_an_address_offers_its_places_by_key_and_another_may_be_typed(
    street: Street, runtime: Runtime
) -> None:
    """What may mean two places is chosen by its key; a door is shown to the desk whose ground it is on."""
    await settle(runtime)
    said = {"text": "单元门禁坏了。", "district": town.DISTRICTS[0]}
    lost = await street.public.post(
        "/issues", said | {"place_text": "安居苑3栋", "point": town.point(JUST_OUTSIDE)}
    )
    page = await street.page("?list=unplaced")
    await current(page)
    await page.keyboard.press("l")
    offered = page.locator(".addresses button")
    await expect(offered).to_have_count(2)
    await expect(offered.first).to_contain_text("三岔口社区 第二网格 · 小区和楼栋一致")
    await page.locator(".panel input").first.fill("韶光花园2栋1单元101")
    await page.keyboard.press("Enter")
    await expect(offered).to_contain_text(["韶光花园小区 2-1-101"])
    await picture(page, "desk_d3_address")
    await expect(page.locator(".grids button").first).to_contain_text("2")
    await page.locator(".panel .addresses button").first.click()
    await expect(row(page, lost.json())).to_have_count(0)
    placed = (await street.desk.get(f"/issues/{lost.json()['id']}")).json()
    assert placed["place"]["chain"][-1]["code"] == town.B2
    assert placed["remarks"][-1]["text"] == "按地址核对后定位"


async def test_d3_one_key_places_what_lies_outside_and_the_map_another(street: Street) -> None:
    near, other = [await raised(street.public, JUST_OUTSIDE, category="e0102") for _ in range(2)]
    page = await street.page("?list=unplaced")
    await current(page)
    await page.keyboard.press("l")
    await expect(page.locator(".panel fieldset button").first).to_contain_text("第一网格")
    await expect(page.locator(".panel fieldset button").first).to_contain_text("米")
    await page.keyboard.press("1")
    await expect(row(page, near)).to_have_count(0)
    placed = (await street.desk.get(f"/issues/{near['id']}")).json()["place"]
    assert placed["chain"][-1]["code"] == town.G1
    assert await current(page) == other["number"]
    await page.keyboard.press("l")
    box = await page.locator(".map").bounding_box()
    assert box is not None
    await page.locator(".map").click(position={"x": box["width"] / 2, "y": box["height"] / 2 + 20})
    await expect(page.locator(".panel [role=status]")).to_contain_text("已选位置")
    await page.locator(".panel button.primary").click()
    await expect(row(page, other)).to_have_count(0)
    placed = (await street.desk.get(f"/issues/{other['id']}")).json()
    assert (placed["place"]["placement"], placed["lon"] > JUST_OUTSIDE[0]) == ("placed", True)


async def test_d4_what_a_colleague_dispatched_is_said_and_never_sent_twice(street: Street, sit: Sit) -> None:
    [one] = await street.to_dispatch()
    page = await street.page()
    await current(page)
    await page.keyboard.press("d")
    await page.locator(".panel button.primary:focus").wait_for()
    await page.keyboard.press("2")
    await page.get_by_label("产权或管辖属于该单位").check()
    colleague = await sit(Role.STREET_SECRETARY, town.WEST)
    answer = await colleague.step(one["id"], "dispatch", lead_unit="chengguan", reason="属其职责")
    assert answer.status_code == 200, answer.text
    await expect(row(page, one).locator(".taken")).to_contain_text("已派单")
    await page.locator(".panel button.primary").click()
    await expect(page.locator(".panel > .taken")).to_contain_text("已由测试street_secretary派单")
    assert await page.get_by_label("产权或管辖属于该单位").is_checked()
    assert len(await orders(street.desk, one["id"])) == 1


async def test_d5_nothing_left_says_so_and_without_the_live_channel_the_list_is_usable(street: Street) -> None:
    context_page = await street.page("?list=unplaced")
    await context_page.close()

    async def away(route: Route) -> None:
        await route.abort()

    await context_page.context.route("**/api/v1/live", away)
    page = await street.page(context=context_page.context)
    await expect(page.locator(".empty")).to_contain_text("都派出去了。")
    await expect(page.locator(".empty a")).to_have_text("看将到期")
    await expect(page.locator(".map")).to_be_visible()
    await page.clock.fast_forward(2000)
    await expect(page.locator(".strip.warn")).to_contain_text("自动刷新中断,每30秒重试")
    [one] = await street.to_dispatch()
    await page.clock.fast_forward(31_000)
    await page.locator("button.strip").click()
    await expect(row(page, one)).to_have_count(1)


async def test_d6_fifty_rows_a_page_and_news_wait_in_a_bar_while_the_list_stays_put(street: Street) -> None:
    [one] = await street.to_dispatch()
    asked: list[str] = []
    page = await street.page("?list=to_dispatch")
    page.on("request", lambda request: asked.append(request.url))
    await page.reload()
    await current(page)
    queue = [parse_qs(urlsplit(url).query) for url in asked if "/api/v1/issues?" in url]
    assert {tuple(said["limit"]) for said in queue} == {("50",)}
    [later] = await street.to_dispatch()
    bar = page.locator("button.strip")
    await expect(bar).to_contain_text("有 1 条新诉求")
    assert await page.title() == "(1) 街道派单台"
    assert await current(page) == one["number"]
    await expect(row(page, later)).to_have_count(0)
    await bar.click()
    await expect(row(page, later)).to_have_count(1)
    await expect(page.locator(".lists [aria-current=page] b")).to_have_text("2")


async def test_d7_one_key_and_enter_prints_the_open_matter(street: Street) -> None:
    [one] = await street.to_dispatch()
    page = await street.page()
    await current(page)
    await page.keyboard.press("p")
    await page.locator(".panel button.primary:focus").wait_for()
    async with page.expect_download() as taken:
        await page.keyboard.press("Enter")
    download = await taken.value
    assert download.suggested_filename == "督办单.pdf"
    text = "".join(sheet.extract_text() for sheet in PdfReader(await download.path()).pages)
    assert one["number"] in text.replace("\n", "")
    await expect(page.locator(".panel")).to_have_count(0)


async def test_filters_live_in_the_address_are_kept_as_views_and_leave_as_a_sheet(street: Street) -> None:
    [one] = await street.to_dispatch()
    page = await street.page()
    await current(page)
    await page.get_by_label("状态").select_option("handling")
    await expect(page).to_have_url(re.compile("list=to_dispatch.*state=handling"))
    await page.get_by_role("button", name="保存当前筛选").click()
    await page.get_by_label("视图名称").fill("在办待派")
    await page.keyboard.press("Enter")
    await expect(page.locator(".view")).to_contain_text("在办待派")
    await expect(page.locator(".view b")).to_have_text("1")
    async with page.expect_download() as taken:
        await page.get_by_role("button", name="导出 Excel").click()
    assert (await taken.value).suggested_filename == "issues.xlsx"
    await page.goto(page.url.partition("?")[0])
    await current(page)
    await page.keyboard.press("Control+k")
    await page.keyboard.type(one["number"])
    await page.get_by_role("option", name=one["number"]).wait_for()
    await page.keyboard.press("Enter")
    await expect(page.locator(".matter header")).to_contain_text(one["number"])


async def test_many_are_looked_at_first_and_done_one_by_one(street: Street) -> None:
    first, second = await street.to_dispatch(2)
    sent = await street.desk.step(second["id"], "dispatch", lead_unit="chengguan", reason="属其职责")
    assert sent.status_code == 200
    page = await street.page("?list=all")
    await row(page, second).get_by_role("checkbox").check()
    await row(page, first).get_by_role("checkbox").check()
    await page.get_by_role("button", name="批量办理").click()
    await expect(page.locator(".panel")).to_contain_text("可办 1 / 不可办 1")
    await page.get_by_role("button", name="按目录逐件派单(1)").click()
    await expect(page.locator(".panel .tag.done")).to_have_text("已办")
    assert await state(street, first) == "dispatched"
    assert len(await orders(street.desk, second["id"])) == 1
