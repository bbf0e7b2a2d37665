"""One unit of work: commit before the reply, all or nothing, the right district, whole pools, clear refusals."""

import asyncio
import random  # noqa: TID251  # a seeded shuffle of a test
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from cluster import Cluster
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.exc import ProgrammingError

from app.core import db
from app.core.audit import Trail
from app.core.db import AlreadyThere, NotStorable
from app.core.errors import Busy, Problem, Unavailable
from app.core.outbox import Outbox
from app.core.scope import EVERYTHING, scoped_session
from app.core.settings import Settings
from app.core.work import (
    Runtime,
    UnknownDistrict,
    Work,
    enter_district,
    open_city,
    schema_of,
    system_work,
)
from app.issues.models import Issue
from app.issues.records import IssueDay
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit, make_runtime, report
from tests.core.aids import A_KEY, HERE, THERE, as_role, assert_whole, count, raised

pytestmark = pytest.mark.anyio
DAY = town.MORNING.date()
NOTHING_DONE = {"raised": 0, "answered": 0, "closed": 0}

AT_COMMIT = """
create function shared.at_commit() returns trigger language plpgsql as $$ begin {act}; return null; end $$;
create constraint trigger at_commit after insert on {schema}.outbox deferrable initially deferred
    for each row execute function shared.at_commit();
"""
FAILS = {
    "serialization": "raise exception using errcode = '40001'",
    "backend killed": "perform pg_terminate_backend(pg_backend_pid())",
}


def failing_commit(url: str, act: str) -> None:
    """From now on every commit of an event in the first district comes to this."""
    with as_role(url) as owner:
        for statement in AT_COMMIT.format(act=act, schema=schema_of(HERE)).split(";\ncreate constraint"):
            owner.execute(
                statement if statement.startswith("\ncreate function") else "create constraint" + statement
            )


def working_commit(url: str) -> None:
    with as_role(url) as owner:
        owner.execute("drop trigger at_commit on outbox")


@pytest.mark.parametrize("way", FAILS)
async def test_a_commit_that_fails_is_a_503_and_never_a_success(
    public: Desk, sit: Sit, runtime: Runtime, cluster: Cluster, database: str, way: str
) -> None:
    worker = await sit(Role.GRID_WORKER, town.G1)
    issue = (await raised(public))["id"]
    before = await assert_whole(runtime)
    failing_commit(cluster.url("owner", database), FAILS[way])
    create = await public.post("/issues", report(town.IN_B1), headers={"Idempotency-Key": A_KEY})
    accept = await worker.step(issue, "accept")
    for answer in (create, accept):
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"] == "2"
    assert await assert_whole(runtime) == before
    working_commit(cluster.url("owner", database))
    again = await public.post("/issues", report(town.IN_B1), headers={"Idempotency-Key": A_KEY})
    assert (again.status_code, (await worker.step(issue, "accept")).status_code) == (201, 200)


async def test_a_commit_that_fails_for_our_own_fault_is_a_500_without_a_word_of_it(
    public: Desk, runtime: Runtime, cluster: Cluster, database: str
) -> None:
    failing_commit(cluster.url("owner", database), "raise exception 'phone 13800001234'")
    answer = await public.post("/issues", report(town.IN_B1))
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "13800001234" not in answer.text
    assert answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert await count(runtime, Issue) == 0


async def test_an_exception_rolls_everything_back(runtime: Runtime) -> None:
    class Stop(Exception):
        pass

    async def act() -> None:
        async with system_work(runtime, HERE) as work:
            await work.put(IssueDay, [day_row(1)])
            cursor = await work.cursor()
            await cursor.execute("insert into issue_day values (gen_random_uuid(), current_date, 1, 1, 1)")
            raise Stop

    with pytest.raises(Stop):
        await act()
    assert await count(runtime, IssueDay) == 0


def day_row(number: int, **more: Any) -> dict[str, Any]:
    return {"street_id": UUID(int=number), "day": DAY, **NOTHING_DONE, **more}


@pytest.fixture
async def narrow(settings: Settings) -> AsyncIterator[Runtime]:
    """One connection, so that every transaction is on the one the last used."""
    made = make_runtime(settings.model_copy(update={"pool_size": 1, "pool_wait_s": 0.2}))
    yield made
    await made.engine.dispose()


async def test_a_forgotten_district_finds_no_table(narrow: Runtime) -> None:
    async with system_work(narrow, HERE) as work:
        await work.session.execute(select(Issue.id))
    async with scoped_session(narrow.engine, EVERYTHING) as session:
        with pytest.raises(ProgrammingError, match="UndefinedTable"):
            await session.execute(select(Issue.id))
    async with scoped_session(narrow.engine, EVERYTHING) as session:
        await enter_district(session, HERE)
        await session.execute(select(Issue.id))
        await session.commit()
        with pytest.raises(ProgrammingError, match="UndefinedTable"):
            await session.execute(select(Issue.id))


async def test_a_city_transaction_finds_no_district(narrow: Runtime) -> None:
    async with system_work(narrow, HERE) as work:
        await work.session.execute(select(Issue.id))
    with pytest.raises(ProgrammingError, match="UndefinedTable"):
        async with open_city(narrow) as session:
            await session.execute(select(func.count(IssueDay.day)))


@pytest.mark.parametrize(
    "code", ["", "53011", "5301144", "53011a", "５３０１１４", "530114; drop", "nowhere", "t_5301"]
)
async def test_what_is_not_six_digits_reaches_no_path(runtime: Runtime, code: str) -> None:
    with pytest.raises(UnknownDistrict):
        async with system_work(runtime, code):
            pass


async def test_a_district_that_does_not_exist_finds_no_table(runtime: Runtime) -> None:
    with pytest.raises(ProgrammingError, match="UndefinedTable"):
        async with system_work(runtime, "530199") as work:
            await work.session.execute(select(Issue.id))


async def test_two_districts_taking_turns_on_one_connection_never_see_one_another(narrow: Runtime) -> None:
    """Also when a transaction fails, when it is rolled back to a savepoint, and past psycopg's preparing (13)."""
    chance = random.Random(13)  # noqa: S311  # a test's own order
    made = dict.fromkeys((HERE, THERE), 0)
    foreign = 0
    for number in range(1, 201):
        district = chance.choice((HERE, THERE))
        with suppress(ZeroDivisionError):
            async with system_work(narrow, district) as work:
                rows = await work.session.scalars(select(IssueDay.raised))
                cursor = await work.cursor()
                await cursor.execute("select raised from issue_day")
                seen = [*rows, *(row[0] for row in await cursor.fetchall())]
                foreign += sum(one != int(district) for one in seen)
                assert len(seen) == 2 * made[district]
                await work.put(IssueDay, [day_row(number, raised=int(district))])
                async with work.session.begin_nested():
                    await work.session.execute(select(Issue.id))
                if chance.random() < 0.3:
                    raise ZeroDivisionError
            made[district] += 1
    assert foreign == 0
    assert min(made.values()) > 40


@pytest.fixture
async def four(app: FastAPI, settings: Settings) -> AsyncIterator[Runtime]:
    """The app on four connections, without a limit on reports."""
    made = make_runtime(settings.model_copy(update={"pool_size": 4, "pool_wait_s": 30}))
    app.state.runtime, app.state.flood_gate = made, _NoGate()
    yield made
    await made.engine.dispose()


async def _cancelled(public: Desk, number: int, after: float) -> int:
    """The status of a create cancelled after some seconds, 0 when that cut it off; half are again and again."""
    body = report(town.IN_B1, district=(HERE, THERE)[number % 2], contact={"phone": "13800001234"})
    task = asyncio.create_task(public.post("/issues", body, headers={"Idempotency-Key": f"{A_KEY}-{number}"}))
    await asyncio.wait([task], timeout=after)
    if task.done():
        return task.result().status_code
    task.cancel()
    if number % 4 < 2:
        await asyncio.wait([task])
    while not task.done():
        task.cancel()
        await asyncio.sleep(0)
    done = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(done[0], asyncio.CancelledError) or done[0].status_code in (201, 503), done  # type: ignore[union-attr]
    return 0


async def _states_when_all_are_back(pool: Any, cluster: Cluster, database: str) -> dict[str, int]:
    """What the server says of the app's connections, once none is taken and those hung up on have ended."""
    for _ in range(200):
        if pool.checkedout() == 0:
            break
        await asyncio.sleep(0.02)
    assert pool.checkedout() == 0
    with psycopg.connect(cluster.url("cluster", "postgres")) as admin:
        query = "select state, count(*) from pg_stat_activity where datname = %s and usename = 'app' group by 1"
        states: dict[str, int] = {}
        for _ in range(250):
            states = dict(admin.execute(query, [database]).fetchall())
            admin.commit()  # the next look is at what is then
            if set(states) == {"idle"} and states["idle"] <= pool.size():
                break
            await asyncio.sleep(0.02)
        return states


async def test_two_hundred_creates_cancelled_at_random_are_whole_or_absent(
    public: Desk, four: Runtime, cluster: Cluster, database: str
) -> None:
    chance = random.Random(53)  # noqa: S311  # a test's own order
    began = asyncio.get_running_loop().time()
    await asyncio.gather(*(raised(public) for _ in range(10)))
    whole_batch = 1.2 * (asyncio.get_running_loop().time() - began)
    answers: list[int] = []
    for start in range(0, 200, 10):
        batch = (_cancelled(public, number, chance.random() * whole_batch) for number in range(start, start + 10))
        answers += await asyncio.gather(*batch)
    assert set(answers) == {0, 201}
    assert min(answers.count(0), answers.count(201)) > 20
    states = await _states_when_all_are_back(four.engine.pool, cluster, database)
    assert set(states) == {"idle"}
    assert states["idle"] <= 4
    stored = 0
    for district in (HERE, THERE):
        issues = await count(four, Issue, district)
        assert await count(four, Trail, district, Trail.seq == 1) == issues
        assert await count(four, Outbox, district, Outbox.seq == 1) == issues
        await assert_whole(four, district)
        stored += issues
    assert stored >= 10 + answers.count(201)
    await asyncio.gather(*(raised(public, district=HERE) for _ in range(8)))  # the pool serves all four at once


class _NoGate:
    async def suspects(self, _: str) -> bool:
        return False


RAISE = "do $$ begin raise exception using errcode = '{}'; end $$"
STATES: list[tuple[str, type[Problem] | None]] = [
    ("55P03", Busy),
    ("23505", AlreadyThere),
    ("22021", NotStorable),
    ("22P05", NotStorable),
    ("22003", NotStorable),
    ("22001", NotStorable),
    ("40001", Unavailable),
    ("40P01", Unavailable),
    ("57014", Unavailable),
    ("0A000", Unavailable),
    ("53300", Unavailable),
    ("58030", Unavailable),
    ("23503", None),
    ("42P01", None),
    ("P0001", None),
]


async def _by_session(work: Work, statement: str) -> None:
    connection = await work.session.connection()
    await connection.exec_driver_sql(statement)


async def _by_cursor(work: Work, statement: str) -> None:
    await (await work.cursor()).execute(statement)


@pytest.mark.parametrize("send", [_by_session, _by_cursor])
@pytest.mark.parametrize(("state", "problem"), STATES)
async def test_database_trouble_by_its_state(
    narrow: Runtime, state: str, problem: type[Problem] | None, send: Callable[[Work, str], Awaitable[None]]
) -> None:
    expected: Any = problem or (sa.exc.DBAPIError, psycopg.Error)
    with pytest.raises(expected) as caught:
        async with system_work(narrow, HERE) as work:
            await send(work, RAISE.format(state))
    assert problem is not None or not isinstance(caught.value, Problem)
    assert await count(narrow, Issue) == 0  # the connection is of use again


@pytest.mark.parametrize("send", [_by_session, _by_cursor])
async def test_a_killed_backend_is_a_503_and_the_pool_heals(
    narrow: Runtime, cluster: Cluster, database: str, send: Callable[[Work, str], Awaitable[None]]
) -> None:
    kill = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and usename = 'app'"

    async def act() -> None:
        async with system_work(narrow, HERE) as work:
            await send(work, "select 1")
            admin.execute(kill, [database])
            await send(work, "select 1")

    with psycopg.connect(cluster.url("cluster", "postgres"), autocommit=True) as admin:
        for _ in range(3):
            with pytest.raises(Unavailable):
                await act()
            assert await count(narrow, Issue) == 0


async def test_a_text_no_column_can_hold_is_the_callers_fault(narrow: Runtime) -> None:
    with pytest.raises(NotStorable):
        async with system_work(narrow, HERE) as work:
            await work.session.execute(select(Issue.id).where(Issue.text == "a\0b"))
    with pytest.raises(NotStorable):
        async with system_work(narrow, HERE) as work:
            await (await work.cursor()).execute("select %s::text", ["a\0b"])


async def test_a_full_pool_is_a_503_with_a_time_to_come_again(app: FastAPI, public: Desk, narrow: Runtime) -> None:
    app.state.runtime = narrow
    async with system_work(narrow, HERE) as work:
        await work.session.execute(select(Issue.id))
        answer = await public.post("/issues", report(town.IN_B1))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert (await public.post("/issues", report(town.IN_B1))).status_code == 201


@pytest.fixture
async def impatient(app: FastAPI, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Runtime]:
    """The app with a lock timeout a test can wait for."""
    monkeypatch.setattr(db, "OPTIONS", db.OPTIONS.replace("lock_timeout=4000", "lock_timeout=60"))
    made = make_runtime(settings)
    app.state.runtime = made
    yield made
    await made.engine.dispose()


async def test_a_row_held_by_another_is_a_409_with_a_time_to_come_again(
    public: Desk, sit: Sit, impatient: Runtime, cluster: Cluster, database: str
) -> None:
    worker = await sit(Role.GRID_WORKER, town.G1)
    issue = (await raised(public))["id"]
    with as_role(cluster.url("app", database)) as other, other.transaction():
        other.execute("select 1 from issue for update")
        answer = await worker.step(issue, "accept")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (409, "busy", "1")
    assert (await worker.step(issue, "accept")).status_code == 200
    await assert_whole(impatient)


async def test_a_key_held_by_another_is_a_409_on_the_hot_path_too(
    public: Desk, impatient: Runtime, cluster: Cluster, database: str
) -> None:
    with as_role(cluster.url("app", database)) as other, other.transaction():
        row = "insert into idempotency values ('public', 'POST /issues', %s, '', gen_random_uuid(), now())"
        other.execute(row, [A_KEY])
        answer = await public.post("/issues", report(town.IN_B1), headers={"Idempotency-Key": A_KEY})
        other.execute("delete from idempotency")
    assert (answer.status_code, answer.json()["code"]) == (409, "busy")
    assert (await raised(public, key=A_KEY))["number"]
    assert await count(impatient, Issue) == 1


async def test_nothing_put_is_nothing_sent(runtime: Runtime) -> None:
    async with system_work(runtime, HERE) as work:
        await work.put(IssueDay, [])
    assert await count(runtime, IssueDay) == 0
