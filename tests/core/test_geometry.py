"""Shifts between map systems, degrees to metres, accuracy circles."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from app.core.geometry import (
    ECCENTRICITY_2,
    GCJ_EAST,
    GCJ_NORTH,
    GCJ_SOUTH,
    GCJ_WEST,
    SEMI_MAJOR_M,
    Crs,
    area_m2,
    areas_m2,
    circle,
    convert,
    from_wgs84,
    metres_per_degree,
    to_wgs84,
)

china_lon = st.floats(GCJ_WEST, GCJ_EAST)
china_lat = st.floats(GCJ_SOUTH, GCJ_NORTH)
shifted = st.sampled_from([Crs.GCJ02, Crs.BD09])


def metres(one: tuple[float, float], two: tuple[float, float]) -> float:
    east, north = metres_per_degree(one[1])
    return math.hypot((one[0] - two[0]) * east, (one[1] - two[1]) * north)


def zone_m2(south: float, north: float, width: float) -> float:
    """The exact area of a lon/lat box on the ellipsoid, by the formula for zones."""
    e = math.sqrt(ECCENTRICITY_2)

    def q(lat: float) -> float:
        sine = math.sin(math.radians(lat))
        return sine / (1 - ECCENTRICITY_2 * sine**2) + math.atanh(e * sine) / e

    belt = SEMI_MAJOR_M**2 * (1 - ECCENTRICITY_2) / 2 * (q(north) - q(south))
    return belt * math.radians(width)


@given(china_lon, china_lat, shifted)
def test_a_place_in_china_makes_the_round_trip(lon: float, lat: float, crs: Crs) -> None:
    there = from_wgs84(lon, lat, crs)
    assert metres(to_wgs84(*there, crs), (lon, lat)) <= 0.1


@given(st.floats(73.5, 135), st.floats(18, 53.5))
def test_the_shift_is_hundreds_of_metres(lon: float, lat: float) -> None:
    assert 10 < metres(from_wgs84(lon, lat, Crs.GCJ02), (lon, lat)) < 1200


@given(st.floats(-180, 180), st.floats(-89, 89))
def test_gcj02_is_the_identity_outside_its_box(lon: float, lat: float) -> None:
    in_lon = GCJ_WEST - 0.05 <= lon <= GCJ_EAST + 0.05
    in_lat = GCJ_SOUTH - 0.05 <= lat <= GCJ_NORTH + 0.05
    if not (in_lon and in_lat):
        assert to_wgs84(lon, lat, Crs.GCJ02) == (lon, lat)
        assert from_wgs84(lon, lat, Crs.GCJ02) == (lon, lat)


# Published pairs of the reverse-engineered formulas (coordtransform's own example).
@pytest.mark.parametrize(
    ("crs", "there"),
    [
        (Crs.GCJ02, (116.41024449916938, 39.91640428150164)),
        (Crs.BD09, (116.41662724378733, 39.922699552216216)),
    ],
)
def test_the_public_formula_is_met(crs: Crs, there: tuple[float, float]) -> None:
    assert from_wgs84(116.404, 39.915, crs) == pytest.approx(there, abs=1e-9)


@pytest.mark.parametrize("crs", [Crs.WGS84, Crs.CGCS2000])
def test_cgcs2000_is_taken_as_wgs84(crs: Crs) -> None:
    assert to_wgs84(102.8, 24.9, crs) == (102.8, 24.9) == from_wgs84(102.8, 24.9, crs)
    assert not crs.shifted


def test_nan_stays_nan() -> None:
    assert all(math.isnan(value) for value in to_wgs84(math.nan, math.nan, Crs.BD09))


@pytest.mark.parametrize("crs", list(Crs))
def test_whole_arrays_move_as_single_points_do(crs: Crs) -> None:
    shapes = np.array([box(102.8, 24.8, 102.9, 24.9), None, Point(120, 30, 7), MultiPolygon()], dtype=object)
    moved = convert(shapes, crs)
    for before, after in zip(shapes, moved, strict=True):
        if before is None:
            assert after is None
            continue
        assert not shapely.has_z(after)
        assert after.geom_type == before.geom_type
        singly = [to_wgs84(x, y, crs) for x, y in shapely.get_coordinates(before).tolist()]
        assert np.allclose(shapely.get_coordinates(after), np.reshape(singly, (-1, 2)), atol=1e-8, rtol=0)


def test_an_empty_array_is_converted() -> None:
    assert len(convert(np.array([], dtype=object), Crs.GCJ02)) == 0


@pytest.mark.parametrize(
    ("lat", "east", "north"),
    [(0, 111_319.5, 110_574.3), (45, 78_846.8, 111_131.8), (60, 55_800.0, 111_412.3)],
)
def test_degrees_in_metres(lat: float, east: float, north: float) -> None:
    assert metres_per_degree(lat) == pytest.approx((east, north), rel=1e-5)


@given(st.floats(-60, 60), st.floats(0.001, 0.7), st.floats(0.001, 0.7))
def test_areas_of_cities_are_right_to_a_thousandth(lat: float, width: float, height: float) -> None:
    city = box(100, lat, 100 + width, lat + height)
    assert area_m2(city) == pytest.approx(zone_m2(lat, lat + height, width), rel=1e-3)


def test_what_has_no_area_has_none() -> None:
    shapes = np.array([None, Polygon(), Point(1, 2)], dtype=object)
    assert areas_m2(shapes).tolist() == [0, 0, 0]


@given(st.floats(-179, 179), st.floats(-70, 70), st.floats(0.5, 30_000), st.integers(8, 64), st.floats(0, 7))
def test_the_circle_contains_its_circle(lon: float, lat: float, radius: float, corners: int, turn: float) -> None:
    drawn = circle(lon, lat, radius, corners)
    assert len(drawn.exterior.coords) == corners + 1
    assert drawn.is_valid
    # A point of the true circle, its longitude taken at its own latitude; a millimetre for rounding.
    north = lat + radius * math.sin(turn) / metres_per_degree(lat)[1]
    east = lon + radius * math.cos(turn) / metres_per_degree((lat + north) / 2)[0]
    assert drawn.distance(Point(east, north)) <= 1e-8 + 1e-3 * radius / 111_000
    assert drawn.contains(Point(lon, lat))
