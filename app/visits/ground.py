"""Open tasks and patrol lists follow the ground when it changes: set by set, in the transaction of the change."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from app.core.db import Statement
from app.core.work import Work
from app.grid.models import Area, Dwelling
from app.grid.moves import Moved
from app.households.models import Household
from app.visits.matching import FEED, told
from app.visits.models import VisitTask

# Households have been carried before; what hangs on them takes their levels.
TASKS = Statement(f"""
with homes as (
    select h.id, h.street_id, h.community_id, h.grid_id, h.building_group_id from household h
    join dwelling d on d.id = h.dwelling_id join area a on a.id = d.area_id
    where a.path && %(rows)s::uuid[] or a.id = any(%(drawn)s::uuid[])
),
tasks as (
    update visit_task t set street_id = h.street_id, community_id = h.community_id, grid_id = h.grid_id,
        building_group_id = h.building_group_id, rev = t.rev + 1
    from homes h, visit_task b
    where t.household_id = h.id and t.state = 'open' and b.id = t.id
        and (t.street_id, t.community_id, t.grid_id, t.building_group_id)
            is distinct from (h.street_id, h.community_id, h.grid_id, h.building_group_id)
    returning t.id, t.rev, t.grid_id, b.grid_id as old_grid_id, t.household_id
),
asked as (
    update opt_out o set street_id = h.street_id, community_id = h.community_id, grid_id = h.grid_id,
        building_group_id = h.building_group_id
    from homes h where o.household_id = h.id
        and (o.street_id, o.community_id, o.grid_id) is distinct from (h.street_id, h.community_id, h.grid_id)
    returning 1),
left_ground as (select * from tasks where old_grid_id is distinct from grid_id and old_grid_id is not null),
come_to as (select * from tasks where grid_id is not null),
feed as (
    insert into change {FEED}
    {told("task", "come_to")}
    union all {told("task", "left_ground", kind="evict", grid="old_grid_id")}
    returning 1)
select count(*) from tasks
""")  # noqa: S608  # of constants
LISTS = Statement(f"""
with leaf as (
    select p.id, p.grid_id as old_grid_id,
        coalesce(p.building_group_id, p.grid_id, p.community_id, p.street_id) as area_id
    from patrol_list p where p.valid_to is null
),
lists as (
    update patrol_list p set street_id = n.street_id, community_id = n.community_id, grid_id = n.grid_id,
        building_group_id = n.building_group_id
    from leaf l join area a on a.id = l.area_id join area n on n.id = coalesce(a.successor_id, a.id)
    where p.id = l.id and (p.street_id, p.community_id, p.grid_id, p.building_group_id)
        is distinct from (n.street_id, n.community_id, n.grid_id, n.building_group_id)
    returning p.id, %(change)s::text as rev, p.grid_id, l.old_grid_id, null::uuid as household_id
),
left_ground as (select * from lists where old_grid_id is distinct from grid_id and old_grid_id is not null),
come_to as (select * from lists where grid_id is not null),
feed as (
    insert into change {FEED}
    {told("patrol_list", "come_to")}
    union all {told("patrol_list", "left_ground", kind="evict", grid="old_grid_id")}
    returning 1)
select count(*) from lists
""")  # noqa: S608  # of constants


async def carry_ground(work: Work, moved: Moved) -> None:
    """After the households: their open tasks, what they asked not to be done, and the lists of the ground."""
    cursor = await work.cursor()
    said = moved.parameters()
    await TASKS.row(cursor, said)
    await LISTS.row(cursor, said)


async def tasks_on(work: Work, areas: Sequence[UUID]) -> int:
    """Open tasks of households on these areas and in them."""
    below = select(Area.id).where(Area.path.overlap(list(areas)))
    homes = select(Household.id).join(Dwelling, Dwelling.id == Household.dwelling_id)
    homes = homes.where(Dwelling.area_id.in_(below))
    query = select(func.count()).select_from(VisitTask)
    query = query.where(VisitTask.state == "open", VisitTask.household_id.in_(homes))
    return await work.session.scalar(query.execution_options(unscoped=True)) or 0
