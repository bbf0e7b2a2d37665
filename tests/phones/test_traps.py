"""The two traps of SYNC 3, each beside the naive version that falls into it."""

import asyncio
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from app.core.clock import FixedClock
from app.core.errors import Problem
from app.core.work import Runtime, Work, system_work
from app.feed.models import Change
from app.feed.watching import STANDS, watch
from app.households.actions import edit_household
from app.households.schemas import EditHousehold
from app.sync import visit_ops
from app.sync.models import Op
from app.worker.housekeeping import beat
from tests.phones.conftest import Enrol
from tests.phones.phone import Phone
from tests.visits.homes import HERE, homes, visit_rows

pytestmark = pytest.mark.anyio
Seen = tuple[Any, UUID]


class Naive:
    """Cursors as one would write them first: the highest number or time that was delivered."""

    def __init__(self, runtime: Runtime, column: Any, start: Any) -> None:
        self.runtime, self.column, self.since = runtime, column, start
        self.delivered: set[UUID] = set()

    async def pull(self) -> None:
        query = select(self.column, Change.entity_id).where(self.column > self.since).order_by(self.column)
        async with system_work(self.runtime, HERE) as work:
            for number, entity in await work.session.execute(query):
                self.since = number
                self.delivered.add(entity)


async def edited(work: Work, household: UUID) -> None:
    await edit_household(work, household, EditHousehold(base_rev=1, kind="tenant"))


async def test_cursor_gap_late_commit(phone_of: Enrol, runtime: Runtime, clock: FixedClock) -> None:
    """What is numbered first and committed last is lost by a cursor on numbers or times, not by ours."""
    slow, quick = await homes(runtime, "501", "502")
    phone = await phone_of()
    await phone.pull()
    by_id = Naive(runtime, Change.id, UUID(int=0))
    by_time = Naive(runtime, Change.at, datetime.min.replace(tzinfo=clock.now().tzinfo))
    async with system_work(runtime, HERE) as late:
        await edited(late, slow)
        clock.advance(seconds=1)
        async with system_work(runtime, HERE) as early:
            await edited(early, quick)
        for cursor in (by_id, by_time):
            await cursor.pull()
        await phone.pull()
    for cursor in (by_id, by_time):
        await cursor.pull()
        assert cursor.delivered == {quick}, "the naive cursor has passed the late one over for good"
    await phone.pull()
    assert {said["kind"] for said in phone.held("household").values()} == {"tenant"}
    assert await phone.agrees()


async def test_long_writer_stalls_cursor(phone_of: Enrol, runtime: Runtime) -> None:
    """A writer that stays open holds the feed back, a reader does not; nothing is passed over either way."""
    one, other = await homes(runtime, "501", "502")
    phone = await phone_of()
    await phone.pull()
    async with system_work(runtime, HERE) as reader:
        await reader.session.scalar(select(Change.id).limit(1))
        async with system_work(runtime, HERE) as work:
            await edited(work, one)
        assert await phone.pull() == 1, "a reader is in nobody's way"
        async with system_work(runtime, HERE) as writer:
            await edited(writer, other)
            phone.visit(one)
            await phone.flush()
            assert await phone.pull() == 0, "held back, and said to be whole only up to there"
        assert await phone.pull() == 2
    assert await phone.agrees()


async def test_a_feed_that_stands_still_is_said(
    runtime: Runtime, clock: FixedClock, browser: httpx2.AsyncClient
) -> None:
    """A line each minute with the process that holds it, a warning to who asks; ready all the same, for phones may
    still send. A transaction that only reads, and one that ends, alarm nobody.
    """
    (home,) = await homes(runtime)

    async def minutes(count: int) -> list[Any]:
        """What is said while time passes as the worker lives it."""
        with capture_logs() as lines:
            for _ in range(count * 12):
                clock.advance(seconds=5)
                await beat(runtime)
                await watch(runtime)
        return [line for line in lines if line["event"].startswith("feed_")]

    async with system_work(runtime, HERE) as reader:
        await reader.session.scalar(select(Change.id).limit(1))
        await minutes(1)
        assert not (await browser.get("/readyz")).json()["warnings"]
    async with system_work(runtime, HERE) as writer:
        await edited(writer, home)
        pid = (await (await writer.driver.execute("select pg_backend_pid()")).fetchone() or [None])[0]
        said = await minutes(4)
        assert [line["event"] for line in said][-3:] == ["feed_stands_still"] * 3
        assert said[-1]["pid"] == pid
        answer = await browser.get("/readyz")
        assert answer.status_code == 200
        assert "a transaction that writes stays open" in answer.json()["warnings"]["feed"]
        held = (await browser.get("/metrics")).text.partition("\nwangge_feed_standing_seconds ")[2]
        assert float(held.partition("\n")[0]) >= STANDS.total_seconds()
    said = await minutes(1)
    assert said[0]["event"] == "feed_moves_again"
    assert (await browser.get("/readyz")).json() == {
        "ready": True, "checks": {"database": "ok", "migrations": "ok", "worker": "ok"}, "warnings": {},
    }  # fmt: skip


def op_row(work: Work, phone: Phone, op_id: str) -> dict[str, Any]:
    now, any_id = work.clock.now(), UUID(phone.device_id)
    return {
        "op_id": UUID(op_id), "device_id": any_id, "account_id": any_id, "post_id": any_id, "seq": 1,
        "type": "visit.create", "entity_id": None, "sha256": "", "body_sealed": None, "status": "applied",
        "code": None, "result": None, "waits_for": [], "at": now, "received_at": now, "settled_at": now,
    }  # fmt: skip


async def test_deadlock_read_as_rejection(phone_of: Enrol, runtime: Runtime) -> None:
    """A transaction a batch, no lock of the phone: the same two in opposite order refuse one another."""
    phone = await phone_of()
    pair = [phone.fresh(), phone.fresh()]
    both_began, causes = asyncio.Barrier(2), list[str]()

    async def naive(order: list[str]) -> list[str]:
        told: list[str] = []
        try:
            async with system_work(runtime, HERE) as work:
                for op_id in order:
                    if told:
                        await both_began.wait()
                    await work.put(Op, [op_row(work, phone, op_id)])
                    told.append("applied")
        except Problem as problem:  # whatever trouble there was, it is called a refusal
            causes.append(str(problem.__cause__))
            return ["rejected"] * 2
        return told

    told = await asyncio.gather(naive(pair), naive(pair[::-1]))
    assert sorted(told) == [["applied"] * 2, ["rejected"] * 2]
    assert "deadlock" in causes[0]


async def test_the_phones_lock_has_no_deadlock(phone_of: Enrol, runtime: Runtime) -> None:
    """The same with ours, in one process: batches of fifty in opposite order, none refused, none put off."""
    there = await homes(runtime, *map(str, range(10)))
    phone = await phone_of()
    ops = [phone.visit(there[number % 10]) for number in range(200)]
    sends = []
    for order in (ops, ops[::-1]):
        sends += [phone.envelope(order[start : start + 50]) for start in range(0, 200, 50)]
    answers = await asyncio.gather(*(phone.call("POST", "/sync/push", said) for said in sends))
    told = [result["status"] for _, body in answers for result in body["results"]]
    assert (told.count("applied"), told.count("duplicate")) == (200, 200)
    assert sum([len(await visit_rows(runtime, home)) for home in there]) == 200


@pytest.mark.parametrize("state", ["40P01", "40001", "55P03", "57014", "08006"])
async def test_trouble_of_the_database_is_a_retry(
    phone_of: Enrol, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    """Deadlock, serialisation, lock timeout, cancelled, connection lost: put off and kept, never refused."""
    homes_there = await homes(runtime, "501", "502")
    phone = await phone_of()
    for home in homes_there:
        phone.visit(home)

    async def fails(*_: Any, **__: Any) -> Any:
        orig: Any = type("Trouble", (Exception,), {"sqlstate": state})()
        raise DBAPIError("", {}, orig)

    with monkeypatch.context() as broken:
        broken.setattr(visit_ops, "visits", SimpleNamespace(make_visits=fails))
        results = await phone.push()
    assert [one["status"] for one in results] == ["retry", "retry"]
    assert all(one["retry_after"] for one in results)
    assert len(phone.outbox) == 2
    await phone.flush()
    assert [one.status for one in phone.sent] == ["applied", "applied"]
