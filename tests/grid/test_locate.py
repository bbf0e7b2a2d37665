"""The locating statement against an oracle that tries every polygon by the stated rule."""

import csv
import gzip
import random  # noqa: TID251  # a test's own chance, from a fixed seed
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely import Point

from app.core.work import Runtime, Work, system_work
from app.grid.models import DEPTH, AreaLevel, GridKind, Source
from app.issues import situation
from app.issues.seeding import seed
from app.issues.situation import Facts, Situation
from app.layers import importing
from app.layers.importing import Fields, Layer
from app.layers.reading import Feature
from tests import town
from tests.layers.test_importing import DATA, LOS_ANGELES

pytestmark = pytest.mark.anyio


async def place(work: Work, lon: float, lat: float, accuracy_m: float = 0) -> Situation:
    now = work.clock.now()
    facts = Facts(now, now, "help", "normal", None, lon=lon, lat=lat, accuracy_m=accuracy_m)
    return await situation.read(await work.cursor(), facts)


def owner(features: list[Feature], losers: dict[str, set[str]], lon: float, lat: float) -> str | None:
    """The rule in plain words: deepest general area; among equals who loses no ruling; then the lowest code."""
    point = Point(lon, lat)
    covering = [one for one in features if one.geometry is not None and one.geometry.covers(point)]
    general = [one for one in covering if one.kind == GridKind.GENERAL] or covering
    codes = {one.code for one in covering}
    parents = {one.code: one.parent_code for one in features}
    depth = {one.code: _steps_up(one.code, parents) for one in covering}

    def rank(one: Feature) -> tuple[int, int, str]:
        return (-depth[one.code], len(losers.get(one.code, set()) & codes), one.code)

    return min(general, key=rank).code if general else None


def chances(count: int, seed_: int) -> Iterator[tuple[float, float]]:
    """Points over the town and a little beyond, many of them exactly on borders and corners."""
    dice = random.Random(seed_)  # noqa: S311  # a test's own chance
    for _ in range(count):
        lon, lat = 102.795 + dice.random() * 0.16, 24.795 + dice.random() * 0.11
        if dice.random() < 0.4:
            lon = round(lon * 40) / 40
        if dice.random() < 0.4:
            lat = round(lat * 20) / 20
        yield round(lon, 6), round(lat, 6)


def _steps_up(code: str, parents: dict[str, str | None]) -> int:
    above = parents[code]
    return 0 if above is None else 1 + _steps_up(above, parents)


async def test_every_point_has_the_owner_the_rule_says(runtime: Runtime) -> None:
    features = town.features()
    async with system_work(runtime, "530114") as work:
        for lon, lat in chances(400, 7):
            read = await place(work, lon, lat)
            assert read.area["code"] == owner(features, {}, lon, lat), (lon, lat)
            assert read.located == (read.area["code"] is not None)


async def test_real_requests_in_overlapping_councils_have_one_owner_every_time(
    runtime: Runtime, settings: Any, tmp_path: Path
) -> None:
    del tmp_path
    from app import districts  # noqa: PLC0415  # beside its one use

    districts.register(settings.owner_url.get_secret_value(), "990009", "LA", demo=True, now=runtime.clock.now())
    with gzip.open(DATA / "los_angeles/requests_2017.csv.gz", "rt") as stream:
        points = [(float(row["lon"]), float(row["lat"])) for row in csv.DictReader(stream) if row["lon"]]
    async with system_work(runtime, "990009") as work:
        await seed(work)
        features, faults = importing.read_layers(LOS_ANGELES, Fields())
        planned = await importing.plan(work, features, faults, ["overlap", "gap"], Source.SURVEYED)
        await importing.store(work, planned)
        losers: dict[str, set[str]] = {}
        for one in planned.overlaps:
            loser = one.code_b if one.owner == one.code_a else one.code_a
            losers.setdefault(loser, set()).add(one.owner)
        runs = [[(await place(work, lon, lat)).area["code"] for lon, lat in points] for _ in range(3)]
    assert runs[0] == runs[1] == runs[2]
    assert runs[0] == [owner(features, losers, lon, lat) for lon, lat in points]
    assert sum(code is not None for code in runs[0]) == 505
    assert len(points) == 545


async def test_the_circle_names_every_grid_it_touches(runtime: Runtime) -> None:
    features = [one for one in town.features() if one.level == AreaLevel.GRID and one.kind == GridKind.GENERAL]
    features = [one for one in features if one.code != town.LARGE]  # its small ones are asked
    async with system_work(runtime, "530114") as work:
        for lon, lat in chances(60, 11):
            read = await place(work, lon, lat, accuracy_m=300)
            around = shapely.Point(lon, lat).buffer(0.0025)  # inside the circle of 300 m everywhere here
            must = {one.code for one in features if one.geometry and one.geometry.intersects(around)}
            wide = shapely.Point(lon, lat).buffer(0.0035)  # outside it everywhere here
            may = {one.code for one in features if one.geometry and one.geometry.intersects(wide)}
            named = {one["code"] for one in read.candidates}
            assert must <= named <= may, (lon, lat)


async def test_a_boundary_valid_then_places_what_happened_then(runtime: Runtime) -> None:
    before = runtime.clock.now()
    runtime.clock.advance(days=1)  # type: ignore[attr-defined]  # the tests hold a clock that moves
    changed = [one for one in town.features() if one.code not in (town.B1, town.B2)]
    swapped = [
        town.feature(
            AreaLevel.BUILDING_GROUP, town.B2, town.G1, "2栋", shapely.box(102.80, 24.80, 102.825, 24.85)
        ),
        town.feature(
            AreaLevel.BUILDING_GROUP, town.B1, town.G1, "1栋", shapely.box(102.825, 24.80, 102.85, 24.85)
        ),
    ]
    async with system_work(runtime, "530114") as work:
        planned = await importing.plan(work, changed + swapped, [], ["gap"], Source.DRAWN)
        await importing.store(work, planned)
        now = await place(work, *town.IN_B1)
        facts = Facts(work.clock.now(), before, "help", "normal", None, lon=town.IN_B1[0], lat=town.IN_B1[1])
        then = await situation.read(await work.cursor(), facts)
    assert (now.area["code"], then.area["code"]) == (town.B2, town.B1)


async def test_the_plan_uses_the_index(runtime: Runtime) -> None:
    async with system_work(runtime, "530114") as work:
        cursor = await work.cursor()
        facts = {"now": work.clock.now(), "at": work.clock.now(), "type": "help", "urgency": "normal"}
        facts |= {"category": None, "respondent": None}
        from app.grid.locate import point_parameters  # noqa: PLC0415  # beside its one use

        await cursor.execute("set local enable_seqscan = off")
        await cursor.execute(
            "explain " + situation.statement("point").named, facts | point_parameters(102.81, 24.81, 0)
        )
        plan = "\n".join(row[0] for row in await cursor.fetchall())
    assert "boundary_geom" in plan


def test_layers_are_read_from_the_district_down() -> None:
    features, faults = importing.read_layers(
        [Layer(one.path, one.level) for one in reversed(LOS_ANGELES)], Fields()
    )
    assert not faults
    depths = [DEPTH[AreaLevel(one.level)] for one in features]
    assert depths == sorted(depths)
