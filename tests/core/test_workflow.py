"""The table of steps is what happens, nothing else: over HTTP, by random roles, thirty at once."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.audit import Trail
from app.core.errors import Forbidden, Problem
from app.core.outbox import Outbox
from app.core.scope import EVERYTHING
from app.core.work import Actor, Runtime, known_as, open_work, system_work
from app.core.workflow import Stale, Step, Workflow, advance, as_mermaid, check, lock
from app.issues import events
from app.issues.kinds import State
from app.issues.models import Issue
from app.issues.workflow import ISSUE
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.core.aids import HERE, assert_whole, raised
from tests.core.tale import PEOPLE, Tale

ANYBODY = frozenset({Role.GRID_WORKER})


def _step(name: str, sources: str, target: str | None, by: frozenset[Role] = ANYBODY) -> Step:
    return Step(name, frozenset(sources.split()), target, by, events.IssueAccepted)


SOUND = Workflow(
    "tale",
    "new",
    frozenset({"done"}),
    ("new", "open", "done"),
    {},
    (_step("a", "new", "open"), _step("b", "open", "done")),
)


def _with(*steps: Step, states: tuple[str, ...] = SOUND.states) -> Workflow:
    return replace(SOUND, steps=(*SOUND.steps, *steps), states=states)


FAULTY = [
    (_with(states=(*SOUND.states, "lost")), ["state lost is never reached", "state lost has no way on"]),
    (
        _with(_step("c", "x", "y"), _step("d", "y", "x"), states=(*SOUND.states, "x", "y")),
        ["state x is never reached", "state y is never reached", "state x has no way on", "state y has no way on"],
    ),
    (_with(_step("c", "open", "trap"), states=(*SOUND.states, "trap")), ["state trap has no way on"]),
    (
        _with(
            _step("c", "open", "p"), _step("d", "p", "q"), _step("e", "q", "p"), states=(*SOUND.states, "p", "q")
        ),
        ["state p has no way on", "state q has no way on"],
    ),
    (_with(_step("c", "open", "opne")), ["c: unknown state opne"]),
    (_with(_step("c", "opne", "open")), ["c: unknown state opne"]),
    (_with(_step("c", "open", None, frozenset())), ["c: nobody may take it"]),
    (_with(_step("c", "", "open")), ["c: leads on from no state"]),
    (_with(_step("c", "done", "open")), ["c: leaves a final state"]),
    (_with(_step("a", "open", None)), ["two steps have one name"]),
]


def test_the_table_of_issues_has_no_fault() -> None:
    assert check(ISSUE) == []
    assert check(SOUND) == []


@pytest.mark.parametrize(("workflow", "faults"), FAULTY)
def test_planted_faults_are_found_by_name(workflow: Workflow, faults: list[str]) -> None:
    assert check(workflow) == faults


def test_the_diagram_has_an_arrow_for_each_step_from_each_state() -> None:
    drawn = as_mermaid(ISSUE, {"accept": "签收"}).splitlines()
    moving = [step for step in ISSUE.steps if step.target or step.back_to]
    arrows = sum(len(step.targets(source)) for step in moving for source in step.sources)
    assert len(drawn) == 1 + 1 + arrows + len(ISSUE.final)
    assert "    assigned --> handling: 签收" in drawn
    assert "    answered --> whistled: rework" in drawn
    assert not any(line.endswith(": comment") for line in drawn), "what keeps the state is no arrow"


@pytest.mark.anyio
async def test_who_when_and_on_what_a_step_is_refused(public: Desk, sit: Sit, runtime: Runtime) -> None:
    worker, leader = await sit(Role.GRID_WORKER, town.G1), await sit(Role.GRID_LEADER, town.G1)
    elsewhere = await sit(Role.GRID_WORKER, town.G2)
    issue = (await raised(public))["id"]
    before = await assert_whole(runtime)
    tried = {
        "wrong state": await worker.step(issue, "answer", text="好"),
        "stale": await worker.step(issue, "accept", expected_version=1),
        "guard": await leader.step(issue, "accept"),
        "wrong role": await worker.step(issue, "locate", reason="x", area_code=town.G1),
        "unseen": await elsewhere.step(issue, "accept"),
        "no such step": await worker.step(issue, "close"),
        "inward": await worker.step(issue, "rework"),
        "for the reporter": await worker.step(issue, "rate", verdict="solved", satisfaction=5),
    }
    said = {why: (answer.status_code, answer.json()["code"]) for why, answer in tried.items()}
    assert said == {
        "wrong state": (409, "wrong_state"),
        "stale": (409, "stale"),
        "guard": (403, "not_holder"),
        "wrong role": (403, "forbidden"),
        "unseen": (404, "not_found"),
        "no such step": (404, "no_such_route"),
        "inward": (404, "no_such_route"),
        "for the reporter": (404, "no_such_route"),
    }
    assert await assert_whole(runtime) == before
    assert (await worker.step(issue, "accept", expected_version=2)).status_code == 200


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("role", "version", "problem"), [(Role.GRID_WORKER, 1, Stale), (Role.AUDITOR, 2, Forbidden)]
)
async def test_advance_itself_refuses_whatever_its_caller_asked(
    public: Desk, sit: Sit, runtime: Runtime, role: Role, version: int, problem: type[Problem]
) -> None:
    worker = await sit(Role.GRID_WORKER, town.G1)
    issue = UUID((await raised(public))["id"])
    actor = Actor(role, post_id=worker.post_id)

    async def act() -> None:
        async with open_work(runtime, HERE, known_as(actor, EVERYTHING)) as work:
            subject = await lock(work, Issue, issue)
            await advance(work, ISSUE, subject, "accept", events.IssueAccepted, expected_version=version)

    with pytest.raises(problem):
        await act()
    assert await assert_whole(runtime) == 2


@pytest.mark.anyio
async def test_of_thirty_acceptances_at_once_one_counts(public: Desk, sit: Sit, runtime: Runtime) -> None:
    worker = await sit(Role.GRID_WORKER, town.G1)
    issue = (await raised(public))["id"]
    answers = await asyncio.gather(*(worker.step(issue, "accept") for _ in range(30)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 29
    assert await assert_whole(runtime) == 3


@pytest.mark.anyio
async def test_of_thirty_comments_at_once_all_count_in_one_chain(public: Desk, sit: Sit, runtime: Runtime) -> None:
    desks = [await sit(role, ground) for role, ground in (PEOPLE[0], PEOPLE[2], PEOPLE[3])]
    issue = (await raised(public))["id"]
    left = list(range(30))
    while left:
        answers = await asyncio.gather(*(desks[n % 3].step(issue, "comment", text=f"第{n}条") for n in left))
        assert any(answer.status_code == 200 for answer in answers)
        turned_away = [(n, answer) for n, answer in zip(left, answers, strict=True) if answer.status_code != 200]
        assert all("retry-after" in answer.headers for _, answer in turned_away)
        left = [n for n, _ in turned_away]
    assert await assert_whole(runtime) == 32


@pytest.fixture
async def everybody(sit: Sit) -> list[tuple[Role, Desk]]:
    return [(role, await sit(role, ground)) for role, ground in PEOPLE]


@pytest.mark.anyio
@pytest.mark.parametrize(("seed", "at_once"), [(1, 1), (2, 1), (3, 8)])
async def test_random_steps_by_random_roles_make_only_moves_of_the_table(
    public: Desk, everybody: list[tuple[Role, Desk]], runtime: Runtime, seed: int, at_once: int
) -> None:
    tale = Tale(seed, public, everybody)
    await tale.begin()
    await tale.go(240, at_once)
    acts = await assert_whole(runtime)
    taken = tale.statuses.count(200)
    assert taken > 12
    assert {403, 404, 409} <= set(tale.statuses)
    assert acts >= len(tale.issues) + taken
    assert await _moves_outside_the_table(runtime) == []


async def _moves_outside_the_table(runtime: Runtime) -> list[Any]:
    """Acts whose state, role, order or event the table does not give."""
    strange = []
    async with system_work(runtime, HERE) as work:
        rows = list(await work.session.scalars(select(Trail).order_by(Trail.subject_id, Trail.seq)))
        sent = {(row.subject_id, row.seq): row.event for row in await work.session.scalars(select(Outbox))}
        now = {row.id: row.state for row in await work.session.execute(select(Issue.id, Issue.state))}
    state: dict[Any, str | None] = {}
    for act in rows:
        known = act.step == "raise" and act.seq == 1 and act.to_state == State.RAISED
        if act.step != "raise":
            step = ISSUE.step(act.step)
            by_route = (act.step, act.seq) == ("assign", 2)  # by whom it was raised, in the same transaction
            known = act.from_state in step.sources and act.to_state in step.targets(act.from_state)
            known = known and (act.role in step.by or by_route)
            known = known and sent[act.subject_id, act.seq] == step.emits.name
        if not known or act.from_state != state.get(act.subject_id):
            strange.append((act.step, act.from_state, act.to_state, act.role))
        state[act.subject_id] = act.to_state
    return strange + [one for one in now if state[one] != now[one]]
