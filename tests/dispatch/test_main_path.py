"""A unit's order from the desk to the reporter's word and back, by real roles over HTTP (CASES 2.2)."""

import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.worker.turns import drain
from tests.conftest import Desk, Sit
from tests.dispatch.desks import assert_chains, clocks, contacted, dispatched, listed, ok, orders, row_of, seats
from tests.issues.acts import HERE

pytestmark = pytest.mark.anyio


async def test_dispatch_sign_contact_finish_no_rework_finish_closed(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    who = await seats(sit)
    receipt, (lead, helper) = await dispatched(public, who.street, assist=["shuiwu"])
    assert (lead["role"], lead["state"], helper["role"]) == ("lead", "issued", "assist")
    assert set(await clocks(runtime, lead)) == {"order_sign", "order_contact", "order_solve"}
    assert set(await clocks(runtime, helper)) == {"order_sign", "assist"}
    clock.advance(minutes=30)
    await contacted(who.officer, lead)
    seen = (await who.officer.get(f"/issues/{receipt['id']}")).json()
    assert seen["contacted_at"] is not None
    await ok(who.water, helper, "sign")
    reported = await ok(who.water, helper, "stage_report", text="管网已排查,无渗漏。")
    assert reported["state"] == "handling"
    done = await ok(who.officer, lead, "finish", text="已清运。", result="solved")
    assert (done["state"], done["result"], done["allowed_steps"]) == ("done", "solved", [])
    assert await clocks(runtime, lead) == {}
    page = (await public.get(f"/follow/{receipt['follow_token']}")).json()
    assert (page["state"], page["replies"][-1]["text"]) == ("answered", "已清运。")

    word = {"verdict": "not_solved", "satisfaction": 2}
    assert (await public.post(f"/follow/{receipt['follow_token']}/rate", word)).json()["state"] == "dispatched"
    await drain(runtime, HERE)
    assert (await row_of(runtime, lead)).state == "handling"
    assert set(await clocks(runtime, lead)) == {"order_solve"}
    await ok(who.officer, lead, "finish", text="已再次清运并封闭。", result="solved")
    word = {"verdict": "solved", "satisfaction": 5}
    assert (await public.post(f"/follow/{receipt['follow_token']}/rate", word)).json()["state"] == "closed"
    await drain(runtime, HERE)
    states = {order["role"]: order["state"] for order in await orders(who.street, receipt["id"])}
    assert states == {"lead": "done"}  # the assistant's open order ended with the issue
    await assert_chains(runtime)


async def test_the_heads_release_lies_between_the_officer_and_the_reporter(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    await listed(runtime, needs_release=True, verify=True)
    who = await seats(sit)
    receipt, (lead,) = await dispatched(public, who.street, category="e0102")
    await contacted(who.officer, lead)
    assert (await ok(who.officer, lead, "finish", text="已清运。"))["state"] == "in_review"
    assert "release" in await clocks(runtime, lead)
    assert (await ok(who.head, lead, "send_back", reason="请写明时间"))["state"] == "handling"
    await ok(who.officer, lead, "finish", text="今晨已清运。")
    assert (await ok(who.head, lead, "release_answer"))["state"] == "done"
    answered = (await who.street.get(f"/issues/{receipt['id']}")).json()
    assert answered["state"] == "verifying"  # the catalogue wants somebody to look first
    answer = await who.secretary.step(receipt["id"], "return_for_rework", reason="现场仍有垃圾")
    assert (answer.status_code, answer.json()["state"]) == (200, "dispatched"), answer.text
    await drain(runtime, HERE)
    assert (await row_of(runtime, lead)).state == "handling"
    await assert_chains(runtime)


async def test_words_said_with_an_order_are_not_on_its_trail(public: Desk, sit: Sit) -> None:
    who = await seats(sit)
    _, (lead,) = await dispatched(public, who.street)
    said = await ok(who.officer, lead, "object", ground="not_our_duty", evidence="秘密的依据")
    assert "秘密" not in str(said["trail"])
    assert "words" in said["trail"][-1]["detail"]
    assert said["trail"][0]["step"] == "issue"
