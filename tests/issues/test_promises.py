"""What was promised or asked for is kept, ends with its occasion, and is never decided twice (R1.5, R5.4)."""

from typing import Any

import pytest
from sqlalchemy import update

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.issues.models import Category
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, assert_problem, raised
from tests.journeys.people import COMMUNITY, DISTRICT, STREET, WORKER, acts, done, say, seats, see, step
from tests.timeline import live

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]


async def accepted(public: Desk, worker: Desk, **more: Any) -> dict[str, Any]:
    receipt = await raised(public, town.IN_B1, **more)
    await step(worker, receipt["id"], "accept")
    return receipt


def running(seen: dict[str, Any]) -> set[str]:
    return {clock["kind"] for clock in seen["clocks"] if clock["ended_at"] is None}


async def test_a_day_of_asking_again_that_has_passed_opens_nothing(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    (worker,) = await seats(sit, WORKER)
    receipt = await accepted(public, worker)
    past = await worker.step(receipt["id"], "answer", text="已修", verify_after="2026-11-20")
    assert_problem(past, 422, "not_later_than_today", "verify_after")
    await step(worker, receipt["id"], "answer", text="已修", verify_after="2026-11-24")
    await say(public, receipt, "no")
    await live(runtime, clock, days=7)
    await step(worker, receipt["id"], "answer", text="重新修好")
    assert (await say(public, receipt))["state"] == "closed"
    await live(runtime, clock, days=20)
    seen = await see(worker, receipt["id"])
    assert (seen["state"], seen["closing"], "ask_again" in acts(seen)) == ("closed", "word", False)


async def test_a_day_to_come_is_kept_through_a_rework_and_a_reasoned_close(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    worker, street = await seats(sit, WORKER, STREET)
    first, second = [await accepted(public, worker) for _ in range(2)]
    await step(worker, first["id"], "answer", text="已修", verify_after="2026-12-10")
    await say(public, first, "no")
    await step(worker, first["id"], "answer", text="重新修好")
    await say(public, first)
    await step(street, second["id"], "set_verify_after", on="2026-12-10")
    await step(worker, second["id"], "ask_close", result="explained", text="规划限制。")
    assert (await step(street, second["id"], "approve_close"))["state"] == "closed"
    await live(runtime, clock, days=21)
    for receipt in (first, second):
        seen = await see(street, receipt["id"])
        assert (seen["state"], acts(seen).count("ask_again")) == ("answered", 1)
        assert "verify_after" not in running(seen)


async def test_the_reason_of_a_reasoned_close_is_told_to_the_reporter(public: Desk, sit: Sit) -> None:
    worker, street = await seats(sit, WORKER, STREET)
    receipt = await accepted(public, worker)
    await step(worker, receipt["id"], "ask_close", result="refused", text="道路红线内不能设车位。")
    page = done(await public.get(f"/follow/{receipt['follow_token']}"))
    assert page["replies"] == [], "nothing is told before it is decided"
    await step(street, receipt["id"], "approve_close", note="情况属实")
    page = done(await public.get(f"/follow/{receipt['follow_token']}"))
    assert [(one["step"], one["text"]) for one in page["replies"]] == [("approve_close", "道路红线内不能设车位。")]


async def test_a_request_ends_with_the_life_it_was_made_in(public: Desk, sit: Sit) -> None:
    worker, street = await seats(sit, WORKER, STREET)
    receipt = await accepted(public, worker)
    issue = receipt["id"]
    await step(worker, issue, "answer", text="无法解决", result="refused")
    await step(worker, issue, "ask_close", result="refused", text="规划限制。")
    await say(public, receipt, "no")
    assert_problem(await street.step(issue, "approve_close"), 404, "nothing_asked")
    await step(worker, issue, "ask_close", result="refused", text="再次说明。")
    await step(worker, issue, "ask_extension", until="2026-12-10T09:30:00Z", reason="等配件")
    await step(worker, issue, "answer", text="已解决")
    await say(public, receipt, "solved")
    await step(street, issue, "reopen", reason="又坏了")
    assert running(await see(street, issue)) == {"solve"}
    for name, code in (("approve_close", "nothing_asked"), ("extend", "no_extension_asked")):
        said = {"text": "延"} if name == "extend" else {}
        assert_problem(await street.step(issue, name, **said), 404, code)


async def test_one_request_for_more_time_at_a_time_and_two_in_all(public: Desk, sit: Sit) -> None:
    worker, desk = await seats(sit, WORKER, COMMUNITY)
    receipt = await accepted(public, worker)
    first = {"until": "2026-12-01T09:30:00Z", "reason": "等配件"}
    asked = await step(worker, receipt["id"], "ask_extension", **first)
    assert "extension" in running(asked), "who decides has a clock too"
    assert_problem(await worker.step(receipt["id"], "ask_extension", **first), 409, "asked_already")
    granted = await step(desk, receipt["id"], "extend", text="准予延期")
    assert "extension" not in running(granted)
    await step(worker, receipt["id"], "ask_extension", until="2026-12-02T09:30:00Z", reason="还等")
    await step(desk, receipt["id"], "refuse_extension", reason="不必")
    await step(worker, receipt["id"], "ask_extension", until="2026-12-03T09:30:00Z", reason="还等")
    await step(desk, receipt["id"], "extend", text="准予延期")
    third = await worker.step(receipt["id"], "ask_extension", until="2026-12-09T09:30:00Z", reason="还等")
    assert_problem(third, 409, "enough_extensions")


async def test_what_nobody_decides_comes_to_the_district(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    worker, desk, district = await seats(sit, WORKER, COMMUNITY, DISTRICT)
    more_time, left_out = [await accepted(public, worker) for _ in range(2)]
    await step(worker, more_time["id"], "ask_extension", until="2026-12-20T09:30:00Z", reason="等配件")
    await step(desk, left_out["id"], "exclude", reason="consult", note="属于咨询")
    await live(runtime, clock, days=4)
    for receipt, kind in ((more_time, "extension"), (left_out, "exclusion")):
        seen = await see(district, receipt["id"])
        why = [act["detail"]["why"] for act in seen["trail"] if act["step"] == "supervise"]
        assert why == [f"{kind}_late"]


async def test_three_reworks_are_supervised_whoever_orders_them(public: Desk, sit: Sit, runtime: Runtime) -> None:
    worker, desk, street = await seats(sit, WORKER, COMMUNITY, STREET)
    async with system_work(runtime, HERE) as work:
        await work.session.execute(update(Category).where(Category.code == "e0101").values(verify=True))
    receipt = await accepted(public, worker, category="e0101")
    for round_ in range(3):
        assert (await see(street, receipt["id"]))["supervised_at"] is None, round_
        sent = await step(worker, receipt["id"], "answer", text="已修好")
        assert sent["state"] == "verifying", sent["state"]
        await step(desk, receipt["id"], "return_for_rework", reason="现场未修好")
    assert (await see(street, receipt["id"]))["supervised_at"] is not None


async def test_another_desk_is_another_office(public: Desk, sit: Sit) -> None:
    dispatcher, district = await seats(sit, STREET, DISTRICT)
    secretary = await sit(Role.STREET_SECRETARY, town.WEST)
    receipt = await raised(public, town.IN_B1)
    await step(dispatcher, receipt["id"], "not_accept", reason="beyond_duty", text="请向法院起诉。")
    done(await public.post(f"/follow/{receipt['follow_token']}/request_review", {"text": "请复核"}))
    for name in ("uphold", "overturn"):
        refused = await secretary.step(receipt["id"], name, text="维持")
        assert_problem(refused, 403, "another_person_and_unit")
    upheld = await step(district, receipt["id"], "uphold", text="维持。")
    assert upheld["state"] == "not_accepted"
    assert "appeal" not in running(upheld)
    page = done(await public.get(f"/follow/{receipt['follow_token']}"))
    assert {one["text"] for one in page["replies"]} == {"请向法院起诉。", "维持。"}


async def test_who_handles_a_matter_does_not_leave_it_out_of_the_rates(public: Desk, sit: Sit) -> None:
    worker, desk, street, district = await seats(sit, WORKER, COMMUNITY, STREET, DISTRICT)
    receipt = await accepted(public, worker)
    await step(street, receipt["id"], "take_over", reason="提级")
    await step(desk, receipt["id"], "exclude", reason="consult", note="属于咨询")
    assert_problem(await street.step(receipt["id"], "approve_exclusion"), 403, "own_matter")
    await step(district, receipt["id"], "approve_exclusion")
    bad = await desk.step(receipt["id"], "exclude", reason="malicious", note="x")
    assert_problem(bad, 422, "invalid_field", "reason")
    assert district.district == HERE
