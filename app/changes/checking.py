"""How the ground would lie afterwards, judged as an imported layer is, and only for what the request itself makes
worse: official layers have old faults, which are no reason to refuse a new name.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from app.changes import ground as lies_of
from app.changes.faults import Code, Wrong, fault
from app.changes.ground import Lies
from app.changes.plan import Plan
from app.core.geometry import area_m2, metres_per_degree
from app.core.work import Work
from app.grid.models import Area, AreaLevel
from app.layers import coverage
from app.layers.coverage import SMALLEST_M2, Lie
from app.layers.features import Feature
from app.layers.findings import Code as LayerCode
from app.layers.findings import Finding
from app.layers.ground import Ground as Laid
from app.layers.ground import KnownArea

WHOLE = 0.999  # of the old area, and of the pieces: what a split has to cover, both ways (R3.6)
Allowed = dict[tuple[str, ...], float]


def whole(old: Lies, drawn: Mapping[str, MultiPolygon]) -> list[Wrong]:
    """Pieces against the area they come from: cover, reach beyond, overlap."""
    if old.shape is None:
        return []
    found: list[Wrong] = []
    size, together = area_m2(old.shape), shapely.union_all(list(drawn.values()))
    missing, beyond = shapely.difference(old.shape, together), shapely.difference(together, old.shape)
    lacking, over = area_m2(missing), area_m2(beyond)
    if lacking > max(size * (1 - WHOLE), SMALLEST_M2):
        share = f"{1 - lacking / size:.1%}"
        found.append(fault(Code.NOT_COVERED, old.code, m2=lacking, at=_inner(missing), share=share))
    if over > max(area_m2(together) * (1 - WHOLE), SMALLEST_M2):
        found.append(fault(Code.BEYOND_OLD, old.code, m2=over, at=_inner(beyond)))
    pieces = sorted(drawn.items())
    for place, (code, shape) in enumerate(pieces):
        for other, beside in pieces[place + 1 :]:
            both = shapely.intersection(shape, beside)
            if (shared := area_m2(both)) > SMALLEST_M2:
                found.append(fault(Code.PIECES_OVERLAP, code, other, m2=shared, at=_inner(both)))
    return found


async def checked(work: Work, plan: Plan) -> list[Wrong]:
    """Containment, overlap and gaps of everything the request touches, beside how it is today."""
    await _read_more(work, plan)
    after, before = _after(plan), _before(plan)
    if not after and not before:
        return []
    touched = {one.code for one in after} | {one.code for one in before}
    rest = {
        plan.code_after(one): _known(plan.code_after(one), plan.parent_after(one), one)
        for one in plan.ground.by_id.values()
        if plan.code_after(one) not in touched and one.code not in touched and one.id not in plan.ended
    }
    today = {
        one.code: _known(one.code, _parent_now(plan, one), one)
        for one in plan.ground.by_id.values()
        if one.code not in touched
    }
    old = _judged(before, today)
    allowed = _allowed(plan, old)
    return [one for one in _judged(after, rest) if not _was_so(one, allowed)]


async def _read_more(work: Work, plan: Plan) -> None:
    """What lies directly below outlines that change, beside areas that move, and in the way of new outlines."""
    await _read_parents(work, plan)
    plan.ground.add(await lies_of.below(work, plan.reshaped))
    shapes = [new.shape for new in plan.made if new.shape is not None] + list(plan.reshaped.values())
    levels = {new.level for new in plan.made} | {plan.ground.by_id[one].level for one in plan.reshaped}
    plan.ground.add(await lies_of.near(work, shapes, levels))
    await _read_parents(work, plan)


async def _read_parents(work: Work, plan: Plan) -> None:
    known = plan.ground.by_id
    above = {step for one in known.values() for step in one.path} - set(known)
    if above:
        plan.ground.add(await lies_of.read(work, Area.id.in_(above)))


def _concerned(plan: Plan) -> set[UUID]:
    """Areas in force whose outline or parent changes, and the children of changed outlines."""
    own = set(plan.reshaped) | set(plan.under) | set(plan.ended)
    below = {one.id for one in plan.ground.by_id.values() if one.parent_id in plan.reshaped}
    return own | below


def _after(plan: Plan) -> list[Feature]:
    found = [
        Feature(new.code, new.code, new.parent_code, new.name, AreaLevel(new.level), new.shape, {}, new.kind)
        for new in plan.made
    ]
    for area_id in sorted(_concerned(plan) - set(plan.ended)):
        one = plan.ground.by_id[area_id]
        code = plan.code_after(one)
        shape, above = plan.shape_after(one), plan.parent_after(one)
        found.append(Feature(code, code, above, one.name, AreaLevel(one.level), shape, {}, one.kind))
    return found


def _before(plan: Plan) -> list[Feature]:
    concerned = [plan.ground.by_id[area_id] for area_id in sorted(_concerned(plan))]
    return [
        Feature(
            one.code, one.code, _parent_now(plan, one), one.name, AreaLevel(one.level), one.shape, {}, one.kind
        )
        for one in concerned
    ]


def _parent_now(plan: Plan, one: Lies) -> str | None:
    above = plan.ground.by_id.get(one.parent_id) if one.parent_id else None
    return above.code if above else None


def _known(code: str, parent: str | None, one: Lies) -> KnownArea:
    return KnownArea(code, parent, one.level, one.shape, one.kind)


def _judged(fresh: Sequence[Feature], known: Mapping[str, KnownArea]) -> list[Finding]:
    lie = Lie(Laid(fresh, known))
    found = [*coverage.outside_parent(lie), *coverage.overlaps(lie), *coverage.gaps(lie)]
    told = (LayerCode.OUTSIDE_PARENT, LayerCode.OVERLAP, LayerCode.GAP)
    return [one for one in found if one.code in told and not _buildings(one, lie.ground)]


def _buildings(one: Finding, laid: Laid) -> bool:
    """Buildings stand in a grid, they do not fill it: ground between them is no gap."""
    if one.code != LayerCode.GAP:
        return False
    below = [piece for piece in laid.pieces if piece.parent_code == one.features[0]]
    return all(piece.level == AreaLevel.BUILDING_GROUP for piece in below)


def _allowed(plan: Plan, old: Iterable[Finding]) -> Allowed:
    """Square metres that were wrong already, under the codes that stand for the same ground afterwards."""
    heirs: dict[str, list[str]] = {}
    for area_id, codes in plan.ended.items():
        heirs.setdefault(plan.ground.by_id[area_id].code, []).extend(codes)
    for area_id, code in plan.spread:
        heirs.setdefault(plan.ground.by_id[area_id].code, []).append(code)
    for area_id, values in plan.said.items():
        if "code" in values:
            heirs.setdefault(plan.ground.by_id[area_id].code, []).append(values["code"])
    allowed: Allowed = {}
    for one in old:
        for key in _keys(one.features, heirs):
            allowed[str(one.code), *key] = allowed.get((str(one.code), *key), 0.0) + (one.m2 or 0.0)
    return allowed


def _keys(features: Sequence[str], heirs: Mapping[str, list[str]]) -> set[tuple[str, ...]]:
    keys: set[tuple[str, ...]] = {()}
    for code in features:
        keys = {(*key, heir) for key in keys for heir in (code, *heirs.get(code, ()))}
    return {tuple(sorted(key)) for key in keys}


def _was_so(one: Finding, allowed: Allowed) -> bool:
    before = allowed.get((str(one.code), *sorted(one.features)))
    return before is not None and (one.m2 or 0.0) <= before + SMALLEST_M2


def distance_m(one: BaseGeometry, other: BaseGeometry) -> float:
    """Metres between two outlines that lie near each other; 0 when they touch."""
    if shapely.intersects(one, other):
        return 0.0
    middle = one.centroid
    scale = np.array(metres_per_degree(middle.y))

    def flat(xy: Any) -> Any:
        return (xy - np.array([middle.x, middle.y])) * scale

    return float(shapely.distance(shapely.transform(one, flat), shapely.transform(other, flat)))


def _inner(shape: BaseGeometry) -> tuple[float, float]:
    point = shape.point_on_surface()
    return round(point.x, 7), round(point.y, 7)
