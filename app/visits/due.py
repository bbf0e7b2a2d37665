"""What is to be done: the due list of a post, overdue first. It says when and where, never for which need.

A stretch that is over can be covered by late visits only, so a missed one is shown once per household and plan,
until a later stretch is done: it asks for help, not for a reckoning (R4.3). What is within its grace is not shown.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Date, Select, and_, case, cast, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from app.core.clock import office_day
from app.core.fields import Schema
from app.core.paging import BadCursor, Limit, cut, decode
from app.core.work import Work
from app.people.models import Post
from app.people.privacy import note_read
from app.visits.doors import NOBODY, shown_of
from app.visits.kinds import Period, TaskState, VisitKind, Way
from app.visits.models import PlanRule, VisitTask
from app.visits.periods import span_of
from app.visits.schemas import Cursor
from app.visits.sight import by_duty_only, workable


class Group(StrEnum):
    """How a due list is parted."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"


ORDER = tuple(Group)
PRIORITY = {Period.ONCE: 1, Period.WEEK: 2, Period.MONTH: 3, Period.QUARTER: 4}
WORDS: dict[Group, str] = {
    Group.OVERDUE: "已逾期", Group.TODAY: "今天", Group.WEEK: "本周", Group.LATER: "以后",
}  # fmt: skip


class DueFilter(Schema):
    """One's own list, or for help that of one post or one grid of one's ground."""

    group: Group | None = None
    post_id: UUID | None = None
    grid_id: UUID | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class DueOut(Schema):
    """A household to call on. `from_day` to `to_day` is when it counts («可办 12–20日»)."""

    id: UUID
    household_id: UUID
    door: str | None
    head: str | None
    group: Group
    group_words: str
    from_day: date
    to_day: date
    due_at: datetime | None
    words: str = Field(examples=["可办 11月1–30日"])
    priority: Annotated[int, Field(ge=1, le=4)]
    kinds: list[VisitKind]
    ways: list[Way]
    of_duty: bool
    post_id: UUID | None


async def due(work: Work, wanted: DueFilter) -> tuple[list[DueOut], str | None]:
    """A page of the list: by group, priority and day."""
    t = _tasks(work, workable(work, VisitTask.household_id), _whose(work, wanted)).subquery()
    key = (t.c.place, t.c.priority, t.c.due_on, t.c.id)
    query = select(t).order_by(*key)
    if wanted.group is not None:
        query = query.where(t.c.place == ORDER.index(wanted.group))
    if wanted.cursor is not None:
        query = query.where(tuple_(*key) > _key_of(wanted.cursor))
    rows = (await work.session.execute(query.limit(wanted.limit + 1))).all()
    page, following = cut(rows, wanted.limit, _key)
    shown = await shown_of(work, [row.household_id for row in page])
    households = sorted({row.household_id for row in page})
    await note_read(work, "visits.due", "household", households, ("door", "head"), "visits")
    return [_out(row, shown.get(row.household_id, NOBODY)) for row in page], following


async def in_hand(work: Work, post_id: UUID, until: datetime) -> int:
    """How many visits of a post's grid or list are overdue or fall due before `until`."""
    grid = select(Post.area_id).where(Post.id == post_id).scalar_subquery()
    whose = or_(VisitTask.post_id == post_id, and_(VisitTask.post_id.is_(None), VisitTask.grid_id == grid))
    t = _tasks(work, whose).subquery()
    soon = or_(t.c.place == ORDER.index(Group.OVERDUE), t.c.due_on <= office_day(until))
    return await work.session.scalar(select(func.count()).select_from(t).where(soon)) or 0


def _tasks(work: Work, *whose: Any) -> Select[Any]:
    """One task for each household, rule and post: the missed one, else the next that is open."""
    today, now = office_day(work.clock.now()), work.clock.now()
    later = aliased(VisitTask)
    same = (later.rule_id == VisitTask.rule_id, later.household_id == VisitTask.household_id)
    made_up = select(later.id).where(
        *same, later.post_id.is_not_distinct_from(VisitTask.post_id), later.starts_on > VisitTask.starts_on,
        or_(later.state.in_((TaskState.COVERED, TaskState.REFUSED)), and_(
            later.state == TaskState.OPEN, _overdue(later, today, now))),
    )  # fmt: skip
    place = case(
        (_overdue(VisitTask, today, now), ORDER.index(Group.OVERDUE)),
        (VisitTask.due_on == today, ORDER.index(Group.TODAY)),
        (VisitTask.due_on <= span_of(Period.WEEK, today).ends_on, ORDER.index(Group.WEEK)),
        else_=ORDER.index(Group.LATER),
    ).label("place")
    priority = case(*((PlanRule.period == period, value) for period, value in PRIORITY.items())).label("priority")
    columns = [getattr(VisitTask, name) for name in (
        "id", "household_id", "post_id", "starts_on", "ends_on", "due_on", "due_at")]  # fmt: skip
    one = (VisitTask.rule_id, VisitTask.household_id, VisitTask.post_id)
    return (
        select(*columns, place, priority, PlanRule.kinds, PlanRule.ways, PlanRule.for_duty)
        .join(PlanRule, PlanRule.id == VisitTask.rule_id)
        .where(VisitTask.state == TaskState.OPEN, *whose)
        .where(or_(VisitTask.due_on >= today, _overdue(VisitTask, today, now)), ~made_up.exists())
        .ext(distinct_on(*one))
        .order_by(*one, VisitTask.starts_on)
    )


def _overdue(task: Any, today: date, now: datetime) -> Any:
    """Past its hours, or past its day and its grace."""
    days = select(PlanRule.grace_days).where(PlanRule.id == task.rule_id).correlate(task).scalar_subquery()
    return case(
        (task.due_at.is_not(None), task.due_at < now), else_=task.due_on + days < cast(literal(today), Date)
    )


def _whose(work: Work, wanted: DueFilter) -> Any:
    post = wanted.post_id or work.actor.post_id
    if wanted.grid_id is not None:
        return VisitTask.grid_id == wanted.grid_id
    if wanted.post_id is not None:
        return VisitTask.post_id == post
    if by_duty_only(work):
        return VisitTask.post_id == post
    return or_(VisitTask.post_id.is_(None), VisitTask.post_id == post)


def _key(row: Any) -> tuple[str, ...]:
    return str(row.place), str(row.priority), row.due_on.isoformat(), str(row.id)


def _key_of(cursor: str) -> Any:
    place, priority, day, task_id = decode(cursor, 4)
    try:
        return tuple_(int(place), int(priority), date.fromisoformat(day), UUID(task_id))
    except ValueError:
        raise BadCursor("cursor") from None


def _out(row: Any, shown: Any) -> DueOut:
    group = ORDER[row.place]
    return DueOut(
        id=row.id, household_id=row.household_id, door=shown.door, head=shown.head, group=group,
        group_words=WORDS[group], from_day=row.starts_on, to_day=row.ends_on, due_at=row.due_at,
        words=window_words(row.starts_on, row.ends_on), priority=row.priority, kinds=row.kinds, ways=row.ways,
        of_duty=row.for_duty, post_id=row.post_id,
    )  # fmt: skip


def window_words(first: date, last: date) -> str:
    """The stretch as a person says it."""
    if first == last:
        return f"可办 {first.month}月{first.day}日"
    if (first.year, first.month) == (last.year, last.month):
        return f"可办 {first.month}月{first.day}–{last.day}日"
    return f"可办 {first.month}月{first.day}日–{last.month}月{last.day}日"
