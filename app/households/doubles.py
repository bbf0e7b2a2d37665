"""A household met behind a door where one stands already: is it the same one? (SYNC 4.19, the fuzzy check)

Several households may share a door, so a new one there is nothing odd by itself. It is held for a person when it
shares somebody with one that stands, or when either has nobody named to tell them apart by. What was said of it
stays on the card, whole and sealed: as a household of its own it is made under the id it came with; as the same
one it is taken in by the one that stands, and that id leads there. Nothing that names it meanwhile is lost.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.clock import Moment
from app.core.errors import Conflict
from app.core.work import Work
from app.core.workflow import lock
from app.feed.models import Change
from app.grid.models import Dwelling
from app.households import joining, members, reviews
from app.households.actions import add_household
from app.households.kinds import ReviewDecision, ReviewReason
from app.households.models import Household, Review
from app.households.recording import KIND, household_change, residents_of
from app.households.schemas import MergeHousehold, NewHousehold
from app.households.searching import plain_phone

TOLD_BY = ("name", "phone", "id_number")


class HouseholdIdTaken(Conflict):
    """The id belongs to another household."""

    code = "household_id_taken"
    zh = "该住户编号已用于另一户,请换一个编号。"
    en = "This id belongs to another household; take a new one."


async def meet(
    work: Work, household_id: UUID, form: NewHousehold, moment: Moment, op_id: UUID | None = None
) -> UUID | None:
    """Add a household under its own id; or hold it on a card and return the one it may be. One at a time behind a
    door, so that of two who meet the same people the second finds them.
    """
    await lock(work, Dwelling, form.dwelling_id)
    there = select(Household.id).where(Household.id == household_id).execution_options(unscoped=True)
    if await work.session.scalar(there) is not None:
        raise HouseholdIdTaken("entity_id")
    standing = await _held_against(work, household_id)
    if standing is None and (found := await _like(work, form)) is not None:
        await _hold(work, found, household_id, form, moment, op_id)
        standing = found.id
    if standing is None:
        await add_household(work, form, moment, household_id)
    return standing


async def _held_against(work: Work, household_id: UUID) -> UUID | None:
    """Which household a card about this id, still open, names."""
    waiting = (Review.reason == str(ReviewReason.POSSIBLE_DUPLICATE), Review.decided_at.is_(None))
    query = select(Review.household_id).where(Review.entity_id == household_id, *waiting).limit(1)
    found: UUID | None = await work.session.scalar(query)
    return found


async def _like(work: Work, form: NewHousehold) -> Household | None:
    """A household behind the door that the new one may be."""
    query = select(Household).where(Household.dwelling_id == form.dwelling_id, Household.until.is_(None))
    for one in await work.session.scalars(query.order_by(Household.since, Household.id)):
        known = [members.clear(work.keys, person) for person in await residents_of(work, one.id)]
        if _may_be(form, known):
            return one
    return None


def _may_be(form: NewHousehold, known: Iterable[dict[str, Any]]) -> bool:
    """Somebody of the same name, phone or identity number; or nobody to compare with on one of the two sides."""
    theirs = [{name: one[name] for name in TOLD_BY if one[name]} for one in known]
    if not form.residents or not any(theirs):
        return True
    said = [
        {"name": one.name, "phone": plain_phone(one.phone) if one.phone else None, "id_number": one.id_number}
        for one in form.residents
    ]
    return any(one.get(name) == value for one in said for other in theirs for name, value in other.items())


async def _hold(
    work: Work, standing: Household, household_id: UUID, form: NewHousehold, moment: Moment, op_id: UUID | None
) -> None:
    offered = form.model_dump(mode="json") | {"at": moment.at.isoformat()}
    reason = ReviewReason.POSSIBLE_DUPLICATE
    row = reviews.review_row(work, standing.id, reason, KIND, household_id, offered=offered, op_id=op_id)
    await work.put(Review, [row])
    told = household_change(work, standing) | {"type": "review", "entity_id": row["id"]}
    await work.put(Change, [told])


async def settle(work: Work, review: Review, decision: ReviewDecision) -> None:
    """Taken: a household of its own. Kept: the one that stands takes it in, as in any merge, and with it whoever
    of its people was not known there.
    """
    said = dict(reviews.offered_by(work, review))
    at = datetime.fromisoformat(said.pop("at"))
    moment = Moment(at, at)
    own = await add_household(work, NewHousehold.model_validate(said), moment, review.entity_id)
    if decision == ReviewDecision.KEPT and review.household_id is not None:
        await joining.merge(work, own, MergeHousehold(into=review.household_id), moment)
