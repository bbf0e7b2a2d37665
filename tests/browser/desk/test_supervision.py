"""The supervision desk 督办台: its lists, each row opening the matter or the whistle that runs."""

import re
from uuid import UUID

import pytest
from playwright.async_api import expect

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.people.models import Role
from tests import town
from tests.browser.conftest import OpenFace, picture, scrolls_sideways, violations
from tests.conftest import Desk, Sit
from tests.dispatch.desks import dispatched
from tests.figures.acts import changed, excluded
from tests.issues.acts import raised
from tests.timeline import live
from tests.whistles.acts import blow

pytestmark = pytest.mark.anyio
SEAT = (Role.STREET_SECRETARY, town.WEST)


async def test_each_list_opens_its_matter_or_whistle(
    public: Desk, sit: Sit, runtime: Runtime, open_face: OpenFace
) -> None:
    """Deemed signed by order and by call, passed on three times, waiting for a decision."""
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    ordered, _ = await dispatched(public, street)
    called = await raised(public)
    whistle = await blow(street, called["id"])
    clock = runtime.clock
    assert isinstance(clock, FixedClock)
    await live(runtime, clock, days=2)
    passed, asked = await raised(public), await raised(public)
    await changed(runtime, UUID(passed["id"]), hops=3, reworks=1)
    await excluded(runtime, UUID(asked["id"]), agreed=None)

    page = await open_face("desk", *SEAT, path="supervision?list=deemed")
    row = page.get_by_role("row").filter(has_text=ordered["number"])
    await expect(row).to_contain_text("区城市管理局")
    await expect(page.get_by_role("link", name="视为签收 2")).to_have_attribute("aria-current", "page")
    assert await violations(page) == []
    assert not await scrolls_sideways(page)
    await picture(page, "supervision-zh")
    await page.get_by_role("link", name="待审批 1").click()
    await expect(page.get_by_role("link", name=asked["number"])).to_be_visible()
    await page.get_by_role("link", name="多次流转或返工 1").click()
    hopped = page.get_by_role("row").filter(has_text=passed["number"])
    await expect(hopped).to_contain_text("转办3次")
    await expect(hopped).to_contain_text("返工1次")
    await page.go_back()
    await page.go_back()
    await page.get_by_role("row").filter(has_text=called["number"]).get_by_role("link", name="吹哨").click()
    await page.wait_for_url(f"**/d/whistles/{whistle['id']}")
    await page.go_back()
    await page.get_by_role("link", name=ordered["number"]).click()
    await expect(page).to_have_url(re.compile(ordered["id"]))


async def test_an_empty_list_says_so_and_leads_on(open_face: OpenFace) -> None:
    page = await open_face("desk", *SEAT, path="supervision?list=overdue", language="en")
    await expect(page.get_by_text("“overdue” is empty")).to_be_visible()
    await expect(page.get_by_role("link", name="To the queue")).to_be_visible()
    assert await violations(page) == []
    await picture(page, "supervision-en")
