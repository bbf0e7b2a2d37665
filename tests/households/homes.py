"""What several tests of households do: doors, people behind them, cards, the feed, the audit of reads."""

from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import select

from app.core.audit import Trail, verify
from app.core.outbox import Outbox
from app.core.work import Runtime, system_work
from app.feed.models import Change
from app.households.models import Household
from app.people.models import ContactDuty, Role
from app.people.privacy import PersonalRead
from tests import town
from tests.conftest import Desk, Sit

HERE, THERE = town.DISTRICTS
WORKER, LEADER = (Role.GRID_WORKER, town.G1), (Role.GRID_LEADER, town.G1)
COMMUNITY = (Role.COMMUNITY_OFFICER, town.C1)
HEAD = {"name": "曾国强", "relation": "head", "phone": "16612345678", "id_number": "530114195001010011"}
WIFE = {"name": "李秀英", "relation": "spouse", "phone": "16698765432"}


def said(answer: httpx2.Response, *statuses: int) -> Any:
    """What a call that had to succeed gave."""
    assert answer.status_code in (statuses or (200, 201)), answer.text
    return answer.json()


async def door(by: Desk, room: str = "501", area: str = town.B1, **more: Any) -> str:
    """A door of the ground; its id."""
    form = {"area_code": area, "building": "3栋", "entrance": "2单元", "room": room} | more
    return str(said(await by.post("/dwellings", form))["id"])


async def home(by: Desk, room: str = "501", *people: dict[str, Any], area: str = town.B1, **more: Any) -> Any:
    """A household behind a new door, as it is shown."""
    dwelling = await door(by, room, area)
    form = {"dwelling_id": dwelling, "residents": list(people or (HEAD,))} | more
    return said(await by.post("/households", form))


async def found(by: Desk, q: str, **more: Any) -> list[str]:
    """Ids of the households a search gives."""
    return [one["id"] for one in said(await by.get("/households", params={"q": q} | more))["items"]]


async def changes(runtime: Runtime, entity_id: str) -> list[tuple[str, str, UUID | None]]:
    """What phones are told of one entity: type, kind and ground, by transaction; an evict before an upsert."""
    async with system_work(runtime, HERE) as work:
        rows = await work.session.scalars(
            select(Change).where(Change.entity_id == UUID(entity_id)).order_by(Change.xid, Change.kind)
        )
        return [(row.type, row.kind, row.grid_id) for row in rows]


async def reads(runtime: Runtime) -> list[tuple[str, str, list[str], list[UUID]]]:
    """The audit of reads: what, why, which fields, whose."""
    async with system_work(runtime, HERE) as work:
        rows = await work.session.scalars(select(PersonalRead).order_by(PersonalRead.at, PersonalRead.id))
        return [(row.what, row.purpose, row.fields, row.subject_ids) for row in rows]


async def give_duty(runtime: Runtime, post_id: Any, household_id: str) -> None:
    async with system_work(runtime, HERE) as work:
        row = {"post_id": post_id, "household_id": UUID(household_id), "since": work.clock.now(), "until": None}
        await work.put(ContactDuty, [row])


async def assert_chains(runtime: Runtime) -> None:
    """Every household's chain holds, and each act has its event."""
    async with system_work(runtime, HERE) as work:
        assert [one async for one in verify(work.session, "household", Household)][:-1] == []
        acts = select(Trail.subject_id, Trail.seq).where(Trail.subject_kind == "household")
        events = select(Outbox.subject_id, Outbox.seq).where(Outbox.event == "household_changed")
        done = sorted(tuple(row) for row in await work.session.execute(acts))
        assert done == sorted(tuple(row) for row in await work.session.execute(events))
        assert done


async def worker_and_leader(sit: Sit) -> tuple[Desk, Desk]:
    return await sit(*WORKER), await sit(*LEADER)
