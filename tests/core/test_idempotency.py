"""One effect per key: repeated, in parallel, with other words, by other people, after a failure (TRUST 25)."""

import asyncio
from typing import Any

import pytest
from cluster import Cluster
from fastapi import FastAPI

from app.core.audit import Trail
from app.core.clock import FixedClock
from app.core.idempotency import Idempotency, body_hash
from app.core.outbox import Outbox
from app.core.settings import Settings
from app.core.work import Runtime
from app.issues.models import Issue
from app.issues.records import Remark, Reporter
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit, make_runtime, report
from tests.core.aids import A_KEY, HERE, THERE, as_role, assert_whole, count, raised

pytestmark = pytest.mark.anyio
KEYED = {"Idempotency-Key": A_KEY}


async def effects(runtime: Runtime, district: str = HERE) -> tuple[int, ...]:
    return tuple(
        [await count(runtime, model, district) for model in (Issue, Trail, Outbox, Reporter, Idempotency)]
    )


async def test_of_fifty_creates_with_one_key_one_counts_and_all_say_the_same(
    app: FastAPI, public: Desk, runtime: Runtime
) -> None:
    app.state.flood_gate = _NoGate()
    body = report(town.IN_B1, contact={"phone": "13800001234"})
    answers = await asyncio.gather(*(public.post("/issues", body, headers=KEYED) for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    told = {answer.text for answer in answers}
    assert len(told) == 1
    assert await effects(runtime) == (1, 2, 2, 1, 1)
    await assert_whole(runtime)


class _NoGate:
    async def suspects(self, _: str) -> bool:
        return False


async def test_a_replay_is_a_200_with_the_same_receipt_also_later_and_after_a_restart(
    app: FastAPI, public: Desk, sit: Sit, runtime: Runtime, settings: Settings, clock: FixedClock
) -> None:
    first = await public.post("/issues", report(town.IN_B1), headers=KEYED)
    worker = await sit(Role.GRID_WORKER, town.G1)
    clock.advance(hours=24 * 5)
    restarted = make_runtime(settings)
    app.state.runtime = restarted
    again = await public.post("/issues", report(town.IN_B1), headers=KEYED)
    await restarted.engine.dispose()
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    app.state.runtime = runtime
    assert worker.token
    assert await effects(runtime) == (1, 2, 2, 0, 1)


@pytest.mark.parametrize(
    "other",
    [
        {"text": "另一件事"},
        {"text": "路口没有公共厕所,请解决。 "},
        {"contact": {"phone": "13800001234"}},
        {"point": town.point(town.IN_B2)},
        {"urgency": "urgent"},
    ],
)
async def test_another_body_under_the_key_is_a_422_and_has_no_effect(
    public: Desk, runtime: Runtime, other: dict[str, Any]
) -> None:
    await raised(public, key=A_KEY)
    answer = await public.post("/issues", report(town.IN_B1) | other, headers=KEYED)
    if other.get("text", "").strip() == report()["text"]:  # cleaned, it is the same body
        assert answer.status_code == 200
    else:
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
        assert answer.json()["field"] == "Idempotency-Key"
    assert await effects(runtime) == (1, 2, 2, 0, 1)


async def test_the_same_body_in_another_order_of_keys_is_the_same(public: Desk) -> None:
    body = report(town.IN_B1)
    first = await public.post("/issues", body, headers=KEYED)
    again = await public.post("/issues", dict(reversed(body.items())), headers=KEYED)
    assert (again.status_code, again.json()) == (200, first.json())


async def test_a_key_is_its_actors_own(public: Desk, sit: Sit, runtime: Runtime) -> None:
    desks = [public, await sit(Role.GRID_WORKER, town.G1), await sit(Role.GRID_LEADER, town.G1)]
    numbers = {(await raised(desk, key=A_KEY))["number"] for desk in desks}
    again = {(await raised(desk, key=A_KEY))["number"] for desk in desks}
    assert len(numbers) == 3
    assert numbers == again
    assert (await effects(runtime))[0] == 3


async def test_a_key_is_its_districts_own(public: Desk, runtime: Runtime) -> None:
    here, there = [await raised(public, key=A_KEY, district=district) for district in (HERE, THERE)]
    assert here["number"] != there["number"]
    assert await effects(runtime, THERE) == (1, 2, 2, 0, 1)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "short",
        "x" * 21,
        "x" * 201,
        "with a blank in it 123456",
        "钥匙钥匙钥匙钥匙钥匙钥匙钥匙",
        "tab\tinside-123456789012",
    ],
)
async def test_a_key_a_stranger_could_guess_or_no_column_holds_is_refused(
    public: Desk, runtime: Runtime, key: str
) -> None:
    headers = {"Idempotency-Key": key.encode()}
    answer = await public.post("/issues", report(town.IN_B1), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_idempotency_key")
    assert (await effects(runtime))[0] == 0


async def test_staff_may_use_shorter_keys(sit: Sit) -> None:
    worker = await sit(Role.GRID_WORKER, town.G1)
    assert (
        await worker.post("/issues", report(town.IN_B1), headers={"Idempotency-Key": "x" * 8})
    ).status_code == 201
    assert (
        await worker.post("/issues", report(town.IN_B1), headers={"Idempotency-Key": "x" * 7})
    ).status_code == 422


async def test_without_a_key_every_report_counts(public: Desk, runtime: Runtime) -> None:
    for _ in range(3):
        await raised(public)
    assert (await effects(runtime))[0] == 3


async def test_a_replayed_step_is_a_200_without_a_second_act(public: Desk, sit: Sit, runtime: Runtime) -> None:
    worker = await sit(Role.GRID_WORKER, town.G1)
    issue = (await raised(public))["id"]
    path = f"/issues/{issue}/steps/"
    first = await worker.post(f"{path}accept", {"expected_version": 2}, headers=KEYED)
    again = await worker.post(f"{path}accept", {"expected_version": 2}, headers=KEYED)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    many = [worker.post(f"{path}comment", {"text": "好"}, headers=KEYED) for _ in range(20)]
    assert {answer.status_code for answer in await asyncio.gather(*many)} == {200}
    assert await count(runtime, Remark) == 1
    assert await assert_whole(runtime) == 4
    other = await worker.post(f"{path}comment", {"text": "不好"}, headers=KEYED)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_step_key_is_not_good_for_another_issue(public: Desk, sit: Sit, runtime: Runtime) -> None:
    worker = await sit(Role.GRID_WORKER, town.G1)
    one, two = (await raised(public))["id"], (await raised(public))["id"]
    assert (await worker.post(f"/issues/{one}/steps/accept", {}, headers=KEYED)).status_code == 200
    assert (await worker.post(f"/issues/{two}/steps/accept", {}, headers=KEYED)).status_code == 422
    assert await assert_whole(runtime) == 5


async def test_a_step_that_was_refused_frees_its_key(public: Desk, sit: Sit, runtime: Runtime) -> None:
    worker = await sit(Role.GRID_WORKER, town.G1)
    issue = (await raised(public))["id"]
    early = await worker.post(f"/issues/{issue}/steps/contact", {"way": "phone"}, headers=KEYED)
    assert (early.status_code, early.json()["code"]) == (409, "wrong_state")
    assert (await worker.step(issue, "accept")).status_code == 200
    late = await worker.post(f"/issues/{issue}/steps/contact", {"way": "phone"}, headers=KEYED)
    assert late.status_code == 200
    assert await assert_whole(runtime) == 4


async def test_a_create_that_was_rolled_back_frees_its_key(
    public: Desk, runtime: Runtime, cluster: Cluster, database: str
) -> None:
    with as_role(cluster.url("owner", database)) as owner:
        owner.execute("alter table outbox rename to outbox_gone")
        assert (await public.post("/issues", report(town.IN_B1), headers=KEYED)).status_code == 500
        owner.execute("alter table outbox_gone rename to outbox")
    assert (await public.post("/issues", report(town.IN_B1), headers=KEYED)).status_code == 201
    assert await effects(runtime) == (1, 2, 2, 0, 1)


async def test_losers_wait_for_the_winner_and_go_on_when_it_gives_up(
    public: Desk, runtime: Runtime, cluster: Cluster, database: str
) -> None:
    """The winner's transaction is held open, then rolled back: one of those that waited takes its place."""
    with as_role(cluster.url("app", database)) as winner:
        with winner.transaction(force_rollback=True):
            row = "insert into idempotency values ('public', 'POST /issues', %s, '', gen_random_uuid(), now())"
            winner.execute(row, [A_KEY])
            losers = [
                asyncio.create_task(public.post("/issues", report(town.IN_B1), headers=KEYED)) for _ in range(3)
            ]
            await _until_waiting(cluster, database, 3)
            assert (await public.post("/issues", report(town.IN_B2))).status_code == 201  # the pool has room
        answers = await asyncio.gather(*losers)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201]
    assert (await effects(runtime))[0] == 2


async def _until_waiting(cluster: Cluster, database: str, many: int) -> None:
    with as_role(cluster.url("cluster", database)) as admin:
        query = "select count(*) from pg_stat_activity where datname = %s and wait_event_type = 'Lock'"
        for _ in range(200):
            if admin.execute(query, [database]).fetchone() == (many,):
                return
            await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


def test_the_hash_of_a_body_tells_bodies_and_files_apart() -> None:
    assert body_hash({"a": 1, "b": "王"}) == body_hash({"b": "王", "a": 1})
    hashes = {
        body_hash(said, files) for said in ({"a": 1}, {"a": "1"}, ["a", 1]) for files in ((), ("x",), ("x", "y"))
    }
    assert len(hashes) == 9
