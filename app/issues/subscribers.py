"""Counts per street and day, kept by events; `counting` recomputes them from the trail.

The street of an event is the one its payload names, so that a late delivery counts what was true then; a move
takes the raising along to the new street, as the recount does.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.core.clock import office_day
from app.core.outbox import Outbox
from app.core.work import Work
from app.issues.records import IssueDay


async def _count(work: Work, street: str | None, at: datetime, column: str, by: int = 1) -> None:
    if street is None:
        return
    row = {
        "street_id": UUID(street),
        "day": office_day(at),
        "raised": 0,
        "answered": 0,
        "closed": 0,
        column: by,
    }
    new = insert(IssueDay).values(row)
    more = {column: getattr(IssueDay, column) + by}
    await work.session.execute(new.on_conflict_do_update(index_elements=["street_id", "day"], set_=more))


async def count_raised(work: Work, event: Outbox) -> None:
    """One more raised on that street and day."""
    await _count(work, event.payload["street_id"], event.at, "raised")


async def count_moved(work: Work, event: Outbox) -> None:
    """The raising follows the issue to its new street."""
    before, after = event.payload["from_street_id"], event.payload["street_id"]
    if before != after:
        raised_at = datetime.fromisoformat(event.payload["raised_at"])
        await _count(work, before, raised_at, "raised", -1)
        await _count(work, after, raised_at, "raised")


async def count_answered(work: Work, event: Outbox) -> None:
    """One more answered."""
    await _count(work, event.payload["street_id"], event.at, "answered")


async def count_closed(work: Work, event: Outbox) -> None:
    """One more closed."""
    await _count(work, event.payload["street_id"], event.at, "closed")
