"""The moment comes once: with two workers, with connections cut in the middle, and while reports land."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from geoalchemy2.shape import to_shape
from sqlalchemy import func, select

from app.changes.deadlines import acts as deadlines
from app.changes.models import AreaChange
from app.clocks.firing import Acts
from app.clocks.models import Wait
from app.core.audit import Trail
from app.core.clock import FixedClock
from app.core.errors import Problem
from app.core.settings import Settings
from app.core.work import Runtime, Work, system_work
from app.grid.lineage import AreaLineage
from app.grid.models import Area, Boundary
from app.grid.moves import Moved
from app.issues.models import Issue
from app.on_ground import ON_GROUND
from app.people.models import Role
from app.timetable import TIMETABLE
from app.worker.turns import catch_up
from tests import town
from tests.changes import acts
from tests.conftest import Sit, make_runtime, report
from tests.journeys.test_area_changes import without_anybody

pytestmark = pytest.mark.anyio
HERE = acts.HERE
LANDING, AT_ONCE, TRIES = 200, 6, 5
BREAKS = "select pg_terminate_backend(pg_backend_pid())"


@pytest.fixture
async def second(settings: Settings, clock: FixedClock) -> AsyncIterator[Runtime]:
    """Another worker's own pool, at the same time."""
    made = make_runtime(settings)
    made.clock = clock
    yield made
    await made.engine.dispose()


async def counted(runtime: Runtime) -> dict[str, int]:
    """What a moment leaves behind, in numbers."""
    async with system_work(runtime, HERE) as work:
        queries = {
            "areas": select(func.count()).where(Area.code == acts.NEW_GRID),
            "lineage": select(func.count()).select_from(AreaLineage),
            "effects": select(func.count()).where(Trail.step == "take_effect"),
            "settled": select(func.count()).where(Trail.step == "settle"),
            "parked": select(func.count()).where(Wait.parked_at.is_not(None)),
            "outlines": select(func.count()).select_from(Boundary).join(Area, Area.id == Boundary.area_id).where(
                Area.code.in_([town.G1, acts.NEW_GRID]), func.upper_inf(Boundary.valid)
            ),
        }  # fmt: skip
        return {name: await work.session.scalar(query) or 0 for name, query in queries.items()}


async def test_two_workers_and_cut_connections_do_it_once(
    sit: Sit, runtime: Runtime, second: Runtime, clock: FixedClock
) -> None:
    broken = 0

    async def cut(work: Work, _moved: Moved) -> None:
        nonlocal broken
        broken += 1
        if broken <= 2:
            await work.driver.execute(BREAKS)

    on_ground = replace(ON_GROUND, carry=(*ON_GROUND.carry, cut))
    timetable = {**TIMETABLE, "area_change": Acts(AreaChange, deadlines(on_ground))}
    at = clock.now() + timedelta(minutes=1)
    change = await acts.approved(sit, acts.halves(), at)
    clock.advance(minutes=1)

    async def insist(one: Runtime) -> None:
        for _ in range(20):
            try:
                await catch_up(one, HERE, timetable)
            except Problem:
                await asyncio.sleep(0)
            clock.advance(seconds=3)

    await asyncio.gather(insist(runtime), insist(second))
    assert broken == 3, "cut twice, done once"
    assert await counted(runtime) == {
        "areas": 1, "lineage": 1, "effects": 1, "settled": 1, "parked": 0, "outlines": 2,
    }  # fmt: skip
    async with system_work(runtime, HERE) as work:
        done = await work.session.get_one(AreaChange, change["id"])
        assert done.moment == at, "its moment, whenever the worker came to it"
    await acts.assert_whole(runtime)


async def test_reports_that_land_meanwhile_have_one_ground_each(
    sit: Sit, runtime: Runtime, second: Runtime, clock: FixedClock
) -> None:
    desk = await sit(Role.STREET_DISPATCHER, town.WEST)
    limit = asyncio.Semaphore(AT_ONCE)
    landed = asyncio.Event()
    count = 0

    async def land(number: int) -> None:
        nonlocal count
        place = (102.801 + 0.048 * (number % 20) / 20, 24.801 + 0.048 * (number // 20) / 10)
        async with limit:
            key = {"Idempotency-Key": f"landing-{number:04}-{number:04}"}
            for _ in range(TRIES):  # a 503 says: send the same again
                answer = await desk.post("/issues", report(place), headers=key)
                if answer.status_code != 503:
                    break
        assert answer.status_code == 201, answer.text
        count += 1
        if count == LANDING // 4:
            landed.set()

    async def moment() -> None:
        await landed.wait()
        await asyncio.gather(catch_up(runtime, HERE), catch_up(second, HERE))

    await acts.approved(sit, acts.halves(), clock.now() + timedelta(minutes=1))
    clock.advance(minutes=1)
    await asyncio.gather(moment(), *(land(number) for number in range(LANDING)))
    for _ in range(3):
        clock.advance(seconds=5)
        await acts.came(runtime)
    assert (await counted(runtime))["settled"] == 1
    assert await without_anybody(runtime) == []
    await on_right_ground(runtime)
    await acts.assert_whole(runtime)


async def on_right_ground(runtime: Runtime) -> None:
    """Every report lies in the outline it keeps, in the grid that has it now, and none is unplaced."""
    async with system_work(runtime, HERE) as work:
        outlines = {one.id: to_shape(one.geom) for one in await work.session.scalars(select(Boundary))}
        grids = {row.id: row.code for row in await work.session.execute(select(Area.id, Area.code))}
        rows: list[Any] = list(await work.session.scalars(select(Issue)))
    assert len(rows) == LANDING
    for issue in rows:
        place: Any = to_shape(issue.point)
        assert outlines[issue.boundary_id].covers(place)
        wanted = town.G1 if place.x <= 102.825 else acts.NEW_GRID
        assert grids[issue.grid_id] == wanted or place.x == 102.825, (place.wkt, grids[issue.grid_id])
    assert {issue.placement for issue in rows} <= {"placed", "near_border"}
