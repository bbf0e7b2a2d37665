"""Posts and deputies: who holds what, giving a post, leave with a deputy, ending it."""

import pytest
from playwright.async_api import expect

from app.core.work import Runtime, open_city
from app.people import actions
from app.people.models import Role
from tests import town
from tests.browser.conftest import OpenFace, picture, scrolls_sideways, violations

pytestmark = pytest.mark.anyio


async def test_a_post_is_given_left_to_a_deputy_and_ended(runtime: Runtime, open_face: OpenFace) -> None:
    async with open_city(runtime) as session:
        await actions.register_account(session, runtime, "lin-new", "林小新", town.PASSWORD)
    page = await open_face("desk", Role.STREET_DISPATCHER, town.WEST, path="posts")
    await page.get_by_role("button", name="任命岗位").click()
    form = page.get_by_role("form", name="任命岗位")
    assert "派单" not in await form.get_by_label("角色").inner_text(), "only roles the service lets this post give"
    await form.get_by_label("角色").select_option("grid_worker")
    await form.get_by_label("登录名").fill("lin-new")
    await form.get_by_role("combobox", name="区域或单位").fill("第一")
    await form.get_by_role("option", name="第一网格").click()
    assert await violations(page) == []
    await picture(page, "posts-give-zh")
    await form.get_by_role("button", name="任命", exact=True).click()
    await expect(page.get_by_role("status").filter(has_text="已任命林小新为第一网格网格员")).to_be_visible()

    await page.get_by_role("button", name="办理离岗 第一网格 林小新").click()
    leave = page.locator("td.said form")
    await leave.get_by_label("返岗时间").fill("2026-11-27T09:00")
    await leave.get_by_label("代理人").select_option(label="测试grid_worker · 网格员")
    await picture(page, "posts-leave-zh")
    await leave.get_by_role("button", name="确认离岗").click()
    row = page.get_by_role("row").filter(has_text="林小新")
    await expect(row).to_contain_text("离岗至11月27日")
    await expect(row).to_contain_text("代理:测试grid_worker")
    await row.get_by_role("button", name="返岗").click()
    await expect(row.get_by_role("button", name="办理离岗")).to_be_visible()

    await row.get_by_role("button", name="免去").click()
    await page.get_by_role("button", name="确认免去").click()
    await expect(row).to_have_count(0)
    assert not await scrolls_sideways(page)


async def test_who_keeps_no_posts_reads_them_only(open_face: OpenFace) -> None:
    page = await open_face("desk", Role.COMMUNITY_OFFICER, town.C1, path="posts?role=grid_worker", language="en")
    await expect(page.get_by_role("row").filter(has_text="第一网格")).to_be_visible()
    await expect(page.get_by_role("button", name="Give a post")).to_have_count(0)
    assert await violations(page) == []
    await picture(page, "posts-en")


async def test_an_unknown_login_name_is_refused_and_the_form_stays(open_face: OpenFace) -> None:
    page = await open_face("desk", Role.STREET_DISPATCHER, town.WEST, path="posts")
    await page.get_by_role("button", name="任命岗位").click()
    form = page.get_by_role("form", name="任命岗位")
    await form.get_by_label("角色").select_option("grid_worker")
    await form.get_by_label("登录名").fill("nobody-here")
    await form.get_by_role("combobox", name="区域或单位").fill("第二")
    await form.get_by_role("option", name="第二网格").click()
    await form.get_by_role("button", name="任命", exact=True).click()
    await expect(form.get_by_role("alert")).to_contain_text("没有这个登录名")
    await expect(form.get_by_label("登录名")).to_have_value("nobody-here")
