"""What several tests of dispatch do: seats, a dispatched issue, orders and their clocks."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import select

from app.clocks.models import Wait
from app.core.audit import Trail, verify
from app.core.outbox import Outbox
from app.core.work import Runtime, system_work
from app.dispatch.models import CatalogueItem, WorkOrder
from app.issues.models import Issue
from app.people.models import Role, Unit
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, raised

WELL = "e0102"


@dataclass
class Seats:
    """Who takes part in nearly every story."""

    street: Desk
    secretary: Desk
    supervisor: Desk
    admin: Desk
    officer: Desk
    head: Desk
    water: Desk
    community: Desk


async def seats(sit: Sit) -> Seats:
    return Seats(
        street=await sit(Role.STREET_DISPATCHER, town.WEST),
        secretary=await sit(Role.STREET_SECRETARY, town.WEST),
        supervisor=await sit(Role.DISTRICT_SUPERVISOR, HERE),
        admin=await sit(Role.DISTRICT_ADMIN, HERE),
        officer=await sit(Role.DEPARTMENT_OFFICER, "chengguan"),
        head=await sit(Role.DEPARTMENT_HEAD, "chengguan"),
        water=await sit(Role.DEPARTMENT_OFFICER, "shuiwu"),
        community=await sit(Role.COMMUNITY_OFFICER, town.C1),
    )


async def dispatched(
    public: Desk, by: Desk, lead: str = "chengguan", assist: list[str] | None = None, **more: Any
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A report and its orders, the lead's first."""
    receipt = await raised(public, town.IN_B1, **more)
    return receipt, await dispatch(by, receipt["id"], lead, assist)


async def dispatch(by: Desk, issue: str, lead: str, assist: list[str] | None = None) -> list[dict[str, Any]]:
    answer = await by.step(issue, "dispatch", lead_unit=lead, assist_units=assist or [], reason="属其职责")
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "dispatched"
    return await orders(by, issue)


async def orders(by: Desk, issue: str) -> list[dict[str, Any]]:
    """The orders of an issue that stand, the lead's first."""
    answer = await by.get(f"/issues/{issue}/orders")
    assert answer.status_code == 200, answer.text
    standing = [order for order in answer.json() if order["state"] not in ("released", "recalled")]
    return sorted(standing, key=lambda order: str(order["role"]), reverse=True)


async def step(by: Desk, order: dict[str, Any], name: str, **said: Any) -> httpx2.Response:
    return await by.post(f"/orders/{order['id']}/steps/{name}", said)


async def ok(by: Desk, order: dict[str, Any], name: str, **said: Any) -> dict[str, Any]:
    """The order after a step that was taken."""
    answer = await step(by, order, name, **said)
    assert answer.status_code == 200, (name, answer.text[:600])
    found: dict[str, Any] = answer.json()
    return found


async def contacted(by: Desk, order: dict[str, Any]) -> None:
    """Signed for and contacted."""
    await ok(by, order, "sign")
    await ok(by, order, "contact", way="phone")


async def objected(by: Desk, order: dict[str, Any], **more: str) -> dict[str, Any]:
    said = {"ground": "not_our_duty", "evidence": "依据三定方案,不属本单位职责。", **more}
    return await ok(by, order, "object", **said)


async def row_of(runtime: Runtime, order: dict[str, Any]) -> WorkOrder:
    async with system_work(runtime, HERE) as work:
        found = await work.session.scalar(select(WorkOrder).where(WorkOrder.id == UUID(order["id"])))
    assert found is not None
    return found


async def clocks(runtime: Runtime, order: dict[str, Any]) -> dict[str, Wait]:
    """Running clocks of an order, by kind."""
    async with system_work(runtime, HERE) as work:
        mine = (Wait.subject_id == UUID(order["id"]), Wait.ended_at.is_(None))
        return {wait.kind: wait for wait in await work.session.scalars(select(Wait).where(*mine))}


async def listed(runtime: Runtime, category: str = WELL, owner: str | None = "chengguan", **more: Any) -> UUID:
    """A line of the catalogue, from now on."""
    async with system_work(runtime, HERE) as work:
        unit = await work.session.scalar(select(Unit.id).where(Unit.code == owner)) if owner else None
        row = {
            "id": work.new_id(), "category": category, "owner_unit_id": unit, "level": "district",
            "not_to_community": False, "legal_basis": "职责清单", "list_code": "A-1", "assist_units": [],
            "verify": False, "needs_release": False, "valid_from": work.clock.now(), "valid_to": None,
        }  # fmt: skip
        await work.put(CatalogueItem, [row | more])
        return UUID(str(row["id"]))


async def assert_chains(runtime: Runtime) -> None:
    """Every act has one trail row and one event, and every chain of issues and orders holds."""
    async with system_work(runtime, HERE) as work:
        broken = [one async for one in verify(work.session, "issue", Issue)][:-1]
        broken += [one async for one in verify(work.session, "order", WorkOrder)][:-1]
        acts = [tuple(row) for row in await work.session.execute(select(Trail.subject_id, Trail.seq))]
        events = [tuple(row) for row in await work.session.execute(select(Outbox.subject_id, Outbox.seq))]
    assert broken == []
    assert sorted(acts) == sorted(events)
