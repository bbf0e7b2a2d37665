"""How areas lie on the ground: inside their parent, clear of their siblings, leaving nothing uncovered.

Official layers fail strict tests (in Taipei under one basic unit in a hundred lies strictly inside its
parent, in Los Angeles no region does), so everything here is judged by area and by a metre of tolerance.
Geometries are compared as they are and never changed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from app.core.geometry import Floats, Shapes, areas_m2, metres_per_degree
from app.layers.findings import Code, Finding, finding
from app.layers.reading import GENERAL, Feature

Indices = NDArray[np.intp]

INSIDE_SHARE: Final = 0.98
TOLERANCE_M: Final = 1.0
SMALLEST_M2: Final = 1.0
SPECK_M2: Final = 1e-12  # stands in for areas too small for a float, so that shares stay numbers
PAIRS_AT_ONCE: Final = 50_000  # bounds the memory of intersections held at one time
INTERIORS_MEET: Final = "T********"  # DE-9IM; a shared border alone is no overlap


@dataclass(frozen=True, slots=True)
class KnownArea:
    """An area from the database, or from an earlier file of the same run. Geometry is WGS84."""

    code: str
    parent_code: str | None
    level: str
    geometry: MultiPolygon | None
    kind: str = GENERAL


@dataclass(frozen=True, slots=True)
class Piece:
    """A feature or a known area seen alike; `fresh` ones come from the file being checked."""

    label: str
    code: str
    parent_code: str | None
    level: str
    kind: str
    geometry: MultiPolygon | None
    fresh: bool


class Ground:
    """All areas of one check: those of the file first, then the known ones the file does not replace."""

    def __init__(self, features: Sequence[Feature], known: Mapping[str, KnownArea]) -> None:
        self.by_code: dict[str, Piece] = {}
        self.fresh = [
            Piece(one.key, one.code, one.parent_code, one.level, one.kind, one.geometry, fresh=True)
            for one in features
        ]
        for piece in self.fresh:
            self.by_code.setdefault(piece.code, piece)
        self.pieces = list(self.fresh)
        for code, one in known.items():
            if code not in self.by_code:
                old = Piece(code, code, one.parent_code, one.level, one.kind, one.geometry, fresh=False)
                self.by_code[code] = old
                self.pieces.append(old)

    def parent(self, piece: Piece) -> Piece | None:
        """The area above; nothing for a root, an orphan or one that names itself."""
        above = None if piece.parent_code is None else self.by_code.get(piece.parent_code)
        return None if above is None or above.code == piece.code else above

    def stands_above(self, upper: Piece, lower: Piece) -> bool:
        """Whether one area is an ancestor of the other, circles notwithstanding."""
        seen: set[str] = set()
        above = self.parent(lower)
        while above is not None and above.code not in seen:
            if above.code == upper.code:
                return True
            seen.add(above.code)
            above = self.parent(above)
        return False


def outside_parent(ground: Ground) -> list[Finding]:
    """Children lying by less than 98 % of their area, and by more than a metre, in their parent.

    A parent without a boundary is reported once, with the number of children not checked.
    """
    pairs: list[tuple[Piece, Piece]] = []
    unchecked: dict[str, list[Piece]] = {}
    for piece in ground.fresh:
        parent = ground.parent(piece)
        if parent is None or piece.geometry is None:
            continue
        if parent.geometry is None:
            unchecked.setdefault(parent.code, []).append(piece)
        else:
            pairs.append((piece, parent))
    found = [_no_parent_geometry(ground.by_code[code], pieces) for code, pieces in unchecked.items()]
    return found + _leaving(pairs)


def overlaps(ground: Ground) -> list[Finding]:
    """Pairs of one level and kind sharing more than a square metre, whoever their parents are, largest first.

    At least one of the two is from the file. A grid within a grid is not an overlap.
    """
    layers: dict[tuple[str, str], list[Piece]] = {}
    for piece in ground.pieces:
        if piece.geometry is not None:
            layers.setdefault((piece.level, piece.kind), []).append(piece)
    found = [one for pieces in layers.values() for one in _overlaps_within(ground, pieces)]
    return sorted(found, key=lambda one: (-(one.m2 or 0.0), one.features))


def _overlaps_within(ground: Ground, pieces: Sequence[Piece]) -> Iterable[Finding]:
    shapes = _shapes(pieces)
    fresh = np.flatnonzero([piece.fresh for piece in pieces])
    near, second = shapely.STRtree(shapes).query(shapes[fresh])
    first = fresh[near]
    # Two fresh ones meet twice in the query; a fresh and a known one only once.
    once = (first < second) | ~np.isin(second, fresh)
    for a, b, m2, at in _shared(shapes, first[once], second[once]):
        one, two = sorted((pieces[a], pieces[b]), key=lambda piece: piece.code)
        related = ground.stands_above(one, two) or ground.stands_above(two, one)
        if one.code != two.code and not related:
            told = {"codes": [one.code, two.code], "owner": one.code}
            yield finding(Code.OVERLAP, one.label, two.label, m2=m2, at=at, data=told)


def gaps(ground: Ground) -> list[Finding]:
    """Per parent of a child in the file, the ground no general child covers.

    Counted are pieces over a square metre that are somewhere wider than the tolerance; slivers along
    borders drawn twice are not. Dedicated grids lie over general ones and cover nothing by themselves.
    """
    touched = {parent.code for piece in ground.fresh if (parent := ground.parent(piece))}
    children: dict[str, list[Piece]] = {code: [] for code in touched}
    for piece in ground.pieces:
        if piece.parent_code in touched and piece.kind == GENERAL and piece.geometry is not None:
            children[piece.parent_code].append(piece)
    found = []
    for code in sorted(touched):
        parent, below = ground.by_code[code], children[code]
        if parent.geometry is None or not below:
            continue
        bare = _uncovered(parent.geometry, _shapes(below))
        if bare:
            sizes = areas_m2(_array(bare))
            largest = int(sizes.argmax())
            told = {"pieces": len(bare), "largest_m2": float(sizes[largest]), "children": len(below)}
            m2, at = float(sizes.sum()), _inner_point(bare[largest])
            found.append(finding(Code.GAP, parent.label, m2=m2, at=at, data=told))
    return found


def _no_parent_geometry(parent: Piece, children: Sequence[Piece]) -> Finding:
    told = {"parent": parent.code, "children": len(children), "first_child": children[0].label}
    return finding(Code.NO_PARENT_GEOMETRY, parent.label, data=told)


def _leaving(pairs: Sequence[tuple[Piece, Piece]]) -> list[Finding]:
    if not pairs:
        return []
    children = _shapes([child for child, _ in pairs])
    parents = _shapes([parent for _, parent in pairs])
    shapely.prepare(parents)
    doubtful = np.flatnonzero(~shapely.covers(parents, children))
    sizes = np.maximum(areas_m2(children[doubtful]), SPECK_M2)
    shares = areas_m2(shapely.intersection(children[doubtful], parents[doubtful])) / sizes
    found = []
    for index, share, m2 in zip(doubtful.tolist(), shares.tolist(), sizes.tolist(), strict=True):
        child, parent = pairs[index]
        if share < INSIDE_SHARE and not _within_tolerance(children[index], parents[index]):
            told = {"parent": parent.code, "share": f"{share:.1%}", "parent_feature": parent.label}
            at = _inner_point(shapely.difference(children[index], parents[index]))
            found.append(finding(Code.OUTSIDE_PARENT, child.label, m2=m2 * (1 - share), at=at, data=told))
    return found


def _within_tolerance(child: BaseGeometry, parent: BaseGeometry) -> bool:
    plane = _plane_of(child)
    return bool(shapely.covers(shapely.buffer(plane(parent), TOLERANCE_M), plane(child)))


def _shared(
    shapes: Shapes, first: Indices, second: Indices
) -> Iterable[tuple[int, int, float, tuple[float, float]]]:
    """Index, index, square metres and a place for every pair sharing more than the least area."""
    for start in range(0, len(first), PAIRS_AT_ONCE):
        a, b = first[start : start + PAIRS_AT_ONCE], second[start : start + PAIRS_AT_ONCE]
        # Asking whether interiors meet is three times as quick as building what they share.
        meet = shapely.relate_pattern(shapes[a], shapes[b], INTERIORS_MEET)
        a, b = a[meet], b[meet]
        both = shapely.intersection(shapes[a], shapes[b])
        sizes = areas_m2(both)
        for index in np.flatnonzero(sizes > SMALLEST_M2):
            yield int(a[index]), int(b[index]), float(sizes[index]), _inner_point(both[index])


def _uncovered(parent: BaseGeometry, children: Shapes) -> list[BaseGeometry]:
    bare = shapely.get_parts(shapely.difference(parent, shapely.union_all(children)))
    bare = bare[areas_m2(bare) > SMALLEST_M2]
    return [part for part in bare if not _is_sliver(part)]


def _is_sliver(part: BaseGeometry) -> bool:
    """Nowhere as wide as the tolerance: nothing is left when half of it is taken off all round."""
    return bool(shapely.buffer(_plane_of(part)(part), -TOLERANCE_M / 2).is_empty)


def _plane_of(near: BaseGeometry) -> Callable[[BaseGeometry], BaseGeometry]:
    """A way of turning degrees into metres around a shape, for tolerances given in metres."""
    middle = near.centroid
    origin = np.array([middle.x, middle.y])
    scale = np.array(metres_per_degree(middle.y))

    def flat(xy: Floats) -> Floats:
        return np.asarray((xy - origin) * scale, dtype=np.float64)

    return lambda shape: shapely.transform(shape, flat)


def _inner_point(shape: BaseGeometry) -> tuple[float, float]:
    point = shape.point_on_surface()
    return round(point.x, 7), round(point.y, 7)


def _shapes(pieces: Iterable[Piece]) -> Shapes:
    return _array([piece.geometry for piece in pieces])


def _array(shapes: Sequence[BaseGeometry | None]) -> Shapes:
    # Built by hand: numpy would look into a MultiPolygon's parts if it could.
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array
