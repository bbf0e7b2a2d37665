"""What the service refuses is shown with its own words, is corrected or given up, and stands before nothing."""

from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select, update

from app.core.work import Runtime, system_work
from app.grid.models import Area
from app.households.models import Household
from app.issues.models import Issue
from app.people.models import Role
from app.visits.models import Visit
from app.worker.turns import drain
from tests import town
from tests.browser.conftest import picture, violations
from tests.browser.worker.conftest import OpenWorker, back_online, controlled, in_step, raise_issue, unlock
from tests.conftest import Sit
from tests.journeys.people import step
from tests.visits.homes import HERE

pytestmark = pytest.mark.anyio
ANSWER = "已请双方到场,路灯由物业修好。"


async def rezoned(runtime: Runtime, household: UUID) -> None:
    """To the grid next door, by a boundary no feed has told the phone of yet."""
    async with system_work(runtime, HERE) as work:
        other = await work.session.scalar(select(Area.id).where(Area.code == town.G2))
        gone = update(Household).where(Household.id == household).values(grid_id=other)
        await work.session.execute(gone.execution_options(unscoped=True))


async def visit(page: Page, door: str) -> None:
    await page.click("nav.tabs >> text=任务")
    await page.click(f"text={door} >> xpath=ancestor::li >> text=走访")
    await page.click(".dock >> text=保存")
    await page.click("text=返回任务")


async def answer(page: Page, result: str) -> None:
    """The form of an answer, as it stands on the page of the matter."""
    sheet = page.locator(".step-sheet")
    await sheet.locator("textarea[name=text]").fill(ANSWER)
    await sheet.locator(f".chips label:has-text('{result}')").first.click()
    await sheet.get_by_role("button", name="提交").click()


async def visited(runtime: Runtime) -> list[UUID | None]:
    async with system_work(runtime, HERE) as work:
        query = select(Visit.household_id).order_by(Visit.at, Visit.id).execution_options(unscoped=True)
        return list(await work.session.scalars(query))


async def state_of(runtime: Runtime, issue: str) -> Any:
    async with system_work(runtime, HERE) as work:
        return (await work.session.get_one(Issue, UUID(issue))).state


async def test_w3_what_is_refused_waits_in_the_tray_and_holds_nothing_up(
    open_worker: OpenWorker, homes_there: list[UUID], runtime: Runtime, sit: Sit
) -> None:
    issue = await raise_issue(runtime, sit)
    await step(await sit(Role.GRID_WORKER, town.G1), issue, "accept")
    await drain(runtime, HERE)
    page = await open_worker()
    await controlled(page)
    await page.context.set_offline(True)
    await visit(page, "3-2-501")
    await visit(page, "3-2-502")
    await page.click(".row-main >> text=三岔口路灯不亮")
    await page.click("summary")
    await page.get_by_role("button", name="答复", exact=True).click()
    await answer(page, "调解成功")
    await rezoned(runtime, homes_there[0])

    await page.reload()
    await unlock(page)
    await back_online(page)
    await page.click(".strip >> text=2 条需要处理")
    assert await visited(runtime) == [homes_there[1]]  # nothing has waited for what was refused
    cards = page.locator("li.record")
    await expect(cards).to_have_count(2)
    await expect(cards.filter(has_text="3-2-501")).to_contain_text("没有这一户,或不在您的网格和包联名单内。")
    await expect(cards.filter(has_text="三岔口路灯不亮")).to_contain_text("该结果不适用")
    assert await violations(page) == []
    await picture(page, "worker-tray-zh")

    await cards.filter(has_text="3-2-501").get_by_role("button", name="不再处理").click()
    await expect(cards).to_have_count(1)
    await cards.get_by_role("button", name="修改后重报").click()
    await expect(page.locator(".step-sheet textarea[name=text]")).to_have_value(ANSWER)
    await picture(page, "worker-correcting-zh")
    await answer(page, "已解决")
    await expect(page.locator("[data-pending]")).to_contain_text("答复")
    await in_step(page)
    assert await state_of(runtime, issue) == "answered"
    await expect(page.locator(".strip")).not_to_contain_text("需要处理")
    await page.click("nav.tabs >> text=任务")
    await expect(page.locator("li.visit:has-text('3-2-501')")).to_contain_text("走访")  # given up is not done
