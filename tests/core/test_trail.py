"""The chain shows every change of what was written, and role app cannot make one (TRUST 37)."""

import asyncio
import json
import random  # noqa: TID251  # a seeded choice of a test
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from cluster import Cluster
from sqlalchemy import select

from app.core.audit import Trail, verify
from app.core.work import Runtime, system_work
from app.issues.models import Issue
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.core.aids import HERE, THERE, as_role, assert_whole, breaks, ids_of, raised

pytestmark = pytest.mark.anyio
Connection = psycopg.Connection[Any]


@pytest.fixture
async def whole(public: Desk, sit: Sit, runtime: Runtime) -> list[UUID]:
    """Three issues of five acts each, and their ids."""
    worker = await sit(Role.GRID_WORKER, town.G1)
    for _ in range(3):
        issue = (await raised(public))["id"]
        for step, said in (("accept", {}), ("contact", {"way": "phone"}), ("answer", {"text": "已清运。"})):
            assert (await worker.step(issue, step, **said)).status_code == 200
    assert await assert_whole(runtime) == 15
    return await ids_of(runtime)


@pytest.fixture
def superuser(cluster: Cluster, database: str) -> Iterator[Connection]:
    with as_role(cluster.url("cluster", database)) as connection:
        yield connection


FORGED = """insert into trail select gen_random_uuid(), subject_kind, subject_id, {seq}, at, step, from_state,
    to_state, account_id, post_id, role, detail, v, hash from trail where subject_id = %(id)s and seq = 3"""
ONE = "where subject_id = %(id)s and seq = 3"
ALTERED = "the row was altered"
MISSING = "a row is missing before this one"
TAMPERING = {
    "words proved": (f'update trail set detail = \'{{"words": "0"}}\' {ONE}', 3, ALTERED),
    "time": (f"update trail set at = at + interval '1 microsecond' {ONE}", 3, ALTERED),
    "step": (f"update trail set step = 'answer' {ONE}", 3, ALTERED),
    "state before": (f"update trail set from_state = null {ONE}", 3, ALTERED),
    "state after": (f"update trail set to_state = 'closed' {ONE}", 3, ALTERED),
    "person": (f"update trail set account_id = gen_random_uuid() {ONE}", 3, ALTERED),
    "post": (f"update trail set post_id = gen_random_uuid() {ONE}", 3, ALTERED),
    "role": (f"update trail set role = 'system' {ONE}", 3, ALTERED),
    "row id": (f"update trail set id = gen_random_uuid() {ONE}", 3, ALTERED),
    "hash": (f"update trail set hash = sha256(hash) {ONE}", 3, ALTERED),
    "rule": (f"update trail set v = 2 {ONE}", 3, "an unknown rule"),
    "kind": (f"update trail set subject_kind = 'order' {ONE}", 4, MISSING),
    "deleted": (f"delete from trail {ONE}", 4, MISSING),
    "first deleted": ("delete from trail where subject_id = %(id)s and seq = 1", 2, MISSING),
    "tail cut": ("delete from trail where subject_id = %(id)s and seq > 3", 3, "the tail was cut"),
    "all deleted": ("delete from trail where subject_id = %(id)s", 0, "the tail was cut"),
    "inserted at the end": (FORGED.format(seq=6), 6, ALTERED),
    "inserted before": (FORGED.format(seq=0), 0, MISSING),
    "head version": (
        "update issue set version = 4 where id = %(id)s",
        5,
        "the head on the subject does not match",
    ),
    "head hash": (
        "update issue set trail_hash = '' where id = %(id)s",
        5,
        "the head on the subject does not match",
    ),
    "head ahead": ("update issue set version = 6 where id = %(id)s", 5, "the tail was cut"),
}


@pytest.mark.parametrize("way", TAMPERING)
async def test_tampering_is_found_at_its_subject_and_row(
    whole: list[UUID], runtime: Runtime, superuser: Connection, way: str
) -> None:
    statement, seq, why = TAMPERING[way]
    done = superuser.execute(statement, {"id": whole[1]})
    assert done.rowcount >= 1
    (found,) = await breaks(runtime)
    assert (found.kind, found.subject_id, found.seq, found.why) == ("issue", whole[1], seq, why)


async def test_rows_in_another_order_are_found(whole: list[UUID], runtime: Runtime, superuser: Connection) -> None:
    with superuser.transaction():
        for before, after in ((3, 99), (4, 3), (99, 4)):
            change = "update trail set seq = %s where subject_id = %s and seq = %s"
            superuser.execute(change, [after, whole[1], before])
    (found,) = await breaks(runtime)
    assert (found.subject_id, found.seq, found.why) == (whole[1], 3, ALTERED)


async def test_a_row_moved_to_another_subject_breaks_both(
    whole: list[UUID], runtime: Runtime, superuser: Connection
) -> None:
    change = "update trail set subject_id = %s, seq = 6 where subject_id = %s and seq = 5"
    superuser.execute(change, [whole[0], whole[1]])
    found = {one.subject_id: one.why for one in await breaks(runtime)}
    assert found == {whole[0]: ALTERED, whole[1]: "the tail was cut"}


async def test_a_subject_that_is_gone_is_found(whole: list[UUID], runtime: Runtime, superuser: Connection) -> None:
    superuser.execute("set session_replication_role = replica")
    superuser.execute("delete from issue where id = %s", [whole[1]])
    (found,) = await breaks(runtime)
    assert (found.subject_id, found.why) == (whole[1], "the subject is gone, its trail is not")


CHANGES = (
    "id = gen_random_uuid()",
    "subject_kind = subject_kind || 'x'",
    "subject_id = gen_random_uuid()",
    "seq = seq + 100",
    "at = at + interval '1 hour'",
    "step = step || 'x'",
    "from_state = coalesce(from_state, '') || 'x'",
    "to_state = 'x' || to_state",
    "account_id = gen_random_uuid()",
    "post_id = gen_random_uuid()",
    "role = role || 'x'",
    "detail = detail || '{\"more\": 1}'",
    "v = v + 1",
    "hash = set_byte(hash, 7, (get_byte(hash, 7) + 1) %% 256)",
)


async def test_fifty_random_edits_are_all_found(
    whole: list[UUID], runtime: Runtime, superuser: Connection
) -> None:
    chance = random.Random(37)  # noqa: S311  # a test's own choice
    superuser.execute("create table public.kept as table trail")
    missed = []
    for _ in range(50):
        one, seq = chance.choice(whole), chance.randint(1, 5)
        where = "where subject_id = %s and seq = %s"
        edit = f"delete from trail {where}"
        if chance.random() < 0.8:
            edit = f"update trail set {chance.choice(CHANGES)} {where}"
        superuser.execute(edit, [one, seq])
        if not await breaks(runtime):
            missed.append((edit, seq))
        superuser.execute("truncate trail")
        superuser.execute("insert into trail select * from public.kept")
    assert missed == []
    assert await breaks(runtime) == []


async def test_every_break_is_named_once_a_subject(
    whole: list[UUID], runtime: Runtime, superuser: Connection
) -> None:
    superuser.execute("update trail set role = 'system'")
    assert {one.subject_id for one in await breaks(runtime)} == set(whole)
    assert [one.seq for one in await breaks(runtime)] == [1, 1, 1]


async def test_the_other_district_is_none_of_its_business(
    whole: list[UUID], runtime: Runtime, superuser: Connection
) -> None:
    superuser.execute("update trail set role = 'system'")
    assert len(whole) == len(await breaks(runtime))
    assert await breaks(runtime, THERE) == []


async def test_the_chain_holds_in_any_time_zone(whole: list[UUID], runtime: Runtime) -> None:
    for zone in ("Asia/Shanghai", "America/St_Johns", "UTC"):
        async with system_work(runtime, HERE) as work:
            await (await work.cursor()).execute(f"set local timezone = '{zone}'")
            assert [one async for one in verify(work.session, "issue", Issue)] == [5 * len(whole)]


async def test_work_that_goes_on_meanwhile_is_no_break(public: Desk, sit: Sit, runtime: Runtime) -> None:
    worker = await sit(Role.GRID_WORKER, town.G1)
    issues = [(await raised(public))["id"] for _ in range(3)]
    reads = 0

    async def write(issue: str) -> None:
        for number in range(15):
            assert (await worker.step(issue, "comment", text=f"第{number}条")).status_code == 200

    writing = asyncio.gather(*map(write, issues), *(raised(public) for _ in range(5)))
    while not writing.done():
        assert await breaks(runtime) == []
        reads += 1
    await writing
    assert reads > 3
    assert await assert_whole(runtime) == 3 * 17 + 10


@pytest.mark.parametrize("table", ["trail", "unmasking"])
@pytest.mark.parametrize("district", [HERE, THERE])
@pytest.mark.parametrize(
    "act",
    [
        "update {} set at = now()",
        "delete from {}",
        "truncate {}",
        "drop table {}",
        "alter table {} disable trigger all",
        "grant update on {} to app",
        "alter table {} owner to app",
    ],
)
def test_role_app_may_only_add_to_what_is_kept(
    cluster: Cluster, database: str, table: str, district: str, act: str
) -> None:
    with as_role(cluster.url("app", database), f"t_{district}") as app:
        if act.startswith("grant"):
            app.execute(act.format(table))
            act = "update {} set at = now()"
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(act.format(table))


async def test_the_trail_holds_no_words_of_anybody(public: Desk, sit: Sit, runtime: Runtime) -> None:
    worker = await sit(Role.GRID_WORKER, town.G1)
    contact = {"name": "王芳芳", "phone": "13800001234"}
    issue = (await raised(public, text="隔壁老李家漏水", contact=contact))["id"]
    await worker.step(issue, "accept")
    await worker.step(issue, "answer", text="老李已修好")
    async with system_work(runtime, HERE) as work:
        rows = list(await work.session.scalars(select(Trail.detail)))
    said = json.dumps(rows, ensure_ascii=False)
    assert len(rows) == 4
    assert [word for word in ("老李", "漏水", "王芳芳", "13800001234") if word in said] == []
