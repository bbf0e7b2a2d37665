"""The first story that must run end to end, and what its departments may see (DESIGN 5)."""

from typing import Any

import pytest

from app.core.work import Runtime
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import assert_problem, jpeg
from tests.whistles.acts import (
    ASSIST,
    LEAD,
    Town,
    act,
    arrive,
    blow,
    complete,
    give,
    inbox,
    move,
    ok,
    report_in_of,
    whistle_form,
)

pytestmark = pytest.mark.anyio
SURVEY = {
    "held_at": "2026-11-20T01:00:00Z", "place_text": "韶光街与学海路口", "findings": "有两处空地。",
    "decisions": "先设移动公厕三处。", "participants": [
        {"kind": "department", "unit": "chengguan"}, {"kind": "community", "unit": town.C1},
        {"kind": "company", "name": "某建设公司"}, {"kind": "resident", "count": 5},
    ],
}  # fmt: skip


@pytest.fixture
async def people(sit: Sit, public: Desk, runtime: Runtime) -> Town:
    return await Town(sit, public, runtime).open()


async def test_from_a_request_to_the_scores(people: Town) -> None:
    """Community asks, street blows, two departments come, survey, tasks with photos, verified, asked, closed."""
    report = await people.issue()
    asked = await blow(people.community, report["id"])
    assert asked["state"] == "requested"
    assert [unit["code"] for unit in asked["wanted"]] == ["chengguan", "shuiwu"]
    assert asked["report_ins"] == []
    whistle = asked["id"]
    assert_problem(await people.lead.get(f"/whistles/{whistle}"), 404, "not_found")
    assert_problem(await people.lead.get(f"/issues/{report['id']}"), 404, "not_found")

    blown = ok(await act(people.street, whistle, "confirm"))
    assert blown["state"] == "blown"
    assert ok(await people.street.get(f"/issues/{report['id']}"))["state"] == "whistled"
    lead, assist = report_in_of(blown, "chengguan")["id"], report_in_of(blown, "shuiwu")["id"]
    assert [one["id"] for one in await inbox(people.lead)] == [lead]
    assert ok(await people.lead.get(f"/issues/{report['id']}"))["number"] == report["number"]

    await arrive(people.lead, lead)
    assert ok(await people.lead.get(f"/whistles/{whistle}"))["state"] == "joint_handling"
    await arrive(people.assist, assist)
    surveyed = ok(await people.street.post(f"/whistles/{whistle}/surveys", SURVEY))
    assert [guest["count"] for guest in surveyed["surveys"][0]["participants"]] == [1, 1, 1, 5]
    task = await give(people.street, whistle, "chengguan")
    files = {"photos": ("a.jpg", jpeg(), "image/jpeg")}
    before = ok(await people.lead.call("POST", f"/tasks/{task['id']}/photos?taken=before", files=files), 201)
    photo = before["photos"][0]["id"]
    assert (await people.street.get(f"/tasks/{task['id']}/photos/{photo}")).content[:2] == b"\xff\xd8"
    assert_problem(await move(people.lead, lead, "finish", text="完成"), 409, "tasks_open")
    ok(await people.lead.post(f"/tasks/{task['id']}/done", {"note": "已安装"}))
    ok(await move(people.lead, lead, "finish", text="已安装三处。"))
    ok(await move(people.assist, assist, "finish", text="给排水已接通。"))

    ok(await act(people.lead, whistle, "submit_work", text="移动公厕已启用。"))
    assert_problem(await act(people.street, whistle, "close"), 409, "not_verified")
    ok(await act(people.street, whistle, "verify", text="三处移动公厕已启用。", result="interim"))
    assert ok(await people.street.get(f"/issues/{report['id']}"))["state"] == "answered"
    rated = {"verdict": "solved", "satisfaction": 5}
    ok(await people.public.post(f"/follow/{report['follow_token']}/rate", rated))
    assert ok(await people.street.get(f"/issues/{report['id']}"))["state"] == "closed"

    closed = ok(await act(people.secretary, whistle, "close"))
    assert closed["state"] == "closed"
    assert {one["state"] for one in closed["report_ins"]} == {"left"}
    links = {(score["link"], score["result"]) for score in closed["scores"]}
    assert links == {(link, "on_time") for link in ("signed", "contacted", "reported_in", "finished")}
    assert all(score["events"] for score in closed["scores"])
    ok(await act(people.street, whistle, "rate_party", unit="chengguan", stars=5, reason="及时"))
    whole = ok(await act(people.district, whistle, "rate_street", result="valid", reason="确需联动"))
    assert {score["side"] for score in whole["scores"]} == {"department", "street"}


async def test_a_department_sees_exactly_what_it_was_called_to(people: Town) -> None:
    mine, other = await people.issue(), await people.issue(text="路灯不亮")
    whistle = await blow(people.street, mine["id"], parties=[LEAD])
    second = await blow(people.street, other["id"], parties=[{**ASSIST, "role": "lead"}])
    assert ok(await people.lead.get(f"/whistles/{whistle['id']}"))["issues"][0]["id"] == mine["id"]
    for path in (f"/whistles/{second['id']}", f"/whistles/{second['id']}/board", f"/issues/{other['id']}"):
        assert_problem(await people.lead.get(path), 404, "not_found")
    theirs = report_in_of(second, "shuiwu")["id"]
    assert_problem(await people.lead.get(f"/report-ins/{theirs}"), 404, "not_found")
    assert_problem(await move(people.lead, theirs, "sign"), 404, "not_found")
    assert_problem(await people.east.get(f"/whistles/{whistle['id']}"), 404, "not_found")
    assert [line["id"] for line in ok(await people.lead.get("/whistles"))["items"]] == [whistle["id"]]


async def test_what_a_whistle_needs(people: Town) -> None:
    report = await people.issue()
    for tried in (None, "", " \u3000\n", "\u200b"):
        answer = await people.street.post("/whistles", whistle_form(report["id"], tried=tried))
        assert_problem(answer, 422, "tried_missing", "tried")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"issues": []} | {"source": "issues"}, "issues_missing"),
        ({"source": "negative_list"}, "list_code_missing"),
        ({"parties": []}, "parties_missing"),
        ({"parties": [ASSIST]}, "one_lead"),
        ({"parties": [LEAD, LEAD]}, "unit_twice"),
        ({"parties": [{"unit": "nobody", "role": "lead"}]}, "unknown_unit"),
        ({"parties": [{"unit": town.WEST, "role": "lead"}]}, "calls_itself"),
        ({"kind": "nothing"}, "unknown_whistle_kind"),
        ({"area_code": town.EAST}, "not_own_ground"),
    ]
    for wrong, code in cases:
        assert_problem(await people.street.post("/whistles", whistle_form(report["id"], **wrong)), 422, code)
    answer = await people.street.post("/whistles", whistle_form(report["id"], kind="tough"))
    assert_problem(answer, 403, "may_not_blow")
    assert_problem(await people.lead.post("/whistles", whistle_form(report["id"])), 403, "forbidden")
    elsewhere = await people.issue(town.IN_FIELD)
    assert_problem(await people.street.post("/whistles", whistle_form(elsewhere["id"])), 404, "not_found")
    assert ok(await people.street.get("/whistles"))["items"] == []


async def test_a_repeated_key_blows_once(people: Town) -> None:
    report = await people.issue()
    said, headers = whistle_form(report["id"]), {"Idempotency-Key": "a-key-of-the-street"}
    first = ok(await people.street.post("/whistles", said, headers=headers), 201)
    again = ok(await people.street.post("/whistles", said, headers=headers), 200)
    assert first["id"] == again["id"]
    answer = await people.street.post("/whistles", said | {"title": "另一件"}, headers=headers)
    assert_problem(answer, 422, "idempotency_key_reused")


async def test_a_reporter_who_says_no_calls_the_units_back(people: Town) -> None:
    """One of five says no: the work goes on, and the resident is asked again."""
    report = await people.issue()
    whistle = await blow(people.street, report["id"], parties=[LEAD])
    lead = report_in_of(whistle, "chengguan")["id"]
    await complete(people.lead, lead)
    ok(await act(people.lead, whistle["id"], "submit_work", text="已完成"))
    ok(await act(people.street, whistle["id"], "verify", text="已启用", result="solved"))
    said = {"verdict": "not_solved", "satisfaction": 1}
    ok(await people.public.post(f"/follow/{report['follow_token']}/rate", said))
    await people.ring()
    again = ok(await people.street.get(f"/whistles/{whistle['id']}"))
    assert (again["state"], report_in_of(again, "chengguan")["state"]) == ("joint_handling", "working")
    ok(await move(people.lead, lead, "finish", text="已返工"))
    ok(await act(people.lead, whistle["id"], "submit_work", text="已返工"))
    ok(await act(people.street, whistle["id"], "verify", text="已返工", result="solved"))
    assert ok(await people.street.get(f"/issues/{report['id']}"))["state"] == "answered"
    assert ok(await act(people.street, whistle["id"], "close"))["state"] == "closed"


async def test_a_no_after_the_whistle_has_closed_leaves_the_issue_with_the_street(people: Town) -> None:
    report = await people.issue()
    whistle = await blow(people.street, report["id"], parties=[LEAD])
    await complete(people.lead, report_in_of(whistle, "chengguan")["id"])
    ok(await act(people.lead, whistle["id"], "submit_work", text="已完成"))
    ok(await act(people.street, whistle["id"], "verify", text="已启用", result="solved"))
    ok(await act(people.street, whistle["id"], "close"))
    said = {"verdict": "not_solved", "satisfaction": 1}
    ok(await people.public.post(f"/follow/{report['follow_token']}/rate", said))
    await people.ring()
    assert ok(await people.street.get(f"/issues/{report['id']}"))["state"] == "handling"
