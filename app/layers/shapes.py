"""Geometries judged one by one: flat, valid, in WGS84, or refused with the reason and the place."""

import json
import math
import re
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType, MultiPolygon

from app.core.geometry import Crs, Shapes
from app.layers.findings import Code, Finding, finding
from app.layers.rings import mended_ring
from app.layers.systems import LAT_END, LON_END, Epsg, System, into_wgs84, place_in_wgs84

MOST_VERTICES: Final = 100_000
BESIDE: Final = 1.5  # degrees around where a system is used: official layers run over its edge by half a zone
RING_POINTS: Final = 4  # the fewest a closed ring can have

_POLYGONAL: Final = ("Polygon", "MultiPolygon")
_OTHER_TYPES: Final = ("Point", "MultiPoint", "LineString", "MultiLineString", "GeometryCollection")
# GEOS writes a reason and, in brackets, where: "Self-intersection[121.5 25.04]".
_REASON: Final = re.compile(r"(?P<why>.*?)\[(?P<lon>\S+) (?P<lat>\S+).*\]")
_HOLE: Final = "Hole lies outside shell"
_NAN: Final = "Invalid Coordinate"
_UNCLOSED: Final = "Ring not closed"
_TOO_FEW: Final = "Too few points in geometry component"
_REASONS_ZH: Final = {
    "Self-intersection": "边界自相交",
    "Ring Self-intersection": "环自身相碰",
    "Duplicate Rings": "有重复的环",
    "Nested shells": "一块面套在另一块面里",
    "Holes are nested": "洞中有洞",
    "Interior is disconnected": "内部被洞切断",
    _TOO_FEW: "环上的点太少",
    _UNCLOSED: "环没有闭合",
}
_NO_NUMBERS: Final = {"why_zh": "坐标不是成环的数字", "why_en": "the coordinates are not rings of numbers"}
_BEYOND: Final = {
    "why_zh": "超出经度 ±180、纬度 ±90,可能是以米为单位的投影坐标",
    "why_en": "beyond longitude 180 or latitude 90, perhaps projected metres",
}
_SWAPPED: Final = {
    "why_zh": "经度和纬度似乎颠倒了",
    "why_en": "longitude and latitude seem to be swapped",
}
_ELSEWHERE: Final = {
    "why_zh": "不在所声明坐标系的适用范围内,可能是另一投影带,或横纵坐标颠倒",
    "why_en": "outside where the declared system is used, perhaps another zone or swapped axes",
}
# West, south, east, north around China with a margin: the check for swapped axes where both readings
# lie on the earth (from Xinjiang westwards; read the wrong way it is the ice north of Norway).
_CHINA: Final = (73.0, 3.0, 136.0, 54.5)


def read_shapes(
    labels: Sequence[str], raws: Sequence[object], crs: System, findings: list[Finding], *, mend: bool = False
) -> list[MultiPolygon | None]:
    """One MultiPolygon, or nothing, for each GeoJSON geometry object as `json` read it.

    Null is nothing without a finding. Each refusal goes onto `findings` under the feature's label;
    too many vertices is reported but kept, since it may be accepted.
    """
    texts = [json.dumps(raw) if isinstance(raw, dict) else None for raw in raws]
    shapes: Shapes = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    refused = [index for index in _where(shapely.is_missing(shapes)) if raws[index] is not None]
    findings.extend(_diagnosed(labels[index], raws[index], crs) for index in refused)
    return judged(labels, shapes, crs, findings, mend=mend)


def read_bytes(
    labels: Sequence[str],
    blobs: Sequence[bytes | None],
    crs: System,
    findings: list[Finding],
    *,
    mend: bool = False,
) -> list[MultiPolygon | None]:
    """The same for WKB, as a GeoPackage or a Shapefile gives it."""
    shapes: Shapes = shapely.from_wkb(np.array(blobs, dtype=object), on_invalid="ignore")
    _report_unread(labels, shapes, [blob is not None for blob in blobs], findings)
    return judged(labels, shapes, crs, findings, mend=mend)


def read_words(
    labels: Sequence[str], texts: Sequence[str | None], crs: System, findings: list[Finding], *, mend: bool = False
) -> list[MultiPolygon | None]:
    """The same for WKT in a table's cells; an empty cell is an area without a boundary."""
    shapes: Shapes = shapely.from_wkt(np.array(texts, dtype=object), on_invalid="ignore")
    _report_unread(labels, shapes, [text is not None for text in texts], findings)
    return judged(labels, shapes, crs, findings, mend=mend)


def judged(
    labels: Sequence[str], shapes: Shapes, crs: System, findings: list[Finding], *, mend: bool = False
) -> list[MultiPolygon | None]:
    """Shapes of any source, in the declared system, as flat valid MultiPolygons in WGS84 or not at all."""
    bench = _Bench(labels, shapes, findings)
    bench.only_flat_polygons()
    if isinstance(crs, Epsg):
        bench.only_finite()
        bench.shapes = into_wgs84(bench.shapes, crs)
        bench.only_in_bounds(crs)
    else:
        bench.only_in_world()
        bench.shapes = into_wgs84(bench.shapes, crs)
    bench.only_this_side()
    if mend:
        bench.mend_rings()
    bench.only_valid()
    bench.report_heavy()
    return _as_multipolygons(bench.shapes)


def _report_unread(labels: Sequence[str], shapes: Shapes, given: Sequence[bool], findings: list[Finding]) -> None:
    unread = [index for index in _where(shapely.is_missing(shapes)) if given[index]]
    findings.extend(finding(Code.GEOMETRY_UNREADABLE, labels[index]) for index in unread)


class _Bench:
    """Shapes on the way through the checks; a refused one is replaced by None."""

    def __init__(self, labels: Sequence[str], shapes: Shapes, findings: list[Finding]) -> None:
        self.labels = labels
        self.shapes = shapes
        self.findings = findings

    def only_flat_polygons(self) -> None:
        kinds = shapely.get_type_id(self.shapes)
        polygonal = (kinds == GeometryType.POLYGON) | (kinds == GeometryType.MULTIPOLYGON)
        for index in _where((kinds >= 0) & ~polygonal):
            told = {"type": self.shapes[index].geom_type}
            self._refuse(index, finding(Code.NOT_POLYGON, self.labels[index], data=told))
        for index in _where(shapely.is_empty(self.shapes)):
            self._refuse(index, finding(Code.EMPTY_GEOMETRY, self.labels[index]))
        for index in _where(shapely.has_z(self.shapes)):
            self.findings.append(finding(Code.HAS_Z, self.labels[index]))
        self.shapes = shapely.force_2d(self.shapes)

    def only_in_world(self) -> None:
        bounds = shapely.bounds(self.shapes)
        beyond = np.abs(bounds) > np.array([LON_END, LAT_END, LON_END, LAT_END])
        turned = bounds[:, [1, 0, 3, 2]]  # the boxes with the axes the other way round
        fits = (np.abs(turned) <= np.array([LON_END, LAT_END, LON_END, LAT_END])).all(axis=1)
        out = beyond.any(axis=1)
        swapped = (out & fits) | (_in_china(turned) & ~_in_china(bounds))
        for index in _where(out | swapped):
            why = _SWAPPED if swapped[index] else _BEYOND
            self._refuse(index, finding(Code.OUT_OF_WORLD, self.labels[index], data=why))

    def only_finite(self) -> None:
        """Before a projection is undone, since nothing that comes out infinite says which of the two it was."""
        for index in _where(~shapely.is_missing(self.shapes)):
            if not np.isfinite(shapely.get_coordinates(self.shapes[index])).all():
                self._refuse(index, finding(Code.NOT_FINITE, self.labels[index]))

    def only_in_bounds(self, crs: Epsg) -> None:
        bounds = shapely.bounds(self.shapes)
        here = ~shapely.is_missing(self.shapes)
        west, south, east, north = crs.bounds
        low = np.array([west - BESIDE, south - BESIDE])
        high = np.array([east + BESIDE, north + BESIDE])
        inside = (bounds[:, :2] >= low).all(axis=1) & (bounds[:, 2:] <= high).all(axis=1)
        for index in _where(here & ~inside):
            told = (
                _SWAPPED
                if crs.geographic and _in_china(bounds[index : index + 1, [1, 0, 3, 2]])[0]
                else _ELSEWHERE
            )
            self._refuse(index, finding(Code.OUT_OF_WORLD, self.labels[index], data=told))

    def only_this_side(self) -> None:
        """No area of an office is half the earth wide: such a one has corners on both sides of 180 degrees."""
        bounds = shapely.bounds(self.shapes)
        with np.errstate(invalid="ignore"):
            wide = bounds[:, 2] - bounds[:, 0] > LON_END
        for index in _where(wide):
            self._refuse(index, finding(Code.ANTIMERIDIAN, self.labels[index]))

    def mend_rings(self) -> None:
        """Where asked: rings that cross themselves, each told with what it changed."""
        for index in _where(~shapely.is_missing(self.shapes) & ~shapely.is_valid(self.shapes)):
            if np.isfinite(shapely.get_coordinates(self.shapes[index])).all():
                shape, told = mended_ring(self.labels[index], self.shapes[index])
                if shape is not None and told is not None:
                    self.shapes[index] = shape
                    self.findings.append(told)

    def only_valid(self) -> None:
        invalid = ~shapely.is_missing(self.shapes) & ~shapely.is_valid(self.shapes)
        for index in _where(invalid):
            why = shapely.is_valid_reason(self.shapes[index])
            self._refuse(index, _invalid(self.labels[index], why))

    def report_heavy(self) -> None:
        counts = shapely.get_num_coordinates(self.shapes)
        for index in _where(counts > MOST_VERTICES):
            size = {"vertices": int(counts[index]), "limit": MOST_VERTICES}
            self.findings.append(finding(Code.TOO_MANY_VERTICES, self.labels[index], data=size))

    def _refuse(self, index: int, found: Finding) -> None:
        self.shapes[index] = None
        self.findings.append(found)


def _where(mask: NDArray[np.bool_]) -> list[int]:
    return [int(index) for index in np.flatnonzero(mask)]


def _in_china(bounds: NDArray[np.float64]) -> NDArray[np.bool_]:
    west, south, east, north = _CHINA
    low = (bounds[:, 0] >= west) & (bounds[:, 1] >= south)
    return np.asarray(low & (bounds[:, 2] <= east) & (bounds[:, 3] <= north), dtype=np.bool_)


def _invalid(label: str, reason: str) -> Finding:
    """What GEOS says of an invalid polygon, as a finding."""
    match = _REASON.match(reason)
    why = match["why"] if match else reason
    at = place_in_wgs84(float(match["lon"]), float(match["lat"]), Crs.WGS84) if match else None
    if why == _HOLE:
        return finding(Code.HOLE_OUTSIDE_SHELL, label, at=at)
    if why == _NAN:
        return finding(Code.NOT_FINITE, label)
    return _broken(label, why, at)


def _broken(label: str, why: str, at: tuple[float, float] | None) -> Finding:
    told = {"reason": why, "reason_zh": _REASONS_ZH.get(why, why)}
    return finding(Code.RING_BROKEN, label, at=at, data=told)


def _diagnosed(label: str, raw: object, crs: System) -> Finding:
    """Why GEOS would not even build it; looked up only for the few it refused."""
    kind = raw.get("type") if isinstance(raw, dict) else None
    if kind in _OTHER_TYPES:
        return finding(Code.NOT_POLYGON, label, data={"type": kind})
    coordinates = raw.get("coordinates") if isinstance(raw, dict) else None
    if kind not in _POLYGONAL:
        return finding(Code.NOT_GEOJSON, label, data=_NO_NUMBERS)
    if not all(math.isfinite(number) for number in _numbers(coordinates)):
        return finding(Code.NOT_FINITE, label)
    for ring in _rings(coordinates):
        if len(ring) < RING_POINTS or ring[0] != ring[-1]:
            why = _TOO_FEW if len(ring) < RING_POINTS else _UNCLOSED
            at = place_in_wgs84(float(ring[0][0]), float(ring[0][1]), crs)
            return _broken(label, why, at)
    return finding(Code.NOT_GEOJSON, label, data=_NO_NUMBERS)


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _numbers(part)


def _rings(value: object) -> Iterator[list[list[float]]]:
    """Every list of positions at any depth; a position is a list of at least two numbers."""
    if not isinstance(value, list) or not value:
        return
    if all(_is_position(part) for part in value):
        yield value
        return
    for part in value:
        yield from _rings(part)


def _is_position(value: object) -> bool:
    axes = 2
    return (
        isinstance(value, list)
        and len(value) >= axes
        and all(isinstance(number, (int, float)) for number in value)
    )


def _as_multipolygons(shapes: Shapes) -> list[MultiPolygon | None]:
    kinds = shapely.get_type_id(shapes)
    whole = shapes.copy()
    single = np.flatnonzero(kinds == GeometryType.POLYGON)
    if single.size:
        whole[single] = shapely.multipolygons(shapes[single], indices=np.arange(single.size))
    return list(whole)
