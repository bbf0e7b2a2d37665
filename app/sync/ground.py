"""Phones belong to the desks over their post; when the ground changes they follow it."""

from app.core.db import Statement
from app.core.work import Work
from app.grid.moves import Moved

DEVICES = Statement("""
with moved as (
    update device d set street_id = a.street_id, community_id = a.community_id, grid_id = a.grid_id
    from post p join area a on a.id = p.area_id
    where p.id = d.post_id and (d.street_id, d.community_id, d.grid_id)
        is distinct from (a.street_id, a.community_id, a.grid_id)
        and (a.path && %(rows)s::uuid[] or a.id = any(%(drawn)s::uuid[]))
    returning 1)
select count(*) from moved
""")


async def carry_ground(work: Work, moved: Moved) -> None:
    """After the posts."""
    await DEVICES.row(await work.cursor(), moved.parameters())
