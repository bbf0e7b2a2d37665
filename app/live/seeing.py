"""Which changes there are, and which of them one reader may know of.

Events are read from the outbox by the number of the transaction that wrote them: what was running at the last look
is looked at again, so that an event which commits late is told late and never passed over (SYNC, trap 1).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import literal_column, select

from app.changes.models import AreaChange
from app.core.audit import Trail
from app.core.outbox import Outbox
from app.core.work import Work
from app.dispatch.models import WorkOrder
from app.issues.models import Issue
from app.live.schemas import Changed
from app.whistles.models import ReportIn, Whistle
from app.whistles.records import Task

LONGEST = timedelta(minutes=3)  # no transaction that writes an event runs so long
MOST_AT_ONCE = 2000
SEEN_BY: Mapping[str, Callable[[], Any]] = {
    "issue": lambda: select(Issue.id.label("id"), Issue.id.label("of")),
    "order": lambda: select(WorkOrder.id.label("id"), WorkOrder.issue_id.label("of")),
    "whistle": lambda: select(Whistle.id.label("id"), Whistle.id.label("of")),
    "report_in": lambda: select(ReportIn.id.label("id"), ReportIn.whistle_id.label("of")),
    "area_change": lambda: select(AreaChange.id.label("id"), AreaChange.id.label("of")),
    "task": lambda: select(Task.id.label("id"), Task.whistle_id.label("of")),
}


@dataclass(frozen=True)
class Happened:
    """An event: its id is where a screen goes on after a break."""

    id: UUID
    kind: str
    subject_id: UUID


@dataclass(frozen=True)
class Position:
    """Up to where events were read: the oldest transaction that ran then, and what was read from there on."""

    oldest: int = 0
    read: frozenset[UUID] = frozenset()


def _begun_at(at: datetime) -> UUID:
    """The smallest id of that moment: ids begin with their time (UUIDv7)."""
    return UUID(int=max(int(at.timestamp() * 1000), 0) << 80)


async def beginning(work: Work) -> Position:
    """Where a first reader begins: what is committed by now is old, also of transactions that still count."""
    _, after = await read_on(work, Position())
    return after


async def read_on(work: Work, before: Position) -> tuple[list[Happened], Position]:
    """What was written since, in the order of its ids."""
    oldest = await work.oldest_running()
    floor = _begun_at(work.clock.now() - LONGEST)
    query = (
        select(Outbox.id, Trail.subject_kind, Outbox.subject_id, (Outbox.xid >= _xid8(oldest)).label("again"))
        .join(Trail, (Trail.subject_id == Outbox.subject_id) & (Trail.seq == Outbox.seq))
        .where(Outbox.id >= floor, Outbox.xid >= _xid8(before.oldest))
        .order_by(Outbox.id.desc())
        .limit(MOST_AT_ONCE)
    )
    rows = list(reversed((await work.session.execute(query)).all()))
    fresh = [
        Happened(row.id, row.subject_kind, row.subject_id)
        for row in rows
        if row.subject_kind in SEEN_BY and row.id not in before.read
    ]
    return fresh, Position(oldest, frozenset(row.id for row in rows if row.again))


def _xid8(number: int) -> Any:
    return literal_column(f"'{int(number)}'::xid8")


async def seen_of(work: Work, happened: Sequence[Happened]) -> list[tuple[Happened, Changed]]:
    """Of these events those whose subjects the reader's scope shows, one statement for each kind there is."""
    shown: dict[UUID, UUID] = {}
    for kind, ids in _by_kind(happened).items():
        query = SEEN_BY[kind]().subquery()
        rows = await work.session.execute(select(query.c.id, query.c.of).where(query.c.id.in_(ids)))
        shown |= {row.id: row.of for row in rows}
    return [
        (one, Changed(kind=one.kind, id=one.subject_id, of=shown[one.subject_id]))
        for one in happened
        if one.subject_id in shown
    ]


def _by_kind(happened: Iterable[Happened]) -> dict[str, set[UUID]]:
    found: dict[str, set[UUID]] = {}
    for one in happened:
        found.setdefault(one.kind, set()).add(one.subject_id)
    return found
