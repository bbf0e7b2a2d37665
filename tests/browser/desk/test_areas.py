"""The area editor: a grid is split by drawing, agreed to, approved for a moment, and the open work goes along."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

import pytest
from playwright.async_api import Page, expect

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.people.models import Role
from tests import town
from tests.browser.conftest import OpenFace, picture, scrolls_sideways, violations
from tests.browser.desk.conftest import Street
from tests.changes import acts
from tests.conftest import Sit

pytestmark = pytest.mark.anyio
NEW = "第一网格(2)"


async def draw_down_the_middle(page: Page) -> None:
    """Two clicks, above the grid and below it, and «finish»."""
    await page.get_by_role("combobox", name="区域").fill("第一网格")
    await page.get_by_role("option", name="第一网格").click()
    await page.get_by_role("button", name="画线拆分").click()
    box = await page.get_by_role("region", name="调整范围地图").bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2 + 1  # the east is the smaller piece and becomes the new grid
    for y in (box["y"] + 6, box["y"] + box["height"] - 6):
        await page.mouse.click(middle, y)
    await expect(page.get_by_role("status").filter(has_text="已有2点")).to_be_visible()
    await page.get_by_role("button", name="完成").click()


async def take(page: Page, step: str, fields: Mapping[str, str] = MappingProxyType({})) -> None:
    """A step by its button and its form."""
    await page.get_by_role("button", name=step, exact=True).click()
    for name, value in fields.items():
        await page.get_by_label(name).fill(value)
    await page.get_by_role("button", name=step, exact=True).click()


async def test_a_grid_split_by_drawing_takes_its_open_work_along_at_the_moment(
    street: Street, runtime: Runtime, open_face: OpenFace
) -> None:
    (receipt,) = await street.to_dispatch(place=town.IN_B2)
    page = await open_face("desk", Role.COMMUNITY_SECRETARY, town.C1, path="areas/new")
    await draw_down_the_middle(page)
    await expect(page.get_by_role("group", name="第2块").get_by_label("编码", exact=True)).to_have_value(
        f"{town.C1}004"
    )
    await expect(page.get_by_text("没有错误")).to_be_visible()
    counts = page.locator(".counts div").filter(has_text="在办诉求")
    await expect(counts).to_contain_text("1")
    await page.get_by_label("理由").fill("户数超过网格规模标准,拟拆分。")
    await picture(page, "areas-split-zh")
    await page.get_by_role("button", name="存为草稿").click()
    await take(page, "提交街道")
    await expect(page.get_by_role("heading", level=1)).to_contain_text("待街道同意")

    agreeing = await open_face("desk", Role.STREET_SECRETARY, town.WEST, path="areas")
    row = agreeing.get_by_role("row").filter(has_text="第一网格")
    await expect(row).to_contain_text("待我办理")
    await row.get_by_role("link").click()
    await take(agreeing, "街道同意")
    await expect(agreeing.get_by_role("heading", level=1)).to_contain_text("待区级批准")

    approving = await open_face("desk", Role.DISTRICT_ADMIN, acts.HERE, path=page.url.partition("/d/")[2])
    await take(approving, "批准", {"生效时间": "2026-11-20T11:00"})
    await expect(approving.get_by_role("heading", level=1)).to_contain_text("已批准、待生效")
    await picture(approving, "areas-approved-zh")

    dispatching = await street.page()
    await expect(dispatching.get_by_text("第一网格").first).to_be_visible()
    await expect(dispatching.get_by_text(NEW)).to_have_count(0)
    cast("FixedClock", runtime.clock).advance(hours=2)
    await acts.came(runtime)
    await dispatching.reload()
    await expect(dispatching.get_by_text(receipt["number"]).first).to_be_visible()
    await expect(dispatching.get_by_text(NEW).first).to_be_visible()
    await approving.reload()
    await expect(approving.get_by_text("已移交在办诉求1件")).to_be_visible()
    await picture(approving, "areas-settled-zh")


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_pages_of_areas_are_read_by_everybody(sit: Sit, open_face: OpenFace, language: str) -> None:
    change = await acts.asked(await sit(Role.COMMUNITY_SECRETARY, town.C1), acts.halves())
    page = await open_face("desk", Role.COMMUNITY_SECRETARY, town.C1, path="areas", language=language)
    await expect(page.locator("tbody tr")).to_have_count(1)
    for path, ready in (("", "tbody a"), (f"/{change['id']}", ".counts"), (f"/{change['id']}/edit", ".counts")):
        await page.goto(page.url.partition("/areas")[0] + f"/areas{path}")
        await expect(page.locator(ready).first).to_be_visible()
        assert await violations(page) == []
        assert not await scrolls_sideways(page)
        await picture(page, f"areas{path.replace(change['id'], 'one').replace('/', '-')}-{language}")


async def test_borders_are_redrawn_and_grids_merged_without_a_mouse(open_face: OpenFace) -> None:
    page = await open_face("desk", Role.COMMUNITY_SECRETARY, town.C1, path="areas/new")
    kind = page.get_by_label("调整类型")
    await kind.select_option("redraw")
    await page.get_by_role("combobox", name="区域").fill("院落")
    await page.get_by_role("option", name="院落网格").click()
    corner = page.get_by_title("角点1:")
    await corner.press("ArrowUp")
    rows = page.get_by_role("region", name="涉及区域").locator("tbody tr").filter(has_text="界线调整")
    await expect(rows).to_have_count(2)  # the island, and the grid whose hole it lies in
    await expect(page.get_by_text("没有错误")).to_be_visible()
    await expect(corner).to_be_focused()
    await picture(page, "areas-redraw-zh")
    await page.get_by_text("粘贴坐标").click()
    await page.get_by_label("每行一个点").fill(
        "102.82 24.87\n102.86 24.87\n102.86 24.88\n102.82 24.88\n102.82 24.87"
    )
    await page.get_by_role("button", name="使用").click()
    await expect(page.get_by_role("listitem").filter(has_text="重叠").first).to_be_visible()
    await page.get_by_role("button", name="在地图上看第1条").click()
    await picture(page, "areas-findings-zh")
    assert await violations(page) == []

    await kind.select_option("merge")
    for name in ("第一网格", "第二网格"):
        await page.get_by_role("combobox", name="添加区域").fill(name)
        await page.get_by_role("option", name=name).click()
    await expect(page.get_by_label("沿用编码")).to_have_value(town.G1)
    ended = page.get_by_role("region", name="涉及区域").get_by_role("row").filter(has_text="撤销")
    await expect(ended).to_contain_text("第二网格")
    await page.get_by_label("理由").fill("两个网格户数都偏少。")
    await page.get_by_role("button", name="存为草稿").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("合并 第一网格、第二网格")
    await picture(page, "areas-merge-zh")
