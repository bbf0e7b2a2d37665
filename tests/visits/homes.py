"""Households as a test needs them, and what tests of visits ask again and again."""

from contextlib import AbstractAsyncContextManager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from app.core.audit import GENESIS
from app.core.work import Runtime, Work, open_work, system_work
from app.feed.models import Change
from app.grid.models import Dwelling
from app.grid.queries import get_area
from app.households.models import CareNeed, Household, Resident
from app.people.login import identify_by
from app.people.models import ContactDuty, Post, Role
from app.visits import reckoning
from app.visits.models import PlanRule, Visit, VisitTask
from tests import town
from tests.conftest import Desk, find_post

HERE = town.DISTRICTS[0]
LEVELS = ("street_id", "community_id", "grid_id", "building_group_id")


async def home(work: Work, room: str = "501", ground: str = town.B1, **more: Any) -> UUID:
    """A household behind its own door, with a head of a made-up name."""
    area = await get_area(work, ground)
    now = work.clock.now()
    levels = {level: getattr(area, level) for level in LEVELS}
    door = {
        "id": work.new_id(), "area_id": area.id, **levels, "estate_id": None, "code": None, "building": "3",
        "entrance": "2", "room": room, "use": "home", "point": None, "since": now,
    }  # fmt: skip
    await work.put(Dwelling, [door])
    row = {
        "id": work.new_id(), "dwelling_id": door["id"], **levels, "kind": "permanent", "note_sealed": None,
        "note_at": None, "keys": [], "version": 0, "trail_hash": GENESIS, "rev": 1, "field_revs": {},
        "since": now - timedelta(days=400), "until": None, "merged_into": None, "changed_at": now, **more,
    }  # fmt: skip
    await work.put(Household, [row])
    await work.put(Resident, [{
        "id": work.new_id(), "household_id": row["id"], "relation": "head", "name_sealed": None,
        "name_masked": "曾**", "phone_sealed": None, "phone_hash": None, "phone_masked": None,
        "id_number_sealed": None, "id_number_hash": None, "id_number_masked": None, "rev": 1, "field_revs": {},
        "since": now, "until": None, "changed_at": now, "anonymised_at": None,
    }])  # fmt: skip
    return UUID(str(row["id"]))


async def homes(runtime: Runtime, *rooms: str, ground: str = town.B1, **more: Any) -> list[UUID]:
    async with system_work(runtime, HERE) as work:
        return [await home(work, room, ground, **more) for room in rooms or ("501",)]


async def need(work: Work, household: UUID, kind: str = "living_alone", since: datetime | None = None) -> UUID:
    row = {
        "id": work.new_id(), "household_id": household, "resident_id": None, "kind": kind, "consent": True,
        "since": since or work.clock.now(), "until": None, "noted_by": None,
    }  # fmt: skip
    await work.put(CareNeed, [row])
    return UUID(str(row["id"]))


async def needing(runtime: Runtime, *kinds: str, room: str = "501", ground: str = town.B1) -> UUID:
    """A household with care needs, its tasks made."""
    async with system_work(runtime, HERE) as work:
        household = await home(work, room, ground)
        for kind in kinds or ("living_alone",):
            await need(work, household, kind)
        await reckoning.reckon(work, [household])
    return household


async def reckoned(runtime: Runtime, *households: UUID) -> None:
    async with system_work(runtime, HERE) as work:
        await reckoning.reckon(work, households)


async def on_duty(runtime: Runtime, household: UUID, role: Role, ground: str) -> UUID:
    """The household on the list of that person's post."""
    _, post_id = await find_post(runtime, HERE, role, ground)
    async with system_work(runtime, HERE) as work:
        row = {"post_id": post_id, "household_id": household, "since": work.clock.now(), "until": None}
        await work.put(ContactDuty, [row])
        await reckoning.reckon(work, [household])
    return UUID(str(post_id))


async def merge(runtime: Runtime, gone: UUID, into: UUID) -> None:
    """As a merge of households leaves the rows, with what follows from its event."""
    async with system_work(runtime, HERE) as work:
        now = work.clock.now()
        changed = update(Household).where(Household.id == gone).values(merged_into=into, until=now)
        await work.session.execute(changed)
        await reckoning.reckon(work, [gone])


async def tasks(runtime: Runtime, household: UUID, on: date | None = None) -> dict[str, str]:
    """State of each task that holds the day (today), by the rule's code."""
    day = on or (runtime.clock.now() + timedelta(hours=8)).date()
    holds = (VisitTask.starts_on <= day, VisitTask.ends_on >= day)
    query = select(PlanRule.code, VisitTask.state).join(PlanRule, PlanRule.id == VisitTask.rule_id)
    async with system_work(runtime, HERE) as work:
        rows = await work.session.execute(query.where(VisitTask.household_id == household, *holds))
        return {row.code: row.state for row in rows}


async def visit_rows(runtime: Runtime, household: UUID) -> list[Visit]:
    async with system_work(runtime, HERE) as work:
        query = select(Visit).where(Visit.household_id == household).order_by(Visit.at, Visit.id)
        return list(await work.session.scalars(query))


async def fed(runtime: Runtime, type_: str, entity: UUID | str) -> list[tuple[str, UUID | None]]:
    """What phones were told of something: kind and grid, in order."""
    query = select(Change.kind, Change.grid_id).where(Change.type == type_, Change.entity_id == UUID(str(entity)))
    async with system_work(runtime, HERE) as work:
        return [
            (row.kind, row.grid_id) for row in await work.session.execute(query.order_by(Change.at, Change.id))
        ]


async def count(runtime: Runtime, model: Any) -> int:
    async with system_work(runtime, HERE) as work:
        return await work.session.scalar(select(func.count()).select_from(model)) or 0


async def end_post(runtime: Runtime, post_id: UUID) -> None:
    async with system_work(runtime, HERE) as work:
        await work.session.execute(update(Post).where(Post.id == post_id).values(valid_to=work.clock.now()))


def as_desk(runtime: Runtime, desk: Desk) -> AbstractAsyncContextManager[Work]:
    """The work of a signed-in person, without HTTP."""
    return open_work(runtime, desk.district, identify_by(runtime, desk.token or "", ""))


async def visited(desk: Desk, household: UUID, **said: Any) -> dict[str, Any]:
    """The answer to a visit that was taken."""
    answer = await desk.post("/visits", {"household_id": str(household), "result": "met"} | said)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found
