"""Which clock of a line ends next, with what is left of it in words: for lists of a unit's work."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.clocks.house import house_of
from app.clocks.models import Wait
from app.clocks.remaining import clock_words
from app.core.fields import Schema
from app.core.work import Work


class ClockLeft(Schema):
    """A clock that has not ended: when it does, and what is left of it as its limit was counted."""

    kind: str
    due_at: datetime
    paused: bool
    late: bool
    zh: str
    en: str


async def ending_next(work: Work, lines: Mapping[UUID, UUID]) -> dict[UUID, ClockLeft]:
    """The clock that ends first among each line's subjects (`lines`: subject -> line), running ones first."""
    query = select(Wait).where(Wait.subject_id.in_(list(lines)), Wait.ended_at.is_(None))
    waits = list(await work.session.scalars(query.order_by(Wait.paused_at.is_not(None), Wait.due_at, Wait.id)))
    if not waits:
        return {}
    house, now = await house_of(work), work.clock.now()
    found: dict[UUID, ClockLeft] = {}
    for wait in waits:
        if (line := lines[wait.subject_id]) in found:
            continue
        calendar = house.calendar_of(wait.unit_id)
        zh, en = clock_words(calendar, wait.kind, wait.due_at, now, wait.unit, paused_at=wait.paused_at)
        late = (wait.paused_at or now) > wait.due_at
        paused = wait.paused_at is not None
        found[line] = ClockLeft(kind=wait.kind, due_at=wait.due_at, paused=paused, late=late, zh=zh, en=en)
    return found
