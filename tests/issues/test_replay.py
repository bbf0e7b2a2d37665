"""One effect per Idempotency-Key on raising, whoever repeats it and however often (TRUST 25, HOUSE 4.7)."""

import json
from typing import Any

import anyio
import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.people.models import Role
from app.worker.housekeeping import tidy
from tests import town
from tests.conftest import Desk, Sit, report
from tests.issues.acts import HERE, THERE, assert_problem, jpeg, rows

pytestmark = pytest.mark.anyio

KEY = {"Idempotency-Key": "a-key-nobody-will-guess-0123456789"}


async def test_the_same_request_again_gets_the_same_receipt_with_200(public: Desk, runtime: Runtime) -> None:
    said = report(town.IN_B1, contact={"name": "王芳"})
    first = await public.post("/issues", said, headers=KEY)
    before = await rows(runtime)
    again = await public.post("/issues", said, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert await rows(runtime) == before


async def test_the_receipt_is_the_first_ones_even_after_the_issue_moved_on(public: Desk, sit: Sit) -> None:
    said = report(town.IN_B1)
    first = (await public.post("/issues", said, headers=KEY)).json()
    await (await sit(Role.GRID_WORKER, town.G1)).step(first["id"], "accept")
    again = (await public.post("/issues", said, headers=KEY)).json()
    assert {key: again[key] for key in ("id", "number", "follow_token", "due_at")} == {
        key: first[key] for key in ("id", "number", "follow_token", "due_at")
    }


async def test_the_key_with_another_body_or_photo_is_refused_and_changes_nothing(
    public: Desk, runtime: Runtime
) -> None:
    await public.post("/issues", report(town.IN_B1), headers=KEY)
    before = await rows(runtime)
    for other in (report(town.IN_B2), report(town.IN_B1, text="别的事"), report(town.IN_B1, urgency="urgent")):
        answer = await public.post("/issues", other, headers=KEY)
        assert_problem(answer, 422, "idempotency_key_reused", "Idempotency-Key")
    with_photo: list[tuple[str, Any]] = [
        ("issue", (None, json.dumps(report(town.IN_B1)))),
        ("photos", ("a", jpeg())),
    ]
    answer = await public.call("POST", "/issues", files=with_photo, headers=KEY)
    assert_problem(answer, 422, "idempotency_key_reused", "Idempotency-Key")
    assert await rows(runtime) == before


async def test_a_multipart_retry_with_another_boundary_is_the_same_request(public: Desk, runtime: Runtime) -> None:
    files: list[tuple[str, Any]] = [
        ("issue", (None, json.dumps(report(town.IN_B1)))),
        ("photos", ("a.jpg", jpeg())),
    ]
    renamed: list[tuple[str, Any]] = [files[0], ("photos", ("another name.jpg", jpeg()))]
    first = await public.call("POST", "/issues", files=files, headers=KEY)
    again = await public.call("POST", "/issues", files=renamed, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 200)
    assert (await rows(runtime))["issue_photo"] == 1


async def test_keys_of_different_people_and_districts_do_not_meet(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    worker, leader = await sit(Role.GRID_WORKER, town.G1), await sit(Role.GRID_LEADER, town.G1)
    there = await sit(Role.GRID_WORKER, town.G1, THERE)
    made = set()
    for desk in (worker, leader, there):
        answer = await desk.post("/issues", report(town.IN_B1, district=None), headers=KEY)
        assert answer.status_code == 201, answer.text
        made.add(answer.json()["id"])
    for district in (HERE, THERE):
        made.add((await public.post("/issues", report(town.IN_B1, district=district), headers=KEY)).json()["id"])
    assert len(made) == 5
    assert (await rows(runtime))["issue"] == 3


async def test_fifty_at_once_make_one(public: Desk, runtime: Runtime) -> None:
    said, found = report(town.IN_B1), []

    async def send() -> None:
        answer = await public.post("/issues", said, headers=KEY)
        found.append((answer.status_code, answer.json().get("id")))

    async with anyio.create_task_group() as tasks:
        for _ in range(50):
            tasks.start_soon(send)
    assert [status for status, _ in found].count(201) == 1
    assert {status for status, _ in found} <= {200, 201}
    assert len({issue for _, issue in found}) == 1
    assert (await rows(runtime))["issue"] == 1


@pytest.mark.parametrize(
    "key", ["short", "x" * 21, "x" * 201, "has space in it 0123456789", "汉字汉字汉字汉字汉字汉字汉字汉字", ""]
)
async def test_a_strangers_key_must_be_unguessable_and_plain(public: Desk, runtime: Runtime, key: str) -> None:
    answer = await public.post("/issues", report(town.IN_B1), headers={"Idempotency-Key": key.encode()})
    assert_problem(answer, 422, "bad_idempotency_key", "Idempotency-Key")
    assert (await rows(runtime))["issue"] == 0


async def test_a_refused_report_gives_its_key_back(public: Desk) -> None:
    bad = await public.post("/issues", report(town.IN_B1, category="no_such"), headers=KEY)
    assert_problem(bad, 422, "unknown_category", "category")
    assert (await public.post("/issues", report(town.IN_B1), headers=KEY)).status_code == 201


async def test_a_key_is_kept_thirty_days(public: Desk, runtime: Runtime, clock: FixedClock) -> None:
    said = report(town.IN_B1)
    first = (await public.post("/issues", said, headers=KEY)).json()["id"]
    clock.advance(days=29, hours=23)
    await tidy(runtime, HERE)
    assert (await public.post("/issues", said, headers=KEY)).json()["id"] == first
    clock.advance(hours=2)
    await tidy(runtime, HERE)
    assert (await public.post("/issues", said, headers=KEY)).json()["id"] != first
