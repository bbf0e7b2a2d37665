"""What is due is found, locked in the order of every other step (subject, then clock) and acted on once.

The act, the rung it stands for and the next waking are committed together: killed at any instant, nothing rings
twice. After a standstill what was missed rings in the order of its times.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import DateTime, Select, bindparam, select, tuple_, update
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


class Due(NamedTuple):
    """A clock to look at now, and the subject to lock before it."""

    wait_id: UUID
    subject_kind: str
    subject_id: UUID


@cache
def _soonest() -> Select[Wait]:
    """Clocks to look at `now` that are the soonest of their subject: the others wait their turn behind it."""
    sooner = aliased(Wait)
    before = tuple_(sooner.wake_at, sooner.id) < tuple_(Wait.wake_at, Wait.id)
    behind = select(sooner.id).where(sooner.subject_id == Wait.subject_id, before)
    now = bindparam("now", type_=DateTime(timezone=True))
    return select(Wait).where(Wait.wake_at <= now, ~behind.exists())


@cache
def _one_locked() -> Select[Wait]:
    one = _soonest().where(Wait.id == bindparam("wait_id")).with_for_update(of=Wait)
    return one.execution_options(populate_existing=True)


async def due(work: Work, most: int, without: Collection[UUID] = ()) -> list[Due]:
    """Clocks that ring now, soonest first; not locked, for their subjects have to be first. Those `without` are
    left for a later turn, and what waits behind them with them.
    """
    query = _soonest().with_only_columns(Wait.id, Wait.subject_kind, Wait.subject_id)
    if without:
        query = query.where(Wait.id.not_in(without))
    found = await work.session.execute(
        query.order_by(Wait.wake_at, Wait.id).limit(most), {"now": work.clock.now()}
    )
    return [Due(*row) for row in found]


async def fire(work: Work, house: House, found: Due, timetable: Timetable) -> bool:
    """Act on one clock and set its next waking; False when its subject is in other hands just now."""
    acts = timetable[found.subject_kind]
    locking = select(acts.model).where(acts.model.id == found.subject_id).with_for_update(skip_locked=True)
    subject = await work.session.scalar(locking.execution_options(populate_existing=True))
    if subject is None:
        return False
    wait = await work.session.scalar(_one_locked(), {"now": work.clock.now(), "wait_id": found.wait_id})
    if wait is None:
        return False  # another worker, or a step that stopped it or started one before it, was first
    rung = wait.rung
    await acts.by_kind[wait.kind](work, subject, wait, house.rings(wait.kind)[rung].name)
    await work.session.flush()
    following = house.wake(wait.kind, wait.since, wait.due_at, rung + 1)
    moved = update(Wait).where(Wait.id == found.wait_id, Wait.ended_at.is_(None), Wait.rung == rung)
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
