"""Reading issues: the queue page (columns only, one partial index), one issue in full, its photos."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import ColumnElement, and_, func, or_, select, true, tuple_

from app.core.errors import NotFound
from app.core.ids import is_issue_number
from app.core.paging import BadCursor, cut, decode
from app.core.work import Work
from app.core.workflow import allowed_steps
from app.grid.models import Area, AreaCode
from app.issues import explaining, lines, lists
from app.issues.beside import beside
from app.issues.guards import ORIGINALS, holds, knows_original
from app.issues.kinds import UNPLACED
from app.issues.models import Issue
from app.issues.queue_schemas import IssueFilter, IssueLine
from app.issues.records import IssuePhoto
from app.issues.schemas import IssueOut, PhotoOut
from app.issues.workflow import DESKS, ISSUE
from app.people.models import Role
from app.people.queries import LEVEL_COLUMN

SHORTEST_INDEXED = 2  # a bigram needs two characters; one is sought inside the scope


async def in_hand(work: Work, post_id: UUID, _until: datetime) -> int:
    """How many open issues a post holds."""
    held = (Issue.holder_id == post_id, Issue.closed_at.is_(None))
    return await work.session.scalar(select(func.count(Issue.id)).where(*held)) or 0


async def queue_page(work: Work, wanted: IssueFilter) -> tuple[list[IssueLine], str | None]:
    """Open issues by due time (or closed ones, newest first), `limit` at a time."""
    query = select(*lines.columns(work)).where(*await conditions(work, wanted))
    if wanted.closed:
        query = query.where(Issue.closed_at.is_not(None)).order_by(Issue.raised_at.desc(), Issue.id.desc())
        key: tuple[Any, ...] = (Issue.raised_at, Issue.id)
    else:
        query = query.where(Issue.closed_at.is_(None)).order_by(Issue.due_at, Issue.id)
        key = (Issue.due_at, Issue.id)
    if wanted.cursor is not None:
        after = _key_of(wanted.cursor)
        row = tuple_(*key)
        query = query.where(row < after if wanted.closed else row > after)
    now = work.clock.now()
    rows = (await work.session.execute(query.limit(wanted.limit + 1), {"now": now})).all()
    which = "raised_at" if wanted.closed else "due_at"
    page, more = cut(rows, wanted.limit, lambda r: (getattr(r, which).astimezone(UTC).isoformat(), str(r.id)))
    reading = lines.Reading(now)
    return [reading.line(row) for row in page], more


def _key_of(cursor: str) -> Any:
    at, issue_id = decode(cursor, 2)
    try:
        return tuple_(datetime.fromisoformat(at), UUID(issue_id))
    except ValueError:
        raise BadCursor("cursor") from None


async def conditions(work: Work, wanted: IssueFilter) -> list[ColumnElement[bool]]:
    """What a filter asks for, beside whether a matter is open."""
    found = [column == said for column, said in _plain(wanted) if said is not None]
    if wanted.state:
        found.append(Issue.state.in_(wanted.state))
    if wanted.mine:
        found.append(Issue.holder_id == work.actor.post_id)
    if wanted.desk == "unplaced":
        found.append(Issue.placement.in_([str(p) for p in UNPLACED]))
    if wanted.desk == "unassigned":
        found.append(Issue.holder_id.is_(None))
    if wanted.which is not None:
        found.append(lists.on_list(work, wanted.which))
    if wanted.area:
        found.append(await _on_area(work, wanted.area))
    if wanted.q:
        found.append(search(wanted.q))
        if work.actor.role not in ORIGINALS and not is_issue_number(wanted.q.strip()):
            found.append(Issue.confidential.is_(False))  # a search must not tell what the words are
        elif work.scope.subjects and not is_issue_number(wanted.q.strip()):
            found.append(or_(Issue.confidential.is_(False), lines.on_ground(work)))
    return found


def _plain(wanted: IssueFilter) -> tuple[tuple[Any, Any], ...]:
    """Filters that are one column's value."""
    return (
        (Issue.category, wanted.category),
        (Issue.channel, wanted.channel),
        (Issue.screening, wanted.screening),
        (Issue.incident_id, wanted.incident),
    )


async def _on_area(work: Work, code: str) -> ColumnElement[bool]:
    query = select(Area.id, Area.level).join(AreaCode, AreaCode.area_id == Area.id).where(AreaCode.code == code)
    row = (await work.session.execute(query)).first()
    if row is None:
        raise NotFound("area")
    column = LEVEL_COLUMN.get(row.level)
    on: ColumnElement[bool] = getattr(Issue, column or "district_id") == row.id
    return on


def search(words: str) -> ColumnElement[bool]:
    """Issues whose text holds every word; an issue number finds itself. Two characters are enough (HOUSE 3)."""
    words = words.strip()
    if is_issue_number(words):
        return Issue.number == words
    conditions: list[ColumnElement[bool]] = []
    for word in re.split(r"\s+", words)[:8]:
        pattern = "%" + word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
        if len(word) >= SHORTEST_INDEXED:
            conditions.append(func.shared.bigrams(Issue.text).op("@>")(func.shared.bigrams(word)))
        conditions.append(Issue.text.like(pattern))
    return and_(true(), *conditions)


async def get_issue(work: Work, issue_id: UUID) -> Issue:
    """The issue, if the scope sees it."""
    issue: Issue | None = await work.session.scalar(select(Issue).where(Issue.id == issue_id))
    if issue is None:
        raise NotFound
    return issue


async def in_full(work: Work, issue: Issue) -> IssueOut:
    """Everything the active post may see of an issue it sees; what hangs on it comes in one statement."""
    open_to_actor = knows_original(work, issue)
    point = None if issue.point is None or not open_to_actor else to_shape(issue.point)
    plain = {name: getattr(issue, name) for name in IssueOut.model_fields if hasattr(Issue, name)}
    plain |= {
        "lon": float(shapely.get_x(point)) if point else None,
        "lat": float(shapely.get_y(point)) if point else None,
        "place": explaining.place_out(issue.explanation),
        "holder": explaining.holder_out(issue.explanation),
        "explanation": explaining.reasons_out(issue.explanation),
        "edited": not open_to_actor,
    }
    found = await beside(work, issue)
    if not open_to_actor:
        plain |= {"text": issue.edited_text or lines.UNEDITED, "place_text": None}
        found = found.without_reporter()
    if issue.closed_at is None and not _may_ask(work, issue):
        found = found.without_ratings()
    return IssueOut(
        **plain,
        reporter=found.masked,
        allowed_steps=allowed_steps(ISSUE, work, issue),
        clocks=found.clocks,
        words=found.words(issue),
        remarks=found.remarks,
        ratings=found.ratings,
        trail=found.trail,
    )


def _may_ask(work: Work, issue: Issue) -> bool:
    """Whether the actor is one of those who ask reporters for their word, and not the one it is about."""
    return work.actor.role in DESKS | {Role.AUDITOR} and not holds(work, issue)


async def photos_of(work: Work, issue: Issue) -> list[PhotoOut]:
    """The photos of an issue that has been loaded; of a confidential one they stay with the desk."""
    if not knows_original(work, issue):
        return []
    mine = select(IssuePhoto).where(IssuePhoto.issue_id == issue.id).order_by(IssuePhoto.at, IssuePhoto.id)
    return [PhotoOut.model_validate(row) for row in await work.session.scalars(mine)]


async def get_photo(work: Work, issue_id: UUID, photo_id: UUID) -> IssuePhoto:
    """One photo of an issue."""
    mine = (IssuePhoto.id == photo_id, IssuePhoto.issue_id == issue_id)
    photo: IssuePhoto | None = await work.session.scalar(select(IssuePhoto).where(*mine))
    if photo is None:
        raise NotFound("photo")
    return photo
