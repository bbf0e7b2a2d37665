"""Handing over in one act, over HTTP: orders and report-ins, each with an act on its own trail (UX I5)."""

from typing import Any

import pytest

from app.core.work import Runtime
from app.people.models import Role
from tests.conftest import Desk, Sit
from tests.dispatch.desks import assert_chains, dispatched
from tests.issues.test_budgets import counted, work_of
from tests.people.test_keeping import UNTIL, code_of, post_of, trail_of
from tests.whistles.acts import Town, blow, move, ok, report_in_of

pytestmark = pytest.mark.anyio
HEAD, OFFICER = (Role.DEPARTMENT_HEAD, "chengguan"), (Role.DEPARTMENT_OFFICER, "chengguan")


async def signed(people: Town, orders: int) -> tuple[dict[str, Any], list[Any]]:
    """One report-in and so many orders the officer has signed for; one more order nobody has."""
    report_in = report_in_of(await blow(people.street), "chengguan")
    ok(await move(people.lead, report_in["id"], "sign"))
    given = [(await dispatched(people.public, people.street))[1][0] for _ in range(orders + 1)]
    for order in given[:orders]:
        ok(await people.lead.post(f"/orders/{order['id']}/steps/sign", {}))
    return report_in, given


async def test_everything_signed_for_goes_to_a_colleague_in_one_act_and_the_trails_tell_it(
    sit: Sit, public: Desk, runtime: Runtime
) -> None:
    people = await Town(sit, public, runtime).open()
    report_in, (mine, free) = await signed(people, 1)
    officer, head = await post_of(runtime, *OFFICER), await post_of(runtime, *HEAD)
    others = await post_of(runtime, Role.DEPARTMENT_OFFICER, "shuiwu")
    assert code_of(await people.lead.post("/me/handover", {"to": others})) == (422, "unknown_deputy")
    assert code_of(await people.lead.post("/me/handover", {"to": officer})) == (422, "unknown_deputy")
    said = ok(await people.lead.post("/me/handover", {"to": head, "until": UNTIL}))
    assert [(one["kind"], one["id"]) for one in said["items"]] == [
        ("order", mine["id"]),
        ("report_in", report_in["id"]),
    ]
    assert all(one["number"] and one["what"] for one in said["items"]), "the list is printed as it is"
    assert (said["post"]["on_leave_until"], said["to"]["holder"]) == (
        "2026-11-27T01:00:00Z",
        said["post"]["deputy"],
    )
    order = ok(await people.head.get(f"/orders/{mine['id']}"))
    call = ok(await people.head.get(f"/report-ins/{report_in['id']}"))
    for shown in (order, call):
        act = shown["trail"][-1]
        assert (act["step"], act["detail"]) == ("hand_over", {"from": officer, "to": head})
        assert (shown["state"], shown["held_by"]) == ("signed", said["to"]["holder"])
    assert ok(await people.head.get(f"/orders/{free['id']}"))["trail"][-1]["step"] == "issue", "nobody had it"
    assert [step for step, *_ in await trail_of(runtime, officer)] == ["hand_over", "leave"]
    await assert_chains(runtime)
    back = ok(await people.head.post("/me/handover", {"to": officer}))
    assert {one["id"] for one in back["items"]} == {mine["id"], report_in["id"]}


async def test_a_post_that_ends_hands_over_first_and_each_matter_costs_five_statements(
    sit: Sit, public: Desk, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = await Town(sit, public, runtime).open()
    _, given = await signed(people, 2)
    officer, head = await post_of(runtime, *OFFICER), await post_of(runtime, *HEAD)
    with counted(monkeypatch) as sent:
        ok(await people.lead.post("/me/handover", {"to": head}))
    assert len(work_of(sent)) <= 12 + 3 * 5, sent
    ended = await people.admin.post(f"/posts/{head}/end?to={officer}")
    assert ended.status_code == 200, ended.text
    orders = [ok(await people.lead.get(f"/orders/{one['id']}")) for one in given[:2]]
    assert {one["assigned_post_id"] for one in orders} == {officer}
    assert [step for step, *_ in await trail_of(runtime, head)] == ["hand_over", "end"]
