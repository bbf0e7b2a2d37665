"""The worker gives way to a person's request, whose step never fails by it (TRUST 50)."""

import asyncio
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import pytest
from sqlalchemy import select

from app.core.outbox import Outbox
from app.core.work import Runtime, Work, system_work
from app.core.workflow import lock
from app.issues.models import Issue
from app.whistles import behind
from app.whistles.taking import lock_whistle
from app.worker import turns
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE
from tests.whistles.acts import LEAD, Town, act, blow, complete, ok, report_in_of

pytestmark = pytest.mark.anyio
DONE = {"text": "已完成", "result": "solved"}


@pytest.mark.parametrize("later", [0.0, 0.7])
async def test_a_request_that_meets_the_worker_crosswise_never_fails(
    sit: Sit, public: Desk, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, later: float
) -> None:
    """The worker has the whistle and wants its issue; a person has the issue and wants the whistle."""
    people = await Town(sit, public, runtime).open()
    issue = await people.issue()
    whistle = await blow(people.street, issue["id"], parties=[LEAD])
    await complete(people.lead, report_in_of(whistle, "chengguan")["id"])
    ok(await act(people.lead, whistle["id"], "submit_work", text="已完成"))
    await turns.drain(runtime, HERE)
    ok(await people.street.step(issue["id"], "comment", text="一"))
    ok(await people.street.step(issue["id"], "comment", text="二"))
    has_whistle, has_issue, tried = asyncio.Event(), asyncio.Event(), []
    locking = behind.lock_issues

    async def slowly(work: Work, whistle_id: UUID) -> list[Issue]:
        found = await locking(work, whistle_id)
        has_issue.set()
        await has_whistle.wait()
        return found

    async def crosswise(work: Any, event: Outbox) -> None:
        """Two events of one turn: the first locks the whistle, the next one wants the issue."""
        tried.append(event.seq)
        if len(tried) == 1:
            await lock_whistle(work, UUID(whistle["id"]))
            has_whistle.set()
            await has_issue.wait()
            await asyncio.sleep(later)  # the request waits for the whistle meanwhile
        else:
            await lock(work, Issue, event.subject_id)

    monkeypatch.setattr(behind, "lock_issues", slowly)
    step = asyncio.create_task(act(people.street, whistle["id"], "verify", **DONE))
    await has_issue.wait()
    async with asyncio.timeout(20):
        await turns.run_batch(runtime, HERE, {"issue_commented": [crosswise]})
        assert ok(await step)["verified_at"] is not None
    monkeypatch.setattr(turns, "_ASIDE", WeakKeyDictionary())  # what was left alone for a moment has its turn
    await turns.drain(runtime, HERE, {"issue_commented": [crosswise]})
    async with system_work(runtime, HERE) as work:
        comments = select(Outbox).where(Outbox.event == "issue_commented")
        sent = list(await work.session.scalars(comments))
    assert [(event.tries, event.parked_at) for event in sent] == [(0, None)] * 2
    assert all(event.done_at is not None for event in sent)


async def test_what_somebody_holds_is_left_alone_for_a_moment_and_nothing_is_written(
    sit: Sit, public: Desk, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "ASIDE_S", 60.0)
    people = await Town(sit, public, runtime).open()
    held, free = await people.issue(), await people.issue()
    await turns.drain(runtime, HERE)
    for issue in (held, free):
        ok(await people.street.step(issue["id"], "comment", text="一"))
    seen: list[UUID] = []

    async def wants_it(work: Any, event: Outbox) -> None:
        await lock(work, Issue, event.subject_id)
        seen.append(event.subject_id)

    async def left() -> list[tuple[UUID, int]]:
        async with system_work(runtime, HERE) as work:
            query = select(Outbox.subject_id, Outbox.tries).where(Outbox.done_at.is_(None))
            query = query.where(Outbox.next_try_at <= work.clock.now(), Outbox.event == "issue_commented")
            return [(row.subject_id, row.tries) for row in await work.session.execute(query)]

    async with system_work(runtime, HERE) as holding:
        await lock(holding, Issue, UUID(held["id"]))
        for _ in range(3):
            await turns.drain(runtime, HERE, {"issue_commented": [wants_it]})
        assert seen == [UUID(free["id"])]
        assert await left() == [(UUID(held["id"]), 0)]
    await turns.drain(runtime, HERE, {"issue_commented": [wants_it]})
    assert seen == [UUID(free["id"])]
    monkeypatch.setattr(turns, "_ASIDE", WeakKeyDictionary())  # the moment is over
    await turns.drain(runtime, HERE, {"issue_commented": [wants_it]})
    assert seen == [UUID(free["id"]), UUID(held["id"])]
