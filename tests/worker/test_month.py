"""A month of a district while its worker is killed at random: every rung rings exactly once (DONE WHEN of clocks).

`WANGGE_MONTH_ISSUES=10000` makes it a real month; the figures are printed with `-s`.
"""

import asyncio
import os
import random  # noqa: TID251  # a seeded order of a test
import signal
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cluster import Cluster
from sqlalchemy import func, or_, select

from app.clocks.models import Extension, Pause, Rung, Wait
from app.core.audit import Trail
from app.core.outbox import Outbox
from app.core.settings import Settings
from app.core.work import Runtime, system_work
from tests import town
from tests.core.aids import HERE, assert_whole, count
from tests.worker.clock_file import FileClock
from tests.worker.month import People, moments, shares, standing
from tests.worker.processes import Processes
from tests.worker.reckoning import Reckoning

pytestmark = pytest.mark.anyio
ISSUES = int(os.environ.pop("WANGGE_MONTH_ISSUES", "50"))
DAYS = 30
STEPS = 30 if ISSUES < 1000 else 300
ACTS_PER_ISSUE = 6
KILL_IN = 0.3  # of the moments at which the worker is up
STAYS_DOWN = 6  # after every sixth kill it stays down, for a day at least
SOON_S = 0.15 if ISSUES < 1000 else 2.0  # how far into a round a kill comes at most
PATIENCE_S = 600.0


@dataclass
class Chaos:
    """One worker at most: rings, is killed in the middle, comes back at once or after a day or more."""

    processes: Processes
    admin: psycopg.Connection[Any]
    chance: random.Random
    pid: int | None = None
    away_until: datetime | None = None
    kills: int = 0
    in_transaction: int = 0
    days_down: int = 0

    async def come_back(self, now: datetime) -> None:
        """Start the worker when it is down and not to stay so."""
        if self.pid is None and (self.away_until is None or now >= self.away_until):
            self.pid = await self.processes.fork()

    async def strike(self, now: datetime) -> None:
        """Perhaps kill it, some milliseconds from now, and see what it was at."""
        while self.pid is not None and self.chance.random() < KILL_IN:
            await asyncio.sleep(self.chance.random() * SOON_S)
            os.kill(self.pid, signal.SIGSTOP)
            self.in_transaction += await asyncio.to_thread(self._at_work, self.pid)
            self.processes.kill(self.pid)
            self.kills += 1
            self.pid = None
            if self.kills % STAYS_DOWN == 0:
                self.away_until = now + timedelta(days=1 + self.chance.random())
                self.days_down += 1
            else:
                self.pid = await self.processes.fork()

    def _at_work(self, pid: int) -> bool:
        busy = "select count(*) from pg_stat_activity where application_name = %s and xact_start is not null"
        row = self.admin.execute(busy, [f"worker-{pid}"]).fetchone()
        return row is not None and row[0] > 0


@dataclass
class Figures:
    """What is printed."""

    began: float = field(default_factory=time.monotonic)
    rounds: list[datetime] = field(default_factory=list)


@pytest.fixture
async def processes(settings: Settings, tmp_path: Path) -> AsyncIterator[Processes]:
    FileClock(tmp_path / "clock").set(town.MORNING)
    made = Processes(settings, tmp_path / "clock")
    await made.ready()
    yield made
    made.end()


async def _due(runtime: Runtime) -> int:
    now = runtime.clock.now()
    async with system_work(runtime, HERE) as work:
        ring = select(func.count()).select_from(Wait).where(Wait.wake_at <= now)
        sent = select(func.count()).select_from(Outbox).where(Outbox.done_at.is_(None))
        return int(await work.session.scalar(select(ring.scalar_subquery() + sent.scalar_subquery())) or 0)


async def _quiet(runtime: Runtime, patience: float = PATIENCE_S) -> None:
    """Until nothing is left to ring or to deliver at this moment."""
    until = time.monotonic() + patience
    while await _due(runtime):
        assert time.monotonic() < until, "the worker does not get on"
        await asyncio.sleep(SOON_S / 10)


async def _live(
    runtime: Runtime, people: People, chaos: Chaos, clock: FileClock, steps: list[datetime]
) -> Figures:
    figures, born = Figures(), shares(people.chance, ISSUES, steps)
    for number, at in enumerate(steps):
        standing(runtime).advance(seconds=(at - runtime.clock.now()).total_seconds())
        clock.set(at)
        await chaos.come_back(at)
        acts = ISSUES * ACTS_PER_ISSUE // len(steps)
        await asyncio.gather(_people_go_on(people, born[number], acts), chaos.strike(at))
        if chaos.pid is not None:
            await _quiet(runtime)
            figures.rounds.append(at)
    return figures


async def _people_go_on(people: People, born: int, acts: int) -> None:
    await people.report(born)
    await people.act(acts)


async def _reckon(runtime: Runtime, rounds: list[datetime]) -> Reckoning:
    async with system_work(runtime, HERE) as work:
        ladders: dict[str, list[Rung]] = defaultdict(list)
        for rung in await work.session.scalars(select(Rung).order_by(Rung.clock, Rung.position)):
            ladders[rung.clock].append(rung)
        waits = await work.session.scalars(select(Wait).order_by(Wait.since, Wait.id))
        pauses = await work.session.scalars(select(Pause))
        longer = await work.session.scalars(select(Extension))
        acts = select(Trail).where(Trail.role == "system").order_by(Trail.subject_id, Trail.seq)
        reckoning = Reckoning(rounds, ladders)
        reckoning.check(waits, pauses, longer, await work.session.scalars(acts))
    return reckoning


async def test_a_month_of_kills_rings_every_rung_exactly_once(
    runtime: Runtime, processes: Processes, cluster: Cluster, database: str, tmp_path: Path
) -> None:
    chance = random.Random(30)  # noqa: S311  # a test's own choice
    people = People(runtime, chance)
    await people.come()
    steps = moments(chance, town.MORNING, DAYS, STEPS)
    with psycopg.connect(cluster.url("cluster", database), autocommit=True) as admin:
        chaos = Chaos(processes, admin, random.Random(31))  # noqa: S311  # so too
        figures = await _live(runtime, people, chaos, FileClock(tmp_path / "clock"), steps)
        chaos.away_until = None
        await chaos.come_back(steps[-1])
        await _quiet(runtime)
        figures.rounds.append(steps[-1])
    reckoning = await _reckon(runtime, figures.rounds)
    trail = await assert_whole(runtime)
    rang = sum(reckoning.rang.values())
    print(  # noqa: T201  # the figures are what a long run is for
        f"\n{ISSUES} issues, {people.done} acts of people, {rang} clocks rung, {trail} trail rows, "
        f"{chaos.kills} kills ({chaos.in_transaction} in a transaction, {chaos.days_down} stayed down), "
        f"{time.monotonic() - figures.began:.0f} s, {len(reckoning.faults)} faults\n{dict(reckoning.rang)}"
    )
    assert reckoning.faults == []
    failed = or_(Wait.tries > 0, Wait.parked_at.is_not(None))
    assert await count(runtime, Wait, HERE, failed) == 0
    assert await count(runtime, Outbox, HERE, Outbox.done_at.is_(None)) == 0
    assert rang > ISSUES
    assert chaos.in_transaction > 0
    assert chaos.days_down > 0
