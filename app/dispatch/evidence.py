"""The terms of an objection to an order, and the photos that show why it is another unit's matter."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.clocks.house import house_of
from app.clocks.waits import wait_row
from app.core.errors import NotFound
from app.core.files import Photo
from app.core.work import Work
from app.core.workflow import refusal
from app.dispatch.guards import is_units
from app.dispatch.models import OrderEvidence, WorkOrder
from app.dispatch.words import OBJECTION_WORDS
from app.dispatch.workflow import ORDER
from app.issues.objecting import NothingObjected, ObjectionTerms, deciding, evidence_rows
from app.issues.schemas import PhotoOut
from app.issues.workflow import DISTRICT


async def terms(work: Work, order: WorkOrder) -> ObjectionTerms:
    """Until when, who decides and by when, were the objection sent now."""
    clock = wait_row(work, await house_of(work), (ORDER.kind, order.id), "arbiter")
    zh, en = OBJECTION_WORDS
    # The office that dispatched it does not judge its own dispatch (CASES 2.4).
    may = ORDER.step("designate").by if order.dispatched_unit_id is None else DISTRICT
    return ObjectionTerms(
        until=order.object_until, zh=zh, en=en, deciders=deciding(may), decision_due=clock["due_at"]
    )


async def photos_of(work: Work, order: WorkOrder) -> list[PhotoOut]:
    """The evidence of a loaded order."""
    mine = select(OrderEvidence).where(OrderEvidence.order_id == order.id).order_by(OrderEvidence.id)
    return [PhotoOut.model_validate(row) for row in await work.session.scalars(mine)]


async def photo_of(work: Work, order_id: UUID, photo_id: UUID) -> OrderEvidence:
    """One photo of it."""
    mine = (OrderEvidence.id == photo_id, OrderEvidence.order_id == order_id)
    photo: OrderEvidence | None = await work.session.scalar(select(OrderEvidence).where(*mine))
    if photo is None:
        raise NotFound("photo")
    return photo


async def add(work: Work, order: WorkOrder, photos: Sequence[Photo]) -> None:
    """Evidence from the unit itself, while it may object or waits for the decision."""
    if (problem := is_units(work, order)) is not None:
        raise problem
    if not order.undecided and refusal(ORDER, ORDER.step("object"), work, order) is not None:
        raise NothingObjected
    await work.put(OrderEvidence, evidence_rows(work, photos, issue_id=order.issue_id, order_id=order.id))
