"""Ringing under trouble: after a standstill, by two workers at once, with connections cut, with a broken act."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from cluster import Cluster
from sqlalchemy import func, select

from app.clocks.firing import MAX_TRIES, Acts
from app.clocks.models import Wait
from app.core.audit import Trail
from app.core.clock import FixedClock
from app.core.errors import Problem
from app.core.settings import Settings
from app.core.work import Runtime, Work, system_work
from app.issues.models import Issue
from app.people.models import Role
from app.timetable import TIMETABLE
from app.worker.turns import catch_up
from tests import town
from tests.conftest import Desk, Sit, make_runtime
from tests.core.aids import HERE, as_role, assert_whole, count
from tests.issues.acts import raised

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
LADDER = ["before_due", "due", "overdue", "long_overdue"]
BREAKS = "select pg_terminate_backend(pg_backend_pid())"


@pytest.fixture
async def second(settings: Settings, clock: FixedClock) -> AsyncIterator[Runtime]:
    """Another worker's own pool, at the same time."""
    made = make_runtime(settings)
    made.clock = clock
    yield made
    await made.engine.dispose()


async def handled(public: Desk, sit: Sit, issues: int) -> list[str]:
    """Matters somebody has signed for and nobody goes on with."""
    worker = await sit(Role.GRID_WORKER, town.FIELD)
    receipts = [await raised(public, town.IN_FIELD) for _ in range(issues)]
    for receipt in receipts:
        assert (await worker.step(receipt["id"], "accept")).status_code == 200
    return [receipt["id"] for receipt in receipts]


async def reminders(runtime: Runtime) -> dict[str, list[tuple[str, str]]]:
    """What rang for each issue, in the order of its trail."""
    found: dict[str, list[tuple[str, str]]] = {}
    async with system_work(runtime, HERE) as work:
        acts = select(Trail).where(Trail.step == "remind").order_by(Trail.subject_id, Trail.seq)
        for act in await work.session.scalars(acts):
            found.setdefault(str(act.subject_id), []).append((act.detail["clock"], act.detail["rung"]))
    return found


async def insist(runtime: Runtime) -> int:
    """Ring, whatever happens to the connections."""
    for _ in range(100):
        try:
            return await catch_up(runtime, HERE)
        except Problem:
            await asyncio.sleep(0.01)
    raise AssertionError("the database does not come back")


async def assert_all_rang_once(runtime: Runtime, issues: list[str]) -> None:
    whole = Counter((clock, rung) for clock in ("contact", "solve") for rung in LADDER)
    assert {issue: Counter(rang) for issue, rang in (await reminders(runtime)).items()} == dict.fromkeys(
        issues, whole
    )
    assert await count(runtime, Wait, HERE, Wait.parked_at.is_not(None)) == 0
    await assert_whole(runtime)


async def test_after_a_week_without_a_worker_all_clocks_of_a_matter_ring_in_the_order_of_their_times(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    """Raised on a Friday at nine: contact is due in a day, the solution at the end of the Friday after."""
    (issue,) = await handled(public, sit, 1)
    clock.advance(days=7, hours=8)
    await catch_up(runtime, HERE)
    a_week = [("contact", "before_due"), ("contact", "due"), ("contact", "overdue"), ("solve", "before_due")]
    assert (await reminders(runtime))[issue] == a_week
    clock.advance(days=10)
    await catch_up(runtime, HERE)
    *_, one, other, third, last = (await reminders(runtime))[issue]
    assert {one, other} == {("contact", "long_overdue"), ("solve", "due")}, "both at half past five on that Friday"
    assert [third, last] == [("solve", "overdue"), ("solve", "long_overdue")]


async def test_two_workers_at_once_ring_nothing_twice(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock, second: Runtime
) -> None:
    issues = await handled(public, sit, 15)
    clock.advance(days=21)
    await asyncio.gather(*(catch_up(each, HERE) for each in (runtime, second, runtime, second)))
    await catch_up(runtime, HERE)
    await assert_all_rang_once(runtime, issues)
    assert await count(runtime, Wait, HERE, Wait.tries > 0) == 0


async def test_connections_that_are_cut_while_it_rings_lose_and_repeat_nothing(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock, cluster: Cluster, database: str
) -> None:
    issues = await handled(public, sit, 15)
    clock.advance(days=21)
    cut = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and usename = 'app'"
    with as_role(cluster.url("cluster", database)) as admin:
        ringing = asyncio.create_task(insist(runtime))
        for _ in range(5):
            await asyncio.sleep(0.1)
            await asyncio.to_thread(admin.execute, cut, [database])
        await ringing
    for _ in range(4):  # who was cut off in the middle has a pause, each of its rungs one
        clock.advance(minutes=10)
        await insist(runtime)
    await assert_all_rang_once(runtime, issues)


async def _breaks_its_connection(work: Work, _issue: Issue, _wait: Wait, _rung: str) -> None:
    await work.driver.execute(BREAKS)


async def _takes_for_ever(_work: Work, _issue: Issue, _wait: Wait, _rung: str) -> None:
    await asyncio.sleep(60)


@pytest.mark.parametrize("act", [_breaks_its_connection, _takes_for_ever])
async def test_an_act_that_cannot_be_done_is_parked_for_a_person_and_the_others_ring(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, act: Any
) -> None:
    monkeypatch.setattr("app.worker.turns.HANDLER_LIMIT_S", 0.5)
    await handled(public, sit, 1)
    broken = {"issue": Acts(Issue, {**TIMETABLE["issue"].by_kind, "contact": act})}
    clock.advance(days=6, hours=10)
    for _ in range(MAX_TRIES):
        await catch_up(runtime, HERE, broken)
        clock.advance(hours=6)
    assert await count(runtime, Wait, HERE, Wait.parked_at.is_not(None), Wait.kind == "contact") == 1
    async with system_work(runtime, HERE) as work:
        rang = await work.session.scalar(select(func.max(Wait.rung)).where(Wait.kind == "solve"))
    assert rang
