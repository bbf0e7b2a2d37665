"""Rules of time are followed by new ones, never edited: what runs keeps the rule it began with."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.clocks.house import FACTS
from app.clocks.models import CalendarDay, LimitRule, OfficeSeason
from app.clocks.schemas import DayRule, HouseOut, LimitOut, NewLimit, SeasonRule
from app.core.errors import Invalid
from app.core.work import Work
from app.people.models import Unit


class UnknownClock(Invalid):
    """No clock of that name runs in this district."""

    code = "unknown_clock"
    zh = "没有这个时钟名称。"
    en = "No clock has this name."


class NoSuchUnit(Invalid):
    """No unit at work has this code."""

    code = "no_such_unit"
    zh = "没有这个单位,或已撤销。"
    en = "No unit at work has this code."


async def set_limit(work: Work, form: NewLimit) -> LimitOut:
    """From now on; the rule for the same facts before it ends here."""
    now = work.clock.now()
    if await work.session.scalar(select(LimitRule.id).where(LimitRule.clock == form.clock).limit(1)) is None:
        raise UnknownClock("clock")
    same = [getattr(LimitRule, name).is_not_distinct_from(getattr(form, name)) for name in FACTS]
    in_force = or_(LimitRule.valid_to.is_(None), LimitRule.valid_to > now)
    await work.session.execute(
        update(LimitRule).where(LimitRule.clock == form.clock, in_force, *same).values(valid_to=now)
    )
    row = {"id": work.new_id(), "valid_from": now, "valid_to": None, **form.model_dump()}
    await work.put(LimitRule, [row])
    return LimitOut(**{name: row[name] for name in LimitOut.model_fields})


async def set_day(work: Work, form: DayRule) -> DayRule:
    """A day of the tenant's own; said again it is what was said last."""
    new = insert(CalendarDay).values(form.model_dump())
    said = {"working": form.working, "name": form.name}
    await work.session.execute(new.on_conflict_do_update(index_elements=["day"], set_=said))
    return form


async def set_season(work: Work, form: SeasonRule) -> SeasonRule:
    """Office hours for that part of the year, in place of what was said of the same days."""
    unit_id = await _unit(work, form.unit)
    same = (OfficeSeason.first_day == form.first_day, OfficeSeason.last_day == form.last_day)
    await work.session.execute(
        delete(OfficeSeason).where(*same, OfficeSeason.unit_id.is_not_distinct_from(unit_id))
    )
    row: dict[str, Any] = {"id": work.new_id(), "unit_id": unit_id, "first_day": form.first_day}
    await work.put(OfficeSeason, [row | {"last_day": form.last_day, "spans": [list(span) for span in form.spans]}])
    return form


async def _unit(work: Work, code: str | None) -> UUID | None:
    if code is None:
        return None
    found: UUID | None = await work.session.scalar(
        select(Unit.id).where(Unit.code == code, Unit.dissolved_at.is_(None))
    )
    if found is None:
        raise NoSuchUnit("unit")
    return found


async def in_force(work: Work) -> HouseOut:
    """Limits in force, own days from this year on, office hours."""
    now = work.clock.now()
    valid = (LimitRule.valid_from <= now, or_(LimitRule.valid_to.is_(None), LimitRule.valid_to > now))
    order = (LimitRule.clock, LimitRule.category, LimitRule.urgency, LimitRule.type)
    limits = await work.session.scalars(select(LimitRule).where(*valid).order_by(*order))
    days = await work.session.scalars(select(CalendarDay).order_by(CalendarDay.day))
    hours = select(OfficeSeason, Unit.code).outerjoin(Unit, Unit.id == OfficeSeason.unit_id)
    seasons = await work.session.execute(hours.order_by(OfficeSeason.first_day))
    return HouseOut(
        limits=[LimitOut.model_validate(row) for row in limits],
        days=[DayRule.model_validate(row) for row in days],
        seasons=[
            SeasonRule(unit=code, first_day=row.first_day, last_day=row.last_day, spans=row.spans)
            for row, code in seasons
        ],
    )
