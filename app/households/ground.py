"""Doors and households follow the ground when it changes: set by set, in the transaction of the change.

A door stands where its point lies now; without a point it stays with its area, or goes to that area's successor.
Two doors that would come to look alike on one ground are told apart by `origin_id`.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from app.core.db import Statement
from app.core.work import Work
from app.grid.models import Area, Dwelling
from app.grid.moves import Moved
from app.households.models import Household

PLACE = Statement("""
with old as (
    select d.id, d.area_id, d.point, d.building, d.entrance, d.room, a.level, a.kind, a.valid_to, a.successor_id
    from dwelling d join area a on a.id = d.area_id
    where d.area_id = any(%(outlines)s::uuid[])
),
placed as (
    select o.*, coalesce(
        (select n.id from area n join boundary b on b.area_id = n.id and upper_inf(b.valid)
            where n.id = any(%(drawn)s::uuid[]) and n.level = o.level and n.kind = o.kind
                and ST_Covers(b.geom, o.point)
            order by n.id = o.area_id desc, n.code limit 1),
        case when o.valid_to is null then o.area_id else o.successor_id end) as to_id
    from old o
),
going as (
    select p.*, count(*) over (partition by p.to_id, p.building, p.entrance, p.room) > 1 or exists (
        select from dwelling d where d.area_id = p.to_id and d.building = p.building and d.entrance = p.entrance
            and d.room = p.room and d.id <> p.id) as clashes
    from placed p where p.to_id is distinct from p.area_id
),
moved as (
    update dwelling d set area_id = g.to_id, origin_id = case when g.clashes then d.id else d.origin_id end
    from going g where d.id = g.id
    returning 1)
select count(*) from moved
""")
FEED = "(id, type, entity_id, kind, grid_id, household_id, to_id, at)"
CARRY = Statement(f"""
with doors as (
    update dwelling d set street_id = a.street_id, community_id = a.community_id, grid_id = a.grid_id,
        building_group_id = a.building_group_id
    from area a, dwelling b
    where a.id = d.area_id and b.id = d.id
        and (a.id = any(%(rows)s::uuid[]) or a.id = any(%(drawn)s::uuid[]) or a.path && %(rows)s::uuid[])
        and (d.street_id, d.community_id, d.grid_id, d.building_group_id)
            is distinct from (a.street_id, a.community_id, a.grid_id, a.building_group_id)
    returning d.id, a.street_id, a.community_id, a.grid_id, a.building_group_id, b.grid_id as old_grid
),
homes as (
    update household h set street_id = o.street_id, community_id = o.community_id, grid_id = o.grid_id,
        building_group_id = o.building_group_id
    from doors o where h.dwelling_id = o.id
    returning h.id, h.grid_id, o.old_grid, h.until, h.merged_into
),
lived_in as (
    select * from homes where until is null and merged_into is null and grid_id is distinct from old_grid
),
people as (
    select r.id, l.id as household_id, l.grid_id, l.old_grid
    from resident r join lived_in l on l.id = r.household_id where r.until is null
),
told (type, id, kind, grid_id, household_id) as (
    select 'dwelling', id, 'evict', old_grid, null::uuid from doors where grid_id is distinct from old_grid
    union all select 'dwelling', id, 'upsert', grid_id, null from doors where grid_id is distinct from old_grid
    union all select 'household', id, 'evict', old_grid, null from lived_in
    union all select 'household', id, 'upsert', grid_id, id from lived_in
    union all select 'resident', id, 'evict', old_grid, null from people
    union all select 'resident', id, 'upsert', grid_id, household_id from people
),
feed as (
    insert into change {FEED}
    select md5(%(change)s::text || '/' || type || '/' || kind || '/' || id)::uuid, type, id, kind, grid_id,
        household_id, null::uuid, %(now)s::timestamptz
    from told where grid_id is not null
    returning 1),
cards as (
    update review r set street_id = h.street_id, community_id = h.community_id, grid_id = h.grid_id
    from household h, homes m where h.id = m.id and r.household_id = h.id and r.decided_at is null
    returning 1)
select count(*) from homes
""")  # noqa: S608  # of constants


async def carry_ground(work: Work, moved: Moved) -> None:
    """Doors to the areas they stand on now, with their households; phones of both grids hear of it."""
    cursor = await work.cursor()
    said = moved.parameters()
    await PLACE.row(cursor, said)
    await CARRY.row(cursor, said)


async def doors_on(work: Work, areas: Sequence[UUID]) -> int:
    """Doors on these areas and in them."""
    below = select(Area.id).where(Area.path.overlap(list(areas)))
    query = select(func.count()).select_from(Dwelling).where(Dwelling.area_id.in_(below))
    return await work.session.scalar(query.execution_options(unscoped=True)) or 0


async def households_on(work: Work, areas: Sequence[UUID]) -> int:
    """Households lived in on these areas and in them."""
    below = select(Area.id).where(Area.path.overlap(list(areas)))
    doors = select(Dwelling.id).where(Dwelling.area_id.in_(below))
    query = select(func.count()).select_from(Household).where(
        Household.dwelling_id.in_(doors), Household.until.is_(None), Household.merged_into.is_(None)
    )  # fmt: skip
    return await work.session.scalar(query.execution_options(unscoped=True)) or 0
