"""The rows of the ground rewritten at the moment of a change, set by set, on the driver's cursor.

Order: what was is kept (`area_past`), new areas begin, old ones end and name their successor, rows are renamed and
moved with everything below them, outlines follow each other without a moment between. The tables are open: no
person stands in them (HOUSE 4.4).
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import shapely
from geoalchemy2 import WKBElement
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import Range

from app.changes.ground import Ground
from app.changes.plan import Made, Plan
from app.core.db import Statement
from app.core.geometry import area_m2
from app.core.work import Work
from app.grid.lineage import AreaLineage
from app.grid.locate import CHAIN, ewkb
from app.grid.models import Area, AreaCode, AreaLevel, Boundary, GridCategory, Source
from app.grid.moves import Moved

OWN_COLUMN = dict(zip(AreaLevel, CHAIN, strict=True))

BELOW = Statement("select coalesce(array_agg(id), '{}') from area where path && %(roots)s::uuid[]")
LATEST = Statement("""
select greatest(
    %(at)s::timestamptz,
    (select max(lower(valid)) from boundary where area_id = any(%(areas)s::uuid[]) and upper_inf(valid)),
    (select max(valid_from) from area where id = any(%(areas)s::uuid[])),
    (select max(until) from area_past where area_id = any(%(areas)s::uuid[])))
""")
KEEP = Statement("""
with kept as (
    insert into area_past (area_id, until, since, change_id, code, name, label, rural, governed_by, parent_id,
        district_id, street_id, community_id, grid_id, building_group_id, path)
    select a.id, %(at)s::timestamptz,
        coalesce((select max(p.until) from area_past p where p.area_id = a.id), a.valid_from),
        %(change)s::uuid, a.code, a.name, a.label, a.rural, a.governed_by, a.parent_id,
        a.district_id, a.street_id, a.community_id, a.grid_id, a.building_group_id, a.path
    from area a where a.id = any(%(areas)s::uuid[]) and a.valid_to is null
    returning 1)
select count(*) from kept
""")
END_OUTLINES = Statement("""
with ended as (
    update boundary set valid = tstzrange(lower(valid), %(at)s::timestamptz)
    where area_id = any(%(areas)s::uuid[]) and upper_inf(valid)
    returning 1)
select count(*) from ended
""")
END = Statement("""
with gone as (
    update area set valid_to = %(at)s::timestamptz, successor_id = %(to)s::uuid where id = %(area)s::uuid
    returning id),
led as (update area set successor_id = %(to)s::uuid where successor_id = %(area)s::uuid returning id),
codes as (
    update area_code set valid_to = %(at)s::timestamptz from gone
    where area_code.area_id = gone.id and area_code.valid_to is null
    returning 1)
select count(*) from led
""")
SAY = Statement("""
with said as (
    update area set code = %(code)s::text, name = %(name)s::text, label = %(label)s::text, rural = %(rural)s::bool,
        governed_by = %(governed_by)s::text
    where id = %(area)s::uuid
    returning id),
old as (
    update area_code set valid_to = %(at)s::timestamptz from said
    where area_code.area_id = said.id and area_code.valid_to is null and area_code.code <> %(code)s::text
    returning 1),
fresh as (
    insert into area_code (code, area_id, valid_from, valid_to)
    select %(code)s::text, id, %(at)s::timestamptz, null::timestamptz from said
    on conflict (code) do nothing returning 1)
select count(*) from fresh
""")
UNDER = Statement("""
with moved as (
    update area set parent_id = %(to)s::uuid where id = any(%(areas)s::uuid[]) returning 1)
select count(*) from moved
""")
# A level's own column is the area itself, those above come from the parent; deeper ones are null with it.
CHAINED = """
    case a.level when 'district' then a.id else {p}.district_id end,
    case a.level when 'street' then a.id else {p}.street_id end,
    case a.level when 'community' then a.id else {p}.community_id end,
    case a.level when 'grid' then a.id else {p}.grid_id end,
    case a.level when 'building_group' then a.id else {p}.building_group_id end,
    {p}.path || a.id"""
REWRITE = Statement(f"""
with recursive tree (id, district_id, street_id, community_id, grid_id, building_group_id, path) as (
    select a.id, {CHAINED.format(p="p")}
    from area a join area p on p.id = a.parent_id where a.id = any(%(roots)s::uuid[]) and a.valid_to is null
    union all
    select a.id, {CHAINED.format(p="t")}
    from area a join tree t on t.id = a.parent_id where a.valid_to is null
),
written as (
    update area a set district_id = t.district_id, street_id = t.street_id, community_id = t.community_id,
        grid_id = t.grid_id, building_group_id = t.building_group_id, path = t.path
    from tree t where a.id = t.id
    returning a.id)
select count(*) from written
""")  # noqa: S608  # of constants
LED_BY = Statement("""
with left_by as (
    update party_org_area set valid_to = %(at)s::timestamptz
    where area_id = any(%(ended)s::uuid[]) and valid_to is null returning org_id, area_id),
leads as (
    insert into party_org_area (org_id, area_id, valid_from, valid_to)
    select distinct l.org_id, a.successor_id, %(at)s::timestamptz, null::timestamptz
    from left_by l join area a on a.id = l.area_id
    where a.successor_id is not null and not exists (
        select from party_org_area o
        where o.org_id = l.org_id and o.area_id = a.successor_id and o.valid_to is null)
    on conflict do nothing returning 1),
estates as (
    update estate e set street_id = a.successor_id from area a
    where e.street_id = a.id and a.id = any(%(ended)s::uuid[]) returning 1),
guests as (
    insert into guest (area_id, subject_id, through, since)
    select a.successor_id, g.subject_id, g.through, g.since
    from guest g join area a on a.id = g.area_id
    where a.id = any(%(ended)s::uuid[]) and a.successor_id is not null
    on conflict do nothing returning 1),
borders as (
    insert into overlap (loser_id, owner_id, m2, since)
    select distinct on (1, 2) coalesce(l.successor_id, l.id), coalesce(w.successor_id, w.id), o.m2,
        %(at)s::timestamptz
    from overlap o join area l on l.id = o.loser_id join area w on w.id = o.owner_id
    where (l.id = any(%(ended)s::uuid[]) or w.id = any(%(ended)s::uuid[]))
        and coalesce(l.successor_id, l.id) <> coalesce(w.successor_id, w.id)
    order by 1, 2, o.m2 desc
    on conflict do nothing returning 1)
select count(*) from leads
""")
THIS_TRANSACTION = Statement("select pg_current_xact_id()::text::bigint")


async def write(work: Work, plan: Plan, change_id: UUID, at: datetime) -> Moved:
    """Rewrite the ground by a plan that was found good in this transaction; returns what moved."""
    cursor = await work.cursor()
    touched = plan.touched
    (at,) = await LATEST.row(cursor, {"at": at, "areas": touched})
    roots = [*plan.under, *plan.ended]
    (below,) = await BELOW.row(cursor, {"roots": roots})
    rows = sorted({*below, *plan.said, *plan.ended})
    before = await _streets(work, [*rows, *touched])
    await KEEP.row(cursor, {"at": at, "change": change_id, "areas": rows})
    ids = {one.code: one.id for one in plan.ground.by_id.values()}
    outlines = [*plan.reshaped, *plan.ended]
    await END_OUTLINES.row(cursor, {"at": at, "areas": outlines})
    made = await _make(work, plan.ground, plan.made, at)
    ids |= made
    await _say(work, plan, at)
    await _place(work, plan, ids)
    await _end(work, plan, ids, change_id, at)
    await _outlines(work, plan, at)
    (after,) = await BELOW.row(cursor, {"roots": [*roots, *made.values()]})
    streets = sorted({*before, *await _streets(work, [*after, *touched, *made.values()])})
    drawn = [*plan.reshaped, *(ids[new.code] for new in plan.made if new.shape is not None)]
    return Moved(change_id, at, [*plan.ended], outlines, drawn, sorted({*rows, *after, *touched}), streets)


async def this_transaction(work: Work) -> int:
    """Its number among all transactions of the server."""
    (number,) = await THIS_TRANSACTION.row(await work.cursor(), {})
    return int(number)


async def _streets(work: Work, areas: list[UUID]) -> list[UUID]:
    query = select(Area.street_id).where(Area.id.in_(areas), Area.street_id.is_not(None)).distinct()
    return list(await work.session.scalars(query))


async def _make(work: Work, ground: Ground, made: list[Made], at: datetime) -> dict[str, UUID]:
    """Rows, codes and first outlines of new areas, under parents that stand already."""
    ids: dict[str, UUID] = {}
    areas, codes, outlines = [], [], []
    for new in made:
        above = ground.by_code[new.parent_code]
        area_id = ids[new.code] = work.new_id()
        chain = above.chain | {OWN_COLUMN[AreaLevel(new.level)]: area_id}
        areas.append({
            "id": area_id, "level": new.level, "kind": new.kind, "rural": new.rural, "code": new.code,
            "name": new.name, "label": new.label, "governed_by": new.governed_by, "parent_id": above.id, **chain,
            "path": [*above.path, area_id], "valid_from": at, "valid_to": None, "successor_id": None,
        })  # fmt: skip
        codes.append({"code": new.code, "area_id": area_id, "valid_from": at, "valid_to": None})
        if new.shape is not None:
            outlines.append(_outline(work, area_id, 1, new.shape, at))
    await work.put(Area, areas)
    await work.put(AreaCode, codes)
    await work.put(Boundary, outlines)
    await _categories(work, made, ids)
    return ids


async def _categories(work: Work, made: list[Made], ids: dict[str, UUID]) -> None:
    """A dedicated grid that comes out of another minds the same matters."""
    for new in made:
        if new.like_id is not None:
            query = select(GridCategory.category).where(GridCategory.area_id == new.like_id)
            kept = list(await work.session.scalars(query))
            await work.put(GridCategory, [{"area_id": ids[new.code], "category": one} for one in kept])


async def _say(work: Work, plan: Plan, at: datetime) -> None:
    cursor = await work.cursor()
    for area_id, values in plan.said.items():
        one = plan.ground.by_id[area_id]
        kept = {name: getattr(one, name) for name in ("code", "name", "label", "rural", "governed_by")}
        await SAY.row(cursor, {**kept, **values, "area": area_id, "at": at})


async def _place(work: Work, plan: Plan, ids: dict[str, UUID]) -> None:
    """New parents, then paths and level columns of all below by one statement."""
    cursor, to_areas = await work.cursor(), dict[str, list[UUID]]()
    for area_id, code in plan.under.items():
        to_areas.setdefault(code, []).append(area_id)
    for code, areas in to_areas.items():
        await UNDER.row(cursor, {"to": ids[code], "areas": areas})
    if plan.under:
        await REWRITE.row(cursor, {"roots": [*plan.under]})


async def _end(work: Work, plan: Plan, ids: dict[str, UUID], change_id: UUID, at: datetime) -> None:
    """Areas that end name their successor; who gave ground to whom is kept."""
    cursor, rows = await work.cursor(), []
    for area_id, codes in plan.ended.items():
        await END.row(cursor, {"area": area_id, "to": ids[codes[0]], "at": at})
        rows += [(area_id, ids[code], code == codes[0]) for code in codes]
    rows += [(area_id, ids[code], False) for area_id, code in plan.spread]
    said = [
        {"from_id": one, "to_id": to, "change_id": change_id, "main": main, "at": at} for one, to, main in rows
    ]
    await work.put(AreaLineage, said)
    if plan.ended:
        await LED_BY.row(cursor, {"at": at, "ended": [*plan.ended]})


async def _outlines(work: Work, plan: Plan, at: datetime) -> None:
    """The next version of each outline that changes."""
    last = select(Boundary.area_id, func.max(Boundary.version)).where(Boundary.area_id.in_(plan.reshaped))
    found = {row[0]: row[1] for row in await work.session.execute(last.group_by(Boundary.area_id))}
    rows = [_outline(work, one, found.get(one, 0) + 1, shape, at) for one, shape in plan.reshaped.items()]
    await work.put(Boundary, rows)


def _outline(work: Work, area_id: UUID, version: int, shape: Any, at: datetime) -> dict[str, Any]:
    geom = WKBElement(ewkb(shapely.force_2d(shape)), extended=True)
    return {
        "id": work.new_id(), "area_id": area_id, "version": version, "geom": geom, "valid": Range(at, None),
        "source": Source.DRAWN, "area_m2": area_m2(shape),
    }  # fmt: skip
