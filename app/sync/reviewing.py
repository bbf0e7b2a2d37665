"""What a person has to decide about operations: a card for the grid leader; the ledger keeps the operation."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.work import Work
from app.feed.actions import change_row
from app.feed.models import Change
from app.households.kinds import ReviewReason
from app.households.models import Review
from app.sync import devices
from app.sync.ledger import Judged
from app.sync.models import Op

LATE = ReviewReason.LATE_ASSIGNMENT


@dataclass(frozen=True)
class Matter:
    """What a card is about, as far as the operation's problem knows it."""

    household_id: UUID | None = None
    reason: ReviewReason = LATE


async def open_review(work: Work, judged: Judged, about: Matter) -> None:
    """A card about an operation that did not take effect by itself, on the ground of the phone's post."""
    raw = judged.raw
    said = {"entity": raw.type.partition(".")[0][:20], "entity_id": raw.entity_id or raw.op_id, "op_id": raw.op_id}
    ground = await devices.ground_of(work, work.actor.device_id)
    await _write(work, said | {"household_id": about.household_id}, ground, about.reason)


async def open_card(work: Work, op: Op, reason: ReviewReason) -> None:
    """The same about one that is in the ledger."""
    said = {"entity": op.type.partition(".")[0][:20], "entity_id": op.entity_id or op.op_id, "op_id": op.op_id}
    await _write(work, said | {"household_id": None}, await devices.ground_of(work, op.device_id), reason)


async def _write(work: Work, said: dict[str, Any], ground: dict[str, UUID | None], reason: ReviewReason) -> None:
    review_id = work.new_id()
    card = {
        "id": review_id, **said, **ground, "reason": reason, "field": None, "offered_sealed": None,
        "opened_by": work.actor.post_id, "opened_at": work.clock.now(), "decision": None, "decided_by": None,
        "decided_at": None,
    }  # fmt: skip
    await work.put(Review, [card])
    await work.put(Change, [change_row(work, "review", review_id, grid_id=ground["grid_id"])])
