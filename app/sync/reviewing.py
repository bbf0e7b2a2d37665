"""What a person has to decide about operations: a card for the grid leader; the ledger keeps the operation."""

from uuid import UUID

from sqlalchemy import select

from app.core.work import Work
from app.feed.actions import change_row
from app.feed.models import Change
from app.households.kinds import ReviewReason
from app.households.models import Review
from app.sync.ledger import Judged
from app.sync.models import Device


async def open_review(
    work: Work, judged: Judged, household_id: UUID | None = None,
    reason: ReviewReason = ReviewReason.LATE_ASSIGNMENT,
) -> None:  # fmt: skip
    """A card about an operation that did not take effect by itself, on the ground of the phone's post."""
    raw = judged.raw
    ground = select(Device.street_id, Device.community_id, Device.grid_id).where(Device.id == work.actor.device_id)
    (row,) = (await work.session.execute(ground.execution_options(unscoped=True))).all()
    review_id = work.new_id()
    card = {
        "id": review_id, "household_id": household_id, **row._asdict(), "reason": reason,
        "entity": raw.type.partition(".")[0][:20], "entity_id": raw.entity_id or raw.op_id, "field": None,
        "offered_sealed": None, "op_id": raw.op_id, "opened_by": work.actor.post_id,
        "opened_at": work.clock.now(), "decision": None, "decided_by": None, "decided_at": None,
    }  # fmt: skip
    await work.put(Review, [card])
    await work.put(Change, [change_row(work, "review", review_id, grid_id=row.grid_id)])
