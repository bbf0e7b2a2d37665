"""Refusals, second persons, cancelling, closing, several issues and several whistles (R2.4-R2.6, TRUST 18)."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.audit import Break, verify
from app.core.work import Runtime, system_work
from app.people.models import Role, Unit
from app.whistles.models import ReportIn, Whistle
from app.whistles.records import Task
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, appointed, assert_problem, jpeg
from tests.whistles.acts import (
    ASSIST,
    LEAD,
    Town,
    act,
    arrive,
    blow,
    complete,
    give,
    inbox,
    move,
    ok,
    report_in_of,
    whistle_form,
)

pytestmark = pytest.mark.anyio
NO = {"ground": "not_our_duty", "reason": "不属本局职责", "legal_basis": "三定方案第三条"}


@pytest.fixture
async def people(sit: Sit, public: Desk, runtime: Runtime) -> Town:
    return await Town(sit, public, runtime).open()


async def refused(people: Town, **party: str) -> tuple[str, str]:
    """A whistle whose lead says that it is not its duty."""
    whistle = await blow(people.street, parties=[{**LEAD, **party}])
    report_in = report_in_of(whistle, "chengguan")["id"]
    said = {"reason": "不属本局职责"}
    assert_problem(await move(people.lead, report_in, "refuse", **said), 422, "invalid_field")
    ok(await move(people.lead, report_in, "refuse", **NO))
    return whistle["id"], report_in


async def test_bound_goes_on_and_may_not_refuse_again(people: Town) -> None:
    _, report_in = await refused(people)
    assert_problem(await move(people.street, report_in, "bind", reason="-"), 403, "forbidden")
    bound = ok(await move(people.district, report_in, "bind", reason="职责明确"))
    assert (bound["state"], bound["bound"]) == ("signed", True)
    assert_problem(await move(people.lead, report_in, "refuse", **NO), 409, "bound_already")
    ok(await move(people.lead, report_in, "contact", way="phone"))


async def test_released_has_nothing_more_to_do_and_may_be_called_again(people: Town) -> None:
    whistle, report_in = await refused(people)
    ok(await move(people.district, report_in, "release", reason="异议成立"))
    assert await inbox(people.lead) == []
    again = ok(await act(people.street, whistle, "add_party", unit="chengguan", role="lead"))
    assert {one["state"] for one in again["report_ins"]} == {"released", "notified"}
    assert_problem(await act(people.street, whistle, "add_party", unit="chengguan"), 409, "called_already")


async def test_a_unit_that_answers_elsewhere_goes_to_its_regulator(people: Town) -> None:
    for bound_by in ("vertical", "city", "contract"):
        _, report_in = await refused(people, bound_by=bound_by)
        assert_problem(await move(people.district, report_in, "bind", reason="-"), 409, "not_ours_to_bind")
        said = {"regulator": "市轨道集团", "reason": "市属企业"}
        referred = ok(await move(people.district, report_in, "refer", **said))
        assert (referred["state"], referred["outcome"]) == ("released", "referred")
    _, own = await refused(people)
    answer = await move(people.district, own, "refer", regulator="市局", reason="-")
    assert_problem(answer, 409, "ours_to_bind")


async def test_a_vertical_unit_is_never_called_the_districts_own(people: Town, runtime: Runtime) -> None:
    async with system_work(runtime, HERE) as work:
        unit = (await work.session.scalars(select(Unit).where(Unit.code == "chengguan"))).one()
        unit.vertical = True
        await work.session.flush()
    whistle = await blow(people.street, parties=[{**LEAD, "bound_by": "district"}])
    assert report_in_of(whistle, "chengguan")["bound_by"] == "vertical"


async def test_the_same_person_under_another_post_decides_nothing(
    people: Town, runtime: Runtime, sit: Sit
) -> None:
    """Request and confirm, blow and designate, refuse and decide, submit and verify."""
    await appointed(runtime, Role.STREET_DISPATCHER, town.WEST, f"community_officer-{town.C1}")
    await appointed(runtime, Role.DISTRICT_SUPERVISOR, HERE, f"street_dispatcher-{town.WEST}")
    community_as_street = await under(people, sit, Role.COMMUNITY_OFFICER, town.C1, Role.STREET_DISPATCHER)
    street_as_district = await under(people, sit, Role.STREET_DISPATCHER, town.WEST, Role.DISTRICT_SUPERVISOR)
    issue = await people.issue()
    asked = await blow(people.community, issue["id"], parties=[LEAD])
    assert_problem(await act(community_as_street, asked["id"], "confirm"), 403, "same_person")
    assert_problem(await act(community_as_street, asked["id"], "decline", reason="-"), 403, "same_person")
    blown = ok(await act(people.street, asked["id"], "confirm"))
    report_in = report_in_of(blown, "chengguan")["id"]
    ok(await move(people.lead, report_in, "refuse", **NO))
    for name in ("bind", "release"):
        assert_problem(await move(street_as_district, report_in, name, reason="-"), 403, "same_person")
    ok(await move(people.district, report_in, "bind", reason="职责明确"))
    ok(await move(people.lead, report_in, "report_in", name="李工", mode="on_site"))
    ok(await act(people.street, asked["id"], "submit_work", text="完成"))
    said = {"text": "完成", "result": "solved"}
    assert_problem(await act(people.street, asked["id"], "verify", **said), 403, "same_person")
    ok(await act(people.secretary, asked["id"], "verify", **said))


async def under(people: Town, sit: Sit, role: Role, ground: str, other: Role) -> Desk:
    """The person in one post, signed in to another one they hold."""
    desk = await sit(role, ground)
    posts = ok(await desk.get("/me"))["posts"]
    post = next(one["id"] for one in posts if one["role"] == other)
    token = ok(await desk.post("/me/post", {"post": post}))["token"]
    return Desk(people.public.http, token, UUID(post))


async def above(people: Town, role: Role, ground: str) -> Desk:
    """The person in one post, signed in as a supervisor of the district, which they are too."""
    await appointed(people.runtime, Role.DISTRICT_SUPERVISOR, HERE, f"{role}-{ground}")
    return await under(people, people.sit, role, ground, Role.DISTRICT_SUPERVISOR)


async def test_an_arrival_nobody_saw_is_settled_by_the_district(people: Town) -> None:
    whistle = await blow(people.street, parties=[LEAD])
    report_in = report_in_of(whistle, "chengguan")["id"]
    await arrive(people.lead, report_in)
    ok(await move(people.street, report_in, "dispute_arrival", reason="无人到场"))
    assert_problem(await move(people.lead, report_in, "finish", text="完成"), 409, "wrong_state")
    assert_problem(await move(people.lead, report_in, "settle_arrival", came=True, reason="-"), 403, "forbidden")
    settled = ok(await move(people.district, report_in, "settle_arrival", came=False, reason="无签到"))
    assert (settled["state"], settled["arrived_name"]) == ("contacted", None)
    ok(await move(people.lead, report_in, "report_in", name="李工", mode="on_site"))
    ok(await move(people.street, report_in, "dispute_arrival", reason="无人到场"))
    settled = ok(await move(people.district, report_in, "settle_arrival", came=True, reason="有照片"))
    assert settled["state"] == "reported_in"


async def test_cancelling_tells_the_units_and_gives_the_issue_back(people: Town) -> None:
    issue = await people.issue()
    whistle = await blow(people.street, issue["id"])
    answer = await act(people.community, whistle["id"], "cancel", reason="误报")
    assert_problem(answer, 403, "requester_only")
    gone = ok(await act(people.street, whistle["id"], "cancel", reason="建设单位已自行解决"))
    assert gone["state"] == "cancelled"
    assert {(one["state"], one["outcome"]) for one in gone["report_ins"]} == {("released", "dismissed")}
    assert gone["scores"] == []
    assert ok(await people.street.get(f"/issues/{issue['id']}"))["state"] == "handling"
    assert await inbox(people.lead) == []
    mine = await blow(people.community, (await people.issue())["id"])
    assert ok(await act(people.community, mine["id"], "cancel", reason="误报"))["state"] == "cancelled"


async def test_it_does_not_close_over_an_open_task(people: Town) -> None:
    whistle = await blow(people.street, parties=[LEAD])
    report_in = report_in_of(whistle, "chengguan")["id"]
    await complete(people.lead, report_in)
    task = await give(people.street, whistle["id"], "chengguan")
    assert_problem(await act(people.lead, whistle["id"], "submit_work", text="完成"), 409, "tasks_open")
    held = {"review_on": "2026-12-31", "reason": "永久公厕待选址"}
    assert ok(await people.street.post(f"/tasks/{task['id']}/hold", held))["state"] == "held_open"
    ok(await act(people.lead, whistle["id"], "submit_work", text="完成"))
    ok(await act(people.street, whistle["id"], "verify", text="完成", result="interim"))
    more = await give(people.street, whistle["id"], "chengguan")
    assert_problem(await act(people.street, whistle["id"], "close"), 409, "tasks_open")
    ok(await people.lead.post(f"/tasks/{more['id']}/done", {}))
    assert ok(await act(people.street, whistle["id"], "close"))["state"] == "closed"
    assert ok(await people.street.post(f"/tasks/{task['id']}/take_up", {}))["state"] == "open"
    answer = await people.street.post(f"/whistles/{whistle['id']}/tasks", {
        "unit": "chengguan", "what": "再做", "due_at": "2026-11-30T09:00:00Z",
    })  # fmt: skip
    assert_problem(answer, 409, "whistle_not_running")


async def test_several_issues_in_one_whistle_are_all_asked(people: Town) -> None:
    issues = [await people.issue(text=f"没有公厕{n}") for n in range(3)]
    whistle = await blow(people.street, *[one["id"] for one in issues], parties=[LEAD])
    assert len(whistle["issues"]) == 3
    await complete(people.lead, report_in_of(whistle, "chengguan")["id"])
    ok(await act(people.lead, whistle["id"], "submit_work", text="完成"))
    ok(await act(people.street, whistle["id"], "verify", text="完成", result="solved"))
    states = {ok(await people.street.get(f"/issues/{one['id']}"))["state"] for one in issues}
    assert states == {"answered"}
    board = ok(await people.lead.get(f"/whistles/{whistle['id']}/board"))
    assert (board["residents"], board["residents_asked"]) == (3, 3)


async def test_several_whistles_for_one_issue_answer_it_once(people: Town) -> None:
    """The first to be verified brings no answer while the other is at work; cancelling it does not set it free."""
    issue = await people.issue()
    path = f"/issues/{issue['id']}"
    first = await blow(people.street, issue["id"], parties=[LEAD])
    second = await blow(people.street, issue["id"], parties=[{**ASSIST, "role": "lead"}])
    third = await blow(people.street, issue["id"], parties=[LEAD])
    ok(await act(people.street, third["id"], "cancel", reason="重复"))
    assert ok(await people.street.get(path))["state"] == "whistled"
    for whistle, desk, unit, after in (
        (first, people.lead, "chengguan", "whistled"), (second, people.assist, "shuiwu", "answered"),
    ):  # fmt: skip
        await complete(desk, report_in_of(whistle, unit)["id"])
        ok(await act(desk, whistle["id"], "submit_work", text="完成"))
        ok(await act(people.street, whistle["id"], "verify", text="完成", result="solved"))
        assert ok(await people.street.get(path))["state"] == after
    for whistle in (first, second):
        assert ok(await act(people.street, whistle["id"], "close"))["state"] == "closed"


async def test_a_community_called_from_next_door_sees_whistle_and_issue(people: Town) -> None:
    issue = await people.issue()
    assert_problem(await people.neighbour.get(f"/issues/{issue['id']}"), 404, "not_found")
    whistle = await blow(people.street, issue["id"], parties=[LEAD, {"unit": town.C2}])
    assert ok(await people.neighbour.get(f"/issues/{issue['id']}"))["number"] == issue["number"]
    report_in = report_in_of(whistle, town.C2)["id"]
    assert ok(await move(people.neighbour, report_in, "sign"))["state"] == "signed"
    assert_problem(await move(people.community, report_in, "contact", way="phone"), 403, "not_own_unit")


async def test_two_people_at_once_take_one_step(people: Town) -> None:
    whistle = await blow(people.street, parties=[LEAD])
    report_in = report_in_of(whistle, "chengguan")["id"]
    both = await asyncio.gather(move(people.lead, report_in, "sign"), move(people.head, report_in, "sign"))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    version = whistle["version"]
    said = {"reason": "误吹", "expected_version": version}
    both = await asyncio.gather(
        act(people.street, whistle["id"], "cancel", **said), act(people.secretary, whistle["id"], "cancel", **said)
    )
    assert sorted(answer.status_code for answer in both) == [200, 409]


async def test_a_confidential_issue_is_whistled_only_with_its_edited_copy(people: Town) -> None:
    issue = await people.issue(confidential=True)
    answer = await people.street.post("/whistles", whistle_form(issue["id"]))
    assert_problem(answer, 409, "copy_missing")
    assert ok(await people.street.get("/whistles"))["items"] == []


async def test_a_score_is_appealed_once_and_decided_by_somebody_else(people: Town) -> None:
    whistle = await blow(people.street, parties=[LEAD])
    await complete(people.lead, report_in_of(whistle, "chengguan")["id"])
    ok(await act(people.lead, whistle["id"], "submit_work", text="完成"))
    ok(await act(people.street, whistle["id"], "verify", text="完成", result="solved"))
    ok(await act(people.street, whistle["id"], "close"))
    rating = {"unit": "chengguan", "stars": 2, "reason": "收尾慢"}
    scored = ok(await act(people.street, whistle["id"], "rate_party", **rating))
    assert_problem(await act(people.secretary, whistle["id"], "rate_party", **rating), 409, "rated_before")
    score = next(one["id"] for one in scored["scores"] if one["link"] == "rating")
    said = {"score_id": score, "reason": "有记录"}
    assert_problem(await act(people.street, whistle["id"], "appeal_score", **said), 409, "not_scored_unit")
    ok(await act(people.lead, whistle["id"], "appeal_score", **said))
    assert_problem(await act(people.head, whistle["id"], "appeal_score", **said), 409, "appealed_before")
    for wrong in (people.street, people.lead, people.secretary):  # who scored, who was scored, the street
        assert_problem(await act(wrong, whistle["id"], "decide_appeal", upheld=True, **said), 403, "forbidden")
    for role, ground in ((Role.STREET_DISPATCHER, town.WEST), (Role.DEPARTMENT_OFFICER, "chengguan")):
        involved = await above(people, role, ground)
        assert_problem(
            await act(involved, whistle["id"], "decide_appeal", upheld=True, **said), 403, "same_person"
        )
    decided = ok(await act(people.district, whistle["id"], "decide_appeal", upheld=True, **said))
    assert next(one["upheld"] for one in decided["scores"] if one["id"] == score) is True
    answer = await act(people.admin, whistle["id"], "decide_appeal", upheld=False, **said)
    assert_problem(answer, 409, "no_appeal")
    opinion = {"result": "duplicate", "reason": "上月已吹"}
    said_by_unit = ok(await act(people.lead, whistle["id"], "rate_street", **opinion))
    assert [one["opinion"] for one in said_by_unit["scores"] if one["side"] == "street"] == [True]


async def test_the_rate_stands_beside_its_band_and_no_street_beside_another(people: Town) -> None:
    issue = await people.issue()
    await blow(people.street, issue["id"])
    said = ok(await people.street.get("/whistles/rate"))
    assert (said["whistles"], said["issues"], said["rate"], said["within"]) == (1, 1, 1000.0, False)
    assert ok(await people.east.get("/whistles/rate"))["rate"] is None


async def test_every_chain_holds(people: Town, runtime: Runtime) -> None:
    whistle = await blow(people.street, (await people.issue())["id"])
    await arrive(people.lead, report_in_of(whistle, "chengguan")["id"])
    task = await give(people.street, whistle["id"], "chengguan")
    ok(await people.lead.post(f"/tasks/{task['id']}/done", {"note": "已安装"}))
    async with system_work(runtime, HERE) as work:
        for kind, model in (("whistle", Whistle), ("report_in", ReportIn), ("task", Task)):
            found = [one async for one in verify(work.session, kind, model)]
            assert not [one for one in found if isinstance(one, Break)], kind
            assert found[-1] not in (0, 1)


async def test_who_decides_is_known_before_and_evidence_is_seen_by_them(people: Town) -> None:
    report_in = report_in_of(await blow(people.street, parties=[LEAD]), "chengguan")["id"]
    terms = ok(await people.lead.get(f"/report-ins/{report_in}/objection"))
    assert (terms["until"], terms["deciders"]) == (None, ["district_supervisor", "district_admin"])
    path, photo = f"/report-ins/{report_in}/evidence", {"photos": ("a.jpg", jpeg(8, 8), "image/jpeg")}
    assert_problem(await people.street.call("POST", path, files=photo), 403, "not_own_unit")
    ok(await people.lead.call("POST", path, files=photo), 201)
    ok(await move(people.lead, report_in, "refuse", **NO))
    (one,) = (await people.district.get(path)).json()
    assert (await people.district.get(f"{path}/{one['id']}")).headers["content-type"] == "image/jpeg"
    ok(await move(people.district, report_in, "bind", reason="职责明确"))
    assert_problem(await people.lead.call("POST", path, files=photo), 409, "nothing_objected")
