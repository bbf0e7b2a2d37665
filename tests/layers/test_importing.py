import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from shapely import Polygon, box
from sqlalchemy import func, select

from app.core.clock import FixedClock
from app.core.geometry import Crs
from app.core.work import Runtime, Work, system_work
from app.grid.models import Area, AreaCode, AreaLevel, Boundary, Overlap, Source
from app.layers import importing
from app.layers.findings import Finding, NotAcceptable
from app.layers.importing import AreaMoved, Fields, ImportRefused, Layer, Plan, Stored
from app.layers.reading import Feature
from tests import town

pytestmark = pytest.mark.anyio

DATA = Path(__file__).resolve().parent.parent / "data"
LOS_ANGELES = [
    Layer(DATA / "los_angeles/la_1_city.geojson", AreaLevel.DISTRICT),
    Layer(DATA / "los_angeles/la_2_region.geojson", AreaLevel.STREET),
    Layer(DATA / "los_angeles/la_3_neighborhood_council.geojson", AreaLevel.GRID),
]
TAIPEI = [
    Layer(path, level) for path, level in zip(sorted((DATA / "taipei").glob("taipei_*")), AreaLevel, strict=True)
]
EMPTY = "990009"


@pytest.fixture
def empty(settings: Any, runtime: Runtime) -> str:
    """A third district without any ground."""
    from app import districts  # noqa: PLC0415  # beside its one use

    districts.register(settings.owner_url.get_secret_value(), EMPTY, "空区", demo=True, now=runtime.clock.now())
    return EMPTY


async def bring(work: Work, layers: Sequence[Layer], accept: Sequence[str] = ()) -> Stored:
    features, faults = importing.read_layers(layers, Fields(crs=Crs.WGS84))
    return await importing.store(work, await importing.plan(work, features, faults, accept, Source.SURVEYED))


async def bring_features(work: Work, features: list[Feature], accept: Sequence[str] = ()) -> Stored:
    return await importing.store(work, await importing.plan(work, features, [], accept, Source.DRAWN))


async def count(work: Work, model: Any) -> int:
    return await work.session.scalar(select(func.count()).select_from(model)) or 0


async def test_five_official_levels_come_in_whole(runtime: Runtime, empty: str) -> None:
    async with system_work(runtime, empty) as work:
        done = await bring(work, TAIPEI)
        assert (done.made, await count(work, Boundary), await count(work, AreaCode)) == (988, 988, 988)
        leaf = await work.session.scalar(select(Area).where(Area.level == AreaLevel.BUILDING_GROUP).limit(1))
        assert leaf is not None
        assert leaf.path == [
            leaf.district_id, leaf.street_id, leaf.community_id, leaf.grid_id, leaf.building_group_id,
        ]  # fmt: skip
        assert leaf.path[-1] == leaf.id


async def test_the_same_files_twice_change_nothing(runtime: Runtime, empty: str) -> None:
    async with system_work(runtime, empty) as work:
        await bring(work, TAIPEI)
    async with system_work(runtime, empty) as work:
        again = await bring(work, TAIPEI)
        assert again == Stored(unchanged=988)
        assert await count(work, Boundary) == 988


async def test_overlaps_are_refused_then_accepted_with_a_ruling_owner(runtime: Runtime, empty: str) -> None:
    with pytest.raises(ImportRefused):
        async with system_work(runtime, empty) as work:
            await bring(work, LOS_ANGELES)
    async with system_work(runtime, empty) as work:
        assert (await count(work, Area), await count(work, AreaCode)) == (0, 0)
        done = await bring(work, LOS_ANGELES, ["overlap", "gap"])
        assert done.made == 15
        assert done.ruled == await count(work, Overlap) > 15
        loser, owner = Area.__table__.alias("loser"), Area.__table__.alias("owner")
        pairs = await work.session.execute(
            select(Overlap.m2, loser.c.code, owner.c.code)
            .join(loser, loser.c.id == Overlap.loser_id)
            .join(owner, owner.c.id == Overlap.owner_id)
        )
        assert all(lost > owns for _, lost, owns in pairs)


async def test_a_changed_shape_becomes_the_next_version(runtime: Runtime, clock: FixedClock) -> None:
    clock.advance(days=1)
    changed = [one for one in town.features() if one.code not in (town.B1, town.B2)]
    wider = town.feature(AreaLevel.BUILDING_GROUP, town.B1, town.G1, "1栋", box(102.80, 24.80, 102.83, 24.85))
    rest = town.feature(AreaLevel.BUILDING_GROUP, town.B2, town.G1, "二栋", box(102.83, 24.80, 102.85, 24.85))
    async with system_work(runtime, "530114") as work:
        done = await bring_features(work, [*changed, wider, rest], ["gap"])
        assert (done.made, done.reshaped, done.renamed, done.unchanged) == (0, 2, 1, 15)
        query = select(Boundary.version, Boundary.valid).join(Area, Area.id == Boundary.area_id)
        versions = (await work.session.execute(query.where(Area.code == town.B1).order_by(Boundary.version))).all()
        assert [version for version, _ in versions] == [1, 2]
        assert versions[0].valid.upper == versions[1].valid.lower == clock.now()
        assert versions[1].valid.upper is None


async def test_moving_an_area_by_import_is_refused(runtime: Runtime) -> None:
    moved = town.feature(AreaLevel.GRID, town.FIELD, town.C2, "村民一组", None)
    with pytest.raises(AreaMoved) as refused:
        async with system_work(runtime, "530114") as work:
            await bring_features(work, [moved], ["gap"])
    assert refused.value.field == town.FIELD


async def test_a_name_without_a_polygon_is_an_area(runtime: Runtime) -> None:
    new = town.feature(AreaLevel.GRID, f"{town.NAMELESS}001", town.NAMELESS, "无图网格", None)
    async with system_work(runtime, "530114") as work:
        assert (await bring_features(work, [new])).made == 1
        area = await work.session.scalar(select(Area).where(Area.code == new.code))
        assert area is not None
        assert (area.community_id is not None, area.grid_id) == (True, area.id)


def _file(folder: Path, *shapes: tuple[str, str | None, Any]) -> Path:
    features = [
        {"type": "Feature", "properties": {"code": code, "parent_code": parent, "name": code}, "geometry": shape}
        for code, parent, shape in shapes
    ]
    path = folder / "layer.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def _ring(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(point) for point in points]]}


IN_VILLAGE = [(102.91, 24.81), (102.92, 24.81), (102.92, 24.82), (102.91, 24.82), (102.91, 24.81)]
BOWTIE = [(102.91, 24.81), (102.92, 24.82), (102.92, 24.81), (102.91, 24.82), (102.91, 24.81)]
BAD: list[tuple[str, list[tuple[str, str | None, Any]]]] = [
    ("ring_broken", [("g1", town.VILLAGE, _ring(*BOWTIE))]),
    ("not_finite", [("g1", town.VILLAGE, _ring((102.91, 24.81), (float("nan"), 24.82), *IN_VILLAGE[2:]))]),
    ("duplicate_code", [("g1", town.VILLAGE, None), ("g1", town.VILLAGE, None)]),
    ("orphan", [("g1", "nowhere", _ring(*IN_VILLAGE))]),
    ("cycle", [("g1", "g2", None), ("g2", "g1", None)]),
    ("outside_parent", [("g1", town.NAMELESS, None), ("g2", town.C1, _ring(*IN_VILLAGE))]),
    ("overlap", [("g1", town.VILLAGE, _ring(*IN_VILLAGE))]),
    ("empty_geometry", [("g1", town.VILLAGE, {"type": "Polygon", "coordinates": []})]),
    ("not_polygon", [("g1", town.VILLAGE, {"type": "Point", "coordinates": [102.91, 24.81]})]),
]


@pytest.mark.parametrize(("code", "shapes"), BAD, ids=[code for code, _ in BAD])
async def test_a_bad_layer_is_named_and_leaves_the_ground_as_it_was(
    runtime: Runtime, tmp_path: Path, code: str, shapes: list[tuple[str, str | None, Any]]
) -> None:
    layers = [Layer(_file(tmp_path, *shapes), AreaLevel.GRID)]
    found: list[Finding] = []

    async def attempt(work: Work) -> Plan:
        features, faults = importing.read_layers(layers, Fields())
        planned = await importing.plan(work, features, faults, [], Source.DRAWN)
        found.extend(planned.findings)
        return planned

    async with system_work(runtime, "530114") as work:
        before = (await count(work, Area), await count(work, Boundary), await count(work, AreaCode))
    with pytest.raises(ImportRefused):
        async with system_work(runtime, "530114") as work:
            await importing.store(work, await attempt(work))
    async with system_work(runtime, "530114") as work:
        assert (await count(work, Area), await count(work, Boundary), await count(work, AreaCode)) == before
    named = [one for one in found if one.code == code]
    assert named, [str(one.code) for one in found]
    assert all("g1" in " ".join(one.features) or "g2" in " ".join(one.features) for one in named)


async def test_what_no_import_may_carry_cannot_be_accepted(runtime: Runtime) -> None:
    with pytest.raises(NotAcceptable):
        async with system_work(runtime, "530114") as work:
            await bring_features(work, [], ["cycle"])


def test_the_drawn_demonstration_ground_is_clean() -> None:
    from app.cli.drawn_ground import features  # noqa: PLC0415  # beside its one use
    from app.layers.checks import check_layer  # noqa: PLC0415  # beside its one use

    drawn = list(features())
    found = check_layer(drawn, {}, ["gap"])
    assert {str(one.code) for one in found} == {"gap"}
    codes = {one.code for one in drawn}
    assert len(codes) == len(drawn)
    assert all(one.parent_code is None or one.parent_code in codes for one in drawn)
    assert sum(one.level == AreaLevel.COMMUNITY for one in drawn) == 10
    assert all(isinstance(part, Polygon) for one in drawn if one.geometry for part in one.geometry.geoms)


class _CutError(Exception):
    pass


async def test_a_cut_run_leaves_nothing_and_the_next_stores_what_is_missing(runtime: Runtime, empty: str) -> None:
    features = town.features()
    stages: list[tuple[str, int, int]] = []

    def cut(stage: str, done: int, of: int) -> None:
        stages.append((stage, done, of))
        if stage == "boundaries":
            raise _CutError

    async def attempt() -> None:
        async with system_work(runtime, empty) as work:
            planned = await importing.plan(work, features, [], ["gap"], Source.DRAWN, tell=cut)
            await importing.store(work, planned, cut)

    with pytest.raises(_CutError):
        await attempt()
    assert ("areas", len(features), len(features)) in stages
    assert {of for stage, _, of in stages if stage == "borders"} == {
        sum(one.geometry is not None for one in features)
    }
    async with system_work(runtime, empty) as work:
        assert (await count(work, Area), await count(work, Boundary), await count(work, AreaCode)) == (0, 0, 0)
        assert (await bring_features(work, features[:5], ["gap"])).made == 5
    async with system_work(runtime, empty) as work:
        done = await bring_features(work, features, ["gap"])
        assert (done.made, done.unchanged) == (len(features) - 5, 5)
