"""A whole layer of grids brought in with all its checks, against the least any loader has to do for the same rows.

Each measurement runs in a process of its own, so that its peak of memory is its own: the features are made, what
is held then is the input, and what the import needs on top of it is counted.
"""

import asyncio
import gc
import multiprocessing
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import shapely
from psycopg.types.range import Range
from shapely import MultiPolygon, Polygon

from app.core.settings import Settings
from app.core.work import system_work
from app.grid.models import Source
from app.layers import importing
from app.layers.features import Feature
from app.layers.plane import array_of
from app.layers.storing import AREA_COLUMNS, AREA_TYPES, BOUNDARY_COLUMNS, BOUNDARY_TYPES, CODE_COLUMNS, CODE_TYPES
from bench import ground
from bench.database import DISTRICT, SCHEMA, Bench
from bench.report import Report

MIDDLE = ground.Size(425, 220)  # 93,500 grids
QUICK = (ground.Size(50, 40), ground.Size(100, 80))
MOST_TIMES, MOST_MB, MOST_GROWTH = 3.0, 500.0, 5.0
TABLES = {
    "area": (AREA_COLUMNS, AREA_TYPES),
    "area_code": (CODE_COLUMNS, CODE_TYPES),
    "boundary": (BOUNDARY_COLUMNS, BOUNDARY_TYPES),
}


def measure(bench: Bench, report: Report, rounds: int, *, quick: bool) -> None:
    """Both sizes, both ways, interleaved; ratios of the larger, growth of ours from the smaller."""
    small, large = QUICK if quick else (MIDDLE, ground.LARGE)
    for number in range(rounds):
        for size in (small, large):
            for way in (bare, ours):
                bench.make("layers")
                asyncio.run(bench.seed("layers"))
                figures = _alone(way, bench, size)
                report.add("layers", round=number, way=way.__name__, grids=size.grids, **figures)
                bench.drop("layers")
    _owe(report, small, large)


def _owe(report: Report, small: ground.Size, large: ground.Size) -> None:
    rows = report.raw["layers"]

    def series(way: str, size: ground.Size, figure: str) -> list[float]:
        return [float(row[figure]) for row in rows if row["way"] == way and row["grids"] == size.grids]

    seconds, least = series("ours", large, "seconds"), series("bare", large, "seconds")
    ratios = [mine / bare_s for mine, bare_s in zip(seconds, least, strict=True)]
    report.owe(f"{large.grids:,} polygons in, over bare COPY, indexes and validation", ratios, at_most=MOST_TIMES)
    report.owe("memory above the input", series("ours", large, "above_mb"), at_most=MOST_MB, unit="MB")
    per_grid = large.grids / small.grids
    growth = [a / b for a, b in zip(seconds, series("ours", small, "seconds"), strict=True)]
    scaled = [one / per_grid * 392 / 93.5 for one in growth]  # as 392,000 stand to 93,500
    report.owe(f"time of {large.grids:,} over {small.grids:,}, as 392k over 94k", scaled, at_most=MOST_GROWTH)


def _alone(
    way: Callable[[Any, dict[str, Any], list[Feature]], None], bench: Bench, size: ground.Size
) -> dict[str, Any]:
    """Run one way in a fresh process; its figures."""
    context = multiprocessing.get_context("spawn")
    told: Any = context.SimpleQueue()
    settings = bench.settings("layers", pool_size=1).model_dump()
    worker = context.Process(target=_run, args=(way, settings, bench.cluster.url("owner", "layers"), size, told))
    worker.start()
    worker.join()
    if worker.exitcode:
        raise RuntimeError(f"{way.__name__} ended with {worker.exitcode}")
    figures: dict[str, Any] = told.get()
    return figures


def _run(way: Callable[..., None], settings: dict[str, Any], owner: str, size: ground.Size, told: Any) -> None:
    features = list(_features(size))
    gc.collect()
    gc.disable()  # as the command does
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    held = _memory_mb("VmRSS")
    began = time.perf_counter()
    stages: dict[str, float] = {}
    way(settings, owner, features, stages)
    seconds = time.perf_counter() - began
    told.put({"seconds": seconds, "input_mb": held, "above_mb": _memory_mb("VmHWM") - held, **stages})


def _memory_mb(name: str) -> float:
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def _features(size: ground.Size) -> Iterator[Feature]:
    """The lattice as files would give it: district, streets, communities, grids, each with its shape."""
    lattice = ground.Lattice(size)
    whole = MultiPolygon([shapely.box(*size.box)])
    codes: dict[Any, str] = {}
    grids = iter(shapely.from_wkb(lattice.grids()))
    for place in ground.places(size):
        codes[place.ids[-1]] = place.code
        parent = codes[place.ids[-2]] if len(place.ids) > 1 else None
        if place.level == "grid":
            shape = next(grids)
        elif place.level == "district":
            shape = whole
        else:
            shape = MultiPolygon([Polygon(lattice.ring(place.rows, place.columns))])
        yield Feature(place.code, place.code, parent, place.code, place.level, shape, {})


def ours(settings: dict[str, Any], _owner: str, features: list[Feature], stages: dict[str, float]) -> None:
    """As `wangge import areas` does after reading."""
    asyncio.run(_ours(settings, features, stages))


async def _ours(settings: dict[str, Any], features: list[Feature], stages: dict[str, float]) -> None:
    runtime = Bench.runtime_of(Settings(**settings))
    async with system_work(runtime, DISTRICT) as work:
        began = time.perf_counter()
        planned = await importing.plan(work, features, [], [], Source.SURVEYED)
        stages["checking_s"] = time.perf_counter() - began
        if planned.findings:
            raise RuntimeError(planned.findings[0].as_text("en"))
        done = await importing.store(work, planned)
    stages["storing_s"] = time.perf_counter() - began - stages["checking_s"]
    if done.made != len(features):
        raise RuntimeError(f"{done.made} of {len(features)} areas were stored")
    await runtime.engine.dispose()


def bare(_settings: dict[str, Any], owner: str, features: list[Feature], stages: dict[str, float]) -> None:
    """Validity, coverage by community, COPY of ready rows into tables without indexes, then every index."""
    began = time.perf_counter()
    shapes = array_of([one.geometry for one in features])
    groups: dict[str | None, list[int]] = {}
    for index, one in enumerate(features):
        groups.setdefault(one.parent_code, []).append(index)
    valid = shapely.is_valid(shapes).all() and all(
        shapely.coverage_is_valid(shapes[some]) for some in groups.values()
    )
    if not valid:
        raise RuntimeError("the lattice is no coverage")
    blobs = shapely.to_wkb(shapely.set_srid(shapes, 4326), include_srid=True)
    stages["checking_s"] = time.perf_counter() - began
    with psycopg.connect(owner) as connection, connection.cursor() as cursor:
        cursor.execute(f"set search_path = {SCHEMA}, public")
        for table in TABLES:
            cursor.execute(f"create table bare_{table} (like {table})")
        _copy_bare(cursor, features, blobs)
        for table in TABLES:
            _index_bare(cursor, table)
    stages["storing_s"] = time.perf_counter() - began - stages["checking_s"]


def _copy_bare(cursor: psycopg.Cursor, features: list[Feature], blobs: np.ndarray[Any, Any]) -> None:
    ids = {one.code: ground.numbered(index) for index, one in enumerate(features)}
    now = ground.BEGAN
    chain = [None] * 5
    rows = {
        "area": (
            (ids[one.code], one.level, "general", False, one.code, one.name, None, ids.get(one.parent_code or ""),
             *chain, [ids[one.code]], now)
            for one in features
        ),
        "area_code": ((one.code, ids[one.code], now) for one in features),
        "boundary": (
            (ids[one.code], ids[one.code], 1, blob, Range(now, None), "surveyed", 1.0)
            for one, blob in zip(features, blobs, strict=True)
        ),
    }  # fmt: skip
    for table, (columns, types) in TABLES.items():
        with cursor.copy(f"copy bare_{table} ({', '.join(columns)}) from stdin (format binary)") as copy:
            copy.set_types(types)
            for row in rows[table]:
                copy.write_row(row)


def _index_bare(cursor: psycopg.Cursor, table: str) -> None:
    cursor.execute(
        "select indexname, indexdef from pg_indexes where schemaname = %s and tablename = %s", (SCHEMA, table)
    )
    for name, definition in cursor.fetchall():
        moved = definition.replace(f"{SCHEMA}.{table} ", f"{SCHEMA}.bare_{table} ")
        cursor.execute(moved.replace(f"INDEX {name} ", f"INDEX bare_{name} "))
