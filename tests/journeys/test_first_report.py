"""A resident reports, the worker answers, the resident says no, then yes: the whole first slice over HTTP."""

import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.people.models import Role
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit, report

pytestmark = pytest.mark.anyio


async def test_a_report_from_raising_to_the_residents_last_word(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    contact = {"name": "王芳", "phone": "13800001234"}
    raised = (await public.post("/issues", report(town.IN_B1, contact=contact, category="public_toilet"))).json()
    issue, link = raised["id"], raised["follow_token"]
    worker = await sit(Role.GRID_WORKER, town.G1)

    queue = (await worker.get("/issues", params={"mine": "true"})).json()
    assert [line["number"] for line in queue["items"]] == [raised["number"]]
    seen = (await worker.get(f"/issues/{issue}")).json()
    assert seen["allowed_steps"] == ["accept", "hand_up", "recuse", "comment"]
    assert seen["reporter"] == "王* 138****1234"

    clock.advance(minutes=10)
    accepted = await worker.step(issue, "accept", expected_version=seen["version"])
    assert accepted.json()["state"] == "handling"
    shown = await worker.post(f"/issues/{issue}/reporter", {"purpose": "电话核实位置"})
    assert shown.json() == {"name": "王芳", "phone": "13800001234"}
    await worker.step(issue, "contact", way="phone", note="已电话联系")
    answered = await worker.step(issue, "answer", text="移动公厕本月开放。", result="interim")
    assert answered.json()["state"] == "answered"
    assert "answer" not in answered.json()["allowed_steps"]

    page = (await public.get(f"/follow/{link}")).json()
    assert page["may_rate"] is True
    assert [said["text"] for said in page["replies"]] == ["移动公厕本月开放。"]
    assert "已电话联系" not in str(page)
    no = await public.post(f"/follow/{link}/rate", {"verdict": "not_solved", "satisfaction": 2, "note": "还没开"})
    assert no.json()["state"] == "handling"
    assert no.json()["may_rate"] is False

    clock.advance(hours=3)
    await worker.step(issue, "answer", text="已开放,请使用。")
    yes = await public.post(f"/follow/{link}/rate", {"verdict": "solved", "satisfaction": 5, "contacted": True})
    assert yes.json()["state"] == "closed"
    again = await public.post(f"/follow/{link}/rate", {"verdict": "solved", "satisfaction": 4})
    assert again.status_code == 200, "a word may be changed once"
    again = await public.post(f"/follow/{link}/rate", {"verdict": "solved", "satisfaction": 5})
    assert (again.status_code, again.json()["code"]) == (409, "word_changed_before")

    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    whole = (await street.get(f"/issues/{issue}")).json()
    steps = [act["step"] for act in whole["trail"]]
    assert steps == [
        "raise",
        "assign",
        "accept",
        "contact",
        "answer",
        "rate",
        "rework",
        "answer",
        "rate",
        "close",
        "rate",
    ]
    assert [act["seq"] for act in whole["trail"]] == list(range(1, 12))
    assert [one["verdict"] for one in whole["ratings"]] == ["not_solved", "solved", "solved"]
    assert await drain(runtime, "530114") == 11
