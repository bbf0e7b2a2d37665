"""Operations on a household that is no longer on the holder's ground: late work is told from a forged claim."""

from uuid import UUID

from sqlalchemy import select

from app.core.errors import Forbidden
from app.core.log import log
from app.core.work import Work
from app.feed.models import Change, ChangeKind
from app.households.models import Household
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
