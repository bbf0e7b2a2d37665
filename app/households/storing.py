"""Writing a plan: new doors and households by COPY with the first rows of their trails, changes as ordinary acts.

COPY passes the scope by: every row was placed on the post's own ground by the plan before it comes here. A first
import of a district is no news to anybody: it makes no events, and what is reckoned from households is reckoned
again every night.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import select

from app.core.audit import GENESIS, Act, Trail, chain
from app.core.clock import Moment
from app.core.db import DIALECT, Base, table_of
from app.core.work import Work
from app.feed.actions import change_row
from app.feed.models import Change
from app.grid.models import Dwelling, DwellingUse, Estate
from app.households import actions, members
from app.households.dwellings import set_use
from app.households.importing import HomesRefused, KnownDoor, KnownHome, Plan, Tell
from app.households.kinds import HouseholdKind, Relation
from app.households.models import Household, Resident
from app.households.recording import KIND, LIVED_IN, digests
from app.households.schemas import EditHousehold, EditResident, NewResident
from app.households.searching import Person, keys_of

AT_ONCE = 2_000
NEWEST = 2**31 - 1  # a sheet is the office's word on what stands now: it has seen every version


async def store(work: Work, plan: Plan, tell: Tell = lambda *_: None) -> None:
    """Everything in the plan, or nothing: `HomesRefused` when it has faults."""
    if plan.faults:
        told = [one.told() for one in plan.faults[:200]]
        raise HomesRefused("file", faults=len(plan.faults), errors=told)
    moment = Moment.of(work.clock)
    await work.put(Estate, _estates(work, plan))
    await (await work.cursor()).execute("set local statement_timeout = 0")
    await _new_doors(work, plan.doors, tell)
    await _new_homes(work, plan.homes, moment, tell)
    for count, (home, line) in enumerate(plan.added):
        tell("adding residents", count, len(plan.added))
        await members.add_resident(work, home.id, NewResident(**_person(line.said)), moment)
    for count, (person, patch) in enumerate(plan.edits):
        tell("changing residents", count, len(plan.edits))
        await members.edit_resident(work, person.id, EditResident(base_rev=NEWEST, **patch), moment)
    for household_id, kind in plan.kinds.items():
        form = EditHousehold(base_rev=NEWEST, kind=HouseholdKind(kind))
        await actions.edit_household(work, household_id, form, moment)
    for dwelling_id, use in plan.uses.items():
        query = select(Dwelling).where(Dwelling.id == dwelling_id).with_for_update()
        await set_use(work, (await work.session.scalars(query)).one(), DwellingUse(use))


def _estates(work: Work, plan: Plan) -> list[dict[str, Any]]:
    fixed = {"address": None, "firm_unit_id": None, "outline": None, "valid_to": None}
    begun = work.clock.now()
    return [
        {"id": estate_id, "name": name, "street_id": street_id, "valid_from": begun, **fixed}
        for (street_id, name), estate_id in plan.estates.items()
    ]


def _person(said: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": said["name"], "relation": said["relation"] or Relation.OTHER, "phone": said["phone"],
        "id_number": said["id_number"],
    }  # fmt: skip


async def _new_doors(work: Work, doors: list[KnownDoor], tell: Tell) -> None:
    now, done = work.clock.now(), 0
    for some in _batches(doors):
        rows = [
            {
                "id": one.id, "area_id": one.area.id, "street_id": one.area.street_id,
                "community_id": one.area.community_id, "grid_id": one.area.grid_id,
                "building_group_id": one.area.building_group_id, "estate_id": one.estate_id, "code": None,
                "building": one.said[0], "entrance": one.said[1], "room": one.said[2], "door": one.door.key,
                "use": one.use, "since": now,
            }
            for one in some
        ]  # fmt: skip
        await copy_in(work, Dwelling, rows)
        await copy_in(
            work, Change, [change_row(work, "dwelling", one.id, grid_id=one.area.grid_id) for one in some]
        )
        tell("storing doors", done := done + len(some), len(doors))


async def _new_homes(work: Work, homes: list[KnownHome], moment: Moment, tell: Tell) -> None:
    done = 0
    for some in _batches(homes):
        tables: dict[type[Base], list[dict[str, Any]]] = {Household: [], Resident: [], Trail: [], Change: []}
        for home in some:
            add_home(work, tables, home, moment)
        for model, rows in tables.items():
            await copy_in(work, model, rows)
        tell("storing households", done := done + len(some), len(homes))


def add_home(work: Work, tables: dict[type[Base], list[dict[str, Any]]], home: KnownHome, moment: Moment) -> None:
    """The rows of one new household: itself, its residents, the first row of its trail, the feed."""
    area = home.door.area
    said = [_person(line.said) for line in home.lines]
    began = replace(
        moment, at=moment.at + timedelta(microseconds=home.place)
    )  # so that «第几户» stays what it was
    row = actions.household_row(work, home.id, _door(home), home.kind, began)
    row["keys"] = keys_of(work.keys, home.door.door, [Person(one["name"], one["phone"]) for one in said])
    residents = [_resident(work, home.id, one, moment) for one in said]
    detail = {
        "dwelling": str(home.door.id), "fields": digests(work, home.id, {"kind": home.kind}),
        "residents": [str(one["id"]) for one in residents],
    }  # fmt: skip
    (first,) = chain(work, KIND, home.id, (0, GENESIS), [Act("add", None, LIVED_IN, detail)], work.clock.now())
    tables[Household].append(row | {"version": first["seq"], "trail_hash": first["hash"]})
    tables[Resident] += residents
    tables[Trail].append(first)
    seen: dict[str, Any] = {"grid_id": area.grid_id, "household_id": home.id}
    tables[Change].append(change_row(work, KIND, home.id, **seen))
    tables[Change] += [change_row(work, "resident", one["id"], **seen) for one in residents]


class _Behind:
    """The columns a household takes from its door."""

    def __init__(self, door_id: UUID, area: Any) -> None:
        self.id, self.street_id, self.community_id = door_id, area.street_id, area.community_id
        self.grid_id, self.building_group_id = area.grid_id, area.building_group_id


def _door(home: KnownHome) -> _Behind:
    return _Behind(home.door.id, home.door.area)


def _resident(work: Work, household_id: UUID, said: dict[str, Any], moment: Moment) -> dict[str, Any]:
    return {
        "id": work.new_id(), "household_id": household_id, **members.sealed(work.keys, said), "rev": 1,
        "field_revs": dict.fromkeys(members.FIELDS, 1), "since": moment.at, "until": None,
        "changed_at": moment.at, "anonymised_at": None,
    }  # fmt: skip


def _batches(items: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(items)
    while some := list(islice(rest, AT_ONCE)):
        yield some


async def copy_in(work: Work, model: type[Base], rows: list[dict[str, Any]]) -> None:
    """Rows of one shape into a table; nothing is copied of an empty list."""
    if not rows:
        return
    names = list(rows[0])
    kinds = [_kind(table_of(model).columns[name]) for name in names]
    jsons = {name for name, kind in zip(names, kinds, strict=True) if kind == "jsonb"}
    cursor = await work.cursor()
    statement = f"copy {model.__tablename__} ({', '.join(names)}) from stdin (format binary)"
    async with cursor.copy(statement.encode()) as copy:
        copy.set_types(kinds)
        for row in rows:
            await copy.write_row([Jsonb(row[name]) if name in jsons else row[name] for name in names])


COPIED_AS = {
    "varchar": "text", "integer": "int4", "smallint": "int2", "bigint[]": "int8[]",
    "timestamp with time zone": "timestamptz",
}  # fmt: skip


def _kind(column: Any) -> str:
    """PostgreSQL's name of a column's type, as COPY in binary wants it."""
    named = str(column.type.compile(dialect=DIALECT)).lower().partition("(")[0]
    return COPIED_AS.get(named, named)
