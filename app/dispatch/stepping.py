"""Every step of an order by its name, with the form it takes; and how one is taken: issue first, then order."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.errors import NotFound
from app.core.work import Work
from app.core.workflow import lock, ready, refusal
from app.dispatch import actions, owning
from app.dispatch import schemas as forms
from app.dispatch.models import WorkOrder
from app.dispatch.workflow import ORDER
from app.issues.models import Issue
from app.issues.step_schemas import NoteStep, PlainStep, ReasonStep, StepInput

Taking = Callable[[Work, Issue, WorkOrder, Any], Awaitable[None]]
STEPS: dict[str, tuple[type[StepInput], Taking]] = {
    "sign": (PlainStep, actions.sign),
    "unsign": (PlainStep, actions.unsign),
    "assign_inside": (forms.AssignInsideStep, actions.assign_inside),
    "contact": (forms.OrderContactStep, actions.contact),
    "contact_meanwhile": (forms.OrderContactStep, actions.contact_meanwhile),
    "stage_report": (forms.ReportStep, actions.stage_report),
    "finish": (forms.FinishStep, actions.finish),
    "release_answer": (NoteStep, actions.release_answer),
    "send_back": (ReasonStep, actions.send_back),
    "object": (forms.ObjectStep, actions.raise_objection),
    "designate": (forms.DesignateStep, owning.designate),
    "recall": (ReasonStep, actions.recall),
}


async def step(work: Work, order_id: UUID, name: str, form: StepInput) -> WorkOrder:
    """Take a step on an order: locked after its issue, and refused before anything else is read."""
    seen: WorkOrder | None = await work.session.scalar(select(WorkOrder).where(WorkOrder.id == order_id))
    if seen is None:
        raise NotFound
    if not seen.stands:
        ready(ORDER, work, seen, name, form.expected_version)  # its unit sees the order still, the issue no more
    issue: Issue = await lock(work, Issue, seen.issue_id)
    order: WorkOrder = await lock(work, WorkOrder, order_id)
    ready(ORDER, work, order, name, form.expected_version)
    await STEPS[name][1](work, issue, order, form)
    return order


async def recall_issue(work: Work, issue: Issue, form: ReasonStep) -> None:
    """The desk takes the matter back from every unit: the issue's own step `recall`."""
    lead = next((order for order in await actions.orders_of(work, issue.id) if order.leads), None)
    if lead is not None and (problem := refusal(ORDER, ORDER.step("recall"), work, lead)) is not None:
        raise problem
    await actions.take_back(work, issue, form.reason)
