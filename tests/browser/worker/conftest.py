"""A grid worker's phone in a browser, on a ground with doors, people, things due, an issue and a patrol list."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy import select, update

from app.core.work import Runtime, Work, system_work
from app.grid.models import Dwelling
from app.households.models import Household, Resident
from app.people.models import Role
from app.visits import reckoning
from app.worker.turns import drain
from tests import town
from tests.browser.conftest import PATIENCE_MS, PHONE, OpenFace
from tests.conftest import Sit, report
from tests.visits.homes import HERE, home, need

PIN = "314159"
PEOPLE = ["张桂英", "曾凡", "单雄", "李兰英", "王秀珍", "赵建国", "陈静", "杨帆"]
OpenWorker = Callable[..., Awaitable[Page]]


async def named(work: Work, household: UUID, name: str, tail: str) -> None:
    """Give the head a made-up name and a number that no telephone has."""
    said = {
        "name_sealed": work.keys.seal(name, "resident.name"), "phone_masked": f"166****{tail}",
        "phone_sealed": work.keys.seal(f"1660000{tail}", "resident.phone"),
    }  # fmt: skip
    changed = update(Resident).where(Resident.household_id == household).values(**said)
    await work.session.execute(changed.execution_options(unscoped=True))


async def furnish(runtime: Runtime, rooms: int = len(PEOPLE)) -> list[UUID]:
    """Households of building 3, entrance 2, from 501 on; the first three are called on every month."""
    async with system_work(runtime, HERE) as work:
        made = []
        for place in range(rooms):
            household = await home(work, str(501 + place))
            await named(work, household, PEOPLE[place % len(PEOPLE)], f"{11 + place:04d}")
            made.append(household)
        for household in made[:3]:
            await need(work, household, since=work.clock.now() - timedelta(days=70))
        doors = select(Household.dwelling_id).where(Household.id.in_(made))
        lon, lat = town.IN_B1
        here = update(Dwelling).where(Dwelling.id.in_(doors)).values(point=f"SRID=4326;POINT({lon} {lat})")
        await work.session.execute(here.execution_options(unscoped=True))
        await reckoning.reckon(work, made)
    return made


async def homes_due(runtime: Runtime) -> list[UUID]:
    """Three households by name, called on every month."""
    return await furnish(runtime, 3)


async def crowd(runtime: Runtime, rooms: int) -> None:
    """So many households more on the ground, with a head each, and nothing due."""
    async with system_work(runtime, HERE) as work:
        first = await home(work, "1000")
        (household,) = await plain(work, Household, Household.id == first)
        (door,) = await plain(work, Dwelling, Dwelling.id == household["dwelling_id"])
        (head,) = await plain(work, Resident, Resident.household_id == first)
        doors, households, heads = [], [], []
        for place in range(1, rooms):
            ids = {"door": work.new_id(), "household": work.new_id(), "head": work.new_id()}
            doors.append(door | {"id": ids["door"], "room": str(1000 + place)})
            households.append(household | {"id": ids["household"], "dwelling_id": ids["door"]})
            heads.append(head | {"id": ids["head"], "household_id": ids["household"]})
        await work.put(Dwelling, doors)
        await work.put(Household, households)
        await work.put(Resident, heads)


async def plain(work: Work, model: Any, which: Any) -> list[dict[str, Any]]:
    """Rows as they are put, whatever their columns."""
    table = model.__table__
    query = select(*(getattr(model, column.key) for column in table.columns)).where(which)
    return [dict(row._mapping) for row in await work.session.execute(query.execution_options(unscoped=True))]


@pytest.fixture
async def homes_there(runtime: Runtime) -> list[UUID]:
    return await furnish(runtime)


async def raise_issue(runtime: Runtime, sit: Sit, **more: Any) -> str:
    """A resident's matter that waits for this worker."""
    desk = await sit(Role.COMMUNITY_OFFICER, town.C1)
    said = report(town.IN_B1, text="三岔口路灯不亮", place_text="三岔口", **more)
    del said["district"]
    answer = await desk.post("/issues", said)
    assert answer.status_code == 201, answer.text
    await drain(runtime, HERE)
    return str(answer.json()["id"])


async def sign_on(
    page: Page, role: Role = Role.GRID_WORKER, ground: str = town.G1, *, deputising: bool = False
) -> None:
    """As a person does it: name, password, a PIN twice."""
    await page.fill("input[name=username]", town.login_name(role, ground))
    await page.fill("input[name=password]", town.PASSWORD)
    await page.click("button[type=submit]")
    await page.select_option("select[name=district]", HERE)  # the account works in two districts
    await page.click("button[type=submit]")
    await page.wait_for_selector("input[name=pin]")
    if deputising:  # for the post of somebody away
        await page.select_option("select[name=post]", index=1)
    await page.fill("input[name=pin]", PIN)
    await page.fill("input[name=pin-again]", PIN)
    await page.click("button[type=submit]")
    await page.wait_for_selector("nav.tabs")


async def unlock(page: Page) -> None:
    await page.fill("input[name=pin]", PIN)
    await page.wait_for_selector("nav.tabs")


async def in_step(page: Page) -> None:
    """All is sent, and what the service has is here."""
    await expect(page.locator("[data-test=unsent]")).to_contain_text("0", timeout=PATIENCE_MS)
    await page.wait_for_selector(".strip[data-synced]")
    await page.wait_for_function("() => !document.querySelector('.strip .state')")


async def back_online(page: Page) -> None:
    """The signal is back, and the page hears of it: Chromium's emulation does not always tell it."""
    await page.context.set_offline(False)
    await page.evaluate("() => dispatchEvent(new Event('online'))")


async def controlled(page: Page) -> None:
    """The service worker has the page, so that it opens without a signal."""
    await page.wait_for_function("() => !!navigator.serviceWorker.controller")


@pytest.fixture
def open_worker(open_face: OpenFace) -> OpenWorker:
    """`await open_worker()`: the worker of the first grid, signed on and in step."""

    async def open_one(language: str = "zh", context: BrowserContext | None = None, **more: Any) -> Page:
        page = await open_face("worker", device=PHONE, language=language, context=context, **more)
        page.context.set_default_timeout(15_000)
        await sign_on(page)
        await in_step(page)
        return page

    return open_one
