"""The offline day: what is entered without a signal is stored exactly once, whatever happens on the way."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from playwright.async_api import BrowserContext, FilePayload, Page, Route, expect
from sqlalchemy import func, select

from app.core.work import Runtime, system_work
from app.issues.models import Issue
from app.issues.records import IssuePhoto
from app.sync.models import Media, Op
from app.visits.models import Visit
from tests.browser.conftest import PATIENCE_MS, OpenFace
from tests.browser.worker.conftest import OpenWorker, controlled, furnish, in_step, unlock
from tests.visits.homes import HERE

pytestmark = pytest.mark.anyio
ROOMS = 10


def photo(shade: int) -> FilePayload:
    """A picture as a camera gives it: larger than what is sent."""
    out = io.BytesIO()
    Image.effect_noise((2400, 1800), shade).convert("RGB").save(out, "JPEG", quality=80)
    return {"name": f"{shade}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


async def unsent(page: Page, count: int) -> None:
    await expect(page.locator("[data-test=unsent]")).to_have_text(f"未上传 {count}", timeout=PATIENCE_MS)


async def visit(page: Page, room: int) -> None:
    """From the homes page, by door."""
    await page.click("nav.tabs >> text=住户")
    await page.fill("input[type=search]", f"3-2-{room}")
    await page.click(f".row-main >> text=3-2-{room}")
    await page.click(".dock >> text=开始走访")
    await page.click(".dock >> text=保存")
    await page.click("text=返回任务")


async def hazard(page: Page, shade: int) -> None:
    """A category, a photo, send."""
    await page.click("nav.tabs >> text=上报")
    await page.click(f"fieldset >> nth=0 >> label >> nth={shade % 3}")
    await page.set_input_files("input[type=file]", photo(shade))
    await page.wait_for_selector(".photos img")
    await page.click(".dock >> text=提交")
    await page.click("text=返回任务")


def stored_then_503(seen: list[int]) -> Callable[[Route], Any]:
    """The service stores the first batch; its answer is lost behind a 503."""

    async def answer(route: Route) -> None:
        stored = await route.fetch()
        seen.append(len((route.request.post_data_json or {})["ops"]))
        if len(seen) > 1:
            await route.fulfill(response=stored)
        else:
            busy = {"code": "unavailable", "title": "服务暂不可用"}
            await route.fulfill(status=503, content_type="application/problem+json", json=busy)

    return answer


async def counted(runtime: Runtime) -> dict[str, int]:
    async with system_work(runtime, HERE) as work:

        async def count(column: Any) -> int:
            return int(await work.session.scalar(select(func.count(column)).execution_options(unscoped=True)) or 0)

        return {
            "visits": await count(Visit.id), "homes": await count(Visit.household_id.distinct()),
            "issues": await count(Issue.id), "photos": await count(IssuePhoto.id),
            "bound": await count(Media.bound_at), "ops": await count(Op.op_id),
        }  # fmt: skip


async def test_offline_day(open_worker: OpenWorker, open_face: OpenFace, runtime: Runtime) -> None:
    rooms: list[UUID] = await furnish(runtime, ROOMS)
    page = await open_worker()
    away: BrowserContext = page.context
    await controlled(page)
    await away.set_offline(True)
    await expect(page.locator(".strip")).to_contain_text("离线,可继续填写")
    for room in range(501, 500 + ROOMS):
        await visit(page, room)
    await hazard(page, 30)
    await hazard(page, 61)
    await unsent(page, ROOMS - 1 + 2 + 2)

    await page.reload()  # the service worker serves the page, the PIN opens what is kept
    await unlock(page)
    await unsent(page, ROOMS - 1 + 2 + 2)
    second = await open_face("worker", context=away)
    await visit(second, 500 + ROOMS)  # another tab, without the PIN again
    await unsent(second, ROOMS + 2 + 2)
    await unsent(page, ROOMS + 2 + 2)
    assert await counted(runtime) == dict.fromkeys(await counted(runtime), 0)

    pushed: list[int] = []
    await away.route("**/api/v1/sync/push", stored_then_503(pushed))
    await away.set_offline(False)
    await page.wait_for_function("() => /服务器忙/.test(document.querySelector('.strip').textContent)")
    await unsent(page, ROOMS + 2 + 2)
    await page.click("nav.tabs >> text=我的")
    await page.click("text=立即同步")
    await in_step(page)
    await unsent(second, 0)
    assert pushed == [ROOMS + 2]  # the lost answer was looked up, nothing was sent twice
    said = await counted(runtime)
    assert said == {"visits": ROOMS, "homes": len(rooms), "issues": 2, "photos": 2, "bound": 2, "ops": ROOMS + 2}

    await page.click("text=我的记录")
    await page.wait_for_selector("li.record")
    stages = await page.eval_on_selector_all("li.record .tick", "all => all.map((one) => one.dataset.stage)")
    assert stages == ["sent"] * (ROOMS + 2)
