"""Me too, merged, unmerged: every reporter is kept and asked, and one no is enough (DOMAIN R1.7, CASES 1a)."""

import pytest

from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit, report
from tests.issues.acts import HERE, assert_problem, raised
from tests.journeys.people import COMMUNITY, STREET, WORKER, acts, done, say, seats, see, step

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
HERE_TOO = (town.IN_B1[0] + 0.0004, town.IN_B1[1])  # some forty metres away


async def test_an_open_neighbour_is_offered_without_words_place_or_person(public: Desk) -> None:
    first = await raised(public, town.IN_B1, category="public_toilet", text="秘密的话", contact={"name": "王芳"})
    await raised(public, town.IN_B1, category="e0101")
    await raised(public, town.IN_B1, category="public_toilet", confidential=True)
    await raised(public, town.IN_B1, category="public_toilet", type="tipoff")
    await raised(public, town.IN_B2, category="public_toilet")
    wanted = {"point": town.point(HERE_TOO), "category": "public_toilet", "district": HERE}
    offered = done(await public.post("/neighbours", wanted))
    assert [one["id"] for one in offered] == [first["id"]]
    said = {"id", "category", "category_en", "grid", "state", "state_zh", "state_en", "raised_on"}
    assert set(offered[0]) == said | {"metres", "reports"}
    assert (offered[0]["metres"], offered[0]["reports"]) == (50, 1)
    for hidden in ("秘密", "王", "102.8"):
        assert hidden not in str(offered)
    assert done(await public.post("/neighbours", {**wanted, "category": "e0102"})) == []
    assert done(await public.post("/neighbours", {**wanted, "point": town.point(town.FAR_AWAY)})) == []


async def test_me_too_keeps_its_own_reporter_link_and_word(public: Desk, sit: Sit) -> None:
    first = await raised(public, town.IN_B1, category="public_toilet")
    also = done(await public.post("/issues", report(HERE_TOO, category="public_toilet", same_as=first["id"])))
    assert also["state"] == "merged"
    worker, desk = await seats(sit, WORKER, COMMUNITY)
    assert (await see(worker, first["id"]))["words"]["reports"] == 2
    await step(worker, first["id"], "accept")
    await step(worker, first["id"], "answer", text="本月开放。")
    page = await say(public, first)
    assert page["state"] == "answered", "the other reporter has not been asked"
    page = done(await public.get(f"/follow/{also['follow_token']}"))
    assert (page["number"], page["merged_into"], page["may_rate"]) == (also["number"], first["number"], True)
    assert page["replies"][0]["text"] == "本月开放。"
    page = await say(public, also, "no")
    assert page["state"] == "handling"
    await step(worker, first["id"], "answer", text="已开放。")
    await say(public, also)
    said = {"way": "phone", "reached": True, "verdict": "solved", "satisfaction": 4}
    assert (await step(desk, first["id"], "revisit", **said))["state"] == "closed"


async def test_me_too_is_refused_for_what_was_not_offered(public: Desk) -> None:
    hidden = await raised(public, town.IN_B1, confidential=True)
    gone = await raised(public, town.IN_B1)
    done(await public.post(f"/follow/{gone['follow_token']}/withdraw", {}))
    for target in (hidden["id"], gone["id"], "019a9f2c-0000-7000-8000-000000000001"):
        answer = await public.post("/issues", report(HERE_TOO, same_as=target))
        assert_problem(answer, 422, "cannot_merge_into", "same_as")


async def test_there_are_no_merge_cycles_and_no_chains(public: Desk, sit: Sit) -> None:
    a, b, c = [await raised(public, town.IN_B1) for _ in range(3)]
    (desk,) = await seats(sit, COMMUNITY)
    assert_problem(
        await desk.step(a["id"], "merge", into=a["number"], reason="x"), 422, "cannot_merge_into", "into"
    )
    await step(desk, a["id"], "merge", into=b["number"], reason="同一问题")
    assert_problem(
        await desk.step(b["id"], "merge", into=a["number"], reason="x"), 422, "cannot_merge_into", "into"
    )
    await step(desk, b["id"], "merge", into=c["number"], reason="同一问题")
    assert (await see(desk, a["id"]))["merged_into"] == c["id"], "what was merged goes along"
    assert (await see(desk, c["id"]))["words"]["reports"] == 3
    assert_problem(await desk.step(a["id"], "merge", into=c["number"], reason="x"), 409, "wrong_state")
    elsewhere = await raised(public, town.IN_FIELD)
    answer = await desk.step(c["id"], "merge", into=elsewhere["number"], reason="x")
    assert_problem(answer, 422, "cannot_merge_into", "into")


async def test_unmerged_after_rating_it_is_itself_again_with_its_word_kept(public: Desk, sit: Sit) -> None:
    main, other = [await raised(public, town.IN_B1) for _ in range(2)]
    worker, desk = await seats(sit, WORKER, COMMUNITY)
    await step(worker, other["id"], "accept")
    await step(desk, other["id"], "merge", into=main["number"], reason="同一问题")
    await step(worker, main["id"], "accept")
    await step(worker, main["id"], "answer", text="已修好")
    await say(public, other, "solved")
    back = await step(desk, other["id"], "unmerge", reason="不是同一处")
    assert (back["state"], back["merged_into"]) == ("handling", None)
    assert [one["verdict"] for one in back["ratings"]] == ["solved"]
    assert back["holder"]["post_id"] == str(worker.post_id)
    seen = await see(desk, main["id"])
    assert seen["words"] == {"reports": 1, "solved": 0, "not_solved": 0}
    assert (await say(public, main))["state"] == "closed"
    page = done(await public.get(f"/follow/{other['follow_token']}"))
    assert (page["state"], page["merged_into"]) == ("handling", None)


async def test_many_repeats_raise_its_level(public: Desk, sit: Sit) -> None:
    main, *others = [await raised(public, town.IN_B1) for _ in range(4)]
    (desk,) = await seats(sit, COMMUNITY)
    for other in others:
        assert (await see(desk, main["id"]))["supervised_at"] is None
        await step(desk, other["id"], "merge", into=main["number"], reason="重复反映")
    assert acts(await see(desk, main["id"]))[-1] == "supervise"


async def test_a_reasoned_close_wants_another_person_of_another_unit(public: Desk, sit: Sit) -> None:
    receipt = await raised(public, town.IN_B1)
    worker, desk, street = await seats(sit, WORKER, COMMUNITY, STREET)
    secretary = await sit(Role.COMMUNITY_SECRETARY, town.C1)
    issue = receipt["id"]
    await step(worker, issue, "accept")
    await step(worker, issue, "hand_up", reason="需社区答复")
    await step(desk, issue, "accept")
    await step(desk, issue, "answer", text="无法增设车位。", result="refused")
    assert (await say(public, receipt, "no"))["state"] == "handling"
    await step(desk, issue, "ask_close", result="refused", text="规划限制,已两次说明。")
    assert_problem(await desk.step(issue, "ask_close", result="refused", text="x"), 409, "asked_already")
    assert_problem(await desk.step(issue, "approve_close"), 403, "own_matter")
    assert_problem(await secretary.step(issue, "approve_close"), 403, "another_person_and_unit")
    closed = await step(street, issue, "approve_close", note="情况属实")
    assert (closed["state"], closed["closing"], closed["outcome"]) == ("closed", "reasoned", "refused")
    assert_problem(await street.step(issue, "decline_exclusion", reason="x"), 404, "nothing_asked")
    await step(desk, issue, "exclude", reason="beyond_duty", note="属于规划事项")
    assert_problem(await desk.step(issue, "approve_exclusion"), 403, "forbidden")
    assert "approve_exclusion" in acts(await step(street, issue, "approve_exclusion"))


async def test_a_refusal_is_reviewed_by_another_desk(public: Desk, sit: Sit) -> None:
    receipt = await raised(public, town.IN_B1)
    desk, street = await seats(sit, COMMUNITY, STREET)
    issue, link = receipt["id"], receipt["follow_token"]
    refused = await step(desk, issue, "not_accept", reason="beyond_duty", text="属于合同纠纷,可向法院起诉。")
    assert (refused["state"], refused["outcome"]) == ("not_accepted", "beyond_duty")
    assert_problem(await street.step(issue, "overturn", text="x"), 409, "no_review_asked")
    done(await public.post(f"/follow/{link}/request_review", {"text": "这是公共区域"}))
    again = await public.post(f"/follow/{link}/request_review", {"text": "再审"})
    assert_problem(again, 409, "reviewed_before")
    taken = await step(street, issue, "overturn", text="应予受理,已重新派办。")
    assert (taken["state"], taken["outcome"]) == ("assigned", None)
    assert taken["holder"]["role"] == "grid_worker"


async def test_a_reopened_matter_whose_reporter_was_anonymised_still_has_a_holder(public: Desk, sit: Sit) -> None:
    receipt = await raised(public, town.IN_B1)
    worker, desk = await seats(sit, WORKER, COMMUNITY)
    await step(worker, receipt["id"], "accept")
    await step(worker, receipt["id"], "answer", text="已修好")
    await say(public, receipt)
    seen = await step(desk, receipt["id"], "reopen", reason="现场检查仍漏水")
    assert (seen["state"], seen["reporter"]) == ("handling", None)
    assert seen["holder"]["post_id"] == str(worker.post_id)
    assert {one["kind"] for one in seen["clocks"] if one["ended_at"] is None} == {"solve"}
