"""Known places an address may mean, ranked: the exact door, a building of an estate, the estate, a road's number.

Estates, communities and buildings are public ground and told to anybody. Doors are personal data: whether one is
there is told only to a post whose scope holds it; to everybody else an address ends at its building.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, bindparam, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import aliased

from app.core.work import Work
from app.grid import addresses
from app.grid.addresses import CROSS, Rest, canonical
from app.grid.doors import Door, door_of, read_door
from app.grid.models import Area, AreaLevel, Dwelling, Estate

MOST, MOST_NAMES, MOST_DOORS = 9, 40, 200
SHORTEST = 2
FINE = frozenset({AreaLevel.GRID, AreaLevel.BUILDING_GROUP})


class Closeness(StrEnum):
    """How exactly a place answers the words, the closest first."""

    DOOR = "door"
    BUILDING = "building"
    ESTATE = "estate"
    ROAD_NUMBER = "road_number"
    CROSSING = "crossing"
    COMMUNITY = "community"
    PART_OF_NAME = "part_of_name"


RANK = {one: rank for rank, one in enumerate(Closeness)}
APART = frozenset(
    {Closeness.DOOR, Closeness.BUILDING, Closeness.COMMUNITY}
)  # an area each, never their common one
EXACT = frozenset({Closeness.DOOR, Closeness.BUILDING, Closeness.ESTATE, Closeness.ROAD_NUMBER})


@dataclass(frozen=True)
class Place:
    """A candidate: an area, with the estate and, for who may see it, the door. `whole` when the address says
    nothing that was not understood.
    """

    closeness: Closeness
    area_id: UUID
    label: str
    whole: bool
    code: str = ""
    level: str = ""
    chain: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    estate_id: UUID | None = None
    dwelling_id: UUID | None = None


@dataclass(frozen=True)
class Answer:
    """Candidates, the best first; `certain` is the one that places a report by itself, when there is one."""

    places: tuple[Place, ...] = ()
    certain: Place | None = None


@dataclass(frozen=True)
class _Name:
    """A known name in the text, and what the text says beside it."""

    id: UUID
    name: str
    closeness: Closeness
    rest: Rest
    street_id: UUID | None = None

    @property
    def doors(self) -> ColumnElement[bool]:
        """The doors of the estate or community."""
        column = Dwelling.community_id if self.closeness == Closeness.COMMUNITY else Dwelling.estate_id
        return column == self.id

    def place(self, closeness: Closeness, area_id: UUID, label: str, **more: Any) -> Place:
        """A candidate under this name."""
        estate = None if self.closeness == Closeness.COMMUNITY else self.id
        whole = not self.rest.near and self.closeness != Closeness.PART_OF_NAME
        said: dict[str, Any] = {"whole": whole, "others": self.rest.others, "estate_id": estate} | more
        return Place(closeness, area_id, label, **said)


async def find(work: Work, text: str) -> Answer:
    """What these words may mean on this district's ground."""
    said = canonical(text)
    if len(said) < SHORTEST:
        return Answer()
    names = await _names(work, said)
    doors = await _doors(work, names, said)
    found = doors + await _areas_of(work, names)
    return _ranked(await _with_chains(work, found))


async def _names(work: Work, said: str) -> list[_Name]:
    """Estates named in full, else communities, else estates a part of whose name stands there."""
    probes = addresses.probes(said)
    if not probes:
        return []
    part = addresses.named_part(said)
    exact = Estate.id.in_(_holding(probes)).label("exact")
    columns = (Estate.id, Estate.name, Estate.aliases, Estate.address, Estate.street_id, exact)
    query = select(*columns).where(Estate.valid_to.is_(None), or_(exact, _spoken_in_part(part)))
    rows = (
        await work.session.execute(query.order_by(exact.desc(), Estate.name, Estate.id).limit(MOST_NAMES))
    ).all()
    named = [_estate_in(said, row) for row in rows if row.exact]
    if clear := [one for one in named if one is not None]:
        fewest = min(_beside(one) for one in clear)
        return [one for one in clear if _beside(one) == fewest][:MOST]
    if communities := await _communities(work, said, probes):
        return communities[:MOST]
    begin = said.find(part)
    rest = addresses.rest_of(said, [(begin, begin + len(part))])
    return [_Name(row.id, row.name, Closeness.PART_OF_NAME, rest, row.street_id) for row in rows if not row.exact][
        :MOST
    ]


def _holding(probes: Sequence[str]) -> Select[UUID]:
    """Estates with a key among these: one pass over the keys of a few thousand estates, joined by hash."""
    key = func.unnest(Estate.keys).table_valued("key").render_derived(name="known")
    given = bindparam("probes", list(probes), type_=ARRAY(Text))
    sought = func.unnest(given).table_valued("key").render_derived(name="sought")
    return select(Estate.id).join(key, true()).join(sought, sought.c.key == key.c.key)


def _spoken_in_part(part: str) -> ColumnElement[bool]:
    return Estate.sought.contains(part, autoescape=True) if len(part) >= SHORTEST else false()


def _beside(one: _Name) -> int:
    return sum(map(len, one.rest.others))


def _estate_in(said: str, row: Any) -> _Name | None:
    """How an estate is named in the text: by its name before its address; the address may stand beside it."""
    names = addresses.keys_of(row.name, row.aliases, None)
    taken = addresses.spans(said, addresses.keys_of(row.name, row.aliases, row.address))
    if not taken:
        return None
    by_name = bool(addresses.spans(said, names))
    whole = {said[start:end] for start, end in taken}
    road = Closeness.ROAD_NUMBER if whole & set(addresses.keys_of("", (), row.address)) else Closeness.CROSSING
    crossed = all(CROSS in key for key in names if addresses.spans(said, [key]))
    closeness = (Closeness.CROSSING if crossed else Closeness.ESTATE) if by_name else road
    return _Name(row.id, row.name, closeness, addresses.rest_of(said, taken), row.street_id)


async def _communities(work: Work, said: str, probes: Sequence[str]) -> list[_Name]:
    now = (Area.level == AreaLevel.COMMUNITY, Area.valid_to.is_(None))
    query = select(Area.id, Area.name).where(*now, Area.name.in_(probes)).order_by(Area.code)
    found = []
    for row in await work.session.execute(query):
        taken = addresses.spans(said, [row.name])
        if taken:
            found.append(_Name(row.id, row.name, Closeness.COMMUNITY, addresses.rest_of(said, taken)))
    return found


async def _doors(work: Work, names: Sequence[_Name], said: str) -> list[Place]:
    """Doors in sight: of the named places, or, where nothing known is named, of the post's own ground."""
    if not (work.scope.everything or work.scope.areas):
        return []
    asked = list(names) or [_Name(UUID(int=0), "", Closeness.DOOR, addresses.rest_of(said, ()))]
    wanted = [one for one in asked if one.rest.door.building and (one.rest.door.room or not names)]
    if not wanted:
        return []
    columns = ("id", "area_id", "estate_id", "community_id", "building", "entrance", "room")
    where = or_(*(and_(_in_range(one.rest.door, exact=True), *([one.doors] if names else [])) for one in wanted))
    query = select(*(getattr(Dwelling, name) for name in columns)).where(where)
    rows = (await work.session.execute(query.order_by(Dwelling.door, Dwelling.id).limit(MOST_DOORS))).all()
    by_id = {one.id: one for one in wanted}
    found = [_door(by_id.get(row.estate_id) or by_id.get(row.community_id) or wanted[0], row) for row in rows]
    return list({(one.area_id, one.label): one for one in found}.values())


def _door(name: _Name, row: Any) -> Place:
    door = door_of(row.building, row.entrance, row.room)
    asked = name.rest.door
    if asked.room:
        label = f"{name.name} {door.label}".strip()
        return name.place(Closeness.DOOR, row.area_id, label, dwelling_id=row.id, estate_id=row.estate_id)
    return name.place(
        Closeness.BUILDING, row.area_id, f"{name.name} {_building(door)}".strip(), estate_id=row.estate_id
    )


def _building(door: Door) -> str:
    return f"{door.building}栋" if door.building[-1:].isdigit() else door.building


def _in_range(door: Door, *, exact: bool = False) -> ColumnElement[bool]:
    """Doors of a building; `exact` narrows them to the entrance and room that were said."""
    first, after, like = addresses.door_like(door if exact else Door(door.building))
    between = (Dwelling.door >= first, Dwelling.door < after)
    return and_(*between, Dwelling.door.like(like, escape="\\")) if exact else and_(*between)


async def _areas_of(work: Work, names: Sequence[_Name]) -> list[Place]:
    """The areas of the named building, else of the whole estate; whole communities. No door is told."""
    if not names:
        return []
    built = [one for one in names if one.rest.door.building]
    lying = await _buildings(work, built) if built else []
    known = {one.id for one, _ in lying}
    found = [
        one.place(Closeness.BUILDING, area_id, f"{one.name} {_building(one.rest.door)}") for one, area_id in lying
    ]
    return found + await _estates(work, [one for one in names if one.id not in known], {one.id for one in built})


async def _buildings(work: Work, names: Sequence[_Name]) -> list[tuple[_Name, UUID]]:
    """In which areas the buildings lie: by the doors known there, of which nothing is told, and by their names."""
    by_id = {one.id: one for one in names}
    where = or_(*(and_(one.doors, _in_range(one.rest.door)) for one in names))
    columns = (Dwelling.estate_id, Dwelling.community_id, Dwelling.area_id)
    query = select(*columns).where(where).distinct().execution_options(unscoped=True)
    places = [
        (by_id.get(row.estate_id) or by_id[row.community_id], row.area_id)
        for row in await work.session.execute(query)
    ]
    communities = [one for one in names if one.closeness == Closeness.COMMUNITY]
    places += await _named_buildings(work, communities)
    return list(dict.fromkeys(places))


async def _named_buildings(work: Work, names: Sequence[_Name]) -> list[tuple[_Name, UUID]]:
    """Building groups of a community that are called by their building's number."""
    if not names:
        return []
    by_id = {one.id: one for one in names}
    columns = (Area.id, Area.name, Area.level, Area.code, Area.community_id)
    top = select(*columns).where(Area.parent_id.in_(by_id), Area.valid_to.is_(None)).cte("below", recursive=True)
    inner = select(*columns).join(top, Area.parent_id == top.c.id).where(Area.valid_to.is_(None))
    below = top.union_all(inner)
    query = select(below.c.id, below.c.name, below.c.community_id).where(below.c.level == AreaLevel.BUILDING_GROUP)
    return [
        (by_id[row.community_id], row.id)
        for row in await work.session.execute(query.order_by(below.c.code))
        if row.community_id in by_id
        and read_door(canonical(row.name)).building == by_id[row.community_id].rest.door.building
    ]


async def _estates(work: Work, names: Sequence[_Name], unknown: set[UUID]) -> list[Place]:
    """The ground estates lie on as a whole; a building nobody knows there was not understood."""
    estates = [one for one in names if one.closeness != Closeness.COMMUNITY]
    lies: dict[UUID, list[UUID]] = defaultdict(list)
    if estates:
        where = Dwelling.estate_id.in_([one.id for one in estates])
        query = select(Dwelling.estate_id, Dwelling.area_id).where(where).distinct()
        for row in await work.session.execute(query.execution_options(unscoped=True)):
            lies[row.estate_id].append(row.area_id)
    found = []
    for one in names:
        areas: list[UUID | None] = [one.id]
        if one in estates:
            areas = [*lies[one.id]] or [one.street_id]
        doubt = {"whole": False} if one.id in unknown else {}
        found += [one.place(one.closeness, area, one.name, **doubt) for area in areas if area is not None]
    return found


async def _with_chains(work: Work, found: Sequence[Place]) -> list[Place]:
    """The same with code and names; an estate over several areas is on the ground that holds them all."""
    if not found:
        return []
    above = aliased(Area)
    said = func.jsonb_build_object("id", above.id, "code", above.code, "name", above.name, "level", above.level)
    chain = (
        select(func.jsonb_agg(aggregate_order_by(said, func.cardinality(above.path))))
        .where(above.id == func.any(Area.path))
        .correlate(Area)
        .scalar_subquery()
    )
    ids = {one.area_id for one in found}
    rows = await work.session.execute(select(Area.id, chain).where(Area.id.in_(ids), Area.valid_to.is_(None)))
    chains: dict[UUID, list[dict[str, str]]] = {row[0]: row[1] for row in rows}
    groups: dict[Any, list[Place]] = defaultdict(list)
    for one in found:
        apart = one.area_id if one.closeness in APART else None
        groups[one.closeness, one.label, one.estate_id, one.dwelling_id, apart].append(one)
    return [made for group in groups.values() if (made := _whole_of(group, chains)) is not None]


def _whole_of(group: Sequence[Place], chains: dict[UUID, list[dict[str, str]]]) -> Place | None:
    shared = [chains[one.area_id] for one in group if one.area_id in chains]
    if not shared:
        return None
    common = [first for first, *others in zip(*shared, strict=False) if all(other == first for other in others)]
    if not common:
        return None
    last, names = common[-1], tuple(link["name"] for link in common)
    one = group[0]
    whole = one.whole and addresses.understood(one.others, names)
    return replace(one, area_id=UUID(last["id"]), code=last["code"], level=last["level"], chain=names, whole=whole)


def _ranked(found: Iterable[Place]) -> Answer:
    """The best first. One that was understood in full hides those of its kind that were not."""
    places = list(found)
    whole = {one.closeness for one in places if one.whole}
    at_doors = {one.area_id for one in places if one.closeness == Closeness.DOOR}
    kept = [
        one for one in places
        if (one.whole or one.closeness not in whole)
        and not (one.closeness == Closeness.BUILDING and one.area_id in at_doors)
    ]  # fmt: skip
    kept.sort(key=lambda one: (RANK[one.closeness], not one.whole, one.label, one.code, str(one.dwelling_id)))
    sure = [one for one in kept if one.whole]
    certain = sure[0] if len(sure) == 1 and sure[0].closeness in EXACT and sure[0].level in FINE else None
    return Answer(tuple(kept[:MOST]), certain)
