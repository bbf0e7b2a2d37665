"""How areas lie on the ground: inside their parent, clear of their siblings, leaving nothing uncovered.

Official layers fail strict tests (in Taipei under one basic unit in a hundred lies strictly inside its
parent, in Los Angeles no region does), so everything here is judged by area and by a metre of tolerance.
Geometries are compared as they are and never changed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from app.core.geometry import Shapes, area_m2, areas_m2
from app.layers.features import GENERAL
from app.layers.findings import Code, Finding, finding
from app.layers.ground import Ground, Piece, shapes_of
from app.layers.plane import array_of, inner_point, plane_of
from app.layers.siblings import Siblings, siblings_of

Indices = NDArray[np.intp]

INSIDE_SHARE: Final = 0.98
TOLERANCE_M: Final = 1.0
SMALLEST_M2: Final = 1.0
SPECK_M2: Final = 1e-12  # stands in for areas too small for a float, so that shares stay numbers
PAIRS_AT_ONCE: Final = 50_000  # bounds the memory of intersections held at one time
INTERIORS_MEET: Final = "T********"  # DE-9IM; a shared border alone is no overlap


class Lie:
    """How the pieces of one ground lie: who is strictly covered by its parent, which siblings keep their borders.

    Most of a good layer needs no second look: siblings whose borders agree do not overlap, nor do their
    children as long as each lies in its own parent. What is left is compared pair by pair.
    """

    def __init__(self, ground: Ground, tell: Callable[[str, int, int], None] | None = None) -> None:
        self.ground = ground
        self.groups = siblings_of(ground)
        self._tell, self._looked_at = tell, 0
        self._all = sum(len(one.pieces) for one in self.groups)
        self.pairs = [
            (piece, parent)
            for piece in ground.fresh
            if piece.geometry is not None
            and (parent := ground.parent(piece)) is not None
            and parent.geometry is not None
        ]

    @cached_property
    def covered(self) -> NDArray[np.bool_]:
        """For every pair, whether the child lies in the parent to the last digit."""
        if not self.pairs:
            return np.zeros(0, dtype=np.bool_)
        parents = shapes_of(parent for _, parent in self.pairs)
        shapely.prepare(parents)
        return np.asarray(shapely.covers(parents, shapes_of(child for child, _ in self.pairs)), dtype=np.bool_)

    @cached_property
    def inside(self) -> frozenset[Piece]:
        """The children that lie in their parents to the last digit."""
        return frozenset(child for (child, _), yes in zip(self.pairs, self.covered, strict=True) if yes)

    @cached_property
    def sound(self) -> frozenset[Piece]:
        """General areas that share no ground with another sound one, except those above and below them."""
        levels = Counter(group.pieces[0].parent_code for group in self.groups if group.pieces[0].kind == GENERAL)
        found: set[Piece] = set()
        waiting = [one for one in self.groups if self._alike(one, levels[one.pieces[0].parent_code])]
        while True:
            later = []
            for group in waiting:
                above = self.ground.parent(group.pieces[0])
                if above is None or above in found:
                    found |= {one for one in group.pieces if above is None or one in self.inside}
                else:
                    later.append(group)
            if len(later) == len(waiting):
                return frozenset(found)
            waiting = later

    def _alike(self, group: Siblings, levels: int) -> bool:
        self._looked_at += len(group.pieces)
        if self._tell is not None:
            self._tell("borders", self._looked_at, self._all)
        first = group.pieces[0]
        rooted = first.parent_code is None or self.ground.parent(first) is not None
        return first.kind == GENERAL and levels == 1 and rooted and group.clean


def outside_parent(lie: Lie) -> list[Finding]:
    """Children lying by less than 98 % of their area, and by more than a metre, in their parent.

    A parent without a boundary is reported once, with the number of children not checked.
    """
    unchecked: dict[str, list[Piece]] = {}
    for piece in lie.ground.fresh:
        parent = lie.ground.parent(piece)
        if parent is not None and parent.geometry is None and piece.geometry is not None:
            unchecked.setdefault(parent.code, []).append(piece)
    bare = [_no_parent_geometry(lie.ground.by_code[code], pieces) for code, pieces in unchecked.items()]
    return bare + _leaving([lie.pairs[index] for index in np.flatnonzero(~lie.covered).tolist()])


def overlaps(lie: Lie) -> list[Finding]:
    """Pairs of one level and kind sharing more than a square metre, whoever their parents are, largest first.

    At least one of the two is from the file. A grid within a grid is not an overlap.
    """
    layers: dict[tuple[str, str], list[Piece]] = {}
    for piece in lie.ground.pieces:
        if piece.geometry is not None:
            layers.setdefault((piece.level, piece.kind), []).append(piece)
    found = [one for pieces in layers.values() for one in _overlaps_within(lie, pieces)]
    return sorted(found, key=lambda one: (-(one.m2 or 0.0), one.features))


def _overlaps_within(lie: Lie, pieces: Sequence[Piece]) -> Iterable[Finding]:
    sound = np.array([piece in lie.sound for piece in pieces])
    if sound.all():
        return
    shapes = shapes_of(pieces)
    fresh = np.flatnonzero([piece.fresh for piece in pieces])
    near, second = shapely.STRtree(shapes).query(shapes[fresh])
    first = fresh[near]
    # Two fresh ones meet twice in the query; a fresh and a known one only once.
    once = ((first < second) | ~np.isin(second, fresh)) & ~(sound[first] & sound[second])
    for a, b, m2, at in _shared(shapes, first[once], second[once]):
        one, two = sorted((pieces[a], pieces[b]), key=lambda piece: piece.code)
        related = lie.ground.stands_above(one, two) or lie.ground.stands_above(two, one)
        if one.code != two.code and not related:
            told = {"codes": [one.code, two.code], "owner": one.code}
            yield finding(Code.OVERLAP, one.label, two.label, m2=m2, at=at, data=told)


def gaps(lie: Lie) -> list[Finding]:
    """Per parent of a child in the file, the ground no general child covers.

    Counted are pieces over a square metre that are somewhere wider than the tolerance; slivers along
    borders drawn twice are not. Dedicated grids lie over general ones and cover nothing by themselves.
    """
    ground = lie.ground
    touched = {parent.code for piece in ground.fresh if (parent := ground.parent(piece))}
    children: dict[str, list[Piece]] = {code: [] for code in touched}
    for piece in ground.pieces:
        if piece.parent_code in touched and piece.kind == GENERAL and piece.geometry is not None:
            children[piece.parent_code].append(piece)
    found = []
    for code in sorted(touched):
        parent, below = ground.by_code[code], children[code]
        if parent.geometry is None or not below or _filled(lie, parent.geometry, below):
            continue
        bare = _uncovered(parent.geometry, shapes_of(below))
        if bare:
            sizes = areas_m2(array_of(bare))
            largest = int(sizes.argmax())
            told = {"pieces": len(bare), "largest_m2": float(sizes[largest]), "children": len(below)}
            m2, at = float(sizes.sum()), inner_point(bare[largest])
            found.append(finding(Code.GAP, parent.label, m2=m2, at=at, data=told))
    return found


def _filled(lie: Lie, parent: BaseGeometry, below: Sequence[Piece]) -> bool:
    """Whether children that share no ground and lie inside leave nothing: their areas add up."""
    if not all(piece in lie.sound and piece in lie.inside for piece in below):
        return False
    left = parent.area - float(shapely.area(shapes_of(below)).sum())
    return left * area_m2(parent) <= SMALLEST_M2 * parent.area


def _no_parent_geometry(parent: Piece, children: Sequence[Piece]) -> Finding:
    told = {"parent": parent.code, "children": len(children), "first_child": children[0].label}
    return finding(Code.NO_PARENT_GEOMETRY, parent.label, data=told)


def _leaving(pairs: Sequence[tuple[Piece, Piece]]) -> list[Finding]:
    """Of children that are not strictly inside, those that leave by more than is let pass."""
    if not pairs:
        return []
    children = shapes_of(child for child, _ in pairs)
    parents = shapes_of(parent for _, parent in pairs)
    sizes = np.maximum(areas_m2(children), SPECK_M2)
    shares = areas_m2(shapely.intersection(children, parents)) / sizes
    found = []
    for index in np.flatnonzero(shares < INSIDE_SHARE).tolist():
        child, parent = pairs[index]
        if not _within_tolerance(children[index], parents[index]):
            share, m2 = float(shares[index]), float(sizes[index])
            told = {"parent": parent.code, "share": f"{share:.1%}", "parent_feature": parent.label}
            at = inner_point(shapely.difference(children[index], parents[index]))
            found.append(finding(Code.OUTSIDE_PARENT, child.label, m2=m2 * (1 - share), at=at, data=told))
    return found


def _within_tolerance(child: BaseGeometry, parent: BaseGeometry) -> bool:
    plane = plane_of(child)
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
            yield int(a[index]), int(b[index]), float(sizes[index]), inner_point(both[index])


def _uncovered(parent: BaseGeometry, children: Shapes) -> list[BaseGeometry]:
    bare = shapely.get_parts(shapely.difference(parent, shapely.union_all(children)))
    bare = bare[areas_m2(bare) > SMALLEST_M2]
    return [part for part in bare if not _is_sliver(part)]


def _is_sliver(part: BaseGeometry) -> bool:
    """Nowhere as wide as the tolerance: nothing is left when half of it is taken off all round."""
    return bool(shapely.buffer(plane_of(part)(part), -TOLERANCE_M / 2).is_empty)
