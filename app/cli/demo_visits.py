"""Ninety days of visits for whatever households the demonstration has: made up, the same for the same households.

Days go by in order: the tasks of a stretch are made as its first day comes, and visits cover them in batches as a
phone's would. Who is met is drawn from the household's own id, so that nothing hangs on chance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select

from app.cli.demo_calls import agree, hear_of_changes, raise_matters
from app.core.clock import SHANGHAI, FixedClock, Moment, office_day
from app.core.work import Actor, Work
from app.households.models import CareNeed, Household
from app.people.models import ContactDuty, Post, Role
from app.people.queries import in_force
from app.visits import reckoning, writing
from app.visits.actions import Said, visit_row
from app.visits.kinds import Advice, Period, Result, VisitKind, Way
from app.visits.models import OptOut, PlanRule
from app.visits.schemas import NewVisit

DAYS = 90
AT_ONCE = 500  # households reckoned in one statement
EVERY = {Period.WEEK: 4, Period.MONTH: 12, Period.QUARTER: 35}  # days from one call to the next: some are missed
UNPLANNED = 180
COME_AGAIN = timedelta(days=2)  # after nobody was home
LEFT_ALONE = timedelta(days=30)  # after a refusal
NOTES = ("无变化", None, None, "已提醒用火用气安全", None)
RESULTS = (*[Result.MET] * 43, *[Result.NOT_HOME] * 6, Result.REFUSED)
WAYS = (Way.DOOR, Way.DOOR, Way.DOOR, Way.PHONE, Way.VIDEO)
ADVICE = ([Advice.MEASURED], [Advice.MEASURED, Advice.ADVISED], [Advice.ADVISED, Advice.REFERRED])
FIRST_HOUR, HOURS = 9, 11  # evenings count like mornings


@dataclass(frozen=True)
class Plan:
    """Who calls where how often: the worker of each grid, the post that has a household on its list."""

    homes: Sequence[Any]
    workers: dict[UUID, Any]
    every: dict[UUID, int]
    lists: dict[UUID, Any]
    promised: dict[UUID, date] = field(default_factory=dict)
    resting: dict[UUID, date] = field(default_factory=dict)

    def calls(self, household: UUID, day: date) -> bool:
        """Whether somebody calls on a household that day."""
        if day < self.resting.get(household, day):
            return False
        return self.promised.get(household) == day or _drawn(household, day, self.every[household]) == 0


async def fill_visits(work: Work, days: int = DAYS) -> int:
    """Visits of the last `days` up to now, and the tasks they were made for; returns how many visits."""
    today, made = office_day(work.clock.now()), 0
    await agree(evening(work, today - timedelta(days=days)))
    plan = await _plan(work)
    planned = [household for household, every in plan.every.items() if every < UNPLANNED]
    for back in range(days, -1, -1):
        day = today - timedelta(days=back)
        then = evening(work, day)
        if back == days or day.weekday() == 0 or day.day == 1:
            await _reckon(then, planned)
        visits = [_visit(then, plan, home, day) for home in plan.homes if plan.calls(home.id, day)]
        for batch in _cut(visits, writing.MOST):
            made += len(await writing.write(then, batch))
    await _reckon(work, [home.id for home in plan.homes])
    if made:
        await hear_of_changes(work)
        await raise_matters(work)
    return made


def earlier(work: Work, by: timedelta) -> Work:
    """The same work as if it were done so long ago."""
    return replace(work, runtime=replace(work.runtime, clock=FixedClock(work.clock.now() - by)))


def evening(work: Work, day: date) -> Work:
    """The same work on another day's evening; never later than now."""
    since = work.clock.now() - datetime.combine(day, time(22), SHANGHAI)
    return earlier(work, max(since, timedelta(0)))


async def _plan(work: Work) -> Plan:
    """Rules of care needs reach few; everybody else is called on now and then. Who opted out is left alone."""
    now = work.clock.now()
    query = select(Post.id, Post.account_id, Post.area_id, Post.role).where(in_force(now))
    posts = (await work.session.execute(query.order_by(Post.rank.desc(), Post.id.desc()))).all()
    workers = {post.area_id: post for post in posts if post.role == Role.GRID_WORKER}
    asked = set(await work.session.scalars(select(OptOut.household_id).where(OptOut.until.is_(None))))
    found = await work.session.execute(
        select(Household.id, Household.grid_id).where(Household.until.is_(None)).order_by(Household.id)
    )
    homes = [row for row in found if row.grid_id in workers and row.id not in asked]
    every = dict.fromkeys((home.id for home in homes), UNPLANNED)
    rules = select(CareNeed.household_id, PlanRule.period).join(PlanRule, PlanRule.care_kind == CareNeed.kind)
    for row in await work.session.execute(rules.where(CareNeed.until.is_(None), PlanRule.period.in_(EVERY))):
        every[row.household_id] = min(every.get(row.household_id, UNPLANNED), EVERY[Period(row.period)])
    by_id = {post.id: post for post in posts}
    listed = select(ContactDuty.household_id, ContactDuty.post_id).where(ContactDuty.until.is_(None))
    lists = {row.household_id: by_id[row.post_id] for row in await work.session.execute(listed)}
    for household in lists:
        every[household] = min(every.get(household, UNPLANNED), EVERY[Period.MONTH])
    return Plan(homes, workers, every, lists)


async def _reckon(work: Work, households: Sequence[UUID]) -> None:
    for some in _cut(households, AT_ONCE):
        await reckoning.reckon(work, some)


def _cut(whole: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (whole[start : start + size] for start in range(0, len(whole), size))


def _drawn(household: UUID, day: date, of: int, what: str = "") -> int:
    """A number below `of` that a household has on a day for `what`: whether and how must not hang together."""
    return uuid5(household, day.isoformat() + what).int % of


def _visit(work: Work, plan: Plan, home: Any, day: date) -> dict[str, Any]:
    """One visit as the write takes it; who has the household on a list comes along with the worker at times."""
    draw = _drawn(home.id, day, 1_000_000, "how")
    at = datetime.combine(day, time(FIRST_HOUR), SHANGHAI) + timedelta(minutes=draw % (HOURS * 60))
    at = min(at, work.clock.now())
    result, worker, guest = RESULTS[draw % len(RESULTS)], plan.workers[home.grid_id], plan.lists.get(home.id)
    if result == Result.NOT_HOME:
        plan.promised[home.id] = day + COME_AGAIN
    if result == Result.REFUSED:
        plan.resting[home.id] = day + LEFT_ALONE
    health = plan.every[home.id] < UNPLANNED and draw % 7 == 0
    together = guest is not None and draw % 3 > 0
    form = NewVisit(
        id=uuid5(home.id, f"visit {day.isoformat()}"), household_id=home.id, result=result,
        kind=VisitKind.FOLLOW_UP if health else VisitKind.VISIT, way=WAYS[draw // 50 % len(WAYS)],
        advice=ADVICE[draw % len(ADVICE)] if health and result == Result.MET else [],
        follow_up_on=plan.promised[home.id] if result == Result.NOT_HOME else None,
        note=NOTES[draw // 250 % len(NOTES)], companions=[worker.id] if together else [],
    )  # fmt: skip
    author = guest if together else worker
    return visit_row(_as(work, author), Said(form, Moment(at, at)))


def _as(work: Work, post: Any) -> Work:
    return replace(work, actor=Actor(Role(post.role), post.account_id, post.id))
