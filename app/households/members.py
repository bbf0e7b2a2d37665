"""Residents of a household: who they are is sealed, found by keyed hashes, and not changed behind a back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.clock import Moment
from app.core.crypto import Keys, mask_id_number, mask_name, mask_phone
from app.core.errors import Conflict, NotFound
from app.core.work import Work
from app.feed.models import ChangeKind
from app.households import reviews
from app.households.kinds import Relation
from app.households.merging import Stored, merge_fields
from app.households.models import Household, Resident
from app.households.recording import (
    digests,
    keys_now,
    locked_open,
    note,
    resident_change,
    residents_of,
)
from app.households.schemas import EditResident, NewResident
from app.households.searching import plain_phone

FIELDS = ("name", "relation", "phone", "id_number")


class ResidentGone(Conflict):
    """The resident lives there no more."""

    code = "resident_gone"
    zh = "该成员已不在此户,不能再修改。"
    en = "This resident has left the household and is not changed any more."


class NameNeeded(Conflict):
    """A name may be put right, never taken away."""

    code = "name_needed"
    zh = "姓名和关系可以更正,不能删去。"
    en = "A name or a relation may be put right, not taken away."


@dataclass(frozen=True)
class Edited:
    """What became of an edit, for HTTP and for phones alike."""

    household_id: UUID
    rev: int
    written: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()


def sealed(keys: Keys, said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of what is said of a person: sealed, hashed and masked."""
    columns: dict[str, Any] = {}
    if "relation" in said:
        columns["relation"] = said["relation"]
    if "name" in said:
        columns |= {
            "name_sealed": keys.seal(said["name"], "resident.name"),
            "name_masked": mask_name(said["name"]),
        }
    if "phone" in said:
        phone = said["phone"]
        plain = plain_phone(phone) if phone else None
        columns |= {
            "phone_sealed": keys.seal(plain, "resident.phone") if plain else None,
            "phone_hash": keys.keyed_hash(plain, "phone") if plain else None,
            "phone_masked": mask_phone(plain) if plain else None,
        }
    if "id_number" in said:
        number = said["id_number"]
        columns |= {
            "id_number_sealed": keys.seal(number, "resident.id_number") if number else None,
            "id_number_hash": keys.keyed_hash(number, "resident.id_number") if number else None,
            "id_number_masked": mask_id_number(number) if number else None,
        }
    return columns


def clear(keys: Keys, resident: Resident) -> dict[str, Any]:
    """What is sealed, opened: for merging and for a reading with a purpose, never for a list."""
    found: dict[str, Any] = {"relation": resident.relation}
    for name in ("name", "phone", "id_number"):
        kept = getattr(resident, f"{name}_sealed")
        found[name] = keys.unseal(kept, f"resident.{name}") if kept else None
    return found


def resident_row(
    work: Work, household_id: UUID, form: NewResident, moment: Moment, resident_id: UUID | None = None
) -> dict[str, Any]:
    """A new resident; every field is of version 1."""
    said = form.model_dump()
    return {
        "id": resident_id or work.new_id(), "household_id": household_id, **sealed(work.keys, said), "rev": 1,
        "field_revs": dict.fromkeys(FIELDS, 1), "since": moment.at, "until": None,
        "changed_at": work.clock.now(), "anonymised_at": None,
    }  # fmt: skip


def rows_of(work: Work, household_id: UUID, people: Iterable[NewResident], moment: Moment) -> list[dict[str, Any]]:
    """New residents of a new household; of several heads the first is the head."""
    rows = [resident_row(work, household_id, form, moment) for form in people]
    heads = [row for row in rows if row["relation"] == Relation.HEAD]
    for row in heads[1:]:
        row["relation"] = Relation.OTHER
    return rows


async def add_resident(
    work: Work, household_id: UUID, form: NewResident, moment: Moment | None = None,
    resident_id: UUID | None = None, op_id: UUID | None = None,
) -> tuple[UUID, Edited]:  # fmt: skip
    """One more resident. Where the household has a head already, the new one's claim waits for a decision."""
    household = await locked_open(work, household_id)
    row = resident_row(work, household.id, form, moment or Moment.of(work.clock), resident_id)
    second = form.relation == Relation.HEAD and await _other_head(work, household.id, row["id"]) is not None
    if second:
        row["relation"] = Relation.OTHER
    await work.put(Resident, [row])
    offered = {"relation": str(Relation.HEAD)} if second else {}
    cards = await reviews.open_fields(work, household, "resident", row["id"], offered, op_id)
    said = digests(work, household.id, form.model_dump(exclude_none=True))
    await note(
        work, household, "add_resident", {"resident": str(row["id"]), "fields": said},
        changes=[resident_change(work, household, row["id"]), *cards], keys=await keys_now(work, household),
    )  # fmt: skip
    return row["id"], Edited(household.id, 1, FIELDS, tuple(offered))


async def edit_resident(
    work: Work, resident_id: UUID, form: EditResident, moment: Moment | None = None, op_id: UUID | None = None
) -> Edited:
    """Fields that changed since the version the editor saw; what conflicts is kept as a review, never lost."""
    household, resident = await locked_resident(work, resident_id)
    patch = {name: getattr(form, name) for name in form.model_fields_set & set(FIELDS)}
    if any(patch.get(name, "") is None for name in ("name", "relation")):
        raise NameNeeded("name")
    if patch.get("phone"):
        patch["phone"] = plain_phone(patch["phone"])
    known = Stored(clear(work.keys, resident), resident.field_revs)
    merged = merge_fields(known, form.base_rev, patch, (moment or Moment.of(work.clock)).at)
    values, offered = dict(merged.values), dict(merged.offered)
    if values.get("relation") == Relation.HEAD and await _other_head(work, household.id, resident.id) is not None:
        offered["relation"] = values.pop("relation")
    await write_fields(work, household, resident, values, offered, op_id)
    return Edited(household.id, resident.rev, tuple(sorted(values)), tuple(sorted(offered)))


async def write_fields(
    work: Work, household: Household, resident: Resident, values: Mapping[str, Any],
    offered: Mapping[str, Any], op_id: UUID | None = None, told: Iterable[Mapping[str, Any]] = (),
) -> None:  # fmt: skip
    """Put merged fields on a resident whose household is locked; nothing to say is no act. `told`: feed rows."""
    if not values and not offered:
        return
    if values:
        resident.rev += 1
        resident.field_revs = {**resident.field_revs, **dict.fromkeys(values, resident.rev)}
        resident.changed_at = work.clock.now()
        for column, value in sealed(work.keys, values).items():
            setattr(resident, column, value)
        await work.session.flush()
    cards = await reviews.open_fields(work, household, "resident", resident.id, offered, op_id)
    changes: list[Mapping[str, Any]] = [resident_change(work, household, resident.id)] if values else []
    detail: dict[str, Any] = {"resident": str(resident.id), "fields": digests(work, household.id, values)}
    if offered:
        detail["offered"] = digests(work, household.id, offered)
    changes += [*cards, *told]
    await note(work, household, "edit_resident", detail, changes=changes, keys=await keys_now(work, household))


async def end_resident(work: Work, resident_id: UUID, moment: Moment | None = None) -> UUID:
    """The resident has left; again is no act. Returns the household."""
    household, resident = await locked_resident(work, resident_id, gone_too=True)
    if resident.until is None:
        await end_residents(work, [resident], moment or Moment.of(work.clock))
        gone = resident_change(work, household, resident.id, ChangeKind.TOMBSTONE)
        detail = {"resident": str(resident.id)}
        await note(work, household, "end_resident", detail, changes=[gone], keys=await keys_now(work, household))
    return household.id


async def end_residents(work: Work, residents: Sequence[Resident], moment: Moment) -> None:
    """They live there no more."""
    for one in residents:
        one.until, one.changed_at, one.rev = max(moment.at, one.since), work.clock.now(), one.rev + 1
    await work.session.flush()


async def locked_resident(work: Work, resident_id: UUID, *, gone_too: bool = False) -> tuple[Household, Resident]:
    """A resident behind its locked household; `ResidentGone` when they have left."""
    mine = select(Resident.household_id).where(Resident.id == resident_id)
    household_id = await work.session.scalar(mine)
    if household_id is None:
        raise NotFound
    household = await locked_open(work, household_id)
    query = select(Resident).where(Resident.id == resident_id).execution_options(populate_existing=True)
    resident: Resident | None = await work.session.scalar(query)
    if resident is None or (resident.until is not None and not gone_too):
        raise ResidentGone
    return household, resident


async def _other_head(work: Work, household_id: UUID, resident_id: UUID) -> Resident | None:
    """Who else is the head now."""
    living = await residents_of(work, household_id)
    return next((one for one in living if one.relation == Relation.HEAD and one.id != resident_id), None)


async def hand_headship(work: Work, household: Household, resident_id: UUID) -> list[dict[str, Any]]:
    """Whoever was the head is not any more; rows of the feed for them."""
    former = await _other_head(work, household.id, resident_id)
    if former is None:
        return []
    former.rev += 1
    former.relation, former.changed_at = Relation.OTHER, work.clock.now()
    former.field_revs = {**former.field_revs, "relation": former.rev}
    await work.session.flush()
    return [resident_change(work, household, former.id)]
