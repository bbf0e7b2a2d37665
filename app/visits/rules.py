"""Rules of plans are followed by new versions, never edited: tasks that were made keep the rule they were made by.

A stretch belongs to the rule in force on its first day, so a change comes with tomorrow at the earliest, and by
itself when the running stretch of the version before is over: nobody is asked twice. Tasks follow within the day.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import func, or_, select, update

from app.core.clock import office_day
from app.core.errors import Invalid, NotFound
from app.core.work import Work
from app.households.care import UnknownCareKind
from app.households.models import CareKind
from app.visits.kinds import Period
from app.visits.models import PlanRule
from app.visits.periods import RECURRING, span_of
from app.visits.schemas import EndPlanRule, NewPlanRule, PlanRuleOut


class TwoReaches(Invalid):
    """A plan reaches by care need or by kind of household, or goes by a list: one of them."""

    code = "two_reaches"
    zh = "关爱需求与住户类型只能选一项。"
    en = "A plan reaches households by care need or by their kind: one of the two."


class HoursAreForOnce(Invalid):
    """Only a task after a grave change is due in hours."""

    code = "hours_are_for_once"
    zh = "“小时数”只用于重大变故的一次性任务(period=once)。"
    en = "`hours` belongs to a task that comes once (period=once)."


class GraceTooLong(Invalid):
    """It would reach into the stretch after the next."""

    code = "grace_too_long"
    zh = "宽限天数须少于一个周期({days} 天)。"
    en = "The days of grace are fewer than the stretch has ({days})."


class TooEarly(Invalid):
    """Figures of days gone by are reckoned from the rules of those days."""

    code = "rule_too_early"
    zh = "走访计划最早自次日起变更,不能追溯。"
    en = "A plan changes with tomorrow at the earliest, never backwards."


async def rules(work: Work, *, past: bool = False) -> list[PlanRuleOut]:
    """The versions in force and those to come, by code; with `past` also those that were."""
    query = select(PlanRule).order_by(PlanRule.code, PlanRule.valid_from, PlanRule.id)
    if not past:
        today = office_day(work.clock.now())
        lasting = PlanRule.valid_to > func.greatest(PlanRule.valid_from, today)
        query = query.where(or_(PlanRule.valid_to.is_(None), lasting))
    return [PlanRuleOut.model_validate(row) for row in await work.session.scalars(query)]


async def set_rule(work: Work, form: NewPlanRule) -> PlanRuleOut:
    """A version from a day on; what was said for the time after that day gives way."""
    await _check(work, form)
    known = await _versions(work, form.code)
    starts_on = _day(work, known, form.valid_from, "valid_from")
    await _end(work, form.code, starts_on)
    said = form.model_dump(exclude={"valid_from", "kinds", "ways"})
    row = {
        "id": work.new_id(), **said, "kinds": sorted(form.kinds), "ways": sorted(form.ways),
        "valid_from": starts_on, "valid_to": None,
    }  # fmt: skip
    await work.put(PlanRule, [row])
    return PlanRuleOut(**row)


async def end_rule(work: Work, form: EndPlanRule) -> list[PlanRuleOut]:
    """No stretch that begins from that day on belongs to the plan; its versions as they now are."""
    known = await _versions(work, form.code)
    if not known:
        raise NotFound("code")
    await _end(work, form.code, _day(work, known, form.valid_to, "valid_to"))
    return [one for one in await rules(work, past=True) if one.code == form.code]


async def _check(work: Work, form: NewPlanRule) -> None:
    if form.care_kind is not None:
        if form.household_kind is not None:
            raise TwoReaches("household_kind")
        if await work.session.get(CareKind, form.care_kind) is None:
            raise UnknownCareKind("care_kind")
    if form.hours is not None and form.period != Period.ONCE:
        raise HoursAreForOnce("hours")
    if form.period in RECURRING:
        span = span_of(form.period, office_day(work.clock.now()))
        days = (span.following - span.starts_on).days
        if form.grace_days >= days:
            raise GraceTooLong("grace_days", days=days)


async def _versions(work: Work, code: str) -> Sequence[PlanRule]:
    """Every version of a plan, the earliest first, held: two changes of one plan come after one another."""
    query = select(PlanRule).where(PlanRule.code == code).order_by(PlanRule.valid_from, PlanRule.id)
    return (await work.session.scalars(query.with_for_update())).all()


def _day(work: Work, known: Sequence[PlanRule], said: date | None, field: str) -> date:
    """The day that was said, else the first one after the stretch that runs under the version before."""
    today = office_day(work.clock.now())
    if said is not None:
        if said <= today:
            raise TooEarly(field)
        return said
    begun = [rule for rule in known if rule.valid_from <= today]
    running = [rule.period for rule in begun if rule.valid_to is None or rule.valid_to > today]
    if running and running[-1] in RECURRING:
        return span_of(Period(running[-1]), today).following
    return today + timedelta(days=1)


async def _end(work: Work, code: str, on: date) -> None:
    """A version that had not begun by then never holds: it ends on its first day."""
    later = (PlanRule.code == code, or_(PlanRule.valid_to.is_(None), PlanRule.valid_to > on))
    ends = func.greatest(PlanRule.valid_from, on)
    await work.session.execute(update(PlanRule).where(*later).values(valid_to=ends))
