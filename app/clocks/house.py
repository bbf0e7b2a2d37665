"""The district's own rules of time, read as one JSON value so that a hot statement can carry them along."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from psycopg import AsyncCursor
from sqlalchemy import Date, DateTime, String, bindparam, case, cast, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from app.clocks.models import CalendarDay, LimitRule, OfficeSeason, Rung
from app.core.clock import ALL_YEAR, Calendar, Limit, Measure, Season
from app.core.db import Statement, compiled
from app.core.errors import Unavailable
from app.core.work import Work

FACTS = {"type": 1, "urgency": 2, "category": 4}  # the weight of each: a rule naming the category wins
DAYS_BACK, DAYS_AHEAD = 60, 800  # of the tenant's own days that are read along
WARN_AT = 0.75  # of a limit too short for its reminder


class NoRule(Unavailable):
    """The district has no limit for this clock: its table was emptied."""

    code = "no_limit_rule"
    zh = "本区县没有设置时限“{clock}”,请管理员补充。"
    en = "This district has no limit for {clock}; its administrator has to add one."


@dataclass(frozen=True)
class Ruled:
    """A limit and the rule it came from."""

    limit: Limit
    rule_id: UUID | None = None


@dataclass(frozen=True)
class Ring:
    """One rung of a clock's ladder."""

    name: str
    ahead: bool
    limit: Limit


DUE = Ring("due", ahead=False, limit=Limit(0, Measure.MINUTES))


@dataclass(frozen=True)
class House:
    """Limits in force for given facts, calendars and ladders."""

    limits: Mapping[str, Ruled]
    calendar: Calendar
    by_unit: Mapping[UUID, Calendar]
    ladders: Mapping[str, tuple[Ring, ...]]

    def ruled(self, clock: str) -> Ruled:
        """The limit of a clock; `NoRule` when the district has none."""
        if clock not in self.limits:
            raise NoRule(clock=clock)
        return self.limits[clock]

    def calendar_of(self, unit_id: UUID | None) -> Calendar:
        """The unit's own office hours, or everybody's."""
        return self.calendar if unit_id is None else self.by_unit.get(unit_id, self.calendar)

    def rings(self, clock: str) -> tuple[Ring, ...]:
        """The ladder of a clock; most only ring when they are due."""
        return self.ladders.get(clock, (DUE,))

    def wake(self, clock: str, since: datetime, due: datetime, rung: int) -> datetime | None:
        """When rung number `rung` rings; None past the last one."""
        rings = self.rings(clock)
        if rung >= len(rings):
            return None
        ring = rings[rung]
        if not ring.ahead:
            return self.calendar.after(due, ring.limit) if ring.limit.amount else due
        at = self.calendar.ahead(due, ring.limit)
        return at if at > since else since + (due - since) * WARN_AT


def house_json() -> Any:
    """A scalar subquery over the rules in force at `now` for `type`, `urgency`, `category` (bound by name)."""
    return func.jsonb_build_object(
        "limits", _limits(), "days", days_json(), "seasons", seasons_json(), "ladders", _ladders()
    )


def _limits() -> Any:
    now = bindparam("now", type_=DateTime(timezone=True))
    fits = [
        or_(getattr(LimitRule, f).is_(None), getattr(LimitRule, f) == bindparam(f, type_=String)) for f in FACTS
    ]
    given = [case((getattr(LimitRule, f).is_(None), 0), else_=weight) for f, weight in FACTS.items()]
    best = (
        select(LimitRule.clock, LimitRule.amount, LimitRule.unit, LimitRule.id)
        .ext(distinct_on(LimitRule.clock))
        .where(*fits, LimitRule.valid_from <= now, or_(LimitRule.valid_to.is_(None), LimitRule.valid_to > now))
        .order_by(
            LimitRule.clock, sum(given[1:], given[0]).desc(), LimitRule.valid_from.desc(), LimitRule.id.desc()
        )
        .subquery("best")
    )
    said = func.jsonb_build_array(best.c.amount, best.c.unit, best.c.id)
    return select(func.jsonb_object_agg(best.c.clock, said)).scalar_subquery()


def days_json() -> Any:
    """The tenant's own days around `now`, which has to be bound."""
    today = cast(func.timezone("Asia/Shanghai", bindparam("now", type_=DateTime(timezone=True))), Date)
    near = CalendarDay.day.between(today - DAYS_BACK, today + DAYS_AHEAD)
    return select(func.jsonb_object_agg(CalendarDay.day, CalendarDay.working)).where(near).scalar_subquery()


def seasons_json() -> Any:
    """Every season of office hours."""
    said = func.jsonb_build_array(
        OfficeSeason.unit_id, OfficeSeason.first_day, OfficeSeason.last_day, OfficeSeason.spans
    )
    return select(func.jsonb_agg(said)).scalar_subquery()


def _ladders() -> Any:
    said = func.jsonb_build_array(Rung.clock, Rung.position, Rung.name, Rung.ahead, Rung.amount, Rung.unit)
    return select(func.jsonb_agg(said)).scalar_subquery()


def read_house(said: Mapping[str, Any]) -> House:
    """What `house_json` gave, as rules."""
    limits = {
        clock: Ruled(Limit(amount, Measure(unit)), UUID(rule))
        for clock, (amount, unit, rule) in (said["limits"] or {}).items()
    }
    general, own = read_calendars(said)
    ladders: dict[str, list[Ring]] = {}
    for clock, _, name, ahead, amount, unit in sorted(said["ladders"] or []):
        ladders.setdefault(clock, []).append(Ring(name, ahead, Limit(amount, Measure(unit))))
    return House(limits, general, own, {clock: tuple(rings) for clock, rings in ladders.items()})


def read_calendars(said: Mapping[str, Any]) -> tuple[Calendar, dict[UUID, Calendar]]:
    """Everybody's calendar and those of units with office hours of their own, from days and seasons."""
    days = {date.fromisoformat(day): working for day, working in (said["days"] or {}).items()}
    seasons: dict[UUID | None, list[Season]] = {}
    for unit, first, last, spans in said["seasons"] or []:
        season = Season(_day(first), _day(last), tuple((opens, closes) for opens, closes in spans))
        seasons.setdefault(UUID(unit) if unit else None, []).append(season)
    general = Calendar(days, tuple(seasons.pop(None, [ALL_YEAR])))
    return general, {unit: Calendar(days, tuple(given)) for unit, given in seasons.items() if unit is not None}


def _day(said: str) -> tuple[int, int]:
    month, day = said.split("-")
    return int(month), int(day)


@cache
def _statement() -> Statement:
    return Statement(compiled(select(house_json())))


async def house_of(work: Work, subject: Any = None) -> House:
    """The rules for a subject's type, urgency and category (an issue), or for none of them."""
    facts = {name: getattr(subject, name, None) for name in FACTS}
    cursor: AsyncCursor[Any] = await work.cursor()
    row = await _statement().row(cursor, {"now": work.clock.now(), **facts})
    return read_house(row[0])
