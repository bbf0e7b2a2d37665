"""Orders follow their issue: whatever became of it is carried over, from the state it is in now.

One handler for every event that moves an issue, so that a late or repeated delivery does no harm.
"""

from sqlalchemy import select

from app.clocks import waits
from app.clocks.house import house_of
from app.core.outbox import Outbox
from app.core.work import Work
from app.core.workflow import lock
from app.dispatch import actions, owning
from app.dispatch.kinds import OrderState
from app.dispatch.models import WorkOrder
from app.dispatch.workflow import OPEN
from app.issues import handing
from app.issues.kinds import State
from app.issues.models import Issue
from app.issues.taking import supervised
from app.people.models import Unit

STANDING_STILL = frozenset({State.AWAITING_REPORTER, State.HELD_OPEN})
WITH_ANSWER = frozenset({State.ANSWERED, State.VERIFYING})


async def follow(work: Work, event: Outbox) -> None:
    """Pause with the issue, go on with it, handle it again, or end when it has left the units."""
    issue: Issue = await lock(work, Issue, event.subject_id)
    orders = await actions.orders_of(work, issue.id)
    if issue.state == State.DISPATCHED:
        await _dispatched(work, issue, orders)
    elif issue.state in STANDING_STILL:
        for order in orders:
            await waits.pause(work, order.id, str(issue.state))
    elif issue.state not in WITH_ANSWER:
        for order in orders:
            if order.state in OPEN:
                await actions.end(work, issue, order)


async def party_released(work: Work, event: Outbox) -> None:
    """The desk let a helping unit go: what it was to do ends with that."""
    issue: Issue = await lock(work, Issue, event.subject_id)
    for order in await actions.orders_of(work, issue.id):
        if str(order.unit_id) == event.payload["unit_id"] and not order.leads and order.state in OPEN:
            await actions.end(work, issue, order)


async def _dispatched(work: Work, issue: Issue, orders: list[WorkOrder]) -> None:
    lead = next((order for order in orders if order.leads), None)
    if lead is not None and await _is_gone(work, lead):
        await actions.end(work, issue, lead)
        lead = None
    if lead is None:
        await handing.recalled(work, issue)  # its unit was dissolved while the issue stood still, or was answered
        return
    if lead.state == OrderState.DONE:
        await owning.rework(work, issue, lead)
    house = await house_of(work, issue)
    for order in orders:
        for wait in await waits.go_on(work, house, order.id):
            if wait.kind in ("order_solve", "assist"):
                order.due_at = wait.due_at


async def _is_gone(work: Work, order: WorkOrder) -> bool:
    dissolved = select(Unit.id).where(Unit.id == order.unit_id, Unit.dissolved_at.is_not(None))
    return await work.session.scalar(dissolved) is not None


async def supervise_silence(work: Work, event: Outbox) -> None:
    """The arbiter did not decide: on the list of the district's leaders."""
    issue: Issue = await lock(work, Issue, event.payload["issue_id"])
    if issue.supervised_at is None and issue.state == State.DISPATCHED:
        await supervised(work, issue, "arbiter_silent")


async def put_off(work: Work, event: Outbox) -> None:
    """The issue got more time, and its lead with it."""
    issue: Issue = await lock(work, Issue, event.subject_id)
    house = await house_of(work, issue)
    for order in await actions.orders_of(work, issue.id):
        for wait in await waits.running(work, order.id, "order_solve"):
            if issue.due_at > wait.due_at and order.leads:
                waits.put_off(house, wait, issue.due_at)
                order.due_at = issue.due_at
    await work.session.flush()
