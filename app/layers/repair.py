"""Mending what is drawn wrongly, only where somebody asked, told feature by feature with the m² changed.

Two things can be mended without knowing the place: a ring that crosses itself, and borders drawn twice within a
metre of each other. An overlap or a gap wider than that is a question of who owns the ground, and is nobody's to
guess.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from app.core.geometry import Shapes, areas_m2
from app.layers.features import GENERAL, Feature
from app.layers.findings import Code, Finding, finding
from app.layers.ground import Ground, KnownArea
from app.layers.plane import array_of, inner_point
from app.layers.siblings import SMALLEST_M2, Siblings, narrow, siblings_of

SPECK_M2: Final = 1e-4  # a change below a square centimetre is rounding
SNAP: Final = 1.2  # of the widest strip: corners that near are one


class Repair(StrEnum):
    """What may be asked for."""

    RINGS = "rings"
    SLIVERS = "slivers"


def mended_borders(
    features: Sequence[Feature], known: Mapping[str, KnownArea], asked: Collection[Repair]
) -> tuple[list[Feature], list[Finding]]:
    """The features with narrow overlaps and gaps between siblings closed.

    Siblings already stored are never changed: where one of them takes part, or where two areas overlap by more
    than a square metre, the borders stay as they were drawn.
    """
    whole = list(features)
    if Repair.SLIVERS not in asked:
        return whole, []
    places = {one.key: place for place, one in enumerate(whole)}
    findings: list[Finding] = []
    for group in siblings_of(Ground(features, known)):
        if group.clean or group.pieces[0].kind != GENERAL or not all(one.fresh for one in group.pieces):
            continue
        before = group.shapes()
        if not _overlaps_widely(before):
            after = _cleaned(group, before)
            for piece, old, new in zip(group.pieces, before, after, strict=True):
                if (told := _told(piece.label, old, new)) is not None:
                    place = places[piece.label]
                    whole[place] = replace(whole[place], geometry=new)
                    findings.append(told)
    return whole, findings


def _cleaned(group: Siblings, shapes: Shapes) -> list[MultiPolygon]:
    """Closed by merging strips; what opens to the outside is snapped together by as much as it is wide."""
    clean = shapely.coverage_clean(shapes, gap_width=group.reach())
    strips = narrow([group])
    after = Siblings([replace(piece, geometry=_many(one)) for piece, one in zip(group.pieces, clean, strict=True)])
    if not after.clean and strips:
        widest = max(float(str(one.data["width_cm"])) for one in strips) / 100
        clean = shapely.coverage_clean(
            shapes, gap_width=group.reach(), snapping_distance=group.reach() * widest * SNAP
        )
    return [_many(one) for one in clean]


def _many(shape: BaseGeometry) -> MultiPolygon:
    return MultiPolygon([part for part in shapely.get_parts(shape) if isinstance(part, Polygon)])


def _overlaps_widely(shapes: Shapes) -> bool:
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = first < second
    shared = areas_m2(np.asarray(shapely.intersection(shapes[first[once]], shapes[second[once]])))
    return bool((shared > SMALLEST_M2).any())


def _told(label: str, old: BaseGeometry, new: MultiPolygon) -> Finding | None:
    moved = shapely.symmetric_difference(old, new)
    m2 = float(areas_m2(array_of([moved]))[0])
    if m2 < SPECK_M2 or new.is_empty:
        return None
    told = {"what_zh": "共同边界没有对齐", "what_en": "a border drawn twice", "parts": len(new.geoms)}
    return finding(Code.REPAIRED, label, m2=m2, at=inner_point(moved), data=told)
