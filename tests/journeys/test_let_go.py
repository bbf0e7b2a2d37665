"""Who is let go of a matter sees it no more, and nothing of it is left waiting with them (CASES 1a, TRUST)."""

import pytest

from app.core.work import Runtime
from app.people.models import Role
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit
from tests.dispatch import desks
from tests.issues.acts import HERE, assert_problem, raised
from tests.whistles.acts import ASSIST, LEAD, Town, act, blow, complete, move, ok, report_in_of

pytestmark = pytest.mark.anyio
WHY = {"reason": "说明"}
CONTACT = {"name": "王芳", "phone": "13800001234"}


async def sees(desk: Desk, issue: str) -> bool:
    """The matter, and with it the contact in clear."""
    seen = await desk.get(f"/issues/{issue}")
    unmasked = await desk.post(f"/issues/{issue}/reporter", {"purpose": "联系反映人"})
    assert (seen.status_code == 200) == (unmasked.status_code == 200), (seen.text, unmasked.text)
    return seen.status_code == 200


async def test_a_helper_the_desk_lets_go_has_no_order_left(public: Desk, sit: Sit, runtime: Runtime) -> None:
    who = await desks.seats(sit)
    receipt, (lead, helper) = await desks.dispatched(public, who.street, assist=["shuiwu"], contact=CONTACT)
    ok(await who.street.step(receipt["id"], "release_party", unit="shuiwu", **WHY))
    await drain(runtime, HERE)
    assert (await desks.row_of(runtime, helper)).state == "recalled"
    assert await desks.clocks(runtime, helper) == {}
    assert (await who.water.get("/orders")).json()["items"] == []
    assert not await sees(who.water, receipt["id"])
    assert (await desks.row_of(runtime, lead)).state == "issued"
    assert await sees(who.officer, receipt["id"])


async def test_a_recalled_or_replaced_unit_sees_its_order_and_not_the_matter(public: Desk, sit: Sit) -> None:
    who = await desks.seats(sit)
    recalled, (order,) = await desks.dispatched(public, who.street, contact=CONTACT)
    assert await sees(who.officer, recalled["id"])
    ok(await who.street.step(recalled["id"], "recall", **WHY))
    assert not await sees(who.officer, recalled["id"])
    assert ok(await who.officer.get(f"/orders/{order['id']}"))["state"] == "recalled"
    passed, (first,) = await desks.dispatched(public, who.street, contact=CONTACT)
    await desks.objected(who.officer, first)
    await desks.ok(who.supervisor, first, "designate", lead_unit="shuiwu", **WHY)
    assert not await sees(who.officer, passed["id"])
    assert await sees(who.water, passed["id"])
    answered, (done,) = await desks.dispatched(public, who.street, contact=CONTACT)
    await desks.contacted(who.officer, done)
    await desks.ok(who.officer, done, "finish", text="已办")
    assert await sees(who.officer, answered["id"])  # it may have to do it again


async def test_a_unit_let_go_by_a_whistle_keeps_what_it_was_given_otherwise(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    people = await Town(sit, public, runtime).open()
    issue = await raised(public, town.IN_B1, contact=CONTACT)
    whistle = await blow(people.street, issue["id"], parties=[LEAD, ASSIST, {"unit": town.EAST}])
    again = await blow(people.street, issue["id"], parties=[{**ASSIST, "role": "lead"}])
    assert await sees(people.east, issue["id"])
    for unit in ("shuiwu", town.EAST):
        ok(await act(people.street, whistle["id"], "release_party", unit=unit, **WHY))
    assert not await sees(await sit(Role.STREET_DISPATCHER, town.EAST), issue["id"])
    assert await sees(people.assist, issue["id"])  # called by the other whistle
    refused = report_in_of(again, "shuiwu")["id"]
    ok(
        await move(
            people.assist, refused, "refuse", ground="not_our_duty", reason="不属本局", legal_basis="三定方案"
        )
    )
    ok(await move(people.district, refused, "release", **WHY))
    assert not await sees(people.assist, issue["id"])
    assert ok(await people.assist.get(f"/report-ins/{refused}"))["outcome"] == "released"
    assert_problem(await act(people.assist, again["id"], "comment", text="再议"), 403, "not_own_unit")
    await complete(people.lead, report_in_of(whistle, "chengguan")["id"])
    assert ok(await act(people.lead, whistle["id"], "comment", text="已完成"))


async def test_a_cancelled_whistle_shows_the_matter_to_nobody_it_called(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    people = await Town(sit, public, runtime).open()
    issue = await raised(public, town.IN_B1, contact=CONTACT)
    whistle = await blow(people.street, issue["id"], parties=[LEAD])
    assert await sees(people.lead, issue["id"])
    ok(await act(people.street, whistle["id"], "cancel", **WHY))
    assert not await sees(people.lead, issue["id"])
    assert ok(await people.lead.get(f"/whistles/{whistle['id']}"))["state"] == "cancelled"
