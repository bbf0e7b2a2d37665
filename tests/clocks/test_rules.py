"""Limits are rows: the most telling one wins, a later one follows, and what runs keeps its own (R1.3)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.clocks.house import NoRule, house_of
from app.clocks.models import CalendarDay, LimitRule, Wait
from app.core.clock import FixedClock, Limit, Measure, office_day
from app.core.work import Runtime, system_work
from app.worker.turns import catch_up
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, raised
from tests.journeys.people import COMMUNITY, WORKER, seats, see

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]


async def rule(runtime: Runtime, clock: str, amount: int, unit: Measure, **facts: Any) -> None:
    async with system_work(runtime, HERE) as work:
        blank = {"type": None, "urgency": None, "category": None, "valid_to": None}
        row = {"id": work.new_id(), "clock": clock, "amount": amount, "unit": unit, **blank, **facts}
        await work.put(LimitRule, [row | {"valid_from": work.clock.now()}])


class Facts:
    """What a subject says of itself."""

    def __init__(self, **facts: str) -> None:
        self.type, self.urgency, self.category = (facts.get(name) for name in ("type", "urgency", "category"))


async def limit(runtime: Runtime, clock: str, **facts: str) -> Limit:
    async with system_work(runtime, HERE) as work:
        return (await house_of(work, Facts(**facts))).ruled(clock).limit


async def test_the_rule_naming_the_category_wins_then_the_urgency_then_the_type(
    runtime: Runtime, clock: FixedClock
) -> None:
    assert await limit(runtime, "solve", type="help") == Limit(5, Measure.WORKING_DAYS)
    assert await limit(runtime, "solve", type="consult", urgency="emergency") == Limit(2, Measure.HOURS)
    clock.advance(hours=1)
    await rule(runtime, "solve", 3, Measure.DAYS, category="e0102")
    assert await limit(runtime, "solve", urgency="emergency", category="e0102") == Limit(3, Measure.DAYS)
    clock.advance(hours=1)
    await rule(runtime, "solve", 4, Measure.DAYS, category="e0102")
    assert await limit(runtime, "solve", category="e0102") == Limit(4, Measure.DAYS)


async def test_a_clock_without_a_rule_says_so(runtime: Runtime) -> None:
    with pytest.raises(NoRule):
        await limit(runtime, "no_such_clock")


async def test_what_runs_keeps_the_rule_it_began_with(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    old = await raised(public, town.IN_B1)
    clock.advance(hours=1)
    await rule(runtime, "solve", 1, Measure.DAYS)
    new = await raised(public, town.IN_B1)
    (worker,) = await seats(sit, WORKER)
    seen = [await see(worker, receipt["id"]) for receipt in (old, new)]
    assert [one["due_at"] for one in seen] == ["2026-11-27T09:30:00Z", "2026-11-21T02:00:00Z"]
    async with system_work(runtime, HERE) as work:
        rules = select(Wait.rule_id).where(Wait.kind == "solve").order_by(Wait.since)
        assert len(set(await work.session.scalars(rules))) == 2


async def test_a_tenants_day_off_moves_the_end(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    async with system_work(runtime, HERE) as work:
        off = office_day(clock.now()) + timedelta(days=4)
        await work.put(CalendarDay, [{"day": off, "working": False, "name": "火把节"}])
    receipt = await raised(public, town.IN_B1)
    assert receipt["due_at"] == "2026-11-30T09:30:00Z"
    (desk,) = await seats(sit, COMMUNITY)
    assert (await see(desk, receipt["id"]))["due_at"] == receipt["due_at"]


async def test_a_clock_whose_act_fails_pauses_parks_and_holds_nobody_up(
    public: Desk, runtime: Runtime, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.issues.deadlines import BY_KIND  # noqa: PLC0415  # patched here only

    broken, fine = [await raised(public, town.IN_B1) for _ in range(2)]
    real = BY_KIND["sign"]

    async def act(work: Any, issue: Any, wait: Wait, rung: str) -> None:
        if str(issue.id) == broken["id"]:
            raise ValueError("poison")
        await real(work, issue, wait, rung)

    monkeypatch.setitem(BY_KIND, "sign", act)
    clock.advance(hours=2, minutes=1)
    for _ in range(14):
        await catch_up(runtime, HERE)
        clock.advance(hours=6)
    async with system_work(runtime, HERE) as work:
        mine = (Wait.subject_id == broken["id"], Wait.kind == "sign")
        (kept,) = (await work.session.scalars(select(Wait).where(*mine))).all()
        assert (kept.tries, kept.trouble, kept.wake_at) == (12, "ValueError", None)
        assert kept.parked_at is not None
        passed = select(Wait.id).where(
            Wait.subject_id == fine["id"], Wait.kind == "sign", Wait.ended_at.is_not(None)
        )
        assert (await work.session.scalars(passed)).all()
