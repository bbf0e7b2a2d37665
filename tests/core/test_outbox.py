"""Events are delivered in order per subject, once per handler, whatever a handler or another worker does."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from cluster import Cluster
from sqlalchemy import Text, cast, select, text, update

from app.core.clock import FixedClock
from app.core.outbox import FIRST_PAUSE_S, MAX_TRIES, Delivery, Outbox, take
from app.core.work import Runtime, Work, system_work
from app.issues.records import IssueDay
from app.worker import turns
from app.worker.turns import TURN, drain, run_batch
from tests import town
from tests.core.aids import HERE, as_role, count

pytestmark = pytest.mark.anyio
A, B, C = UUID(int=0xA), UUID(int=0xB), UUID(int=0xC)
Had = list[tuple[UUID, int]]


def row_of(work: Work, subject: UUID, seq: int, **more: Any) -> dict[str, Any]:
    now = work.clock.now()
    row = {"id": work.new_id(), "subject_id": subject, "seq": seq, "event": "told", "payload": {}, "at": now}
    return row | {"next_try_at": now} | more


async def put(runtime: Runtime, told: Sequence[tuple[UUID, int]], **more: Any) -> None:
    async with system_work(runtime, HERE) as work:
        await work.put(Outbox, [row_of(work, subject, seq, **more) for subject, seq in told])


async def all_events(runtime: Runtime) -> dict[tuple[UUID, int], Outbox]:
    async with system_work(runtime, HERE) as work:
        return {(row.subject_id, row.seq): row for row in await work.session.scalars(select(Outbox))}


class Noted:
    """A handler that remembers what it had, and leaves an effect in the transaction."""

    def __init__(self, fails_on: set[tuple[UUID, int]] | None = None) -> None:
        self.had: Had = []
        self.fails_on = fails_on or set()
        self.__name__ = "noted"

    async def __call__(self, work: Work, event: Outbox) -> None:
        row = {"street_id": event.id, "day": town.MORNING.date(), "raised": 1, "answered": 0, "closed": 0}
        await work.put(IssueDay, [row])  # a second delivery would break its key
        self.had.append((event.subject_id, event.seq))
        if (event.subject_id, event.seq) in self.fails_on:
            raise RuntimeError("13800001234")


async def test_events_of_one_subject_come_in_order_and_others_between(runtime: Runtime) -> None:
    await put(runtime, [(A, 3), (B, 1), (A, 1), (C, 2), (A, 2), (C, 1)])
    noted = Noted()
    taken = [await run_batch(runtime, HERE, {"told": [noted]}) for _ in range(4)]
    assert taken == [3, 2, 1, 0]
    for subject in (A, B, C):
        seqs = [seq for whose, seq in noted.had if whose == subject]
        assert seqs == sorted(seqs)
    assert len(noted.had) == await count(runtime, IssueDay) == 6
    assert all(row.done_at for row in (await all_events(runtime)).values())


async def test_what_is_due_later_waits(runtime: Runtime, clock: FixedClock) -> None:
    await put(runtime, [(A, 1)], next_try_at=clock.now() + timedelta(seconds=10))
    noted = Noted()
    assert await drain(runtime, HERE, {"told": [noted]}) == 0
    clock.advance(seconds=10)
    assert await drain(runtime, HERE, {"told": [noted]}) == 1


async def test_a_failing_handler_pauses_longer_each_time_then_parks_and_holds_up_nobody_else(
    runtime: Runtime, clock: FixedClock
) -> None:
    await put(runtime, [(A, 1), (A, 2), (B, 1), (B, 2)])
    noted = Noted({(A, 1)})
    pauses = []
    for _ in range(MAX_TRIES):
        assert await drain(runtime, HERE, {"told": [noted]}) >= 1
        event = (await all_events(runtime))[A, 1]
        pauses.append((event.next_try_at - clock.now()).total_seconds())
        clock.advance(seconds=pauses[-1] - 1)
        assert await drain(runtime, HERE, {"told": [noted]}) == 0
        clock.advance(seconds=1)
    assert pauses == [FIRST_PAUSE_S * 2**tries for tries in range(MAX_TRIES)]
    assert timedelta(hours=2) < timedelta(seconds=sum(pauses[:-1])) < timedelta(hours=4)
    parked = (await all_events(runtime))[A, 1]
    assert (parked.tries, parked.done_at, parked.trouble) == (MAX_TRIES, None, "RuntimeError")
    assert parked.parked_at
    clock.advance(hours=100)
    assert await drain(runtime, HERE, {"told": [noted]}) == 0
    assert [one for one in noted.had if one != (A, 1)] == [(B, 1), (B, 2)]
    assert await count(runtime, IssueDay) == await count(runtime, Delivery) == 2

    noted.fails_on.clear()  # mended; a person lets it go on
    async with system_work(runtime, HERE) as work:
        await work.session.execute(update(Outbox).where(Outbox.parked_at.is_not(None)).values(parked_at=None))
    assert await drain(runtime, HERE, {"told": [noted]}) == 2
    assert noted.had[-2:] == [(A, 1), (A, 2)]


async def test_of_two_handlers_the_one_that_succeeded_is_not_called_again(
    runtime: Runtime, clock: FixedClock
) -> None:
    await put(runtime, [(A, 1)])
    calls: list[str] = []

    async def first(_: Work, __: Outbox) -> None:
        calls.append("first")

    async def second(_: Work, __: Outbox) -> None:
        calls.append("second")
        if calls.count("second") == 1:
            raise RuntimeError

    both = {"told": [first, second]}
    await drain(runtime, HERE, both)
    clock.advance(minutes=1)
    await drain(runtime, HERE, both)
    assert calls == ["first", "second", "second"]
    assert await count(runtime, Delivery) == 2


async def test_an_event_without_handlers_is_done(runtime: Runtime) -> None:
    await put(runtime, [(A, 1)], event="nobody_minds")
    assert await drain(runtime, HERE, {}) == 1
    assert (await all_events(runtime))[A, 1].done_at


async def test_delivering_again_is_harmless(runtime: Runtime) -> None:
    await put(runtime, [(A, 1), (B, 1)])
    noted = Noted()
    await drain(runtime, HERE, {"told": [noted]})
    async with system_work(runtime, HERE) as work:
        await work.session.execute(update(Outbox).values(done_at=None))
    assert await drain(runtime, HERE, {"told": [noted]}) == 2
    assert len(noted.had) == 2


async def test_a_lower_id_that_is_committed_later_is_delivered(
    runtime: Runtime, cluster: Cluster, database: str
) -> None:
    noted = Noted()
    with as_role(cluster.url("app", database)) as late, late.transaction():
        row = "insert into outbox values (%s, %s, 1, 'told', '{}', %s, default, %s)"
        late.execute(row, [UUID(int=1), B, town.MORNING, town.MORNING])
        await put(runtime, [(A, 1)])
        await drain(runtime, HERE, {"told": [noted]})
        assert noted.had == [(A, 1)]
    await drain(runtime, HERE, {"told": [noted]})
    assert noted.had == [(A, 1), (B, 1)]


async def test_four_workers_at_once_deliver_once_and_in_order(runtime: Runtime) -> None:
    subjects = [UUID(int=number) for number in range(1, 31)]
    await put(runtime, [(subject, seq) for subject in subjects for seq in (1, 2, 3)])
    noted = Noted()

    async def slowly(work: Work, event: Outbox) -> None:
        await noted(work, event)
        await asyncio.sleep(0.001)

    for _ in range(20):
        await asyncio.gather(*(run_batch(runtime, HERE, {"told": [slowly]}) for _ in range(4)))
    assert sorted(noted.had) == sorted((subject, seq) for subject in subjects for seq in (1, 2, 3))
    for subject in subjects:
        assert [seq for whose, seq in noted.had if whose == subject] == [1, 2, 3]


async def test_what_another_worker_has_in_hand_is_passed_over(
    runtime: Runtime, cluster: Cluster, database: str
) -> None:
    await put(runtime, [(A, 1), (A, 2), (B, 1)])
    noted = Noted()
    with as_role(cluster.url("app", database)) as other, other.transaction():
        other.execute("select 1 from outbox where subject_id = %s and seq = 1 for update", [A])
        assert await drain(runtime, HERE, {"told": [noted]}) == 1
    assert noted.had == [(B, 1)]
    await drain(runtime, HERE, {"told": [noted]})
    assert noted.had == [(B, 1), (A, 1), (A, 2)]


async def _hangs(_: Work, event: Outbox) -> None:
    if event.subject_id == A:
        await asyncio.sleep(60)


async def _hangs_in_the_database(work: Work, event: Outbox) -> None:
    if event.subject_id == A:
        await (await work.cursor()).execute("select pg_sleep(60)")


async def _hangs_in_a_statement(work: Work, event: Outbox) -> None:
    if event.subject_id == A:
        await (await work.session.connection()).execute(text("select pg_sleep(60)"))


async def _kills_its_connection(work: Work, event: Outbox) -> None:
    if event.subject_id == A:
        await (await work.session.connection()).execute(text("select pg_terminate_backend(pg_backend_pid())"))


async def _breaks_its_transaction(work: Work, event: Outbox) -> None:
    if event.subject_id == A:
        await (await work.cursor()).execute("rollback")


async def _fails_in_sql(work: Work, event: Outbox) -> None:
    if event.subject_id == A:
        await (await work.cursor()).execute("select 1 / 0")


@pytest.mark.parametrize(
    "poison",
    [
        _hangs,
        _hangs_in_the_database,
        _hangs_in_a_statement,
        _kills_its_connection,
        _breaks_its_transaction,
        _fails_in_sql,
    ],
)
async def test_whatever_a_handler_breaks_its_event_pauses_and_the_others_arrive(
    runtime: Runtime, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, poison: Any
) -> None:
    monkeypatch.setattr(turns, "HANDLER_LIMIT_S", 0.2)
    noted = Noted()
    await put(runtime, [(B, 1), (A, 1), (C, 1), (A, 2)])
    for _ in range(2):
        await drain(runtime, HERE, {"told": [poison, noted]})
        clock.advance(hours=1)
    events = await all_events(runtime)
    assert (events[A, 1].tries, events[A, 1].done_at, events[A, 2].tries) == (2, None, 0)
    assert all(events[one, 1].done_at for one in (B, C))
    assert await count(runtime, IssueDay) == 2
    assert set(noted.had) == {(B, 1), (C, 1)}


async def test_a_turn_is_limited(runtime: Runtime) -> None:
    await put(runtime, [(UUID(int=number), 1) for number in range(1, TURN + 11)])
    assert [await run_batch(runtime, HERE, {}) for _ in range(3)] == [TURN, 10, 0]


async def test_a_row_is_stamped_with_its_transaction(runtime: Runtime, cluster: Cluster, database: str) -> None:
    await put(runtime, [(A, 1), (B, 1)])
    await put(runtime, [(C, 1)])
    async with system_work(runtime, HERE) as work:
        found = await work.session.execute(select(Outbox.subject_id, cast(Outbox.xid, Text)))
        xids = {subject: int(xid) for subject, xid in found}
    assert xids[A] == xids[B] < xids[C]
    with psycopg.connect(cluster.url("app", database)) as app:
        assert app.execute("select pg_current_xact_id()::text::bigint > %s", [xids[C]]).fetchone() == (True,)


async def test_taking_is_nothing_where_nothing_waits(runtime: Runtime) -> None:
    async with system_work(runtime, HERE) as work:
        assert await take(work, 10) == []
