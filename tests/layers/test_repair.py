"""Mending: only where asked, told area by area, never where it is a question of who owns the ground."""

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely import MultiPolygon, box

from app.core.geometry import area_m2, metres_per_degree
from app.layers.checks import check_layer
from app.layers.features import Asked, Feature
from app.layers.findings import Code
from app.layers.ground import KnownArea
from app.layers.reading import read_geojson
from app.layers.repair import Repair, mended_borders

WEST, SOUTH = 102.85, 24.85
EAST_M, NORTH_M = metres_per_degree(SOUTH)
SLIVERS = {Repair.SLIVERS}


def area(code: str, west: float, south: float, east: float, north: float) -> Feature:
    corners = (WEST + west / EAST_M, SOUTH + south / NORTH_M, WEST + east / EAST_M, SOUTH + north / NORTH_M)
    return Feature(f"f#{code}", code, "P", code, "grid", MultiPolygon([box(*corners)]), {})


PARENT = {"P": KnownArea("P", None, "community", None)}
SHORT = [area("A", 0, 0, 100, 100), area("B", 100.2, 0, 200, 100)]
OVER = [area("A", 0, 0, 50, 50), area("B", 49.99, 0, 100, 50)]


@pytest.mark.parametrize("drawn", [SHORT, OVER], ids=["gap", "overlap"])
def test_borders_drawn_twice_become_one_and_each_change_is_told(drawn: list[Feature]) -> None:
    mended, told = mended_borders(drawn, PARENT, SLIVERS)
    assert [one.code for one in check_layer(mended, PARENT, ())] == [Code.NO_PARENT_GEOMETRY]
    changed = {one.key for one, old in zip(mended, drawn, strict=True) if one.geometry != old.geometry}
    assert {one.features[0] for one in told} == changed != set()
    moved = sum(
        area_m2(shapely.symmetric_difference(one.geometry, old.geometry))
        for one, old in zip(mended, drawn, strict=True)
    )
    assert sum(one.m2 or 0 for one in told) == pytest.approx(moved)
    assert moved < 25


def test_without_being_asked_nothing_is_mended() -> None:
    assert mended_borders(SHORT, PARENT, set()) == (SHORT, [])
    assert mended_borders(SHORT, PARENT, {Repair.RINGS}) == (SHORT, [])


def test_ground_somebody_has_to_decide_on_is_left_as_drawn() -> None:
    wide = [area("A", 0, 0, 110, 100), area("B", 100, 0, 200, 100), area("C", 200.2, 0, 300, 100)]
    assert mended_borders(wide, PARENT, SLIVERS) == (wide, [])


def test_an_area_already_stored_is_never_changed() -> None:
    stored = {**PARENT, "B": KnownArea("B", "P", "grid", SHORT[1].geometry)}
    assert mended_borders(SHORT[:1], stored, SLIVERS) == (SHORT[:1], [])


def layer(folder: Path, ring: list[list[float]]) -> Path:
    shape: dict[str, Any] = {"type": "Polygon", "coordinates": [ring]}
    one = {"type": "Feature", "properties": {"code": "G", "name": "G"}, "geometry": shape}
    path = folder / "layer.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [one]}))
    return path


def test_a_ring_that_crosses_itself_becomes_two_parts(tmp_path: Path) -> None:
    bow = [[102.0, 24.0], [102.01, 24.01], [102.01, 24.0], [102.0, 24.01], [102.0, 24.0]]
    path = layer(tmp_path, bow)
    refused, found = read_geojson(path, "f", Asked("grid"))
    assert (refused[0].geometry, [one.code for one in found]) == (None, [Code.RING_BROKEN])
    mended, found = read_geojson(path, "f", Asked("grid", mend_rings=True))
    assert [one.code for one in found] == [Code.REPAIRED]
    assert found[0].features == ("f#1 G",)
    shape = mended[0].geometry
    assert shape is not None
    assert shape.is_valid
    assert len(shape.geoms) == 2
    assert area_m2(shape) == pytest.approx(area_m2(box(102, 24, 102.01, 24.01)) / 2, rel=1e-3)


def test_a_ring_that_holds_no_ground_cannot_be_mended(tmp_path: Path) -> None:
    line = [[102.0, 24.0], [102.01, 24.0], [102.02, 24.0], [102.0, 24.0]]
    features, found = read_geojson(layer(tmp_path, line), "f", Asked("grid", mend_rings=True))
    assert features[0].geometry is None
    assert Code.REPAIRED not in [one.code for one in found]
