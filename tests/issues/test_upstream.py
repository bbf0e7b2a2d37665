"""An order from 12345 keeps its number and its due time, and ends where it came from (DESIGN 4, DOMAIN R5.5)."""

from typing import Any

import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime
from tests import town
from tests.conftest import Desk, Sit, report
from tests.issues.acts import assert_problem, raised
from tests.journeys.people import COMMUNITY, DISTRICT, STREET, WORKER, done, say, seats, see, step
from tests.timeline import live

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
DUE = "2026-12-15T09:30:00Z"


async def order(street: Desk, **more: Any) -> dict[str, Any]:
    """An order that the street's desk has entered."""
    said = {"upstream_number": "12345-20261120-7", "upstream_due": DUE, "channel": "hotline"}
    receipt: dict[str, Any] = done(await street.post("/issues", report(town.IN_B1, **said, **more)))
    return receipt


def running(seen: dict[str, Any]) -> dict[str, str]:
    return {clock["kind"]: clock["due_at"] for clock in seen["clocks"] if clock["ended_at"] is None}


async def test_no_step_of_ours_ends_an_order(public: Desk, sit: Sit) -> None:
    worker, desk, street = await seats(sit, WORKER, COMMUNITY, STREET)
    receipt, other = await order(street), await raised(public, town.IN_B1)
    issue = receipt["id"]
    said = {"into": other["number"], "reason": "同一问题"}
    assert_problem(await desk.step(issue, "merge", **said), 409, "closed_upstream")
    assert_problem(await desk.step(issue, "not_accept", reason="unlawful", text="x"), 409, "closed_upstream")
    assert_problem(await public.post(f"/follow/{receipt['follow_token']}/withdraw", {}), 409, "closed_upstream")
    also = await street.post(
        "/issues", report(town.IN_B1, same_as=other["id"], upstream_number="12345-8", upstream_due=DUE)
    )
    assert_problem(also, 409, "closed_upstream")
    await step(worker, issue, "accept")
    assert_problem(await street.step(issue, "transfer", to="官渡区", reason="x"), 409, "closed_upstream")
    assert_problem(await worker.step(issue, "ask_close", result="refused", text="x"), 409, "closed_upstream")
    seen = await see(street, issue)
    assert not {"merge", "not_accept", "transfer", "approve_close"} & set(seen["allowed_steps"])
    back = await step(desk, other["id"], "merge", into=receipt["number"], reason="同一问题")
    assert back["state"] == "merged", "a resident's report may be part of an order"


async def test_what_is_not_ours_goes_back_with_its_reason(sit: Sit) -> None:
    (street,) = await seats(sit, STREET)
    receipt = await order(street)
    sent = await step(street, receipt["id"], "submit", text="属于高速公路管理单位。", result="beyond_duty")
    assert (sent["state"], sent["outcome"]) == ("submitted", "beyond_duty")
    assert (await step(street, receipt["id"], "upstream_close"))["closing"] == "upstream"


async def test_an_order_keeps_its_due_time_through_every_rework(
    sit: Sit, public: Desk, runtime: Runtime, clock: FixedClock
) -> None:
    worker, street = await seats(sit, WORKER, STREET)
    receipt = await order(street)
    issue = receipt["id"]
    await step(worker, issue, "accept")
    answered = await step(worker, issue, "answer", text="已修好")
    assert running(answered) == {"solve": DUE}, "it is not done before it is back, and the hotline asks its own"
    assert (await say(public, receipt, "no"))["state"] == "handling"
    assert running(await see(street, issue)) == {"solve": DUE}
    await step(worker, issue, "answer", text="再次修好")
    await step(street, issue, "submit", text="已修好")
    returned = await step(street, issue, "upstream_return", reason="反映人不认可")
    assert (returned["due_at"], running(returned)) == (DUE, {"solve": DUE})
    await step(street, issue, "submit", text="已修好")
    later = "2026-12-22T09:30:00Z"
    past = await street.step(issue, "upstream_return", reason="再办", due="2026-11-01T00:00:00Z")
    assert_problem(past, 422, "not_later", "due")
    returned = await step(street, issue, "upstream_return", reason="再办", due=later)
    assert running(returned) == {"solve": later}
    assert returned["supervised_at"] is not None, "done again three times (R1.5)"
    await live(runtime, clock, days=34)
    district = await sit(*DISTRICT)
    late = [act["detail"] for act in (await see(district, issue))["trail"] if act["step"] == "remind"]
    assert [said["rung"] for said in late if said["due"].startswith("2026-12-22")][:2] == ["before_due", "due"]
