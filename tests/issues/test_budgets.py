"""Statement budgets: counted where the driver sends them, without BEGIN, COMMIT and signing in (HOUSE 1)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit, report
from tests.issues.acts import HERE, jpeg, raised

pytestmark = pytest.mark.anyio

OF_SIGNING_IN = ("select directory.token", "select post.role")  # the two that say who acts, on every staff call


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every statement the driver is given, `executemany` once."""
    sent: list[str] = []

    def watch(name: str) -> None:
        real = getattr(psycopg.AsyncCursor, name)

        async def watched(self: Any, query: Any, *given: Any, **named: Any) -> Any:
            sent.append(str(query).strip().lower())
            return await real(self, query, *given, **named)

        monkeypatch.setattr(psycopg.AsyncCursor, name, watched)

    watch("execute")
    watch("executemany")
    yield sent
    monkeypatch.undo()


def work_of(sent: list[str]) -> list[str]:
    plain = [one for one in sent if not one.startswith(("begin", "commit", "rollback", "select pg_catalog"))]
    return [one for one in plain if not one.startswith(OF_SIGNING_IN)]


async def test_a_report_by_point_costs_at_most_eight_statements(
    public: Desk, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = await sit(Role.GRID_WORKER, town.G1)
    key = {"Idempotency-Key": "budget-key-0123456789abcdef"}
    for desk in (public, worker):
        await raised(desk)  # connections are opened and types are looked up once
        with counted(monkeypatch) as sent:
            answer = await desk.post("/issues", report(town.IN_B1, contact={"phone": "13800001234"}), headers=key)
        assert answer.status_code == 201
        assert 3 <= len(work_of(sent)) <= 8, sent
        assert sum("insert into issue" in one for one in sent) == 1


async def test_photos_add_no_statement_of_their_own(public: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await raised(public)
    files: list[tuple[str, Any]] = [("issue", (None, json.dumps(report(town.IN_B1))))]
    files += [("photos", (f"{n}.jpg", jpeg(20 + n, 20))) for n in range(3)]
    with counted(monkeypatch) as sent:
        assert (await public.call("POST", "/issues", files=files)).status_code == 201
    assert len(work_of(sent)) <= 8, sent


async def test_the_queue_costs_at_most_four(sit: Sit, public: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(6):
        await raised(public)
    for seat in ((Role.GRID_WORKER, town.G1), (Role.STREET_DISPATCHER, town.WEST), (Role.AUDITOR, HERE)):
        desk = await sit(*seat)
        await desk.get("/issues")
        for params in ({}, {"area": town.G1}, {"q": "路灯"}, {"limit": "2"}):
            with counted(monkeypatch) as sent:
                assert (await desk.get("/issues", params=params)).status_code == 200
            assert len([one for one in sent if not one.startswith(("begin", "commit"))]) <= 4 + bool(
                params.get("area")
            )
            assert len(work_of(sent)) <= 3, sent


async def test_a_step_costs_at_most_ten_with_the_whole_issue_in_its_answer(
    sit: Sit, public: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = (await raised(public))["id"]
    worker = await sit(Role.GRID_WORKER, town.G1)
    await worker.get(f"/issues/{issue}")
    for name, said in (
        ("accept", {}), ("contact", {"way": "phone", "note": "已联系"}), ("comment", {"text": "备注"}),
        ("answer", {"text": "已办"}),
    ):  # fmt: skip
        with counted(monkeypatch) as sent:
            assert (await worker.step(issue, name, **said)).status_code == 200
        assert 5 <= len(work_of(sent)) <= 10, (name, sent)


async def test_an_issue_in_full_costs_the_same_however_much_hangs_on_it(
    sit: Sit, public: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = (await raised(public))["id"]
    worker = await sit(Role.GRID_WORKER, town.G1)
    await worker.get(f"/issues/{issue}")
    with counted(monkeypatch) as few:
        await worker.get(f"/issues/{issue}")
    for number in range(5):
        await worker.step(issue, "comment", text=f"备注{number}")
    with counted(monkeypatch) as many:
        await worker.get(f"/issues/{issue}")
    assert len(few) == len(many)
