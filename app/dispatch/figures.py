"""Measures on the dispatcher, so that a wrong owner is not the unit's fault alone: by office, not by person."""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import aliased

from app.core.clock import SHANGHAI
from app.core.errors import Invalid
from app.core.work import Work
from app.dispatch.kinds import OrderRole
from app.dispatch.models import WorkOrder
from app.dispatch.schemas import DispatchingOut, Period, UnitOut
from app.grid.models import Area, AreaLevel
from app.people.models import Unit


class EmptyPeriod(Invalid):
    """It ends before it begins."""

    code = "empty_period"
    zh = "起止日期颠倒,请调整后重试。"
    en = "The period ends before it begins; mend the dates."


async def dispatching(work: Work, period: Period) -> list[DispatchingOut]:
    """How each office dispatched leads in the period, of the orders the active post sees. Designations are the
    arbiter's and count for nobody; an objection counts where the order was dispatched.
    """
    if period.last < period.first:
        raise EmptyPeriod("to")
    first = datetime.combine(period.first, time(), SHANGHAI)
    after = datetime.combine(period.last, time(), SHANGHAI) + timedelta(days=1)
    led = aliased(Unit)
    query = (
        select(WorkOrder.dispatched_unit_id, *_sums())
        .join(led, led.id == WorkOrder.unit_id)
        .outerjoin(Area, Area.id == led.area_id)
        .where(WorkOrder.role == OrderRole.LEAD, WorkOrder.follows_id.is_(None))
        .where(WorkOrder.dispatched_at >= first, WorkOrder.dispatched_at < after)
        .group_by(WorkOrder.dispatched_unit_id)
    )
    rows = (await work.session.execute(query)).all()
    named = [row.dispatched_unit_id for row in rows if row.dispatched_unit_id]
    units = {unit.id: unit for unit in await work.session.scalars(select(Unit).where(Unit.id.in_(named)))}
    figures = [_figure(row, units.get(row.dispatched_unit_id)) for row in rows]
    return sorted(figures, key=lambda figure: figure.unit.code if figure.unit else "")


def _sums() -> tuple[Any, ...]:
    objected = WorkOrder.objected_at.is_not(None)
    return (
        func.count().label("dispatched"),
        _counted(objected, "objected"),
        _counted(WorkOrder.wrong_owner.is_(True), "upheld"),
        _counted(objected & WorkOrder.decided_at.is_(None), "undecided"),
        _counted(func.coalesce(Area.level == AreaLevel.COMMUNITY, False), "to_community"),
    )


def _counted(condition: Any, name: str) -> Any:
    return func.sum(cast(condition, Integer)).label(name)


def _figure(row: Any, unit: Unit | None) -> DispatchingOut:
    return DispatchingOut(
        unit=UnitOut.model_validate(unit) if unit else None,
        dispatched=row.dispatched,
        objected=row.objected,
        upheld=row.upheld,
        undecided=row.undecided,
        to_community=row.to_community,
        wrong_owner_rate=round(row.upheld / row.dispatched, 4),
        community_share=round(row.to_community / row.dispatched, 4),
    )
