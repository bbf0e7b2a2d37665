"""Open whistles follow the ground when it changes: to what their area has become, and its desks."""

from app.core.db import Statement
from app.core.work import Work
from app.grid.moves import Moved

WHISTLES = Statement("""
with moved as (
    update whistle w set area_id = n.id, street_id = n.street_id, community_id = n.community_id
    from area a join area n on n.id = coalesce(a.successor_id, a.id)
    where a.id = w.area_id and w.closed_at is null and n.street_id is not null
        and (w.area_id, w.street_id, w.community_id) is distinct from (n.id, n.street_id, n.community_id)
    returning 1)
select count(*) from moved
""")


async def carry_ground(work: Work, moved: Moved) -> None:
    """All that are open."""
    await WHISTLES.row(await work.cursor(), moved.parameters())
