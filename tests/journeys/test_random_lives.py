"""Random legal and illegal steps by random roles over many issues, orders and whistles; then the books.

One lead at any time, nobody's issue is nowhere, every trail replays to its state, no clock runs backwards, and the
rates equal a recount from the trail. WANGGE_LIVES sets how many issues live (thousands by hand, few in every run).
"""

import os
import random  # noqa: TID251  # a seeded order of a test
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from app.clocks.models import Pause, Wait
from app.core.audit import Trail, verify
from app.core.clock import FixedClock, office_day
from app.core.outbox import Outbox
from app.core.work import Runtime, Work, system_work
from app.dispatch.kinds import GONE
from app.dispatch.models import WorkOrder
from app.figures.recounting import differences
from app.figures.schemas import FigureFilter
from app.issues import actions
from app.issues.flood import FloodGate
from app.issues.models import Issue
from app.people.models import Role
from app.timetable import TIMETABLE
from app.worker.turns import catch_up, drain
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, raised
from tests.whistles.acts import whistle_form

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
LIVES = int(os.environ.get("WANGGE_LIVES", "24"))
ACTS_EACH = 14
AT_ONCE = 24  # issues that live at the same time, so that lives meet
PEOPLE = [
    (Role.GRID_WORKER, town.G1), (Role.GRID_WORKER, town.G1), (Role.GRID_LEADER, town.G1),
    (Role.GRID_WORKER, town.G2), (Role.COMMUNITY_OFFICER, town.C1), (Role.COMMUNITY_SECRETARY, town.C1),
    (Role.STREET_DISPATCHER, town.WEST), (Role.STREET_DISPATCHER, town.WEST), (Role.STREET_SECRETARY, town.WEST),
    (Role.STREET_DISPATCHER, town.EAST), (Role.DISTRICT_SUPERVISOR, HERE), (Role.DISTRICT_ADMIN, HERE),
    (Role.DEPARTMENT_OFFICER, "chengguan"), (Role.DEPARTMENT_OFFICER, "chengguan"),
    (Role.DEPARTMENT_HEAD, "chengguan"), (Role.DEPARTMENT_OFFICER, "shuiwu"), (Role.AUDITOR, HERE),
]  # fmt: skip
PLACES = (town.IN_B1, town.IN_B2, town.IN_G2, town.IN_FIELD, town.FAR_AWAY)


class Lives:
    """Everybody at everything, in an order a seed repeats."""

    def __init__(self, seed: int, public: Desk, desks: list[Desk], clock: FixedClock, runtime: Runtime) -> None:
        self.chance = random.Random(seed)  # noqa: S311  # a test's own order
        self.public, self.desks, self.clock, self.runtime = public, desks, clock, runtime
        self.told: list[dict[str, Any]] = []
        self.statuses: dict[int, int] = {}

    async def tell(self) -> None:
        place = self.chance.choice(PLACES)
        more: dict[str, Any] = {"contact": {"phone": "13800001234"}} if self.chance.random() < 0.5 else {}
        more["type"] = self.chance.choice(["help", "consult", "complaint", "dispute", "wish"])
        more["confidential"] = self.chance.random() < 0.1
        self.told.append(await raised(self.public, place, **more))

    def body(self, name: str, day: int = 20) -> dict[str, Any]:
        """A body that may or may not fit the moment."""
        later = (self.clock.now() + timedelta(days=day)).isoformat()
        bodies: dict[str, dict[str, Any]] = {
            "locate": {"reason": "看图", "point": town.point(self.chance.choice(PLACES[:4]))},
            "assign": {"reason": "对口", "post_id": str(self.chance.choice(self.desks).post_id)},
            "dispatch": {"lead_unit": self.chance.choice(["chengguan", "shuiwu"]), "reason": "属其职责"},
            "designate": {"lead_unit": self.chance.choice(["chengguan", "shuiwu"]), "reason": "依职责清单"},
            "merge": {"into": self.chance.choice(self.told)["number"], "reason": "同一问题"},
            "hold_open": {"text": "需研究", "review_on": later[:10]},
            "ask_extension": {"until": later, "reason": "等配件"},
            "revisit": {"way": "phone", "reached": True, "verdict": "solved", "satisfaction": 4},
            "set_verify_after": {"on": later[:10]},
            "add_party": {"unit": "shuiwu", "reason": "协助"}, "release_party": {"unit": "shuiwu", "reason": "完"},
            "add_area": {"area_code": town.C2, "role": "affected"},
        }  # fmt: skip
        if name in bodies:
            return bodies[name]
        form = actions.STEPS.get(name) or actions.BY_REPORTER.get(name)
        shown: Any = form[0].model_config.get("json_schema_extra") if form else None
        found: dict[str, Any] = dict(shown["examples"][0]) if shown else {}
        found.pop("expected_version", None)
        return found

    async def act(self) -> None:
        """One act of somebody at something."""
        way = self.chance.random()
        if way < 0.12:
            answer = await self._reporter()
        elif way < 0.3:
            answer = await self._unit()
        else:
            answer = await self._staff()
        if answer is not None:
            assert answer.status_code in (200, 201, 403, 404, 409, 422), answer.text
            self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        if self.chance.random() < 0.1:
            self.clock.advance(minutes=self.chance.choice([5, 60, 600]))
            await catch_up(self.runtime, HERE)
            await drain(self.runtime, HERE)

    async def _reporter(self) -> Any:
        link = self.chance.choice(self.told[-AT_ONCE:])["follow_token"]
        name = self.chance.choice(["rate", "rate", "rate", *actions.BY_REPORTER])
        verdict = self.chance.choice(["solved", "solved", "partly", "not_solved"])
        said = {"verdict": verdict, "satisfaction": 3} if name == "rate" else self.body(name)
        return await self.public.post(f"/follow/{link}/{name}", said)

    async def _staff(self) -> Any:
        desk, issue = self.chance.choice(self.desks), self.chance.choice(self.told[-AT_ONCE:])["id"]
        seen = (await desk.get(f"/issues/{issue}")).json()
        offered = [name for name in seen.get("allowed_steps", []) if name != "comment"]
        onward = [name for name in offered if name in ("accept", "answer", "dispatch", "revisit")]
        if "dispatch" in offered and self.chance.random() < 0.3:
            return await desk.post("/whistles", whistle_form(issue))
        if self.chance.random() < 0.15 or not offered:
            offered = list(actions.STEPS)
        pool = onward if onward and self.chance.random() < 0.5 else offered
        name = self.chance.choice(pool)
        return await desk.step(issue, name, **self.body(name))

    async def _unit(self) -> Any:
        desk = self.chance.choice(self.desks)
        kind = self.chance.choice(["orders", "report-ins", "whistles"])
        page = await desk.get(f"/{kind}")
        items = page.json().get("items", []) if page.status_code == 200 else []
        if not items:
            return page
        one = self.chance.choice(items)["id"]
        whole = (await desk.get(f"/{kind}/{one}")).json()
        if not whole.get("allowed_steps"):
            return None
        name = self.chance.choice(whole["allowed_steps"])
        return await desk.post(f"/{kind}/{one}/steps/{name}", self._of_unit(name))

    def _of_unit(self, name: str) -> dict[str, Any]:
        bodies: dict[str, dict[str, Any]] = {
            "contact": {"way": "phone"}, "contact_meanwhile": {"way": "phone"},
            "finish": {"text": "已完成", "result": "solved"}, "stage_report": {"text": "进展"},
            "object": {"ground": "not_our_duty", "evidence": "依据三定方案"}, "start": {"text": "方案"},
            "report_in": {"name": "李工", "mode": "on_site"},
            "refuse": {"ground": "not_our_duty", "reason": "非职责", "legal_basis": "三定方案"},
            "verify": {"text": "已完成", "result": "solved"}, "submit_work": {"text": "已完成"},
        }  # fmt: skip
        return bodies.get(name) or ({"reason": "据实"} if name in REASONED else self.body(name))


REASONED = {"bind", "release", "recall", "cancel", "decline", "send_back", "raise_to_district", "dispute_arrival"}


@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_anybody_does_the_books_are_right(
    app: FastAPI, public: Desk, sit: Sit, clock: FixedClock, runtime: Runtime, seed: int
) -> None:
    lives = Lives(seed, public, [await sit(*one) for one in PEOPLE], clock, runtime)
    for number in range(LIVES):
        app.state.flood_gate = FloodGate()
        await lives.tell()
        for _ in range(ACTS_EACH):
            await lives.act()
        if number % AT_ONCE == AT_ONCE - 1:
            await books_are_right(runtime, clock)
    clock.advance(days=40)
    await catch_up(runtime, HERE)
    await drain(runtime, HERE)
    await books_are_right(runtime, clock)
    assert lives.statuses.get(200, 0) > LIVES, lives.statuses
    assert {403, 409} <= set(lives.statuses)


async def books_are_right(runtime: Runtime, clock: FixedClock) -> None:
    await drain(runtime, HERE)
    async with system_work(runtime, HERE) as work:
        assert await two_leads(work) == []
        assert await nowhere(work) == []
        assert await orphaned(work) == []
        assert await nobody_waits_for(work) == []
        assert await other_states_than_their_trails(work) == []
        assert await backward_clocks(work) == 0
        assert (
            await work.session.scalar(
                select(func.count()).select_from(Outbox).where(Outbox.parked_at.is_not(None))
            )
            == 0
        )
        assert (
            await work.session.scalar(select(func.count()).select_from(Wait).where(Wait.parked_at.is_not(None)))
            == 0
        )
        first, last = office_day(town.MORNING), office_day(clock.now() + timedelta(days=1))
        assert await differences(work, FigureFilter.model_validate({"from": first, "to": last})) == {}


async def two_leads(work: Work) -> list[Any]:
    """Issues led by two standing orders, or dispatched and led by none."""
    gone = [str(state) for state in GONE]
    standing = (WorkOrder.role == "lead", WorkOrder.state.not_in(gone))
    leads = select(WorkOrder.issue_id).where(*standing)
    many = leads.group_by(WorkOrder.issue_id).having(func.count() > 1)
    unled = select(Issue.id).where(Issue.state == "dispatched", Issue.id.not_in(leads))
    unnamed = select(Issue.id).where(Issue.state == "dispatched", Issue.lead_unit_id.is_(None))
    return [one for query in (many, unled, unnamed) for one in await work.session.scalars(query)]


async def nowhere(work: Work) -> list[Any]:
    """Open issues without a holder that are on no desk list with a clock on it."""
    watched = select(Wait.subject_id).where(
        Wait.kind.in_(["desk", "screening"]), Wait.ended_at.is_(None), Wait.wake_at.is_not(None)
    )
    listed = or_(Issue.id.in_(watched), Issue.supervised_at.is_not(None))
    lost = (Issue.closed_at.is_(None), Issue.holder_id.is_(None), ~listed)
    return list(await work.session.execute(select(Issue.number, Issue.state).where(*lost)))


async def orphaned(work: Work) -> list[Any]:
    """Reports that are part of nothing, or of what was itself merged or taken back: nobody is asked for them."""
    main = aliased(Issue)
    gone = main.state.in_(["merged", "withdrawn"])
    parts = select(Issue.number).outerjoin(main, main.id == Issue.merged_into)
    return list(await work.session.scalars(parts.where(Issue.state == "merged", or_(main.id.is_(None), gone))))


async def nobody_waits_for(work: Work) -> list[Any]:
    """Open issues that no clock runs for and that are on no superior's list."""
    running = select(Wait.subject_id).where(Wait.ended_at.is_(None))
    silent = (Issue.closed_at.is_(None), Issue.supervised_at.is_(None), Issue.id.not_in(running))
    return list(await work.session.execute(select(Issue.number, Issue.state).where(*silent)))


async def other_states_than_their_trails(work: Work) -> list[Any]:
    """Subjects whose trail does not lead, act by act, to the state they are in; and chains that do not hold."""
    wrong: list[Any] = []
    for kind, acts in TIMETABLE.items():
        wrong += [one async for one in verify(work.session, kind, acts.model)][:-1]
        found = await work.session.execute(select(acts.model.id, acts.model.state))
        now = {row.id: row.state for row in found}
        rows = select(Trail).where(Trail.subject_kind == kind).order_by(Trail.subject_id, Trail.seq)
        state: dict[Any, str | None] = {}
        for act in await work.session.scalars(rows):
            if act.from_state != state.get(act.subject_id):
                wrong.append((kind, act.step, act.from_state))
            state[act.subject_id] = act.to_state
        wrong += [(kind, one, now[one], state.get(one)) for one in now if now[one] != state.get(one)]
    return wrong


async def backward_clocks(work: Work) -> int:
    """Clocks and pauses that end before they began."""
    waits = select(func.count()).select_from(Wait).where(or_(Wait.due_at < Wait.since, Wait.ended_at < Wait.since))
    pauses = select(func.count()).select_from(Pause).where(Pause.until < Pause.since)
    return (await work.session.scalar(waits) or 0) + (await work.session.scalar(pauses) or 0)
