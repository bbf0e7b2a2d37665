"""Whatever is done in whatever order: one lead at most, and no issue with the units without one (R1.6)."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.core.workflow import as_mermaid, check
from app.dispatch.kinds import GONE, OrderRole
from app.dispatch.models import WorkOrder
from app.dispatch.workflow import OPEN, ORDER
from app.issues.kinds import State
from app.issues.models import Issue
from app.worker.turns import catch_up, drain
from tests import town
from tests.conftest import Desk, Sit
from tests.dispatch.desks import Seats, assert_chains, seats
from tests.issues.acts import HERE, raised

pytestmark = pytest.mark.anyio

TURNS = 70
UNITS = ("chengguan", "shuiwu", town.C1, town.WEST)
BODIES: dict[str, dict[str, Any]] = {
    "contact": {"way": "phone"}, "contact_meanwhile": {"way": "door"}, "stage_report": {"text": "进展"},
    "finish": {"text": "已办"}, "object": {"ground": "not_our_duty", "evidence": "依据"},
    "recall": {"reason": "改派"}, "send_back": {"reason": "请补充"},
}  # fmt: skip


def chances(seed: int) -> Iterator[int]:
    """The same row of numbers every time."""
    turn = 0
    while True:
        turn += 1
        yield int.from_bytes(hashlib.sha256(f"{seed}/{turn}".encode()).digest()[:4], "big")


def one_of(chance: Iterator[int], among: Sequence[Any]) -> Any:
    return among[next(chance) % len(among)]


def test_the_table_has_no_dead_end() -> None:
    assert check(ORDER) == []
    assert "objected --> signed: bind_meanwhile" in as_mermaid(ORDER)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_random_steps_keep_one_lead(
    seed: int, public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    chance = chances(seed)
    receipt = await raised(public, town.IN_B1)
    taken = 0
    for turn in range(TURNS):
        clock.advance(minutes=5)
        if turn % 10 == 0:
            clock.advance(hours=next(chance) % 9)
            who = await seats(sit)  # fresh tokens
        await catch_up(runtime, HERE)
        await drain(runtime, HERE)
        answer = await _something(chance, who, public, receipt)
        assert answer.status_code in (200, 403, 404, 409, 422), answer.text
        taken += answer.status_code == 200
        await _holds(runtime, receipt["id"])
    assert taken > TURNS / 6
    await assert_chains(runtime)


async def _something(chance: Iterator[int], who: Seats, public: Desk, receipt: dict[str, Any]) -> Any:
    """A step that may be possible now, by somebody; or the reporter's no."""
    path = f"/issues/{receipt['id']}"
    issue = (await who.admin.get(path)).json()
    if issue["state"] == "answered":
        said = {"verdict": "not_solved", "satisfaction": 1}
        return await public.post(f"/follow/{receipt['follow_token']}/rate", said)
    if issue["state"] != "dispatched" or next(chance) % 12 == 0:
        name = "dispatch" if next(chance) % 3 else "recall"
        said = {"reason": "职责"}
        lead, other = one_of(chance, UNITS), one_of(chance, UNITS)
        more = {"lead_unit": lead, "assist_units": [other] if other != lead else []} if name == "dispatch" else {}
        return await one_of(chance, (who.street, who.supervisor)).post(f"{path}/steps/{name}", said | more)
    orders = [order for order in (await who.admin.get(f"{path}/orders")).json() if order["state"] not in GONE]
    order = one_of(chance, orders)
    desk, name = await _way_on(chance, who, order["id"])
    said = BODIES.get(name, {})
    if name == "designate":
        said = {"lead_unit": one_of(chance, UNITS), "reason": "依据"}
    if name == "assign_inside":
        said = {"post_id": str(desk.post_id)}
    return await desk.post(f"/orders/{order['id']}/steps/{name}", said)


async def _way_on(chance: Iterator[int], who: Seats, order: str) -> tuple[Desk, str]:
    """Mostly a button somebody has, seldom a recall, sometimes what nobody may do."""
    buttons = []
    for desk in vars(who).values():
        shown = (await desk.get(f"/orders/{order}")).json().get("allowed_steps", [])
        buttons += [(desk, name) for name in shown if name != "recall" or next(chance) % 12 == 0]
    if not buttons or next(chance) % 8 == 0:
        every = [step.name for step in ORDER.steps if not step.inward]
        return one_of(chance, list(vars(who).values())), one_of(chance, every)
    found: tuple[Desk, str] = one_of(chance, buttons)
    return found


async def _holds(runtime: Runtime, issue_id: str) -> None:
    async with system_work(runtime, HERE) as work:
        issue = await work.session.get_one(Issue, UUID(issue_id))
        mine = (WorkOrder.issue_id == issue.id, WorkOrder.role == OrderRole.LEAD)
        leads = (await work.session.scalars(select(WorkOrder).where(*mine))).all()
    standing = [order for order in leads if order.stands]
    assert len(standing) <= 1
    if issue.state == State.DISPATCHED:
        assert [order.unit_id for order in standing] == [issue.lead_unit_id]
    else:
        assert not any(order.state in OPEN for order in leads)
