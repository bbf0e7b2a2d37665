"""Whose matter it is after all: the arbiter designates 指定承办, and a dissolved unit leaves nothing behind."""

from uuid import UUID

from sqlalchemy import func, select, update

from app.clocks import waits
from app.clocks.house import house_of
from app.clocks.waits import wait_row
from app.core.errors import Forbidden
from app.core.work import Work
from app.core.workflow import lock, refusal
from app.dispatch import actions, events, issuing
from app.dispatch.kinds import Released
from app.dispatch.models import WorkOrder
from app.dispatch.schemas import DesignateStep
from app.dispatch.workflow import OPEN, ORDER
from app.grid.models import Area
from app.issues import handing
from app.issues.intake import UnknownUnit
from app.issues.kinds import State
from app.issues.models import Issue
from app.people.models import Role, Unit


class NotUnderStreet(Forbidden):
    """The street decides between units of its own only."""

    code = "not_under_street"
    zh = "涉及街道以外的单位,须由区县指定承办。"
    en = "A unit outside the street is concerned; the district has to designate."


async def designate(work: Work, issue: Issue, order: WorkOrder, form: DesignateStep) -> None:
    """The objecting unit keeps it for good, or another unit gets a binding order and the issue is passed on."""
    found = await issuing.units_named(work, [form.lead_unit])
    if not found:
        raise UnknownUnit("lead_unit")
    (unit,) = found
    if work.actor.role == Role.STREET_SECRETARY and not await _under_street(work, {order.unit_id, unit.id}):
        raise NotUnderStreet("lead_unit")
    if unit.id == order.unit_id:
        await _keeps(work, issue, order, form)
    else:
        await _goes_to(work, issue, order, form, unit)


async def _under_street(work: Work, units: set[UUID]) -> bool:
    """Whether all of them are offices inside the street the actor's post is over."""
    mine = select(Unit.area_id).where(Unit.id.in_(work.actor.units)).scalar_subquery()
    inside = (
        select(Unit.id).join(Area, Area.id == Unit.area_id).where(mine == func.any(Area.path), Unit.id.in_(units))
    )
    return set((await work.session.scalars(inside)).all()) == units


async def _keeps(work: Work, issue: Issue, order: WorkOrder, form: DesignateStep) -> None:
    late = await waits.stop(work, order.id, "arbiter")
    now = work.clock.now()
    await actions.take(
        work, issue, order, "designate", events.OrderDesignated, words=form.reason, late=late,
        detail={"unit": str(order.unit_id)}, binding=True, wrong_owner=False, decided_at=now,
        signed_at=order.signed_at or now,
    )  # fmt: skip


async def _goes_to(work: Work, issue: Issue, order: WorkOrder, form: DesignateStep, unit: Unit) -> None:
    """Guarded by the row of `designate`: releasing is the inward half of it."""
    if (problem := refusal(ORDER, ORDER.step("designate"), work, order)) is not None:
        raise problem
    terms = await issuing.terms_for(work, issue, binding=True, follows_id=order.id)
    await issuing.may_take(work, issue, [unit], terms.item)
    for other in await actions.orders_of(work, issue.id):
        if other.unit_id == unit.id and not other.leads:
            await actions.end(work, issue, other)  # it assisted, now it leads
    decided = {"wrong_owner": True, "decided_at": work.clock.now()}
    await actions.release(work, issue, order, Released.DESIGNATED, **decided)
    await handing.passed_on(work, issue, unit.id, str(Released.DESIGNATED))
    await issuing.issue_orders(work, issue, terms, form.reason, unit)


async def rework(work: Work, issue: Issue, order: WorkOrder) -> None:
    """The reporter's word, or the street's look at the place, was no: the same unit goes on, with new clocks."""
    house = await house_of(work, issue)
    mine = (ORDER.kind, order.id)
    clock = wait_row(work, house, mine, "order_solve", unit_id=order.unit_id)
    await actions.take(
        work, issue, order, "rework", events.OrderReworked, clocks=[clock],
        due_at=clock["due_at"], finished_at=None, answer=None, result=None, review_open=False,
    )  # fmt: skip


async def dissolve_unit(work: Work, unit_id: UUID) -> int:
    """The unit is no more: each of its open orders is released, and what it led is back on the desk. Returns how
    many orders that were.
    """
    living = (Unit.id == unit_id, Unit.dissolved_at.is_(None))
    ended = update(Unit).where(*living).values(dissolved_at=work.clock.now()).returning(Unit.id)
    if (await work.session.execute(ended)).first() is None:
        raise UnknownUnit("unit")
    open_now = (WorkOrder.unit_id == unit_id, WorkOrder.state.in_([str(state) for state in OPEN]))
    query = select(WorkOrder.id, WorkOrder.issue_id).where(*open_now).order_by(WorkOrder.issue_id, WorkOrder.id)
    found = await work.session.execute(query)
    released = 0
    for row in found.all():
        issue: Issue = await lock(work, Issue, row.issue_id)
        order: WorkOrder = await lock(work, WorkOrder, row.id)
        if order.state in OPEN:  # else it was finished or recalled while the others were handed back
            await actions.release(work, issue, order, Released.DISSOLVED)
            released += 1
        if order.leads and issue.state == State.DISPATCHED:
            await handing.recalled(work, issue)
    return released
