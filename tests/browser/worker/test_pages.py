"""Every page of the phone's face: readable by all, no wider than the phone in care mode, in both languages."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from app.core.work import Runtime
from tests.browser.conftest import picture, scrolls_sideways, settled, violations
from tests.browser.worker.conftest import OpenWorker, raise_issue
from tests.conftest import Sit
from tests.visits.test_patrols import listed

pytestmark = pytest.mark.anyio


async def looked_at(page: Page, name: str) -> None:
    """The page as it stands is fit for people, also in care mode and on the narrowest phone."""
    assert await violations(page) == [], name
    await picture(page, name)
    await page.evaluate("() => document.documentElement.classList.add('large')")
    await page.set_viewport_size({"width": 320, "height": 640})
    assert not await scrolls_sideways(page), f"{name} in care mode"
    assert await violations(page) == [], f"{name} in care mode"
    await picture(page, f"{name}-care")
    await page.evaluate("() => document.documentElement.classList.remove('large')")
    await page.set_viewport_size({"width": 393, "height": 760})


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_page_is_readable_and_fits(
    language: str, open_worker: OpenWorker, homes_there: list[UUID], runtime: Runtime, sit: Sit
) -> None:
    issue = await raise_issue(runtime, sit)
    _, patrol = await listed(runtime, sit)
    page = await open_worker(language)
    await page.wait_for_selector("li.row")
    pages = {
        "due": "", "homes": "homes", "home": f"home/{homes_there[0]}", "visit": f"home/{homes_there[0]}/visit",
        "report": "report", "map": "map", "issue": f"issue/{issue}", "patrol": f"patrol/{patrol['id']}",
        "me": "me", "records": "me/records", "attention": "me/attention", "leave": "me/leave",
    }  # fmt: skip
    for name, path in pages.items():
        await page.evaluate("(path) => document.querySelector('#app').__vue_app__"
                            ".config.globalProperties.$router.push(path)", f"/{path}")  # fmt: skip
        await expect(page.locator(".page h1")).to_be_attached()
        await settled(page)
        await looked_at(page, f"worker-{name}-{language}")
