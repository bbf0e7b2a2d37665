"""Sign boards of a community: the open page, one PDF, all of them; office papers beside a matter."""

import pytest
from playwright.async_api import expect

from app.people.models import Role
from tests import town
from tests.browser.conftest import OpenFace, picture, scrolls_sideways, violations

pytestmark = pytest.mark.anyio
SEAT = (Role.STREET_DISPATCHER, town.WEST)


async def test_boards_of_a_community_open_and_print(open_face: OpenFace) -> None:
    page = await open_face("desk", *SEAT, path=f"boards?area={town.C1}")
    table = page.get_by_role("table", name="三岔口社区的公示牌")
    await expect(table.get_by_role("rowheader", name="1栋")).to_be_visible()
    lines = await table.locator("tbody tr").count()
    assert await violations(page) == []
    assert not await scrolls_sideways(page)
    await picture(page, "boards-zh")
    link = table.get_by_role("link", name="查看公示页 1栋")
    assert "/r/" in str(await link.get_attribute("href"))
    async with page.expect_response("**/boards/*.pdf?size=A4") as one, page.expect_popup() as beside:
        await table.get_by_role("button", name="打印 1栋").click()
    assert (await one.value).headers["content-type"] == "application/pdf"
    assert (await beside.value).url.startswith(("blob:", "about:blank"))
    await page.get_by_label("纸张").select_option("A3")
    async with page.expect_response("**/boards.pdf?*size=A3") as whole, page.expect_popup():
        await page.get_by_role("button", name=f"全部打印(共{lines}块)").click()
    assert (await whole.value).headers["content-type"] == "application/pdf"


async def test_boards_read_in_english_and_follow_the_community_chosen(open_face: OpenFace) -> None:
    page = await open_face("desk", *SEAT, path="boards", language="en")
    await page.get_by_label("Community").select_option(town.C2)
    await expect(page.get_by_role("table", name="Sign boards of 联大社区")).to_be_visible()
    assert town.C2 in page.url
    assert await violations(page) == []
    await picture(page, "boards-en")
