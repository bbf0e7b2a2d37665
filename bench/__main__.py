"""`python -m bench`: every number owed, measured in one run, written to bench.json and printed."""

import argparse
import asyncio
import shutil
import signal
import sys
import time
from collections.abc import Callable

from app.core import log
from bench import doors, ground, intake, layers, load, lookup, phones, queues, report, statements
from bench.database import Bench, default_folder
from scripts.cluster import ROOT

PARTS = ("intake", "statements", "locate", "queues", "phones", "doors", "layers")
OUT = ROOT / "bench.json"


def main() -> int:
    """Parse, measure, clean up whatever happens; 1 when a bar is not met."""
    asked = _parsed()
    log.set_up("warning")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    bench, found = Bench(default_folder()), report.Report(machine=report.machine())
    began = time.monotonic()
    try:
        if "intake" in asked.only:
            load.ensure_wrk()
        bench.up()
        found.machine["postgresql"] = bench.facts()
        _run(bench, found, asked)
    except load.NoGeneratorError as missing:
        print(f"bench: {missing}", file=sys.stderr)
        return 1
    finally:
        bench.cluster.wipe()
        found.machine["seconds"] = round(time.monotonic() - began)
        found.write(OUT)
        print(found.table())
    shutil.rmtree(bench.folder)  # the servers' logs stay only when something went wrong
    print(f"{OUT.name}: all figures; {found.machine['seconds']} s")
    return 1 if any(one.met is False for one in found.found) else 0


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="a queue of ten million issues too")
    parser.add_argument("--quick", action="store_true", help="layers of 2,000 and 8,000 grids only")
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds")
    parser.add_argument("--seconds", type=float, default=4, help="length of one slice under load")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part, may be repeated")
    asked = parser.parse_args()
    asked.only = asked.only or list(PARTS)
    return asked


def _run(bench: Bench, found: report.Report, asked: argparse.Namespace) -> None:
    wanted = set(asked.only)
    timing = (asked.rounds, asked.seconds)
    if wanted & {"intake", "statements"}:
        _step("1,000 grids", lambda: _layer(bench, "small", ground.SMALL))
        with bench.admin("small") as admin:
            ground.add_upper_boundaries(admin, ground.SMALL)
    if wanted & {"intake", "locate"}:
        _step("392,000 grids", lambda: _layer(bench, "large", ground.LARGE))
    if "statements" in wanted:
        _step("statements", lambda: asyncio.run(statements.measure(bench, found)))
    if "locate" in wanted:
        _step("locate", lambda: lookup.measure(bench, found, lookup.GRIDS_ONLY, *timing))
    if wanted & {"intake", "locate"}:
        with bench.admin("large") as admin:
            ground.add_upper_boundaries(admin, ground.LARGE)
    if "locate" in wanted:
        _step("locate, all levels", lambda: lookup.measure(bench, found, lookup.ALL_LEVELS, *timing))
    if "intake" in wanted:
        _step("intake", lambda: intake.measure(bench, found, *timing))
    for name in ("small", "large"):
        bench.drop(name)
    _run_alone(bench, found, asked)


def _run_alone(bench: Bench, found: report.Report, asked: argparse.Namespace) -> None:
    """The parts with databases of their own."""
    if "phones" in asked.only:
        _step("phones", lambda: phones.measure(bench, found, asked.rounds))
    if "doors" in asked.only:
        _step("doors", lambda: doors.measure(bench, found))
    if "layers" in asked.only:
        _step("layers", lambda: layers.measure(bench, found, asked.rounds, quick=asked.quick))
    if "queues" in asked.only:
        _step("queues", lambda: asyncio.run(queues.measure(bench, found, asked.rounds, full=asked.full)))


def _layer(bench: Bench, name: str, size: ground.Size) -> None:
    bench.make(name)
    asyncio.run(bench.seed(name))
    with bench.admin(name) as admin:
        ground.load(admin, size)


def _step(name: str, act: Callable[[], None]) -> None:
    began = time.monotonic()
    print(f"bench: {name} …", file=sys.stderr, flush=True)
    act()
    print(f"bench: {name} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
