"""One district's turn: deliver what is due of its outbox, ring what is due of its clocks, and make way for people.

A turn is short and one transaction; what it could not finish it takes again.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.clocks import firing
from app.clocks.firing import Due, Timetable
from app.clocks.house import House, house_of
from app.core.log import log, where
from app.core.outbox import Outbox, Subscriptions, deliver, handler_name, mark_done, mark_failed, take
from app.core.work import Runtime, Work, gave_way, give_way, system_work
from app.subscriptions import SUBSCRIPTIONS
from app.timetable import TIMETABLE

TURN = 50  # events of one district before the next has its turn
TURN_S = 0.4  # then it ends: with one lock's wait it stays under the second after which a deadlock is sought
ASIDE_S = 1.0  # how long it leaves alone what somebody else has locked
HANDLER_LIMIT_S = 20.0
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
