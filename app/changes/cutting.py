"""Cutting an outline for whoever draws: a line across it, or a polygon out of it, gives the pieces of a split.

Nothing is kept. The pieces share their border to the last digit, which pieces drawn by hand never do; the codes
are the next that were never given, for a person to change.
"""

from collections.abc import Sequence
from typing import Any

import shapely
from shapely import LineString, MultiPolygon, Polygon
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape
from shapely.ops import split

from app.changes import ground as lies_of
from app.changes import numbering
from app.changes.content import MOST_PIECES, Piece, ShapeIn
from app.changes.plan import as_multi, not_district, outline
from app.changes.schemas import CutIn, CutOut
from app.core.errors import Invalid
from app.core.geometry import area_m2
from app.core.work import Work
from app.layers.coverage import SPECK_M2

REACH = 2e-5  # degrees, about two metres: how far a line is drawn on, so that an end laid on the border crosses it


class NothingToCut(Invalid):
    """An area known by name alone."""

    code = "nothing_to_cut"
    zh = "该区域没有界线,无法划线拆分。"
    en = "This area has no outline to cut."


class DoesNotCut(Invalid):
    """One piece is no split."""

    code = "does_not_cut"
    zh = "划线没有穿过该区域,请从界线外划到界线外。"
    en = "The line does not cross the area; draw it from outside to outside."


class BadLine(Invalid):
    """Neither a line nor an outline."""

    code = "bad_line"
    zh = "无法识别的线或面,请给出至少两个点的线或闭合的面。"
    en = "Not a line of two points or more, nor a closed outline."


class TooManyPieces(Invalid):
    """A scribble."""

    code = "too_many_pieces"
    zh = "拆出的块数超过 {most} 块。"
    en = "More than {most} pieces."


async def cut(work: Work, form: CutIn) -> CutOut:
    """The pieces, the largest first: it goes on being the old area unless somebody says otherwise."""
    ground = await lies_of.around(work, [form.area])
    old = not_district(ground.named(form.area, "area"), "area")
    if old.shape is None:
        raise NothingToCut("area")
    parts = sorted(_parts(old.shape, form.by), key=area_m2, reverse=True)
    if len(parts) == 1:
        raise DoesNotCut("by")
    if len(parts) > MOST_PIECES:
        raise TooManyPieces("by", most=MOST_PIECES)
    codes = [old.code, *await numbering.beside(work, old, len(parts) - 1)]
    names = [old.name, *(f"{old.name[:50]}({place})" for place in range(2, len(parts) + 1))]
    pieces = [
        Piece(code=code, name=name, shape=dict(mapping(part)))
        for code, name, part in zip(codes, names, parts, strict=True)
    ]
    return CutOut(pieces=pieces, m2=[round(area_m2(part), 1) for part in parts])


def _parts(old: MultiPolygon, by: ShapeIn) -> list[MultiPolygon]:
    if by.get("type") == "LineString":
        return _by_line(old, _line(by))
    taken = outline("by", by, "by") if by.get("type") in ("Polygon", "MultiPolygon") else None
    if taken is None:
        raise BadLine("by")
    halves = (as_multi(shapely.intersection(old, taken)), as_multi(shapely.difference(old, taken)))
    return [one for one in halves if one is not None and area_m2(one) > SPECK_M2]


def _line(by: ShapeIn) -> LineString:
    """Drawn on at both ends."""
    try:
        line = shape(by)
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        raise BadLine("by") from None
    if not isinstance(line, LineString) or line.length == 0 or not shapely.is_valid(line):
        raise BadLine("by")
    points = list(shapely.force_2d(line).coords)
    return LineString([_beyond(points[1], points[0]), *points[1:-1], _beyond(points[-2], points[-1])])


def _beyond(inner: Sequence[float], end: Sequence[float]) -> tuple[float, float]:
    dx, dy = end[0] - inner[0], end[1] - inner[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    return end[0] + dx / length * REACH, end[1] + dy / length * REACH


def _by_line(old: MultiPolygon, line: LineString) -> list[MultiPolygon]:
    """What the line does not touch stays with the largest piece, and so does what is too small to be one."""
    whole: list[Polygon] = []
    found: list[Polygon] = []
    for part in old.geoms:
        pieces = [one for one in split(part, line).geoms if isinstance(one, Polygon)]
        (found if len(pieces) > 1 else whole).extend(pieces)
    large = [one for one in found if area_m2(one) > SPECK_M2]
    specks: list[Any] = [one for one in found if area_m2(one) <= SPECK_M2]
    if not large:
        return [old]
    large.sort(key=area_m2, reverse=True)
    first = as_multi(shapely.union_all([large[0], *whole, *specks]))
    return [one for one in (first, *map(as_multi, large[1:])) if one is not None]
