"""Who acts when a unit does nothing (CASES 2.3): every clock of an order, and what its issue does to it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.clocks.models import OfficeSeason
from app.core.audit import Trail
from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.people.models import DutyShift, Role
from app.worker.turns import catch_up, drain
from tests.conftest import Desk, Sit
from tests.dispatch.desks import (
    assert_chains,
    clocks,
    contacted,
    dispatched,
    listed,
    ok,
    orders,
    row_of,
    seats,
    step,
)
from tests.issues.acts import HERE, assert_problem, unit_named

pytestmark = pytest.mark.anyio

CONTACT = {"name": "王芳", "phone": "13800001234"}


async def acts(runtime: Runtime, order: dict[str, object], name: str) -> list[dict[str, object]]:
    """What the trail says of one step of an order."""
    async with system_work(runtime, HERE) as work:
        mine = (Trail.subject_id == UUID(str(order["id"])), Trail.step == name)
        return list(await work.session.scalars(select(Trail.detail).where(*mine).order_by(Trail.seq)))


async def test_an_unsigned_order_is_deemed_signed_exactly_once(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    who = await seats(sit)
    _, (lead,) = await dispatched(public, who.street)
    clock.advance(hours=1, minutes=59)
    await catch_up(runtime, HERE)
    assert (await row_of(runtime, lead)).state == "issued"
    clock.advance(minutes=2)
    for _ in range(3):
        await catch_up(runtime, HERE)
    row = await row_of(runtime, lead)
    assert (row.state, row.deemed) == ("signed", True)
    assert await acts(runtime, lead, "deem_sign") == [{"late": ["order_sign"]}]
    assert_problem(await step(who.officer, lead, "sign"), 409, "wrong_state")
    assert set(await clocks(runtime, lead)) == {"order_contact", "order_solve"}  # they run on
    await ok(who.officer, lead, "contact", way="phone")
    await assert_chains(runtime)


async def test_the_sign_limit_counts_the_units_own_office_hours(public: Desk, sit: Sit, runtime: Runtime) -> None:
    unit = await unit_named(runtime, "chengguan")
    async with system_work(runtime, HERE) as work:
        row = {"id": work.new_id(), "unit_id": unit, "first_day": "01-01", "last_day": "12-31"}
        await work.put(OfficeSeason, [row | {"spans": [[14 * 60, 17 * 60]]}])
    who = await seats(sit)
    _, (lead, helper) = await dispatched(public, who.street, assist=["shuiwu"])
    assert (await clocks(runtime, lead))["order_sign"].due_at == datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    assert (await clocks(runtime, helper))["order_sign"].due_at == datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


async def test_the_ladder_reminds_rung_by_rung(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    who = await seats(sit)
    _, (lead,) = await dispatched(public, who.street)
    await ok(who.officer, lead, "sign")
    clock.advance(days=30)
    await catch_up(runtime, HERE)
    rungs = [(act["clock"], act["rung"]) for act in await acts(runtime, lead, "remind")]
    every = ("before_due", "due", "overdue", "long_overdue")
    assert sorted(rungs) == sorted((kind, rung) for kind in ("order_contact", "order_solve") for rung in every)
    await assert_chains(runtime)


async def test_after_the_limit_another_officer_releases_the_answer_but_not_its_author(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    await listed(runtime, needs_release=True)
    who = await seats(sit)
    receipt, (lead,) = await dispatched(public, who.street, category="e0102")
    await contacted(who.officer, lead)
    await ok(who.officer, lead, "finish", text="已清运。")
    clock.advance(hours=9)
    await catch_up(runtime, HERE)
    assert (await row_of(runtime, lead)).review_open
    who = await seats(sit)
    assert_problem(await step(who.officer, lead, "release_answer"), 403, "head_releases")
    assert (await ok(who.head, lead, "release_answer"))["state"] == "done"
    assert (await who.street.get(f"/issues/{receipt['id']}")).json()["state"] == "answered"


async def test_the_clocks_of_an_order_stand_with_the_issue_and_go_on_with_it(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    who = await seats(sit)
    receipt, (lead,) = await dispatched(public, who.street, contact=CONTACT)
    await contacted(who.officer, lead)
    before = (await clocks(runtime, lead))["order_solve"].due_at
    assert (await who.officer.step(receipt["id"], "request_info", text="请补充位置")).status_code == 200
    await drain(runtime, HERE)
    assert (await clocks(runtime, lead))["order_solve"].paused_at is not None
    clock.advance(days=3)
    said = {"text": "在小区北门"}
    answer = await public.post(f"/follow/{receipt['follow_token']}/give_info", said)
    assert answer.status_code == 200, answer.text
    await drain(runtime, HERE)
    wait = (await clocks(runtime, lead))["order_solve"]
    assert (wait.paused_at, wait.due_at > before) == (None, True)
    assert (await row_of(runtime, lead)).due_at == wait.due_at


async def test_more_time_for_the_issue_is_more_time_for_its_lead(public: Desk, sit: Sit, runtime: Runtime) -> None:
    who = await seats(sit)
    receipt, (lead,) = await dispatched(public, who.street)
    await contacted(who.officer, lead)
    until = runtime.clock.now() + timedelta(days=20)
    asked = await who.officer.step(receipt["id"], "ask_extension", until=until.isoformat(), reason="等待配件")
    assert asked.status_code == 200, asked.text
    granted = await who.secretary.step(receipt["id"], "extend", text="延期至配件到货")
    assert granted.status_code == 200, granted.text
    await drain(runtime, HERE)
    assert (await clocks(runtime, lead))["order_solve"].due_at == until
    assert (await row_of(runtime, lead)).due_at == until


@pytest.mark.parametrize("end", ["withdraw", "hold_open", "transfer", "merge", "approve_close"])
async def test_no_order_outlives_its_issue(
    end: str, public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    who = await seats(sit)
    receipt, (lead, helper) = await dispatched(public, who.street, assist=["shuiwu"], contact=CONTACT)
    into, _ = await dispatched(public, who.street)
    assert await _ended(end, public, who.supervisor, who.street, receipt, into["number"])
    await drain(runtime, HERE)
    if end == "hold_open":
        assert (await clocks(runtime, lead))["order_solve"].paused_at is not None
        clock.advance(days=40)
        await catch_up(runtime, HERE)
        await drain(runtime, HERE)
    assert [(await row_of(runtime, order)).state for order in (lead, helper)] == ["recalled", "recalled"]
    assert await clocks(runtime, lead) == {}
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    assert await orders(admin, receipt["id"]) == []
    await assert_chains(runtime)


async def _ended(end: str, public: Desk, district: Desk, street: Desk, receipt: dict[str, str], into: str) -> bool:
    issue = receipt["id"]
    if end == "withdraw":
        answer = await public.post(f"/follow/{receipt['follow_token']}/withdraw", {})
    elif end == "hold_open":
        answer = await district.step(issue, "hold_open", text="需列入计划", review_on="2026-12-20")
    elif end == "transfer":
        answer = await street.step(issue, "transfer", to="官渡区", reason="地点在官渡区")
    elif end == "merge":
        answer = await street.step(issue, "merge", into=into, reason="同一问题")
    else:
        asked = await street.step(issue, "ask_close", result="explained", text="规划限制")
        assert asked.status_code == 200, asked.text
        answer = await district.step(issue, "approve_close")
    assert answer.status_code == 200, answer.text
    return True


async def test_a_reopened_matter_can_be_dispatched_again(public: Desk, sit: Sit, runtime: Runtime) -> None:
    who = await seats(sit)
    receipt, (lead,) = await dispatched(public, who.street)
    await contacted(who.officer, lead)
    await ok(who.officer, lead, "finish", text="已办")
    word = {"verdict": "solved", "satisfaction": 5}
    await public.post(f"/follow/{receipt['follow_token']}/rate", word)
    answer = await who.street.step(receipt["id"], "reopen", reason="问题重现")
    assert answer.status_code == 200, answer.text
    again = await who.street.step(receipt["id"], "dispatch", lead_unit="shuiwu", reason="职责")
    assert again.status_code == 200, again.text
    assert (await row_of(runtime, lead)).state == "recalled"
    (after,) = await orders(who.street, receipt["id"])
    assert after["role"] == "lead"


async def test_a_deemed_order_shows_whom_to_call(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    who = await seats(sit)
    _, (lead,) = await dispatched(public, who.street)
    unit = await unit_named(runtime, "chengguan")
    now = runtime.clock.now()
    async with system_work(runtime, HERE) as work:
        row = {"id": work.new_id(), "unit_id": unit, "post_id": who.officer.post_id, "leader_post_id": None}
        shift = {"call_number": "0871-67490000", "starts_at": now, "ends_at": now + timedelta(hours=10)}
        await work.put(DutyShift, [row | shift])
    assert (await who.street.get(f"/orders/{lead['id']}")).json()["duty_number"] is None
    clock.advance(hours=3)
    await catch_up(runtime, HERE)
    assert (await who.street.get(f"/orders/{lead['id']}")).json()["duty_number"] == "0871-67490000"
