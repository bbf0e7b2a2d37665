"""Tasks and their coverage once more, one by one from rows: what `coverage` must equal (DESIGN 1).

What a visit serves is judged here in Python and not in SQL, without reading the state a task was given, so that
the two can disagree.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.clock import office_day
from app.core.work import Work
from app.figures.coverage import stretch_of
from app.figures.kinds import Covered
from app.households.models import CareNeed, Household
from app.people.models import ContactDuty
from app.visits.kinds import Period, Result, TaskState
from app.visits.models import OptOut, PlanRule, Visit, VisitCompanion, VisitTask

HOURS = 24  # of a task in hours whose rule says none
Counts = dict[tuple[UUID | None, UUID], dict[str, int]]


async def differences(work: Work) -> list[tuple[UUID, str, str]]:
    """Tasks whose state is not what the visits say: id, state as kept, state as recounted."""
    judged = await _judged(work)
    return [
        (task.id, task.state, state) for task, (state, by) in judged if (task.state, task.done_by) != (state, by)
    ]


async def recount(work: Work, day: date, level: str) -> Counts:
    """Per area and plan: due, covered, refused, overdue, opted out, in the stretch that holds the day."""
    rules = {rule.id: rule for rule in await work.session.scalars(select(PlanRule))}
    today, now = office_day(work.clock.now()), work.clock.now()
    counted: Counts = defaultdict(lambda: dict.fromkeys(map(str, Covered), 0))
    done: set[tuple[UUID, UUID]] = set()
    for task, (state, _) in await _judged(work):
        rule = rules[task.rule_id]
        span = stretch_of(rule.period, day)
        if state == TaskState.CANCELLED or not span.starts_on <= task.starts_on <= span.ends_on:
            continue
        done.add((task.household_id, rule.id))
        group = counted[getattr(task, f"{level}_id"), rule.id]
        group["due"] += 1
        group["covered"] += state == TaskState.COVERED
        group["refused"] += state == TaskState.REFUSED
        group["overdue"] += state == TaskState.OPEN and _late(task, rule, today, now)
    for household, rule in await _left_alone(work, rules.values(), day):
        if (household.id, rule.id) not in done:
            counted[getattr(household, f"{level}_id"), rule.id]["opted_out"] += 1
    return {key: numbers for key, numbers in counted.items() if any(numbers.values())}


def _late(task: VisitTask, rule: PlanRule, today: date, now: datetime) -> bool:
    if task.due_at is not None:
        return task.due_at < now
    return task.due_on + timedelta(days=rule.grace_days) < today


Judged = Sequence[tuple[VisitTask, tuple[str, UUID | None]]]


async def _judged(work: Work) -> Judged:
    """Every task with the state its household's visits give it, and the visit that did."""
    rules = {rule.id: rule for rule in await work.session.scalars(select(PlanRule))}
    with_whom: dict[UUID, set[UUID]] = defaultdict(set)
    for row in await work.session.scalars(select(VisitCompanion)):
        with_whom[row.visit_id].add(row.post_id)
    visits: dict[UUID | None, list[Visit]] = defaultdict(list)
    for visit in await work.session.scalars(select(Visit).order_by(Visit.at, Visit.id)):
        visits[visit.household_id].append(visit)
    tasks = (await work.session.scalars(select(VisitTask).order_by(VisitTask.id))).all()
    return [(task, _state(task, rules[task.rule_id], visits[task.household_id], with_whom)) for task in tasks]


def _state(
    task: VisitTask, rule: PlanRule, visits: Iterable[Visit], with_whom: Mapping[UUID, set[UUID]]
) -> tuple[str, UUID | None]:
    held = [visit for visit in visits if _holds(task, rule, visit)]
    for visit in held:
        there = {visit.post_id} | with_whom[visit.id]
        fits = visit.kind in rule.kinds and visit.way in rule.ways
        if visit.result == Result.MET and fits and (task.post_id is None or task.post_id in there):
            return TaskState.COVERED, visit.id
    refused = next((visit for visit in held if visit.result == Result.REFUSED), None)
    if refused is not None:
        return TaskState.REFUSED, refused.id
    return (TaskState.OPEN if task.cancelled_at is None else TaskState.CANCELLED), None


def _holds(task: VisitTask, rule: PlanRule, visit: Visit) -> bool:
    if rule.valid_to is not None and rule.valid_to <= task.starts_on:
        return False  # asked for by a version that gave way before the stretch began
    if task.due_at is not None:
        return visit.at >= task.due_at - timedelta(hours=rule.hours or HOURS)
    return task.starts_on <= office_day(visit.at) <= task.ends_on


async def _left_alone(work: Work, rules: Iterable[PlanRule], day: date) -> list[tuple[Household, PlanRule]]:
    """Living households that asked to be left alone when a plan's stretch ended, and would have been reached."""
    asked: dict[UUID, list[OptOut]] = defaultdict(list)
    for one in await work.session.scalars(select(OptOut)):
        asked[one.household_id].append(one)
    living = select(Household).where(Household.until.is_(None), Household.merged_into.is_(None))
    households = (await work.session.scalars(living.where(Household.id.in_(asked)))).all()
    needs: dict[UUID, list[CareNeed]] = defaultdict(list)
    for need in await work.session.scalars(select(CareNeed)):
        needs[need.household_id].append(need)
    listed: dict[UUID, list[ContactDuty]] = defaultdict(list)
    for duty in await work.session.scalars(select(ContactDuty)):
        listed[duty.household_id].append(duty)
    rules = list(rules)
    codes: dict[UUID | None, str | None] = {None: None, **{rule.id: rule.code for rule in rules}}
    return [
        (household, rule) for household in households for rule in rules
        if rule.period != Period.ONCE and _in_force(rule, day)
        and any(_at_end(one, rule, day) and codes[one.rule_id] in (None, rule.code) for one in asked[household.id])
        and (rule.household_kind in (None, household.kind))
        and (rule.care_kind is None or any(
            _at_end(need, rule, day) and need.kind == rule.care_kind for need in needs[household.id]))
        and (not rule.for_duty or any(_at_end(duty, rule, day) for duty in listed[household.id]))
    ]  # fmt: skip


def _in_force(rule: PlanRule, day: date) -> bool:
    first = stretch_of(rule.period, day).starts_on
    return rule.valid_from <= first and (rule.valid_to is None or rule.valid_to > first)


def _at_end(dated: Any, rule: PlanRule, day: date) -> bool:
    """Whether something with `since` and `until` holds beyond the last day of the plan's stretch."""
    last = stretch_of(rule.period, day).ends_on
    return office_day(dated.since) <= last and (dated.until is None or office_day(dated.until) > last)
