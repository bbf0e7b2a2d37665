"""What was merged lives on when the matter it was part of leaves, and is set apart without harm to either."""

import asyncio
from typing import Any

import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.people.models import Role
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit, report
from tests.issues.acts import assert_problem, raised, vacate
from tests.journeys.people import COMMUNITY, DISTRICT, STREET, WORKER, acts, done, say, seats, see, step
from tests.timeline import live

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]


async def me_too(public: Desk, main: dict[str, Any], place: Any = town.IN_B1) -> dict[str, Any]:
    """Another reporter's report, part of that matter from the start."""
    receipt: dict[str, Any] = done(await public.post("/issues", report(place, same_as=main["id"])))
    assert receipt["state"] == "merged"
    return receipt


def running(seen: dict[str, Any]) -> set[str]:
    return {clock["kind"] for clock in seen["clocks"] if clock["ended_at"] is None}


async def page_of(public: Desk, receipt: dict[str, Any]) -> dict[str, Any]:
    page: dict[str, Any] = done(await public.get(f"/follow/{receipt['follow_token']}"))
    return page


async def withdrawn(public: Desk, receipt: dict[str, Any]) -> None:
    page = done(await public.post(f"/follow/{receipt['follow_token']}/withdraw", {}))
    assert page["state"] == "withdrawn"


async def test_a_matter_its_first_reporter_takes_back_goes_on_for_the_others(
    public: Desk, sit: Sit, clock: FixedClock
) -> None:
    main = await raised(public, town.IN_B1)
    second = await me_too(public, main)
    clock.advance(minutes=1)
    third = await me_too(public, main)
    worker, desk = await seats(sit, WORKER, COMMUNITY)
    await step(worker, main["id"], "accept")
    await withdrawn(public, main)
    heir = await see(desk, second["id"])
    assert (heir["state"], heir["merged_into"], heir["words"]["reports"]) == ("assigned", None, 2)
    assert running(heir) == {"solve", "contact", "sign"}
    assert (await see(desk, third["id"]))["merged_into"] == second["id"], "it goes along with the oldest"
    assert (await page_of(public, third))["merged_into"] == second["number"]
    await step(worker, second["id"], "accept")
    await step(worker, second["id"], "answer", text="已修好")
    assert (await say(public, second))["state"] == "answered"
    assert (await say(public, third))["state"] == "closed"


async def test_a_report_from_other_ground_goes_along_out_of_the_desks_sight(public: Desk, sit: Sit) -> None:
    main, into = [await raised(public, town.IN_B1) for _ in range(2)]
    afar = await me_too(public, main, town.IN_FIELD)
    worker, desk, district = await seats(sit, WORKER, COMMUNITY, DISTRICT)
    assert (await desk.get(f"/issues/{afar['id']}")).status_code == 404
    await step(desk, main["id"], "merge", into=into["number"], reason="同一问题")
    seen = await see(district, afar["id"])
    assert (seen["merged_into"], acts(seen)[-1]) == (into["id"], "go_along")
    await step(worker, into["id"], "accept")
    await step(worker, into["id"], "answer", text="已修好")
    for receipt, state in ((into, "answered"), (main, "answered"), (afar, "closed")):
        assert (await say(public, receipt))["state"] == state, "each of the three is asked"


async def test_whoever_reported_it_too_may_have_its_refusal_reviewed(public: Desk, sit: Sit) -> None:
    main = await raised(public, town.IN_B1)
    also = await me_too(public, main)
    desk, street = await seats(sit, COMMUNITY, STREET)
    await step(desk, main["id"], "not_accept", reason="beyond_duty", text="请向法院起诉。")
    page = await page_of(public, also)
    assert (page["state"], page["allowed_steps"]) == ("not_accepted", ["request_review"])
    page = done(await public.post(f"/follow/{also['follow_token']}/request_review", {"text": "是公共区域"}))
    assert page["state"] == "not_accepted"
    twice = await public.post(f"/follow/{main['follow_token']}/request_review", {"text": "再审"})
    assert_problem(twice, 409, "reviewed_before")
    assert (await step(street, main["id"], "overturn", text="应予受理。"))["state"] == "assigned"
    assert (await see(street, main["id"]))["words"]["reports"] == 2
    await step(desk, main["id"], "not_accept", reason="unlawful", text="仍不受理。")
    assert_problem(await street.step(main["id"], "overturn", text="x"), 409, "no_review_asked")
    again = await public.post(f"/follow/{main['follow_token']}/request_review", {"text": "再请复核"})
    assert again.status_code == 200, "a second refusal is another one"


async def test_what_waited_for_a_report_set_apart_closes_by_the_words_it_has(public: Desk, sit: Sit) -> None:
    main = await raised(public, town.IN_B1)
    also = await me_too(public, main)
    worker, desk = await seats(sit, WORKER, COMMUNITY)
    await step(worker, main["id"], "accept")
    await step(worker, main["id"], "answer", text="已修好")
    assert (await say(public, main))["state"] == "answered"
    back = await step(desk, also["id"], "unmerge", reason="不是同一处")
    assert running(back) == {"solve", "contact", "sign"}, "its first contact is still owed (R1.4)"
    seen = await see(desk, main["id"])
    assert (seen["state"], seen["closing"]) == ("closed", "word")


async def test_what_nobody_holds_any_more_is_routed_when_it_is_set_apart(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    main, other = await raised(public, town.IN_B1), await raised(public, town.FAR_AWAY)
    district = await sit(*DISTRICT)
    await step(district, other["id"], "take_over", reason="提级")
    await step(district, other["id"], "locate", area_code=town.C1, reason="查明")
    await vacate(runtime, (Role.COMMUNITY_OFFICER, town.C1), (Role.COMMUNITY_SECRETARY, town.C1))
    await step(district, other["id"], "merge", into=main["number"], reason="同一问题")
    unowned = await raised(public, town.FAR_AWAY)
    await step(district, unowned["id"], "merge", into=main["number"], reason="同一问题")
    back = await step(district, unowned["id"], "unmerge", reason="不是一件事")
    assert (back["state"], running(back)) == ("raised", {"solve", "contact", "desk"})
    await live(runtime, clock, hours=3)
    assert (await see(district, unowned["id"]))["state"] == "assigned", "the desk list has its default act"


async def test_set_apart_it_is_no_units_and_its_holder_is_told(public: Desk, sit: Sit, runtime: Runtime) -> None:
    main, other = [await raised(public, town.IN_B1) for _ in range(2)]
    (street,) = await seats(sit, STREET)
    await step(street, other["id"], "dispatch", lead_unit="chengguan", reason="属其职责")
    await step(street, other["id"], "merge", into=main["number"], reason="同一问题")
    await drain(runtime, "530114")
    back = await step(street, other["id"], "unmerge", reason="不是同一处")
    assert (back["state"], back["lead_unit_id"]) == ("handling", None)
    await drain(runtime, "530114")
    told = done(await street.get("/notices"))["items"]
    assert [(one["kind"], one["subject_id"]) for one in told if one["kind"] == "unmerged"] == [
        ("unmerged", other["id"])
    ]


async def test_each_reporter_sees_their_own_word_and_the_handler_none_before_the_end(
    public: Desk, sit: Sit
) -> None:
    main = await raised(public, town.IN_B1)
    also = await me_too(public, main)
    worker, desk = await seats(sit, WORKER, COMMUNITY)
    await step(worker, main["id"], "accept")
    await step(worker, main["id"], "answer", text="已修好")
    await say(public, also)
    assert (await page_of(public, main))["ratings"] == []
    assert [one["verdict"] for one in (await page_of(public, also))["ratings"]] == ["solved"]
    seen = await see(worker, main["id"])
    assert seen["ratings"] == []
    assert not [act for act in seen["trail"] if {"verdict", "satisfaction", "contacted"} & set(act["detail"])]
    assert [one["verdict"] for one in (await see(desk, main["id"]))["ratings"]] == ["solved"]
    assert (await say(public, main))["state"] == "closed"
    assert len((await see(worker, main["id"]))["ratings"]) == 2


async def test_merges_that_cross_are_one_after_the_other(public: Desk, sit: Sit) -> None:
    """A into B beside B into A, with a part of each: no deadlock, one succeeds, the other is refused."""
    worker_desks = [await sit(*COMMUNITY), await sit(Role.COMMUNITY_SECRETARY, town.C1)]
    for _ in range(8):
        first, second = [await raised(public, town.IN_B1) for _ in range(2)]
        parts = [await me_too(public, one) for one in (first, second)]
        pairs = ((worker_desks[0], first, second), (worker_desks[1], second, first))
        answers = await asyncio.gather(
            *(desk.step(one["id"], "merge", into=other["number"], reason="同一问题") for desk, one, other in pairs)
        )
        assert sorted(answer.status_code for answer in answers) in ([200, 409], [200, 422]), [
            answer.text for answer in answers
        ]
        mains = {(await see(worker_desks[0], one["id"]))["merged_into"] for one in parts}
        assert len(mains) == 1
        assert mains <= {first["id"], second["id"]}
