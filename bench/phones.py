"""The phone protocol over HTTP: a hundred first syncs at once, empty pulls, pushes of fifty, nine in the morning;
and in process, a batch by one statement against a transaction an operation.
"""

import asyncio
import hashlib
import json
import random
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any
from uuid import UUID

import httpx2

from app.core.work import Runtime
from app.sync import pushing
from app.sync.schemas import Push
from bench import ground, homes
from bench.database import Bench
from bench.homes import Carried
from bench.report import Report, ratios
from bench.serving import OURS, running

PART = "phones"
DEVICES, MORNING, BATCH = 100, 500, 50
SPREAD_S = 60.0  # jitter of the clients after a 503 or at nine o'clock (SYNC 3c)
HEAD = re.compile(rb'"cursor":"([^"]+)","has_more":(true|false)')
BOUND_S = 180.0


class Caller:
    """One phone's calls: only what it has to read of an answer is read, so that the load costs little."""

    def __init__(self, client: httpx2.AsyncClient, phone: Carried) -> None:
        self.client, self.phone = client, phone
        self.headers = {"Authorization": f"Bearer {phone.token}"}
        self.cursor: str | None = None
        self.seq = 0
        self.bytes = 0
        self.put_off = 0

    async def page(self) -> bool:
        """One page; whether more follow."""
        query = {"cursor": self.cursor} if self.cursor else {}
        answer = await self._patiently("GET", "/sync/pull", params=query)
        found = HEAD.search(answer.content[:2000])
        if found is None:
            raise RuntimeError("a page without its cursor")
        self.cursor, self.bytes = found[1].decode(), self.bytes + len(answer.content)
        return found[2] == b"true"

    async def _patiently(self, method: str, path: str, **said: Any) -> httpx2.Response:
        """A busy service says when to come again; a phone does, with jitter, and counts it."""
        while True:
            answer = await self.client.request(method, path, headers=self.headers, **said)
            if answer.status_code not in (429, 503):
                return answer.raise_for_status()
            self.put_off += 1
            await asyncio.sleep(float(answer.headers.get("retry-after", 2)) * random.uniform(0.5, 1.5))

    async def first_sync(self) -> None:
        """All of its ground."""
        while await self.page():
            pass

    async def push(self) -> None:
        """Fifty visits; every one has to be applied."""
        said = envelope(self.phone, self.seq)
        self.seq += BATCH
        answer = await self._patiently("POST", "/sync/push", json=said)
        results = answer.json()["results"]
        if [one["status"] for one in results] != ["applied"] * BATCH:
            raise RuntimeError(f"not all applied: {results[:2]}")


def envelope(phone: Carried, seq: int, count: int = BATCH) -> dict[str, Any]:
    """A batch of visits to households of the phone's own."""
    now = datetime.now(UTC).isoformat()
    clock = {"session": "bench", "mono_ms": 1000 + seq, "offset_ms": 0, "contact_at": None}
    ops = []
    for place in range(seq + 1, seq + count + 1):
        household = phone.households[place % len(phone.households)]
        op = {
            "op_id": _some_id(), "seq": place, "type": "visit.create", "entity": "visit", "entity_id": _some_id(),
            "base_rev": None, "occurred_at": now, "clock": clock, "schema": 1, "form_version": "visit@1",
            "assignment_id": str(phone.post_id), "depends_on": [], "geo": None,
            "payload": {"household_id": str(household), "result": "met", "way": "door"},
        }  # fmt: skip
        text = json.dumps(op, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        ops.append(op | {"sha256": hashlib.sha256(text.encode()).hexdigest()})
    said = {"device_id": str(phone.device_id), "batch_id": _some_id(), "sent_at": now}
    return said | {"clock": clock, "ops": ops}


def _some_id() -> str:
    return str(UUID(int=random.getrandbits(128)))


def measure(bench: Bench, report: Report, rounds: int) -> None:
    """Fill, then over HTTP, then the two forms of a batch in process, interleaved."""
    name = "phones"
    bench.make(name)
    asyncio.run(bench.seed(name))
    with bench.admin(name) as admin:
        ground.load(admin, ground.SMALL)
    runtime = bench.runtime(name)
    phones = homes.fill(bench, name, runtime, MORNING)
    with running(bench, OURS, name) as server:
        asyncio.run(_over_http(server.url, phones, report))
    asyncio.run(_two_forms(bench, name, phones, report, rounds))
    bench.drop(name)


async def _over_http(url: str, phones: Sequence[Carried], report: Report) -> None:
    limits = httpx2.Limits(max_connections=200, max_keepalive_connections=200)
    async with httpx2.AsyncClient(base_url=f"{url}/api/v1", limits=limits, timeout=BOUND_S) as client:
        callers = [Caller(client, phone) for phone in phones]
        await _all([one.first_sync for one in callers[DEVICES:]], at_once=4)  # nothing is cold after this
        first = await _all([one.first_sync for one in callers[:DEVICES]])
        report.owe("100 first syncs of 500 households at once, median", [_cut(first, 10)], at_most=10, unit="s")
        report.owe("100 first syncs of 500 households at once, p95", [_cut(first, 19)], at_most=30, unit="s")
        put_off = [float(one.put_off) for one in callers[:DEVICES]]
        report.owe("100 first syncs at once, calls put off by a 503", [sum(put_off)], unit="calls")
        report.owe("one first sync, bytes", [callers[0].bytes / 1e6], unit="MB")
        empty = [await _timed(one.page) for one in callers[:DEVICES] for _ in range(3)]
        report.owe("empty pull, p95", [_cut(empty, 19) * 1000], at_most=100, unit="ms")
        pushes = [await _timed(one.push) for one in callers[:DEVICES] for _ in range(2)]
        report.owe("push of 50, p95", [_cut(pushes, 19) * 1000], at_most=500, unit="ms")
        began = time.perf_counter()
        await _all([callers[place].push for place in range(DEVICES)] * 2, at_once=8)
        rate = 2 * DEVICES * BATCH / (time.perf_counter() - began)
        report.owe("pushed operations over HTTP, 8 phones at once", [rate], at_least=300, unit="1/s")
        await _morning(callers, report)


async def _morning(callers: Sequence[Caller], report: Report) -> None:
    """Five hundred phones come back at nine: each sends fifty operations and pulls, spread by its own jitter."""
    before = sum(one.put_off for one in callers)
    taken: list[float] = []

    async def come(one: Caller) -> None:
        await asyncio.sleep(random.uniform(0, SPREAD_S))
        taken.append(await _timed(one.push))
        while await one.page():
            pass

    await asyncio.gather(*(come(one) for one in callers))
    report.owe("09:00, 500 phones in 60 s: push of 50, p95", [_cut(taken, 19) * 1000], unit="ms")
    put_off = sum(one.put_off for one in callers) - before
    report.owe("09:00, calls put off by a 503", [float(put_off)], at_most=0, unit="calls")


async def _all(calls: Sequence[Callable[[], Awaitable[None]]], at_once: int = 1000) -> list[float]:
    gate = asyncio.Semaphore(at_once)

    async def one(call: Callable[[], Awaitable[None]]) -> float:
        async with gate:
            return await _timed(call)

    return list(await asyncio.gather(*(one(call) for call in calls)))


async def _timed(call: Callable[[], Awaitable[Any]]) -> float:
    began = time.perf_counter()
    await call()
    return time.perf_counter() - began


def _cut(values: Sequence[float], twentieth: int) -> float:
    return quantiles(values, n=20)[twentieth - 1]


async def _two_forms(bench: Bench, name: str, phones: Sequence[Carried], report: Report, rounds: int) -> None:
    """The same fifty visits as one run and as fifty operations, in one process, turn by turn."""
    runtime = bench.runtime(name)
    seqs = dict.fromkeys(range(len(phones)), 10_000)
    for number in range(rounds):
        for form in ("one statement", "a transaction each"):
            place = number % len(phones)
            batches = 12 if form == "one statement" else 3
            began = time.perf_counter()
            for _ in range(batches):
                await _push_as(runtime, phones[place], seqs[place], singly=form != "one statement")
                seqs[place] += BATCH
            rate = batches * BATCH / (time.perf_counter() - began)
            report.add(PART, round=number, form=form, ops_per_s=rate)
    await runtime.engine.dispose()
    sides = ({"form": "one statement"}, {"form": "a transaction each"})
    report.owe("batch of 50 by one statement / a transaction each, ops/s",
               ratios(report.raw[PART], "ops_per_s", *sides), at_least=5)  # fmt: skip
    for side in sides:
        mine = [row["ops_per_s"] for row in report.raw[PART] if row["form"] == side["form"]]
        report.owe(f"{side['form']}, ops/s", mine, unit="1/s")


async def _push_as(runtime: Runtime, phone: Carried, seq: int, *, singly: bool) -> None:
    form = Push.model_validate(envelope(phone, seq))
    batch = await pushing.begin(runtime, phone.token, "bench", form)
    if singly:
        batch.together = False
    answer = await pushing.push(batch)
    if any(one.status != "applied" for one in answer.results):
        raise RuntimeError("not all applied")
