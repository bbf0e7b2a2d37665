"""Reading notices: to whom they are meant for, and only beside a matter the scope still shows."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, tuple_

from app.changes.models import AreaChange
from app.core.errors import NotFound
from app.core.paging import BadCursor, cut, decode
from app.core.work import Work
from app.grid.models import Area
from app.issues.models import Issue
from app.notices.models import Notice
from app.notices.recipients import READS
from app.notices.schemas import NoticeFilter, NoticeOut
from app.notices.wording import words_of
from app.people.models import Post, Role
from app.whistles.models import Whistle

SUBJECTS: Mapping[str, type[Any]] = {
    "issue": Issue, "whistle": Whistle, "area": Area, "post": Post, "area_change": AreaChange,
}  # fmt: skip
UNREAD_FIRST = case((Notice.read_at.is_(None), 1), else_=0)


def _mine(work: Work) -> ColumnElement[bool]:
    """My post's, my unit's, my desk's."""
    own: list[ColumnElement[bool]] = [Notice.post_id == work.actor.post_id]
    if work.actor.units:
        own.append(Notice.unit_id.in_(work.actor.units))
    if (desk := READS.get(Role(work.actor.role))) is not None:
        over = select(Post.area_id).where(Post.id == work.actor.post_id).scalar_subquery()
        own.append(and_(Notice.area_id == over, Notice.role == desk))
    return or_(*own)


def _about_what_is_seen() -> ColumnElement[bool]:
    """The respondent's line is told nothing, nor is who stood aside since (DESIGN 3)."""
    seen: list[ColumnElement[bool]] = [false()]
    for kind, model in SUBJECTS.items():
        of_kind = Notice.subject_kind == kind
        seen.append(and_(of_kind, Notice.subject_id.in_(select(model.id))))
    return or_(*seen)


async def page(work: Work, wanted: NoticeFilter) -> tuple[list[NoticeOut], str | None]:
    """Unread first, then the latest."""
    key = (UNREAD_FIRST, Notice.at, Notice.id)
    query = select(Notice).where(_mine(work), _about_what_is_seen())
    if wanted.unread:
        query = query.where(Notice.read_at.is_(None))
    if wanted.cursor is not None:
        query = query.where(tuple_(*key) < _key_of(wanted.cursor))
    query = query.order_by(*(column.desc() for column in key)).limit(wanted.limit + 1)
    rows = (await work.session.scalars(query)).all()
    shown, following = cut(rows, wanted.limit, _cursor)
    numbers = await _numbers(work, [row.subject_id for row in shown])
    return [_out(row, numbers) for row in shown], following


def _cursor(row: Notice) -> tuple[str, str, str]:
    return ("0" if row.read_at else "1", row.at.astimezone(UTC).isoformat(), str(row.id))


def _key_of(cursor: str) -> Any:
    unread, at, notice_id = decode(cursor, 3)
    try:
        return tuple_(int(unread), datetime.fromisoformat(at), UUID(notice_id))
    except ValueError:
        raise BadCursor("cursor") from None


async def _numbers(work: Work, subjects: list[UUID]) -> dict[UUID, str]:
    rows = await work.session.execute(select(Issue.id, Issue.number).where(Issue.id.in_(subjects)))
    return {row.id: row.number for row in rows}


def _out(row: Notice, numbers: Mapping[UUID, str]) -> NoticeOut:
    zh, en = words_of(row.kind, row.part)
    return NoticeOut(
        id=row.id, kind=row.kind, title=zh, title_en=en, clock=row.part, subject_kind=row.subject_kind,
        subject_id=row.subject_id, number=numbers.get(row.subject_id), at=row.at, ring_at=row.ring_at,
        times=row.times, read_at=row.read_at,
    )  # fmt: skip


async def read(work: Work, notice_id: UUID) -> NoticeOut:
    """Mark one of mine as read; harmless when it was."""
    mine = (Notice.id == notice_id, _mine(work), _about_what_is_seen())
    row = await work.session.scalar(select(Notice).where(*mine).with_for_update(of=Notice))
    if row is None:
        raise NotFound
    row.read_at = row.read_at or work.clock.now()
    await work.session.flush()
    return _out(row, await _numbers(work, [row.subject_id]))


async def count(work: Work) -> tuple[int, int]:
    """Unread ones, and those of them that may ring by now."""
    ringing = func.count().filter(Notice.ring_at <= work.clock.now())
    unread = (Notice.read_at.is_(None), _mine(work), _about_what_is_seen())
    total, loud = (
        await work.session.execute(select(func.count(), ringing).select_from(Notice).where(*unread))
    ).one()
    return int(total), int(loud)
