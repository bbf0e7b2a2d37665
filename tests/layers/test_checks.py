"""Codes, containment, overlap and gaps, on drawn squares of known size and on the real cut layers."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from app.core.geometry import area_m2, metres_per_degree
from app.layers.checks import KnownArea, Overlap, check_layer, rulings
from app.layers.features import Asked
from app.layers.findings import Code, Finding, Level, NotAcceptable
from app.layers.reading import Feature, read_geojson

DATA = Path(__file__).parents[1] / "data"
WEST, SOUTH = 102.85, 24.85
EAST_M, NORTH_M = metres_per_degree(SOUTH)


def field(west: float, south: float, east: float, north: float) -> MultiPolygon:
    """A box given in metres from one corner of Chenggong."""
    corners = (WEST + west / EAST_M, SOUTH + south / NORTH_M, WEST + east / EAST_M, SOUTH + north / NORTH_M)
    return MultiPolygon([box(*corners)])


def area(
    code: str,
    geometry: MultiPolygon | None,
    parent: str | None = None,
    level: str = "community",
    kind: str = "general",
) -> Feature:
    return Feature(f"f.geojson#{code}", code, parent, code, level, geometry, {}, kind)


def street(geometry: MultiPolygon | None) -> dict[str, KnownArea]:
    return {"S": KnownArea("S", None, "street", geometry)}


BLOCK = field(0, 0, 1000, 1000)
HALVES = [area("A", field(0, 0, 500, 1000), "S"), area("B", field(500, 0, 1000, 1000), "S")]


def only(found: list[Finding]) -> Finding:
    assert len(found) == 1, [one.as_text("en") for one in found]
    assert found[0].as_text("zh")
    assert found[0].as_text("en")
    return found[0]


def at_in(one: Finding, where: MultiPolygon) -> bool:
    return one.at is not None and bool(where.buffer(1e-6).contains(shapely.Point(one.at)))


def test_a_good_layer_has_no_finding() -> None:
    assert check_layer(HALVES, street(BLOCK), ()) == []
    assert check_layer([area("S", BLOCK, level="street"), *HALVES], {}, ()) == []
    assert check_layer([], {}, ()) == []


def test_a_code_used_twice_names_both() -> None:
    twins = [area("A", None, "S"), replace(area("A", None, "S"), key="f.geojson#9")]
    one = only([found for found in check_layer(twins, street(None), ()) if found.code is not Code.GAP])
    assert (one.code, one.features, one.data["count"]) == (
        Code.DUPLICATE_CODE,
        ("f.geojson#A", "f.geojson#9"),
        2,
    )


def test_a_code_is_not_reused_on_another_level_but_may_be_replaced_on_its_own() -> None:
    known = street(BLOCK)
    one = only(check_layer([area("S", BLOCK)], known, ()))
    assert one.code is Code.DUPLICATE_CODE
    assert check_layer([area("S", BLOCK, level="street")], known, ()) == []


def test_an_orphan_names_its_missing_parent() -> None:
    one = only(check_layer([area("A", BLOCK, "X")], {}, ()))
    assert (one.code, one.features, one.data["parent"]) == (Code.ORPHAN, ("f.geojson#A",), "X")


@pytest.mark.parametrize(
    ("parents", "circle"),
    [
        ({"A": "A"}, {"A"}),
        ({"A": "B", "B": "A"}, {"A", "B"}),
        ({"T": "A", "A": "B", "B": "C", "C": "A", "R": None}, {"A", "B", "C"}),
    ],
)
def test_a_circle_is_told_once(parents: Mapping[str, str | None], circle: set[str]) -> None:
    one = only(check_layer([area(code, None, parent) for code, parent in parents.items()], {}, ()))
    assert one.code is Code.CYCLE
    assert {key.removeprefix("f.geojson#") for key in one.features} == circle


def test_a_circle_through_a_known_area() -> None:
    known = {"B": KnownArea("B", "A", "community", None)}
    found = check_layer([area("A", None, "B")], known, ())
    assert [one.features for one in found] == [("f.geojson#A", "B")]


def test_a_child_outside_its_parent() -> None:
    child = area("A", field(900, 0, 1100, 500), "S")
    found = check_layer([child], street(BLOCK), {"gap"})
    one = only([one for one in found if one.code is not Code.GAP])
    assert (one.code, one.level, one.features) == (Code.OUTSIDE_PARENT, Level.ERROR, ("f.geojson#A",))
    assert one.m2 == pytest.approx(50_000, rel=1e-3)
    assert (one.data["share"], one.data["parent"]) == ("50.0%", "S")
    assert at_in(one, field(1000, 0, 1100, 500))


@pytest.mark.parametrize(
    "child",
    [
        field(100, 0, 1000.9, 1000),  # a metre over
        field(0, 0, 1015, 1000),  # over by 1.5 % of its area
        field(999.5, 0, 1000.8, 1000),  # a thin one, mostly outside, within the metre
    ],
)
def test_a_little_outside_is_inside(child: MultiPolygon) -> None:
    found = check_layer([area("A", child, "S")], street(BLOCK), ())
    assert [one for one in found if one.code is not Code.GAP] == []


def test_a_parent_without_a_boundary_is_told_once() -> None:
    one = only(check_layer(HALVES, street(None), ()))
    assert (one.code, one.level) == (Code.NO_PARENT_GEOMETRY, Level.WARNING)
    assert (one.features, one.data["children"]) == (("S",), 2)


def wide() -> list[Feature]:
    return [area("B", field(490, 0, 1000, 1000), "S"), area("A", field(0, 0, 500, 1000), "S")]


def test_siblings_overlapping_are_told_with_square_metres_and_owner() -> None:
    one = only(check_layer(wide(), street(BLOCK), ()))
    assert (one.code, one.level) == (Code.OVERLAP, Level.ERROR)
    assert one.features == ("f.geojson#A", "f.geojson#B")
    assert one.m2 == pytest.approx(10_000, rel=1e-3)
    assert one.data["owner"] == "A"
    assert at_in(one, field(490, 0, 500, 1000))


def test_an_accepted_overlap_is_ruled_for_the_lowest_code() -> None:
    assert rulings(check_layer(wide(), street(BLOCK), ())) == []
    found = check_layer(wide(), street(BLOCK), {"overlap"})
    assert only(found).level is Level.WARNING
    ruling = rulings(found)[0]
    assert ruling == Overlap("A", "B", "A", ruling.m2)
    assert ruling.m2 == pytest.approx(10_000, rel=1e-3)


def test_what_cannot_be_accepted_is_refused() -> None:
    with pytest.raises(NotAcceptable):
        check_layer([], {}, {"orphan"})


def test_siblings_overlap_across_parents_and_with_known_areas() -> None:
    here, there = (
        area("A", field(0, 0, 600, 1000)),
        KnownArea("B", None, "community", field(500, 0, 900, 1000)),
    )
    assert only(check_layer([here], {"B": there}, ())).features == ("f.geojson#A", "B")
    assert check_layer([here], {"B": replace(there, kind="dedicated")}, ()) == []
    assert check_layer([here], {"B": replace(there, level="grid")}, ()) == []
    assert check_layer([], {"B": there, "C": replace(there, code="C")}, ()) == []


@given(st.floats(0, 400), st.floats(1, 300))
def test_the_overlap_is_as_large_as_drawn(start: float, width: float) -> None:
    pair = [area("A", field(0, 0, start + width, 1000)), area("B", field(start, 0, 1000, 1000))]
    found = check_layer(pair, {}, ())
    assert only(found).m2 == pytest.approx(width * 1000, rel=2e-3)


def test_a_small_grid_in_a_large_grid_is_no_overlap() -> None:
    grids = [area("G", BLOCK, level="grid"), area("G1", BLOCK, "G", level="grid")]
    assert check_layer(grids, {}, ()) == []


def test_the_same_outline_twice_is_an_overlap() -> None:
    one = only(check_layer([area("A", BLOCK), area("B", BLOCK)], {}, ()))
    assert one.m2 == pytest.approx(area_m2(BLOCK))


def test_a_shared_border_and_a_square_metre_are_no_overlap() -> None:
    pair = [area("A", field(0, 0, 500, 1000)), area("B", field(499.9995, 0, 1000, 1000))]
    assert check_layer(pair, {}, ()) == []


def test_a_gap_is_measured_whatever_its_form() -> None:
    parts = [
        area("A", field(0, 0, 500, 1000), "S"),
        area("B", field(510, 0, 1000, 900), "S"),
        area("C", field(600, 920, 1000, 1000), "S"),
    ]
    one = only(check_layer(parts, street(BLOCK), ()))
    assert (one.code, one.level, one.features, one.data["pieces"]) == (Code.GAP, Level.ERROR, ("S",), 1)
    assert one.m2 == pytest.approx(10 * 1000 + 490 * 100 - 400 * 80, rel=1e-3)


def test_several_gaps_tell_their_sum_and_the_largest() -> None:
    parts = [area("A", field(0, 100, 1000, 400), "S"), area("B", field(0, 450, 1000, 1000), "S")]
    one = only(check_layer(parts, street(BLOCK), {"gap"}))
    assert one.level is Level.WARNING
    assert one.m2 == pytest.approx(150_000, rel=1e-3)
    assert one.data["pieces"] == 2
    assert one.data["largest_m2"] == pytest.approx(100_000, rel=1e-3)
    assert at_in(one, field(0, 0, 1000, 100))


def test_a_sliver_is_a_narrow_gap_and_does_not_stop_the_import() -> None:
    parts = [area("A", field(0, 0, 499.2, 1000), "S"), area("B", field(500, 0, 1000, 1000), "S")]
    one = only(check_layer(parts, street(BLOCK), ()))
    assert (one.code, one.level, one.features) == (
        Code.NARROW_GAP, Level.WARNING, ("f.geojson#A", "f.geojson#B"),
    )  # fmt: skip
    assert one.m2 == pytest.approx(800, rel=1e-3)
    assert one.data["width_cm"] == pytest.approx(80, rel=1e-2)
    assert at_in(one, field(499.2, 0, 500, 1000))


@given(st.floats(0, 400), st.floats(0, 1e-4), st.floats(0, 1e-4))
def test_an_overlap_of_a_centimetre_is_named_wherever_it_lies(start: float, east: float, north: float) -> None:
    def moved(shape: MultiPolygon) -> MultiPolygon:
        return shapely.transform(shape, lambda xy: np.add(xy, (east, north)))

    for pair in (
        (field(0, 0, start + 10.01, 60), field(start + 10, 0, 500, 60)),
        (field(0, 0, 60, start + 10.01), field(0, start + 10, 60, 500)),
    ):
        found = check_layer([area("A", moved(pair[0]), "S"), area("B", moved(pair[1]), "S")], street(None), ())
        one = only([one for one in found if one.code is not Code.NO_PARENT_GEOMETRY])
        assert (one.code, one.level) == (Code.NARROW_OVERLAP, Level.WARNING)
        assert one.m2 == pytest.approx(0.6, rel=0.05)
        assert at_in(one, moved(pair[0]))


@given(st.floats(0, 400))
def test_a_gap_of_twenty_centimetres_is_named(start: float) -> None:
    pair = [area("A", field(0, 0, start + 1, 60), "S"), area("B", field(start + 1.2, 0, 500, 60), "S")]
    found = check_layer(pair, street(None), ())
    one = only([one for one in found if one.code is not Code.NO_PARENT_GEOMETRY])
    assert (one.code, one.data["width_cm"]) == (Code.NARROW_GAP, pytest.approx(20, rel=0.05))
    assert one.m2 == pytest.approx(12, rel=0.05)
    assert at_in(one, field(start + 1, 0, start + 1.2, 60))


def test_narrow_faults_are_told_once_a_pair_and_never_of_what_another_fills() -> None:
    west, east = field(0, 0, 50, 100), field(50.5, 0, 100, 100)
    alley = area("C", field(50, 0, 50.5, 100), "S")
    pair = [area("A", west, "S"), area("B", east, "S")]
    assert [one.code for one in check_layer(pair, street(None), ())][1:] == [Code.NARROW_GAP]
    assert [one.code for one in check_layer([*pair, alley], street(None), ())] == [Code.NO_PARENT_GEOMETRY]
    old = {one.code: KnownArea(one.code, "S", "community", one.geometry) for one in pair}
    assert check_layer([], {**street(None), **old}, ()) == []


def test_a_corner_one_neighbour_does_not_know_of_is_no_fault() -> None:
    parts = [area("A", field(0, 0, 50, 100), "S"), area("B", field(50, 0, 100, 50), "S")]
    found = check_layer([*parts, area("C", field(50, 50, 100, 100), "S")], street(None), ())
    assert [one.code for one in found] == [Code.NO_PARENT_GEOMETRY]


def test_known_siblings_fill_the_gap_and_dedicated_ones_do_not() -> None:
    new = [area("A", field(0, 0, 500, 1000), "S")]
    old = KnownArea("B", "S", "community", field(500, 0, 1000, 1000))
    assert check_layer(new, {**street(BLOCK), "B": old}, ()) == []
    found = check_layer(new, {**street(BLOCK), "B": replace(old, kind="dedicated")}, ())
    assert only(found).code is Code.GAP
    market = [area("M", field(0, 0, 100, 100), "S", kind="dedicated")]
    assert check_layer(market, street(BLOCK), ()) == []


def test_children_without_geometry_leave_no_gap() -> None:
    assert check_layer([area("A", None, "S")], street(BLOCK), ()) == []


def test_nothing_given_is_changed() -> None:
    before = [one.geometry.wkb for one in HALVES if one.geometry]
    check_layer(HALVES, street(BLOCK), ())
    assert [one.geometry.wkb for one in HALVES if one.geometry] == before


def test_a_parent_with_a_hole_does_not_contain_what_lies_in_it() -> None:
    ring = Polygon(BLOCK.geoms[0].exterior, [field(400, 400, 600, 600).geoms[0].exterior])
    found = check_layer([area("A", field(400, 400, 600, 600), "S")], street(MultiPolygon([ring])), {"gap"})
    one = found[0]
    assert (one.code, one.data["share"]) == (Code.OUTSIDE_PARENT, "0.0%")


Cut = Callable[[str], list[Feature]]


@pytest.fixture(scope="module")
def cut() -> Cut:
    """Reads a real layer set, coarse levels first, and insists that reading finds nothing."""

    def _cut(folder: str) -> list[Feature]:
        features: list[Feature] = []
        for path in sorted((DATA / folder).glob("*.geojson*")):
            level = path.name.split("_")[1]
            some, found = read_geojson(path, path.name, Asked(level))
            assert found == []
            features += some
        return features

    return _cut


def test_the_taipei_cut_nests(cut: Cut) -> None:
    features = cut("taipei")
    assert Counter(one.level for one in features) == {"1": 1, "2": 1, "3": 45, "4": 374, "5": 567}
    assert check_layer(features, {}, ()) == []


def test_the_los_angeles_cut_overlaps_and_is_otherwise_good(cut: Cut) -> None:
    features = cut("los_angeles")
    found = check_layer(features, {}, {"overlap"})
    assert {(one.code, one.level) for one in found} == {
        (Code.OVERLAP, Level.WARNING), (Code.NARROW_GAP, Level.WARNING),
    }  # fmt: skip
    gap = next(one for one in found if one.code is Code.NARROW_GAP)
    assert gap.data["codes"] == ["NC040", "NC041"]
    assert gap.m2 == pytest.approx(102.3, abs=0.5)  # what closing both by half a metre fills
    large = [one for one in rulings(found) if one.m2 > 100]
    assert len(large) == 16  # fifteen pairs of councils and the two regions
    assert (large[0].code_a, large[0].code_b, large[0].owner) == ("NC041", "NC042", "NC041")
    assert large[0].m2 == pytest.approx(1_395_184, rel=1e-3)
