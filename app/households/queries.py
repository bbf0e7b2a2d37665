"""Reading households: lists and details are masked, and every answer that shows a person is written down."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from app.core.errors import NotFound
from app.core.paging import BadCursor, cut, decode
from app.core.work import Work
from app.grid.models import Area, Dwelling
from app.households.dwellings import on_area
from app.households.models import Household, Resident, Review
from app.households.recording import living_id
from app.households.reviews import masked, offered_by
from app.households.schemas import (
    ClearOut,
    DoorOut,
    HouseholdFilter,
    HouseholdLine,
    HouseholdOut,
    ResidentOut,
    ReviewFilter,
    ReviewOut,
)
from app.households.searching import found_by
from app.people.capabilities import HELD_BY, Capability
from app.people.models import Role
from app.people.privacy import note_read
from app.people.queries import listed_for

LIST, DETAIL = "list", "detail"
SHOWN = frozenset({"name_masked", "phone_masked"})
IN_DETAIL = SHOWN | {"id_number_masked", "note"}


def within_right(work: Work) -> ColumnElement[bool]:
    """Who sees households by role sees the scope's; anybody else those on their list of contact duty 包联."""
    if work.scope.everything and work.actor.account_id is None:
        return true()  # the service itself
    if Role(work.actor.role) in HELD_BY[Capability.SEE_HOUSEHOLDS]:
        return true()
    return Household.id.in_(listed_for(work.actor.post_id, work.clock.now()))


async def get_household(work: Work, household_id: UUID) -> Household:
    """The household an id names, or the living one it was merged into."""
    living = await living_id(work, household_id)
    query = select(Household).where(Household.id == living, within_right(work))
    found: Household | None = await work.session.scalar(query)
    if found is None:
        raise NotFound
    return found


async def page(work: Work, wanted: HouseholdFilter) -> tuple[list[HouseholdLine], str | None]:
    """Households of the own ground, `limit` at a time; one row of the audit of reads for the whole page."""
    query = select(Household).where(*await _conditions(work, wanted)).order_by(Household.id)
    if wanted.cursor is not None:
        query = query.where(Household.id > _id_of(wanted.cursor))
    rows = (await work.session.scalars(query.limit(wanted.limit + 1))).all()
    found, more = cut(rows, wanted.limit, lambda row: (str(row.id),))
    lines = await lines_of(work, found)
    await note_read(work, "households", "household", [one.id for one in found], SHOWN, LIST)
    return lines, more


def _id_of(cursor: str) -> UUID:
    try:
        return UUID(decode(cursor, 1)[0])
    except ValueError:
        raise BadCursor("cursor") from None


async def _conditions(work: Work, wanted: HouseholdFilter) -> list[ColumnElement[bool]]:
    ended = and_(Household.until.is_not(None), Household.merged_into.is_(None))
    found: list[ColumnElement[bool]] = [ended if wanted.ended else Household.until.is_(None), within_right(work)]
    if wanted.area is not None:
        found.append(await on_area(work, Household, wanted.area))
    if wanted.dwelling is not None:
        found.append(Household.dwelling_id == wanted.dwelling)
    if wanted.kind is not None:
        found.append(Household.kind == wanted.kind)
    if wanted.q is not None:
        found.append(found_by(work.keys, wanted.q))
    return found


async def lines_of(work: Work, households: Sequence[Household]) -> list[HouseholdLine]:
    """Households as they are listed, with two statements for all of them."""
    doors = await doors_of(work, {one.dwelling_id for one in households})
    living = await _living(work, [one.id for one in households])
    return [HouseholdLine(**_line(one, doors[one.dwelling_id], living.get(one.id, []))) for one in households]


def _line(household: Household, door: DoorOut, residents: Sequence[Any]) -> dict[str, Any]:
    first = residents[0] if residents else None
    return {
        "id": household.id, "dwelling": door, "kind": household.kind, "residents": len(residents),
        "head": first.name_masked if first else None, "phone": first.phone_masked if first else None,
        "rev": household.rev, "since": household.since, "until": household.until,
    }  # fmt: skip


async def _living(work: Work, ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    """Residents of several households, each household's head first; masks only."""
    columns = ("id", "household_id", "relation", "name_masked", "phone_masked", "id_number_masked", "rev", "since")
    query = select(*(getattr(Resident, name) for name in columns))
    query = query.where(Resident.household_id.in_(ids), Resident.until.is_(None))
    found: dict[UUID, list[Any]] = {}
    ordered = query.order_by(Resident.relation != "head", Resident.since, Resident.id)
    for row in await work.session.execute(ordered):
        found.setdefault(row.household_id, []).append(row)
    return found


async def doors_of(work: Work, ids: Iterable[UUID]) -> dict[UUID, DoorOut]:
    """The doors of households that were loaded, also those out of sight of a post with a contact duty."""
    columns = (Dwelling.id, Dwelling.building, Dwelling.entrance, Dwelling.room, Dwelling.use)
    area = select(Area.code).where(Area.id == Dwelling.area_id).scalar_subquery().label("area_code")
    query = select(*columns, area).where(Dwelling.id.in_(list(ids))).execution_options(unscoped=True)
    return {row.id: DoorOut.model_validate(row) for row in await work.session.execute(query)}


async def in_full(work: Work, household: Household) -> HouseholdOut:
    """One household with its residents, masked; the reading is written down."""
    door = (await doors_of(work, [household.dwelling_id]))[household.dwelling_id]
    residents = (await _living(work, [household.id])).get(household.id, [])
    aliases = select(Household.id).where(Household.merged_into == household.id).order_by(Household.id)
    waiting = (Review.household_id == household.id, Review.decided_at.is_(None))
    note = household.note_sealed
    await note_read(work, "household", "household", [household.id], IN_DETAIL, DETAIL)
    return HouseholdOut(
        **_line(household, door, residents),
        note=work.keys.unseal(note, "household.note") if note else None,
        aliases=list(await work.session.scalars(aliases)),
        members=[_member(row) for row in residents],
        reviews=await work.session.scalar(select(func.count()).select_from(Review).where(*waiting)) or 0,
    )


def _member(row: Any) -> ResidentOut:
    return ResidentOut(
        id=row.id, relation=row.relation, name=row.name_masked, phone=row.phone_masked,
        id_number=row.id_number_masked, rev=row.rev, since=row.since,
    )  # fmt: skip


async def unmask(work: Work, resident_id: UUID, purpose: str) -> ClearOut:
    """A resident in clear, after writing down who saw it and why."""
    query = select(Resident).where(Resident.id == resident_id)
    resident: Resident | None = await work.session.scalar(query)
    if resident is None:
        raise NotFound
    await get_household(work, resident.household_id)
    said: dict[str, str | None] = {}
    for name in ("name", "phone", "id_number"):
        kept = getattr(resident, f"{name}_sealed")
        said[name] = work.keys.unseal(kept, f"resident.{name}") if kept else None
    await note_read(work, "resident", "resident", [resident.id], said, purpose)
    return ClearOut(**said)


async def review_page(work: Work, wanted: ReviewFilter) -> tuple[list[ReviewOut], str | None]:
    """Cards of the own ground, oldest first."""
    query = select(Review).where(Review.decided_at.is_not(None) if wanted.decided else Review.decided_at.is_(None))
    if wanted.household is not None:
        query = query.where(Review.household_id == await living_id(work, wanted.household))
    if wanted.cursor is not None:
        at, last = decode(wanted.cursor, 2)
        try:
            key = (datetime.fromisoformat(at), UUID(last))
        except ValueError:
            raise BadCursor("cursor") from None
        query = query.where(or_(Review.opened_at > key[0], and_(Review.opened_at == key[0], Review.id > key[1])))
    ordered = query.order_by(Review.opened_at, Review.id).limit(wanted.limit + 1)
    rows = (await work.session.scalars(ordered)).all()
    found, more = cut(rows, wanted.limit, lambda row: (row.opened_at.isoformat(), str(row.id)))
    cards = await shown(work, found)
    await note_read(work, "reviews", "review", [one.id for one in found], SHOWN, LIST)
    return cards, more


async def shown(work: Work, cards: Sequence[Review]) -> list[ReviewOut]:
    """Cards with both versions masked."""
    ids = [one.entity_id for one in cards if one.entity == "resident"]
    known = {one.id: one for one in await work.session.scalars(select(Resident).where(Resident.id.in_(ids)))}
    said = ("id", "household_id", "reason", "entity", "entity_id", "field", "opened_at", "decision", "decided_at")
    return [
        ReviewOut(
            **{name: getattr(one, name) for name in said},
            stored=_stored(known.get(one.entity_id), one.field),
            offered=masked(one.field, offered_by(work, one)),
        )
        for one in cards
    ]


def _stored(resident: Resident | None, field: str | None) -> str | None:
    if resident is None or field is None:
        return None
    kept: str | None = getattr(resident, "relation" if field == "relation" else f"{field}_masked", None)
    return kept
