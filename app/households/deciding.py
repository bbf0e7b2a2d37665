"""A person's decision on a card 待核对: what it offers is written, or what stands stays (SYNC 3d)."""

from uuid import UUID

from app.core.errors import Conflict
from app.core.work import Work
from app.households import doubles, members, reviews
from app.households.actions import end_household
from app.households.kinds import Relation, ReviewDecision, ReviewReason
from app.households.models import Review
from app.households.recording import KIND, household_change, locked, note
from app.households.schemas import DecideReview, EndHousehold

OF_OPERATIONS = (ReviewReason.LATE_ASSIGNMENT, ReviewReason.LOST_DEPENDENCY, ReviewReason.SPLIT)


class TakenElsewhere(Conflict):
    """The card is about a phone's operation; taking it means doing it."""

    code = "operation_review"
    zh = "该卡片对应一条手机操作,请用“采用操作”处理;也可选择不采用。"
    en = "The card is about a phone's operation: take it there (/sync/reviews), or keep."


async def decide_review(work: Work, review_id: UUID, form: DecideReview) -> UUID | None:
    """A person's word on a card: the offered value is written, or the stored one stays. Returns the household."""
    review = await reviews.locked_review(work, review_id)
    review.decision, review.decided_at = form.decision, work.clock.now()
    review.decided_by = work.actor.post_id
    await work.session.flush()
    if review.reason == ReviewReason.POSSIBLE_DUPLICATE:
        await doubles.settle(work, review, form.decision)
    elif form.decision == ReviewDecision.TAKEN:
        await _take(work, review)
    if review.household_id is None:
        return None
    household = await locked(work, review.household_id)
    detail = {"review": str(review.id), "decision": str(form.decision)}
    told = household_change(work, household) | {"type": "review", "entity_id": review.id}
    await note(work, household, "decide_review", detail, changes=[told])
    return household.id


async def _take(work: Work, review: Review) -> None:
    """Write what a card offers: a field of a resident, or the end that was asked for."""
    if review.reason == ReviewReason.DELETE_ASKED and review.entity == "resident":
        await members.end_resident(work, review.entity_id)
    elif review.reason == ReviewReason.DELETE_ASKED and review.entity == KIND:
        await end_household(work, review.entity_id, EndHousehold())
    elif review.reason == ReviewReason.FIELD_CONFLICT and review.entity == "resident" and review.field:
        household, resident = await members.locked_resident(work, review.entity_id)
        values = {review.field: reviews.offered_by(work, review)}
        told = []
        if values.get("relation") == Relation.HEAD:
            told = await members.hand_headship(work, household, resident.id)
        await members.write_fields(work, household, resident, values, {}, told=told)
    elif review.reason in OF_OPERATIONS:
        raise TakenElsewhere("decision")
