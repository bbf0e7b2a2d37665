"""One act on a household: its row, its trail, its event and what phones must learn, in one transaction.

The trail holds names of fields and salted digests, no words. An act on a resident is an act on the household.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.audit import GENESIS, Act, Trail, chain
from app.core.crypto import digest
from app.core.errors import Conflict, NotFound
from app.core.outbox import Outbox
from app.core.work import Work
from app.core.workflow import lock
from app.feed.actions import change_row
from app.feed.models import Change, ChangeKind
from app.grid.doors import Door, door_of
from app.grid.models import Dwelling
from app.households.events import HouseholdChanged
from app.households.models import Household, Resident
from app.households.searching import Person, keys_of

KIND = "household"
LIVED_IN, ENDED, MERGED = "lived_in", "ended", "merged"
LEVELS = ("street_id", "community_id", "grid_id", "building_group_id")


class HouseholdEnded(Conflict):
    """They have moved out; what is said of them now belongs to another household."""

    code = "household_ended"
    zh = "该户已搬离,不能再修改;如有新住户请另行登记。"
    en = "This household has moved out and is not changed any more; register the new one."


def state_of(household: Household) -> str:
    """How a household stands, as its trail says it."""
    if household.merged_into is not None:
        return MERGED
    return LIVED_IN if household.until is None else ENDED


async def locked(work: Work, household_id: UUID) -> Household:
    """The household, or the living one it was merged into, locked; absent and out of sight look alike."""
    found: Household = await lock(work, Household, await living_id(work, household_id))
    if found.merged_into is not None:  # merged while we waited
        found = await lock(work, Household, found.merged_into)
    return found


async def locked_open(work: Work, household_id: UUID) -> Household:
    """The same; `HouseholdEnded` when they have moved out."""
    found = await locked(work, household_id)
    if found.until is not None:
        raise HouseholdEnded
    return found


async def living_id(work: Work, household_id: UUID) -> UUID:
    """Where an id leads: an alias resolves for ever, and by one step."""
    row = (
        await work.session.execute(select(Household.id, Household.merged_into).where(Household.id == household_id))
    ).first()
    if row is None:
        raise NotFound
    return UUID(str(row.merged_into or row.id))


def salt_of(work: Work, household_id: UUID) -> bytes:
    """The salt of one household's digests; without the secret nothing can be tried against them."""
    return work.keys.keyed_hash(str(household_id), "household.salt")


def digests(work: Work, household_id: UUID, said: Mapping[str, Any]) -> dict[str, str]:
    """Fields with a salted digest of each value, for the trail."""
    salt = salt_of(work, household_id)
    return {name: digest(salt, "" if value is None else str(value)) for name, value in sorted(said.items())}


async def begin(work: Work, row: Mapping[str, Any], detail: Mapping[str, Any], step: str = "add") -> None:
    """Write a new household with the first row of its trail."""
    act, now = Act(step, None, LIVED_IN, dict(detail)), work.clock.now()
    (first,) = chain(work, KIND, row["id"], (0, GENESIS), [act], now)
    await work.put(Household, [{**row, "version": first["seq"], "trail_hash": first["hash"]}])
    sent = work.outbox_row(HouseholdChanged(row["id"], now, step), first["seq"])
    changed = change_row(work, KIND, row["id"], grid_id=row["grid_id"], household_id=row["id"])
    await work.append({Trail: [first], Outbox: [sent], Change: [changed]})


async def note(
    work: Work,
    household: Household,
    step: str,
    detail: Mapping[str, Any],
    *,
    changes: Iterable[Mapping[str, Any]] = (),
    other_id: UUID | None = None,
    **values: Any,
) -> None:
    """One act on a locked household: `values` are its columns, `changes` rows of the feed beside its own."""
    before, now = state_of(household), work.clock.now()
    for column, value in values.items():
        setattr(household, column, value)
    head = (household.version, bytes(household.trail_hash))
    act = Act(step, before, state_of(household), dict(detail))
    (row,) = chain(work, KIND, household.id, head, [act], now)
    household.version, household.trail_hash, household.changed_at = row["seq"], row["hash"], now
    await work.session.flush()
    sent = work.outbox_row(HouseholdChanged(household.id, now, step, other_id), row["seq"])
    await work.append({Trail: [row], Outbox: [sent], Change: list(changes)})


def household_change(
    work: Work, household: Household, kind: ChangeKind = ChangeKind.UPSERT, **more: Any
) -> dict[str, Any]:
    """The feed's row of the household itself."""
    fixed: dict[str, Any] = {"grid_id": household.grid_id, "household_id": household.id, "kind": kind}
    return change_row(work, KIND, household.id, **(fixed | more))


def resident_change(
    work: Work, household: Household, resident_id: UUID, kind: ChangeKind = ChangeKind.UPSERT, **more: Any
) -> dict[str, Any]:
    """The feed's row of one of its residents."""
    fixed: dict[str, Any] = {"grid_id": household.grid_id, "household_id": household.id, "kind": kind}
    return change_row(work, "resident", resident_id, **(fixed | more))


async def residents_of(work: Work, household_id: UUID) -> list[Resident]:
    """Those living there now, the head first."""
    mine = select(Resident).where(Resident.household_id == household_id, Resident.until.is_(None))
    found = await work.session.scalars(mine.order_by(Resident.since, Resident.id))
    return sorted(found, key=lambda one: one.relation != "head")


def person(work: Work, resident: Resident) -> Person:
    """What a resident is found by, in clear."""
    name, phone = resident.name_sealed, resident.phone_sealed
    return Person(
        work.keys.unseal(name, "resident.name") if name else None,
        work.keys.unseal(phone, "resident.phone") if phone else None,
    )


async def keys_now(work: Work, household: Household) -> list[int]:
    """The tokens of a household as it now stands: its door and those who live behind it."""
    people = [person(work, one) for one in await residents_of(work, household.id)]
    return keys_of(work.keys, await door_behind(work, household.dwelling_id), people)


async def door_behind(work: Work, dwelling_id: UUID) -> Door:
    """The door of a household that has been loaded, also when the door is out of sight (contact duty 包联)."""
    query = select(Dwelling.building, Dwelling.entrance, Dwelling.room).where(Dwelling.id == dwelling_id)
    row = (await work.session.execute(query.execution_options(unscoped=True))).one()
    return door_of(row.building, row.entrance, row.room)
