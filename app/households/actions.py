"""Verbs about households: they move in, change, move, leave."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, select

from app.core.clock import Moment
from app.core.work import Work
from app.feed.actions import change_row
from app.feed.models import Change, ChangeKind
from app.grid.doors import door_of
from app.grid.models import Dwelling, DwellingUse
from app.households import members
from app.households.dwellings import get_dwelling, set_use
from app.households.members import Edited
from app.households.merging import Stored, merge_fields
from app.households.models import Household, Resident
from app.households.recording import (
    LEVELS,
    begin,
    digests,
    household_change,
    locked,
    locked_open,
    note,
    person,
    resident_change,
    residents_of,
)
from app.households.schemas import (
    EditHousehold,
    EndHousehold,
    MoveHousehold,
    NewHousehold,
)
from app.households.searching import Person, keys_of

FIELDS = ("kind", "note")
NOTE = "household.note"


async def add_household(
    work: Work, form: NewHousehold, moment: Moment | None = None, household_id: UUID | None = None
) -> UUID:
    """People who now live behind a door of the own ground; an empty door becomes a home."""
    moment = moment or Moment.of(work.clock)
    dwelling = await get_dwelling(work, form.dwelling_id)
    new_id = household_id or work.new_id()
    residents = members.rows_of(work, new_id, form.residents, moment)
    people = [Person(one.name, one.phone) for one in form.residents]
    row = household_row(work, new_id, dwelling, form.kind, moment)
    row["keys"] = keys_of(work.keys, door_of(dwelling.building, dwelling.entrance, dwelling.room), people)
    if form.note is not None:
        row |= {"note_sealed": work.keys.seal(form.note, NOTE), "note_at": moment.at}
    said = {"kind": form.kind, "note": form.note}
    detail = {"dwelling": str(dwelling.id), "fields": digests(work, new_id, said)}
    detail["residents"] = [str(one["id"]) for one in residents]
    await begin(work, row, detail)
    await work.put(Resident, residents)
    if residents:
        await _tell_of(work, row, residents)
    if dwelling.use == DwellingUse.EMPTY:
        await set_use(work, dwelling, DwellingUse.HOME)
    return new_id


async def _tell_of(work: Work, row: dict[str, Any], residents: list[dict[str, Any]]) -> None:
    seen: dict[str, Any] = {"grid_id": row["grid_id"], "household_id": row["id"]}
    await work.put(Change, [change_row(work, "resident", one["id"], **seen) for one in residents])


def household_row(work: Work, household_id: UUID, dwelling: Any, kind: str, moment: Moment) -> dict[str, Any]:
    """A new household behind a door, without the head of its trail."""
    return {
        "id": household_id, "dwelling_id": dwelling.id, **{level: getattr(dwelling, level) for level in LEVELS},
        "kind": kind, "note_sealed": None, "note_at": None, "keys": [], "rev": 1,
        "field_revs": dict.fromkeys(FIELDS, 1), "since": moment.at, "until": None, "merged_into": None,
        "changed_at": work.clock.now(),
    }  # fmt: skip


async def edit_household(
    work: Work, household_id: UUID, form: EditHousehold, moment: Moment | None = None
) -> Edited:
    """Fields that changed since the version the editor saw; of two notes the later one stands."""
    moment = moment or Moment.of(work.clock)
    household = await locked_open(work, household_id)
    patch = {name: getattr(form, name) for name in form.model_fields_set & set(FIELDS)}
    if patch.get("kind", "") is None:
        del patch["kind"]
    merged = merge_fields(_stored(work, household), form.base_rev, patch, moment.at)
    if merged.values:
        await _write(work, household, merged.values, moment)
    return Edited(household.id, household.rev, tuple(sorted(merged.values)), (), tuple(sorted(merged.passed_over)))


def _stored(work: Work, household: Household) -> Stored:
    kept = household.note_sealed
    values = {"kind": household.kind, "note": work.keys.unseal(kept, NOTE) if kept else None}
    said = household.field_revs.get("kind_at")
    times = {"note": household.note_at, "kind": datetime.fromisoformat(said) if said else None}
    return Stored(values, household.field_revs, times)


async def _write(work: Work, household: Household, values: dict[str, Any], moment: Moment) -> None:
    rev = household.rev + 1
    columns: dict[str, Any] = {"rev": rev}
    revs = {**household.field_revs, **dict.fromkeys(values, rev)}
    if "kind" in values:
        columns["kind"] = values["kind"]
        revs["kind_at"] = moment.at.isoformat()
    if "note" in values:
        sealed = work.keys.seal(values["note"], NOTE) if values["note"] is not None else None
        columns |= {"note_sealed": sealed, "note_at": moment.at}
    detail = {"fields": digests(work, household.id, values)}
    told = [household_change(work, household)]
    await note(work, household, "edit", detail, changes=told, field_revs=revs, **columns)


async def end_household(work: Work, household_id: UUID, form: EndHousehold, moment: Moment | None = None) -> UUID:
    """They have moved out; again is no act."""
    moment = moment or Moment.of(work.clock)
    household = await locked(work, household_id)
    if household.until is not None:
        return household.id
    leaving = await residents_of(work, household.id)
    await members.end_residents(work, leaving, moment)
    gone = ChangeKind.TOMBSTONE
    told = [household_change(work, household, gone)]
    told += [resident_change(work, household, one.id, gone) for one in leaving]
    until = max(moment.at, household.since)
    await note(work, household, "end", {}, changes=told, until=until, keys=[], rev=household.rev + 1)
    if form.empty:
        await _leave_empty(work, household.dwelling_id)
    return household.id


async def _leave_empty(work: Work, dwelling_id: UUID) -> None:
    """Nobody lives behind the door any more, unless somebody else does; a door out of sight is left as it is."""
    others = exists().where(and_(Household.dwelling_id == Dwelling.id, Household.until.is_(None)))
    query = select(Dwelling).where(Dwelling.id == dwelling_id, ~others).with_for_update()
    dwelling: Dwelling | None = await work.session.scalar(query)
    if dwelling is not None:
        await set_use(work, dwelling, DwellingUse.EMPTY)


async def move_household(
    work: Work, household_id: UUID, form: MoveHousehold, moment: Moment | None = None
) -> UUID:
    """To another door; phones of the grid they leave are told to forget them. `moment` is when they moved."""
    household = await locked_open(work, household_id)
    if household.dwelling_id == form.dwelling_id:
        return household.id
    dwelling = await get_dwelling(work, form.dwelling_id)
    living = await residents_of(work, household.id)
    told = []
    if dwelling.grid_id != household.grid_id:
        left: dict[str, Any] = {"kind": ChangeKind.EVICT, "household_id": None}
        told.append(household_change(work, household, **left))
        told += [resident_change(work, household, one.id, **left) for one in living]
    detail = {"from": str(household.dwelling_id), "to": str(dwelling.id)}
    detail["at"] = (moment or Moment.of(work.clock)).at.isoformat()
    levels = {level: getattr(dwelling, level) for level in LEVELS}
    household.dwelling_id = dwelling.id
    for level, value in levels.items():
        setattr(household, level, value)
    told.append(household_change(work, household))
    told += [resident_change(work, household, one.id) for one in living]
    door = door_of(dwelling.building, dwelling.entrance, dwelling.room)
    found_by = keys_of(work.keys, door, [person(work, one) for one in living])
    await note(work, household, "move", detail, changes=told, keys=found_by, rev=household.rev + 1)
    return household.id
