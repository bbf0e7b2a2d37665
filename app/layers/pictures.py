"""A picture of one finding as SVG: the pair in two hatchings, what they share marked, neighbours faint, a scale.

Drawn from the shapes that were checked, in metres around the place, with presentation attributes only, so that a
page showing it needs neither script nor inline style.
"""

from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Final
from zlib import crc32

import numpy as np
import shapely
from shapely import Polygon, box
from shapely.geometry.base import BaseGeometry

from app.core.geometry import Shapes, metres_per_degree
from app.layers.findings import Code, Finding
from app.layers.ground import Ground, Piece, shapes_of
from app.layers.plane import array_of

WIDE, HIGH = 360, 240
LEAST_M, MOST_M = 12.0, 3_000.0  # of ground a picture shows from side to side
STRIP_M: Final = 40.0  # around a strip too thin to be seen whole
MARGIN: Final = 1.25
MOST_NEIGHBOURS: Final = 60
PAIR: Final = 2
MOST_NAMED: Final = 14  # letters of a code written into an area
INK, FAINT, MARK = "#1f2933", "#b8c0c8", "#c62828"
HATCH = ("#1565c0", "#2e7d32")
NARROW = (Code.NARROW_GAP, Code.NARROW_OVERLAP)
BARE = (Code.GAP, Code.NARROW_GAP)


class Scene:
    """The areas of one check, ready to be looked at."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._by_label: dict[str, Piece] = {}
        for piece in ground.pieces:
            self._by_label.setdefault(piece.label, piece)
        self._layer = cache(self._indexed)

    def picture(self, one: Finding) -> str:
        """SVG, or nothing for what has no place."""
        concerned = [piece for label in one.features if (piece := self._by_label.get(label)) is not None]
        shapes = [piece.geometry for piece in concerned[:2] if piece.geometry is not None]
        parent = self._by_label.get(str(one.data.get("parent_feature", "")))
        if one.at is None and not shapes:
            return ""
        window = _window(one, shapes)
        level = self._level_shown(one, concerned)
        around = self._around(level, window, concerned) if level else []
        drawing = _Drawing(window)
        for near in around:
            drawing.area(near, fill="none", line=FAINT)
        outer = [parent.geometry] if parent is not None and parent.geometry is not None else []
        if one.code is Code.GAP:
            outer, shapes = shapes, []
        for shape in outer:
            drawing.area(shape, fill="none", line=INK, dashed=True)
        for place, shape in enumerate(shapes):
            drawing.area(shape, fill=f"url(#{drawing.key}{place})", line=HATCH[place])
        drawing.mark(_marked(one, window, shapes, outer, around), one.at)
        for place, piece in enumerate(concerned[:2]):
            drawing.name(piece, shapes[1 - place] if len(shapes) == PAIR else None)
        return drawing.svg(" + ".join(one.features))

    def _level_shown(self, one: Finding, concerned: Sequence[Piece]) -> str | None:
        """The level of the areas concerned; under a gap, that of the children."""
        if not concerned:
            return None
        if one.code is not Code.GAP:
            return concerned[0].level
        below = (piece.level for piece in self._ground.pieces if piece.parent_code == concerned[0].code)
        return next(below, None)

    def _indexed(self, level: str) -> tuple[Shapes, list[Piece], shapely.STRtree]:
        pieces = [one for one in self._ground.pieces if one.level == level and one.geometry is not None]
        shapes = shapes_of(pieces)
        return shapes, pieces, shapely.STRtree(shapes)

    def _around(self, level: str, window: Polygon, concerned: Sequence[Piece]) -> list[BaseGeometry]:
        shapes, pieces, tree = self._layer(level)
        near = sorted(tree.query(window).tolist())[:MOST_NEIGHBOURS]
        return [shapes[index] for index in near if pieces[index] not in concerned]


def _window(one: Finding, shapes: Sequence[BaseGeometry]) -> Polygon:
    """The ground shown: around the place, as wide as what is concerned needs, within limits."""
    whole = shapely.union_all(array_of(list(shapes))).bounds if shapes else None
    x, y = one.at or ((whole[0] + whole[2]) / 2, (whole[1] + whole[3]) / 2) if whole else one.at or (0.0, 0.0)
    east, north = metres_per_degree(y)
    wide = STRIP_M
    if one.code not in NARROW and whole is not None:
        wide = max((whole[2] - whole[0]) * east, (whole[3] - whole[1]) * north * WIDE / HIGH) * MARGIN
        if one.code in (Code.OVERLAP, Code.OUTSIDE_PARENT) and one.m2:
            wide = min(wide, max(STRIP_M, 8 * float(np.sqrt(one.m2))))
    wide = min(max(wide, LEAST_M), MOST_M)
    half_x, half_y = wide / 2 / east, wide * HIGH / WIDE / 2 / north
    return box(x - half_x, y - half_y, x + half_x, y + half_y)


def _marked(
    one: Finding,
    window: Polygon,
    shapes: Sequence[BaseGeometry],
    outer: Sequence[BaseGeometry],
    around: Sequence[BaseGeometry],
) -> BaseGeometry | None:
    """The piece the finding is about, as far as the window shows it."""
    clipped = [shapely.intersection(shape, window) for shape in shapes]
    if one.code in BARE:
        ground = window if not outer else shapely.intersection(window, outer[0])
        held = shapely.union_all(array_of([*clipped, *(shapely.intersection(near, window) for near in around)]))
        return shapely.difference(ground, held)
    if one.code is Code.OUTSIDE_PARENT and clipped and outer:
        return shapely.difference(clipped[0], outer[0])
    return shapely.intersection(clipped[0], clipped[1]) if len(clipped) == PAIR else None


class _Drawing:
    """Elements of one picture, x to the east and y to the north turned over."""

    def __init__(self, window: Polygon) -> None:
        self.window = window
        west, south, east, north = window.bounds
        self._origin = np.array([west, north])
        self._scale = np.array([WIDE / (east - west), -HIGH / (north - south)])
        self._metres = (east - west) * metres_per_degree((south + north) / 2)[0]
        self._parts: list[str] = []
        self.key = f"h{crc32(np.asarray(window.bounds).tobytes()):08x}-"

    def area(self, shape: BaseGeometry, *, fill: str, line: str, dashed: bool = False) -> None:
        """One area, cut off a little outside the window."""
        west, south, east, north = self.window.bounds
        grown = (east - west) / 50
        seen = shapely.clip_by_rect(shape, west - grown, south - grown, east + grown, north + grown)
        strokes = ' stroke-dasharray="6 4"' if dashed else ""
        self._path(seen, f'fill="{fill}" stroke="{line}" stroke-width="1.2"{strokes}')

    def mark(self, shape: BaseGeometry | None, at: tuple[float, float] | None) -> None:
        """The piece in red, and a ring around the place: a strip may be thinner than a line."""
        if shape is not None and not shape.is_empty:
            solid = f'fill="{MARK}" fill-opacity="0.45" stroke="{MARK}" stroke-width="1.6"'
            self._path(shape, solid)
        if at is not None:
            x, y = (np.asarray(at) - self._origin) * self._scale
            ring = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9" fill="none" stroke="{MARK}" stroke-width="2"/>'
            self._parts.append(ring)

    def name(self, piece: Piece, other: BaseGeometry | None) -> None:
        """The code where the area is seen, beside what it shares with the other if it can stand there."""
        if piece.geometry is None:
            return
        seen = shapely.intersection(piece.geometry, self.window)
        alone = seen if other is None else shapely.difference(seen, other)
        seen = seen if alone.is_empty else alone
        if seen.is_empty:
            return
        point = seen.representative_point()
        x, y = (np.array([point.x, point.y]) - self._origin) * self._scale
        said = escape(piece.code[-MOST_NAMED:])
        self._parts.append(
            f'<text x="{x:.0f}" y="{y:.0f}" font-size="12" text-anchor="middle" fill="{INK}" stroke="#fff" '
            f'stroke-width="3" paint-order="stroke">{said}</text>'
        )

    def svg(self, title: str) -> str:
        """The whole picture."""
        hatches = "".join(
            f'<pattern id="{self.key}{place}" width="7" height="7" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate({(45, -45)[place]})"><path d="M0 0V7" stroke="{color}" stroke-width="2" '
            f'stroke-opacity="0.45"/></pattern>'
            for place, color in enumerate(HATCH)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" '
            f'role="img"><title>{escape(title)}</title><defs>{hatches}</defs>'
            f'<rect width="{WIDE}" height="{HIGH}" fill="#fff" stroke="{FAINT}"/>{"".join(self._parts)}'
            f"{self._scale_bar()}</svg>"
        )

    def _path(self, shape: BaseGeometry, drawn: str) -> None:
        rings = [
            ring
            for part in shapely.get_parts(shape)
            if isinstance(part, Polygon) and not part.is_empty
            for ring in (part.exterior, *part.interiors)
        ]
        lines = [(shapely.get_coordinates(ring) - self._origin) * self._scale for ring in rings]
        path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line) + "Z" for line in lines)
        if path:
            self._parts.append(f'<path d="{path}" fill-rule="evenodd" {drawn}/>')

    def _scale_bar(self) -> str:
        metres = _round_below(self._metres / 3)
        long = metres / self._metres * WIDE
        y = HIGH - 12
        said = f"{metres:g} m" if metres >= 1 else f"{metres * 100:g} cm"
        return (
            f'<path d="M12 {y - 5}V{y}H{12 + long:.1f}V{y - 5}" fill="none" stroke="{INK}" stroke-width="1.5"/>'
            f'<text x="16" y="{y - 6}" font-size="11" fill="{INK}" stroke="#fff" stroke-width="3" '
            f'paint-order="stroke">{said}</text>'
        )


def _round_below(length: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is no longer."""
    power = 10.0 ** np.floor(np.log10(length))
    return float(max(step * power for step in (1, 2, 5) if step * power <= length * 1.000001))
