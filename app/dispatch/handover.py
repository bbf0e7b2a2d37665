"""Orders a post of the unit has in hand go to a colleague, each with an act on its own trail (UX I5)."""

from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from app.core.audit import Trail
from app.core.work import Work
from app.core.workflow import advance
from app.dispatch import events
from app.dispatch.inbox import cut_words
from app.dispatch.models import WorkOrder
from app.dispatch.workflow import OPEN, ORDER
from app.issues.lines import EDITED
from app.issues.models import Issue
from app.people.handover import HandedItem

KIND = "order"


def _with(post_id: UUID) -> Any:
    """Given to the post inside its unit; or signed for by it and given to nobody."""
    signed = select(Trail.id).where(
        Trail.subject_id == WorkOrder.id, Trail.step == "sign", Trail.post_id == post_id
    )
    nobodys = and_(WorkOrder.assigned_post_id.is_(None), signed.exists())
    return or_(WorkOrder.assigned_post_id == post_id, nobodys)


async def hand_over(work: Work, post_id: UUID, to: UUID) -> list[HandedItem]:
    """All open ones; `assigned_post_id` says who has them from now on."""
    query = (
        select(WorkOrder, Issue.number, EDITED.label("what"))
        .outerjoin(Issue, Issue.id == WorkOrder.issue_id)
        .where(WorkOrder.state.in_([str(state) for state in OPEN]), _with(post_id))
        .order_by(WorkOrder.id)
        .with_for_update(of=WorkOrder)
    )
    found = []
    for order, number, what in (await work.session.execute(query)).all():
        detail = {"from": str(post_id), "to": str(to)}

        def event(order: WorkOrder = order, **of: Any) -> events.OrderHandedOver:
            return events.OrderHandedOver(issue_id=order.issue_id, unit_id=order.unit_id, post_id=to, **of)

        await advance(work, ORDER, order, "hand_over", event, detail=detail, assigned_post_id=to)
        found.append(HandedItem(kind=KIND, id=order.id, number=number, what=cut_words(what)))
    return found
