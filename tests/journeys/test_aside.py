"""Who stands aside from a matter stands aside from its orders and its whistle too (DESIGN 3, TRUST 18)."""

import pytest

from app.core.work import Runtime
from tests import town
from tests.conftest import Desk, Sit
from tests.dispatch import desks
from tests.issues.acts import assert_problem, raised
from tests.whistles.acts import LEAD, Town, act, blow, move, ok, report_in_of

pytestmark = pytest.mark.anyio
WHY = {"reason": "与被反映人有亲属关系"}


async def test_a_district_post_that_stands_aside_sees_no_order_of_it(public: Desk, sit: Sit) -> None:
    who = await desks.seats(sit)
    receipt, (order,) = await desks.dispatched(public, who.street)
    other, (kept,) = await desks.dispatched(public, who.street)
    assert ok(await who.supervisor.get(f"/orders/{order['id']}"))
    ok(await who.supervisor.step(receipt["id"], "recuse", **WHY))
    assert_problem(await who.supervisor.get(f"/orders/{order['id']}"), 404, "not_found")
    listed = ok(await who.supervisor.get("/orders"))["items"]
    assert [line["id"] for line in listed] == [kept["id"]]
    assert ok(await who.supervisor.get(f"/issues/{other['id']}"))["state"] == "dispatched"
    assert ok(await who.admin.get(f"/orders/{order['id']}"))["id"] == order["id"]


async def test_a_district_post_that_stands_aside_decides_nothing_in_its_whistle(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    people = await Town(sit, public, runtime).open()
    issue, other = await raised(public, town.IN_B1), await raised(public, town.IN_B1)
    whistle = await blow(people.street, issue["id"], parties=[LEAD])
    elsewhere = await blow(people.street, other["id"], parties=[LEAD])
    report_in = report_in_of(whistle, "chengguan")["id"]
    ok(
        await move(
            people.lead, report_in, "refuse", ground="not_our_duty", reason="不属本局", legal_basis="三定方案"
        )
    )
    ok(await people.district.step(issue["id"], "recuse", **WHY))
    for path in (f"/whistles/{whistle['id']}", f"/whistles/{whistle['id']}/board", f"/report-ins/{report_in}"):
        assert_problem(await people.district.get(path), 404, "not_found")
    assert_problem(await move(people.district, report_in, "bind", reason="职责明确"), 404, "not_found")
    assert_problem(await act(people.district, whistle["id"], "supervise", reason="催办"), 404, "not_found")
    assert [line["id"] for line in ok(await people.district.get("/whistles"))["items"]] == [elsewhere["id"]]
    assert ok(await move(people.admin, report_in, "bind", reason="职责明确"))["bound"] is True
