"""Cards 待核对: what was said of a household and not simply written, until a person decides (SYNC 3d)."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.crypto import mask_id_number, mask_name, mask_phone
from app.core.errors import Conflict, NotFound
from app.core.work import Work
from app.feed.actions import change_row
from app.households.kinds import ReviewReason
from app.households.models import Household, Review

SEALED = "review.offered"


class ReviewDecided(Conflict):
    """Somebody was quicker."""

    code = "review_decided"
    zh = "该事项已核对过。"
    en = "This has been decided already."


def review_row(
    work: Work, household_id: UUID | None, reason: ReviewReason, entity: str, entity_id: UUID,
    *, field: str | None = None, offered: Any = None, op_id: UUID | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A card; what is offered is sealed, also when it is nothing (a field to be emptied)."""
    kept = work.keys.seal(json.dumps(offered, ensure_ascii=False, default=str), SEALED)
    return {
        "id": work.new_id(), "household_id": household_id, "reason": reason, "entity": entity,
        "entity_id": entity_id, "field": field, "offered_sealed": kept, "op_id": op_id,
        "opened_by": work.actor.post_id, "opened_at": work.clock.now(), "decision": None, "decided_by": None,
        "decided_at": None,
    }  # fmt: skip


def offered_by(work: Work, review: Review) -> Any:
    """What a card offers, in clear: for whoever decides and for the mask of a list."""
    return json.loads(work.keys.unseal(review.offered_sealed, SEALED)) if review.offered_sealed else None


async def open_fields(
    work: Work, household: Household, entity: str, entity_id: UUID, offered: Mapping[str, Any],
    op_id: UUID | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """One card for each field in conflict that has no open one with the same offer; rows of the feed for them."""
    rows = []
    for field, value in sorted(offered.items()):
        if not await _offered_already(work, entity_id, field, value):
            reason = ReviewReason.FIELD_CONFLICT
            more = {"field": field, "offered": value, "op_id": op_id}
            rows.append(review_row(work, household.id, reason, entity, entity_id, **more))
    await work.put(Review, rows)
    seen: dict[str, Any] = {"grid_id": household.grid_id, "household_id": household.id}
    return [change_row(work, "review", row["id"], **seen) for row in rows]


async def _offered_already(work: Work, entity_id: UUID, field: str, value: Any) -> bool:
    same = (Review.entity_id == entity_id, Review.field == field, Review.decided_at.is_(None))
    waiting = await work.session.scalars(select(Review).where(*same))
    return any(offered_by(work, one) == (None if value is None else str(value)) for one in waiting)


async def locked_review(work: Work, review_id: UUID) -> Review:
    """A card, locked; `ReviewDecided` when it has had its decision."""
    query = (
        select(Review).where(Review.id == review_id).with_for_update().execution_options(populate_existing=True)
    )
    found: Review | None = await work.session.scalar(query)
    if found is None:
        raise NotFound
    if found.decided_at is not None:
        raise ReviewDecided
    return found


def masked(field: str | None, value: Any) -> str | None:
    """A value as a list may show it; of a whole household its people."""
    if isinstance(value, dict):
        return "、".join(mask_name(one["name"]) for one in value.get("residents", ())) or None
    if value is None or not isinstance(value, str):
        return None
    if field in {"relation", "kind"}:
        return value
    masks = {"phone": mask_phone, "id_number": mask_id_number}
    return masks.get(field or "", mask_name)(value)
