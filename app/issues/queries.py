"""Reading issues: the queue page (columns only, one partial index), one issue in full, the reporter's view."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import ColumnElement, Select, and_, func, select, true, tuple_

from app.core.audit import Trail
from app.core.errors import NotFound
from app.core.ids import is_issue_number
from app.core.paging import BadCursor, cut, decode
from app.core.work import Work
from app.core.workflow import allowed_steps
from app.grid.models import Area, AreaCode
from app.issues import explaining
from app.issues.kinds import UNPLACED
from app.issues.models import Issue
from app.issues.records import IssuePhoto, Rating, Remark, Reporter
from app.issues.schemas import (
    FollowOut,
    IssueFilter,
    IssueLine,
    IssueOut,
    PhotoOut,
    RatingOut,
    RemarkOut,
    TrailOut,
)
from app.issues.workflow import DESKS, ISSUE
from app.people.queries import LEVEL_COLUMN

LINE = tuple(getattr(Issue, name) for name in IssueLine.model_fields)
SHOWN = 80  # characters of the text in a queue row
SHORTEST_INDEXED = 2  # a bigram needs two characters; one is sought inside the scope


async def queue_page(work: Work, wanted: IssueFilter) -> tuple[list[IssueLine], str | None]:
    """Open issues by due time (or closed ones, newest first), `limit` at a time."""
    query = select(*LINE).where(*await _conditions(work, wanted))
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
    rows = (await work.session.execute(query.limit(wanted.limit + 1))).all()
    which = "raised_at" if wanted.closed else "due_at"
    page, more = cut(rows, wanted.limit, lambda r: (getattr(r, which).astimezone(UTC).isoformat(), str(r.id)))
    return [_line(row) for row in page], more


def _line(row: Any) -> IssueLine:
    said = row._asdict()
    said["text"] = said["text"] if len(said["text"]) <= SHOWN else said["text"][:SHOWN] + "…"
    return IssueLine.model_construct(**said)


def _key_of(cursor: str) -> Any:
    at, issue_id = decode(cursor, 2)
    try:
        return tuple_(datetime.fromisoformat(at), UUID(issue_id))
    except ValueError:
        raise BadCursor("cursor") from None


async def _conditions(work: Work, wanted: IssueFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state:
        found.append(Issue.state.in_(wanted.state))
    if wanted.category:
        found.append(Issue.category == wanted.category)
    if wanted.channel:
        found.append(Issue.channel == wanted.channel)
    if wanted.mine:
        found.append(Issue.holder_id == work.actor.post_id)
    if wanted.desk == "unplaced":
        found.append(Issue.placement.in_([str(p) for p in UNPLACED]))
    if wanted.desk == "unassigned":
        found.append(Issue.holder_id.is_(None))
    if wanted.screening is not None:
        found.append(Issue.screening.is_(wanted.screening))
    if wanted.area:
        found.append(await _on_area(work, wanted.area))
    if wanted.q:
        found.append(search(wanted.q))
    return found


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


def of_issue(model: Any, issue_id: UUID) -> Select[Any]:
    """Rows that hang on an issue, oldest first."""
    return select(model).where(model.issue_id == issue_id).order_by(model.at, model.id)


async def trail_of(work: Work, issue: Issue) -> list[TrailOut]:
    """The trail of an issue that has been loaded: the trail itself has no scope (HOUSE 2)."""
    mine = (Trail.subject_kind == ISSUE.kind, Trail.subject_id == issue.id)
    rows = await work.session.scalars(select(Trail).where(*mine).order_by(Trail.seq))
    return [TrailOut.model_validate(row) for row in rows]


def knows_reporter(work: Work, issue: Issue) -> bool:
    """Whether the actor may know who reported: a confidential one only a desk that does not handle it itself."""
    if not issue.confidential:
        return True
    return work.actor.role in DESKS and issue.holder_id != work.actor.post_id


async def reporter_of(work: Work, issue: Issue) -> str | None:
    """The masked contact, unless the reporter is hidden from the actor."""
    if not knows_reporter(work, issue):
        return None
    masked: str | None = await work.session.scalar(select(Reporter.masked).where(Reporter.issue_id == issue.id))
    return masked


async def in_full(work: Work, issue: Issue) -> IssueOut:
    """Everything the active post may see of an issue it sees."""
    point = None if issue.point is None else to_shape(issue.point)
    kept = issue.explanation
    plain = {name: getattr(issue, name) for name in IssueOut.model_fields if hasattr(Issue, name)}
    plain |= {
        "lon": float(shapely.get_x(point)) if point else None,
        "lat": float(shapely.get_y(point)) if point else None,
        "place": explaining.place_out(kept),
        "holder": explaining.holder_out(kept),
    }
    remarks = await work.session.scalars(of_issue(Remark, issue.id))
    ratings = await work.session.scalars(of_issue(Rating, issue.id))
    plain["explanation"] = explaining.reasons_out(kept)
    return IssueOut(
        **plain,
        reporter=await reporter_of(work, issue),
        allowed_steps=allowed_steps(ISSUE, work, issue),
        remarks=[RemarkOut.model_validate(row) for row in remarks],
        ratings=[RatingOut.model_validate(row) for row in ratings],
        trail=await trail_of(work, issue),
    )


async def photos_of(work: Work, issue: Issue) -> list[PhotoOut]:
    """The photos of an issue that has been loaded."""
    return [PhotoOut.model_validate(row) for row in await work.session.scalars(of_issue(IssuePhoto, issue.id))]


async def get_photo(work: Work, issue_id: UUID, photo_id: UUID) -> IssuePhoto:
    """One photo of an issue."""
    mine = (IssuePhoto.id == photo_id, IssuePhoto.issue_id == issue_id)
    photo: IssuePhoto | None = await work.session.scalar(select(IssuePhoto).where(*mine))
    if photo is None:
        raise NotFound("photo")
    return photo


async def for_reporter(work: Work, issue: Issue) -> FollowOut:
    """What the reporter may know: states and times, the replies meant for them, their own ratings."""
    trail = await trail_of(work, issue)
    steps = [{"at": row.at, "step": row.step, "state": row.to_state} for row in trail if row.step != "comment"]
    remarks = await work.session.scalars(of_issue(Remark, issue.id).where(Remark.to_reporter.is_(True)))
    ratings = await work.session.scalars(of_issue(Rating, issue.id))
    handler = explaining.holder_out(issue.explanation)
    return FollowOut(
        **{name: getattr(issue, name) for name in FollowOut.model_fields if hasattr(Issue, name)},
        handled_by=handler.role if handler else None,
        timeline=steps,
        replies=[RemarkOut.model_validate(row) for row in remarks],
        ratings=[RatingOut.model_validate(row) for row in ratings],
        may_rate="rate" in allowed_steps(ISSUE, work, issue),
    )
