"""The large real input against the figures measured on it by other programs (shared/data/README.md)."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import func, select

from app.core.geometry import Crs
from app.core.work import Runtime, system_work
from app.grid.models import Area, AreaLevel, Source
from app.layers import divisions, importing
from app.layers.features import Feature
from app.layers.importing import Fields, Layer
from app.layers.plane import array_of
from scripts import liechtenstein
from tests.layers.test_importing import empty
from tests.real_data import needed

__all__ = ["empty"]
TAIPEI = {
    AreaLevel.DISTRICT: "taipei_1_city.geojson",
    AreaLevel.STREET: "taipei_2_district.geojson",
    AreaLevel.COMMUNITY: "taipei_3_second_release_area.geojson",
    AreaLevel.GRID: "taipei_4_first_release_area.geojson.gz",
    AreaLevel.BUILDING_GROUP: "taipei_5_basic_unit.geojson.gz",
}
POLYGONS = dict(zip(TAIPEI, (1, 12, 907, 7672, 11490), strict=True))
STRICTLY_WITHIN = {
    AreaLevel.STREET: 1.0, AreaLevel.COMMUNITY: 1.0, AreaLevel.GRID: 0.119, AreaLevel.BUILDING_GROUP: 0.009,
}  # fmt: skip
NEARLY = 0.003  # level 4 measures 0.1212 (930 of 7,672) here, the README says 0.119; why is not known
METRE = 1 / 100_000  # degrees, a little more than a metre at this latitude
LISTS = [  # file, root, rows of level 4 and 5
    ("yunnan_53_2021.csv.gz", "53", 1458, 14771),
    ("baoding_1306_2021.csv.gz", "1306", 355, 6820),
    ("wuxi_3202_suzhou_3205_2021.csv.gz", "3202", None, None),
    ("wuxi_3202_suzhou_3205_2021.csv.gz", "3205", None, None),
]


def levels(features: list[Feature]) -> Counter[str]:
    return Counter(str(one.level) for one in features)


@pytest.fixture(scope="module")
def taipei() -> list[Feature]:
    folder = needed("taipei_hierarchy")
    layers = [Layer(folder / name, level) for level, name in TAIPEI.items()]
    features, faults = importing.read_layers(layers, Fields(crs=Crs.WGS84))
    assert faults == []
    return features


def test_taipei_nests_by_tolerance_and_share_not_strictly(taipei: list[Feature]) -> None:
    assert levels(taipei) == POLYGONS
    by_code = {one.code: one for one in taipei}
    for level, strict in STRICTLY_WITHIN.items():
        children = [one for one in taipei if one.level == level]
        shapes = array_of([one.geometry for one in children])
        above = array_of([by_code[str(one.parent_code)].geometry for one in children])
        assert float(shapely.within(shapes, above).mean()) == pytest.approx(strict, abs=NEARLY), level
        assert shapely.covered_by(shapes, shapely.buffer(above, METRE)).all(), level
        shares = shapely.area(shapely.intersection(shapes, above)) / shapely.area(shapes)
        assert float(shares.min()) > 0.986, level  # the README's 0.987, rounded


@pytest.mark.anyio
async def test_taipei_comes_in_whole(runtime: Runtime, empty: str, taipei: list[Feature]) -> None:
    async with system_work(runtime, empty) as work:
        planned = await importing.plan(work, taipei, [], ["overlap"], Source.SURVEYED)
        assert planned.errors == 0
        found = Counter(str(one.code) for one in planned.findings)
        assert found == {"overlap": 2, "narrow_gap": 5, "narrow_overlap": 2}
        assert (await importing.store(work, planned)).made == sum(POLYGONS.values())


@pytest.mark.anyio
async def test_liechtenstein_has_its_buildings_as_building_groups(
    runtime: Runtime, empty: str, tmp_path: Path
) -> None:
    assert liechtenstein.write(needed("liechtenstein_osm"), tmp_path) == 4  # in no municipality
    order = (AreaLevel.DISTRICT, AreaLevel.STREET, AreaLevel.COMMUNITY, AreaLevel.BUILDING_GROUP)
    layers = [Layer(tmp_path / f"liechtenstein_{level}.geojson", level) for level in order]
    features, faults = importing.read_layers(layers, Fields(crs=Crs.WGS84))
    assert faults == []
    assert levels(features) == dict(zip(order, (1, 2, 11, 3719), strict=True))
    towns = {one.code: one.name for one in features if one.level == AreaLevel.COMMUNITY}
    in_town = Counter(towns[str(one.parent_code)] for one in features if one.level == AreaLevel.BUILDING_GROUP)
    assert (in_town["Balzers"], in_town["Vaduz"]) == (1394, 96)
    async with system_work(runtime, empty) as work:
        accepted = ["gap", "overlap", "outside_parent"]
        planned = await importing.plan(work, features, [], accepted, Source.SURVEYED)
        assert planned.errors == 0
        gaps = [one.features for one in planned.findings if str(one.code) == "gap"]
        assert len(gaps) == len(towns), "houses fill no municipality; the municipalities fill the country"
        assert (await importing.store(work, planned)).made == len(features)


@pytest.mark.anyio
async def test_all_division_codes_are_areas_without_shapes(runtime: Runtime, empty: str) -> None:
    folder = needed("cn_divisions")
    for file, root, streets, villages in LISTS:
        features = divisions.areas_of(divisions.read_rows(folder / file), empty, root)
        if streets:
            assert levels(features) == {"district": 1, "street": streets, "community": villages}
        async with system_work(runtime, empty) as work:
            planned = await importing.plan(work, features, [], [], Source.SURVEYED)
            assert (planned.errors, len(planned.findings)) == (0, 0)
            await importing.store(work, planned)
    async with system_work(runtime, empty) as work:
        rows = await work.session.execute(select(Area.level, func.count()).group_by(Area.level))
        assert {str(level): count for level, count in rows} == {
            "district": 1, "street": 2022, "community": 14771 + 6820 + 3396,
        }  # fmt: skip


def test_shapes_are_as_published(taipei: list[Feature]) -> None:
    shapes: Any = array_of([one.geometry for one in taipei])
    assert shapely.is_valid(shapes).all()
    units = shapes[[one.level == AreaLevel.BUILDING_GROUP for one in taipei]]
    assert int(np.sum(shapely.get_num_coordinates(units))) == 195_046  # the README's
