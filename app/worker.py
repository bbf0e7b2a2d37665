"""The worker process: delivers the outbox and rings the clocks of every district, fairly, and says it is alive.

Killed at any instant it repeats nothing that was committed: see core/outbox.py. Districts take turns, a few
events each, so that a busy one does not starve a quiet one.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from app.clocks import firing
from app.clocks.firing import Due, Timetable
from app.clocks.house import House, house_of
from app.core.clock import office_day
from app.core.crypto import Keys
from app.core.db import make_engine
from app.core.errors import Problem
from app.core.files import PhotoStore
from app.core.idempotency import KEPT_DAYS, Idempotency
from app.core.log import log, where
from app.core.outbox import Outbox, Subscriptions, deliver, handler_name, mark_done, mark_failed, take
from app.core.settings import Settings
from app.core.work import Runtime, Work, gave_way, give_way, open_city, system_work
from app.districts import Heartbeat, district_codes
from app.feed import watching
from app.figures import ledger
from app.issues.deadlines import rehome_orphans
from app.issues.records import IssuePhoto
from app.subscriptions import SUBSCRIPTIONS
from app.sync import jobs as phones
from app.sync.models import Media
from app.timetable import TIMETABLE
from app.visits import duties, plans
from app.visits.models import VisitPhoto
from app.whistles.records import TaskPhoto

POLL_S = 0.2
TURN = 50  # events of one district before the next has its turn
TURN_S = 0.4  # then it ends: with one lock's wait it stays under the second after which a deadlock is sought
ASIDE_S = 1.0  # how long it leaves alone what somebody else has locked
BEAT_S = 1.0
WATCH_S = 5.0
CLOCKS_S = 1.0
ORPHANS_S = 10.0  # how long a matter may be in the hands of a post that has ended
HANDLER_LIMIT_S = 20.0
HOUSEKEEPING_S = 3600.0
PLANS_S = 300.0  # how often it is asked whether the day has its plans
LEDGER_S = 60.0  # how often it is asked whether the hour has its row
ORPHAN_AGE_S = 24 * 3600.0  # longer than any request that stores a photo before its row
_ASIDE: WeakKeyDictionary[Runtime, dict[UUID, float]] = WeakKeyDictionary()


class GaveWay(Exception):
    """Somebody's request was in the way: the turn ends, so that nobody waits for what the worker has locked."""


def put_aside(runtime: Runtime, row_id: UUID) -> None:
    """Leave an event or a clock for a moment, because somebody's request is at its matter. Nothing is written: its
    time stays what it was, and another worker may find the way free.
    """
    _ASIDE.setdefault(runtime, {})[row_id] = _now_s() + ASIDE_S


def aside(runtime: Runtime) -> list[UUID]:
    """What this process leaves alone just now."""
    kept = {row_id: until for row_id, until in _ASIDE.get(runtime, {}).items() if until > _now_s()}
    _ASIDE[runtime] = kept
    return list(kept)


class Interrupted(Exception):
    """What was done for an event or a clock took the transaction with it; that has to be noted in another."""

    def __init__(self, row_id: UUID, error: Exception) -> None:
        self.row_id = row_id
        self.error = error
        super().__init__(str(row_id))


async def run_batch(runtime: Runtime, district: str, subscriptions: Subscriptions = SUBSCRIPTIONS) -> int:
    """Deliver what is due in a district, at most `TURN` events; returns how many were taken.

    One transaction: the rows stay locked (another worker skips them), each handler runs in a savepoint behind
    its delivery row, and effects, deliveries and marks are committed together.
    """
    try:
        async with system_work(runtime, district) as work:
            await give_way(work)
            events = await take(work, TURN, aside(runtime))
            whole = await _deliver_turn(work, events, subscriptions)
    except Interrupted as broken:
        await _note_failure(runtime, district, broken)
        return TURN  # the others of this turn were rolled back: take them again
    return len(events) if whole else TURN


async def _deliver_turn(work: Work, events: Sequence[Outbox], subscriptions: Subscriptions) -> bool:
    """Deliver them in order; False when the turn ended early, so that what it has locked is free again."""
    done, ends, whole = [], _now_s() + TURN_S, True
    for event in events:
        try:
            if await _deliver_all(work, event, subscriptions):
                done.append(event.id)
            whole = _now_s() < ends
        except GaveWay:
            put_aside(work.runtime, event.id)
            whole = False
        if not whole:
            break
    await mark_done(work, done)
    return whole


def _now_s() -> float:
    """The loop's own clock, for how long a turn takes."""
    return asyncio.get_running_loop().time()


async def _deliver_all(work: Work, event: Outbox, subscriptions: Subscriptions) -> bool:
    event_id = event.id
    for handler in subscriptions.get(event.event, ()):
        try:
            async with asyncio.timeout(HANDLER_LIMIT_S), work.session.begin_nested():
                await deliver(work, event, handler)
        except Exception as error:  # noqa: BLE001  # whatever a handler does, the others go on
            if gave_way(error):
                raise GaveWay from None
            log().error(
                "handler_failed", handler=handler_name(handler), event_id=str(event_id), where=where(error)
            )
            try:
                await mark_failed(work, event, error)
            except SQLAlchemyError:
                raise Interrupted(event_id, error) from None
            return False
    return True


async def _note_failure(runtime: Runtime, district: str, broken: Interrupted) -> None:
    """So that an event whose handler breaks the connection pauses and parks like any other."""
    async with system_work(runtime, district) as work:
        query = select(Outbox).where(Outbox.id == broken.row_id, Outbox.done_at.is_(None)).with_for_update()
        event = await work.session.scalar(query)
        if event is not None:
            await mark_failed(work, event, broken.error)


async def drain(runtime: Runtime, district: str, subscriptions: Subscriptions = SUBSCRIPTIONS) -> int:
    """Deliver until nothing is due; returns how many events were taken."""
    total = 0
    while taken := await run_batch(runtime, district, subscriptions):
        total += taken
    return total


async def fire_due(runtime: Runtime, district: str, timetable: Timetable = TIMETABLE) -> int:
    """Ring the clocks of a district that are due, at most `TURN`; returns how many were found.

    One transaction a turn: each act runs in a savepoint, so that one that fails does not hold up the others.
    """
    try:
        async with system_work(runtime, district) as work:
            await give_way(work)
            found = await firing.due(work, TURN, aside(runtime))
            whole = await _ring_turn(work, found, timetable)
    except Interrupted as broken:
        async with system_work(runtime, district) as work:
            await firing.note_failure(work, broken.row_id, broken.error)
        return TURN  # the others of this turn were rolled back: take them again
    return len(found) if whole else TURN


async def _ring_turn(work: Work, found: Sequence[Due], timetable: Timetable) -> bool:
    """Ring them in order; False when the turn ended early, as one of events does."""
    house = await house_of(work) if found else None
    ends = _now_s() + TURN_S
    for one in found:
        if house is None or _now_s() >= ends:
            return False
        try:
            await _ring(work, house, one, timetable)
        except GaveWay:
            put_aside(work.runtime, one.wait_id)
            return False
    return True


async def _ring(work: Work, house: House, found: Due, timetable: Timetable) -> None:
    try:
        async with asyncio.timeout(HANDLER_LIMIT_S), work.session.begin_nested():
            await firing.fire(work, house, found, timetable)
    except Exception as error:  # noqa: BLE001  # whatever an act does, the other clocks go on
        if gave_way(error):
            raise GaveWay from None
        log().error("clock_failed", wait_id=str(found.wait_id), where=where(error))
        try:
            await firing.note_failure(work, found.wait_id, error)
        except SQLAlchemyError:
            raise Interrupted(found.wait_id, error) from None


async def catch_up(runtime: Runtime, district: str, timetable: Timetable = TIMETABLE) -> int:
    """Ring until nothing is due: after a standstill, in the order of the times; returns how many rang."""
    total = 0
    while found := await fire_due(runtime, district, timetable):
        total += found
    return total


async def rehome(runtime: Runtime, district: str) -> int:
    """Give open matters and contact duties of ended posts to the next on the ladder; how many there were."""
    async with system_work(runtime, district) as work:
        await give_way(work)
        found = await rehome_orphans(work)
    async with system_work(runtime, district) as work:
        return found + await duties.hand_over_orphans(work)


async def plan_day(runtime: Runtime, district: str) -> None:
    """Reckon the tasks of every household, some at a time, so that nobody on a phone waits long; doing it twice
    changes nothing. Then the notes whose year is over are forgotten.
    """
    after: UUID | None = None
    going = True
    while going:
        async with system_work(runtime, district) as work:
            after = await plans.reckon_next(work, after)
        going = after is not None
    async with system_work(runtime, district) as work:
        await plans.forget_notes(work)


async def beat(runtime: Runtime) -> None:
    """Note that the worker is alive, by the same clock that `/readyz` reads."""
    row = {"name": "worker", "at": runtime.clock.now()}
    async with open_city(runtime) as session:
        new = insert(Heartbeat).values(row)
        await session.execute(new.on_conflict_do_update(index_elements=["name"], set_={"at": row["at"]}))


async def tidy(runtime: Runtime, district: str) -> None:
    """Remove idempotency keys past their time; give up what phones wait for in vain."""
    before = runtime.clock.now() - timedelta(days=KEPT_DAYS)
    async with system_work(runtime, district) as work:
        await work.session.execute(delete(Idempotency).where(Idempotency.at < before))
    async with system_work(runtime, district) as work:
        await phones.give_up_waiting(work)
        await phones.forget_old(work)


async def add_up(runtime: Runtime, district: str) -> bool:
    """Write the hour's row of a district's ledger; False when it is there."""
    async with system_work(runtime, district) as work:
        return await ledger.write_hour(work)


async def sweep_photos(runtime: Runtime, photos: PhotoStore) -> int:
    """Remove photo files that nothing in any district names, a day after they were written."""
    async with open_city(runtime) as session:
        codes = await district_codes(session)

    async def known(digests: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for code in codes:
            async with system_work(runtime, code) as work:
                for photo in (IssuePhoto, TaskPhoto, Media, VisitPhoto):
                    named = select(photo.sha256).where(photo.sha256.in_(digests))
                    found |= {one for one in (await work.session.scalars(named)).all() if one}
        return found

    return await photos.sweep(known, ORPHAN_AGE_S, runtime.clock.now().timestamp())


class Worker:
    """The loop of the process, until it is told to stop."""

    def __init__(self, runtime: Runtime, photos: PhotoStore) -> None:
        self.runtime = runtime
        self.photos = photos
        self.stopping = asyncio.Event()
        self.planned: dict[str, date] = {}  # the day a district's plans were last reckoned for

    async def run(self) -> None:
        """Deliver, beat and tidy; trouble with the database is waited out."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._every(BEAT_S, self._beat))
            tasks.create_task(self._every(WATCH_S, self._watch))
            tasks.create_task(self._every(HOUSEKEEPING_S, self._tidy))
            tasks.create_task(self._every(LEDGER_S, self._add_up))
            tasks.create_task(self._every(PLANS_S, self._plan))
            tasks.create_task(self._every(POLL_S, self._round))
            tasks.create_task(self._every(CLOCKS_S, self._clocks))
            tasks.create_task(self._every(ORPHANS_S, self._orphans))

    async def _every(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        while not self.stopping.is_set():
            try:
                await act()
            except (Problem, SQLAlchemyError, OSError) as error:
                log().warning("worker_waits", why=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), seconds)

    async def _beat(self) -> None:
        await beat(self.runtime)

    async def _watch(self) -> None:
        await watching.watch(self.runtime)

    async def _round(self) -> None:
        async with open_city(self.runtime) as session:
            codes = await district_codes(session)
        busy = list(codes)
        while busy and not self.stopping.is_set():
            busy = [code for code in busy if await self._turn(code) == TURN]

    async def _turn(self, code: str) -> int:
        """One district's turn; trouble in it is its own, the others have theirs."""
        try:
            return await run_batch(self.runtime, code)
        except (Problem, SQLAlchemyError) as error:
            log().warning("district_waits", district=code, why=type(error).__name__)
            return 0

    async def _orphans(self) -> None:
        """Matters whose holder's post has ended find another holder."""
        async with open_city(self.runtime) as session:
            codes = await district_codes(session)
        for code in codes:
            try:
                await rehome(self.runtime, code)
            except (Problem, SQLAlchemyError) as error:
                log().warning("district_waits", district=code, why=type(error).__name__)

    async def _clocks(self) -> None:
        """Every district's clocks in turn; trouble in one is its own."""
        async with open_city(self.runtime) as session:
            busy = list(await district_codes(session))
        while busy and not self.stopping.is_set():
            busy = [code for code in busy if await self._fire(code) == TURN]

    async def _fire(self, code: str) -> int:
        try:
            return await fire_due(self.runtime, code)
        except (Problem, SQLAlchemyError) as error:
            log().warning("district_waits", district=code, why=type(error).__name__)
            return 0

    async def _add_up(self) -> None:
        await self._in_every_district(add_up)

    async def _plan(self) -> None:
        """Once a day and after every start; a district in trouble is tried again."""
        await self._in_every_district(self._plan_once)

    async def _plan_once(self, runtime: Runtime, district: str) -> None:
        today = office_day(runtime.clock.now())
        if self.planned.get(district) != today and not self.stopping.is_set():
            await plan_day(runtime, district)
            self.planned[district] = today

    async def _tidy(self) -> None:
        await self._in_every_district(tidy)
        await sweep_photos(self.runtime, self.photos)

    async def _in_every_district(self, act: Callable[[Runtime, str], Awaitable[object]]) -> None:
        """One after the other; trouble in one is its own."""
        async with open_city(self.runtime) as session:
            codes = await district_codes(session)
        for code in codes:
            try:
                await act(self.runtime, code)
            except (Problem, SQLAlchemyError) as error:
                log().warning("district_waits", district=code, why=type(error).__name__)


async def main(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; what is in hand is finished first."""
    runtime = Runtime(make_engine(settings), Keys.load(settings))
    worker = Worker(runtime, PhotoStore(settings.data_dir / "photos"))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, worker.stopping.set)
    log().info("worker_started", pid=os.getpid())
    await worker.run()
    await runtime.engine.dispose()
