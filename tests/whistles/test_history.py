"""Whatever people and clocks do in whatever order: what must always hold of whistles and report-ins."""

import random  # noqa: TID251  # a seeded order of a test
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, or_, select

from app.clocks.models import Wait
from app.core.audit import Break, Trail, verify
from app.core.ids import SystemIds
from app.core.outbox import Outbox
from app.core.work import Runtime, Work, system_work
from app.issues.kinds import State
from app.issues.models import Issue
from app.whistles.kinds import ReportInState, TaskState, UnitRole, WhistleState
from app.whistles.models import ReportIn, Whistle, WhistleIssue
from app.whistles.records import Task
from app.whistles.workflow import R_FINAL, W_FINAL
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE
from tests.whistles.acts import ASSIST, LEAD, Town, whistle_form

pytestmark = pytest.mark.anyio
STEPS = 250
MOST_AT_ONCE = 3
OFFERED = 0.9  # how often somebody does what the table offers them
ENDING = {"done", "finish", "submit_work", "verify", "close"}
RARE = {"cancel", "raise_to_district", "hold_open", "refuse", "dispute_arrival", "decline", "release_party"}
WORDS: dict[str, Any] = {"text": "说明"}
REASON: dict[str, Any] = {"reason": "说明"}
OF_WHISTLE: dict[str, dict[str, Any]] = {
    "confirm": {}, "decline": REASON, "raise_to_district": REASON, "hand_back": REASON, "cancel": REASON,
    "add_party": ASSIST, "release_party": {"unit": "shuiwu", **REASON}, "submit_work": WORDS,
    "verify": {"result": "solved", **WORDS}, "return_for_rework": REASON, "close": {}, "resume": {},
    "hold_open": {"review_on": "2026-12-21", **REASON}, "change_kind": {"kind": "emergency", **REASON},
}  # fmt: skip
OF_REPORT_IN: dict[str, dict[str, Any]] = {
    "sign": {}, "contact": {"way": "phone"}, "report_in": {"name": "李工", "mode": "on_site"}, "start": WORDS,
    "finish": WORDS, "leave": {}, "refuse": {"ground": "not_our_duty", "legal_basis": "依据", **REASON},
    "release": REASON, "bind": REASON,
    "dispute_arrival": REASON, "settle_arrival": {"came": False, **REASON},
}  # fmt: skip
OF_TASK: dict[str, dict[str, Any]] = {"done": {}, "hold": {"review_on": "2026-12-21", **REASON}, "take_up": {},
           "reassign": {"unit": "chengguan", **REASON}}  # fmt: skip


class CountedIds(SystemIds):
    """Ids in the order they were made, so that a seed tells one story."""

    def __init__(self) -> None:
        self.made = 0

    def new(self, at: datetime) -> UUID:
        self.made += 1
        return UUID(int=int(at.timestamp() * 1000) << 80 | 0x7 << 76 | 0x2 << 62 | self.made)


async def tell(people: Town, chance: random.Random, issues: list[dict[str, Any]]) -> None:
    """One act of somebody, often one the table offers; never a fault of ours."""
    whistles = (await people.district.get("/whistles?open=true")).json()["items"]
    what = chance.choice(["blow", "rate", "ring", "task", "task", *["whistle"] * 5, *["report_in"] * 8])
    issue = chance.choice(issues)
    if what == "ring":
        await people.ring(hours=chance.choice([1, 5, 24, 70]))
    elif what == "rate":
        said = {"verdict": chance.choice(["solved", "not_solved"]), "satisfaction": 3}
        assert (await people.public.post(f"/follow/{issue['follow_token']}/rate", said)).status_code < 500
    elif not whistles or (what == "blow" and len(whistles) < MOST_AT_ONCE):
        desk = chance.choice([people.street, people.secretary, people.community])
        form = whistle_form(issue["id"], parties=chance.choice([[LEAD], [LEAD, ASSIST]]))
        assert (await desk.post("/whistles", form)).status_code < 500
    else:
        await touch(people, chance, what, chance.choice(whistles)["id"])


async def touch(people: Town, chance: random.Random, what: str, whistle_id: str) -> None:
    desks = [people.street, people.secretary, people.community, people.lead, people.assist, people.district]
    desk = chance.choice(desks)
    seen = await desk.get(f"/whistles/{whistle_id}")
    whistle = seen.json() if seen.status_code == 200 else {"report_ins": [], "tasks": [], "allowed_steps": []}
    path, table, subject = f"/whistles/{whistle_id}/steps/", OF_WHISTLE, whistle
    if what == "report_in" and whistle["report_ins"]:
        subject = chance.choice(whistle["report_ins"])
        path, table = f"/report-ins/{subject['id']}/steps/", OF_REPORT_IN
    elif what == "task" and whistle["tasks"]:
        subject = chance.choice(whistle["tasks"])
        path, table = f"/tasks/{subject['id']}/", OF_TASK
    elif what == "task":
        said = {"unit": "chengguan", "what": "任务", "due_at": "2027-11-30T09:00:00Z"}
        assert (await desk.post(f"/whistles/{whistle_id}/tasks", said)).status_code < 500
        return
    offered = sorted(set(subject["allowed_steps"]) & set(table) - RARE)
    ending = [name for name in offered if name in ENDING]
    likely = ending or offered or sorted(table)
    name = chance.choice(likely if chance.random() < OFFERED else sorted(table))
    answer = await desk.post(path + name, table[name])
    assert answer.status_code < 500, (name, answer.text)


async def assert_it_holds(runtime: Runtime) -> None:
    async with system_work(runtime, HERE) as work:
        open_twice = (
            select(func.count())
            .where(ReportIn.ended_at.is_(None))
            .group_by(ReportIn.whistle_id, ReportIn.unit_id)
            .having(func.count() > 1)
        )
        assert (await work.session.scalars(open_twice)).all() == []
        closed = select(Whistle.id).where(Whistle.state == WhistleState.CLOSED)
        minded = select(Wait.subject_id).where(Wait.ended_at.is_(None))
        left = select(Task.id).where(Task.whistle_id.in_(closed), Task.state == TaskState.OPEN)
        assert (
            await work.session.scalars(left.where(Task.id.not_in(minded)))
        ).all() == []  # taken up, with a clock
        for report_in in await work.session.scalars(select(ReportIn)):
            assert (report_in.ended_at is not None) == (report_in.state in R_FINAL)
        for whistle in await work.session.scalars(select(Whistle)):
            assert (whistle.closed_at is not None) == (whistle.state in W_FINAL)
        for issue in await work.session.scalars(select(Issue).where(Issue.state == State.WHISTLED)):
            mine = select(WhistleIssue.whistle_id).where(WhistleIssue.issue_id == issue.id)
            running = select(Whistle).where(Whistle.id.in_(mine), Whistle.closed_at.is_(None))
            blown = (await work.session.scalars(running.where(Whistle.blown_at.is_not(None)))).all()
            assert [one.id for one in blown if one.verified_at is None], "whistled, and its answer went nowhere"
        await assert_somebody_has_it(work)
        for trouble in (Wait.trouble, Outbox.trouble):
            parked = select(trouble).where(trouble.is_not(None))
            assert (await work.session.scalars(parked)).all() == []
        for kind, model in (("whistle", Whistle), ("report_in", ReportIn), ("task", Task), ("issue", Issue)):
            async for found in verify(work.session, kind, model):
                assert not isinstance(found, Break), found


async def assert_somebody_has_it(work: Work) -> None:
    """Every running whistle has a lead that is called and not yet done, or a clock of its own."""
    minded = select(Wait.subject_id).where(Wait.ended_at.is_(None))
    busy = select(ReportIn.whistle_id).where(ReportIn.ended_at.is_(None), ReportIn.state != ReportInState.DONE)
    led = select(ReportIn.whistle_id).where(
        ReportIn.role == UnitRole.LEAD, ReportIn.state != ReportInState.RELEASED
    )
    waiting = (Whistle.closed_at.is_(None), Whistle.id.not_in(minded))
    lost = select(Whistle.state).where(*waiting, or_(Whistle.id.not_in(busy), Whistle.id.not_in(led)))
    assert (await work.session.scalars(lost)).all() == []


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_random_history_holds_at_every_turn(sit: Sit, public: Desk, runtime: Runtime, seed: int) -> None:
    people = await Town(sit, public, runtime).open()
    chance, runtime.ids = random.Random(seed), CountedIds()  # noqa: S311  # a seeded order of a test
    issues = [await people.issue() for _ in range(3)]
    for turn in range(STEPS):
        await tell(people, chance, issues)
        if turn % 25 == 24:
            await people.ring()
            await assert_it_holds(runtime)
    async with system_work(runtime, HERE) as work:
        reached = set(await work.session.scalars(select(Trail.step)))
    assert reached >= {"report_in", "finish", "verify", "close"}
