"""Coordinates and small plane geometry: shifting the map systems used in China, degrees to metres.

Everything the service keeps is WGS84 longitude and latitude in degrees. CGCS2000 differs from it by
less than a metre, below the accuracy of a phone, and is taken as equal. GCJ-02 and BD-09 have no
official formula; these are the public ones, undone by fixed-point steps instead of the usual single
step, which is wrong by up to three metres.
"""

import math
from collections.abc import Callable
from enum import StrEnum
from functools import cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]
Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]

# WGS84 ellipsoid.
SEMI_MAJOR_M: Final = 6_378_137.0
ECCENTRICITY_2: Final = 0.00669437999014

# Krasovsky 1940, on which the public GCJ-02 formula is built.
GCJ_SEMI_MAJOR_M: Final = 6_378_245.0
GCJ_ECCENTRICITY_2: Final = 0.00669342162296594323
GCJ_WEST, GCJ_EAST, GCJ_SOUTH, GCJ_NORTH = 72.004, 137.8347, 0.8293, 55.8271
# No shift inside the box is larger than this, so its inverse need not look farther out (degrees).
GCJ_REACH: Final = 0.02

BD_PI: Final = math.pi * 3000.0 / 180.0

CLOSE_ENOUGH: Final = 1e-9  # degrees, about 0.1 mm
CORNERS: Final = 32  # of a circle drawn as a polygon
MOST_STEPS: Final = 30  # each step gains at least a digit and a half; this is only a fence


class Crs(StrEnum):
    """The systems a point or a file may be declared in. Declared, never guessed."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"

    @property
    def shifted(self) -> bool:
        """Whether coordinates differ from WGS84 by more than a phone can notice."""
        return self in {Crs.GCJ02, Crs.BD09}


def to_wgs84(lon: float, lat: float, crs: Crs) -> tuple[float, float]:
    """One point, degrees in and out. NaN stays NaN."""
    return _one(lon, lat, _TO_WGS84.get(crs))


def from_wgs84(lon: float, lat: float, crs: Crs) -> tuple[float, float]:
    """One point the other way, for drawing on a map that is itself shifted."""
    return _one(lon, lat, _FROM_WGS84.get(crs))


def convert(geoms: Shapes, crs: Crs) -> Shapes:
    """A whole array of geometries into WGS84 at once. Z is dropped, missing ones stay missing."""
    shift = _TO_WGS84.get(crs)
    if shift is None:
        return np.asarray(shapely.force_2d(geoms), dtype=object)
    step = shift  # a name mypy keeps narrowed inside the closure

    def moved(xy: Floats) -> Floats:
        return np.column_stack(step(xy[:, 0], xy[:, 1]))

    return np.asarray(shapely.transform(geoms, moved), dtype=object)


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Length in metres of one degree of longitude and one of latitude, at a latitude."""
    bend = 1 - ECCENTRICITY_2 * math.sin(math.radians(lat)) ** 2
    east = SEMI_MAJOR_M * math.cos(math.radians(lat)) / math.sqrt(bend)
    north = SEMI_MAJOR_M * (1 - ECCENTRICITY_2) / bend**1.5
    return math.radians(east), math.radians(north)


def areas_m2(geoms: Shapes) -> Floats:
    """Square metres of each geometry; 0 for missing, empty or not areal ones.

    Each is scaled at the latitude of its own centroid, where the first-order error cancels: within
    0.1 % of the ellipsoid for anything the size of a city. Edges are straight in longitude and
    latitude, as in GeoJSON and PostGIS geometry; a long thin sliver measures differently along geodesics.
    """
    solid = geoms.copy()
    solid[shapely.is_empty(geoms)] = None  # the centroid of an empty one has no latitude to ask for
    lat = np.nan_to_num(shapely.get_y(shapely.centroid(solid)))
    east, north = _metres_per_degree(lat)
    return np.asarray(np.nan_to_num(shapely.area(geoms)) * east * north, dtype=np.float64)


def area_m2(geom: BaseGeometry) -> float:
    """Square metres of one geometry, see `areas_m2`."""
    return float(areas_m2(np.array([geom], dtype=object))[0])


def circle(lon: float, lat: float, radius_m: float, corners: int = CORNERS) -> Polygon:
    """A polygon of so many corners, in degrees, with the whole circle inside it.

    Made for accuracy circles up to some tens of kilometres: a grid the circle touches is never missed.
    """
    return Polygon(circle_ring(lon, lat, radius_m, corners))


def circle_ring(lon: float, lat: float, radius_m: float, corners: int = CORNERS) -> list[tuple[float, float]]:
    """The corners of `circle` in order, the first once more at the end."""
    _, north = metres_per_degree(lat)
    # A degree of longitude is shortest on the side towards the pole, and must reach there too.
    east, _ = metres_per_degree(min(abs(lat) + radius_m / north, 89.9))
    reach = radius_m / math.cos(math.pi / corners)
    return [(lon + reach / east * x, lat + reach / north * y) for x, y in _unit_ring(corners)]


@cache
def _unit_ring(corners: int) -> tuple[tuple[float, float], ...]:
    turns = [2 * math.pi * corner / corners for corner in range(corners)]
    ring = [(math.cos(turn), math.sin(turn)) for turn in turns]
    return (*ring, ring[0])


def _one(lon: float, lat: float, shift: Shift | None) -> tuple[float, float]:
    if shift is None:
        return lon, lat
    x, y = shift(np.array([lon]), np.array([lat]))
    return float(x[0]), float(y[0])


def _metres_per_degree(lat: Floats) -> tuple[Floats, Floats]:
    sine2 = np.sin(np.radians(lat)) ** 2
    bend = 1 - ECCENTRICITY_2 * sine2
    east = SEMI_MAJOR_M * np.cos(np.radians(lat)) / np.sqrt(bend)
    north = SEMI_MAJOR_M * (1 - ECCENTRICITY_2) / bend**1.5
    return np.radians(east), np.radians(north)


def _undone(shift: Shift, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """The point which `shift` takes to the given one."""
    x, y = lon.copy(), lat.copy()
    for _ in range(MOST_STEPS):
        far_x, far_y = shift(x, y)
        off_x, off_y = far_x - lon, far_y - lat
        x -= off_x
        y -= off_y
        if bool((np.abs(off_x) < CLOSE_ENOUGH).all() and (np.abs(off_y) < CLOSE_ENOUGH).all()):
            break
    return x, y


def _in_gcj_box(lon: Floats, lat: Floats, margin: float = 0.0) -> NDArray[np.bool_]:
    west_east = (lon >= GCJ_WEST - margin) & (lon <= GCJ_EAST + margin)
    south_north = (lat >= GCJ_SOUTH - margin) & (lat <= GCJ_NORTH + margin)
    return np.asarray(west_east & south_north, dtype=np.bool_)


def _gcj_everywhere(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """The public formula without its box; x and y are degrees from 105 E, 35 N."""
    x, y = lon - 105.0, lat - 35.0
    pi = math.pi
    wave = 20.0 * np.sin(6.0 * x * pi) + 20.0 * np.sin(2.0 * x * pi)
    up = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    up += (wave + 20.0 * np.sin(y * pi) + 40.0 * np.sin(y / 3.0 * pi)) * 2.0 / 3.0
    up += (160.0 * np.sin(y / 12.0 * pi) + 320.0 * np.sin(y * pi / 30.0)) * 2.0 / 3.0
    right = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    right += (wave + 20.0 * np.sin(x * pi) + 40.0 * np.sin(x / 3.0 * pi)) * 2.0 / 3.0
    right += (150.0 * np.sin(x / 12.0 * pi) + 300.0 * np.sin(x / 30.0 * pi)) * 2.0 / 3.0
    bend = 1 - GCJ_ECCENTRICITY_2 * np.sin(np.radians(lat)) ** 2
    north = np.radians(GCJ_SEMI_MAJOR_M * (1 - GCJ_ECCENTRICITY_2) / bend**1.5)
    east = np.radians(GCJ_SEMI_MAJOR_M / np.sqrt(bend) * np.cos(np.radians(lat)))
    return lon + right / east, lat + up / north


def _wgs_to_gcj(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    inside = _in_gcj_box(lon, lat)
    x, y = _gcj_everywhere(lon, lat)
    return np.where(inside, x, lon), np.where(inside, y, lat)


def _gcj_to_wgs(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    # The box jumps by half a kilometre at its edge, so a GCJ-02 point just outside may come from a
    # place inside. Such a point is taken as shifted: every place in the box makes the round trip.
    x, y = lon.copy(), lat.copy()
    near = _in_gcj_box(lon, lat, GCJ_REACH)
    back_x, back_y = _undone(_gcj_everywhere, lon[near], lat[near])
    kept = _in_gcj_box(back_x, back_y, 10 * CLOSE_ENOUGH)  # rounding must not push the very edge out
    x[near] = np.where(kept, back_x, lon[near])
    y[near] = np.where(kept, back_y, lat[near])
    return x, y


def _gcj_to_bd(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    far = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BD_PI)
    turn = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BD_PI)
    return far * np.cos(turn) + 0.0065, far * np.sin(turn) + 0.006


def _wgs_to_bd(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    return _gcj_to_bd(*_wgs_to_gcj(lon, lat))


def _bd_to_wgs(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    return _gcj_to_wgs(*_undone(_gcj_to_bd, lon, lat))


_TO_WGS84: Final[dict[Crs, Shift]] = {Crs.GCJ02: _gcj_to_wgs, Crs.BD09: _bd_to_wgs}
_FROM_WGS84: Final[dict[Crs, Shift]] = {Crs.GCJ02: _wgs_to_gcj, Crs.BD09: _wgs_to_bd}
