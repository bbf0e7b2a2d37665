"""Every hour the district's matters are added up: what was accepted is somewhere, and somebody answers for it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import insert

from app.core.outbox import Outbox
from app.core.paging import BadCursor, cut, decode
from app.core.work import Work
from app.figures.events import OwnersMissing
from app.figures.models import Ledger
from app.figures.owners import is_late, is_ownerless, late_clocks
from app.figures.schemas import LedgerFilter, LedgerLine
from app.grid.models import Area, AreaLevel
from app.issues.kinds import State
from app.issues.models import Issue
from app.issues.records import Remark

HOUR = timedelta(hours=1)


def hour_of(at: datetime) -> datetime:
    """The full hour a moment lies in."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


async def write_hour(work: Work) -> bool:
    """Write this hour's row unless it is there; whoever is second, after a restart or beside, writes nothing."""
    hour = hour_of(work.clock.now())
    if await work.session.scalar(select(Ledger.hour).where(Ledger.hour == hour)) is not None:
        return False
    row = {"hour": hour, "id": work.new_id(), "at": work.clock.now(), **await _sums(work)}
    first = insert(Ledger).values(row).on_conflict_do_nothing().returning(Ledger.hour)
    if (await work.session.execute(first)).first() is None:
        return False
    if row["ownerless"]:
        await _tell_the_district(work, hour, row["ownerless"])
    return True


async def _sums(work: Work) -> dict[str, Any]:
    """All sums of one moment, in one statement; the oldest silent matter beside them."""
    now = work.clock.now()
    told = select(Remark.id).where(Remark.issue_id == Issue.id, Remark.step == "not_accept", Remark.to_reporter)
    sums = {
        "open": Issue.closed_at.is_(None),
        "closed": Issue.state == State.CLOSED,
        "refused": and_(Issue.state == State.NOT_ACCEPTED, told.exists()),
        "merged": Issue.state == State.MERGED,
        "withdrawn": Issue.state == State.WITHDRAWN,
        "late": is_late(now),
        "ownerless": is_ownerless(now),
    }
    counted = [func.count().filter(condition).label(name) for name, condition in sums.items()]
    found = (await work.session.execute(select(func.count().label("accepted"), *counted).select_from(Issue))).one()
    said: dict[str, Any] = found._asdict()
    settled = sum(said[name] for name in ("open", "closed", "refused", "merged", "withdrawn"))
    late = late_clocks(now).subquery("silent")
    named = select(Issue.id, late.c.since).join(late, late.c.issue_id == Issue.id)
    oldest = named.where(is_ownerless(now)).order_by(late.c.since, Issue.id).limit(1)
    silent = (await work.session.execute(oldest)).first()
    return said | {
        "difference": said["accepted"] - settled,
        "oldest_id": silent.id if silent else None,
        "oldest_minutes": int((now - silent.since) / timedelta(minutes=1)) if silent else None,
    }


async def _tell_the_district(work: Work, hour: datetime, count: int) -> None:
    whole = select(Area.id).where(Area.level == AreaLevel.DISTRICT, Area.valid_to.is_(None)).limit(1)
    district = await work.session.scalar(whole)
    if district is not None:
        event = OwnersMissing(district, work.clock.now(), count)
        seq = int(hour.timestamp() / HOUR.total_seconds())  # the district has no trail: its hours are its order
        await work.put(Outbox, [work.outbox_row(event, seq)])


async def page(work: Work, wanted: LedgerFilter) -> tuple[list[LedgerLine], str | None]:
    """Hours, the latest first."""
    query = select(Ledger).order_by(Ledger.hour.desc())
    if wanted.cursor is not None:
        query = query.where(Ledger.hour < _hour_in(wanted.cursor))
    rows = (await work.session.scalars(query.limit(wanted.limit + 1))).all()
    shown, following = cut(rows, wanted.limit, lambda row: (row.hour.astimezone(UTC).isoformat(),))
    return [LedgerLine.model_validate(row) for row in shown], following


def _hour_in(cursor: str) -> datetime:
    try:
        return datetime.fromisoformat(decode(cursor, 1)[0])
    except ValueError:
        raise BadCursor("cursor") from None
