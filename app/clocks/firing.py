"""What is due is found, locked in the order of every other step (subject, then clock) and acted on once.

The act, the rung it stands for and the next waking are committed together: killed at any instant, nothing rings
twice. After a standstill what was missed rings in the order of its times.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import aliased

from app.clocks.house import House
from app.clocks.models import Wait
from app.core.work import Work

MAX_TRIES = 12
FIRST_PAUSE_S = 5  # doubled each time, as for events
KEPT_TROUBLE = 120

Act = Callable[[Work, Any, Wait, str], Awaitable[None]]


@dataclass(frozen=True)
class Acts:
    """What the worker does for one kind of subject: its table, and an act per kind of clock."""

    model: type[Any]
    by_kind: Mapping[str, Act]


Timetable = Mapping[str, Acts]


def _next(work: Work) -> Any:
    """Clocks to look at now that are the soonest of their subject: the others wait their turn behind it."""
    sooner = aliased(Wait)
    before = tuple_(sooner.wake_at, sooner.id) < tuple_(Wait.wake_at, Wait.id)
    behind = select(sooner.id).where(sooner.subject_id == Wait.subject_id, before)
    return select(Wait).where(Wait.wake_at <= work.clock.now(), ~behind.exists())


async def due(work: Work, most: int) -> Sequence[UUID]:
    """Clocks that ring now, soonest first; not locked, because their subjects have to be first."""
    query = _next(work).with_only_columns(Wait.id).order_by(Wait.wake_at, Wait.id).limit(most)
    return (await work.session.scalars(query)).all()


async def fire(work: Work, house: House, wait_id: UUID, timetable: Timetable) -> bool:
    """Act on one clock and set its next waking; False when its subject is in other hands just now."""
    kind, subject_id = (
        await work.session.execute(select(Wait.subject_kind, Wait.subject_id).where(Wait.id == wait_id))
    ).one()
    acts = timetable[kind]
    locking = select(acts.model).where(acts.model.id == subject_id).with_for_update(skip_locked=True)
    subject = await work.session.scalar(locking.execution_options(populate_existing=True))
    if subject is None:
        return False
    ringing = _next(work).where(Wait.id == wait_id).with_for_update(of=Wait)
    wait = await work.session.scalar(ringing.execution_options(populate_existing=True))
    if wait is None:
        return False  # another worker, or a step that stopped it or started one before it, was first
    rung = wait.rung
    await acts.by_kind[wait.kind](work, subject, wait, house.rings(wait.kind)[rung].name)
    await work.session.flush()
    following = house.wake(wait.kind, wait.since, wait.due_at, rung + 1)
    moved = update(Wait).where(Wait.id == wait_id, Wait.ended_at.is_(None), Wait.rung == rung)
    await work.session.execute(moved.values(rung=rung + 1, wake_at=following, tries=0, trouble=None))
    return True


async def note_failure(work: Work, wait_id: UUID, error: Exception) -> None:
    """Pause longer each time; after `MAX_TRIES` park it for a person. Only the error's type is kept."""
    wait = await work.session.scalar(select(Wait).where(Wait.id == wait_id).with_for_update())
    if wait is None or wait.wake_at is None:
        return
    wait.tries += 1
    wait.trouble = type(error).__name__[:KEPT_TROUBLE]
    wait.wake_at = work.clock.now() + timedelta(seconds=FIRST_PAUSE_S * 2 ** (wait.tries - 1))
    if wait.tries >= MAX_TRIES:
        wait.parked_at, wait.wake_at = work.clock.now(), None
    await work.session.flush()
