"""An office let in on a matter of other ground sees it, comments, does its own part, and no more (CASES 1a)."""

import pytest

from app.core.work import Runtime
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.dispatch import desks
from tests.issues.acts import assert_problem, raised
from tests.whistles.acts import LEAD, Town, act, blow, complete, move, ok, report_in_of

pytestmark = pytest.mark.anyio
WHY = {"reason": "说明"}


async def test_an_assistant_from_next_door_does_not_send_the_matter_away(public: Desk, sit: Sit) -> None:
    who = await desks.seats(sit)
    receipt, _ = await desks.dispatched(public, who.supervisor, "chengguan", [town.EAST])
    east = await sit(Role.STREET_DISPATCHER, town.EAST)
    path = f"/issues/{receipt['id']}"
    refused = {
        "transfer": {"to": "邻区", **WHY}, "recall": WHY, "merge": {"into": receipt["number"], **WHY},
        "hold_open": {"review_on": "2026-12-21", "text": "缓办"}, "add_party": {"unit": "shuiwu", **WHY},
    }  # fmt: skip
    for name, said in refused.items():
        assert_problem(await east.step(receipt["id"], name, **said), 403, "guest_here")
    assert set(ok(await east.get(path))["allowed_steps"]) <= {"comment", "recuse"}
    ok(await east.step(receipt["id"], "comment", text="我街道协助"))
    (order,) = (await east.get("/orders")).json()["items"]
    await desks.ok(east, order, "sign")
    assert (await desks.ok(east, order, "finish", text="已协助"))["state"] == "done"
    assert ok(await who.street.step(receipt["id"], "hold_open", review_on="2026-12-21", text="缓办"))


async def test_a_community_called_next_door_does_not_take_the_matter_out_of_the_whistle(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    people = await Town(sit, public, runtime).open()
    issue = await people.issue()
    whistle = await blow(people.street, issue["id"], parties=[LEAD, {"unit": town.C2}])
    said = {"review_on": "2026-12-21", "text": "缓办"}
    assert_problem(await people.neighbour.step(issue["id"], "hold_open", **said), 403, "guest_here")
    await complete(people.lead, report_in_of(whistle, "chengguan")["id"])
    ok(await move(people.neighbour, report_in_of(whistle, town.C2)["id"], "sign"))
    ok(await act(people.lead, whistle["id"], "submit_work", text="已完成"))
    ok(await act(people.street, whistle["id"], "verify", text="已启用", result="solved"))
    assert ok(await people.street.get(f"/issues/{issue['id']}"))["state"] == "answered"


async def test_a_guest_reads_the_edited_copy_of_a_confidential_report(public: Desk, sit: Sit) -> None:
    who = await desks.seats(sit)
    contact = {"name": "王芳", "phone": "13800001234"}
    receipt = await raised(public, town.IN_B1, text="王芳举报某摊位", confidential=True, contact=contact)
    ok(await who.street.step(receipt["id"], "edit_copy", text="有群众反映某摊位。"))
    await desks.dispatch(who.supervisor, receipt["id"], "chengguan", [town.EAST])
    own = ok(await who.street.get(f"/issues/{receipt['id']}"))
    assert (own["text"], own["edited"]) == ("王芳举报某摊位", False)
    east = await sit(Role.STREET_DISPATCHER, town.EAST)
    seen = ok(await east.get(f"/issues/{receipt['id']}"))
    assert (seen["text"], seen["edited"], seen["lon"], seen["reporter"]) == (
        "有群众反映某摊位。",
        True,
        None,
        None,
    )
    (line,) = ok(await east.get("/issues"))["items"]
    assert line["text"] == "有群众反映某摊位。"
    assert ok(await east.get("/issues", params={"q": "王芳"}))["items"] == []
    assert len(ok(await who.street.get("/issues", params={"q": "王芳"}))["items"]) == 1
    answer = await east.post(f"/issues/{receipt['id']}/reporter", {"purpose": "联系反映人"})
    assert_problem(answer, 404, "not_found")
