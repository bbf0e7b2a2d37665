"""The way of a report: four taps, the kind guessed and corrected, where it is, neighbours, the receipt."""

import pytest
from playwright.async_api import Geolocation, expect
from sqlalchemy import select

from app.core.work import Runtime, system_work
from app.issues.models import Issue
from app.people.models import Role
from tests import town
from tests.browser.conftest import HERE, OpenFace, picture, violations
from tests.browser.resident.acts import LAMP, focused, issues, number_on, opened, press, sent, to_check, type_words
from tests.conftest import Desk
from tests.grid.test_places import settle
from tests.issues.acts import raised
from tests.issues.test_follow_words import MOBILE, phone_of

pytestmark = pytest.mark.anyio
COUNT = "() => { window.taps = 0; addEventListener('click', (e) => { taps += e.isTrusted ? 1 : 0 }, true) }"
FAR = Geolocation(latitude=10.0, longitude=100.0, accuracy=20)


async def test_r1_from_the_sign_to_the_number_in_four_taps(open_face: OpenFace, runtime: Runtime) -> None:
    """No account, no position, no contact; the sign says where and the words say what kind it is."""
    page = await opened(open_face)
    await page.evaluate(COUNT)
    await page.locator("#text").tap()
    await page.keyboard.insert_text(LAMP)
    await press(page, "下一步")
    await press(page, "不留,跳过")
    await press(page, "提交")
    number = await number_on(page)
    assert await page.evaluate("() => window.taps") <= 4
    (one,) = await issues(runtime)
    assert (one.number, one.text, one.category) == (number, LAMP, "p0118")
    assert one.channel == "qr"
    assert await page.locator(".facts").inner_text() != ""


async def test_r1_a_guessed_kind_is_corrected_and_stays_corrected(open_face: OpenFace, runtime: Runtime) -> None:
    page = await opened(open_face)
    await type_words(page)
    guess = page.get_by_role("radio", name="路灯", exact=False).first
    await expect(guess).to_be_checked()
    await press(page, "看全部类别")
    await page.get_by_label("全部类别").select_option(value="p0102")
    await type_words(page, f"{LAMP}门口的路灯坏了三天")
    await expect(page.locator("#category input:checked")).to_have_count(1)
    chosen = await page.locator("#category label:has(input:checked)").inner_text()
    assert "路灯" not in chosen
    await press(page, "下一步")
    await press(page, "不留,跳过")
    await sent(page)
    (one,) = await issues(runtime)
    assert one.category == "p0102"


async def test_r1_where_it_is_by_an_address_that_is_known_and_never_a_door(
    open_face: OpenFace, runtime: Runtime
) -> None:
    """Words offer estates and buildings; the one that is tapped places the report."""
    await settle(runtime)
    page = await opened(open_face, sign=False)
    await page.locator("#place_text").fill("安居苑3栋1单元101")
    offered = page.locator(".known button")
    await expect(offered).to_have_text(
        ["安居苑 3栋 乌龙街道 三岔口社区 第二网格", "安居苑 3栋 乌龙街道 联大社区 大网格 小网格甲"]
    )
    await picture(page, "resident_r1_address")
    await offered.last.tap()
    await page.get_by_text("地点:乌龙街道 联大社区 安居苑 3栋").wait_for()
    assert await violations(page) == []
    await to_check(page)
    await sent(page)
    (one,) = await issues(runtime)
    assert (one.placement, one.place_text, one.dwelling_id) == ("placed", "安居苑3栋1单元101", None)


async def test_r1_where_it_is_by_the_phone_or_by_a_tap_on_the_map(open_face: OpenFace, runtime: Runtime) -> None:
    """A circle too wide is not taken, which the service says; the map needs no tiles; both are sent."""
    page = await opened(open_face, sign=False)
    context = page.context
    await press(page, "用手机定位")
    await page.get_by_text("没有得到定位").wait_for()
    await context.grant_permissions(["geolocation"])
    lon, lat = town.IN_B1
    await context.set_geolocation({"latitude": lat, "longitude": lon, "accuracy": 9000})
    await press(page, "用手机定位")
    await page.get_by_text("定位误差太大(9000 米)").wait_for()
    await context.set_geolocation({"latitude": lat + 0.0001, "longitude": lon, "accuracy": 12})
    await press(page, "用手机定位")
    await page.get_by_text("误差约 12 米").wait_for()
    await to_check(page)
    await sent(page)
    await page.get_by_role("button", name="再报一件(同一地点)").tap()
    await page.get_by_text("误差约 12 米").wait_for()
    await press(page, "不用这个位置")
    await press(page, "在地图上指")
    await page.locator(".map canvas").wait_for()
    await page.locator(".map").click(position={"x": 150, "y": 110})
    await page.get_by_text("已在地图上选好").wait_for()
    await to_check(page)
    await sent(page)
    first, second = await issues(runtime)
    assert (first.point_source, second.point_source) == ("gps", "map")
    assert first.point != second.point


async def test_r1_an_open_matter_nearby_is_offered_and_joined(
    open_face: OpenFace, public: Desk, runtime: Runtime
) -> None:
    other = await raised(public, town.IN_B1, category="p0118")
    page = await opened(open_face)
    await type_words(page)
    await press(page, "下一步")
    await page.get_by_role("heading", name="是不是这些?").wait_for()
    card = page.locator(".cards li")
    assert "1 人反映" in await card.inner_text()
    assert "厕所" not in await card.inner_text(), "the words of another reporter are not shown"
    await card.get_by_role("button", name="我也遇到了").tap()
    await press(page, "不留,跳过")
    number = await sent(page)
    async with system_work(runtime, HERE) as work:
        found = {row.number: row for row in await work.session.scalars(select(Issue))}
    assert str(found[number].merged_into) == other["id"]
    await page.get_by_role("link", name="看进展").tap()
    await page.get_by_text("一共 2 人反映了同一件事").wait_for()


async def test_r2_the_receipt_says_who_and_by_when_and_can_be_kept(open_face: OpenFace, runtime: Runtime) -> None:
    await phone_of(runtime, Role.GRID_WORKER, town.G1)
    page = await opened(open_face)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await to_check(page)
    number = await sent(page)
    facts = page.locator(".facts")
    await facts.wait_for()
    said = await facts.inner_text()
    assert "网格员 测试grid_worker" in said
    assert MOBILE in said
    assert "首次联系\n11月21日" in said
    assert "周六" in said
    await press(page, "复制编号")
    assert await page.evaluate("() => navigator.clipboard.readText()") == number
    await press(page, "复制链接")
    link = await page.evaluate("() => navigator.clipboard.readText()")
    await page.locator(".qr svg path").wait_for()
    await page.reload()  # the page may be kept and opened again
    assert await number_on(page) == number
    await page.get_by_role("button", name="再报一件(同一地点)").tap()
    await page.get_by_text("三岔口社区 1栋 附近").wait_for()
    assert await page.locator("#text").input_value() == ""
    await page.goto(link)
    await page.get_by_text(f"编号 {number}").wait_for()


async def test_r2_a_place_outside_is_said_and_has_a_number_all_the_same(
    open_face: OpenFace, runtime: Runtime
) -> None:
    page = await opened(open_face, sign=False)
    await page.context.grant_permissions(["geolocation"])
    await page.context.set_geolocation(FAR)
    await press(page, "用手机定位")
    await page.get_by_text("误差约 20 米").wait_for()
    await to_check(page)
    await sent(page)
    told = page.locator(".sorry")
    await told.wait_for()
    (one,) = await issues(runtime)
    assert one.placement != "grid"
    assert await told.inner_text() != ""


async def test_r4_emergency_words_show_the_number_first_and_let_go_on(
    open_face: OpenFace, runtime: Runtime
) -> None:
    page = await opened(open_face)
    await type_words(page, "楼道着火了,路灯也不亮")
    await press(page, "下一步")  # quicker than the service could answer
    call = page.get_by_role("link", name="拨打 119")
    await call.wait_for()
    assert await call.get_attribute("href") == "tel:119"
    await expect(focused(page)).to_have_class("urgent")
    await type_words(page, "有人打人")
    await page.get_by_role("link", name="拨打 110").wait_for()
    await type_words(page, "老人晕倒在楼下")
    await page.get_by_role("link", name="拨打 120").wait_for()
    await press(page, "下一步")
    await press(page, "不留,跳过")
    await sent(page)
    assert len(await issues(runtime)) == 1


async def test_r4_without_a_line_all_numbers_are_shown(open_face: OpenFace) -> None:
    page = await opened(open_face)
    await page.context.set_offline(True)
    await type_words(page, "闻到煤气味")
    for number in ("110", "119", "120", "122"):
        await expect(page.get_by_role("link", name=number, exact=True)).to_be_visible()
    await page.context.set_offline(False)


async def test_where_several_districts_live_one_is_asked_for(open_face: OpenFace, runtime: Runtime) -> None:
    page = await opened(open_face, sign=False)
    await page.evaluate("() => localStorage.removeItem('wangge.r.draft')")
    await page.goto(page.url.split("?")[0])
    await page.get_by_label("哪个区县?").wait_for()
    await type_words(page, "楼下着火了")
    await page.get_by_role("link", name="拨打 119").wait_for()  # whom to call is the same in all of them
    await type_words(page)
    await press(page, "下一步")
    await page.locator(".summary a", has_text="请选择是哪个区县").click()
    await expect(focused(page)).to_have_id("district")
    await page.locator("#district").select_option(label="呈贡区")
    await press(page, "下一步")
    await press(page, "不留,跳过")
    await sent(page)
    assert len(await issues(runtime)) == 1
