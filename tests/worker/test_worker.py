"""The worker process: counts that equal a recount, districts that do not wait for one another, and kill -9."""

import asyncio
import os
import random  # noqa: TID251  # a seeded order of a test
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from cluster import Cluster
from fastapi import FastAPI
from sqlalchemy import select

from app.core.clock import FixedClock, SystemClock
from app.core.files import PhotoStore
from app.core.idempotency import KEPT_DAYS, Idempotency
from app.core.outbox import Delivery, Outbox, handler_name
from app.core.settings import Settings
from app.core.work import Runtime, open_city, system_work
from app.districts import Heartbeat
from app.issues.counting import recount
from app.issues.records import IssueDay
from app.people.models import Role
from app.subscriptions import SUBSCRIPTIONS
from app.worker.housekeeping import beat, tidy
from app.worker.loop import Worker
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit
from tests.core.aids import A_KEY, HERE, THERE, as_role, assert_whole, count, raised
from tests.core.tale import PEOPLE, Tale
from tests.worker.processes import Processes

pytestmark = pytest.mark.anyio
KILLS = 15
Counts = dict[Any, tuple[int, int, int]]


async def counted(runtime: Runtime, district: str = HERE) -> tuple[Counts, Counts]:
    """What the subscribers counted, and what the trail says."""
    async with system_work(runtime, district) as work:
        rows = await work.session.scalars(select(IssueDay))
        kept = {(row.street_id, row.day): (row.raised, row.answered, row.closed) for row in rows}
        again = await recount(work)
    told = {(row["street_id"], row["day"]): (row["raised"], row["answered"], row["closed"]) for row in again}
    return {key: value for key, value in kept.items() if any(value)}, told


async def assert_delivered_once(runtime: Runtime, district: str = HERE) -> None:
    """Every event done, with one delivery a handler and no other."""
    async with system_work(runtime, district) as work:
        events = list(await work.session.scalars(select(Outbox)))
        rows = await work.session.execute(select(Delivery.event_id, Delivery.handler))
        had = sorted((str(event), handler) for event, handler in rows)
    assert [event.id for event in events if event.done_at is None] == []
    owed = [(str(event.id), handler_name(one)) for event in events for one in SUBSCRIPTIONS.get(event.event, ())]
    assert had == sorted(owed)


@pytest.mark.parametrize("seed", [1, 2])
async def test_counts_equal_a_recount_after_a_random_tale(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock, seed: int
) -> None:
    """Issues move between grids of a street here; across streets only before any answer, as the recount says."""
    clock.advance(hours=11)  # eight in the evening
    desks = [(role, await sit(role, ground)) for role, ground in PEOPLE]
    tale = Tale(seed, public, desks, (town.IN_B1, town.IN_G2))
    await tale.begin()
    for _ in range(4):
        await tale.go(40, 4)
        if seed == 1:
            await drain(runtime, HERE)
        clock.advance(hours=3)  # past the office's midnight
    await drain(runtime, HERE)
    kept, told = await counted(runtime)
    assert kept == told
    assert sum(raised for raised, _, _ in told.values()) >= 4
    assert sum(answered for _, answered, _ in told.values()) >= 1
    await assert_delivered_once(runtime)


async def test_a_raising_is_counted_where_the_issue_was_moved_to(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    first, lost = await raised(public, town.IN_B1), await raised(public, None)
    await drain(runtime, HERE)
    clock.advance(hours=30)
    desk = await sit(Role.DISTRICT_ADMIN, "530114")
    for issue, place in ((first, town.IN_FIELD), (lost, town.IN_G2), (first, town.IN_B1), (first, town.IN_FIELD)):
        moved = await desk.step(issue["id"], "locate", reason="看图", point=town.point(place))
        assert moved.status_code == 200, moved.text
    await drain(runtime, HERE)
    kept, told = await counted(runtime)
    assert kept == told
    assert sorted(kept.values()) == [(1, 0, 0), (1, 0, 0)]


async def test_the_street_of_the_day_is_the_offices_day(public: Desk, runtime: Runtime, clock: FixedClock) -> None:
    clock.advance(hours=14, minutes=59)  # 23:59 at the office
    await raised(public)
    clock.advance(minutes=2)
    await raised(public)
    await drain(runtime, HERE)
    kept, told = await counted(runtime)
    assert kept == told
    assert len({day for _, day in kept}) == 2


async def test_a_district_in_trouble_does_not_hold_up_the_next(
    public: Desk, runtime: Runtime, cluster: Cluster, database: str, settings: Settings
) -> None:
    await raised(public, district=THERE)
    with as_role(cluster.url("owner", database)) as owner:
        owner.execute("alter table outbox rename to outbox_gone")
    worker = Worker(runtime, PhotoStore(settings.data_dir / "photos"))
    await worker._round()
    await worker._round()  # the second event of a subject comes after the first
    assert await count(runtime, Outbox, THERE, Outbox.done_at.is_(None)) == 0
    with as_role(cluster.url("owner", database)) as owner:
        owner.execute("alter table idempotency rename to idempotency_gone")
        owner.execute("alter table issue_photo rename to issue_photo_gone")
    stale = {
        "owner": "public",
        "route": "x",
        "key": "k",
        "body_hash": b"",
        "subject_id": runtime.ids.new(runtime.clock.now()),
    }
    async with system_work(runtime, THERE) as work:
        await work.put(Idempotency, [stale | {"at": runtime.clock.now() - timedelta(days=KEPT_DAYS + 1)}])
    await worker._tidy()
    assert await count(runtime, Idempotency, THERE, Idempotency.key == "k") == 0


async def test_keys_are_kept_thirty_days(public: Desk, runtime: Runtime, clock: FixedClock) -> None:
    await raised(public, key=A_KEY)
    clock.advance(days=KEPT_DAYS)
    await tidy(runtime, HERE)
    assert await count(runtime, Idempotency) == 1
    clock.advance(seconds=1)
    await tidy(runtime, HERE)
    assert await count(runtime, Idempotency) == 0


async def test_the_heartbeat_is_one_row_that_moves(runtime: Runtime, clock: FixedClock) -> None:
    for _ in range(3):
        clock.advance(seconds=1)
        await beat(runtime)
    async with open_city(runtime) as session:
        (row,) = (await session.scalars(select(Heartbeat))).all()
    assert (row.name, row.at) == ("worker", clock.now())


@pytest.fixture
def processes(settings: Settings) -> Iterator[Processes]:
    made = Processes(settings)
    yield made
    made.end()


async def _until(true: Callable[[], Any]) -> None:
    """Poll a real process for a minute."""
    for _ in range(3000):
        if await true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the process did not get there")


async def _waiting(runtime: Runtime) -> int:
    return sum([await count(runtime, Outbox, district, Outbox.done_at.is_(None)) for district in town.DISTRICTS])


@pytest.fixture
def at_a_time_the_process_knows(runtime: Runtime) -> None:
    """What the test's standing clock makes must not lie in the future of a process that reads the machine's,
    nor so far back that clocks ring meanwhile.
    """
    runtime.clock = FixedClock(SystemClock().now() - timedelta(minutes=5))


@pytest.mark.usefixtures("at_a_time_the_process_knows")
async def test_workers_killed_at_random_deliver_every_event_once(
    app: FastAPI, public: Desk, runtime: Runtime, processes: Processes
) -> None:
    """Two at a time, killed while events arrive: TRUST 55 in small."""
    chance = random.Random(55)  # noqa: S311  # a test's own choice
    app.state.flood_gate = _NoGate()
    stop = False

    async def arrive(district: str) -> None:
        while not stop:
            await raised(public, chance.choice([town.IN_B1, town.IN_G2, town.IN_FIELD]), district=district)

    await processes.ready()
    await asyncio.gather(*(raised(public, district=district) for district in town.DISTRICTS * 15))
    arriving = [asyncio.create_task(arrive(district)) for district in town.DISTRICTS]
    in_work = 0
    pids = [await processes.fork(), await processes.fork()]
    for _ in range(KILLS):
        await _until(partial(_more_delivered, runtime, await count(runtime, Delivery)))
        await asyncio.sleep(chance.random() * 0.05)
        processes.kill(pids.pop(0))
        in_work += await _waiting(runtime) > 0
        pids.append(await processes.fork())
    stop = True
    await asyncio.gather(*arriving)
    for pid in pids:
        processes.kill(pid)
    await raised(public)  # for the last one, so that it is known to have come up
    await _delivers_the_rest(runtime, processes)
    assert in_work > KILLS // 2
    for district in town.DISTRICTS:
        await assert_whole(runtime, district)
        await assert_delivered_once(runtime, district)
        kept, told = await counted(runtime, district)
        assert kept == told


async def _more_delivered(runtime: Runtime, before: int) -> bool:
    return await count(runtime, Delivery) > before


class _NoGate:
    async def suspects(self, _: str) -> bool:
        return False


async def _delivers_the_rest(runtime: Runtime, processes: Processes) -> None:
    """A worker started as an operator does, until nothing waits; it ends well when it is told to."""
    process = processes.command()
    try:
        await _until(lambda: _settled(runtime))
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0, processes.said.read_text()


async def _settled(runtime: Runtime) -> bool:
    return await _waiting(runtime) == 0


@pytest.mark.usefixtures("at_a_time_the_process_knows")
async def test_the_process_beats_delivers_and_ends_when_told(
    public: Desk, runtime: Runtime, processes: Processes
) -> None:
    await raised(public)
    await _delivers_the_rest(runtime, processes)
    async with open_city(runtime) as session:
        assert await session.scalar(select(Heartbeat.at)) is not None


@pytest.mark.usefixtures("at_a_time_the_process_knows")
async def test_the_process_waits_out_a_database_that_cuts_its_connections(
    public: Desk, runtime: Runtime, processes: Processes, cluster: Cluster, database: str
) -> None:
    await processes.ready()
    pid = await processes.fork()
    await raised(public)
    await _until(lambda: _settled(runtime))
    with as_role(cluster.url("cluster", database)) as admin:
        for _ in range(3):
            cut = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and usename = 'app'"
            admin.execute(cut, [database])
            with suppress(AssertionError):  # the API's own connections were cut too: once each
                await raised(public)
    for _ in range(6):
        with suppress(AssertionError):
            await raised(public)
    await _until(lambda: _settled(runtime))
    os.kill(pid, 0)  # raises when the process did not live through it
    assert await _settled(runtime)
