"""Two records of one household become one, and one becomes two (SYNC 3d). An id that was merged leads on for ever.

`merged_into` names the living household itself, never another alias: a merge turns the aliases of the household it
ends, so that an id resolves by one step.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, update
from sqlalchemy.orm import aliased

from app.core.clock import Moment
from app.core.errors import Invalid, NotFound
from app.core.work import Work
from app.feed.models import ChangeKind
from app.grid.doors import door_of
from app.grid.models import Dwelling
from app.households import members, reviews
from app.households.actions import household_row
from app.households.kinds import Relation
from app.households.models import CareNeed, Household, Resident, Review
from app.households.recording import (
    HouseholdEnded,
    begin,
    digests,
    household_change,
    keys_now,
    living_id,
    locked_open,
    note,
    person,
    resident_change,
    residents_of,
)
from app.households.schemas import MergeHousehold, SplitHousehold
from app.households.searching import keys_of
from app.people.models import ContactDuty

COMPARED = ("name", "phone", "id_number")


class SameHousehold(Invalid):
    """A household is not merged into itself."""

    code = "same_household"
    zh = "不能并入自身;所选两户已是同一户。"
    en = "These two are one household already."


class NobodyLeft(Invalid):
    """A split takes some along and leaves some."""

    code = "nobody_left"
    zh = "分户须选择本户在住成员,且原户至少留一人。"
    en = "Choose residents who live there now, and leave at least one behind."


async def merge(work: Work, household_id: UUID, form: MergeHousehold, moment: Moment | None = None) -> UUID:
    """This household goes on under the other's id, with its residents, care needs, cards and contact duties."""
    moment = moment or Moment.of(work.clock)
    gone, kept = await _both(work, household_id, form.into)
    told = await _residents(work, gone, kept, moment)
    await _take_over(work, gone, kept)
    away: dict[str, Any] = {"kind": ChangeKind.REDIRECT, "to_id": kept.id}
    ended = {"until": max(moment.at, gone.since), "merged_into": kept.id, "keys": [], "rev": gone.rev + 1}
    detail = {"into": str(kept.id)}
    redirect = [household_change(work, gone, **away)]
    await note(work, gone, "merge", detail, changes=redirect, other_id=kept.id, **ended)
    await note(
        work, kept, "take_in", {"from": str(gone.id)}, other_id=gone.id, rev=kept.rev + 1,
        changes=[household_change(work, kept), *told], keys=await keys_now(work, kept),
    )  # fmt: skip
    return kept.id


async def _both(work: Work, first: UUID, second: UUID) -> tuple[Household, Household]:
    """The two living households, locked in the order of their ids."""
    ids = [await living_id(work, one) for one in (first, second)]
    if ids[0] == ids[1]:
        raise SameHousehold("into")
    query = select(Household).where(Household.id.in_(ids)).order_by(Household.id)
    query = query.with_for_update().execution_options(populate_existing=True)
    found = {one.id: one for one in await work.session.scalars(query)}
    if len(found) < len(ids):
        raise NotFound("into")
    if any(one.until is not None for one in found.values()):
        raise HouseholdEnded("into")
    return found[ids[0]], found[ids[1]]


async def _residents(work: Work, gone: Household, kept: Household, moment: Moment) -> list[dict[str, Any]]:
    """Move who lives there; of somebody recorded twice the kept household's record goes on. Rows of the feed."""
    there = await residents_of(work, kept.id)
    known = [(one, members.clear(work.keys, one)) for one in there]
    has_head = any(one.relation == Relation.HEAD for one in there)
    told: list[dict[str, Any]] = []
    for one in await residents_of(work, gone.id):
        said = members.clear(work.keys, one)
        twin = next((other for other, other_said in known if _same_person(said, other_said)), None)
        if one.relation == Relation.HEAD and has_head and twin is None:
            one.relation = Relation.OTHER
        told += await _into(work, one, said, twin, (gone, kept), moment)
    return told


async def _into(
    work: Work, one: Resident, said: dict[str, Any], twin: Resident | None, ways: tuple[Household, Household],
    moment: Moment,
) -> list[dict[str, Any]]:  # fmt: skip
    gone, kept = ways
    if twin is not None:
        await members.end_residents(work, [one], moment)
        away: dict[str, Any] = {"kind": ChangeKind.REDIRECT, "to_id": twin.id}
        return [resident_change(work, gone, one.id, **away), *await _complete(work, kept, twin, said)]
    one.household_id, one.rev, one.changed_at = kept.id, one.rev + 1, work.clock.now()
    await work.session.flush()
    left = []
    if gone.grid_id != kept.grid_id:
        away = {"kind": ChangeKind.EVICT, "household_id": None}
        left = [resident_change(work, gone, one.id, **away)]
    return [*left, resident_change(work, kept, one.id)]


def _same_person(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """The same identity number; or, where one has none, the same name with no other phone."""
    if one["id_number"] and other["id_number"]:
        return bool(one["id_number"] == other["id_number"])
    same_phone = not (one["phone"] and other["phone"]) or one["phone"] == other["phone"]
    return bool(one["name"] and one["name"] == other["name"] and same_phone)


async def _complete(work: Work, kept: Household, twin: Resident, said: dict[str, Any]) -> list[dict[str, Any]]:
    """What only the ended record knew is taken over; what differs waits as a card."""
    known = members.clear(work.keys, twin)
    lacking = {name: said[name] for name in COMPARED if said[name] and not known[name]}
    differing = {name: said[name] for name in COMPARED if said[name] and known[name] not in (None, said[name])}
    if lacking:
        twin.rev += 1
        twin.field_revs = {**twin.field_revs, **dict.fromkeys(lacking, twin.rev)}
        for column, value in members.sealed(work.keys, lacking).items():
            setattr(twin, column, value)
        await work.session.flush()
    cards = await reviews.open_fields(work, kept, "resident", twin.id, differing)
    return [resident_change(work, kept, twin.id), *cards]


async def _take_over(work: Work, gone: Household, kept: Household) -> None:
    """What hangs on the ended household hangs on the kept one: care needs, cards, contact duties, aliases."""
    now, other = work.clock.now(), aliased(CareNeed)
    running = (CareNeed.household_id == gone.id, CareNeed.until.is_(None))
    same = exists(select(other.id).where(
        other.household_id == kept.id, other.kind == CareNeed.kind, other.until.is_(None)
    ))  # fmt: skip
    twice = list(await work.session.scalars(select(CareNeed.id).where(*running, same)))
    if twice:
        await work.session.execute(update(CareNeed).where(CareNeed.id.in_(twice)).values(until=now))
    await work.session.execute(update(CareNeed).where(*running).values(household_id=kept.id))
    waiting = (Review.household_id == gone.id, Review.decided_at.is_(None))
    await work.session.execute(update(Review).where(*waiting).values(household_id=kept.id))
    await work.session.execute(
        update(Household).where(Household.merged_into == gone.id).values(merged_into=kept.id)
    )
    held = select(ContactDuty.post_id).where(ContactDuty.household_id == kept.id, ContactDuty.until.is_(None))
    posts = list(await work.session.scalars(held))
    duty = (ContactDuty.household_id == gone.id, ContactDuty.until.is_(None))
    await work.session.execute(update(ContactDuty).where(*duty, ContactDuty.post_id.in_(posts)).values(until=now))
    await work.session.execute(update(ContactDuty).where(*duty).values(household_id=kept.id))


async def split(
    work: Work, household_id: UUID, form: SplitHousehold, moment: Moment | None = None,
    new_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """These residents keep a home of their own from now on; returns the new household."""
    moment = moment or Moment.of(work.clock)
    household = await locked_open(work, household_id)
    living = await residents_of(work, household.id)
    leaving = [one for one in living if one.id in set(form.residents)]
    if len(leaving) < len(set(form.residents)) or len(leaving) == len(living):
        raise NobodyLeft("residents")
    dwelling = await _door(work, form.dwelling_id or household.dwelling_id)
    own_id = new_id or work.new_id()
    row = household_row(work, own_id, dwelling, form.kind, moment)
    door = door_of(dwelling.building, dwelling.entrance, dwelling.room)
    row["keys"] = keys_of(work.keys, door, [person(work, one) for one in leaving])
    detail = {"from": str(household.id), "residents": sorted(str(one.id) for one in leaving)}
    await begin(work, row, detail | {"fields": digests(work, own_id, {"kind": form.kind})}, "split_off")
    told = await _leave(work, household, row, leaving)
    detail = {"into": str(own_id), "residents": detail["residents"]}
    told.append(household_change(work, household))
    await note(
        work, household, "split", detail, changes=told, other_id=own_id, keys=await keys_now(work, household),
    )  # fmt: skip
    return own_id


async def _door(work: Work, dwelling_id: UUID) -> Dwelling:
    found: Dwelling | None = await work.session.scalar(select(Dwelling).where(Dwelling.id == dwelling_id))
    if found is None:
        raise NotFound("dwelling_id")
    return found


async def _leave(
    work: Work, household: Household, row: dict[str, Any], leaving: list[Resident]
) -> list[dict[str, Any]]:
    """Residents with their own care needs go along; rows of the feed for where they were and are."""
    told: list[dict[str, Any]] = []
    for one in leaving:
        if row["grid_id"] != household.grid_id:
            left: dict[str, Any] = {"kind": ChangeKind.EVICT, "household_id": None}
            told.append(resident_change(work, household, one.id, **left))
        one.household_id, one.rev, one.changed_at = row["id"], one.rev + 1, work.clock.now()
        seen: dict[str, Any] = {"grid_id": row["grid_id"], "household_id": row["id"]}
        told.append(resident_change(work, household, one.id, **seen))
    await work.session.flush()
    theirs = (CareNeed.resident_id.in_([one.id for one in leaving]), CareNeed.until.is_(None))
    await work.session.execute(update(CareNeed).where(*theirs).values(household_id=row["id"]))
    return told
