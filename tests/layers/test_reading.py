"""Every way a file or a feature can be wrong, named; and the good ones let through."""

import gzip
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely

from app.core.geometry import Crs, from_wgs84
from app.layers import reading
from app.layers.features import Asked
from app.layers.findings import WORDS, Code, Finding, Level, NotAcceptable, softened
from app.layers.reading import Feature, read_geojson

SQUARE = [[102.0, 24.0], [102.01, 24.0], [102.01, 24.01], [102.0, 24.01], [102.0, 24.0]]
Read = Callable[..., tuple[list[Feature], list[Finding]]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def row(code: Any = "530114001", geometry: Any = None, **props: Any) -> dict[str, Any]:
    shape = polygon(SQUARE) if geometry is None else geometry
    properties = {"code": code, "parent": "530114", "name": "乌龙", **props}
    return {"type": "Feature", "properties": properties, "geometry": shape}


def collection(*rows: Any, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", **more, "features": list(rows)}


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Writes what it is given, as JSON unless it is bytes, and reads it back."""

    def _read(content: Any, crs: Crs = Crs.WGS84) -> tuple[list[Feature], list[Finding]]:
        path = tmp_path / "streets.geojson"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return read_geojson(path, path.name, Asked("street", crs, parent="parent"))

    return _read


def only(found: list[Finding]) -> Finding:
    assert len(found) == 1, [one.as_text("en") for one in found]
    assert all(one.as_text("zh") and one.as_text("en") and json.dumps(one.as_dict()) for one in found)
    return found[0]


def test_a_good_file_gives_its_features_and_no_finding(read: Read) -> None:
    features, found = read(collection(row(note="x"), row("530114002", polygon(SQUARE, HOLE))))
    assert found == []
    first = features[0]
    assert (first.key, first.code, first.parent_code) == (
        "streets.geojson#1 530114001",
        "530114001",
        "530114",
    )
    assert (first.name, first.level, first.kind) == ("乌龙", "street", "general")
    assert first.props["note"] == "x"
    assert first.geometry is not None
    assert first.geometry.equals(shapely.MultiPolygon([shapely.Polygon(SQUARE)]))


HOLE = [[102.001, 24.001], [102.002, 24.001], [102.002, 24.002], [102.001, 24.001]]
BOWTIE = [[102.0, 24.0], [102.01, 24.01], [102.01, 24.0], [102.0, 24.01], [102.0, 24.0]]
FAR_HOLE = [[x + 1, y] for x, y in SQUARE]
SWAPPED = [[y, x] for x, y in SQUARE]
BAD_SHAPES: list[tuple[Any, Code]] = [
    (polygon(BOWTIE), Code.RING_BROKEN),
    (polygon(SQUARE[:-1]), Code.RING_BROKEN),
    (polygon([SQUARE[0], SQUARE[1], SQUARE[0]]), Code.RING_BROKEN),
    (polygon(SQUARE[:2]), Code.RING_BROKEN),
    ({"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]}, Code.RING_BROKEN),
    (polygon(SQUARE, FAR_HOLE), Code.HOLE_OUTSIDE_SHELL),
    (polygon([*SQUARE[:2], [math.nan, 24.01], *SQUARE[3:]]), Code.NOT_FINITE),
    (polygon([*SQUARE[:2], [102.0, math.inf], *SQUARE[3:]]), Code.NOT_FINITE),
    (polygon(), Code.EMPTY_GEOMETRY),
    ({"type": "MultiPolygon", "coordinates": []}, Code.EMPTY_GEOMETRY),
    ({"type": "Point", "coordinates": [102.0, 24.0]}, Code.NOT_POLYGON),
    ({"type": "LineString", "coordinates": SQUARE}, Code.NOT_POLYGON),
    ({"type": "GeometryCollection", "geometries": [polygon(SQUARE)]}, Code.NOT_POLYGON),
    (polygon(SWAPPED), Code.OUT_OF_WORLD),
    (polygon([[y + 15, x - 27] for x, y in SQUARE]), Code.OUT_OF_WORLD),  # Kashgar, axes swapped
    (polygon([[x * 4000, y * 100_000] for x, y in SQUARE]), Code.OUT_OF_WORLD),
    (polygon([["a", 24], [1, 2], [3, 4], ["a", 24]]), Code.NOT_GEOJSON),
    (polygon([[1], [2], [3], [1]]), Code.NOT_GEOJSON),
    ({"type": "Polygon"}, Code.NOT_GEOJSON),
    ({"type": "Polygon", "coordinates": "MULTIPOLYGON EMPTY"}, Code.NOT_GEOJSON),
    ({"type": "Circle", "coordinates": []}, Code.NOT_GEOJSON),
    ({}, Code.NOT_GEOJSON),
    ("POLYGON EMPTY", Code.NOT_GEOJSON),
]


@pytest.mark.parametrize(("shape", "code"), BAD_SHAPES)
def test_a_broken_shape_names_itself_and_its_neighbours_load(read: Read, shape: Any, code: Code) -> None:
    features, found = read(collection(row("1"), row("2", shape), row("3")))
    assert [one.code for one in features] == ["1", "2", "3"]
    assert [one.geometry is None for one in features] == [False, True, False]
    one = only(found)
    assert (one.code, one.level, one.features) == (code, Level.ERROR, ("streets.geojson#2 2",))


@pytest.mark.parametrize("crs", [Crs.WGS84, Crs.GCJ02])
def test_a_crossing_is_told_with_its_reason_and_place_in_wgs84(read: Read, crs: Crs) -> None:
    drawn = [list(from_wgs84(x, y, crs)) for x, y in BOWTIE]
    _, found = read(collection(row(geometry=polygon(drawn))), crs)
    one = only(found)
    assert one.data["reason"] == "Self-intersection"
    assert one.at == pytest.approx((102.005, 24.005), abs=1e-6)
    assert "边界自相交" in one.as_text("zh")
    assert "102.005" in one.as_text("en")


def test_an_open_ring_is_told_where(read: Read) -> None:
    _, found = read(collection(row(geometry=polygon(SQUARE[:-1]))))
    one = only(found)
    assert (one.data["reason"], one.at) == ("Ring not closed", (102.0, 24.0))


def test_swapped_axes_are_suspected_in_words(read: Read) -> None:
    _, found = read(collection(row(geometry=polygon(SWAPPED))))
    assert "swapped" in only(found).words[1]
    _, found = read(collection(row(geometry=polygon([[x * 4000, y * 1e5] for x, y in SQUARE]))))
    assert "metres" in only(found).words[1]


def test_null_is_an_area_without_a_boundary(read: Read) -> None:
    features, found = read(collection({**row(), "geometry": None}))
    assert (features[0].geometry, found) == (None, [])


def test_heights_are_dropped_with_a_warning(read: Read) -> None:
    features, found = read(collection(row(geometry=polygon([[*point, 1890.5] for point in SQUARE]))))
    one = only(found)
    assert (one.code, one.level) == (Code.HAS_Z, Level.WARNING)
    assert features[0].geometry is not None
    assert not features[0].geometry.has_z


def test_too_many_vertices_is_kept_for_whoever_accepts_it(read: Read) -> None:
    turns = [2 * math.pi * step / 150_000 for step in range(150_000)]
    ring = [[102 + math.cos(turn) / 10, 24 + math.sin(turn) / 10] for turn in turns]
    features, found = read(collection(row(geometry=polygon([*ring, ring[0]]))))
    one = only(found)
    assert (one.code, one.level, one.data["vertices"]) == (Code.TOO_MANY_VERTICES, Level.ERROR, 150_001)
    assert features[0].geometry is not None
    assert only(softened(found, {"too_many_vertices"})).level is Level.WARNING


def test_only_some_findings_can_be_accepted() -> None:
    with pytest.raises(NotAcceptable) as refused:
        softened([], {"overlap", "cycle"})
    assert refused.value.field == "accept"
    assert "gap" in refused.value.words[0]


@pytest.mark.parametrize("props", [None, {}, "code=1"])
def test_no_properties(read: Read, props: Any) -> None:
    features, found = read(collection({**row(), "properties": props}, row("2")))
    assert [one.code for one in features] == ["2"]
    assert (only(found).code, only(found).features) == (Code.NO_PROPERTIES, ("streets.geojson#1",))


@pytest.mark.parametrize("code", [None, "", "  ", True, 1.5, ["1"], math.nan])
def test_no_usable_code(read: Read, code: Any) -> None:
    features, found = read(collection(row(code)))
    assert features == []
    assert (only(found).code, only(found).features) == (Code.NO_CODE, ("streets.geojson#1",))


@pytest.mark.parametrize("code", [1e17, "5.30114E+17"])
def test_a_code_a_spreadsheet_took_for_a_number(read: Read, code: Any) -> None:
    features, found = read(collection(row(code)))
    assert (features, only(found).code) == ([], Code.LOST_DIGITS)


@pytest.mark.parametrize(("code", "text"), [(530114004, "530114004"), (5.0, "5"), (" 07 ", "07")])
def test_a_code_is_text(read: Read, code: Any, text: str) -> None:
    features, found = read(collection(row(code, parent=530114)))
    assert (features[0].code, features[0].parent_code, found) == (text, "530114", [])


@pytest.mark.parametrize("name", [None, "", " "])
def test_the_code_stands_in_for_a_name(read: Read, name: Any) -> None:
    features, found = read(collection(row("9", name=name)))
    assert features[0].name == "9"
    assert (only(found).code, only(found).level) == (Code.NO_NAME, Level.WARNING)


def test_an_empty_cell_of_a_table_is_none(read: Read) -> None:
    features, found = read(collection(row(population=math.nan, parent=math.nan)))
    assert (features[0].props["population"], features[0].parent_code, found) == (None, None, [])


def test_a_row_that_is_no_feature(read: Read) -> None:
    features, found = read(collection(5, row("2")))
    assert [one.key for one in features] == ["streets.geojson#2 2"]
    assert (only(found).code, only(found).features) == (Code.NOT_GEOJSON, ("streets.geojson#1",))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"code,name\n1,x\n",
        json.dumps(collection(row())).encode()[:-5],
        json.dumps(collection(row()), ensure_ascii=False).encode("gbk"),
        b"[]",
        b'{"type": "Topology"}',
        b'{"type": "FeatureCollection", "features": {}}',
        b"[" * 100_000,
        gzip.compress(b'{"type": "FeatureCollection"' * 99, mtime=0)[:-20],
        reading.GZIP_MAGIC + b"rubbish",
    ],
)
def test_a_file_that_is_no_geojson(read: Read, content: bytes) -> None:
    features, found = read(content)
    assert features == []
    assert (only(found).code, only(found).features) == (Code.NOT_GEOJSON, ("streets.geojson",))


def test_a_single_feature_and_a_byte_order_mark_are_read(read: Read) -> None:
    features, found = read(b"\xef\xbb\xbf" + json.dumps(row()).encode())
    assert (len(features), found) == (1, [])


def test_gzip_is_told_by_its_content(read: Read) -> None:
    features, found = read(gzip.compress(json.dumps(collection(row())).encode()))
    assert (len(features), found) == (1, [])


def test_a_bomb_is_left_packed(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "UNPACKED_LIMIT", 3 << 20)
    features, found = read(gzip.compress(b" " * (40 << 20)))
    assert features == []
    assert "1 GiB" in only(found).words[0]


def stated(name: str) -> dict[str, Any]:
    return {"crs": {"type": "name", "properties": {"name": name}}}


@pytest.mark.parametrize(
    ("name", "crs", "level"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", Crs.WGS84, None),
        ("urn:ogc:def:crs:EPSG::4490", Crs.CGCS2000, None),
        ("EPSG:4326", Crs.CGCS2000, None),
        ("urn:ogc:def:crs:EPSG::3857", Crs.WGS84, Level.ERROR),
        ("urn:ogc:def:crs:EPSG::4547", Crs.GCJ02, Level.ERROR),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", Crs.GCJ02, Level.WARNING),
    ],
)
def test_what_the_file_says_of_its_crs_is_compared(read: Read, name: str, crs: Crs, level: Level | None) -> None:
    _, found = read(collection(row(), **stated(name)), crs)
    assert [one.level for one in found] == ([] if level is None else [level])
    assert all(one.code is Code.CRS_MISMATCH and name in one.words[0] for one in found)


def test_shifted_coordinates_come_out_as_wgs84(read: Read) -> None:
    drawn = [list(from_wgs84(x, y, Crs.BD09)) for x, y in SQUARE]
    features, found = read(collection(row(geometry=polygon(drawn))), Crs.BD09)
    assert found == []
    assert shapely.get_coordinates(features[0].geometry) == pytest.approx(
        shapely.get_coordinates(shapely.Polygon(SQUARE)), abs=1e-8
    )


def test_an_empty_collection_is_empty(read: Read) -> None:
    assert read(collection()) == ([], [])


def test_every_code_has_words() -> None:
    assert set(WORDS) == set(Code)
