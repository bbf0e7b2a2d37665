"""A session ends at once when anything it stands on ends (TRUST 8)."""

from datetime import timedelta

import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime, open_city, system_work
from app.people import actions
from app.people.models import Absence, Role
from app.people.queries import account_named
from tests import town
from tests.conftest import Desk, Sit, find_post
from tests.issues.acts import HERE, account_of, appointed, assert_problem, away, raised

pytestmark = pytest.mark.anyio


async def test_nobody_is_let_in_without_a_token_or_with_a_made_up_one(public: Desk, sit: Sit) -> None:
    assert_problem(await public.get("/me"), 401, "not_signed_in")
    good = (await sit(Role.GRID_WORKER, town.G1)).token or ""
    foreign = "990001" + good[6:]
    for bad in (
        "x",
        "530114",
        f"{HERE}.",
        f"{HERE}.aaaa",
        foreign,
        good[:-1],
        "5３0114." + good[7:],
        "123456.abc",
    ):
        public.token = bad.encode("ascii", "ignore").decode()
        answer = await public.get("/me")
        assert_problem(answer, 401, "session_ended")
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_logging_out_ends_the_token_at_once_and_no_other(sit: Sit) -> None:
    first, second = await sit(Role.GRID_WORKER, town.G1), await sit(Role.GRID_WORKER, town.G1)
    assert (await first.post("/logout")).status_code == 204
    assert_problem(await first.get("/me"), 401, "session_ended")
    assert_problem(await first.post("/logout"), 401, "session_ended")
    assert (await second.get("/me")).status_code == 200


async def test_a_token_ends_twelve_hours_after_it_was_given(sit: Sit, clock: FixedClock) -> None:
    desk = await sit(Role.GRID_WORKER, town.G1)
    clock.advance(hours=11, minutes=59, seconds=59)
    assert (await desk.get("/me")).status_code == 200
    clock.advance(seconds=1)
    assert_problem(await desk.get("/me"), 401, "session_ended")


async def test_a_disabled_account_is_refused_with_the_next_call(sit: Sit, runtime: Runtime) -> None:
    desk = await sit(Role.GRID_WORKER, town.G1)
    async with open_city(runtime) as session:
        account = await account_named(session, town.login_name(Role.GRID_WORKER, town.G1))
        assert account is not None
        account.disabled_at = runtime.clock.now()
        await session.flush()
    assert_problem(await desk.get("/me"), 401, "session_ended")


async def test_revoking_all_ends_every_session_of_one_account_only(sit: Sit, runtime: Runtime) -> None:
    desks = [await sit(Role.GRID_WORKER, town.G1), await sit(Role.GRID_WORKER, town.G1, "990001")]
    other = await sit(Role.GRID_LEADER, town.G1)
    async with open_city(runtime) as session:
        account = await account_of(runtime, town.login_name(Role.GRID_WORKER, town.G1))
        await actions.revoke_all(session, account, runtime.clock.now())
    for desk in desks:
        assert_problem(await desk.get("/me"), 401, "session_ended")
    assert (await other.get("/me")).status_code == 200


async def test_an_ended_post_is_refused_with_the_next_call(sit: Sit, runtime: Runtime) -> None:
    desk = await sit(Role.GRID_WORKER, town.G1)
    async with system_work(runtime, HERE) as work:
        await actions.end_post(work, desk.post_id)
    assert_problem(await desk.get("/issues"), 401, "session_ended")


async def test_switching_the_post_gives_a_new_token_and_ends_the_old(sit: Sit, runtime: Runtime) -> None:
    desk = await sit(Role.GRID_WORKER, town.G1)
    second = await appointed(runtime, Role.COMMUNITY_OFFICER, town.C2, town.login_name(Role.GRID_WORKER, town.G1))
    said = (await desk.get("/me")).json()
    assert {post["role"] for post in said["posts"]} == {"grid_worker", "community_officer"}
    answer = await desk.post("/me/post", {"post": str(second)})
    assert answer.status_code == 200, answer.text
    assert_problem(await desk.get("/me"), 401, "session_ended")
    desk.token = answer.json()["token"]
    assert (await desk.get("/me")).json()["post"]["id"] == str(second)
    assert answer.json()["me"]["post"]["role"] == "community_officer"


async def test_another_persons_post_cannot_be_switched_to(sit: Sit, runtime: Runtime) -> None:
    desk = await sit(Role.GRID_WORKER, town.G1)
    _, strange = await find_post(runtime, HERE, Role.DISTRICT_ADMIN, "530114")
    assert_problem(await desk.post("/me/post", {"post": str(strange)}), 403, "no_post", "post")
    assert (await desk.get("/me")).status_code == 200, "a refused switch keeps the session"


async def test_a_deputy_acts_through_the_holders_post_while_the_holder_is_away_and_not_after(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    deputy_login = town.login_name(Role.GRID_WORKER, town.G2)
    _, post = await find_post(runtime, HERE, Role.GRID_WORKER, town.G1)
    deputy = await sit(Role.GRID_WORKER, town.G2)
    assert_problem(await deputy.post("/me/post", {"post": str(post)}), 403, "no_post")
    await away(runtime, Role.GRID_WORKER, town.G1, deputy_login, hours=8)
    receipt = await raised(public, town.IN_B1)
    assert receipt["holder"] == {"post_id": str(post), "role": "grid_worker", "deputy": True}
    offered = (await deputy.get("/me")).json()["posts"]
    assert [(one["id"], one["deputy"]) for one in offered][-1] == (str(post), True)
    deputy.token = (await deputy.post("/me/post", {"post": str(post)})).json()["token"]
    taken = await deputy.step(receipt["id"], "accept")
    assert taken.json()["state"] == "handling"
    assert taken.json()["trail"][-1]["post_id"] == str(post)
    clock.advance(hours=7, minutes=59)
    assert (await deputy.get(f"/issues/{receipt['id']}")).status_code == 200
    clock.advance(minutes=1)
    assert_problem(await deputy.get(f"/issues/{receipt['id']}"), 401, "session_ended")


async def test_the_holder_keeps_the_post_while_away(sit: Sit, runtime: Runtime) -> None:
    desk = await sit(Role.GRID_WORKER, town.G1)
    await away(runtime, Role.GRID_WORKER, town.G1, town.login_name(Role.GRID_LEADER, town.G1))
    assert (await desk.get("/me")).status_code == 200


async def test_an_absence_that_has_not_begun_lends_nothing(sit: Sit, runtime: Runtime) -> None:
    deputy = await sit(Role.GRID_WORKER, town.G2)
    _, post = await find_post(runtime, HERE, Role.GRID_WORKER, town.G1)
    account = await account_of(runtime, town.login_name(Role.GRID_WORKER, town.G2))
    async with system_work(runtime, HERE) as work:
        start = work.clock.now() + timedelta(hours=1)
        row = {"post_id": post, "starts_at": start, "ends_at": start + timedelta(hours=1), "deputy_id": account}
        await work.put(Absence, [row])
    assert_problem(await deputy.post("/me/post", {"post": str(post)}), 403, "no_post")
