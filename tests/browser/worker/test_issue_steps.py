"""The buttons of a matter are those its record offers: after a step they are the ones the service gives now."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import func, select

from app.core.work import Runtime, system_work
from app.issues.actions import STEPS
from app.issues.models import Issue
from app.issues.records import IssuePhoto
from app.issues.words import STEP_WORDS
from app.people.models import Role
from app.worker.turns import drain
from tests import town
from tests.browser.conftest import picture, violations
from tests.browser.worker.conftest import OpenWorker, back_online, in_step, raise_issue
from tests.browser.worker.test_offline_day import photo
from tests.conftest import Sit
from tests.visits.homes import HERE

pytestmark = pytest.mark.anyio
BUTTONS = "[data-steps] button"


async def stands(runtime: Runtime, issue: str) -> tuple[str, int]:
    """Its state, and how many photos lie on it."""
    async with system_work(runtime, HERE) as work:
        state = (await work.session.get_one(Issue, UUID(issue))).state
        counted = select(func.count(IssuePhoto.id)).where(IssuePhoto.issue_id == UUID(issue))
        return str(state), int(await work.session.scalar(counted) or 0)


async def expect_the_services_own(page: Page, sit: Sit, issue: str) -> None:
    """The steps the service allows this worker now, each once, and no other."""
    worker = await sit(Role.GRID_WORKER, town.G1)
    allowed = (await worker.get(f"/issues/{issue}")).json()["allowed_steps"]
    words = sorted(STEP_WORDS[step][0] for step in allowed if step in STEPS)
    await page.locator("[data-steps] summary").evaluate_all(
        "all => all.forEach((one) => (one.parentNode.open = true))"
    )
    await expect(page.locator(BUTTONS)).to_have_count(len(words))
    assert sorted(await page.locator(BUTTONS).all_inner_texts()) == words


async def test_buttons_are_the_services_after_every_step_with_and_without_a_signal(
    open_worker: OpenWorker, runtime: Runtime, sit: Sit
) -> None:
    issue = await raise_issue(runtime, sit)
    page = await open_worker()
    await page.click(".row-main >> text=三岔口路灯不亮")
    await expect_the_services_own(page, sit, issue)

    await page.get_by_role("button", name="签收", exact=True).click()
    await expect(page.locator("[data-pending] .tick")).to_have_text("已传")
    await expect(page.locator(BUTTONS)).to_have_count(0)  # those of before are gone, those of now not yet known
    assert (await stands(runtime, issue))[0] == "handling"
    await drain(runtime, HERE)
    await expect(page.locator("[data-pending]")).to_have_count(0)  # the phone has asked again by itself
    await expect_the_services_own(page, sit, issue)

    await page.context.set_offline(True)
    await page.get_by_role("button", name="答复", exact=True).click()
    sheet = page.locator(".step-sheet")
    await sheet.get_by_role("button", name="提交").click()
    await expect(sheet.get_by_role("alert")).to_contain_text("请填写")
    await sheet.locator("textarea[name=text]").fill("路灯已修好,当晚已亮。")
    await sheet.locator(".chips label:has-text('已解决')").click()
    await sheet.locator("input[type=file]").set_input_files(photo(40))
    await page.wait_for_selector(".photos img")
    assert await violations(page) == []
    await picture(page, "worker-issue-answer")
    await sheet.get_by_role("button", name="提交").click()
    await expect(page.locator("[data-pending]")).to_contain_text("等待上传")
    await expect(page.locator(BUTTONS)).to_have_count(0)
    assert await violations(page) == []
    await picture(page, "worker-issue-waiting")
    await page.click("nav.tabs >> text=任务")
    row = page.locator("li.issue")
    await expect(row).to_contain_text("答复 已存")
    await expect(row.locator("button")).to_have_count(0)
    await row.locator("a").click()

    await back_online(page)
    await in_step(page)
    assert await stands(runtime, issue) == ("answered", 1)
    await drain(runtime, HERE)
    await expect(page.locator("[data-pending]")).to_have_count(0)
    await expect_the_services_own(page, sit, issue)
