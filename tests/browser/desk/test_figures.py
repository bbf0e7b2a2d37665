"""Figures: rates raw and adjusted, clocks, areas on a map, categories; every number opens; nobody is ranked."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.people.models import Role
from tests import town
from tests.browser.conftest import DESKTOP, OpenFace, picture, scrolls_sideways, violations
from tests.conftest import Desk
from tests.figures.acts import excluded, matter, word

pytestmark = pytest.mark.anyio
SEAT = (Role.STREET_SECRETARY, town.WEST)


@pytest.fixture
async def town_of_words(public: Desk, runtime: Runtime) -> list[str]:
    """Eight matters in two grids, seven rated, one of them left out as a question; a late contact."""
    found = []
    for n in range(8):
        place = town.IN_B1 if n < 5 else town.IN_G2
        late = {"contacted_at": runtime.clock.now() + timedelta(days=5)} if n == 4 else {}
        issue = await matter(public, runtime, place, **late)
        if n < 7:
            await word(runtime, issue, *((5, "solved") if n % 3 else (2, "not_solved")))
        found.append(str(issue))
    await excluded(runtime, (await matter(public, runtime)), "consult")
    return found


async def open_figures(open_face: OpenFace, **more: Any) -> Page:
    page = await open_face("desk", *SEAT, path="figures?from=2026-11-01&to=2026-12-31", **more)
    await page.locator("[data-rate=solve_rate]").wait_for()
    return page


async def test_rates_stand_side_by_side_and_every_number_opens(
    town_of_words: list[str], open_face: OpenFace
) -> None:
    page = await open_figures(open_face)
    card = page.locator("[data-rate=contact_rate]")
    await expect(card).to_contain_text("原始")
    await expect(card).to_contain_text("剔除后")
    await expect(card).to_contain_text("第1版")
    await expect(card.get_by_role("link", name="响应率(原始)分母: 9")).to_be_visible()
    await card.get_by_role("link", name="响应率(剔除后)分母: 8").click()
    rows = page.get_by_role("region", name="响应率(剔除后)分母").first
    await expect(rows.locator("tbody tr")).to_have_count(len(town_of_words))
    address = page.url
    await picture(page, "figures-rows-zh")
    await page.reload()
    await expect(rows.locator("tbody tr")).to_have_count(len(town_of_words))
    assert page.url == address
    await rows.get_by_role("button", name="关闭").click()
    await expect(rows).to_have_count(0)
    await card.get_by_role("link", name="响应率剔除:咨询类: 1").click()
    await expect(page.locator(".opened tbody tr")).to_have_count(1)
    await page.locator(".opened tbody th a").first.click()
    await expect(page).to_have_url(re.compile("issue="))


async def test_drawings_have_a_table_behind_and_the_order_is_that_of_codes(
    town_of_words: list[str], runtime: Runtime, open_face: OpenFace
) -> None:
    assert town_of_words
    page = await open_figures(open_face)
    for chart in await page.get_by_role("img").all():
        assert await chart.get_attribute("aria-label")
    clocks = page.get_by_role("table", name="各类时限明细")
    await expect(clocks.get_by_role("row").filter(has_text="首次联系时限")).to_be_visible()
    areas = page.get_by_role("table", name="按区域").locator("tbody th")
    assert await areas.all_inner_texts() == ["第一网格", "第二网格"], "by code, never by rate"
    await page.get_by_role("combobox", name="按区域").select_option("community")
    await expect(areas).to_have_text(["三岔口社区"])
    await expect(page.get_by_role("region", name="响应率分布图")).to_be_visible()
    assert "style=" not in await page.locator("svg.chart").first.evaluate("one => one.outerHTML")
    assert await violations(page) == []
    assert not await scrolls_sideways(page)
    words = await page.inner_text("main")
    for never in ("排名", "名次", "积分", "网格员"):
        assert never not in words
    await picture(page, "figures-zh")
    assert isinstance(runtime.clock, FixedClock)


async def test_figures_read_in_english_and_at_twice_the_size(
    town_of_words: list[str], open_face: OpenFace
) -> None:
    assert town_of_words
    half = {"viewport": {"width": DESKTOP["viewport"]["width"] // 2, "height": 384}}
    page = await open_figures(open_face, language="en", device=half)
    await expect(page.get_by_role("heading", name="response rate")).to_be_visible()
    assert not await scrolls_sideways(page)
    assert await violations(page) == []
    await picture(page, "figures-en")
