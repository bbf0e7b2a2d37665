"""Every page of the desk in both languages: no serious fault for axe, nothing wider than an old office screen."""

import pytest
from playwright.async_api import Page, ViewportSize

from app.people.models import Role
from tests.browser.conftest import picture, scrolls_sideways, settled, violations
from tests.browser.desk.conftest import WIDE, Street
from tests.conftest import Sit
from tests.whistles.acts import blow, give, move, ok, report_in_of

pytestmark = pytest.mark.anyio
NARROW: ViewportSize = {"width": 1366, "height": 768}
DOUBLED: ViewportSize = {"width": 683, "height": 384}  # what is left of that screen at 200 %


class Looking:
    """Faults of all pages, told together."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.faults: list[str] = []

    async def at(self, page: Page, name: str) -> None:
        await settled(page)
        self.faults += [f"{name}: {fault}" for fault in await violations(page)]
        for said, size in (("", NARROW), ("-wide", WIDE["viewport"]), ("-doubled", DOUBLED)):
            await page.set_viewport_size(size)
            if await scrolls_sideways(page):
                self.faults.append(f"{name}{said}: scrolls sideways")
            await picture(page, f"desk-{name}-{self.language}{said}")
        await page.set_viewport_size(NARROW)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_pages_look_right(street: Street, sit: Sit, language: str) -> None:
    first, *_ = await street.to_dispatch(3)
    whistle = await blow(
        street.desk, title="路口缺少公共厕所", meeting_at="2026-11-21T01:30:00Z", meeting_place="三岔口社区"
    )
    await give(street.desk, whistle["id"], "chengguan")
    lead = await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    assist = await sit(Role.DEPARTMENT_OFFICER, "shuiwu")
    ok(await move(lead, report_in_of(whistle, "chengguan")["id"], "sign"))
    said = {
        "ground": "not_our_duty",
        "reason": "不属本局职责,现场核实不涉及排水。",
        "legal_basis": "区政府三定方案第三条",
    }
    ok(await move(assist, report_in_of(whistle, "shuiwu")["id"], "refuse", **said))
    look = Looking(language)

    page = await street.page(language=language)
    await page.locator(".row.on > a:focus").wait_for()
    await page.locator(".matter").wait_for()
    await look.at(page, "queue")
    await page.locator(f"#row-{first['id']}").focus()
    for letter, name in (("d", "dispatch"), ("l", "locate"), ("h", "later"), ("?", "keys")):
        await page.keyboard.press("Shift+?" if letter == "?" else letter)
        await page.locator("dialog[open]" if letter == "?" else ".panel button.primary").first.wait_for()
        await look.at(page, name)
        await page.keyboard.press("Escape")
    await page.goto(page.url.partition("?")[0] + "?list=overdue")
    await page.locator(".empty").wait_for()
    await look.at(page, "empty")
    for path, name, ready in (
        ("whistles", "whistles", "table.board"), (f"whistles/{whistle['id']}", "board", "table.board"),
        (f"whistles/new?issue={first['id']}", "compose", ".compose .rows li"),
    ):  # fmt: skip
        await page.goto(page.url.partition("/d/")[0] + f"/d/{path}")
        await page.locator(ready).first.wait_for()
        await look.at(page, name)
    assert look.faults == []
