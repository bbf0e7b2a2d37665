"""The coordinate system a file is declared in: a map system of `Crs`, or any EPSG number.

Files hold east before north whatever the register says of a system's axes, so every transformation is asked for
in that order. What is projected from CGCS2000 is unprojected only: it is taken as WGS84, see `core.geometry`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Final

import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from pyproj.transformer import Transformer, TransformerGroup

from app.core.errors import Invalid
from app.core.geometry import Crs, Floats, Shapes, convert, to_wgs84
from app.layers.findings import Code, Finding, finding

GROUND: Final = 4490  # CGCS2000
SAME_AS_WGS84: Final = frozenset({4326, 4490, 4979, 4480})
BLURRED_M: Final = 2.0  # a transformation less exact than this moves doors to the other side of a street
LON_END, LAT_END = 180.0, 90.0
_EPSG: Final = re.compile(r"epsg:{1,2}(\d{4,6})", re.IGNORECASE)


class NotASystem(Invalid):
    """No name of a system and no EPSG number of one this service can turn into WGS84."""

    code: ClassVar[str] = "not_a_coordinate_system"
    zh: ClassVar[str] = "坐标系应为 wgs84、cgcs2000、gcj02、bd09,或 epsg:加编号(平面或经纬度坐标系)。"
    en: ClassVar[str] = "The system is one of wgs84, cgcs2000, gcj02, bd09, or epsg: with a number of a flat one."


@dataclass(frozen=True, slots=True)
class Epsg:
    """A system by its number in the EPSG register. `bounds` is where the register says it is used."""

    number: int
    title: str
    bounds: tuple[float, float, float, float]
    geographic: bool

    @property
    def value(self) -> str:
        """As it is written when declared."""
        return f"epsg:{self.number}"

    @property
    def shifted(self) -> bool:
        """No official system is shifted like the map services' are."""
        return False

    @property
    def blur_m(self) -> float | None:
        """How exact the way to WGS84 is, in metres; None when nobody has published one."""
        accuracy = _way(self.number)[1]
        return None if accuracy < 0 else accuracy


System = Crs | Epsg


def system(text: str) -> System:
    """What a person declared; raises NotASystem."""
    wanted = text.strip().lower()
    if wanted in set(Crs):
        return Crs(wanted)
    match = _EPSG.fullmatch(wanted)
    if match is None:
        raise NotASystem("crs")
    number = int(match[1])
    try:
        crs = CRS.from_epsg(number)
    except CRSError as error:
        raise NotASystem("crs") from error
    if not (crs.is_geographic or crs.is_projected) or crs.geodetic_crs is None:
        raise NotASystem("crs")
    area = crs.area_of_use
    bounds = (-LON_END, -LAT_END, LON_END, LAT_END) if area is None else area.bounds
    return Epsg(number, crs.name, bounds, crs.is_geographic)


def number_of(declared: System) -> int | None:
    """The EPSG number of a declared system; the map services' systems have none."""
    if isinstance(declared, Epsg):
        return declared.number
    return _NUMBERS.get(declared)


def agrees(stated: int | None, declared: System) -> bool:
    """Whether the number a file states is what the person declared, CGCS2000 and WGS84 being one."""
    mine = number_of(declared)
    return stated is not None and (stated == mine or {stated, mine} <= SAME_AS_WGS84)


def against_declared(
    source: str, stated: str, number: int | None, declared: System, *, same: bool = False
) -> Iterator[Finding]:
    """What a file says of its system against what the person declared.

    No name exists for GCJ-02 and BD-09, so exporters write WGS84 over them: only a warning then.
    """
    if not declared.shifted and (same or agrees(number, declared)):
        return
    told = {"stated": stated[:80], "declared": declared.value}
    found = finding(Code.CRS_MISMATCH, source, data=told)
    yield found.as_warning() if declared.shifted and number in SAME_AS_WGS84 else found


def blurred(source: str, declared: System) -> Iterator[Finding]:
    """A system whose way to WGS84 is not known to the metre: its doors would stand in the wrong street."""
    if isinstance(declared, Epsg) and (declared.blur_m is None or declared.blur_m > BLURRED_M):
        metres = "?" if declared.blur_m is None else f"{declared.blur_m:.0f}"
        yield finding(
            Code.CRS_BLURRED, source, data={"declared": declared.value, "title": declared.title, "metres": metres}
        )


def into_wgs84(shapes: Shapes, declared: System) -> Shapes:
    """All shapes in degrees of WGS84, flat. What has no place in the system comes out infinite."""
    if isinstance(declared, Crs):
        return convert(shapes, declared)
    way = _way(declared.number)[0]

    def moved(xy: Floats) -> Floats:
        return np.column_stack(way.transform(xy[:, 0], xy[:, 1])) if len(xy) else xy

    return np.asarray(shapely.transform(shapely.force_2d(shapes), moved), dtype=object)


def place_in_wgs84(x: float, y: float, declared: System) -> tuple[float, float] | None:
    """One place for a reader, if it is one on this earth."""
    if isinstance(declared, Epsg):
        x, y = _way(declared.number)[0].transform(x, y)
    if not (abs(x) <= LON_END and abs(y) <= LAT_END):
        return None
    return (round(x, 7), round(y, 7)) if isinstance(declared, Epsg) else to_wgs84(x, y, declared)


@cache
def _way(number: int) -> tuple[Transformer, float]:
    """The transformation of the widest use, and its accuracy in metres (below 0: unknown)."""
    crs = CRS.from_epsg(number)
    base = crs.geodetic_crs
    if base is not None and base.to_epsg() in SAME_AS_WGS84:
        return Transformer.from_crs(crs, base, always_xy=True), 0.0
    known = TransformerGroup(crs, 4326, always_xy=True).transformers  # the best for the whole of its area first
    exact = [one for one in known if one.accuracy >= 0]
    # Several mean that each is right in its own region only, so the worst is what can be promised.
    return (exact[0], max(one.accuracy for one in exact)) if exact else (known[0], -1.0)


_NUMBERS: Final[Mapping[Crs, int]] = {Crs.WGS84: 4326, Crs.CGCS2000: GROUND}
