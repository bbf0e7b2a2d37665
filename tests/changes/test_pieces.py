"""The rules of pieces, on shapes alone: they cover the old area, add nothing, and none lies over another."""

from uuid import UUID

import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, box
from shapely.affinity import translate

from app.changes.checking import WHOLE, distance_m, whole
from app.changes.faults import Code
from app.changes.ground import Lies
from app.changes.plan import as_multi
from app.core.geometry import area_m2

OLD = box(102.80, 24.80, 102.85, 24.85)
METRE = 1 / 101_000  # of longitude there, roughly

cuts = st.lists(st.floats(0.02, 0.98), min_size=1, max_size=6, unique=True).map(sorted)


def lies(shape: shapely.Polygon) -> Lies:
    """An area with this outline."""
    whole_shape = MultiPolygon([shape])
    one = UUID(int=1)
    return Lies(one, "1", "甲", "grid", "general", False, None, None, None, (one,), {}, whole_shape)


def strips(shares: list[float]) -> dict[str, MultiPolygon]:
    """The old area cut by lines from south to north."""
    west, south, east, north = OLD.bounds
    edges = [west, *(west + (east - west) * share for share in shares), east]
    return {
        str(place): MultiPolygon([box(edges[place], south, edges[place + 1], north)])
        for place in range(len(edges) - 1)
    }


@given(cuts)
def test_pieces_of_a_cut_are_the_area_and_nothing_else(shares: list[float]) -> None:
    assert whole(lies(OLD), strips(shares)) == []


@given(cuts, st.integers(0, 6), st.floats(0.0, 1.0))
def test_a_piece_that_shrinks_leaves_ground_bare(shares: list[float], which: int, share: float) -> None:
    pieces = strips(shares)
    code = sorted(pieces)[which % len(pieces)]
    west, south, east, north = pieces[code].bounds
    pieces[code] = MultiPolygon([box(west, south, west + (east - west) * max(1 - share, 1e-6), north)])
    bare = 1 - area_m2(shapely.union_all(list(pieces.values()))) / area_m2(OLD)
    found = [one.code for one in whole(lies(OLD), pieces)]
    assert (Code.NOT_COVERED in found) == (bare > 1 - WHOLE)
    assert set(found) <= {Code.NOT_COVERED}


@given(cuts, st.integers(0, 6), st.floats(2.0, 400.0))
def test_a_piece_that_slides_doubles_or_leaves_the_ground(shares: list[float], which: int, metres: float) -> None:
    pieces = strips(shares)
    code = sorted(pieces)[which % len(pieces)]
    pieces[code] = translate(pieces[code], xoff=metres * METRE)
    found = {one.code for one in whole(lies(OLD), pieces)}
    last = code == max(pieces, key=int)
    beyond = metres * METRE / (OLD.bounds[2] - OLD.bounds[0]) > (1 - WHOLE) * 1.01
    assert (Code.PIECES_OVERLAP in found) == (not last)
    assert not last or not beyond or Code.BEYOND_OLD in found


@given(st.floats(0.0, 50.0))
def test_distance_is_in_metres(metres: float) -> None:
    beside = translate(OLD, xoff=(OLD.bounds[2] - OLD.bounds[0]) + metres * METRE)
    assert abs(distance_m(OLD, beside) - metres) < 1


def test_what_is_left_of_a_shape_is_polygons_or_nothing() -> None:
    touching = shapely.intersection(OLD, translate(OLD, xoff=0.05))  # a line
    assert as_multi(touching) is None
    assert as_multi(OLD) == MultiPolygon([OLD])
