"""A neighbouring street that was called acts in its own report-in and commands nothing (R2.5, TRUST 18)."""

from typing import Any

import pytest

from app.core.work import Runtime
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import assert_problem
from tests.whistles.acts import ASSIST, LEAD, Town, act, arrive, blow, complete, give, move, ok, report_in_of

pytestmark = pytest.mark.anyio
REASON = {"reason": "说明"}
NEIGHBOUR = {"unit": town.EAST}


@pytest.fixture
async def people(sit: Sit, public: Desk, runtime: Runtime) -> Town:
    return await Town(sit, public, runtime).open()


async def refused_to(desk: Desk, whistle: str, steps: dict[str, dict[str, Any]]) -> None:
    """None of these steps is taken, and none is offered."""
    for name, said in steps.items():
        assert_problem(await act(desk, whistle, name, **said), 403, "not_its_street")
    assert not set(steps) & set(ok(await desk.get(f"/whistles/{whistle}"))["allowed_steps"])


async def test_a_street_that_was_called_commands_nothing(people: Town) -> None:
    issue = await people.issue()
    whistle = await blow(people.street, issue["id"], parties=[LEAD, ASSIST, NEIGHBOUR])
    ours, theirs = report_in_of(whistle, "chengguan")["id"], report_in_of(whistle, town.EAST)["id"]
    assert report_in_of(ok(await people.east.get(f"/whistles/{whistle['id']}")), town.EAST)["id"] == theirs
    running = {
        "cancel": REASON, "raise_to_district": REASON, "release_party": {"unit": "shuiwu", **REASON},
        "add_party": {"unit": town.C2}, "change_kind": {"kind": "emergency", **REASON},
        "hold_open": {"review_on": "2026-12-21", **REASON},
    }  # fmt: skip
    await refused_to(people.east, whistle["id"], running)
    await arrive(people.lead, ours)
    assert_problem(await move(people.east, ours, "dispute_arrival", **REASON), 403, "not_its_street")
    task = await give(people.street, whistle["id"], "chengguan")
    for name, said in (("hold", running["hold_open"]), ("take_up", {})):
        answer = await people.east.post(f"/tasks/{task['id']}/{name}", said)
        assert_problem(answer, *((403, "not_its_street") if name == "hold" else (409, "wrong_state")))
    assert_problem(await people.east.post(f"/tasks/{task['id']}/done", {}), 403, "not_own_unit")
    more = {"unit": "chengguan", "what": "再装一处", "due_at": "2026-11-30T09:00:00Z"}
    assert_problem(await people.east.post(f"/whistles/{whistle['id']}/tasks", more), 403, "not_own_unit")
    await complete(people.east, theirs)  # its own part is its own
    ok(await people.lead.post(f"/tasks/{task['id']}/done", {}))
    ok(await act(people.lead, whistle["id"], "submit_work", text="已启用"))
    said = {"text": "已启用", "result": "solved"}
    await refused_to(people.east, whistle["id"], {"verify": said, "return_for_rework": REASON})
    ok(await act(people.street, whistle["id"], "verify", **said))
    rating = {"unit": "chengguan", "stars": 1, **REASON}
    await refused_to(people.east, whistle["id"], {"close": {}, "rate_party": rating})
    assert ok(await people.street.get(f"/issues/{issue['id']}"))["state"] == "answered"


async def test_a_street_that_leads_submits_and_its_own_officers_do_not_verify(people: Town) -> None:
    """It may give tasks and submit, as any lead; the look at the place is the street's that whistled."""
    whistle = await blow(people.street, parties=[{**NEIGHBOUR, "role": "lead"}, ASSIST])
    await arrive(people.east, report_in_of(whistle, town.EAST)["id"])
    task = await give(people.east, whistle["id"], "shuiwu")
    ok(await people.assist.post(f"/tasks/{task['id']}/done", {}))
    ok(await act(people.east, whistle["id"], "submit_work", text="已完成"))
    verdict = {"text": "已完成", "result": "solved"}
    await refused_to(people.east, whistle["id"], {"verify": verdict})
    ok(await act(people.street, whistle["id"], "verify", **verdict))
    await refused_to(people.east, whistle["id"], {"close": {}})
    assert ok(await act(people.street, whistle["id"], "close"))["state"] == "closed"
