"""Our GCJ-02 and BD-09 against two implementations by other hands, over the whole country."""

from collections.abc import Callable
from typing import Any

import coordTransform
import eviltransform
import numpy as np
import pytest
import shapely

from app.core.geometry import Crs, Floats, convert, from_wgs84, metres_per_degree, to_wgs84

CLOSE_M = 0.1
Lonlat = tuple[float, float]


def turned(act: Callable[..., Any]) -> Callable[[float, float], Lonlat]:
    """Their latitude comes first."""

    def _turned(lon: float, lat: float) -> Lonlat:
        y, x = act(lat, lon)
        return float(x), float(y)

    return _turned


FORTH = [
    (Crs.GCJ02, coordTransform.wgs84_to_gcj02),
    (Crs.GCJ02, turned(eviltransform.wgs2gcj)),
    (Crs.BD09, coordTransform.wgs84_to_bd09),
    (Crs.BD09, turned(eviltransform.wgs2bd)),
]


def places() -> list[Lonlat]:
    """Five hundred over the mainland, the same every time, and the offices this is built for."""
    chance = np.random.default_rng(6)
    drawn = np.column_stack([chance.uniform(75, 134, 500), chance.uniform(18.5, 53, 500)])
    return [
        *((float(x), float(y)) for x, y in drawn),
        (102.8214, 24.8851),
        (115.4646, 38.8739),
        (120.3119, 31.4912),
    ]


def metres(one: Lonlat, other: Lonlat) -> float:
    east, north = metres_per_degree(one[1])
    return float(np.hypot((one[0] - other[0]) * east, (one[1] - other[1]) * north))


@pytest.mark.parametrize(("crs", "theirs"), FORTH)
def test_both_ways_agree_within_ten_centimetres(crs: Crs, theirs: Callable[[float, float], Lonlat]) -> None:
    there = [theirs(*place) for place in places()]
    forth = max(metres(from_wgs84(*place, crs), far) for place, far in zip(places(), there, strict=True))
    back = max(metres(to_wgs84(*far, crs), place) for place, far in zip(places(), there, strict=True))
    assert forth <= CLOSE_M
    assert back <= CLOSE_M


def test_the_one_step_inverse_of_others_is_what_ours_is_for() -> None:
    """Undone in a single step a place is metres away from where it was."""
    worst = max(
        metres(coordTransform.gcj02_to_wgs84(*coordTransform.wgs84_to_gcj02(*place)), place) for place in places()
    )
    ours = max(metres(to_wgs84(*from_wgs84(*place, Crs.GCJ02), Crs.GCJ02), place) for place in places())
    assert worst > 1
    assert ours < 0.001


def test_whole_arrays_go_the_same_way() -> None:
    points: Floats = np.array([from_wgs84(*place, Crs.BD09) for place in places()])
    moved = convert(np.asarray(shapely.points(points), dtype=object), Crs.BD09)
    assert np.abs(shapely.get_coordinates(moved) - np.array(places())).max() < 1e-8
