"""Doors and residents from a sheet: read against what is known, then written all at once or not at all.

A row is the door of the same key in its grid, whatever its spelling; behind it the household of that place, and
in that household the person of that identity number, or of that name and phone. What is found as it was is left
as it was: the same file again changes nothing. New doors and households are written by COPY; whose facts changed
goes the way of every edit, with an act of its own on the trail.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from app.core.errors import Invalid
from app.core.work import Work
from app.grid.doors import Door, door_of
from app.grid.models import Area, AreaCode, Dwelling, Estate
from app.households.dwellings import LEAVES, on_ground
from app.households.kinds import Relation
from app.households.models import Household, Resident
from app.households.searching import plain_phone
from app.households.sheet import COLUMNS, Fault, Given, Line

Tell = Callable[[str, int, int], None]
NearDoor = tuple[UUID | None, str]
AT_ONCE = 5_000
MOST_TOLD = 200


class HomesRefused(Invalid):
    """The sheet has faults; each is named with its row and column."""

    code = "homes_refused"
    zh = "表中有 {faults} 处错误,未导入任何内容;可下载错误文件修改后重新上传。"
    en = "{faults} faults in the sheet; nothing was imported. Fetch the file of faults, mend it and send it back."


@dataclass(slots=True)
class KnownDoor:
    """A door that is stored, or that this run makes."""

    id: UUID
    area: Any
    estate_id: UUID | None
    door: Door
    said: tuple[str, str, str]
    use: str
    fresh: bool = False


@dataclass(slots=True)
class KnownPerson:
    """A resident that is stored, in clear as far as compared; sealed until somebody asks."""

    id: UUID
    household_id: UUID
    relation: str
    sealed: tuple[bytes | None, bytes | None, bytes | None]
    said: dict[str, Any] | None = None


@dataclass(slots=True)
class KnownHome:
    """A household behind a door: stored, or made by this run with the lines of its residents."""

    id: UUID
    kind: str
    door: KnownDoor
    people: list[KnownPerson] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    place: int = 0
    fresh: bool = False


@dataclass
class Plan:
    """What a sheet would do."""

    given: Given
    faults: list[Fault]
    doors: list[KnownDoor] = field(default_factory=list)
    homes: list[KnownHome] = field(default_factory=list)
    estates: dict[tuple[UUID | None, str], UUID] = field(default_factory=dict)
    added: list[tuple[KnownHome, Line]] = field(default_factory=list)
    edits: list[tuple[KnownPerson, dict[str, Any]]] = field(default_factory=list)
    kinds: dict[UUID, str] = field(default_factory=dict)
    uses: dict[UUID, str] = field(default_factory=dict)
    unchanged: int = 0

    @property
    def bad_rows(self) -> set[int]:
        return {one.row for one in self.faults}

    @property
    def changed(self) -> int:
        return len(self.edits) + len(self.kinds) + len(self.uses)

    def counts(self) -> dict[str, int]:
        """The figures of a reply."""
        people = sum(len(home.lines) for home in self.homes) + len(self.added)
        return {
            "rows": len(self.given.lines), "dwellings": len(self.doors), "households": len(self.homes),
            "residents": people, "changed": self.changed, "unchanged": self.unchanged, "faults": len(self.faults),
        }  # fmt: skip


def without(given: Given, bad: set[int]) -> Given:
    """The sheet without its faulty rows."""
    return Given([line for line in given.lines if line.row not in bad], [])


def rows_to_mend(plan: Plan) -> tuple[list[Sequence[str]], dict[int, list[Fault]]]:
    """The bad rows as they were typed, and their faults by place: the file of faults."""
    by_row: dict[int, list[Fault]] = defaultdict(list)
    for fault in plan.faults:
        by_row[fault.row].append(fault)
    bad = [line for line in plan.given.lines if line.row in by_row]
    return [line.typed for line in bad], {place: by_row[line.row] for place, line in enumerate(bad)}


async def plan(work: Work, given: Given, tell: Tell = lambda *_: None) -> Plan:
    """Compare a sheet with what the post's ground holds; nothing is written."""
    made = Plan(given, list(given.faults))
    ground = await _ground(work, given.lines, tell)
    bad = made.bad_rows
    for count, line in enumerate(given.lines):
        if count % AT_ONCE == 0:
            tell("checking", count, len(given.lines))
        if line.row not in bad:
            why = _Placing(work, made, ground).place(line)
            if why is not None:
                made.faults.append(Fault(line.row, *why))
    made.faults.sort(key=lambda one: (one.row, COLUMNS.index(one.column)))
    return made


@dataclass
class _Ground:
    """What is known of the communities a sheet speaks of."""

    areas: dict[str, Any]
    estates: dict[tuple[UUID | None, str], UUID]
    doors: dict[NearDoor, list[KnownDoor]]
    homes: dict[UUID, list[KnownHome]]
    refs: dict[str, Any]
    seen: set[tuple[UUID, str]] = field(default_factory=set)
    told: dict[UUID, str] = field(default_factory=dict)


AREA = ("id", "code", "level", "street_id", "community_id", "grid_id", "building_group_id")


async def _ground(work: Work, lines: Iterable[Line], tell: Tell) -> _Ground:
    codes = {line.said.get("area_code") for line in lines} - {None}
    query = select(AreaCode.code.label("named"), *(getattr(Area, name) for name in AREA))
    query = query.join(Area, Area.id == AreaCode.area_id).where(AreaCode.code.in_(codes), Area.valid_to.is_(None))
    areas = {row.named: row for row in await work.session.execute(query)}
    estates = {(row.street_id, row.name): row.id for row in await work.session.execute(
        select(Estate.id, Estate.name, Estate.street_id).where(Estate.valid_to.is_(None))
    )}  # fmt: skip
    ground = _Ground(areas, estates, defaultdict(list), defaultdict(list), {})
    named = [row for row in areas.values() if on_ground(work, row)]
    tell("reading what is known", 0, 0)
    await _known_doors(work, ground, _near(Dwelling, named))
    await _known_homes(work, ground, _near(Household, named))
    return ground


def _near(model: Any, areas: Sequence[Any]) -> ColumnElement[bool]:
    """Rows of the communities of these areas, or of their grids where there is no community."""
    communities = {row.community_id for row in areas} - {None}
    grids = {row.grid_id for row in areas if row.community_id is None} - {None}
    return or_(model.community_id.in_(communities), model.grid_id.in_(grids))


async def _known_doors(work: Work, ground: _Ground, near: ColumnElement[bool]) -> None:
    columns = ("id", "area_id", "grid_id", "community_id", "street_id", "building_group_id", "estate_id",
               "building", "entrance", "room", "use")  # fmt: skip
    query = select(*(getattr(Dwelling, name) for name in columns)).where(near)
    for row in await work.session.execute(query.order_by(Dwelling.door, Dwelling.id)):
        said = (row.building, row.entrance, row.room)
        known = KnownDoor(row.id, row, row.estate_id, door_of(*said), said, row.use)
        ground.doors[row.grid_id or row.community_id, known.door.key].append(known)
        ground.refs[f"D{row.id.hex}"] = known


async def _known_homes(work: Work, ground: _Ground, near: ColumnElement[bool]) -> None:
    living = (near, Household.until.is_(None))
    homes: dict[UUID, KnownHome] = {}
    query = select(Household.id, Household.kind, Household.dwelling_id).where(*living)
    for row in await work.session.execute(query.order_by(Household.since, Household.id)):
        door = ground.refs.get(f"D{row.dwelling_id.hex}")
        if door is not None:
            home = homes[row.id] = KnownHome(row.id, row.kind, door)
            ground.homes[door.id].append(home)
            ground.refs[f"H{row.id.hex}"] = home
    sealed = (Resident.name_sealed, Resident.phone_sealed, Resident.id_number_sealed)
    people = select(Resident.id, Resident.household_id, Resident.relation, *sealed)
    people = people.join(Household, Household.id == Resident.household_id).where(*living, Resident.until.is_(None))
    for one in await work.session.execute(people.order_by(Resident.since, Resident.id)):
        if one.household_id in homes:
            kept = (one.name_sealed, one.phone_sealed, one.id_number_sealed)
            person = KnownPerson(one.id, one.household_id, one.relation, kept)
            homes[one.household_id].people.append(person)
            ground.refs[f"R{one.id.hex}"] = person


class _Placing:
    """Where one line belongs; a fault is the column and why."""

    def __init__(self, work: Work, made: Plan, ground: _Ground) -> None:
        self.work, self.made, self.ground = work, made, ground

    def place(self, line: Line) -> tuple[str, str] | None:
        """Put a line into the plan, or say what stands in its way."""
        door, why = self._by_ref(line) if line.said["ref"] else self._door(line)
        if door is None:
            return why
        said = line.said
        if not self._agrees(door.id, said["use"]):
            return "use", "use_differs"
        if said["use"] not in (None, door.use):
            door.use = said["use"]
            if not door.fresh:
                self.made.uses[door.id] = door.use
        person = [name for name in ("relation", "phone", "id_number") if said[name] is not None]
        if said["name"] is None and not line.masked:
            if person:
                return "name", "name_needed"
            return self._empty(line, door)
        return self._person(line, door)

    def _by_ref(self, line: Line) -> tuple[KnownDoor | None, tuple[str, str]]:
        found = self.ground.refs.get(line.said["ref"])
        if found is None:
            return None, ("ref", "unknown_ref")
        if isinstance(found, KnownPerson):
            found = self.ground.refs[f"H{found.household_id.hex}"]
        door: KnownDoor = found.door if isinstance(found, KnownHome) else found
        said = door_of(*(line.said[part] or "" for part in ("building", "entrance", "room")))
        return (door if said == door.door else None), ("room", "door_differs")

    def _door(self, line: Line) -> tuple[KnownDoor | None, tuple[str, str]]:
        said = line.said
        area = self.ground.areas.get(said["area_code"])
        if area is None or not on_ground(self.work, area):
            return None, ("area_code", "missing" if said["area_code"] is None else "unknown_area")
        if area.level not in LEAVES:
            return None, ("area_code", "area_too_high")
        parts = (said["building"] or "", said["entrance"] or "", said["room"] or "")
        door = door_of(*parts)
        if not door.label:
            return None, ("room", "no_door")
        estate_id = self._estate(area.street_id, said["estate"]) if said["estate"] else None
        known = self.ground.doors[area.grid_id or area.community_id, door.key]
        fitting = [one for one in known if None in (estate_id, one.estate_id) or estate_id == one.estate_id]
        if fitting:
            return fitting[0], ("", "")
        fresh = KnownDoor(self.work.new_id(), area, estate_id, door, parts, said["use"] or "home", fresh=True)
        known.append(fresh)
        self.made.doors.append(fresh)
        return fresh, ("", "")

    def _estate(self, street_id: UUID | None, name: str) -> UUID:
        key = (street_id, name)
        if key not in self.ground.estates:
            self.ground.estates[key] = self.made.estates[key] = self.work.new_id()
        return self.ground.estates[key]

    def _empty(self, line: Line, door: KnownDoor) -> tuple[str, str] | None:
        """A row without a person: a door, or a household nobody is named of."""
        ref = line.said["ref"]
        found = self.ground.refs.get(ref) if ref else None
        if isinstance(found, KnownHome) or (line.said["kind"] is not None and not door.fresh):
            homes = self.ground.homes[door.id]
            home = found if isinstance(found, KnownHome) else self._home_at(line, homes)
            if home is not None and not self._kind(line, home):
                return "kind", "kind_differs"
        key = (door.id, "")
        if key in self.ground.seen and not ref:
            return "room", "twice"
        self.ground.seen.add(key)
        self.made.unchanged += not door.fresh
        return None

    def _home_at(self, line: Line, homes: list[KnownHome]) -> KnownHome | None:
        place = line.said["place"] or 1
        return homes[place - 1] if place <= len(homes) else None

    def _agrees(self, subject: UUID, word: str | None) -> bool:
        """Whether no other row has said something else of the same door or household."""
        return word is None or self.ground.told.setdefault(subject, word) == word

    def _kind(self, line: Line, home: KnownHome) -> bool:
        kind = line.said["kind"]
        if not self._agrees(home.id, kind):
            return False
        if kind is not None and kind != home.kind:
            home.kind = kind
            if not home.fresh:
                self.made.kinds[home.id] = kind
        return True

    def _person(self, line: Line, door: KnownDoor) -> tuple[str, str] | None:
        said = line.said
        known = self.ground.refs.get(said["ref"]) if said["ref"] else None
        if line.masked and not isinstance(known, KnownPerson):
            return next(name for name in COLUMNS if name in line.masked), "masked"
        home, person = self._found(line, door, known)
        if not self._kind(line, home):
            return "kind", "kind_differs"
        if self._doubled(line, home, person):
            return "name", "twice"
        if said["relation"] == Relation.HEAD and self._headed(home, person):
            return "relation", "second_head"
        if home.fresh:
            home.lines.append(line)
        elif person is None:
            self.made.added.append((home, line))
        else:
            self._compare(line, person)
        return None

    def _found(self, line: Line, door: KnownDoor, known: Any) -> tuple[KnownHome, KnownPerson | None]:
        """The household and, if they are known there, the person: by number, by who they are, by place."""
        if isinstance(known, KnownPerson):
            return self.ground.refs[f"H{known.household_id.hex}"], known
        homes = self.ground.homes[door.id]
        for home in homes:
            if (person := self._same(line, home)) is not None:
                return home, person
        there = self._home_at(line, homes)
        if there is None:
            there = KnownHome(self.work.new_id(), line.said["kind"] or "permanent", door, fresh=True)
            there.place = len(homes)
            homes.append(there)
            self.made.homes.append(there)
        return there, None

    def _doubled(self, line: Line, home: KnownHome, person: KnownPerson | None) -> bool:
        """Whether another row has said the same person of the same household."""
        who = person.id.hex if person else f"{line.said['name']}/{line.said['id_number'] or line.said['phone']}"
        key = (home.id, who)
        if key in self.ground.seen:
            return True
        self.ground.seen.add(key)
        return False

    def _headed(self, home: KnownHome, person: KnownPerson | None) -> bool:
        if home.fresh:
            return any(one.said["relation"] == Relation.HEAD for one in home.lines)
        return any(one.relation == Relation.HEAD and one is not person for one in home.people)

    def _same(self, line: Line, home: KnownHome) -> KnownPerson | None:
        """The person of the same identity number; else of the same name without another number or phone."""
        said = line.said
        phone = plain_phone(said["phone"]) if said["phone"] else None
        for one in home.people:
            known = self._opened(one)
            if said["id_number"] and said["id_number"] == known["id_number"]:
                return one
        for one in home.people:
            known = self._opened(one)
            other_number = said["id_number"] and known["id_number"]
            other_phone = phone and known["phone"] and phone != known["phone"]
            if known["name"] == said["name"] and not other_number and not other_phone:
                return one
        return None

    def _opened(self, person: KnownPerson) -> dict[str, Any]:
        if person.said is None:
            names = ("name", "phone", "id_number")
            person.said = {
                name: self.work.keys.unseal(bytes(kept), f"resident.{name}") if kept else None
                for name, kept in zip(names, person.sealed, strict=True)
            }
        return person.said

    def _compare(self, line: Line, person: KnownPerson) -> None:
        """What the row says differently; an empty or masked cell says nothing."""
        known = self._opened(person) | {"relation": person.relation}
        said = {name: line.said[name] for name in ("name", "phone", "id_number", "relation")}
        if said["phone"]:
            said["phone"] = plain_phone(said["phone"])
        patch = {name: value for name, value in said.items() if value is not None and value != known[name]}
        if patch:
            self.made.edits.append((person, patch))
        else:
            self.made.unchanged += 1
