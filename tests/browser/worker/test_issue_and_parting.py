"""The buttons of an issue are those the record offers; what is unsent at sign-off goes to the office, sealed."""

from uuid import UUID

import pytest
from playwright.async_api import expect
from sqlalchemy import func, select

from app.core.work import Runtime, system_work
from app.issues.actions import STEPS
from app.issues.models import Issue
from app.issues.words import STEP_WORDS
from app.people.models import Role
from app.sync.models import Op, SealedOutbox
from app.worker.turns import drain
from tests import town
from tests.browser.conftest import PATIENCE_MS, picture, violations
from tests.browser.worker.conftest import OpenWorker, in_step, raise_issue
from tests.conftest import Sit
from tests.visits.homes import HERE

pytestmark = pytest.mark.anyio
OFFERED = """() => [...document.querySelectorAll('.page section button')].map((one) => one.textContent.trim())"""


async def state_of(runtime: Runtime, issue: str) -> str:
    async with system_work(runtime, HERE) as work:
        return str((await work.session.get_one(Issue, UUID(issue))).state)


async def offered(sit: Sit, issue: str) -> set[str]:
    """Words of the steps the service allows this worker and a phone can take."""
    worker = await sit(Role.GRID_WORKER, town.G1)
    allowed = (await worker.get(f"/issues/{issue}")).json()["allowed_steps"]
    return {STEP_WORDS[step][0] for step in allowed if step in STEPS}


async def test_issue_buttons_are_the_records_own_and_steps_wait_for_no_signal(
    open_worker: OpenWorker, runtime: Runtime, sit: Sit
) -> None:
    issue = await raise_issue(runtime, sit)
    page = await open_worker()
    await page.click(".row-main >> text=三岔口路灯不亮")
    await page.wait_for_selector("h2 >> text=办理 >> nth=0")
    assert await offered(sit, issue) <= set(await page.evaluate(OFFERED))

    await page.context.set_offline(True)
    await page.click("button >> text=签收")
    await expect(page.locator(".page .note")).to_contain_text("已存:签收")  # one step after the other
    assert await page.locator("button >> text=签收").count() == 0
    assert await violations(page) == []
    await picture(page, "worker-issue-waiting")
    assert await state_of(runtime, issue) == "assigned"
    await page.context.set_offline(False)
    await in_step(page)
    assert await state_of(runtime, issue) == "handling"
    await expect(page.locator(".page .note .tick")).to_have_text("已传")  # no old buttons until the record is new
    await drain(runtime, HERE)
    await page.clock.fast_forward(20_000)  # the phone asks again by itself
    await expect(page.locator(".page .note")).to_have_count(0, timeout=PATIENCE_MS)
    assert await offered(sit, issue) <= set(await page.evaluate(OFFERED))
    await page.click("summary >> text=更多办理")
    await page.click(f"button:text-is('{STEP_WORDS['answer'][0]}')")
    await page.click(".step-sheet >> text=提交")
    await expect(page.locator(".step-sheet [role=alert]")).to_contain_text("请填写")
    for box in await page.locator(".step-sheet textarea").all():
        await box.fill("路灯已修好,当晚已亮。")
    await page.reload()  # half a form is not lost
    await page.fill("input[name=pin]", "314159")
    await page.click("summary >> text=更多办理")
    await page.click(f"button:text-is('{STEP_WORDS['answer'][0]}')")
    await expect(page.locator(".step-sheet textarea").first).to_have_value("路灯已修好,当晚已亮。")
    for group in await page.locator(".step-sheet .chips").all():
        await group.locator("label").first.click()
    await picture(page, "worker-issue-answer")
    assert await violations(page) == []
    await page.click(".step-sheet >> text=提交")
    await in_step(page)
    assert await state_of(runtime, issue) == "answered"


@pytest.mark.usefixtures("homes_there")
async def test_what_is_unsent_at_sign_off_is_handed_in_sealed_and_nothing_stays(
    open_worker: OpenWorker, runtime: Runtime
) -> None:
    page = await open_worker()
    await page.context.set_offline(True)
    await page.click("li.row.visit >> nth=0 >> text=走访")
    await page.click(".dock >> text=保存")
    await page.click("nav.tabs >> text=我的")
    await page.click("text=退出并清除本机")
    await expect(page.locator("[role=alertdialog]")).to_contain_text("还有 1 条未上传")
    assert await violations(page) == []
    await picture(page, "worker-sign-off")
    await page.click("text=封存并退出")
    await page.wait_for_selector("input[name=username]")
    assert "张桂英" not in await page.content()
    names = await page.evaluate("async () => (await indexedDB.databases()).map((one) => one.name)")
    assert names == ["wangge-parting"]  # sealed for the office: nobody here can read it

    await page.context.set_offline(False)
    async with page.expect_response("**/devices/*/wiped"):
        await page.reload()
    async with system_work(runtime, HERE) as work:
        for column, count in ((SealedOutbox.id, 1), (Op.op_id, 0)):
            counted = select(func.count(column)).execution_options(unscoped=True)
            assert await work.session.scalar(counted) == count
