"""Ninety days of visits for whatever households the demonstration has: made up, the same each time, quickly.

Days go by in order: the tasks of a stretch are made as its first day comes, and visits cover them in batches as a
phone's would. Who is met is drawn from the household's own id, so that nothing hangs on chance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select

from app.core.clock import SHANGHAI, FixedClock, Moment, office_day
from app.core.work import Actor, Work
from app.households.models import CareNeed, Household
from app.people.models import Post, Role
from app.people.queries import in_force
from app.visits import reckoning, writing
from app.visits.actions import Said, visit_row
from app.visits.kinds import Result, VisitKind, Way
from app.visits.schemas import NewVisit

DAYS = 90
AT_ONCE = 500  # households reckoned in one statement
NOTHING_NEW = ("无变化", None, None, None)
RESULTS = (*[Result.MET] * 16, Result.NOT_HOME, Result.NOT_HOME, Result.REFUSED, Result.MET)
WAYS = (Way.DOOR, Way.DOOR, Way.DOOR, Way.PHONE, Way.VIDEO)
FIRST_HOUR, HOURS = 9, 11  # evenings count like mornings


async def fill_visits(work: Work, days: int = DAYS) -> int:
    """Visits of the last `days` up to now, and the tasks they were made for; returns how many visits."""
    posts = await _posts(work)
    homes = [row for row in await work.session.execute(
        select(Household.id, Household.grid_id).where(Household.until.is_(None)).order_by(Household.id)
    ) if row.grid_id in posts]  # fmt: skip
    needing = set(await work.session.scalars(select(CareNeed.household_id).where(CareNeed.until.is_(None))))
    today, made = office_day(work.clock.now()), 0
    for back in range(days, -1, -1):
        day = today - timedelta(days=back)
        then = _at(work, day)
        if back == days or day.weekday() == 0 or day.day == 1:
            await _reckon(then, [row.id for row in homes])
        called = [row for row in homes if _calls(row.id, day, row.id in needing)]
        visits = [_visit(then, posts[row.grid_id], row.id, day) for row in called]
        for batch in _cut(visits, writing.MOST):
            made += len(await writing.write(then, batch))
    await _reckon(work, [row.id for row in homes])
    return made


async def _posts(work: Work) -> dict[UUID, Any]:
    """The worker's post of each grid, rank A first."""
    query = select(Post.id, Post.account_id, Post.area_id).where(
        Post.role == Role.GRID_WORKER, in_force(work.clock.now())
    )
    rows = await work.session.execute(query.order_by(Post.rank.desc(), Post.id.desc()))
    return {row.area_id: row for row in rows}


def _at(work: Work, day: date) -> Work:
    """The same work on another day's evening; never later than now."""
    evening = datetime.combine(day, time(22), SHANGHAI)
    return replace(work, runtime=replace(work.runtime, clock=FixedClock(min(evening, work.clock.now()))))


async def _reckon(work: Work, households: Sequence[UUID]) -> None:
    for some in _cut(households, AT_ONCE):
        await reckoning.reckon(work, some)


def _cut(whole: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (whole[start : start + size] for start in range(0, len(whole), size))


def _drawn(household: UUID, day: date, of: int) -> int:
    """A number below `of` that a household has on a day."""
    return uuid5(household, day.isoformat()).int % of


def _calls(household: UUID, day: date, needing: bool) -> bool:  # read as it is called
    """Whether somebody calls that day: those who need it about every ten days, others twice a year."""
    return _drawn(household, day, 10 if needing else 180) == 0


def _visit(work: Work, post: Any, household: UUID, day: date) -> dict[str, Any]:
    draw = _drawn(household, day, 10_000)
    minute = FIRST_HOUR * 60 + draw % (HOURS * 60)
    at = datetime.combine(day, time(), SHANGHAI) + timedelta(minutes=minute)
    at = min(at, work.clock.now())
    form = NewVisit(
        id=uuid5(household, f"visit {day.isoformat()}"), household_id=household,
        kind=VisitKind.FOLLOW_UP if draw % 7 == 0 else VisitKind.VISIT, result=RESULTS[draw % len(RESULTS)],
        way=WAYS[draw % len(WAYS)], note=NOTHING_NEW[draw % len(NOTHING_NEW)],
    )  # fmt: skip
    author = Actor(Role.GRID_WORKER, post.account_id, post.id)
    return visit_row(replace(work, actor=author), Said(form, Moment(at, at)))
