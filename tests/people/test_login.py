"""Signing in: what is checked, what is said, what is kept."""

import pytest
from sqlalchemy import select, text

from app.core.clock import FixedClock
from app.core.crypto import token_hash
from app.core.work import Runtime, open_city, system_work
from app.people import actions
from app.people.models import Post, Role, Token
from app.people.queries import account_named
from tests import town
from tests.conftest import Desk, find_post
from tests.issues.acts import HERE, THERE, appointed, assert_problem

pytestmark = pytest.mark.anyio

WORKER = town.login_name(Role.GRID_WORKER, town.G1)


def credentials(username: str = WORKER, **more: object) -> dict[str, object]:
    return {"username": username, "password": town.PASSWORD, "district": HERE} | more


async def test_the_right_password_gives_a_token_bound_to_account_district_and_post(
    public: Desk, runtime: Runtime
) -> None:
    account_id, post_id = await find_post(runtime, HERE, Role.GRID_WORKER, town.G1)
    answer = await public.post("/login", credentials())
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["token"].startswith(f"{HERE}.")
    assert said["me"]["username"] == WORKER
    assert (said["me"]["district"], said["me"]["post"]["id"]) == (HERE, str(post_id))
    assert (said["me"]["post"]["area_code"], said["me"]["post"]["deputy"]) == (town.G1, False)
    assert answer.headers["cache-control"] == "no-store"
    async with open_city(runtime) as session:
        kept = (await session.scalars(select(Token))).one()
    assert (kept.hash, kept.account_id, kept.district) == (token_hash(said["token"]), account_id, HERE)
    public.token = said["token"]
    assert (await public.get("/me")).json() == said["me"]


async def test_a_wrong_name_a_wrong_password_and_a_disabled_account_look_the_same(
    public: Desk, runtime: Runtime
) -> None:
    async with open_city(runtime) as session:
        account = await account_named(session, "auditor-530114")
        assert account is not None
        account.disabled_at = runtime.clock.now()
        await session.flush()
    wrong = [
        await public.post("/login", credentials("nobody-here")),
        await public.post("/login", credentials(password=town.PASSWORD + "x")),
        await public.post("/login", credentials("auditor-530114")),
    ]
    assert_problem(wrong[0], 401, "wrong_credentials")
    assert len({answer.content for answer in wrong}) == 1
    assert {answer.status_code for answer in wrong} == {401}


async def test_without_a_district_an_account_of_two_must_choose(public: Desk) -> None:
    answer = await public.post("/login", credentials(district=None))
    said = assert_problem(answer, 422, "choose_district", "district")
    assert said["data"]["districts"] == f"{HERE}, {THERE}"
    there = await public.post("/login", credentials(district=THERE))
    assert there.json()["token"].startswith(f"{THERE}.")


async def test_a_district_the_account_does_not_belong_to_is_refused(public: Desk) -> None:
    assert_problem(await public.post("/login", credentials(district="123456")), 403, "no_post", "district")
    assert_problem(await public.post("/login", credentials(district="12345")), 422, "invalid_field", "district")


async def test_an_account_without_a_post_is_told_so(public: Desk, runtime: Runtime) -> None:
    async with open_city(runtime) as session:
        account = await actions.register_account(session, runtime, "newcomer", "新人", town.PASSWORD)
        await actions.join_district(session, account, HERE, runtime.clock.now())
    assert_problem(await public.post("/login", credentials("newcomer", district=None)), 403, "no_post", "post")


async def test_a_post_may_be_chosen_and_must_be_ones_own(public: Desk, runtime: Runtime) -> None:
    second = await appointed(runtime, Role.GRID_WORKER, town.G2, WORKER)
    _, strange = await find_post(runtime, HERE, Role.GRID_WORKER, town.FIELD)
    said = (await public.post("/login", credentials(post=str(second)))).json()
    assert said["me"]["post"]["id"] == str(second)
    assert {post["area_code"] for post in said["me"]["posts"]} == {town.G1, town.G2}
    assert_problem(await public.post("/login", credentials(post=str(strange))), 403, "no_post", "post")


async def test_a_name_nobody_can_have_is_a_field_problem(public: Desk) -> None:
    for name in ("a\x00b", "", "x" * 41, "王芳", "a b", "'; drop table account; --"):
        assert_problem(await public.post("/login", credentials(name)), 422, "invalid_field", "username")
    assert_problem(await public.post("/login", credentials(password="")), 422, "invalid_field", "password")
    assert_problem(await public.post("/login", credentials(password="x" * 257)), 422, "invalid_field", "password")
    assert_problem(await public.post("/login", credentials(admin=True)), 422, "invalid_field", "admin")


async def test_the_database_holds_only_hashes_of_tokens_and_passwords(public: Desk, runtime: Runtime) -> None:
    """Every row of the directory, and of the district, as text (TRUST 10)."""
    token = (await public.post("/login", credentials())).json()["token"]
    secret = token.partition(".")[2]
    async with open_city(runtime) as session:
        connection = await session.connection()
        tables = await connection.execute(
            text("select schemaname, tablename from pg_tables where schemaname in ('directory', 't_530114')")
        )
        seen = 0
        for schema, table in tables.all():
            if table == "alembic_version":
                continue
            for (row,) in await connection.execute(text(f"select x::text from {schema}.{table} x")):
                seen += 1
                assert secret not in row, table
                assert town.PASSWORD not in row, table
        hashes = await connection.execute(text("select password_hash from directory.account"))
        assert all(row.password_hash.startswith("$argon2id$") for row in hashes)
    assert seen > 100


async def test_sign_in_is_written_down_without_secrets(public: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    token = (await public.post("/login", credentials())).json()["token"]
    await public.post("/login", credentials(password="a wrong guess 99"))
    told = "".join(capsys.readouterr())
    assert "signed_in" in told
    assert "sign_in_refused" in told
    for secret in (token, token.partition(".")[2], town.PASSWORD, "a wrong guess 99", WORKER):
        assert secret not in told


async def test_a_post_that_begins_tomorrow_is_not_there_yet(
    public: Desk, runtime: Runtime, clock: FixedClock
) -> None:
    account_id, post_id = await find_post(runtime, HERE, Role.GRID_WORKER, town.G1)
    async with system_work(runtime, HERE) as work:
        post = await work.session.get_one(Post, post_id)
        post.valid_from = clock.now().replace(day=21)
        await work.session.flush()
    assert_problem(await public.post("/login", credentials()), 403, "no_post", "post")
    clock.advance(days=1)
    assert (await public.post("/login", credentials())).status_code == 200
    assert account_id is not None
