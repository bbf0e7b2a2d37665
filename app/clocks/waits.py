"""Clocks are started, stopped, paused and put off here, always beside the step that does so."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from app.clocks.house import House, Ruled
from app.clocks.models import Pause, Wait
from app.core.clock import Limit, Measure
from app.core.work import Work

UNDO_SECONDS = 120  # how long a signing may be taken back (UX I3)


def wait_row(
    work: Work,
    house: House,
    subject: tuple[str, UUID],
    kind: str,
    *,
    limit: Limit | None = None,
    due_at: datetime | None = None,
    rule: str | None = None,
    post_id: UUID | None = None,
    unit_id: UUID | None = None,
    since: datetime | None = None,
) -> dict[str, Any]:
    """The row of a new clock. Its end is `due_at`, or `limit` from `since` (now), or the rule named `rule` (or as
    the clock) says; a unit's own office hours count.
    """
    begun = since or work.clock.now()
    ruled = Ruled(limit) if limit else Ruled(Limit(0, Measure.DAYS)) if due_at else house.ruled(rule or kind)
    due = due_at or house.calendar_of(unit_id).after(begun, ruled.limit)
    return {
        "id": work.new_id(), "subject_kind": subject[0], "subject_id": subject[1], "kind": kind,
        "post_id": post_id, "unit_id": unit_id, "rule_id": ruled.rule_id,
        "amount": ruled.limit.amount, "unit": ruled.limit.measure, "since": begun, "due_at": due,
        "rung": 0, "wake_at": house.wake(kind, begun, due, 0),
    }  # fmt: skip


async def start(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Let clocks run."""
    await work.put(Wait, rows)


async def stop(work: Work, subject_id: UUID, *kinds: str) -> list[str]:
    """End running clocks of a subject, those named or all; returns the kinds that ended past their limit."""
    return await _end(work, subject_id, kinds)


async def drop(work: Work, subject_id: UUID, *kinds: str) -> list[str]:
    """End running clocks of a subject, those named or all, without what they waited for having been done: within
    their limit that is neither kept nor late. One that is past its limit already stays late; returns those kinds.
    """
    return await _end(work, subject_id, kinds, dropped=Wait.due_at >= work.clock.now())


async def _end(work: Work, subject_id: UUID, kinds: Sequence[str], **values: Any) -> list[str]:
    now = work.clock.now()
    ending = update(Wait).where(Wait.subject_id == subject_id, Wait.ended_at.is_(None))
    if kinds:
        ending = ending.where(Wait.kind.in_(kinds))
    ended = ending.values(ended_at=now, wake_at=None, **values).returning(Wait.kind, Wait.due_at)
    return sorted(row.kind for row in await work.session.execute(ended) if row.due_at < now)


async def reopen(work: Work, house: House, subject_id: UUID, kind: str) -> None:
    """Let the clock of that kind that ended last run again to its old end, as if it had never been stopped."""
    ended = (Wait.subject_id == subject_id, Wait.kind == kind, Wait.ended_at.is_not(None))
    query = select(Wait).where(*ended).order_by(Wait.ended_at.desc(), Wait.id.desc()).limit(1).with_for_update()
    for wait in await work.session.scalars(query.execution_options(populate_existing=True)):
        wait.ended_at, wait.dropped = None, False
        wait.wake_at = house.wake(kind, wait.since, wait.due_at, wait.rung)
    await work.session.flush()


async def running(work: Work, subject_id: UUID, *kinds: str) -> list[Wait]:
    """Clocks of a subject that have not ended, locked (lock the subject first)."""
    query = select(Wait).where(Wait.subject_id == subject_id, Wait.ended_at.is_(None)).order_by(Wait.id)
    if kinds:
        query = query.where(Wait.kind.in_(kinds))
    return list(await work.session.scalars(query.with_for_update().execution_options(populate_existing=True)))


async def pause(work: Work, subject_id: UUID, reason: str, *kinds: str) -> None:
    """Let clocks stand until `go_on`."""
    now = work.clock.now()
    for wait in await running(work, subject_id, *kinds):
        if wait.paused_at is not None:
            continue
        wait.paused_at, wait.wake_at = now, None
        row = {"id": work.new_id(), "wait_id": wait.id, "subject_id": subject_id, "reason": reason}
        await work.put(Pause, [row | {"post_id": work.actor.post_id, "since": now, "until": None}])
    await work.session.flush()


async def go_on(work: Work, house: House, subject_id: UUID, *kinds: str) -> list[Wait]:
    """Paused clocks run again: what was left is left still. Returns them with their new ends."""
    now = work.clock.now()
    paused = [wait for wait in await running(work, subject_id, *kinds) if wait.paused_at is not None]
    for wait in paused:
        calendar = house.calendar_of(wait.unit_id)
        put_off(house, wait, calendar.put_off(wait.due_at, wait.paused_at or now, now, Measure(wait.unit)))
        wait.paused_at = None
    await work.session.flush()
    ended = update(Pause).where(Pause.wait_id.in_([wait.id for wait in paused]), Pause.until.is_(None))
    await work.session.execute(ended.values(until=now))
    return paused


def solve_due(moved: Sequence[Wait]) -> dict[str, Any]:
    """The column of an issue that follows its clock, when that clock is among those moved."""
    return next(({"due_at": wait.due_at} for wait in moved if wait.kind == "solve"), {})


def put_off(house: House, wait: Wait, due_at: datetime) -> None:
    """A later end: rungs that were passed already do not ring again for it, but being due does."""
    if due_at > wait.due_at:
        wait.rung = min(wait.rung, next((i for i, ring in enumerate(house.rings(wait.kind)) if not ring.ahead), 0))
    wait.due_at = due_at
    wait.wake_at = house.wake(wait.kind, wait.since, due_at, wait.rung)
