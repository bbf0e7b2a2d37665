"""The queue's reads at growing size: the page of a street, a deep page, the district's page, count and sweep.

The page's SQL and its parameters are those `GET /issues` sends, taken at the driver and sent again, prepared, to
each database in turn, so that every comparison is of neighbours in time.
"""

import re
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

import httpx2
import psycopg
from psycopg import sql

from bench.counting import counted
from bench.database import Bench
from bench.filling import SIZES, Filled, fill
from bench.report import Report, ratios
from bench.seating import browser, sign_in

PART = "queues"
PAGE = 20
DEEP = 4
SAMPLED = 10  # streets whose pages are read
TIMES = 300  # executions of a query in one round
COUNT = "select count(*) from issue where street_id = %(street)s and closed_at is null"
SWEEP = """select id from issue where closed_at is null and due_at < %(now)s
order by due_at, id limit 500"""
BARS = {
    "first page": (1.5, 2),
    "deep page": (1.5, 2),
    "open count": (1.5, 2),
    "sweep": (1.5, 2),
    "district page": (3, 0),
}
INDEX = {"first page": "issue_queue_street", "deep page": "issue_queue_street", "district page": "issue_queue"}


@dataclass(frozen=True)
class Query:
    """One statement and the parameter sets it is timed with."""

    text: str
    parameters: Sequence[Any]


async def measure(bench: Bench, report: Report, rounds: int, *, full: bool) -> None:
    """Fill, capture, check the plans, time."""
    sizes = [size for size in SIZES if full or size.rows <= 1_000_000]
    work: dict[str, dict[str, Query]] = {}
    for size in sizes:
        filled = fill(bench, size)
        report.add(
            "filling", **{key: str(value) for key, value in vars(filled.size).items()}, seconds=filled.seconds
        )
        work[size.name] = await _captured(bench, filled)
        _check_plans(bench, report, size.name, work[size.name])
    with ExitStack() as stack:
        readers = {name: stack.enter_context(bench.reader(name)) for name in work}
        for number in range(rounds):
            for query in BARS:
                _interleaved(readers, work, query, number, report)
    for size in sizes[1:]:
        _owe(report, size.name, sizes[0].name)
    for size in sizes:
        bench.drop(size.name)


async def _captured(bench: Bench, filled: Filled) -> dict[str, Query]:
    """The statements as the service sends them, for the dispatchers of some streets and the district's desk."""
    name = filled.size.name
    runtime = bench.runtime(name)
    first, deep = [], []
    async with browser(bench, name, runtime) as client:
        for post in filled.posts[:SAMPLED]:
            pages = await _pages(client, await sign_in(bench, name, runtime, post), DEEP)
            first.append(pages[0])
            deep.append(pages[-1])
        (whole,) = await _pages(client, await sign_in(bench, name, runtime, filled.desk), 1)
    await runtime.engine.dispose()
    return {
        "first page": _query(first),
        "deep page": _query(deep),
        "district page": _query([whole]),
        "open count": Query(COUNT, [{"street": street} for street in filled.streets[:SAMPLED]]),
        "sweep": Query(SWEEP, [{"now": filled.now}]),
    }


def _query(sent: Sequence[tuple[str, Any]]) -> Query:
    (text,) = {text for text, _ in sent}
    return Query(text, [parameters for _, parameters in sent])


async def _pages(client: httpx2.AsyncClient, headers: dict[str, str], count: int) -> list[tuple[str, Any]]:
    sent, wanted = [], {"limit": str(PAGE)}
    for _ in range(count):
        with counted() as seen:
            answer = await client.get("/issues", params=wanted, headers=headers)
        page = answer.raise_for_status().json()
        if len(page["items"]) != PAGE or page["next_cursor"] is None:
            raise RuntimeError("a page of the made-up queue is short")
        wanted["cursor"] = page["next_cursor"]
        sent.append(next(one for one in reversed(seen.sent) if "FROM issue" in one[0]))
    return sent


def _check_plans(bench: Bench, report: Report, name: str, queries: dict[str, Query]) -> None:
    """The partial index must serve the page, also when the plan is made without knowing the parameters."""
    with bench.reader(name) as reader:
        for query, index in INDEX.items():
            for mode in ("force_custom_plan", "force_generic_plan"):
                plan = _plan(reader, queries[query], mode)
                kept = re.search(rf"Index Scan (using|on) {index}\b", plan) is not None
                report.add("plans", database=name, query=query, mode=mode, index=index, used=kept, plan=plan)
                title = f"plan: {query}, {name}, {mode.split('_')[1]}, reads {index}"
                report.owe(title, [float(kept)], at_least=1)


def _plan(reader: psycopg.Connection, query: Query, mode: str) -> str:
    parameters = query.parameters[0]
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", query.text)))
    text = re.sub(r"%\((\w+)\)s", lambda found: f"${names.index(found[1]) + 1}", query.text).replace("%%", "%")
    reader.execute(sql.SQL("set plan_cache_mode = {}").format(sql.Literal(mode)))
    reader.execute(sql.SQL("prepare page as ") + sql.SQL(text))
    values = sql.SQL(", ").join(sql.Literal(parameters[one]) for one in names)
    given = sql.SQL("({})").format(values) if names else sql.SQL("")
    rows = reader.execute(sql.SQL("explain (costs off) execute page") + given).fetchall()
    reader.execute("deallocate page")
    reader.execute("reset plan_cache_mode")
    return "\n".join(row[0] for row in rows)


def _interleaved(
    readers: dict[str, psycopg.Connection],
    work: dict[str, dict[str, Query]],
    query: str,
    number: int,
    report: Report,
) -> None:
    """Each execution at one size is followed by one at the next."""
    times: dict[str, list[float]] = {name: [] for name in readers}
    for turn in range(-20, TIMES):
        for name, reader in readers.items():
            one = work[name][query]
            parameters = one.parameters[turn % len(one.parameters)]
            began = time.perf_counter()
            reader.execute(one.text, parameters, prepare=True).fetchall()
            if turn >= 0:
                times[name].append((time.perf_counter() - began) * 1000)
    for name, taken in times.items():
        cuts = quantiles(taken, n=20)
        report.add(PART, round=number, query=query, database=name, p50_ms=cuts[9], p95_ms=cuts[18])


def _owe(report: Report, name: str, base: str) -> None:
    for query, (middle, tail) in BARS.items():
        sides = ({"query": query, "database": name}, {"query": query, "database": base})
        rows = report.raw[PART]
        report.owe(f"{query}, {name} / {base}, p50", ratios(rows, "p50_ms", *sides), at_most=middle)
        report.owe(f"{query}, {name} / {base}, p95", ratios(rows, "p95_ms", *sides), at_most=tail or None)
