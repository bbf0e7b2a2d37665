"""Shapes in arrays, and degrees as metres around a place, for tolerances given in metres."""

from collections.abc import Callable, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from app.core.geometry import Floats, Shapes, metres_per_degree

Plane = Callable[[BaseGeometry], BaseGeometry]


def array_of(shapes: Sequence[BaseGeometry | None]) -> Shapes:
    """An array of geometries; built by hand, because numpy would look into a MultiPolygon's parts if it could."""
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


def inner_point(shape: BaseGeometry) -> tuple[float, float]:
    """A place in or on a shape, to the centimetre."""
    point = shape.point_on_surface()
    return round(point.x, 7), round(point.y, 7)


def plane_of(near: BaseGeometry) -> Plane:
    """A way of turning degrees into metres around a shape."""
    return _scaled(near)[0]


def plane_and_back(near: BaseGeometry) -> tuple[Plane, Plane]:
    """Degrees into metres around a shape, and metres into degrees again."""
    return _scaled(near)


def _scaled(near: BaseGeometry) -> tuple[Plane, Plane]:
    west, south, east, north = near.bounds
    origin = np.array([(west + east) / 2, (south + north) / 2])
    scale = np.array(metres_per_degree(float(origin[1])))

    def flat(xy: Floats) -> Floats:
        return np.asarray((xy - origin) * scale, dtype=np.float64)

    def round_again(xy: Floats) -> Floats:
        return np.asarray(xy / scale + origin, dtype=np.float64)

    return (
        lambda shape: shapely.transform(shape, flat),
        lambda shape: shapely.transform(shape, round_again),
    )
