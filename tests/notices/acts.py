"""Events as the service writes them, delivered to the notices, and the lists of who is told."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from app.core.outbox import Outbox
from app.core.work import Runtime, system_work
from app.issues.models import Issue
from app.notices.models import Notice
from app.notices.subscribers import notify
from app.people.models import Role
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, raised

SEATS = {
    "worker": (Role.GRID_WORKER, town.G1),
    "leader": (Role.GRID_LEADER, town.G1),
    "community": (Role.COMMUNITY_OFFICER, town.C1),
    "street": (Role.STREET_DISPATCHER, town.WEST),
    "district": (Role.DISTRICT_SUPERVISOR, HERE),
    "unit": (Role.DEPARTMENT_OFFICER, "chengguan"),
}


async def quiet_matter(public: Desk, runtime: Runtime, place: Any = town.IN_B1, **more: Any) -> UUID:
    """A matter whose first notices were delivered and taken away, so that only later ones are seen."""
    receipt = await raised(public, place, **more)
    await drain(runtime, HERE)
    async with system_work(runtime, HERE) as work:
        for notice in await work.session.scalars(select(Notice)):
            await work.session.delete(notice)
    return UUID(receipt["id"])


async def happens(runtime: Runtime, subject: UUID, event: str, /, **payload: Any) -> UUID:
    """An event of a matter, delivered by the worker; returns its id."""
    async with system_work(runtime, HERE) as work:
        version = await work.session.scalar(select(Issue.version).where(Issue.id == subject))
        row: dict[str, Any] = {
            "id": work.new_id(), "subject_id": subject, "seq": version, "event": event,
            "payload": {name: str(value) if isinstance(value, UUID) else value for name, value in payload.items()},
            "at": work.clock.now(), "next_try_at": work.clock.now(),
        }  # fmt: skip
        await work.put(Outbox, [row])
    await drain(runtime, HERE)
    made: UUID = row["id"]
    return made


async def again(runtime: Runtime, event_id: UUID) -> None:
    """The same event once more, past the record of deliveries."""
    async with system_work(runtime, HERE) as work:
        await notify(work, await work.session.get_one(Outbox, event_id))


async def altered(runtime: Runtime, issue_id: UUID, **columns: Any) -> None:
    """Columns of a matter."""
    async with system_work(runtime, HERE) as work:
        await work.session.execute(update(Issue).where(Issue.id == issue_id).values(**columns))


async def notices(desk: Desk, **asked: Any) -> list[dict[str, Any]]:
    """My list."""
    answer = await desk.get("/notices", params=asked)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def told(sit: Sit, *vacant: str) -> dict[str, list[str]]:
    """Who has which notices, of those that have any; nobody sits in the vacant seats."""
    seats = {name: seat for name, seat in SEATS.items() if name not in vacant}
    found = {name: [one["kind"] for one in await notices(await sit(*seat))] for name, seat in seats.items()}
    return {name: sorted(kinds) for name, kinds in found.items() if kinds}
