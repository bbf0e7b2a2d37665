"""What several tests of the resident's face do: a sign to scan, a report typed page by page, answers held back."""

import json
from typing import Any

from playwright.async_api import Page, Route
from sqlalchemy import select

from app.core.work import Runtime, system_work
from app.issues.models import Issue
from tests import town
from tests.browser.conftest import HERE, PHONE

SIGN = f"{HERE}.{town.B1}.1h5.signed"
BOARD: dict[str, Any] = {
    "area_code": town.B1, "level": "building_group", "name": "1栋", "point": {"lon": 102.81, "lat": 24.81},
    "chain": [
        {"level": "street", "code": town.WEST, "name": "乌龙街道"},
        {"level": "community", "code": town.C1, "name": "三岔口社区"},
        {"level": "grid", "code": town.G1, "name": "第一网格"},
    ],
    "leader": {"name": "李明", "phone": "0871-67490001"}, "people": [], "supervision_phone": "0871-67490000",
}  # fmt: skip
LAMP = "楼下路灯不亮,晚上看不见路。"


async def all_here(page: Page) -> None:
    """What is wanted without a line, the store and the drawn code, has been fetched while the page was idle."""
    for part in ("phone", "QrCode"):
        ahead = page.locator(f"link[rel=modulepreload][href*='/{part}-']").first
        await ahead.wait_for(state="attached")
        await ahead.evaluate("(one) => import(one.href).then(() => true)")


async def hang_sign(page: Page) -> None:
    """The sign board answers for `SIGN`, whatever is behind it."""

    async def board(route: Route) -> None:
        await route.fulfill(
            status=200, content_type="application/json", body=json.dumps(BOARD, ensure_ascii=False)
        )

    await page.context.route("**/api/v1/boards/*", board)


def button(page: Page, *names: str) -> Any:
    """A button or link by its words in either language."""
    found = page.get_by_role("button", name=names[0], exact=True)
    for name in names[1:]:
        found = found.or_(page.get_by_role("button", name=name, exact=True))
    return found


async def type_words(page: Page, text: str = LAMP) -> None:
    await page.locator("#text").fill(text)


async def to_check(page: Page, text: str = LAMP) -> None:
    """Typed, nothing nearby, no contact: on the last page before sending."""
    await type_words(page, text)
    await page.get_by_role("button", name="下一步", exact=True).click()
    await page.get_by_role("button", name="不留,跳过").click()
    await page.get_by_role("heading", name="看一下,没问题就提交").wait_for()


async def sent(page: Page) -> str:
    """The number of the receipt that is shown."""
    await page.get_by_role("button", name="提交", exact=True).click()
    return await number_on(page)


async def number_on(page: Page) -> str:
    shown = page.locator("output")
    await shown.wait_for()
    return (await shown.inner_text()).strip()


async def issues(runtime: Runtime) -> list[Issue]:
    """All that arrived, oldest first."""
    async with system_work(runtime, HERE) as work:
        return list(await work.session.scalars(select(Issue).order_by(Issue.raised_at)))


async def opened(open_face: Any, *, sign: bool = True, **more: Any) -> Page:
    """The first page on a phone: from the sign of `BOARD`, or with the district named and nothing else."""
    page: Page = await open_face("resident", device=PHONE, path=f"?d={HERE}", **more)
    if sign:
        await hang_sign(page)
        await page.goto(page.url.split("?")[0] + f"?s={SIGN}")
        await page.get_by_text("三岔口社区 1栋 附近").wait_for()
    return page


async def press(page: Page, name: str) -> None:
    """One tap on a button."""
    await page.get_by_role("button", name=name, exact=True).tap()


def focused(page: Page) -> Any:
    return page.locator(":focus")
