"""Operations on a household that has left the holder's ground, or came apart, while the phone was away.

Late work is told from a forged claim, and what was said of a whole household from what is said of a half of it.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import and_, func, select

from app.core.audit import Trail
from app.core.errors import Forbidden
from app.core.log import log
from app.core.work import Work
from app.feed.models import Change, ChangeKind
from app.households.kinds import ReviewReason
from app.households.models import Household
from app.households.recording import KIND
from app.sync.applying import Asked, WaitsFor


class HasStrayed(Forbidden):
    """It was on the ground and has left it: a person decides, nothing is lost."""

    code = "household_left"
    zh = "这户已不在您的网格,内容已保留并交网格长核对。"
    en = "This household has left your ground; what you entered is kept and the grid leader decides."

    def __init__(self, household_id: UUID) -> None:
        """`household_id` is what the card is about."""
        self.household_id = household_id
        super().__init__("household_id")


class CameApart(Forbidden):
    """It was split after the phone had last heard of it: a person decides which half was meant (SYNC 3d)."""

    code = "household_split"
    zh = "这户已分为两户,内容已保留并交网格长核对。"
    en = "This household has been split; what you entered is kept and the grid leader decides which half it is of."
    reason = ReviewReason.SPLIT

    def __init__(self, household_id: UUID) -> None:
        """`household_id` is what the card is about."""
        self.household_id = household_id
        super().__init__("household_id")


async def check_whole(work: Work, named: Iterable[tuple[UUID | None, Asked]]) -> None:
    """Raise `CameApart` for the first operation on a household that was split since its phone last heard from the
    service. Asked when the operation has been done and can still be undone: what its holder may not see is
    refused before, without a word of this.
    """
    unaware = [(one, asked) for one, asked in named if one is not None and not asked.decided]
    if not unaware:
        return
    split = and_(Trail.subject_kind == KIND, Trail.step == "split")
    leads_to = Trail.subject_id == func.coalesce(Household.merged_into, Household.id)
    query = select(Household.id, func.max(Trail.at)).join(Trail, and_(leads_to, split)).group_by(Household.id)
    query = query.where(Household.id.in_({one for one, _ in unaware})).execution_options(unscoped=True)
    apart = {row[0]: row[1] for row in await work.session.execute(query)}
    for household_id, asked in unaware:
        heard = min(asked.op.clock.contact_at or asked.moment.at, asked.moment.at)
        if household_id in apart and apart[household_id] > heard:
            raise CameApart(household_id)


async def strayed(work: Work, asked: Asked, household_id: UUID) -> None:
    """Raise `HasStrayed` when the household was on the ground before, and `WaitsFor` when there is none of this
    id: its own operation may come later, or a person still looks at it. Log the claim on somebody else's.
    """
    grids = work.scope.areas.get("grid_id", ())
    left = (Change.entity_id == household_id, Change.grid_id.in_(grids), Change.kind == str(ChangeKind.EVICT))
    there = select(Household.id).where(Household.id == household_id).execution_options(unscoped=True)
    if await work.session.scalar(there) is None:
        raise WaitsFor(household_id)
    if grids and await work.session.scalar(select(Change.id).where(*left).limit(1)) is not None:
        raise HasStrayed(household_id)
    log().warning("foreign_ground_claimed", op_id=str(asked.op.op_id), post_id=str(work.actor.post_id))
