"""Giving and ending posts, leave and deputies over HTTP."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.audit import Break, Trail, verify
from app.core.clock import FixedClock
from app.core.outbox import Outbox
from app.core.work import Runtime, open_city, system_work
from app.people import actions
from app.people.models import Absence, Post, Role
from app.worker.housekeeping import rehome
from tests import town
from tests.conftest import Desk, Sit, find_post
from tests.issues.acts import HERE, THERE, raised

pytestmark = pytest.mark.anyio

UNTIL = "2026-11-27T09:00:00+08:00"
WORKER, LEADER = (Role.GRID_WORKER, town.G1), (Role.GRID_LEADER, town.G1)


async def post_of(runtime: Runtime, role: Role, ground: str) -> str:
    return str((await find_post(runtime, HERE, role, ground))[1])


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


async def newcomer(runtime: Runtime, name: str = "newcomer", district: str | None = None) -> UUID:
    async with open_city(runtime) as session:
        account = await actions.register_account(session, runtime, name, "新来", town.PASSWORD)
        if district is not None:
            await actions.join_district(session, account, district, runtime.clock.now())
    return account


async def trail_of(runtime: Runtime, post: str) -> list[tuple[str, str, str]]:
    """Steps of a post's trail and the events beside them; the whole chain of posts holds."""
    async with system_work(runtime, HERE) as work:
        broken = [found async for found in verify(work.session, "post", Post) if isinstance(found, Break)]
        mine = (Trail.subject_id == UUID(post), Outbox.subject_id == Trail.subject_id, Outbox.seq == Trail.seq)
        query = select(Trail.step, Trail.to_state, Outbox.event).where(*mine).order_by(Trail.seq)
        rows = (await work.session.execute(query)).all()
    assert broken == []
    return [(row.step, row.to_state, row.event) for row in rows]


async def test_roles_offered_are_those_one_may_give(sit: Sit, runtime: Runtime) -> None:
    """What the form offers is taken, and what it does not offer is refused."""
    await newcomer(runtime)
    desk = await sit(Role.STREET_DISPATCHER, town.WEST)
    offered = {one["role"]: one for one in (await desk.get("/posts/roles")).json()}
    assert offered["grid_worker"] == {"role": "grid_worker", "levels": ["grid"], "unit": False}
    assert "street_dispatcher" not in offered, "the secretary gives that one"
    said = {"username": "newcomer", "role": "street_dispatcher", "area": town.WEST}
    assert code_of(await desk.post("/posts", said)) == (403, "post_not_kept")
    whole = {one["role"]: one for one in (await (await sit(Role.DISTRICT_ADMIN, HERE)).get("/posts/roles")).json()}
    assert whole["department_officer"] == {"role": "department_officer", "levels": [], "unit": True}
    assert not {"district_admin", "auditor"} & set(whole)


async def test_a_street_appoints_on_its_ground_and_the_newcomer_works_at_once(sit: Sit, runtime: Runtime) -> None:
    await newcomer(runtime)
    desk = await sit(Role.STREET_DISPATCHER, town.WEST)
    said = {"username": "newcomer", "role": "grid_worker", "area": town.SMALL_A, "rank": "B"}
    answer = await desk.post("/posts", said)
    assert answer.status_code == 201, answer.text
    line = answer.json()
    assert (line["holder"], line["ground"]["code"], line["rank"]) == ("新来", town.SMALL_A, "B")
    signed_in = await Desk(desk.http).post("/login", {"username": "newcomer", "password": town.PASSWORD})
    assert signed_in.json()["me"]["post"]["id"] == line["id"]
    assert await trail_of(runtime, line["id"]) == [("appoint", "held", "post_given")]
    assert code_of(await desk.post("/posts", said)) == (409, "already_appointed")


async def test_what_may_not_be_appointed_is_refused_and_said_why(sit: Sit, runtime: Runtime) -> None:
    await newcomer(runtime)
    await newcomer(runtime, "elsewhere", THERE)
    gone = await newcomer(runtime, "gone")
    async with open_city(runtime) as session:
        await actions.disable_account(session, gone, runtime.clock.now())
    street, admin = await sit(Role.STREET_DISPATCHER, town.WEST), await sit(Role.DISTRICT_ADMIN, HERE)
    worker = {"username": "newcomer", "role": "grid_worker", "area": town.G1}
    for desk, change, expected in (
        (street, {"username": "nobody"}, (422, "unknown_account")),
        (street, {"username": "gone"}, (422, "unknown_account")),
        (street, {"username": "elsewhere"}, (422, "unknown_account")),
        (street, {"area": town.FIELD}, (403, "outside_own_ground")),
        (street, {"area": town.C1}, (422, "bad_ground")),
        (street, {"area": "nowhere"}, (422, "bad_ground")),
        (street, {"area": None}, (422, "bad_ground")),
        (street, {"unit": "chengguan"}, (422, "bad_ground")),
        (street, {"role": "street_dispatcher", "area": town.WEST}, (403, "post_not_kept")),
        (street, {"role": "auditor", "area": HERE}, (403, "post_not_kept")),
        (street, {"role": "department_head", "area": None, "unit": "chengguan"}, (403, "post_not_kept")),
        (street, {"username": f"street_dispatcher-{town.WEST}"}, (403, "two_persons")),
        (admin, {"username": f"district_admin-{HERE}"}, (403, "two_persons")),
        (admin, {"role": "district_admin", "area": HERE}, (403, "two_persons")),
        (admin, {"role": "auditor", "area": HERE}, (403, "two_persons")),
        (admin, {"role": "department_head", "area": None, "unit": town.WEST}, (422, "bad_ground")),
        (admin, {"role": "public"}, (403, "post_not_kept")),
    ):
        assert code_of(await desk.post("/posts", worker | change)) == expected, change
    async with system_work(runtime, HERE) as work:
        assert (await work.session.scalars(select(Trail).where(Trail.subject_kind == "post"))).all() == []


async def test_a_secretary_keeps_dispatchers_and_the_district_departments(sit: Sit, runtime: Runtime) -> None:
    await newcomer(runtime)
    secretary, admin = await sit(Role.STREET_SECRETARY, town.WEST), await sit(Role.DISTRICT_ADMIN, HERE)
    for desk, role, over in (
        (secretary, "street_dispatcher", {"area": town.WEST}),
        (admin, "street_secretary", {"area": town.EAST}),
        (admin, "department_officer", {"unit": "shuiwu"}),
    ):
        answer = await desk.post("/posts", {"username": "newcomer", "role": role, **over})
        assert answer.status_code == 201, answer.text


async def test_an_ended_post_stops_its_holder_and_hands_over(sit: Sit, public: Desk, runtime: Runtime) -> None:
    issue = (await raised(public, town.IN_B1))["id"]
    worker, desk = await sit(*WORKER), await sit(Role.STREET_DISPATCHER, town.WEST)
    post, leader = await post_of(runtime, *WORKER), await post_of(runtime, *LEADER)
    assert (await worker.get("/me")).status_code == 200
    ended = (await desk.post(f"/posts/{post}/end")).json()
    assert ended["valid_to"] == "2026-11-20T01:00:00Z"
    assert code_of(await worker.get("/me")) == (401, "session_ended")
    assert await rehome(runtime, HERE) == 1
    assert (await desk.get(f"/issues/{issue}")).json()["holder"]["post_id"] == leader
    assert code_of(await desk.post(f"/posts/{post}/end")) == (404, "not_found")
    assert await trail_of(runtime, post) == [("end", "ended", "post_ended")]


async def test_posts_of_others_are_not_ended(sit: Sit, runtime: Runtime) -> None:
    street, admin = await sit(Role.STREET_DISPATCHER, town.WEST), await sit(Role.DISTRICT_ADMIN, HERE)
    for desk, role, ground, expected in (
        (street, Role.GRID_WORKER, town.FIELD, (404, "not_found")),
        (street, Role.DEPARTMENT_HEAD, "chengguan", (404, "not_found")),
        (street, Role.STREET_SECRETARY, town.WEST, (403, "post_not_kept")),
        (admin, Role.AUDITOR, HERE, (403, "two_persons")),
        (admin, Role.DISTRICT_ADMIN, HERE, (403, "two_persons")),
    ):
        post = await post_of(runtime, role, ground)
        for what, said in (("end", None), ("absence", {"until": UNTIL}), ("absence/end", None)):
            assert code_of(await desk.post(f"/posts/{post}/{what}", said)) == expected, (role, what)
    assert code_of(await admin.post(f"/posts/{UUID(int=7)}/end")) == (404, "not_found")


async def test_leave_hands_the_post_to_the_deputy_and_back(
    sit: Sit, public: Desk, runtime: Runtime, clock: FixedClock
) -> None:
    """W6: the deputy sees the matters at once, and the leave says how many there are."""
    issue = (await raised(public, town.IN_B1))["id"]
    post, leader = await post_of(runtime, *WORKER), await post_of(runtime, *LEADER)
    worker, deputy = await sit(*WORKER), await sit(*LEADER)
    answer = await worker.post("/me/absence", {"until": UNTIL, "deputy_post": leader})
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert said["in_hand"] == {"issues": 1, "orders": 0, "visits": 0}
    assert (said["post"]["on_leave_until"], said["post"]["deputy"]) == ("2026-11-27T01:00:00Z", "测试grid_leader")
    acting = Desk(deputy.http, (await deputy.post("/me/post", {"post": post})).json()["token"])
    assert (await acting.step(issue, "accept")).status_code == 200
    assert code_of(await acting.post("/me/absence", {"until": UNTIL})) == (403, "only_deputising")
    assert code_of(await acting.post("/me/absence/end")) == (403, "only_deputising")
    clock.advance(hours=1)
    assert code_of(await worker.post("/me/absence", {"until": UNTIL})) == (409, "already_away")
    back = await worker.post("/me/absence/end")
    assert (back.status_code, back.json()["on_leave_until"]) == (200, None)
    assert code_of(await acting.get("/me")) == (401, "session_ended")
    assert code_of(await worker.post("/me/absence/end")) == (409, "not_away")
    steps = [("leave", "away", "leave_begun"), ("come_back", "held", "leave_ended")]
    assert await trail_of(runtime, post) == steps


async def test_the_office_enters_leave_for_somebody_and_takes_it_back(sit: Sit, runtime: Runtime) -> None:
    post, leader = await post_of(runtime, *WORKER), await post_of(runtime, *LEADER)
    desk = await sit(Role.STREET_SECRETARY, town.WEST)
    answer = await desk.post(f"/posts/{post}/absence", {"until": UNTIL, "deputy_post": leader})
    assert answer.status_code == 201, answer.text
    assert answer.json()["post"]["deputy"] == "测试grid_leader"
    assert code_of(await desk.post(f"/posts/{post}/absence", {"until": UNTIL})) == (409, "already_away")
    assert (await desk.post(f"/posts/{post}/absence/end")).json()["on_leave_until"] is None
    async with system_work(runtime, HERE) as work:
        assert (await work.session.scalars(select(Absence))).all() == []
    assert code_of(await desk.post(f"/posts/{post}/absence/end")) == (409, "not_away")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"until": "2026-11-20T09:00:00+08:00"}, "bad_until"),
        ({"until": "2026-11-19T09:00:00+08:00"}, "bad_until"),
        ({"until": "2027-11-22T09:00:00+08:00"}, "bad_until"),
        ({"until": "2026-11-27T09:00:00"}, "invalid_field"),
        ({}, "invalid_field"),
        ({"until": UNTIL, "deputy_post": str(UUID(int=7))}, "unknown_deputy"),
        ({"until": UNTIL, "deputy_post": "own"}, "unknown_deputy"),
        ({"until": UNTIL, "deputy_post": "beside"}, "unknown_deputy"),
    ],
)
async def test_leave_that_cannot_be_is_refused(
    sit: Sit, runtime: Runtime, said: dict[str, str], code: str
) -> None:
    own, beside = await post_of(runtime, *WORKER), await post_of(runtime, Role.GRID_WORKER, town.G2)
    named = {"own": own, "beside": beside}
    if "deputy_post" in said:
        said = said | {"deputy_post": named.get(said["deputy_post"], said["deputy_post"])}
    assert code_of(await (await sit(*WORKER)).post("/me/absence", said)) == (422, code)


async def test_nobody_makes_himself_a_deputy_and_an_administrator_only_his_equal(
    sit: Sit, runtime: Runtime
) -> None:
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    supervisor = await post_of(runtime, Role.DISTRICT_SUPERVISOR, HERE)
    own = await post_of(runtime, Role.DISTRICT_ADMIN, HERE)
    himself = {"until": UNTIL, "deputy_post": own}
    assert code_of(await admin.post(f"/posts/{supervisor}/absence", himself)) == (403, "two_persons")
    assert (await posts_away(runtime)) == []
    for deputy in (supervisor, await post_of(runtime, Role.AUDITOR, HERE)):
        said = {"until": UNTIL, "deputy_post": deputy}
        assert code_of(await admin.post("/me/absence", said)) == (422, "unknown_deputy")
    assert (await admin.post("/me/absence", {"until": UNTIL})).status_code == 201


async def posts_away(runtime: Runtime) -> list[UUID]:
    async with system_work(runtime, HERE) as work:
        return list(await work.session.scalars(select(Absence.post_id)))


async def test_leave_may_begin_later_and_be_taken_back(sit: Sit, runtime: Runtime, clock: FixedClock) -> None:
    worker, leader = await sit(*WORKER), await post_of(runtime, *LEADER)
    said = {"since": "2026-11-24T09:00:00+08:00", "until": UNTIL, "deputy_post": leader}
    early = {**said, "since": "2026-11-01T09:00:00+08:00"}
    assert code_of(await worker.post("/me/absence", early)) == (422, "bad_since")
    assert code_of(await worker.post("/me/absence", {**said, "since": UNTIL})) == (422, "bad_until")
    put = (await worker.post("/me/absence", said)).json()["post"]
    assert (put["on_leave_from"], put["on_leave_until"]) == ("2026-11-24T01:00:00Z", "2026-11-27T01:00:00Z")
    post, deputy = await post_of(runtime, *WORKER), await sit(*LEADER)
    assert code_of(await deputy.post("/me/post", {"post": post})) == (403, "no_post"), "it has not begun"
    assert code_of(await worker.post("/me/absence", said)) == (409, "already_away")
    assert (await worker.post("/me/absence/end")).json()["on_leave_until"] is None
    assert (await worker.post("/me/absence", said)).status_code == 201
    clock.advance(days=4, hours=12)
    assert (await (await sit(*LEADER)).post("/me/post", {"post": post})).status_code == 200, "it has begun"
