"""Pages by (time, id), newest first: the queue of whistles and the inbox of report-ins."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, tuple_

from app.core.paging import BadCursor, cut, decode
from app.core.work import Work


async def page_by_time(
    work: Work, query: Select[Any], key: tuple[Any, Any], cursor: str | None, limit: int
) -> tuple[Sequence[Any], str | None]:
    """One page by (time, id), newest first."""
    if cursor is not None:
        query = query.where(tuple_(*key) < _key_of(cursor))
    ordered = query.order_by(*(column.desc() for column in key)).limit(limit + 1)
    rows = (await work.session.execute(ordered)).all()
    at = key[0].key
    return cut(rows, limit, lambda row: (getattr(row, at).astimezone(UTC).isoformat(), str(row.id)))


def _key_of(cursor: str) -> Any:
    at, subject_id = decode(cursor, 2)
    try:
        return tuple_(datetime.fromisoformat(at), UUID(subject_id))
    except ValueError:
        raise BadCursor("cursor") from None
