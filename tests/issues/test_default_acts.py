"""Who acts when nobody does: every line of CASES 2.3 that concerns an issue, by worker and a jumping clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.clocks.models import Wait
from app.core.clock import SHANGHAI, FixedClock
from app.core.work import Runtime, system_work
from app.issues.deadlines import rehome_orphans
from app.issues.models import Issue
from app.people.models import DutyShift, Post, Role, Unit
from tests import town
from tests.conftest import Desk, Sit, find_post
from tests.issues.acts import HERE, assert_problem, away, raised, vacate
from tests.timeline import live, wake_after

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
NIGHT = datetime(2026, 11, 21, 2, 0, tzinfo=SHANGHAI).astimezone(UTC)


async def whole(desk: Desk, issue: str) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.get(f"/issues/{issue}")).json()
    return found


def steps(seen: dict[str, Any]) -> list[str]:
    return [act["step"] for act in seen["trail"]]


async def on_duty(runtime: Runtime, unit: str, role: Role, ground: str, start: datetime, hours: float) -> None:
    """A shift of a unit's duty roster."""
    _, post = await find_post(runtime, HERE, role, ground)
    async with system_work(runtime, HERE) as work:
        unit_id = await work.session.scalar(select(Unit.id).where(Unit.code == unit))
        row = {"id": work.new_id(), "unit_id": unit_id, "post_id": post, "leader_post_id": None}
        shift = {"call_number": "0871-1234567", "starts_at": start, "ends_at": start + timedelta(hours=hours)}
        await work.put(DutyShift, [row | shift])


async def test_an_empty_post_goes_up_the_ladder_at_once_and_the_gap_is_told(
    public: Desk, runtime: Runtime
) -> None:
    await vacate(runtime, (Role.GRID_WORKER, town.G1))
    receipt = await raised(public, town.IN_B1)
    assert receipt["holder"]["role"] == "grid_leader"
    assert receipt["explanation"][0]["why"] == "no_post"


async def test_an_unsigned_issue_goes_to_the_next_and_then_to_the_community(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    receipt = await raised(public, town.IN_B1)
    worker, desk = await sit(Role.GRID_WORKER, town.G1), await sit(Role.STREET_DISPATCHER, town.WEST)
    await live(runtime, clock, hours=1, minutes=59)
    assert (await whole(desk, receipt["id"]))["holder"]["role"] == "grid_worker"
    await live(runtime, clock, minutes=2)
    seen = await whole(desk, receipt["id"])
    assert (seen["state"], seen["holder"]["role"]) == ("assigned", "grid_leader")
    assert "did_not_sign" in [reason["why"] for reason in seen["explanation"]]
    assert (await worker.get(f"/issues/{receipt['id']}")).status_code == 200, "whoever had it still sees it"
    assert_problem(await worker.step(receipt["id"], "accept"), 403, "not_holder")
    await live(runtime, clock, hours=3, minutes=35)  # the lunch hour does not count
    assert (await whole(desk, receipt["id"]))["holder"]["role"] == "community_officer"
    assert steps(await whole(desk, receipt["id"])).count("assign") == 3


async def test_an_emergency_waits_ten_minutes_and_not_for_the_office_to_open(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    clock.advance(seconds=(NIGHT - clock.now()).total_seconds())
    receipt = await raised(public, town.IN_B1, urgency="emergency")
    ordinary = await raised(public, town.IN_B1)
    desk = await sit(Role.STREET_DISPATCHER, town.WEST)
    await live(runtime, clock, minutes=11)
    assert (await whole(desk, receipt["id"]))["holder"]["role"] == "grid_leader"
    assert (await whole(desk, ordinary["id"]))["holder"]["role"] == "grid_worker"


async def test_the_desk_list_goes_to_the_duty_officer_and_without_one_to_the_district(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    near = await raised(public, (102.80, 24.795))  # outside everything, near the west street
    far = await raised(public, town.FAR_AWAY)
    await on_duty(runtime, town.WEST, Role.COMMUNITY_SECRETARY, town.C1, clock.now(), 10)
    await live(runtime, clock, hours=2, minutes=1)
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    seen = await whole(admin, near["id"])
    assert (seen["state"], seen["holder"]["role"]) == ("assigned", "community_secretary")
    assert seen["explanation"][-1]["why"] == "on_duty"
    assert (await whole(admin, far["id"]))["holder"]["role"] == "district_supervisor"


async def test_who_stands_aside_gets_it_back_by_no_route(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    """Neither by placing it anew on the same ground nor by being on duty when the desk list is late."""
    receipt, unplaced = await raised(public, town.IN_B1), await raised(public, (102.80, 24.795))
    worker, street = await sit(Role.GRID_WORKER, town.G1), await sit(Role.STREET_DISPATCHER, town.WEST)
    assert (await worker.step(receipt["id"], "recuse", reason="系本人亲属")).status_code == 200
    placed = await street.step(receipt["id"], "locate", point=town.point(town.IN_B1), reason="核实位置")
    assert placed.json()["holder"]["role"] == "grid_leader"
    assert (await street.step(unplaced["id"], "recuse", reason="系本人亲属")).status_code == 200
    await on_duty(runtime, town.WEST, Role.STREET_DISPATCHER, town.WEST, clock.now(), 10)
    await live(runtime, clock, hours=2, minutes=1)
    seen = await whole(await sit(Role.DISTRICT_ADMIN, HERE), unplaced["id"])
    assert (seen["state"], seen["holder"]["role"]) == ("assigned", "street_secretary")


@pytest.mark.parametrize(
    ("more", "shift", "holder"),
    [
        ({"type": "complaint", "respondent_unit": town.C1}, Role.COMMUNITY_SECRETARY, "street_dispatcher"),
        ({"confidential": True}, Role.COMMUNITY_SECRETARY, "street_dispatcher"),
        ({}, Role.COMMUNITY_SECRETARY, "community_secretary"),
    ],
)
async def test_who_is_on_duty_is_not_of_the_accused_line_and_knows_originals_of_the_confidential(
    public: Desk,
    sit: Sit,
    runtime: Runtime,
    clock: FixedClock,
    more: dict[str, Any],
    shift: Role,
    holder: str,
) -> None:
    receipt = await raised(public, (102.80, 24.795), **more)
    await on_duty(runtime, town.WEST, shift, town.C1, clock.now(), 10)
    await live(runtime, clock, hours=2, minutes=1)
    seen = await whole(await sit(Role.DISTRICT_ADMIN, HERE), receipt["id"])
    assert (seen["state"], seen["holder"]["role"]) == ("assigned", holder)


async def test_what_is_screened_flows_on_as_a_true_report(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    receipts = [await raised(public, town.IN_B1) for _ in range(40)]
    screened = [receipt for receipt in receipts if receipt["state"] == "screening"]
    assert screened, "the flood gate lets a few through and puts the rest to screening"
    desk = await sit(Role.COMMUNITY_OFFICER, town.C1)
    by_hand = await desk.step(screened[0]["id"], "admit", note="已核实")
    assert by_hand.json()["state"] == "assigned"
    await live(runtime, clock, hours=2, minutes=1)
    seen = await whole(desk, screened[1]["id"])
    assert (seen["state"], seen["holder"]["role"]) == ("assigned", "grid_worker")
    assert steps(seen) == ["raise", "screen", "admit", "assign"]


async def test_a_silent_reporter_does_not_hold_it_up_and_the_clock_stands_meanwhile(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    receipt = await raised(public, town.IN_B1, contact={"phone": "13800001234"})
    worker = await sit(Role.GRID_WORKER, town.G1)
    await worker.step(receipt["id"], "accept")
    due = (await whole(worker, receipt["id"]))["due_at"]
    asked = await worker.step(receipt["id"], "request_info", text="请问是几单元?")
    assert asked.json()["state"] == "awaiting_reporter"
    await live(runtime, clock, days=10)
    seen = await whole(worker, receipt["id"])
    assert seen["state"] == "handling"
    assert seen["due_at"] > due
    assert steps(seen)[:5] == ["raise", "assign", "accept", "request_info", "go_on"], "no rung rings meanwhile"
    assert_problem(await worker.step(receipt["id"], "request_info", text="再问一次"), 409, "asked_before")


async def test_an_anonymous_reporter_is_not_asked(public: Desk, sit: Sit) -> None:
    receipt = await raised(public, town.IN_B1)
    worker = await sit(Role.GRID_WORKER, town.G1)
    await worker.step(receipt["id"], "accept")
    answer = await worker.step(receipt["id"], "request_info", text="请问是几单元?")
    assert_problem(answer, 409, "anonymous_reporter")


async def test_an_extension_is_never_granted_by_the_holder_twice_at_most_and_told_first(
    public: Desk, sit: Sit
) -> None:
    receipt = await raised(public, town.IN_B1)
    worker, desk = await sit(Role.GRID_WORKER, town.G1), await sit(Role.COMMUNITY_OFFICER, town.C1)
    issue = receipt["id"]
    await worker.step(issue, "accept")
    for day in (1, 2):
        until = f"2026-12-0{day}T09:30:00Z"
        await worker.step(issue, "ask_extension", until=until, reason="等配件")
        assert_problem(await worker.step(issue, "extend", text="延"), 403, "forbidden")
        granted = (await desk.step(issue, "extend", text="因等待配件,延期办理。")).json()
        assert granted["due_at"] == until
    page = (await public.get(f"/follow/{receipt['follow_token']}")).json()
    assert [said["text"] for said in page["replies"]] == ["因等待配件,延期办理。"] * 2
    third = await worker.step(issue, "ask_extension", until="2026-12-09T09:30:00Z", reason="还要等")
    assert_problem(third, 409, "enough_extensions")
    assert_problem(await desk.step(issue, "extend", text="再延"), 404, "no_extension_asked")


async def test_held_open_reopens_by_itself_three_times_then_the_district_decides(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    receipt = await raised(public, town.IN_B1, type="wish")
    worker, street = await sit(Role.GRID_WORKER, town.G1), await sit(Role.STREET_SECRETARY, town.WEST)
    issue = receipt["id"]
    await worker.step(issue, "accept")
    assert_problem(await worker.step(issue, "hold_open", text="做不了", review_on="2026-12-01"), 403, "forbidden")
    late = await street.step(issue, "hold_open", text="再议", review_on="2027-06-01")
    assert_problem(late, 422, "held_too_long", "review_on")
    for _ in range(3):
        day = (clock.now() + timedelta(days=20)).date().isoformat()
        held = (await street.step(issue, "hold_open", text="列入明年计划", review_on=day)).json()
        assert held["state"] == "held_open", held
        await live(runtime, clock, days=21)
        assert (await whole(street, issue))["state"] == "handling"
    day = (clock.now() + timedelta(days=20)).date().isoformat()
    fourth = await street.step(issue, "hold_open", text="再议", review_on=day)
    assert_problem(fourth, 409, "held_too_often")
    district = await sit(Role.DISTRICT_SUPERVISOR, HERE)
    assert (await district.step(issue, "hold_open", text="由区统筹", review_on=day)).json()["state"] == "held_open"


async def test_three_vain_tries_on_three_days_by_two_ways_are_unreachable_and_the_link_stays_open(
    public: Desk, sit: Sit, clock: FixedClock
) -> None:
    receipt = await raised(public, town.IN_B1, contact={"phone": "13800001234"})
    worker, desk = await sit(Role.GRID_WORKER, town.G1), await sit(Role.COMMUNITY_OFFICER, town.C1)
    issue = receipt["id"]
    await worker.step(issue, "accept")
    await worker.step(issue, "answer", text="已修好")
    for way in ("phone", "phone", "phone", "message"):
        await desk.step(issue, "revisit", way=way, reached=False)
    assert (await whole(desk, issue))["state"] == "answered", "four tries on one day are one day"
    for way in ("message", "phone"):
        clock.advance(days=1)
        seen = (await desk.step(issue, "revisit", way=way, reached=False)).json()
    assert (seen["state"], seen["closing"], seen["ratings"]) == ("closed", "unreachable", [])
    clock.advance(days=14)
    late = await public.post(
        f"/follow/{receipt['follow_token']}/rate", {"verdict": "not_solved", "satisfaction": 1}
    )
    assert late.json()["state"] == "handling", "a word within the days reopens it"


async def test_nobodys_word_closes_it_as_that_and_never_as_satisfied(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    receipt = await raised(public, town.IN_B1)
    worker, desk = await sit(Role.GRID_WORKER, town.G1), await sit(Role.COMMUNITY_OFFICER, town.C1)
    await worker.step(receipt["id"], "accept")
    await worker.step(receipt["id"], "answer", text="已修好")
    await live(runtime, clock, days=16)
    seen = await whole(desk, receipt["id"])
    assert (seen["state"], seen["closing"], seen["words"]["solved"]) == ("closed", "no_word", 0)
    assert steps(seen).count("remind") >= 2, "the desk was told to ask"
    clock.advance(days=16)
    late = await public.post(f"/follow/{receipt['follow_token']}/rate", {"verdict": "solved", "satisfaction": 5})
    assert_problem(late, 409, "window_over")


async def test_a_transfer_without_a_receipt_comes_back(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    receipt = await raised(public, town.IN_B1)
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    sent = await street.step(receipt["id"], "transfer", to="官渡区12345", reason="地点在官渡区")
    assert sent.json()["state"] == "transferred"
    await live(runtime, clock, days=4)
    assert (await whole(street, receipt["id"]))["state"] == "handling"
    await street.step(receipt["id"], "transfer", to="官渡区12345", reason="再次移送")
    done = await street.step(receipt["id"], "confirm_transfer", number="GD-7", text="已由官渡区受理。")
    assert (done.json()["state"], done.json()["outcome"]) == ("closed", "transferred")


async def test_when_a_whole_line_stands_aside_the_next_level_has_it(public: Desk, sit: Sit) -> None:
    receipt = await raised(public, town.IN_B1, type="complaint", respondent_unit=town.C1)
    assert receipt["holder"]["role"] == "street_dispatcher"
    whole_street = await raised(public, town.IN_B1, type="complaint", respondent_unit=town.WEST)
    assert whole_street["holder"]["role"] == "district_supervisor"
    secretary = await sit(Role.STREET_SECRETARY, town.WEST)
    assert (await secretary.get(f"/issues/{whole_street['id']}")).status_code == 404


async def test_the_ladder_rings_each_rung_once_and_in_order_also_after_a_standstill(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    receipt = await raised(public, town.IN_B1)
    worker = await sit(Role.GRID_WORKER, town.G1)
    await worker.step(receipt["id"], "accept")
    await wake_after(runtime, clock, days=30)
    assert await wake_after(runtime, clock, minutes=1) == 0
    seen = await whole(worker, receipt["id"])
    rungs = [(act["detail"]["clock"], act["detail"]["rung"]) for act in seen["trail"] if act["step"] == "remind"]
    ladder = ["before_due", "due", "overdue", "long_overdue"]
    assert [rung for kind, rung in rungs if kind == "solve"] == ladder
    assert [rung for kind, rung in rungs if kind == "contact"] == ladder
    assert seen["supervised_at"] is not None
    dues = [act["detail"]["due"] for act in seen["trail"] if act["step"] == "remind"]
    assert len(dues) == 8


async def test_a_post_that_ends_leaves_nothing_behind(public: Desk, sit: Sit, runtime: Runtime) -> None:
    receipts = [await raised(public, town.IN_G2) for _ in range(5)]
    worker = await sit(Role.GRID_WORKER, town.G2)
    await worker.step(receipts[0]["id"], "accept")
    await worker.step(receipts[1]["id"], "accept")
    await worker.step(receipts[1]["id"], "answer", text="已办")
    await vacate(runtime, (Role.GRID_WORKER, town.G2))
    async with system_work(runtime, HERE) as work:
        assert await rehome_orphans(work) == 5
    async with system_work(runtime, HERE) as work:
        assert await rehome_orphans(work) == 0
        ended = select(Post.id).where(Post.valid_to.is_not(None))
        orphans = select(Issue.id).where(Issue.closed_at.is_(None), Issue.holder_id.in_(ended))
        assert (await work.session.scalars(orphans)).all() == []
        signing = select(Wait.subject_id).where(Wait.kind == "sign", Wait.ended_at.is_(None))
        waiting = set(await work.session.scalars(signing))
    desk = await sit(Role.COMMUNITY_OFFICER, town.C1)
    states = [(await whole(desk, receipt["id"]))["state"] for receipt in receipts]
    assert states == ["assigned", "answered", "assigned", "assigned", "assigned"]
    assert len(waiting) == 4


async def test_a_deputy_acts_while_the_holder_is_away(public: Desk, runtime: Runtime) -> None:
    await away(runtime, Role.GRID_WORKER, town.G1, deputy=f"grid_leader-{town.G1}")
    receipt = await raised(public, town.IN_B1)
    assert receipt["holder"]["deputy"] is True
