"""W1 to W6 of the phone's face, each walked as a worker walks it."""

import re
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Route, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout
from sqlalchemy import func, select

from app.core.work import Runtime, system_work
from app.people.models import Role
from app.visits.models import Visit, VisitTask
from app.worker.turns import drain
from tests import town
from tests.browser.conftest import PATIENCE_MS, PHONE, OpenFace, picture, violations
from tests.browser.worker.conftest import (
    PIN,
    OpenWorker,
    back_online,
    crowd,
    homes_due,
    in_step,
    raise_issue,
    sign_on,
    unlock,
)
from tests.conftest import ROOT, Sit
from tests.visits.homes import HERE

pytestmark = pytest.mark.anyio
DONE = ".page h1:focus"


async def visits(runtime: Runtime) -> list[tuple[str, str]]:
    async with system_work(runtime, HERE) as work:
        query = select(Visit.result, Visit.kind).order_by(Visit.at, Visit.id).execution_options(unscoped=True)
        return [(str(result), str(kind)) for result, kind in await work.session.execute(query)]


async def test_w1_a_cold_start_a_visit_and_a_search(open_worker: OpenWorker, runtime: Runtime) -> None:
    await crowd(runtime, 1000)
    await homes_due(runtime)
    page = await open_worker()
    await page.click("nav.tabs >> text=住户")
    await page.wait_for_selector(".list .row")
    for words, door in (
        ("3-2-503", "3-2-503"),
        ("单雄", "3-2-503"),
        ("0013", "3-2-503"),
        ("sx", "3-2-503"),
        ("zf", "3-2-502"),
    ):
        await page.fill("input[type=search]", "")
        await page.fill("input[type=search]", words)
        await page.wait_for_selector(f".list li:first-child strong:text-is('{door}')")

    await page.goto(page.url.split("/w/")[0] + "/w/")
    await page.reload()
    await page.fill("input[name=pin]", PIN)
    await page.wait_for_selector(".list .row")

    await page.click("text=3-2-501 >> xpath=ancestor::li >> text=走访")
    await page.click(".dock >> text=保存")  # two taps; three from the household's page
    await page.wait_for_selector(DONE)
    await page.click("text=返回任务")
    await page.click(".row-main >> text=3-2-502")
    await page.click(".dock >> text=不在家")  # two taps
    await expect(page.locator(".dock >> text=已记「不在家」")).to_be_disabled()
    await in_step(page)
    assert await visits(runtime) == [("met", "visit"), ("not_home", "visit")]


@pytest.mark.usefixtures("homes_there")
async def test_w1_a_hazard_in_four_taps_and_an_issue_signed_from_the_list(
    open_worker: OpenWorker, runtime: Runtime, sit: Sit
) -> None:
    await raise_issue(runtime, sit)
    page = await open_worker()
    await page.click("text=三岔口路灯不亮 >> xpath=ancestor::li >> button")  # the record's own first step
    await expect(page.locator("li.issue .tick")).to_be_visible()
    await in_step(page)
    await page.click("nav.tabs >> text=上报")
    await page.click("fieldset >> nth=0 >> label >> nth=1")
    await page.click(".dock >> text=提交")  # three taps, four with a photo
    await page.wait_for_selector(DONE)
    await page.click("text=返回任务")
    await in_step(page)
    await drain(runtime, HERE)
    await page.click("nav.tabs >> text=我的")
    await page.click("text=立即同步")
    await in_step(page)
    await page.click("nav.tabs >> text=任务")
    await page.click(".row-main >> text=三岔口路灯不亮")
    states = page.locator(".tag.brand")
    await expect(states).not_to_have_text("已分派")  # signed, so it stands elsewhere and offers other steps
    assert "签收" not in await page.inner_text(".page section:has(> h2:text-is('办理'))")


async def test_w2_one_saving_closes_what_is_due_and_no_form_asks_twice(
    open_worker: OpenWorker, homes_there: list[UUID], runtime: Runtime
) -> None:
    page = await open_worker()
    await page.click("nav.tabs >> text=住户")
    await page.click(".row-main >> text=3-2-501")
    due = await page.locator("section:has(> h2:text-is('这一户要办的')) li").count()
    await page.click(".dock >> text=开始走访")
    assert await page.locator(".closes .tag.done").count() == due == 1
    labels = [one.strip() for one in await page.locator("form legend, form label.field").all_inner_texts()]
    assert len(labels) == len(set(labels))
    assert await page.locator("form [required]").count() == 0
    await page.fill("textarea[name=note]", "一切都好")
    await page.wait_for_selector("text=草稿已存")
    await page.reload()  # nothing typed is lost
    await unlock(page)
    await expect(page.locator("textarea[name=note]")).to_have_value("一切都好")
    await page.click(".dock >> text=保存")
    await page.wait_for_selector(DONE)
    await in_step(page)
    async with system_work(runtime, HERE) as work:
        query = select(VisitTask.state).where(
            VisitTask.household_id == homes_there[0], VisitTask.state == "covered"
        )
        assert list(await work.session.scalars(query.execution_options(unscoped=True)))
    forms = (await page.evaluate(FORMS))["forms"]
    for form in forms:
        names = [(one["form"], one["name"]) for one in form["fields"]]
        assert len(names) == len(set(names)), form["type"]


FORMS = """async () => {
  const [one] = (await indexedDB.databases()).filter((each) => each.name.startsWith('wangge-0'))
  const asking = indexedDB.open(one.name)
  const opened = await new Promise((done) => (asking.onsuccess = () => done(asking.result)))
  const asked = opened.transaction('meta').objectStore('meta').get('manifest')
  const row = await new Promise((done) => (asked.onsuccess = () => done(asked.result)))
  opened.close()
  return row.value
}"""


@pytest.mark.usefixtures("homes_there")
async def test_w3_saving_waits_for_nothing(open_worker: OpenWorker) -> None:
    page = await open_worker()
    held: list[Route] = []

    async def hold(route: Route) -> None:  # a network that takes everything and answers nothing
        held.append(route)

    await page.context.route("**/api/v1/**", hold)
    for room in ("3-2-501", "3-2-502", "3-2-503"):
        await page.click(f"text={room} >> xpath=ancestor::li >> text=走访")
        await page.click(".dock >> text=保存")
        await page.wait_for_selector(DONE)
        await page.click("text=返回任务")
    await expect(page.locator("[data-group=done] .tick")).to_have_count(3)
    assert set(await page.locator("[data-group=done] .tick").all_inner_texts()) == {"已存"}
    for one in held:
        with suppress(Exception):
            await one.abort()


def test_w4_nothing_counts_ranks_or_tracks_a_worker() -> None:
    built = ROOT / "web/dist"
    scripts = [one for one in (built / "assets").glob("*.js") if one.name.startswith(("worker", "WorkerMap"))]
    said = "".join(one.read_text("utf-8") for one in scripts)
    assert scripts
    assert not re.findall("积分|排名|排行|名次|打卡|签到|在线时长|轨迹|连续\\d*天|红旗|勋章|加油", said)
    assert not re.findall(r"\b(streak|leaderboard|ranking|badge|check-?in|mileage)\b", said, re.IGNORECASE)
    assert "capture" not in re.findall(r"type:\"?`?file`?\"?[^}]*", said)  # a photo may be chosen, never forced
    routes = re.findall(r"path:[`'\"]([^`'\"]+)", said)
    assert {"/", "/homes", "/report", "/map", "/me"} <= set(routes)
    assert not [one for one in routes if re.search("rank|score|point|track|online|attend", one)]


async def test_w5_empty_first_sync_and_a_full_phone(open_face: OpenFace, runtime: Runtime) -> None:
    await crowd(runtime, 200)
    page = await open_face("worker", device=PHONE)
    full = "navigator.storage.estimate = async () => ({ usage: 900e6, quota: 1000e6 })"
    await page.add_init_script(full)
    await page.reload()
    held: list[Route] = []
    released: list[bool] = []

    async def hold(route: Route) -> None:
        if "cursor=" in route.request.url and not released:
            held.append(route)
        else:
            await route.continue_()

    await page.context.route("**/api/v1/sync/pull?**", hold)
    await sign_on(page)
    await page.wait_for_function(
        "() => /首次下载 \\d+\\/\\d+,约 \\d+ 秒/.test(document.querySelector('.strip').textContent)"
    )
    await page.click("nav.tabs >> text=住户")
    assert await page.locator(".list .row").count() == 40
    assert int(re.sub(r"\D", "", await page.inner_text(".page-head .quiet"))) >= 50
    released.append(True)
    for one in held:
        await one.continue_()
    await in_step(page)
    await page.click("nav.tabs >> text=任务")
    note = await page.inner_text(".calm-note")
    assert note.startswith("今天没有到期的。")
    assert "!" not in note
    await page.click(".strip a >> text=手机空间快满了")
    await page.wait_for_selector("text=已用 900 MB")
    await page.click("text=清除已上传的照片")
    await page.wait_for_selector("text=已清除 0 张")
    assert await violations(page) == []
    await picture(page, "worker-full-zh")


@pytest.mark.usefixtures("homes_there")
async def test_w6_on_leave_the_deputy_sees_the_tasks(open_worker: OpenWorker, open_face: OpenFace) -> None:
    page = await open_worker()
    await page.click("nav.tabs >> text=我的")
    await page.click("text=请假交接")
    await page.select_option("select[name=deputy]", label="测试grid_leader · 网格长")
    await page.fill("input[name=until]", "2026-11-30")
    assert await page.locator("ul.card li").count() == 3  # what falls due while away
    await page.click("text=提交交接")
    await page.wait_for_selector("text=代理人接手:事项 0 件、工单 0 件、走访 3 户")
    await picture(page, "worker-handed-zh")
    async with page.expect_download() as download:
        await page.click("text=保存清单")
    listed = await (await download.value).path()
    assert "3-2-501 张桂英" in listed.read_text("utf-8-sig")

    deputy = await open_face("worker", device=PHONE)
    await sign_on(deputy, Role.GRID_LEADER, town.G1, deputising=True)
    await in_step(deputy)
    await expect(deputy.locator(".row.visit")).to_have_count(3)
    await page.click("text=结束交接")
    await page.wait_for_selector("text=提交交接")


@pytest.mark.usefixtures("homes_there")
async def test_a_locked_phone_and_a_wiped_one(open_worker: OpenWorker) -> None:
    """Five wrong PINs, then the password sets a new one and nothing is lost; signing off leaves nothing."""
    page = await open_worker()
    await page.context.set_offline(True)
    await page.click("text=3-2-501 >> xpath=ancestor::li >> text=走访")
    await page.click(".dock >> text=保存")
    await page.click("text=返回任务")
    await page.click("nav.tabs >> text=我的")
    await page.click("text=立即锁定")
    assert await violations(page) == []
    for left in (4, 3, 2, 1):
        await page.fill("input[name=pin]", "000000")
        await page.wait_for_selector(f"text=还可以试 {left} 次")
    await page.fill("input[name=pin]", "000000")
    await back_online(page)
    await page.get_by_role("button", name="用登录密码登录").click()
    await sign_on(page)
    await in_step(page)
    await page.reload()
    await unlock(page)
    await page.click("nav.tabs >> text=我的")
    await page.click("text=退出并清除本机")
    await page.get_by_role("alertdialog").get_by_role("button", name="退出", exact=True).click()
    await page.wait_for_selector("input[name=username]")
    left_over = await page.evaluate(LEFT_OVER)
    assert left_over == {"databases": ["wangge-parting"], "caches": [], "workers": 0, "kept": []}


LEFT_OVER = """async () => ({
  databases: (await indexedDB.databases()).map((one) => one.name),
  caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  kept: Object.keys(localStorage).filter((key) => /phone|current|session/.test(key)),
})"""


@pytest.mark.usefixtures("homes_there")
async def test_a_newer_build_waits_for_the_next_page(open_worker: OpenWorker, app: Any) -> None:
    page = await open_worker()
    await page.wait_for_function("() => !!navigator.serviceWorker.controller")
    await page.click("text=3-2-501 >> xpath=ancestor::li >> text=走访")
    await page.fill("textarea[name=note]", "正在填写")
    bundle = app.state.bundle
    script = bundle.files["w/sw.js"]
    newer = type(script)(script.content + b"\n// a newer build", None, script.media_type, script.caching)
    try:
        bundle.files["w/sw.js"] = newer
        await page.evaluate("() => navigator.serviceWorker.getRegistration('/w/').then((one) => one.update())")
        await page.wait_for_function(
            "() => navigator.serviceWorker.getRegistration('/w/').then((one) => !!one.waiting)"
        )
        assert await page.input_value("textarea[name=note]") == "正在填写"  # not in the middle of a form
        await page.click(".page-head button")
        locked = page.locator("input[name=pin]")
        for tab in ("任务", "住户") * 2:  # between two pages, as soon as the page has heard of it
            with suppress(PlaywrightTimeout):
                await page.click(f"nav.tabs >> text={tab}", timeout=PATIENCE_MS / 5)
            with suppress(AssertionError):
                await expect(locked).to_be_visible(timeout=PATIENCE_MS / 5)
                break
        await expect(locked).to_be_visible()
        assert not await page.evaluate(
            "() => navigator.serviceWorker.getRegistration('/w/').then((one) => !!one.waiting)"
        )
    finally:
        bundle.files["w/sw.js"] = script


@pytest.mark.usefixtures("homes_there")
async def test_two_weeks_without_the_service_close_the_books_not_the_outbox(
    open_worker: OpenWorker, runtime: Runtime
) -> None:
    page = await open_worker()
    await page.context.set_offline(True)
    await page.click("text=3-2-501 >> xpath=ancestor::li >> text=走访")
    await page.click(".dock >> text=保存")
    await page.click("text=返回任务")
    await page.clock.fast_forward(15 * 86_400_000)
    await page.wait_for_selector("text=住户信息已锁定")
    assert "张桂英" not in await page.inner_text("main")
    await expect(page.locator(".strip")).to_contain_text("有 1 条存了一天以上还没有上传")
    assert await violations(page) == []
    await picture(page, "worker-closed-zh")
    await page.click("nav.tabs >> text=上报")
    await page.wait_for_selector("form >> text=什么问题?")
    async with system_work(runtime, HERE) as work:
        assert await work.session.scalar(select(func.count(Visit.id)).execution_options(unscoped=True)) == 0
