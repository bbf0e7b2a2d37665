"""乌龙街道, 2022 (DESIGN 5), by hand on all four faces: from the residents to the third mobile toilet.

Nobody here calls the API: residents, worker, community, street, bureau and secretary tap on their own pages; the
background worker takes its turns between them.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout
from sqlalchemy import select

from app.core.work import Runtime, system_work
from app.issues.models import Issue
from app.people.models import Role
from app.whistles.models import Whistle
from app.worker.turns import drain
from tests import town
from tests.browser.conftest import HERE, PATIENCE_MS, PHONE, OpenFace, picture
from tests.browser.resident.acts import opened, press, sent, type_words
from tests.browser.worker.conftest import OpenWorker, in_step, open_worker

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
NO_TOILET = "韶光街和学海路口没有公共厕所,地铁站旁也没有。"
TRIED = "社区两次协调建设单位,无合适用地。"
SOLVED = "三处移动公厕已启用,固定公厕列入明年计划。"

OPTIONAL = "选填"
NOTHING: Mapping[str, str] = {}
__all__ = ["open_worker"]


async def fill(form: Locator, said: Mapping[str, str] = NOTHING) -> None:
    """Every field of a step's form: what is said by a part of its label, else the first choice or a few words."""
    for field in await form.locator(".field").all():
        label = await field.inner_text()
        words = next((value for part, value in said.items() if part in label), None)
        if words is None and OPTIONAL in label:
            continue
        if await field.locator("fieldset label").count():
            choice = field.locator("fieldset label", has_text=words) if words else field.locator("fieldset label")
            await choice.first.click()
        elif await field.locator("[role=combobox]").count():
            if words:
                await field.locator("[role=combobox]").first.fill(words)
                await field.get_by_role("option", name=re.compile(words)).first.click()
        elif await field.locator("input[type=datetime-local]").count():
            await field.locator("input").fill(words or "2026-11-20T10:00")
        elif await field.locator("textarea, input[type=text]").count():
            await field.locator("textarea, input[type=text]").first.fill(words or "已按程序办理。")


async def at_desk(page: Page, step: str, said: Mapping[str, str] = NOTHING) -> None:
    """One step of the matter or whistle that is open at a desk, by its button and its form."""
    await page.locator(".matter, .board").first.wait_for()
    button = page.get_by_role("button", name=re.compile(f"^{step}")).first
    more = page.locator("details.menu summary")
    await button.or_(more).first.wait_for()
    if await more.count() and not await button.is_visible():
        await more.click()
    await button.click()
    panel = page.locator(".panel")
    await panel.locator("button.primary").wait_for()
    await fill(panel, said)
    await panel.locator("button.primary").click()
    await expect(panel).to_have_count(0)


async def in_department(page: Page, step: str, said: Mapping[str, str] = NOTHING) -> None:
    """One step of what is open on the department's page."""
    await page.get_by_role("link", name=step, exact=True).first.click()
    await page.locator("form button.primary").wait_for()
    await fill(page.locator("form"), said)
    await page.locator("form button.primary").click()
    await expect(page.locator("form")).to_have_count(0)


async def follows(page: Page, answer: str) -> None:
    """The resident opens the link of the receipt and says how it is."""
    await page.get_by_role("button", name=re.compile("刷新")).tap()
    await page.get_by_role("link", name="说说解决了没有").tap()
    await page.locator(".big button", has_text=answer).first.tap()
    await page.get_by_text("已记下").first.wait_for()
    await page.locator(".go a").last.tap()
    await page.get_by_role("button", name=re.compile("刷新")).wait_for()


async def two_residents(open_face: OpenFace) -> tuple[Page, Page]:
    """The second is offered what the first has reported."""
    pages = []
    for place in range(2):
        page = await opened(open_face)
        await type_words(page, NO_TOILET)
        await press(page, "下一步")
        if place:
            await page.get_by_role("button", name="我也遇到了").tap()
        await press(page, "不留,跳过")
        await sent(page)
        await page.get_by_role("link", name="看进展").tap()
        await page.get_by_role("button", name=re.compile("刷新")).wait_for()
        pages.append(page)
    return pages[0], pages[1]


async def synced(phone: Page) -> None:
    """The phone asks for what is new until the matter offers its next steps, and shows it."""
    for _ in range(5):
        await phone.click("nav.tabs >> text=我的")
        await phone.click("text=立即同步")
        await in_step(phone)
        await phone.click("nav.tabs >> text=任务")
        await phone.click(f".row-main >> text={NO_TOILET[:8]}")
        with suppress(PlaywrightTimeout):
            return await phone.locator("section .wide").first.wait_for(timeout=PATIENCE_MS / 5)
    raise AssertionError("the matter stays as it was")


async def tap_step(phone: Page, step: str) -> None:
    """A step on the worker's phone, among the first or behind the rest; the list may be drawn anew meanwhile."""
    button = phone.get_by_role("button", name=step, exact=True)
    for _ in range(3):
        await phone.locator("section .wide").first.wait_for()
        if not await button.is_visible():
            await phone.locator("section > details summary").click()
        with suppress(PlaywrightTimeout):
            return await button.click(timeout=PATIENCE_MS / 5)
    raise AssertionError(step)


async def climbs(open_face: OpenFace, open_worker: OpenWorker, runtime: Runtime, issue: Issue) -> None:
    """The worker signs on the phone and hands up; so does the community at its desk."""
    phone = await open_worker()
    for step in ("签收", "上报"):
        await drain(runtime, HERE)
        await synced(phone)
        await tap_step(phone, step)
        sheet = phone.locator(".step-sheet")
        await phone.locator(".step-sheet, .note").first.wait_for()
        if await sheet.count():
            await fill(sheet)
            await sheet.locator("button.primary").click()
            await phone.locator(".note, .calm-note").first.wait_for()  # kept on the phone
        await in_step(phone)
    await phone.close()
    desk = await open_face("desk", Role.COMMUNITY_OFFICER, town.C1, path=f"?list=all&issue={issue.id}")
    await desk.get_by_text(issue.number).first.wait_for()
    await at_desk(desk, "签收")
    await at_desk(desk, "上报", {"理由": "需多部门选址。"})
    await desk.close()


async def blows(street: Page, issue: Issue) -> str:
    """The street whistles from the matter; without saying what it has tried it cannot."""
    await street.get_by_text(issue.number).first.wait_for()
    await street.get_by_role("button", name=re.compile("^吹哨")).click()
    await street.get_by_label("标题").fill("路口缺少公共厕所")
    await street.get_by_label("情况").fill("居民反映韶光街与学海路口没有公厕。")
    for unit, full in (("城市管理", "区城市管理局"), ("三岔口", "三岔口社区")):
        await street.get_by_role("combobox", name="添加 报到单位").fill(unit)
        await street.get_by_role("option", name=re.compile(full)).first.click()
    await street.get_by_role("button", name="吹哨", exact=True).click()
    await expect(street.locator(".summary")).to_contain_text("街道已做的努力")
    await street.get_by_label("街道已做的努力").fill(TRIED)
    await street.get_by_role("button", name="吹哨", exact=True).click()
    await street.wait_for_url(re.compile(r"/d/whistles/[0-9a-f-]{36}"))
    await expect(street.get_by_role("rowheader", name=re.compile("区城市管理局"))).to_have_count(1)
    return street.url.rpartition("/")[2]


async def test_the_story_on_all_four_faces(open_face: OpenFace, open_worker: OpenWorker, runtime: Runtime) -> None:
    first, second = await two_residents(open_face)
    async with system_work(runtime, HERE) as work:
        query = select(Issue).where(Issue.merged_into.is_(None))
        issue = (await work.session.scalars(query)).one()
    await climbs(open_face, open_worker, runtime, issue)

    street = await open_face("desk", Role.STREET_DISPATCHER, town.WEST, path=f"?list=all&issue={issue.id}")
    whistle = await blows(street, issue)
    await drain(runtime, HERE)

    bureau = await open_face("department", Role.DEPARTMENT_OFFICER, "chengguan", device=PHONE)
    await signs(bureau)
    await in_department(bureau, "联系街道")
    await in_department(bureau, "报到", {"到场人员": "李工"})
    await in_department(bureau, "制定方案")
    await expect(street.get_by_role("row", name=re.compile("区城市管理局")).first).to_contain_text("办理中")
    await at_desk(
        street, "下达任务", {"单位": "城市管理", "任务内容": "安装移动公厕三处", "完成时限": "2026-11-30T17:00"}
    )
    await picture(street, "story-board-zh")
    await page_of_task(bureau)
    await in_department(bureau, "完成", {"办理结果": SOLVED})
    await in_department(bureau, "提交办理结果")

    community = await open_face("department", Role.COMMUNITY_OFFICER, town.C1)
    await signs(community)
    await in_department(community, "联系街道")
    await in_department(community, "报到", {"到场人员": "社区小陈"})
    await in_department(community, "制定方案")
    await in_department(community, "完成")

    await at_desk(street, "核查通过", {"办理结果": "阶段"})
    await drain(runtime, HERE)
    await follows(first, "解决了")
    await follows(second, "没有解决")
    assert await state_of(runtime, issue) == "whistled", "one says no: the work goes on"
    await drain(runtime, HERE)
    await bureau.reload()
    await in_department(bureau, "提交办理结果")
    await at_desk(street, "核查通过", {"办理结果": "阶段"})
    await drain(runtime, HERE)
    await follows(first, "解决了")
    await follows(second, "解决了")
    assert await state_of(runtime, issue) == "closed"
    told = await second.locator("ol.line").inner_text()
    assert "区城市管理局已签收" in told
    await picture(second, "story-follow-zh")

    secretary = await open_face("desk", Role.STREET_SECRETARY, town.WEST, path=f"whistles/{whistle}")
    await at_desk(secretary, "办结")
    await expect(secretary.locator(".head")).to_contain_text("已办结")
    async with system_work(runtime, HERE) as work:
        assert await work.session.scalar(select(Whistle.state)) == "closed"


async def signs(unit: Page) -> None:
    """One tap on the inbox, then the call itself."""
    await unit.get_by_role("button", name=re.compile("^签收")).click()
    await expect(unit.locator(".bar")).to_contain_text("已签收")
    await unit.get_by_role("link", name="路口缺少公共厕所").first.click()


async def page_of_task(bureau: Page) -> None:
    """The task shows on the department's page, and is done there."""
    await bureau.reload()
    task: Any = bureau.locator(".task")
    await expect(task).to_contain_text("安装移动公厕三处")
    await task.get_by_role("link", name=re.compile("完成")).first.tap()
    await fill(bureau.locator("form"), {"说明": "三处均已启用"})
    await bureau.locator("form button.primary").tap()
    await expect(bureau.locator("form")).to_have_count(0)


async def state_of(runtime: Runtime, issue: Issue) -> str:
    async with system_work(runtime, HERE) as work:
        return str(await work.session.scalar(select(Issue.state).where(Issue.id == issue.id)))
