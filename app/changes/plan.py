"""What a request comes to, whatever its kind: areas made, ended, reshaped, moved, renamed; and who takes what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import shapely
from shapely import MultiPolygon, Polygon

from app.changes.content import Redrawn, ShapeIn
from app.changes.faults import Wrong
from app.changes.ground import Ground, Lies
from app.core.errors import Invalid
from app.core.geometry import Crs
from app.grid.models import AreaLevel, GridKind
from app.layers.shapes import read_shapes

PARENTS: Mapping[str, frozenset[str]] = {
    AreaLevel.DISTRICT: frozenset(),
    AreaLevel.STREET: frozenset({AreaLevel.DISTRICT}),
    AreaLevel.COMMUNITY: frozenset({AreaLevel.STREET}),
    AreaLevel.GRID: frozenset({AreaLevel.COMMUNITY, AreaLevel.GRID}),
    AreaLevel.BUILDING_GROUP: frozenset({AreaLevel.COMMUNITY, AreaLevel.GRID}),
}
"""Under which levels an area may stand; the rural chain may leave out the grid."""
LEVEL_WORDS = {
    AreaLevel.DISTRICT: "区县", AreaLevel.STREET: "街道", AreaLevel.COMMUNITY: "社区", AreaLevel.GRID: "网格",
    AreaLevel.BUILDING_GROUP: "楼栋",
}  # fmt: skip


class NotForDistricts(Invalid):
    """The district itself is the tenant: it is not split, merged, moved or closed."""

    code = "not_for_districts"
    zh = "区县本身不能在此调整。"
    en = "The district itself is not changed here."


class NamedTwice(Invalid):
    """One area, two wishes."""

    code = "area_named_twice"
    zh = "区域 {area} 重复出现。"
    en = "Area {area} is named twice."


class BadShape(Invalid):
    """Not an outline that can be kept; the words say why and where."""

    code = "bad_outline"
    zh = "{area} 的界线无效:{why_zh}"
    en = "The outline of {area} cannot be used: {why_en}"


@dataclass(frozen=True)
class Made:
    """An area that begins."""

    code: str
    name: str
    level: str
    kind: str
    rural: bool
    parent_code: str
    label: str | None = None
    governed_by: str | None = None
    shape: MultiPolygon | None = None
    like_id: UUID | None = None  # whose categories it takes along


@dataclass
class Plan:
    """All that happens at the moment. Areas that stay are named by id, those that take by code."""

    ground: Ground
    made: list[Made] = field(default_factory=list)
    ended: dict[UUID, list[str]] = field(default_factory=dict)  # successors, the main one first
    spread: list[tuple[UUID, str]] = field(default_factory=list)  # ground given away by one that stays
    reshaped: dict[UUID, MultiPolygon] = field(default_factory=dict)
    said: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    under: dict[UUID, str] = field(default_factory=dict)
    posts: dict[UUID, str | None] = field(default_factory=dict)
    subjects: list[Lies] = field(default_factory=list)  # what the request is about, for whom it concerns
    receivers: list[Lies] = field(default_factory=list)
    faults: list[Wrong] = field(default_factory=list)

    @property
    def touched(self) -> list[UUID]:
        """Areas in force whose own row or outline changes."""
        ids = [*self.ended, *self.reshaped, *self.said, *self.under, *(one for one, _ in self.spread)]
        return list(dict.fromkeys(ids))

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.made or self.ended or self.reshaped or self.said or self.under)

    def shape_after(self, one: Lies) -> MultiPolygon | None:
        """The outline an area in force has afterwards."""
        return self.reshaped.get(one.id, one.shape)

    def parent_after(self, one: Lies) -> str | None:
        """The code of the area it stands under afterwards."""
        if one.id in self.under:
            return self.under[one.id]
        above = self.ground.by_id.get(one.parent_id) if one.parent_id else None
        return self.code_after(above) if above else None

    def code_after(self, one: Lies) -> str:
        """The code it has afterwards."""
        return str(self.said.get(one.id, {}).get("code", one.code))


def as_multi(shape: Any) -> MultiPolygon | None:
    """The areal part of what an operation gave; None when nothing is left."""
    parts = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon) and not part.is_empty]
    if isinstance(shape, Polygon) and not shape.is_empty:
        parts = [shape]
    return MultiPolygon(parts) if parts else None


def outline(code: str, raw: ShapeIn | None, place: str) -> MultiPolygon | None:
    """A shape as it was given, or `BadShape` with the layer's own words for what is wrong."""
    if raw is None:
        return None
    found: list[Any] = []
    (shape,) = read_shapes([code], [raw], Crs.WGS84, found)
    if shape is None or any(one.level == "error" for one in found):
        zh, en = found[0].words if found else ("", "")
        raise BadShape(place, area=code, why_zh=zh, why_en=en)
    return shape


def redraw(plan: Plan, wanted: Sequence[Redrawn]) -> None:
    """Outlines given in so many words; an area named twice is `NamedTwice`."""
    for one in wanted:
        lies = plan.ground.named(one.code, "redrawn")
        if lies.id in plan.reshaped or lies.id in plan.ended:
            raise NamedTwice("redrawn", area=one.code)
        shape = outline(one.code, one.shape, "redrawn")
        if shape is None or (lies.shape is not None and shape.equals(lies.shape)):
            continue
        plan.reshaped[lies.id] = shape
        plan.receivers.append(lies)


def not_district(lies: Lies, place: str) -> Lies:
    """The area, unless it is the district."""
    if lies.level == AreaLevel.DISTRICT:
        raise NotForDistricts(place)
    return lies


def like(one: Lies, **other: Any) -> Made:
    """A new area of the same kind as one in force."""
    kept = {"level": one.level, "kind": one.kind, "rural": one.rural, "governed_by": one.governed_by}
    dedicated = one.kind == GridKind.DEDICATED
    return Made(**{**kept, "like_id": one.id if dedicated else None, **other})
