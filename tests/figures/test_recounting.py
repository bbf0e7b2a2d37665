"""The rates equal a recount from the trail, whatever people do, in whatever order (property test)."""

import random  # noqa: TID251  # an order that a seed repeats
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings, target
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.figures.models import FigureSetting, Formula
from app.figures.periods import Period
from app.figures.recounting import differences, recount
from app.figures.schemas import FigureFilter
from app.issues.flood import FloodGate
from app.issues.models import Issue
from app.issues.records import Rating
from app.people.models import Role
from app.worker.turns import catch_up
from tests import town
from tests.conftest import Desk, Sit
from tests.figures.acts import CONTACT, EVERY_DAY, rates, shares
from tests.issues.acts import HERE, raised
from tests.journeys.people import COMMUNITY, DISTRICT, SECRETARY, STREET, WORKER, seats, step

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
PERIOD = FigureFilter.model_validate(EVERY_DAY)
PEOPLE = (WORKER, COMMUNITY, STREET, SECRETARY, DISTRICT, (Role.DISTRICT_ADMIN, HERE))

ONWARD = ("accept", "answer", "revisit", "overturn", "receive_back")


async def shown(runtime: Runtime) -> None:
    """Nothing is hidden, so that every number is compared."""
    async with system_work(runtime, HERE) as work:
        await work.session.execute(
            update(FigureSetting).values(value=0).where(FigureSetting.name == "hidden_below")
        )


async def test_a_story_told_by_people_counts_the_same_both_ways(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    """Solved; done again and solved; unreachable for lack of a word; excluded by two; merged with its own no."""
    await shown(runtime)
    worker, community, street, _, district = await seats(sit, *PEOPLE[:5])
    told = [await raised(public, contact=CONTACT) for _ in range(5)]
    for receipt in told[:4]:
        await step(worker, receipt["id"], "accept")
        clock.advance(minutes=10)
        await step(worker, receipt["id"], "contact", way="phone")
        await step(worker, receipt["id"], "answer", text="已办理")
    await _rate(public, told[0], "solved", 5)
    await _rate(public, told[1], "not_solved", 1)
    await step(worker, told[1]["id"], "answer", text="重新办理")
    clock.advance(minutes=1)
    await _rate(public, told[1], "solved", 3)
    await _rate(public, told[3], "solved", 4)
    await step(community, told[3]["id"], "exclude", reason="consult", note="属于咨询")
    await step(district, told[3]["id"], "approve_exclusion")
    await step(street, told[4]["id"], "merge", into=told[2]["number"], reason="同一问题")
    (group,) = await rates(district)
    assert shares(group, "solve_rate") == ((3, 3), (2, 2))
    clock.advance(days=30)
    await catch_up(runtime, HERE)
    (group,) = await rates(await sit(*DISTRICT), to="2027-02-01")
    assert shares(group, "solve_rate") == ((3, 4), (2, 3)), "the silent one was closed without a word"
    assert group["apart"]["no_word"]["n"] == 1
    async with system_work(runtime, HERE) as work:
        wide = PERIOD.model_copy(update={"last": (clock.now() + timedelta(days=1)).date()})
        assert await differences(work, wide) == {}
        again = await recount(work, Period(wide.first, wide.last))
    assert again["solve_rate"] == (3, 4, 2, 3)
    assert again["contact_rate"] == (4, 4, 3, 3)


async def test_a_late_yes_is_a_yes_and_an_exclusion_ends_with_its_life(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    """Closed by silence, then rated solved; left out as unreachable, then reported again and rated badly."""
    await shown(runtime)
    worker, community, _, _, district = await seats(sit, *PEOPLE[:5])
    silent, back = [await raised(public, contact=CONTACT) for _ in range(2)]
    for receipt in (silent, back):
        await step(worker, receipt["id"], "accept")
        await step(worker, receipt["id"], "answer", text="已办理")
    clock.advance(days=16)
    await catch_up(runtime, HERE)
    await step(community, back["id"], "exclude", reason="unreachable", note="联系不上")
    await step(district, back["id"], "approve_exclusion")
    wide = {"to": "2027-01-31"}
    (group,) = await rates(district, **wide)
    assert shares(group, "solve_rate") == ((0, 2), (0, 1))
    await _rate(public, silent, "solved", 5)
    await _rate(public, back, "not_solved", 1)
    await step(worker, back["id"], "answer", text="重新办理")
    await _rate(public, back, "solved", 1)
    (group,) = await rates(district, **wide)
    assert shares(group, "solve_rate") == ((2, 2), (2, 2))
    assert shares(group, "satisfied_rate") == ((1, 2), (1, 2)), "whoever came back is counted again"
    assert group["apart"]["no_word"]["n"] == 0
    async with system_work(runtime, HERE) as work:
        assert await differences(work, PERIOD.model_copy(update={"last": date(2027, 1, 31)})) == {}


async def test_a_total_typed_by_somebody_shows(public: Desk, sit: Sit, runtime: Runtime) -> None:
    await shown(runtime)
    (worker,) = await seats(sit, WORKER)
    receipt = await raised(public, contact=CONTACT)
    for name, said in (("accept", {}), ("answer", {"text": "已办理"})):
        await step(worker, receipt["id"], name, **said)
    await _rate(public, receipt, "solved", 2)
    async with system_work(runtime, HERE) as work:
        await work.session.execute(update(Rating).values(satisfaction=5))
        found = await differences(work, PERIOD)
    assert found == {"satisfied_rate": ((1, 1, 1, 1), (0, 1, 0, 1))}


async def _rate(public: Desk, receipt: dict[str, Any], verdict: str, satisfaction: int) -> None:
    said = {"verdict": verdict, "satisfaction": satisfaction}
    answer = await public.post(f"/follow/{receipt['follow_token']}/rate", said)
    assert answer.status_code == 200, answer.text


class Chronicle:
    """Everybody at a few named and nameless reports, in an order a seed repeats."""

    def __init__(self, seed: int, public: Desk, sit: Sit, clock: FixedClock) -> None:
        self.chance = random.Random(seed)  # noqa: S311  # a test's own order
        self.public, self.sit, self.clock = public, sit, clock
        self.told: list[dict[str, Any]] = []

    async def begin(self) -> None:
        for place in (town.IN_B1, town.IN_B1, town.IN_G2, town.IN_B2):
            more = {"contact": CONTACT} if self.chance.random() < 0.8 else {}
            self.told.append(await raised(self.public, place, **more))

    def _bodies(self) -> dict[str, dict[str, Any]]:
        verdict = self.chance.choice(["solved", "solved", "partly", "not_solved"])
        word = {"verdict": verdict, "satisfaction": self.chance.randint(1, 5)}
        heard = word | {"contacted": self.chance.choice([True, False, None])}
        return {
            "rate": heard,
            "revisit": {"way": self.chance.choice(["phone", "door"]), "reached": True, **heard},
            "contact": {"way": "phone"}, "answer": {"text": "已办理"}, "accept": {}, "triage": {"way": "study"},
            "hand_up": {"reason": "需上级协调"}, "take_over": {"reason": "提级"}, "reopen": {"reason": "又坏了"},
            "merge": {"into": self.chance.choice(self.told)["number"], "reason": "同一问题"},
            "unmerge": {"reason": "不是一件事"}, "exclude": {"reason": "consult", "note": "咨询"},
            "approve_exclusion": {}, "decline_exclusion": {"reason": "不同意"},
            "not_accept": {"reason": "unlawful", "text": "不予受理"}, "withdraw": {},
            "ask_close": {"result": "refused", "text": "无法满足"}, "approve_close": {},
            "decline_close": {"reason": "继续办"}, "request_review": {"text": "请复核"},
            "overturn": {"text": "应予受理"}, "transfer": {"to": "官渡区", "reason": "地点在官渡"},
            "receive_back": {}, "confirm_transfer": {"number": "G1", "text": "已移送"},
        }  # fmt: skip

    async def go(self, acts: int) -> None:
        for _ in range(acts):
            self.clock.advance(minutes=self.chance.choice([1, 30, 600]))
            await self._act()

    async def _act(self) -> None:
        receipt, bodies = self.chance.choice(self.told), self._bodies()
        if self.chance.random() < 0.3:
            name = self.chance.choice([*["rate"] * 15, "withdraw", "reopen", "request_review"])
            answer = await self.public.post(f"/follow/{receipt['follow_token']}/{name}", bodies[name])
        else:
            desk = await self.sit(*self.chance.choice([*PEOPLE, *6 * PEOPLE[:1]]))
            seen = (await desk.get(f"/issues/{receipt['id']}")).json()
            offered = [name for name in seen.get("allowed_steps", []) if name in bodies]
            onward = [name for name in offered if name in ONWARD]
            if not offered:
                return
            name = self.chance.choice(onward if onward and self.chance.random() < 0.9 else offered)
            answer = await desk.step(receipt["id"], name, **bodies[name])
        assert answer.status_code in (200, 403, 404, 409, 422), answer.text


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
async def test_the_rates_equal_a_recount_from_the_trail(
    app: FastAPI, public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock, seed: int
) -> None:
    """The world grows from one example to the next: the later ones compare more."""
    await shown(runtime)
    app.state.flood_gate = FloodGate()
    tale = Chronicle(seed, public, sit, clock)
    await tale.begin()
    for _ in range(2):
        await tale.go(25)
        wide = PERIOD.model_copy(update={"last": (clock.now() + timedelta(days=1)).date()})
        async with system_work(runtime, HERE) as work:
            assert await differences(work, wide) == {}
    async with system_work(runtime, HERE) as work:
        target(float((await recount(work, Period(wide.first, wide.last)))["solve_rate"][1]))


async def test_several_chronicles_have_something_to_count(
    app: FastAPI, public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    """So that the property above is not one of empty sums."""
    await shown(runtime)
    for seed in range(5):
        app.state.flood_gate = FloodGate()
        tale = Chronicle(seed, public, sit, clock)
        await tale.begin()
        await tale.go(40)
    wide = PERIOD.model_copy(update={"last": (clock.now() + timedelta(days=1)).date()})
    async with system_work(runtime, HERE) as work:
        assert await differences(work, wide) == {}
        again = await recount(work, Period(wide.first, wide.last))
    assert all(figures[1] > 0 for figures in again.values()), again


async def test_every_version_of_a_formula_is_recounted(public: Desk, sit: Sit, runtime: Runtime) -> None:
    """A later version with other words of the vocabulary; an old period keeps the version it had."""
    await shown(runtime)
    (worker,) = await seats(sit, WORKER)
    receipt = await raised(public, contact=CONTACT)
    for name, said in (("accept", {}), ("answer", {"text": "已办理"})):
        await step(worker, receipt["id"], name, **said)
    await _rate(public, receipt, "solved", 3)
    second = {"name": "satisfied_rate", "version": 2, "numerator": "well_satisfied", "denominator": "word_given"}
    async with system_work(runtime, HERE) as work:
        await work.put(Formula, [second | {"reasons": [], "valid_from": PERIOD.last}])
        assert await differences(work, PERIOD) == {}
        assert (await recount(work, Period(PERIOD.first, PERIOD.last)))["satisfied_rate"] == (0, 1, 0, 1)
    desk = (await seats(sit, DISTRICT))[0]
    (group,) = await rates(desk, to="2026-12-30")
    assert group["rates"]["satisfied_rate"]["version"] == 1
    assert shares(group, "satisfied_rate")[0] == (1, 1)
    async with system_work(runtime, HERE) as work:
        await work.session.execute(delete(Formula).where(Formula.name == "solve_rate"))
        assert await work.session.scalar(select(Issue.id)) == UUID(receipt["id"])
    answer = await desk.get("/figures/rates", params=EVERY_DAY)
    assert (answer.status_code, answer.json()["code"]) == (503, "no_formula")
