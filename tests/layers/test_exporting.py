"""Out and in again is nothing: codes, names, kinds, labels, rural, parents, shapes to the last bit."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from app.core.geometry import Crs
from app.core.work import Runtime, Work, system_work
from app.grid.models import Source
from app.layers import importing
from app.layers.exporting import FIELDS, TooManyAreas, UnknownExport, about, export, geojson_of, rows_of, sheet_of
from app.layers.features import Asked, Feature
from app.layers.importing import Fields, Layer, Stored
from app.layers.opening import read_layer
from app.layers.reading import read_geojson
from app.layers.storing import _area_row, _Placed
from tests import town
from tests.layers.test_importing import TAIPEI, bring, empty

__all__ = ["empty"]
TOWN = len(town.features())


async def again(work: Work, path: Path) -> Stored:
    features, faults = importing.read_layers([Layer(path, None)], Fields(crs=Crs.WGS84))
    assert faults == [], [one.as_text("en") for one in faults]
    return await importing.store(work, await importing.plan(work, features, [], ["gap", "overlap"], Source.DRAWN))


async def everything(work: Work) -> list[tuple[Any, ...]]:
    rows = await rows_of(work, None, 10_000)
    return sorted((*(getattr(row, name) for name in FIELDS), bytes(row.wkb or b"")) for row in rows)


@pytest.mark.anyio
@pytest.mark.parametrize("ending", ["geojson", "gpkg"])
async def test_the_town_moves_to_an_empty_district_and_is_the_same(
    runtime: Runtime, empty: str, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"town.{ending}"
    async with system_work(runtime, "530114") as work:
        before = await everything(work)
        assert await export(work, None, path) == len(before) == TOWN
        assert await again(work, path) == Stored(unchanged=TOWN)
    async with system_work(runtime, empty) as work:
        assert (await again(work, path)).made == TOWN
        assert await everything(work) == before


@pytest.mark.anyio
async def test_a_real_layer_out_and_in_again_is_the_same(runtime: Runtime, empty: str, tmp_path: Path) -> None:
    path = tmp_path / "taipei.geojson"
    async with system_work(runtime, empty) as work:
        await bring(work, TAIPEI)
        assert await export(work, None, path) == 988
        assert await again(work, path) == Stored(unchanged=988)


@pytest.mark.anyio
async def test_a_part_is_the_area_and_what_lies_below(runtime: Runtime, tmp_path: Path) -> None:
    path = tmp_path / "c1.geojson"
    async with system_work(runtime, "530114") as work:
        assert await export(work, town.C1, path) == 6
        assert await again(work, path) == Stored(unchanged=6)
        with pytest.raises(TooManyAreas):
            await rows_of(work, town.C1, 5)
        with pytest.raises(UnknownExport):
            await export(work, None, tmp_path / "x.dwg")


@pytest.mark.anyio
async def test_a_sheet_holds_text_and_comes_back_without_changing_a_shape(
    runtime: Runtime, tmp_path: Path
) -> None:
    path = tmp_path / "areas.xlsx"
    async with system_work(runtime, "530114") as work:
        rows = await rows_of(work, None, 100)
        path.write_bytes(sheet_of(rows, about(work, None, len(rows))))
        before = await everything(work)
        features, faults = read_layer(path, path.name, Asked(None))
        assert faults == []
        planned = await importing.plan(work, features, [], ["gap"], Source.DRAWN)
        assert await importing.store(work, planned) == Stored(unchanged=TOWN)
        assert await everything(work) == before
    book = load_workbook(io.BytesIO(path.read_bytes()))
    page = book["区域"]
    assert page.freeze_panes == "B2"
    assert {cell.data_type for line in page.iter_rows(min_row=2) for cell in line if cell.value} == {"s"}
    assert book["说明"]["A1"].value == "数据截至"
    said = {one.code: one for one in features}
    assert said[town.MARKET].kind == "dedicated"


coordinates = st.floats(-80, 80, allow_nan=False, allow_infinity=False)
words = (
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20).map(str.strip).filter(bool)
)


class Stored_(dict[str, Any]):  # noqa: N801  # a row as the database gives it
    __getattr__ = dict.__getitem__


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words,
    words,
    st.booleans(),
    st.sampled_from(["general", "dedicated"]),
    st.lists(coordinates, min_size=4, max_size=4),
)
def test_any_name_label_and_coordinate_is_read_back_as_it_was(
    tmp_path: Path, name: str, label: str, rural: bool, kind: str, ends: list[float]
) -> None:
    west, east, south, north = (*sorted(ends[:2]), *sorted(ends[2:]))
    shape = shapely.MultiPolygon([shapely.box(west, south, east, north)])
    given_shape = shape if shape.is_valid and shape.area > 0 else None
    row: Mapping[str, Any] = Stored_(
        code="G1", parent_code="C1", name=name, level="grid", kind=kind, rural=rural, label=label,
        wkb=None if given_shape is None else shapely.to_wkb(given_shape),
    )  # fmt: skip
    path = tmp_path / "one.geojson"
    path.write_text(geojson_of([row]), encoding="utf-8")
    found, _ = read_geojson(path, "f", Asked(None))
    assert len(found) == 1
    one: Feature = found[0]
    placed = {"G1": _Placed(None, (), ()), "C1": _Placed(None, (), ())}  # type: ignore[arg-type]
    written = _area_row(one, placed, None)  # type: ignore[arg-type]
    assert written[1:7] == ("grid", kind, rural, "G1", name, label)
    if one.geometry is not None:
        assert given_shape is not None
        assert shapely.to_wkb(one.geometry) == shapely.to_wkb(given_shape)
