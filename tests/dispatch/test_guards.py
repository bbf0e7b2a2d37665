"""Every guard of dispatching and of an order, with the sentence it answers (DOMAIN R1.5-R1.6, CASES 2.4)."""

from typing import Any

import anyio
import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.grid.queries import get_area
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.dispatch.desks import WELL, contacted, dispatched, listed, objected, ok, orders, seats, step
from tests.issues.acts import HERE, assert_problem, raised

pytestmark = pytest.mark.anyio


async def test_who_may_lead_and_assist(public: Desk, sit: Sit, runtime: Runtime) -> None:
    await listed(runtime, not_to_community=True)
    who = await seats(sit)
    receipt = await raised(public, town.IN_B1, category=WELL, respondent_unit="shuiwu")
    wrong: list[tuple[dict[str, Any], int, str]] = [
        ({"lead_unit": "nobody"}, 422, "unknown_unit"),
        ({"lead_unit": "chengguan", "assist_units": ["nobody"]}, 422, "unknown_unit"),
        ({"lead_unit": "chengguan", "assist_units": ["chengguan"]}, 422, "unit_named_twice"),
        ({"lead_unit": "shuiwu"}, 422, "respondent_may_not_handle"),
        ({"lead_unit": "chengguan", "assist_units": ["shuiwu"]}, 422, "respondent_may_not_handle"),
        ({"lead_unit": town.C1}, 422, "community_may_not_lead"),
        ({"lead_unit": "chengguan", "catalogue_item": receipt["id"]}, 409, "catalogue_changed"),
    ]
    for said, status, code in wrong:
        answer = await who.street.step(receipt["id"], "dispatch", reason="职责", **said)
        assert_problem(answer, status, code)
    assert await orders(who.street, receipt["id"]) == []
    answer = await who.street.step(
        receipt["id"], "dispatch", lead_unit="chengguan", assist_units=[town.C1], reason="职责"
    )
    assert answer.status_code == 200, answer.text  # a community may well assist


async def test_a_community_leads_only_what_is_of_its_own_level(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    who = await seats(sit)
    free, (order,) = await dispatched(public, who.street, town.C1, category=WELL)
    assert order["role"] == "lead"  # the catalogue says nothing yet
    assert (await ok(who.community, order, "sign"))["state"] == "signed"
    await listed(runtime, level="street")
    other = await raised(public, town.IN_B1, category=WELL)
    answer = await who.street.step(other["id"], "dispatch", lead_unit=town.C1, reason="职责")
    assert_problem(answer, 422, "community_may_not_lead", "lead_unit")
    clock.advance(minutes=1)
    await listed(runtime, level="community")
    assert (await who.street.step(other["id"], "dispatch", lead_unit=town.C1, reason="职责")).status_code == 200
    assert free["id"] != other["id"]


async def test_only_the_unit_acts_on_its_order_and_only_its_own_posts_get_it(public: Desk, sit: Sit) -> None:
    who = await seats(sit)
    _, (lead, helper) = await dispatched(public, who.street, assist=["shuiwu"])
    assert_problem(await step(who.water, lead, "sign"), 403, "not_units_order")
    assert_problem(await step(who.officer, helper, "sign"), 403, "not_units_order")
    answer = await step(who.officer, lead, "assign_inside", post_id=str(who.water.post_id))
    assert_problem(answer, 422, "post_of_other_unit", "post_id")
    given = await ok(who.head, lead, "assign_inside", post_id=str(who.officer.post_id))
    assert given["assigned_post_id"] == str(who.officer.post_id)
    mine = (await who.officer.get("/orders", params={"mine": True})).json()["items"]
    assert [order["id"] for order in mine] == [lead["id"]]
    assert (await who.head.get("/orders", params={"mine": True})).json()["items"] == []
    leave = await who.officer.post("/me/absence", {"until": "2026-11-27T09:00:00+08:00"})
    assert leave.json()["in_hand"] == {"issues": 0, "orders": 1, "visits": 0}


async def test_the_lead_makes_contact_before_it_answers_and_assistants_report(public: Desk, sit: Sit) -> None:
    who = await seats(sit)
    _, (lead, helper) = await dispatched(public, who.street, assist=["shuiwu"])
    await ok(who.officer, lead, "sign")
    assert_problem(await step(who.officer, lead, "finish", text="已办"), 409, "contact_first")
    assert_problem(await step(who.officer, lead, "stage_report", text="进展"), 409, "not_assistant")
    await ok(who.water, helper, "sign")
    assert_problem(
        await step(who.water, helper, "object", ground="not_our_duty", evidence="依据"), 409, "not_lead"
    )
    assert (await ok(who.water, helper, "finish", text="无渗漏"))["state"] == "done"


async def test_an_objection_comes_before_handling_once_and_in_time(
    public: Desk, sit: Sit, clock: FixedClock
) -> None:
    who = await seats(sit)
    said = {"ground": "not_our_area", "evidence": "依据"}
    _, (handled,) = await dispatched(public, who.street)
    await contacted(who.officer, handled)
    assert_problem(await step(who.officer, handled, "object", **said), 409, "wrong_state")
    _, (twice,) = await dispatched(public, who.street)
    await objected(who.officer, twice)
    assert_problem(await step(who.officer, twice, "object", **said), 409, "wrong_state")
    assert_problem(await step(who.officer, twice, "sign"), 409, "wrong_state")
    _, (late,) = await dispatched(public, who.street)
    clock.advance(days=4)  # Friday to Tuesday: the window was one working day
    fresh = await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    assert "object" not in (await fresh.get(f"/orders/{late['id']}")).json()["allowed_steps"]
    assert_problem(await step(fresh, late, "object", **said), 409, "objection_late")


async def test_a_stale_version_is_told_and_a_repeated_key_takes_one_step(public: Desk, sit: Sit) -> None:
    who = await seats(sit)
    _, (lead,) = await dispatched(public, who.street)
    assert_problem(await step(who.officer, lead, "sign", expected_version=7), 409, "stale")
    key = {"Idempotency-Key": "sign-once-1"}
    path = f"/orders/{lead['id']}/steps/sign"
    first = await who.officer.post(path, {}, headers=key)
    again = await who.officer.post(path, {}, headers=key)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["version"] == again.json()["version"] == 2


async def test_two_dispatchers_at_once_make_one_lead(public: Desk, sit: Sit) -> None:
    who = await seats(sit)
    receipt = await raised(public, town.IN_B1)
    found: list[int] = []

    async def send(desk: Desk, unit: str) -> None:
        answer = await desk.step(receipt["id"], "dispatch", lead_unit=unit, reason="职责")
        found.append(answer.status_code)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(send, who.street, "chengguan")
        tasks.start_soon(send, who.supervisor, "shuiwu")
    assert sorted(found) == [200, 409]
    assert [order["role"] for order in await orders(who.street, receipt["id"])] == ["lead"]


async def test_the_street_recalls_and_a_unit_never_sends_its_order_away(public: Desk, sit: Sit) -> None:
    who = await seats(sit)
    receipt, (lead, helper) = await dispatched(public, who.street, assist=["shuiwu"])
    gone = await ok(who.street, helper, "recall", reason="不需协办")
    assert gone["state"] == "recalled"
    answer = await who.street.step(receipt["id"], "recall", reason="改由街道办理")
    assert (answer.json()["state"], answer.status_code) == ("handling", 200), answer.text
    assert await orders(who.street, receipt["id"]) == []
    assert (await dispatched(public, who.street))[1][0]["id"] != lead["id"]
    theirs, (order,) = await dispatched(public, who.supervisor, town.WEST)
    assert_problem(await step(who.street, order, "recall", reason="不办"), 403, "not_dispatcher")
    assert_problem(await who.street.step(theirs["id"], "recall", reason="不办"), 403, "not_dispatcher")
    assert (await ok(who.admin, order, "recall", reason="改派"))["state"] == "recalled"
    assert (await who.admin.get(f"/issues/{theirs['id']}")).json()["state"] == "handling"


async def test_a_direct_dispatch_of_the_district_is_copied_to_the_parent(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    who = await seats(sit)
    _, (to_street,) = await dispatched(public, who.supervisor, town.WEST)
    said = (await who.admin.get(f"/orders/{to_street['id']}")).json()
    assert said["copied_to"] == await area_coded(runtime, HERE)  # the district itself sees it and does not own it
    _, (to_community,) = await dispatched(public, who.supervisor, town.C1)
    said = (await who.admin.get(f"/orders/{to_community['id']}")).json()
    assert said["copied_to"] == await area_coded(runtime, town.WEST)
    _, (own,) = await dispatched(public, who.street, town.C1)
    assert (await who.admin.get(f"/orders/{own['id']}")).json()["copied_to"] is None


async def area_coded(runtime: Runtime, code: str) -> str:
    async with system_work(runtime, HERE) as work:
        return str((await get_area(work, code)).id)


async def test_an_office_off_its_ground_sees_the_one_matter_it_was_given(public: Desk, sit: Sit) -> None:
    who = await seats(sit)
    receipt, _ = await dispatched(public, who.supervisor, "chengguan", [town.EAST])
    other = await raised(public, town.IN_B1)
    east = await sit(Role.STREET_DISPATCHER, town.EAST)
    assert (await east.get(f"/issues/{receipt['id']}")).status_code == 200
    assert (await east.get(f"/issues/{other['id']}")).status_code == 404
    inbox = (await east.get("/orders")).json()["items"]
    assert [order["issue_id"] for order in inbox] == [receipt["id"]]
    await ok(east, inbox[0], "sign")


async def test_the_inbox_pages_by_due_time(public: Desk, sit: Sit) -> None:
    who = await seats(sit)
    wanted = [(await dispatched(public, who.street))[1][0]["id"] for _ in range(5)]
    found: list[str] = []
    cursor = None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await who.officer.get("/orders", params=params)).json()
        found += [order["id"] for order in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(found) == sorted(wanted)
    assert (await who.water.get("/orders")).json()["items"] == []
    signed = (await who.officer.get("/orders", params={"state": "signed"})).json()["items"]
    assert signed == []
    assert_problem(await who.officer.get("/orders", params={"cursor": "x"}), 422, "bad_cursor")


async def test_an_answer_is_released_by_the_head_alone_until_the_clock_rings(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    await listed(runtime, needs_release=True)
    who = await seats(sit)
    _, (lead,) = await dispatched(public, who.street, category=WELL)
    await contacted(who.officer, lead)
    await ok(who.officer, lead, "finish", text="已清运。")
    assert_problem(await step(who.officer, lead, "release_answer"), 403, "head_releases")
    assert_problem(await step(who.water, lead, "release_answer"), 404, "not_found")
