"""A polygon whose ring crosses itself, as a valid one. Used only where somebody asked for it."""

import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from app.core.geometry import area_m2
from app.layers.findings import Code, Finding, finding
from app.layers.plane import inner_point


def mended_ring(label: str, shape: BaseGeometry) -> tuple[MultiPolygon | None, Finding | None]:
    """A valid form of an invalid polygon, holes and all, with what it changed; nothing if no ground is left."""
    valid = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = [one for one in shapely.get_parts(valid) if isinstance(one, Polygon) and one.area > 0]
    if not parts:
        return None, None
    whole = MultiPolygon(parts)
    changed = abs(area_m2(whole) - area_m2(shape))
    told = {"what_zh": "边界自相交", "what_en": "a boundary crossing itself", "parts": len(parts)}
    return whole, finding(Code.REPAIRED, label, m2=changed, at=inner_point(whole), data=told)
