"""乌龙街道, 2022 (DESIGN 5): five residents, a street, a district bureau, two communities and a builder.

Three mobile toilets by the end of the month, and one of five who says no.
"""

import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.people.models import Role
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit, report
from tests.issues.acts import HERE, assert_problem, jpeg
from tests.journeys.people import COMMUNITY, DISTRICT, SECRETARY, STREET, WORKER, acts, done, say, seats, see, step
from tests.timeline import live
from tests.whistles.acts import act, arrive, move, report_in_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
PLACES = ((102.8100, 24.8100), (102.8103, 24.8101), (102.8106, 24.8099), (102.8098, 24.8102), (102.8101, 24.8104))
TOLD = {"add_area", "hand_up", "whistle", "whistle_answer", "rework", "close"}
TOILET = "public_toilet"
SURVEY = {
    "held_at": "2026-11-23T02:00:00Z", "place_text": "韶光街与学海路口", "findings": "人行道宽度足够,给排水可接。",
    "decisions": "先设移动公厕三处,固定公厕列入明年计划。",
    "participants": [
        {"kind": "department", "unit": "chengguan"}, {"kind": "community", "unit": town.C1},
        {"kind": "community", "unit": town.C2}, {"kind": "company", "name": "某建设公司"},
        {"kind": "resident", "count": 5},
    ],
}  # fmt: skip


async def test_three_mobile_toilets_by_the_end_of_the_month(  # noqa: PLR0915  # a whole story, told once
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    worker, street, secretary, district = await seats(sit, WORKER, STREET, SECRETARY, DISTRICT)
    three_forks, union = await seats(sit, COMMUNITY, (Role.COMMUNITY_OFFICER, town.C2))
    bureau = await sit(Role.DEPARTMENT_OFFICER, "chengguan")

    first = done(await public.post("/issues", report(PLACES[0], text="路口没有公厕", category=TOILET)))
    receipts = [first]
    for place in PLACES[1:]:
        near = {"point": town.point(place), "category": TOILET, "district": HERE}
        offered = done(await public.post("/neighbours", near))
        assert offered[0]["id"] == first["id"], "the open neighbour is offered before sending"
        receipts.append(
            done(await public.post("/issues", report(place, text="也没有", category=TOILET, same_as=first["id"])))
        )
    issue = first["id"]
    await step(worker, issue, "accept")
    await step(worker, issue, "contact", way="door", note="已到现场查看")
    assert_problem(await union.get(f"/issues/{issue}"), 404, "not_found")
    await step(street, issue, "add_area", area_code=town.C2, role="affected")
    assert (await see(union, issue))["number"] == first["number"], "the co-affected community sees it"
    await step(worker, issue, "hand_up", reason="需多部门选址")
    await step(three_forks, issue, "accept")
    await step(three_forks, issue, "hand_up", reason="社区无力选址")

    form = {
        "kind": "joint", "title": "路口缺少公共厕所", "text": "五名居民反映没有公厕。", "issues": [issue],
        "area_code": town.C1, "meeting_at": "2026-11-23T02:00:00Z", "meeting_place": "韶光街与学海路口",
        "legal_basis": "街道办事处条例第十一条", "parties": [
            {"unit": "chengguan", "role": "lead"}, {"unit": town.C1, "role": "assist"},
            {"unit": town.C2, "role": "assist"},
        ],
    }  # fmt: skip
    assert_problem(await street.post("/whistles", form), 422, "tried_missing", "tried")
    assert_problem(await bureau.get(f"/issues/{issue}"), 404, "not_found")
    whistle = done(await street.post("/whistles", {**form, "tried": "社区两次协调建设单位,无合适用地。"}))
    assert (await see(street, issue))["state"] == "whistled"
    assert (await see(bureau, issue))["number"] == first["number"], "called, and from now on in the picture"
    page = done(await public.get(f"/follow/{receipts[4]['follow_token']}"))
    assert page["state"] == "whistled"
    lead = report_in_of(whistle, "chengguan")["id"]
    assert report_in_of(whistle, "chengguan")["links"]

    clock.advance(minutes=20)
    await arrive(bureau, lead)
    done(await street.post(f"/whistles/{whistle['id']}/surveys", SURVEY))
    task = done(
        await street.post(
            f"/whistles/{whistle['id']}/tasks",
            {"unit": "chengguan", "what": "安装移动公厕三处", "due_at": "2026-11-30T09:00:00Z"},
        )
    )
    for one, code in ((three_forks, town.C1), (union, town.C2)):
        theirs = report_in_of(whistle, code)["id"]
        await arrive(one, theirs)
        done(await move(one, theirs, "finish", text="已协调沿街商户。"))
    await live(runtime, clock, days=8)
    picture = {"photos": ("after.jpg", jpeg(), "image/jpeg")}
    done(await bureau.call("POST", f"/tasks/{task['id']}/photos?taken=after", files=picture))
    assert_problem(await act(bureau, whistle["id"], "submit_work", text="完成"), 409, "tasks_open")
    done(await bureau.post(f"/tasks/{task['id']}/done", {"note": "三处均已启用"}))
    done(await move(bureau, lead, "finish", text="三处移动公厕已启用。"))
    done(await act(bureau, whistle["id"], "submit_work", text="三处移动公厕已启用。"))
    said = {"text": "三处移动公厕已启用,固定公厕列入明年计划。", "result": "interim"}
    done(await act(street, whistle["id"], "verify", **said))
    assert ((await see(street, issue))["state"], (await see(street, issue))["outcome"]) == ("answered", "interim")

    for receipt in receipts[:4]:
        assert (await say(public, receipt))["state"] == "answered"
    page = await say(public, receipts[4], "no")
    assert page["state"] == "whistled", "one of five says no: the work goes on"
    seen = await see(street, issue)
    assert (seen["words"]["reports"], seen["reworks"]) == (5, 1)
    await drain(runtime, HERE)
    assert done(await street.get(f"/whistles/{whistle['id']}"))["state"] == "joint_handling"
    done(await act(bureau, whistle["id"], "submit_work", text="第三处已移近路口。"))
    done(await act(street, whistle["id"], "verify", **said))
    for receipt in receipts:
        page = await say(public, receipt)
    assert page["state"] == "closed"
    closed = done(await act(secretary, whistle["id"], "close"))
    assert closed["state"] == "closed"
    assert all(score["events"] for score in closed["scores"])
    done(await act(district, whistle["id"], "rate_street", result="valid", reason="确需联动"))
    trail = acts(await see(street, issue))
    assert [name for name in trail if name in TOLD] == [
        "add_area", "hand_up", "hand_up", "whistle", "whistle_answer", "rework", "whistle_answer", "close",
    ]  # fmt: skip
