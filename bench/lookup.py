"""Locating inside PostgreSQL: our statement against `select 1`, and its ancestors against the locate alone.

pgbench with prepared statements and two clients, on connections opened as the service opens its own. The SQL is
compiled from `app.grid.locate` and keeps its parameters; only the point is made from two numbers, because pgbench
cannot send EWKB.
"""

import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import aliased

from app.core import db
from app.core.db import OPTIONS
from app.grid import locate
from app.grid.models import Area
from app.issues import situation
from bench.database import SCHEMA, Bench
from bench.ground import LARGE
from bench.report import Report, ratios

PART = "locate"
DATABASE = "large"
CLIENTS = 2
GRIDS_ONLY, ALL_LEVELS = "grids only", "all levels"
POINT = "ST_SetSRID(ST_MakePoint(:x, :y), 4326)"
GIVEN = {"category": "public_toilet", "type": "help", "urgency": "normal"}


class NoPgbenchError(Exception):
    """pgbench is missing; the message says how to get it."""


def bare() -> Any:
    """The owner of a point, nothing else."""
    hit = locate.hits()
    owner = locate.owner_by_point(hit, locate.agreed(hit))
    return select(owner.c.id, owner.c.boundary_id)


def with_ancestors() -> Any:
    """The owner and its chain from the district down."""
    hit = locate.hits()
    owner = locate.owner_by_point(hit, locate.agreed(hit))
    above = aliased(Area, name="above")
    chain = (
        select(func.jsonb_agg(func.jsonb_build_object("level", above.level, "code", above.code)))
        .where(above.id == func.any(owner.c.path))
        .correlate(owner)
        .scalar_subquery()
    )
    return select(owner.c.id, owner.c.boundary_id, chain)


def whole() -> str:
    """What an intake sends: place, chain, candidates, posts, category, limit."""
    return situation.statement("point").named


def as_script(text: str) -> str:
    """A pgbench script with a random point of the layer in place of the parameters."""
    west, south, east, north = LARGE.box
    text = re.sub(r"ST_GeomFromEWKB\(%\((?:point|circle)\)s(?:::\w+)?\)", POINT, text)
    known = {*GIVEN, "at", "now"}
    text = re.sub(r"%\((\w+)\)s", lambda found: f":{found[1]}" if found[1] in known else "null", text)
    steps = 1_000_000
    lines = [
        f"\\set i random(1, {steps - 1})", f"\\set j random(1, {steps - 1})",
        f"\\set x {west} + :i * {(east - west) / steps:.12f}",
        f"\\set y {south} + :j * {(north - south) / steps:.12f}",
    ]  # fmt: skip
    return "\n".join([*lines, " ".join(text.replace("%%", "%").split()) + ";"]) + "\n"


def scripts() -> dict[str, str]:
    """The statements compared; all draw the same numbers, so that pgbench's own work is equal."""
    compiled = db.compiled
    return {
        "select 1": as_script(str(select(literal(1)).compile(compile_kwargs={"literal_binds": True}))),
        "locate": as_script(compiled(bare())),
        "locate and ancestors": as_script(compiled(with_ancestors())),
        "whole situation": as_script(whole()),
    }


def pgbench(bench: Bench, script: Path, seconds: float) -> float:
    """Transactions per second of a script, prepared, as role app."""
    program = bench.bindir / "pgbench"
    if not program.exists():
        raise NoPgbenchError(f"{program} is missing; install it: apt-get install postgresql-contrib")
    span = str(max(1, round(seconds)))
    now = datetime.now(UTC).isoformat()
    given = [f"-D{name}={value}" for name, value in (GIVEN | {"at": now, "now": now}).items()]
    clients = ["-c", str(CLIENTS), "-j", str(CLIENTS), "-T", span]
    target = ["-h", str(bench.cluster.socket_dir), "-U", "app", "-d", DATABASE]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    environment["PGOPTIONS"] = f"{OPTIONS} -c search_path={SCHEMA},public"
    command = [str(program), "-n", "-M", "prepared", "-f", str(script), *given, *clients, *target]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    rate = re.search(r"tps = ([\d.]+) \(without", done.stdout)
    if done.returncode or rate is None:
        raise RuntimeError(f"pgbench failed: {done.stderr[-800:]}")
    return float(rate[1])


def measure(bench: Bench, report: Report, layer: str, rounds: int, seconds: float) -> None:
    """All scripts in every round; `layer` says which boundaries stand in the database now."""
    prepared = {}
    for name, text in scripts().items():
        prepared[name] = bench.folder / f"{name.replace(' ', '-')}.sql"
        prepared[name].write_text(text)
    for script in prepared.values():
        pgbench(bench, script, 1)
    for number in range(rounds):
        for name in list(prepared)[:: 1 if number % 2 == 0 else -1]:
            report.add(PART, round=number, layer=layer, script=name, tps=pgbench(bench, prepared[name], seconds))
    _owe(report, layer)


def _owe(report: Report, layer: str) -> None:
    def against(over: str, under: str) -> list[float]:
        sides = ({"layer": layer, "script": over}, {"layer": layer, "script": under})
        return ratios(report.raw[PART], "tps", *sides)

    owed = 0.3 if layer == GRIDS_ONLY else None  # the bar was measured on one polygon to a point
    report.owe(f"locate / select 1, {layer}", against("locate", "select 1"), at_least=owed)
    both = "locate and ancestors"
    report.owe(f"locate and ancestors / locate, {layer}", against(both, "locate"), at_least=0.5)
    report.owe(f"whole situation / select 1, {layer}", against("whole situation", "select 1"))
