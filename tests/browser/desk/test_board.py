"""UX 3.2: composing a whistle and the report-in board, B1 to B5."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from app.core.work import Runtime
from app.people.models import Role
from tests import town
from tests.browser.conftest import OpenFace
from tests.conftest import Desk, Sit
from tests.whistles.acts import LEAD, TRIED, Town, act, arrive, blow, complete, give, move, ok, report_in_of

pytestmark = pytest.mark.anyio
BASIS = "区政府三定方案第三条"


@pytest.fixture
async def people(sit: Sit, public: Desk, runtime: Runtime) -> Town:
    return await Town(sit, public, runtime).open()


async def board(open_face: OpenFace, whistle: dict[str, Any], role: Role = Role.STREET_DISPATCHER) -> Page:
    page = await open_face("desk", role, town.WEST, path=f"whistles/{whistle['id']}")
    await page.locator("table.board").first.wait_for()
    return page


def row(page: Page, unit: str) -> Any:
    """The row of a unit, found as a screen reader finds it: by its header."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=re.compile(unit)))


async def test_b1_a_row_per_unit_and_a_cell_per_link_with_time_and_name(people: Town, open_face: OpenFace) -> None:
    whistle = await blow(people.street)
    await arrive(people.lead, report_in_of(whistle, "chengguan")["id"])
    await people.ring(hours=3)
    page = await board(open_face, whistle)
    heads = await page.locator("table.board").first.get_by_role("columnheader").all_inner_texts()
    assert heads[:2] == ["单位", "已通知"]
    assert len(heads) == 7
    cells = row(page, "区城市管理局").get_by_role("cell")
    await expect(cells.nth(1)).to_contain_text(re.compile(r"✓ .*09:0\d[\s\S]*测试"))
    await expect(cells.nth(3)).to_contain_text("李工")
    late = row(page, "区水务局").get_by_role("cell").nth(1)
    await expect(late).to_contain_text(re.compile(r"▲.*超时"))


async def test_b2_close_is_off_with_what_is_missing_and_a_unit_is_added(people: Town, open_face: OpenFace) -> None:
    report = await people.issue()
    whistle = await blow(people.street, report["id"], parties=[LEAD])
    task = await give(people.street, whistle["id"], "chengguan")
    page = await board(open_face, whistle)
    close = page.get_by_role("button", name="办结", exact=True)
    await expect(close).to_be_disabled()
    lack = page.locator(f".lacks a[href='#s-{task['id']}']")
    await lack.click()
    await expect(page.locator(f"#s-{task['id']}")).to_be_in_viewport()
    await page.get_by_role("button", name="增加报到单位").click()
    await page.locator(".panel").get_by_role("combobox").first.fill("水务")
    await page.get_by_role("option", name=re.compile("区水务局")).click()
    await page.locator(".panel button.primary").click()
    await expect(row(page, "区水务局")).to_have_count(1)
    for name in ("提级", "解除报到单位"):
        await expect(page.get_by_role("button", name=name, exact=True)).to_be_enabled()


async def test_a_form_that_is_open_goes_on_when_a_unit_has_moved_meanwhile(
    people: Town, open_face: OpenFace
) -> None:
    whistle = await blow(people.street, parties=[LEAD])
    page = await board(open_face, whistle)
    await page.get_by_role("button", name="增加报到单位").click()
    await page.locator(".panel").get_by_role("combobox").first.fill("水务")
    await page.get_by_role("option", name=re.compile("区水务局")).click()
    await complete(people.lead, report_in_of(whistle, "chengguan")["id"])
    await expect(row(page, "区城市管理局")).to_contain_text("已完成")
    await page.locator(".panel button.primary").click()
    await expect(page.locator(".panel")).to_have_count(0)
    await expect(row(page, "区水务局")).to_have_count(1)


async def test_b2_closes_once_nothing_is_missing(people: Town, open_face: OpenFace) -> None:
    whistle = await blow(people.street, parties=[LEAD])
    await complete(people.lead, report_in_of(whistle, "chengguan")["id"])
    ok(await act(people.lead, whistle["id"], "submit_work", text="三处移动公厕已安装。"))
    page = await board(open_face, whistle)
    await page.get_by_role("button", name="核查通过").click()
    await page.locator(".panel textarea").fill("现场核查,已启用。")
    await page.locator(".panel [type=radio][value=solved]").check()
    await page.locator(".panel button.primary").click()
    close = page.get_by_role("button", name="办结", exact=True)
    await expect(page.locator(".panel")).to_have_count(0)
    await expect(close).to_be_enabled()
    await close.click()
    for box in await page.locator(".panel textarea").all():
        await box.fill("全部办完。")
    await page.locator(".panel button.primary").click()
    await expect(page.locator(".head")).to_contain_text("已办结")


async def test_b3_a_refusal_is_shown_in_full_and_stops_nobody_elses_clock(
    people: Town, open_face: OpenFace
) -> None:
    whistle = await blow(people.street)
    mine = report_in_of(whistle, "chengguan")["id"]
    ok(
        await move(
            people.lead, mine, "refuse", ground="not_our_duty", reason="公厕选址不属本局职责。", legal_basis=BASIS
        )
    )
    page = await board(open_face, whistle)
    said = page.locator("table.board .said")
    await expect(said).to_contain_text("公厕选址不属本局职责。")
    await expect(said).to_contain_text(BASIS)
    await expect(row(page, "区城市管理局")).to_contain_text("提出异议")
    await expect(row(page, "区城市管理局")).to_contain_text("拒绝裁定 剩")
    await expect(row(page, "区水务局").get_by_role("cell").nth(1)).to_contain_text("剩")


async def test_b4_by_due_time_and_what_failed_says_so_while_the_rest_stands(
    people: Town, open_face: OpenFace
) -> None:
    page = await open_face("desk", Role.STREET_DISPATCHER, town.WEST, path="whistles")
    await expect(page.locator(".empty")).to_contain_text("没有进行中的吹哨。")
    await expect(page.locator(".empty")).to_contain_text("吹哨需要")
    later = await blow(people.street, title="后吹的哨")
    first = await blow(people.street, kind="emergency", title="先到期的哨")
    await expect(page.locator("tbody tr")).to_have_count(2)
    numbers = await page.locator("tbody th").all_inner_texts()
    assert numbers == [first["number"], later["number"]]

    async def broken(route: Route) -> None:
        await route.fulfill(
            status=503, content_type="application/problem+json",
            body='{"code": "busy", "title": "忙,请稍后重试。", "title_en": "Busy."}',
        )  # fmt: skip

    await page.route("**/board", broken)
    await page.get_by_role("link", name=first["number"]).click()
    await expect(page.locator(".problem")).to_contain_text("忙,请稍后重试。")
    await expect(row(page, "区城市管理局")).to_have_count(1)


async def test_b5_a_change_shows_within_three_seconds_and_the_sheet_has_a_line_each(
    people: Town, open_face: OpenFace
) -> None:
    whistle = await blow(people.street)
    page = await board(open_face, whistle)
    signed = row(page, "区水务局").get_by_role("cell").nth(1)
    await expect(signed).not_to_contain_text("✓")
    ok(await move(people.assist, report_in_of(whistle, "shuiwu")["id"], "sign"))
    await expect(signed).to_contain_text("✓")  # long before the page would look again by itself
    await page.emulate_media(media="print")
    await expect(page.locator(".sign-sheet tbody tr")).to_have_count(2)
    await expect(page.locator(".sign-sheet td.signature").first).to_be_visible()
    await expect(page.locator(".top")).to_be_hidden()


async def test_a_whistle_is_composed_from_an_issue_and_its_draft_outlives_a_reload(
    people: Town, open_face: OpenFace
) -> None:
    report = await people.issue()
    page = await open_face("desk", Role.STREET_DISPATCHER, town.WEST, path=f"whistles/new?issue={report['id']}")
    await page.get_by_text(report["number"]).first.wait_for()
    await page.get_by_label("标题").fill("路口缺少公共厕所")
    await page.get_by_label("街道已做的努力").fill(TRIED)
    await page.reload()
    await expect(page.get_by_label("标题")).to_have_value("路口缺少公共厕所")
    await page.get_by_role("button", name="吹哨", exact=True).click()
    await expect(page.locator(".summary")).to_contain_text("报到单位")
    await expect(page.locator(".summary")).to_be_focused()
    await page.get_by_role("combobox", name=re.compile("报到单位")).fill("城市管理")
    await page.get_by_role("option", name=re.compile("区城市管理局")).click()
    await page.get_by_role("button", name="吹哨", exact=True).click()
    await expect(page.locator("h1")).to_contain_text("路口缺少公共厕所")
    await expect(row(page, "区城市管理局")).to_have_count(1)
    assert ok(await people.street.get(f"/issues/{report['id']}"))["state"] == "whistled"
