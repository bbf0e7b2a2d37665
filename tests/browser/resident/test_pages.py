"""Every page in both languages: no serious fault for axe, no sideways scroll on a small phone with large text."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from app.core.work import Runtime
from app.people.models import Role
from tests import town
from tests.browser.conftest import HERE, PHONE, OpenFace, TickingClock, picture, settled, violations
from tests.browser.resident.acts import BOARD, LAMP, SIGN, all_here, button, hang_sign, type_words
from tests.conftest import Desk, Sit
from tests.issues.acts import raised
from tests.issues.test_follow_words import phone_of
from tests.journeys.people import done, step

pytestmark = pytest.mark.anyio
SMALL = {"width": 320, "height": 568}
NEXT, SKIP, SEND = ("下一步", "Next"), ("不留,跳过", "Skip this"), ("提交", "Send")
Look = Callable[[Page, str], Awaitable[None]]


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def look(language: str) -> AsyncIterator[Look]:
    """Look at a page as it stands; faults are told together at the end."""
    faults: list[str] = []

    async def at(page: Page, name: str) -> None:
        await settled(page)
        faults.extend(f"{name}: {fault}" for fault in await violations(page))
        await picture(page, f"resident-{name}-{language}")
        await page.evaluate("() => document.documentElement.classList.add('large')")
        await page.set_viewport_size(SMALL)  # type: ignore[arg-type]
        # A phone's browser zooms out for what is too wide, and its window is wider then: the screen counts.
        if await page.evaluate("() => document.documentElement.scrollWidth") > SMALL["width"]:
            faults.append(f"{name}: scrolls sideways")
        await picture(page, f"resident-{name}-{language}-large")
        await page.evaluate("() => document.documentElement.classList.remove('large')")
        await page.set_viewport_size(PHONE["viewport"])

    yield at
    assert faults == []


async def test_the_way_of_a_report(
    open_face: OpenFace, public: Desk, language: str, look: Look, runtime: Runtime
) -> None:
    await phone_of(runtime, Role.BUILDING_LEADER, town.B1)
    await raised(public, town.IN_B1, category="p0118")
    page = await open_face("resident", device=PHONE, language=language)
    await look(page, "1-start")
    await hang_sign(page)
    await page.goto(f"{page.url}?s={SIGN}")
    await page.get_by_text(BOARD["name"]).first.wait_for()
    await type_words(page, LAMP)
    await page.locator("#category").wait_for()
    await look(page, "2-write")
    await type_words(page, "楼道着火了,路灯也不亮")
    await page.locator(".urgent").wait_for()
    await look(page, "3-urgent")
    await type_words(page, LAMP)
    await expect(page.locator(".urgent")).to_have_count(0)
    await button(page, *NEXT).click()
    await page.locator(".cards").wait_for()
    await look(page, "4-near")
    await page.locator(".go .primary").click()
    await page.locator("#phone").fill("12")
    await look(page, "5-contact")
    await page.locator(".go .primary").click()
    await page.locator(".facts").wait_for()
    await button(page, *SEND).click()
    await page.locator(".summary").wait_for()
    await look(page, "6-check-fault")
    await page.locator(".summary a").click()
    await look(page, "7-contact-fault")
    await page.locator("#phone").fill("13800001234")
    await page.locator(".go .primary").click()
    await page.locator(".facts").wait_for()
    await look(page, "8-check")
    await button(page, *SEND).click()
    await page.locator("output").wait_for()
    await page.locator(".facts").wait_for()
    await page.locator(".qr svg").wait_for()
    await look(page, "9-done")


async def test_what_waits_without_a_line(open_face: OpenFace, language: str, look: Look) -> None:
    page = await open_face("resident", device=PHONE, language=language, path=f"?d={HERE}")
    await all_here(page)
    await type_words(page, LAMP)
    await button(page, *NEXT).click()
    await button(page, *SKIP).click()
    await page.context.set_offline(True)
    await button(page, *SEND).click()
    await expect(page.locator(".wait")).to_be_visible()
    await look(page, "10-waiting")
    await page.context.set_offline(False)


async def test_the_page_behind_the_link(
    open_face: OpenFace, public: Desk, sit: Sit, language: str, look: Look, runtime: Runtime
) -> None:
    await phone_of(runtime, Role.GRID_WORKER, town.G1)
    receipt = await raised(public, area_code=town.G1, text=LAMP, contact={"phone": "13800001234"})
    worker = await sit(Role.GRID_WORKER, town.G1)
    await step(worker, receipt["id"], "accept")
    assert isinstance(runtime.clock, TickingClock)
    link = f"follow/{receipt['follow_token']}"
    runtime.clock.advance(days=30)
    page = await open_face("resident", device=PHONE, language=language, path=link)
    await page.locator(".line li").first.wait_for()
    await look(page, "11-follow-late")
    worker = await sit(Role.GRID_WORKER, town.G1)
    await step(worker, receipt["id"], "answer", text="路灯已修好,换了灯泡和线路。")
    await page.reload()
    await page.locator(".reply").wait_for()
    await look(page, "12-follow-answered")
    await page.locator(".go .primary").first.click()
    await page.locator(".big").wait_for()
    await look(page, "13-rate")
    await page.locator(".big button").first.click()
    await page.locator(".options").wait_for()
    await look(page, "14-rate-more")
    await page.locator(".options label").nth(1).click()
    await page.locator(".go .primary").first.click()
    await page.locator("h1").wait_for()
    await look(page, "15-rate-thanks")
    done(await public.get(f"/follow/{receipt['follow_token']}"))
    await page.goto(page.url.replace("/rate", ""))
    await page.locator(".line li").first.wait_for()
    await page.locator("section .stack button, section.stack button").first.click()
    await look(page, "16-follow-closed")


async def test_a_link_that_leads_nowhere(open_face: OpenFace, language: str, look: Look) -> None:
    page = await open_face("resident", device=PHONE, language=language, path="follow/530114.nothing.here")
    await expect(page.locator(".problem")).to_be_visible()
    await look(page, "17-lost")
    page = await open_face("resident", device=PHONE, language=language, path="nowhere")
    await expect(page.locator("h1")).to_be_visible()
    await look(page, "18-nowhere")
