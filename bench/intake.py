"""Intake over HTTP: ours against the fixed reference, and 392,000 grids against 1,000, slices interleaved.

Callers are anonymous, as on a sign's QR code. The real flood gate stays in its place: the benchmark stands where
the proxy stands in production and names another address with each request, so that nobody has to wait.
"""

import time
from contextlib import ExitStack
from dataclasses import dataclass

from bench import load
from bench.database import Bench
from bench.ground import LARGE, SMALL, Size
from bench.report import Report, ratios
from bench.serving import OURS, REFERENCE, Server, cpu_s, running

PART = "intake"
PHONE_M = 15.0  # the accuracy a phone gives outdoors
BREATH_S = 0.5


@dataclass(frozen=True)
class Variant:
    """Who serves, on which coverage, and what the caller's point is like."""

    name: str
    kind: tuple[str, ...]
    database: str
    size: Size
    accuracy_m: float
    connections: tuple[int, ...]


VARIANTS = (
    Variant("reference", REFERENCE, "small", SMALL, PHONE_M, (8, 32)),
    Variant("ours", OURS, "small", SMALL, PHONE_M, (8, 32)),
    Variant("ours, bare point", OURS, "small", SMALL, 0, (8,)),
    Variant("ours, 392,000 grids", OURS, "large", LARGE, PHONE_M, (8, 32)),
    Variant("reference, 392,000 grids", REFERENCE, "large", LARGE, PHONE_M, (8,)),
)


def measure(bench: Bench, report: Report, rounds: int, seconds: float) -> None:
    """All slices of all rounds, then the ratios."""
    load.ensure_wrk()
    with ExitStack() as stack:
        servers: dict[tuple[tuple[str, ...], str], Server] = {}
        for one in VARIANTS:
            if (one.kind, one.database) not in servers:
                server = stack.enter_context(running(bench, one.kind, one.database))
                servers[one.kind, one.database] = server
        for one in VARIANTS:
            _slice(bench, one, servers[one.kind, one.database], 8, 2)  # nothing is cold after this
        for number in range(rounds):
            order = VARIANTS if number % 2 == 0 else VARIANTS[::-1]
            for one in order:
                for connections in one.connections:
                    found = _slice(bench, one, servers[one.kind, one.database], connections, seconds)
                    report.add(PART, round=number, variant=one.name, c=connections, **found)
        report.owe("memory of one server process", [servers[OURS, "small"].pss_mb()], unit="MB")
    _owe(report)


def _slice(bench: Bench, variant: Variant, server: Server, connections: int, seconds: float) -> dict[str, float]:
    bench.forget_intake(variant.database)
    postmaster = int((bench.cluster.data / "postmaster.pid").read_text().split()[0])
    app, database, each = server.cpu_s(), cpu_s(postmaster), server.cpu_of_each()
    got = load.create_issues(server.url, variant.size, connections, seconds, variant.accuracy_m)
    stored = _settled(bench, variant.database)
    app, database = server.cpu_s() - app, cpu_s(postmaster) - database
    used = [after - before for before, after in zip(each, server.cpu_of_each(), strict=True)]
    if not got.requests <= stored <= got.requests + connections:
        raise RuntimeError(f"{variant.name}: {got.requests} creates were answered, {stored} are stored")
    return {
        "rps": got.rps,
        "p50_ms": got.p50,
        "p95_ms": got.p95,
        "app_cpu_ms": app / stored * 1000,
        "postgres_cpu_ms": database / stored * 1000,
        "stored": stored,
        "busiest_process": max(used) / (sum(used) or 1),  # connections do not always spread evenly
    }


def _settled(bench: Bench, database: str) -> int:
    """Issues stored once the requests in hand at the end are finished too."""
    before, stored = -1, 0
    while before != stored:
        before = stored
        time.sleep(BREATH_S)
        stored = bench.count(database, "issue")
    return stored


def _owe(report: Report) -> None:
    rows = report.raw[PART]

    def ratio(
        name: str, figure: str, over: str, under: str, c: int,
        *, at_least: float | None = None, at_most: float | None = None,
    ) -> None:  # fmt: skip
        values = ratios(rows, figure, {"variant": over, "c": c}, {"variant": under, "c": c})
        report.owe(name, values, at_least=at_least, at_most=at_most)

    ratio("intake / raw reference, rps, c=8", "rps", "ours", "reference", 8, at_least=0.5)
    ratio("intake / raw reference, rps, c=32", "rps", "ours", "reference", 32)
    ratio("intake / raw reference, rps, c=8, no accuracy circle", "rps", "ours, bare point", "reference", 8)
    ratio("intake / raw reference, app CPU per create, c=8", "app_cpu_ms", "ours", "reference", 8, at_most=2.5)
    ratio("intake / raw reference, app CPU per create, c=32", "app_cpu_ms", "ours", "reference", 32)
    ratio("intake / raw reference, PostgreSQL CPU, c=8", "postgres_cpu_ms", "ours", "reference", 8)
    large = "ours, 392,000 grids"
    ratio("intake, 392,000 / 1,000 grids, rps, c=8", "rps", large, "ours", 8, at_least=0.7)
    ratio("intake, 392,000 / 1,000 grids, rps, c=32", "rps", large, "ours", 32)
    both = ("reference, 392,000 grids", "reference")
    ratio("reference, 392,000 / 1,000 grids, rps, c=8", "rps", *both, 8)
    for name in ("ours", "reference"):
        mine = [row for row in rows if row["variant"] == name and row["c"] == 8]
        for figure, unit in (("rps", "1/s"), ("p50_ms", "ms"), ("p95_ms", "ms"), ("app_cpu_ms", "ms")):
            report.owe(f"{name}, c=8, {figure}", [row[figure] for row in mine], unit=unit)
    report.notes.append(
        "intake: anonymous JSON create by point with contact, category and 15 m accuracy, against the real flood"
        " gate; every request names its own caller in X-Forwarded-For, as a trusted proxy would."
    )
