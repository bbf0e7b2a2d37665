"""Matters of units: a noise complaint nobody wants at first, and a wish that is nobody's duty."""

import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.people.models import Role
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit
from tests.dispatch.desks import dispatch, listed, ok, orders
from tests.dispatch.desks import step as order_step
from tests.issues.acts import HERE, assert_problem
from tests.journeys.people import COMMUNITY, DISTRICT, SECRETARY, STREET, WORKER, done, say, seats, see, step, tell
from tests.timeline import live

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
BUREAU, WATER = (Role.DEPARTMENT_OFFICER, "chengguan"), (Role.DEPARTMENT_OFFICER, "shuiwu")


async def test_a_noise_complaint_objected_designated_reworked_and_closed(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    receipt = await tell(public, "夜间施工噪音", type="complaint", contact={"phone": "13800001234"})
    issue = receipt["id"]
    street, district, bureau, water = await seats(sit, STREET, DISTRICT, BUREAU, WATER)
    (order,) = await dispatch(street, issue, "shuiwu")
    await ok(water, order, "object", ground="not_our_duty", evidence="施工噪音属城市管理职责。")
    await ok(water, order, "contact_meanwhile", way="phone")  # the last lead goes on with first contact meanwhile
    assert (await see(street, issue))["state"] == "dispatched"
    assert_problem(
        await order_step(street, order, "designate", lead_unit="chengguan", reason="x"), 403, "forbidden"
    )
    await ok(district, order, "designate", lead_unit="chengguan", reason="职责清单第3项")
    (designated,) = await orders(district, issue)
    assert designated["binding"] is True
    whole_order = done(await bureau.get(f"/orders/{designated['id']}"))
    assert whole_order["unit"]["code"] == "chengguan"
    again = await order_step(bureau, designated, "object", ground="not_our_duty", evidence="不属我局")
    assert_problem(again, 409, "order_is_binding")
    seen = await see(district, issue)
    assert seen["hops"] == 1
    if designated["state"] == "issued":
        await ok(bureau, designated, "sign")
    await ok(bureau, designated, "contact", way="phone")
    await ok(bureau, designated, "finish", text="已要求夜间停工。", result="solved")
    assert (await say(public, receipt, "no"))["state"] == "dispatched"
    await drain(runtime, HERE)
    clock.advance(days=1)
    (designated,) = await orders(district, issue)
    await ok(bureau, designated, "finish", text="已立案处罚,夜间无施工。", result="solved")
    closed = await say(public, receipt)
    assert closed["state"] == "closed"
    whole = await see(street, issue)
    assert (whole["reworks"], [one["verdict"] for one in whole["ratings"]]) == (1, ["not_solved", "solved"])


async def test_a_breakfast_cart_that_is_nobodys_duty(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    await listed(runtime, category="e0102", owner="chengguan")
    worker, street, secretary, desk = await seats(sit, WORKER, STREET, SECRETARY, COMMUNITY)
    receipt = await tell(
        worker, "园区 2772 名职工希望设早餐车", type="wish", category="e0102", on_behalf_of="某电子公司",
        head_count=2772, contact={"name": "工会", "phone": "13800001234"},
    )  # fmt: skip
    issue = receipt["id"]
    proposed = done(await street.get(f"/issues/{issue}/proposal"))
    assert (proposed.get("unit") or {}).get("code") != "chengguan", "no enforcement by category alone"
    await step(worker, issue, "accept")
    await step(worker, issue, "hand_up", reason="无主管单位")
    await step(desk, issue, "accept")
    await step(desk, issue, "hand_up", reason="无主管单位")
    await step(street, issue, "accept")
    await step(street, issue, "turn_to", kind="service_order", title="早餐车进园区", reason="与餐饮企业对接")
    await step(street, issue, "answer", text="早餐车下周一进园区。", result="solved", verify_after="2027-01-20")
    assert (await say(public, receipt))["state"] == "closed"
    await live(runtime, clock, days=63)
    assert (await see(secretary, issue))["state"] == "answered", "asked again whether it is still there"
    page = await say(public, receipt)
    assert page["state"] == "closed"
    assert town.C1
