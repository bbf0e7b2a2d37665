"""Sibling areas as a coverage: borders that should be one line and are two, a centimetre over or short.

What is wide enough to see is told by `coverage` as overlap and gap; here are the narrow ones, which a map does
not show and a point falls into. They are warnings: the border owner is known (locate), the drawing is not clean.
The work is done parent by parent, so that time grows with the count and memory does not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.core.geometry import Floats, Shapes, areas_m2, metres_per_degree
from app.layers.features import GENERAL
from app.layers.findings import Code, Finding, finding
from app.layers.ground import Ground, Piece, shapes_of
from app.layers.plane import array_of, inner_point, plane_and_back

# A millimetre. At 1e-7 an overlap of one centimetre rounds away in one place out of ten; coarser noise than a
# millimetre is measured below before it is told.
PRECISION_DEG: Final = 1e-8
NARROW_M: Final = 1.0  # a wider gap is a gap
NOISE_M: Final = 0.004  # mean width of what several programs make of one line
SMALLEST_M2: Final = 1.0  # of an overlap told as such
SAME_LINE_DEG: Final = 2 * PRECISION_DEG
SIDE_SHARE: Final = 0.2  # of the rim of a strip: each long side is nearly half


@dataclass(eq=False)
class Siblings:
    """Areas of one parent, level and kind that have a shape."""

    pieces: list[Piece]
    codes: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.codes = frozenset(piece.code for piece in self.pieces)

    @cached_property
    def clean(self) -> bool:
        """Whether all borders agree to the millimetre and no narrow gap lies between them."""
        if len(self.pieces) == 1:
            return True
        return bool(shapely.coverage_is_valid(self.rounded(), gap_width=self.reach()))

    def rounded(self) -> Shapes:
        """The shapes to the millimetre, vertex by vertex."""
        return np.asarray(shapely.set_precision(self.shapes(), PRECISION_DEG, mode="pointwise"))

    def shapes(self) -> Shapes:
        return shapes_of(self.pieces)

    def edges(self) -> Shapes:
        """What of each border disagrees with its neighbours; empty where nothing does."""
        return np.asarray(shapely.coverage_invalid_edges(self.rounded(), gap_width=self.reach()))

    def reach(self) -> float:
        """In degrees: a metre east is the longest of them."""
        east, _ = metres_per_degree(shapely.get_coordinates(self.pieces[0].geometry)[0, 1])
        return NARROW_M / east


def siblings_of(ground: Ground) -> list[Siblings]:
    """Every group that holds something of the file. A known area the file replaces is not among them."""
    groups: dict[tuple[str | None, str, str], list[Piece]] = {}
    for piece in ground.pieces:
        if piece.geometry is not None and ground.by_code[piece.code] is piece:
            groups.setdefault((piece.parent_code, piece.level, piece.kind), []).append(piece)
    return [Siblings(pieces) for pieces in groups.values() if any(piece.fresh for piece in pieces)]


def narrow(groups: Sequence[Siblings]) -> list[Finding]:
    """Narrow overlaps and gaps between siblings of one parent, one finding per pair and kind, largest first.

    A gap is told of general areas only: dedicated ones cover nothing by themselves.
    """
    found = [one for group in groups if not group.clean for one in _narrow_in(group)]
    return sorted(found, key=lambda one: (one.code, -(one.m2 or 0.0), one.features))


def _narrow_in(group: Siblings) -> Iterator[Finding]:
    shapes = group.shapes()
    around = shapely.STRtree(shapes)
    for (a, b), (line_a, line_b) in sorted(_facing(group.edges(), group.reach()).items()):
        one, two = sorted((group.pieces[a], group.pieces[b]), key=lambda piece: piece.code)
        if not (one.fresh or two.fresh) or one.code == two.code:
            continue
        yield from _told(Code.NARROW_OVERLAP, one, two, _solid(shapely.intersection(shapes[a], shapes[b])))
        if one.kind == GENERAL:
            yield from _told(Code.NARROW_GAP, one, two, _between((line_a, line_b), (a, b), shapes, around))


def _facing(edges: Shapes, reach: float) -> dict[tuple[int, int], tuple[BaseGeometry, BaseGeometry]]:
    """For every two areas, the pieces of their faulty borders that come within reach of each other."""
    points, owner = shapely.get_coordinates(shapely.get_parts(edges)), _owners(edges)
    follows = owner[0][1:] == owner[0][:-1]
    starts = np.flatnonzero(follows)
    lines = shapely.linestrings(np.stack((points[starts], points[starts + 1]), axis=1))
    of = owner[1][starts]
    first, second = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=reach)
    ahead = of[first] < of[second]
    found: dict[tuple[int, int], tuple[set[int], set[int]]] = {}
    for i, j in zip(first[ahead].tolist(), second[ahead].tolist(), strict=True):
        one, other = found.setdefault((int(of[i]), int(of[j])), (set(), set()))
        one.add(i)
        other.add(j)
    return {
        pair: (shapely.multilinestrings(lines[sorted(one)]), shapely.multilinestrings(lines[sorted(other)]))
        for pair, (one, other) in found.items()
    }


def _owners(edges: Shapes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For every vertex of all lines, the number of its line and of the area the line bounds."""
    parts, area = shapely.get_parts(edges, return_index=True)
    line = shapely.get_coordinates(parts, return_index=True)[1]
    return line, area[line]


def _told(code: Code, one: Piece, two: Piece, parts: Shapes) -> Iterator[Finding]:
    """One finding for all pieces of a pair."""
    if not parts.size:
        return
    sizes = areas_m2(parts)
    m2 = float(sizes.sum())
    if code is Code.NARROW_OVERLAP and m2 > SMALLEST_M2:
        return  # told as an overlap
    widths = _widths_m(parts)
    keep = widths >= NOISE_M
    if keep.any():
        parts, sizes, widths = parts[keep], sizes[keep], widths[keep]
        told = {"pieces": len(parts), "width_cm": float(widths.max()) * 100, "codes": [one.code, two.code]}
        at = inner_point(parts[int(sizes.argmax())])
        yield finding(code, one.label, two.label, m2=float(sizes.sum()), at=at, data=told)


def _solid(shape: BaseGeometry) -> Shapes:
    parts = shapely.get_parts(shape)
    return np.asarray(parts[shapely.area(parts) > 0])


def _between(
    lines: tuple[BaseGeometry, BaseGeometry], own: tuple[int, int], shapes: Shapes, around: shapely.STRtree
) -> Shapes:
    """Ground within a metre of both borders that no sibling holds, with one border on each side."""
    flat, back = plane_and_back(lines[0])
    one, other = (shapely.buffer(flat(line), NARROW_M, cap_style="flat") for line in lines)
    bare = back(shapely.intersection(one, other))
    for index in own:
        bare = shapely.difference(bare, shapes[index])
    for index in around.query(bare, predicate="intersects"):
        bare = shapely.difference(bare, shapes[index])
    parts = _solid(bare)
    return np.asarray(parts[[_has_both_sides(part, *lines) for part in parts]]) if parts.size else parts


def _has_both_sides(part: BaseGeometry, *lines: BaseGeometry) -> bool:
    """Whether each border runs along a side the other does not: beside two that are one is not between."""
    points = shapely.get_coordinates(part)
    lengths = np.hypot(*np.diff(points, axis=0).T)
    middles = shapely.points((points[:-1] + points[1:]) / 2)
    one, other = (shapely.dwithin(middles, line, SAME_LINE_DEG) for line in lines)
    sides = min(lengths[one & ~other].sum(), lengths[other & ~one].sum())
    return bool(sides > SIDE_SHARE * lengths.sum())


def _widths_m(parts: Shapes) -> Floats:
    """Widths of strips: that of the rectangle of the same area and rim."""
    flat = array_of([plane_and_back(part)[0](part) for part in parts])
    half = shapely.length(flat) / 2
    return np.asarray((half - np.sqrt(np.maximum(half**2 - 4 * shapely.area(flat), 0))) / 2)
