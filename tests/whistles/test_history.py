"""Whatever people and clocks do in whatever order: what must always hold of whistles and report-ins."""

import random  # noqa: TID251  # a seeded order of a test
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.audit import Break, verify
from app.core.work import Runtime, system_work
from app.issues.kinds import State
from app.issues.models import Issue
from app.whistles.behind import others_open
from app.whistles.kinds import TaskState, WhistleState
from app.whistles.models import ReportIn, Whistle, WhistleIssue
from app.whistles.records import Task
from app.whistles.workflow import R_FINAL, W_FINAL
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE
from tests.whistles.acts import ASSIST, LEAD, Town, whistle_form

pytestmark = pytest.mark.anyio
STEPS = 150
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
    "finish": WORDS, "leave": {}, "refuse": {"legal_basis": "依据", **REASON}, "release": REASON, "bind": REASON,
    "dispute_arrival": REASON, "settle_arrival": {"came": False, **REASON},
}  # fmt: skip
OF_TASK: dict[str, dict[str, Any]] = {"done": {}, "hold": {"review_on": "2026-12-21", **REASON}, "take_up": {}}


async def tell(people: Town, chance: random.Random, issues: list[str]) -> None:
    """One act of somebody, as likely refused as taken; never a fault of ours."""
    desks = [people.street, people.secretary, people.community, people.lead, people.assist, people.district]
    desk = chance.choice(desks)
    whistles = (await people.district.get("/whistles")).json()["items"]
    what = chance.choice(["blow", "whistle", "whistle", "report_in", "report_in", "report_in", "task", "ring"])
    if what == "ring":
        await people.ring(hours=chance.choice([1, 5, 24, 70]))
    elif what == "blow" or not whistles:
        form = whistle_form(chance.choice(issues), parties=chance.choice([[LEAD], [LEAD, ASSIST]]))
        assert (await desk.post("/whistles", form)).status_code < 500
    else:
        whistle = (await people.district.get(f"/whistles/{chance.choice(whistles)['id']}")).json()
        await touch(desk, chance, what, whistle)


async def touch(desk: Desk, chance: random.Random, what: str, whistle: dict[str, Any]) -> None:
    path, table = f"/whistles/{whistle['id']}/steps/", OF_WHISTLE
    if what == "report_in" and whistle["report_ins"]:
        path, table = f"/report-ins/{chance.choice(whistle['report_ins'])['id']}/steps/", OF_REPORT_IN
    elif what == "task" and whistle["tasks"]:
        path, table = f"/tasks/{chance.choice(whistle['tasks'])['id']}/", OF_TASK
    elif what == "task":
        said = {"unit": "chengguan", "what": "任务", "due_at": "2027-11-30T09:00:00Z"}
        assert (await desk.post(f"/whistles/{whistle['id']}/tasks", said)).status_code < 500
        return
    name, said = chance.choice(sorted(table.items()))
    answer = await desk.post(path + name, said)
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
        left = select(Task.id).where(Task.whistle_id.in_(closed), Task.state == TaskState.OPEN)
        assert (await work.session.scalars(left)).all() == []
        for report_in in await work.session.scalars(select(ReportIn)):
            assert (report_in.ended_at is not None) == (report_in.state in R_FINAL)
        for whistle in await work.session.scalars(select(Whistle)):
            assert (whistle.closed_at is not None) == (whistle.state in W_FINAL)
        for issue in await work.session.scalars(select(Issue).where(Issue.state == State.WHISTLED)):
            nowhere = (await work.session.scalars(select(WhistleIssue.whistle_id).limit(1))).first()
            assert nowhere is not None
            assert await others_open(work, issue.id, issue.id), "whistled, and nobody is called"
        for kind, model in (("whistle", Whistle), ("report_in", ReportIn), ("task", Task), ("issue", Issue)):
            async for found in verify(work.session, kind, model):
                assert not isinstance(found, Break), found


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_random_history_holds_at_every_turn(sit: Sit, public: Desk, runtime: Runtime, seed: int) -> None:
    people = await Town(sit, public, runtime).open()
    chance = random.Random(seed)
    issues = [(await people.issue())["id"] for _ in range(3)]
    for turn in range(STEPS):
        await tell(people, chance, issues)
        if turn % 25 == 24:
            await assert_it_holds(runtime)
