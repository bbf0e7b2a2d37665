"""Is the ground of a post small enough for one phone? Its office is told when not: it cuts grids, no worker can.

The office is told in a transaction of its own, because a refusal takes the phone's with it; once a day and post,
however often the phone asks.
"""

import hashlib
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core.clock import office_day
from app.core.log import log
from app.core.outbox import Outbox
from app.core.scope import NOTHING
from app.core.work import Work, known_as, open_work
from app.grid.models import Area
from app.people.models import Post
from app.sync import events
from app.sync.holding import Holding, ScopeTooLarge, households_on

MOST_HOUSEHOLDS = 5000
WARN_HOUSEHOLDS = 2000
LEVELS = ("street_id", "community_id", "grid_id")


async def check_scope(work: Work, holding: Holding) -> None:
    """`ScopeTooLarge` for more households than one phone holds; from the warning on its office hears of it."""
    count = await households_on(work, holding)
    if count > MOST_HOUSEHOLDS:
        await _tell(work, events.ScopeRefused, count)
        raise ScopeTooLarge(households=count, most=MOST_HOUSEHOLDS)
    if count > WARN_HOUSEHOLDS:
        await _tell(work, events.ScopeNearLimit, count)


async def _tell(work: Work, event: type[events.ScopeRefused] | type[events.ScopeNearLimit], count: int) -> None:
    post_id, now = work.actor.post_id, work.clock.now()
    if post_id is None:
        return
    day = office_day(now)
    own = UUID(bytes=hashlib.sha256(f"{event.name}/{post_id}/{day}".encode()).digest()[:16])
    async with open_work(work.runtime, work.district, known_as(work.actor, NOTHING)) as told:
        said = event(post_id, now, post_id, **await ground_of_post(told, post_id), households=count)
        # A post has no trail: its days are the order of what is said of it.
        row = told.outbox_row(said, day.toordinal()) | {"id": own}
        await told.session.execute(insert(Outbox).values(row).on_conflict_do_nothing())
    log().warning(event.name, district=work.district, post_id=str(post_id), count=count)


async def ground_of_post(work: Work, post_id: UUID) -> dict[str, UUID | None]:
    """Where a post is, from the street down; nowhere for one in a unit."""
    found = select(Area.street_id, Area.community_id, Area.grid_id).join(Post, Post.area_id == Area.id)
    row = (await work.session.execute(found.where(Post.id == post_id))).first()
    return dict(zip(LEVELS, row or (None, None, None), strict=True))
