"""Coverage of visits 走访覆盖: per area, plan and stretch, from tasks and opt-outs; never per worker (DESIGN 7).

A plan's name may tell a care need, so its households are opened only to posts that may read care needs, for a
purpose that is kept; numbers too small to hide anybody are not shown.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Select,
    Uuid,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from app.core.clock import office_day
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.paging import BadCursor, cut, decode
from app.core.work import Work
from app.figures.hiding import hidden_of
from app.figures.kinds import Covered, Threshold
from app.figures.rates import threshold
from app.figures.schemas import CoverageFilter, CoverageGroup, CoverageRowsFilter, CoveredLine
from app.grid.models import Area
from app.households.models import CareNeed, Household
from app.people.capabilities import COMMUNITY
from app.people.models import ContactDuty, Role
from app.people.privacy import note_read
from app.visits.doors import NOBODY, shown_of
from app.visits.kinds import Period, TaskState
from app.visits.models import OptOut, PlanRule, VisitTask
from app.visits.periods import RECURRING, Span, span_of

ROWS = "/api/v1/visits/coverage/rows"
READ_CARE = COMMUNITY | {Role.GRID_LEADER}
LEVELS = (Household.street_id, Household.community_id, Household.grid_id)
Key = tuple[UUID | None, UUID]  # area, rule


class PurposeNeeded(Invalid):
    """The plan tells a care need of each household behind it."""

    code = "purpose_needed"
    zh = "该计划涉及关爱需求,请填写查看用途;查看会留痕。"
    en = "This plan tells care needs; say what for. The reading is kept."


class NotYourCare(Forbidden):
    """Care needs are read near the people, not further up."""

    code = "not_your_care"
    zh = "街道不查看到户的关爱需求,只看汇总数。"
    en = "Care needs are read household by household by the grid and the community only."


def stretch_of(period: str, day: date) -> Span:
    """The stretch of a plan that holds a day; tasks in hours are counted by the month."""
    return span_of(Period.MONTH if period == Period.ONCE else Period(period), day)


async def coverage(work: Work, wanted: CoverageFilter, below: int | None = None) -> list[CoverageGroup]:
    """Every group of one's ground with a household in it, by plan and area; hidden `below` so many households, by
    the district's own threshold when not said.
    """
    day = wanted.on or office_day(work.clock.now())
    rules = {rule.id: rule for rule in await work.session.scalars(select(PlanRule))}
    counted: dict[Key, dict[str, int]] = defaultdict(lambda: dict.fromkeys(Covered, 0))
    area = getattr(VisitTask, f"{wanted.level}_id")
    today = office_day(work.clock.now())
    numbers = [func.count().filter(_part(work, part, today)).label(part) for part in Covered if part in OF_TASKS]
    query = select(area.label("area"), VisitTask.rule_id, *numbers).where(_in_stretch(day, wanted.rule_id))
    query = query.join(PlanRule, PlanRule.id == VisitTask.rule_id).group_by(area, VisitTask.rule_id)
    for row in await work.session.execute(query):
        counted[row.area, row.rule_id].update({part: getattr(row, part) for part in OF_TASKS})
    left = _left_alone(day, wanted.rule_id).subquery()
    alone = select(left.c[f"{wanted.level}_id"].label("area"), left.c.rule_id, func.count().label("n"))
    for row in await work.session.execute(alone.group_by(left.c[f"{wanted.level}_id"], left.c.rule_id)):
        counted[row.area, row.rule_id][Covered.OPTED_OUT] = row.n
    shown = {key: numbers for key, numbers in counted.items() if any(numbers.values())}
    hidden = await _hidden(work, shown, below)
    names = await _names(work, shown)
    groups = [
        _group(wanted, day, key, numbers, rules, names, hidden=key in hidden) for key, numbers in shown.items()
    ]
    return sorted(groups, key=lambda group: (group.rule, group.code or "", str(group.rule_id)))


OF_TASKS = (Covered.DUE, Covered.COVERED, Covered.REFUSED, Covered.OVERDUE)


def _part(work: Work, part: Covered, today: date) -> ColumnElement[bool]:
    """Which tasks make a number; a cancelled one is nobody's."""
    if part == Covered.DUE:
        return VisitTask.state != TaskState.CANCELLED
    if part != Covered.OVERDUE:
        return VisitTask.state == str(part)
    past = VisitTask.due_on + PlanRule.grace_days < cast(literal(today), Date)
    late = case((VisitTask.due_at.is_not(None), VisitTask.due_at < work.clock.now()), else_=past)
    return and_(VisitTask.state == TaskState.OPEN, late)


def _in_stretch(day: date, rule_id: UUID | None) -> ColumnElement[bool]:
    spans = [(period, stretch_of(period, day)) for period in (*RECURRING, Period.ONCE)]
    held = or_(*(
        and_(PlanRule.period == period, VisitTask.starts_on >= span.starts_on, VisitTask.starts_on <= span.ends_on)
        for period, span in spans
    ))  # fmt: skip
    return held if rule_id is None else and_(held, VisitTask.rule_id == rule_id)


def _left_alone(day: date, rule_id: UUID | None) -> Select[*tuple[Any, ...]]:
    """Households a plan would reach, had they not asked to be left alone in its stretch; tasks that were done all
    the same are counted as done.
    """
    named = aliased(PlanRule)  # the version they opted out of; they are left alone by the later ones too
    first = case(*((PlanRule.period == p, literal(stretch_of(p, day).starts_on, Date)) for p in RECURRING))
    last = case(*((PlanRule.period == p, literal(stretch_of(p, day).ends_on, Date)) for p in RECURRING))
    done = select(VisitTask.id).where(
        VisitTask.household_id == Household.id, VisitTask.rule_id == PlanRule.id, VisitTask.starts_on == first,
        VisitTask.state != TaskState.CANCELLED,
    )  # fmt: skip
    query = (
        select(
            Household.id,
            PlanRule.id.label("rule_id"),
            Household.street_id,
            Household.community_id,
            Household.grid_id,
        )
        .select_from(OptOut)
        .join(Household, Household.id == OptOut.household_id)
        .outerjoin(named, named.id == OptOut.rule_id)
        .join(PlanRule, or_(OptOut.rule_id.is_(None), named.code == PlanRule.code))
        .where(PlanRule.period.in_(RECURRING), Household.until.is_(None), Household.merged_into.is_(None))
        .where(PlanRule.valid_from <= first, or_(PlanRule.valid_to.is_(None), PlanRule.valid_to > first))
        .where(_day(OptOut.since) <= last, or_(OptOut.until.is_(None), _day(OptOut.until) > last))
        .where(_reached(last), ~done.exists())
        .distinct()
    )
    return query if rule_id is None else query.where(PlanRule.id == rule_id)


def _reached(last: Any) -> ColumnElement[bool]:
    """That a plan is meant for the household at the end of its stretch, by need, kind or a post's list."""
    need = select(CareNeed.id).where(
        CareNeed.household_id == Household.id, CareNeed.kind == PlanRule.care_kind, _day(CareNeed.since) <= last,
        or_(CareNeed.until.is_(None), _day(CareNeed.until) > last),
    )  # fmt: skip
    duty = select(ContactDuty.post_id).where(
        ContactDuty.household_id == Household.id, _day(ContactDuty.since) <= last,
        or_(ContactDuty.until.is_(None), _day(ContactDuty.until) > last),
    )  # fmt: skip
    return and_(
        or_(PlanRule.care_kind.is_(None), need.exists()),
        or_(PlanRule.household_kind.is_(None), PlanRule.household_kind == Household.kind),
        or_(PlanRule.for_duty.is_(False), duty.exists()),
    )


def _day(at: Any) -> ColumnElement[date]:
    return cast(func.timezone("Asia/Shanghai", at), Date)


async def _hidden(work: Work, shown: Mapping[Key, Mapping[str, int]], below: int | None) -> set[Key]:
    """Per plan: areas with too few households, and as many more as it takes that the rest does not tell."""
    below = await threshold(work, Threshold.HIDDEN_BELOW) if below is None else below
    hidden: set[Key] = set()
    for rule in {rule for _, rule in shown}:
        sizes = {key: n[Covered.DUE] + n[Covered.OPTED_OUT] for key, n in shown.items() if key[1] == rule}
        hidden |= hidden_of(sizes, below)
    return hidden


async def _names(work: Work, shown: Mapping[Key, Any]) -> dict[UUID, tuple[str, str]]:
    ids = {area for area, _ in shown if area is not None}
    rows = await work.session.execute(select(Area.id, Area.code, Area.name).where(Area.id.in_(ids)))
    return {row.id: (row.code, row.name) for row in rows}


def _group(
    wanted: CoverageFilter, day: date, key: Key, numbers: Mapping[str, int], rules: Mapping[UUID, PlanRule],
    names: Mapping[UUID, tuple[str, str]], *, hidden: bool,
) -> CoverageGroup:  # fmt: skip
    area, rule = key[0], rules[key[1]]
    span = stretch_of(rule.period, day)
    said: dict[str, Any] = {"rule_id": rule.id, "on": day, "level": wanted.level}
    said |= {"area_id": area} if area else {}
    code, name = names.get(area, (None, None)) if area else (None, None)
    told = {str(part): None if hidden else numbers[part] for part in Covered}
    rows = {str(part): f"{ROWS}?{urlencode(said | {'part': str(part)})}" for part in Covered}
    return CoverageGroup(
        area_id=area, code=code, name=name, rule_id=rule.id, rule=rule.name, starts_on=span.starts_on,
        ends_on=span.ends_on, **told, hidden=hidden, rows=rows,
    )  # fmt: skip


async def rows_of(work: Work, wanted: CoverageRowsFilter) -> tuple[list[CoveredLine], str | None]:
    """The households behind a number, by id; the reading is kept with its purpose."""
    rule = await work.session.get(PlanRule, wanted.rule_id)
    if rule is None:
        raise NotFound("rule_id")
    if rule.care_kind is not None and work.actor.role not in READ_CARE:
        raise NotYourCare("rule_id")
    if rule.care_kind is not None and wanted.purpose is None:
        raise PurposeNeeded("purpose")
    found = _chosen(work, wanted).subquery()
    query = select(found).order_by(found.c.key).limit(wanted.limit + 1)
    if wanted.cursor is not None:
        query = query.where(found.c.key > _after(wanted.cursor))
    rows = (await work.session.execute(query)).all()
    page, following = cut(rows, wanted.limit, lambda row: (str(row.key),))
    shown = await shown_of(work, [row.household_id for row in page])
    fields = ("door", "head", "care_need") if rule.care_kind else ("door", "head")
    households = [row.household_id for row in page]
    await note_read(work, "visits.coverage", "household", households, fields, wanted.purpose or "visits")
    return [_line(wanted, row, shown.get(row.household_id, NOBODY)) for row in page], following


def _chosen(work: Work, wanted: CoverageRowsFilter) -> Select[*tuple[Any, ...]]:
    today = office_day(work.clock.now())
    day = wanted.on or today
    if wanted.part == Covered.OPTED_OUT:
        left = _left_alone(day, wanted.rule_id).subquery()
        nothing = (cast(null(), Uuid).label("task_id"), cast(null(), DateTime(timezone=True)).label("done_at"))
        alone = select(left.c.id.label("household_id"), left.c.id.label("key"), *nothing)
        here = left.c[f"{wanted.level}_id"].is_not_distinct_from(wanted.area_id)
        return alone.where(here)
    area = getattr(VisitTask, f"{wanted.level}_id").is_not_distinct_from(wanted.area_id)
    key = VisitTask.id.label("key")
    tasks = select(VisitTask.household_id, key, VisitTask.id.label("task_id"), VisitTask.done_at)
    tasks = tasks.join(PlanRule, PlanRule.id == VisitTask.rule_id)
    return tasks.where(_in_stretch(day, wanted.rule_id), area, _part(work, wanted.part, today))


def _after(cursor: str) -> UUID:
    (key,) = decode(cursor, 1)
    try:
        return UUID(key)
    except ValueError:
        raise BadCursor("cursor") from None


def _line(wanted: CoverageRowsFilter, row: Any, shown: Any) -> CoveredLine:
    return CoveredLine(
        household_id=row.household_id, task_id=row.task_id, door=shown.door, head=shown.head, part=wanted.part,
        done_at=row.done_at,
    )  # fmt: skip
