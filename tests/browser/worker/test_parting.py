"""What is unsent at sign-off goes to the office, sealed."""

import pytest
from playwright.async_api import expect
from sqlalchemy import func, select

from app.core.work import Runtime, system_work
from app.sync.models import Op, SealedOutbox
from tests.browser.conftest import picture, violations
from tests.browser.worker.conftest import OpenWorker, back_online
from tests.visits.homes import HERE

pytestmark = pytest.mark.anyio


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

    await back_online(page)
    async with page.expect_response("**/devices/*/wiped"):
        await page.reload()
    async with system_work(runtime, HERE) as work:
        for column, count in ((SealedOutbox.id, 1), (Op.op_id, 0)):
            counted = select(func.count(column)).execution_options(unscoped=True)
            assert await work.session.scalar(counted) == count
