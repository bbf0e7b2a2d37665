"""Which area owns a point: one statement, border included, with a deterministic owner (DESIGN 2).

The accuracy circle is intersected with the boundaries valid at a time; those covering the point itself compete:
a dedicated grid for its own categories first, then whom a border agreement names, then the deepest level, then
the owner ruled for an accepted overlap, then the lowest code. `issues.situation` joins posts onto `owner`, so that
placing and routing are one round trip. All statements are built once; parameters: point and circle (EWKB), code,
category, at.
"""

import struct
from typing import Any

import shapely
from sqlalchemy import (
    CTE,
    ColumnElement,
    DateTime,
    LargeBinary,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import aliased

from app.core.geometry import circle_ring
from app.grid.lineage import AreaPast, stood_then, then
from app.grid.models import (
    Area,
    AreaCode,
    AreaLevel,
    BorderAgreement,
    Boundary,
    GridCategory,
    GridKind,
    Overlap,
)

SRID = 4326
EWKB_POINT, EWKB_POLYGON = 0x20000001, 0x20000003  # with their SRID
CHAIN = ("district_id", "street_id", "community_id", "grid_id", "building_group_id")
SHAPE = ("boundary_id", "boundary_version")
CARRIED = ("id", "level", "kind", "code", "name", "path", *CHAIN)
SAID = ("id", "level", "code", *CHAIN, *SHAPE)  # what a caller is told of the owner


def _geometry(name: str) -> ColumnElement[Any]:
    return func.ST_GeomFromEWKB(bindparam(name, type_=LargeBinary))


def _at() -> ColumnElement[Any]:
    return bindparam("at", type_=DateTime(timezone=True))


def _valid_then() -> ColumnElement[Any]:
    """Written so that no index serves it: with the shape's own index the planner would scan both."""
    return Boundary.valid.op("@>")(_at()).is_(True)


def ewkb(shape: shapely.Geometry) -> bytes:
    """A geometry as the parameters of these statements take it."""
    encoded: bytes = shapely.to_wkb(shapely.set_srid(shape, SRID), include_srid=True)
    return encoded


def point_parameters(lon: float, lat: float, accuracy_m: float) -> dict[str, bytes]:
    """`point` and `circle` for a place in WGS84; without accuracy the circle is the point."""
    point = ewkb_point(lon, lat)
    return {"point": point, "circle": _ewkb_ring(circle_ring(lon, lat, accuracy_m)) if accuracy_m > 0 else point}


def ewkb_point(lon: float, lat: float) -> bytes:
    """The same bytes as `ewkb` gives for a point, without building one: this is on the hot path."""
    return struct.pack("<BIIdd", 1, EWKB_POINT, SRID, lon, lat)


def _ewkb_ring(ring: list[tuple[float, float]]) -> bytes:
    head = struct.pack("<BIIII", 1, EWKB_POLYGON, SRID, 1, len(ring))
    return head + b"".join([struct.pack("<dd", x, y) for x, y in ring])


def hits() -> CTE:
    """Every area whose boundary at `at` touches the circle, and whether it covers the point."""
    return (
        select(
            *(then(name) for name in CARRIED),
            func.cardinality(then("path")).label("depth"),
            Boundary.id.label("boundary_id"),
            Boundary.version.label("boundary_version"),
            func.ST_Covers(Boundary.geom, _geometry("point")).label("covers"),
        )
        .join(Area, Area.id == Boundary.area_id)
        .outerjoin(AreaPast, stood_then(_at()))
        .where(func.ST_Intersects(Boundary.geom, _geometry("circle")), _valid_then())
        .cte("hit")
    )


def agreed(hit: CTE) -> CTE:
    """The border agreement in force at the point, the one agreed last; none where neither side covers it."""
    ours = or_(BorderAgreement.lead_id == func.any(hit.c.path), BorderAgreement.other_id == func.any(hit.c.path))
    return (
        select(BorderAgreement.id, BorderAgreement.lead_id, BorderAgreement.basis)
        .where(func.ST_Covers(BorderAgreement.ground, _geometry("point")))
        .where(BorderAgreement.agreed_at.is_not(None), BorderAgreement.valid.op("@>")(_at()))
        .where(select(hit.c.id).where(hit.c.covers, ours).exists())
        .order_by(BorderAgreement.agreed_at.desc(), BorderAgreement.id)
        .limit(1)
        .cte("agreed")
    )


def contenders(hit: CTE, agreement: CTE) -> CTE:
    """The hits that cover the point, and whom an agreement lets lead there though the point lies beyond."""
    said = (*CARRIED, "depth", *SHAPE)
    now = and_(Boundary.area_id == Area.id, _valid_then())
    lead = (
        select(
            *(getattr(Area, name) for name in CARRIED),
            func.cardinality(Area.path).label("depth"),
            Boundary.id.label("boundary_id"),
            Boundary.version.label("boundary_version"),
        )
        .join(agreement, agreement.c.lead_id == Area.id)
        .outerjoin(Boundary, now)
        .where(Area.valid_to.is_(None))
    ).add_columns(agreement.c.id.label("led_by"))
    led = select(agreement.c.id).where(agreement.c.lead_id == func.any(hit.c.path)).scalar_subquery()
    covering = select(*(hit.c[name] for name in said), led.label("led_by")).where(hit.c.covers)
    return union_all(covering, lead).cte("contender")


def owner_by_point(hit: CTE, agreement: CTE) -> CTE:
    """The one owner among the contenders; `agreement_id` when it is theirs by a border agreement."""
    one, other = contenders(hit, agreement), hit.alias("other")
    owns = select(GridCategory.area_id).where(
        GridCategory.area_id == one.c.id, GridCategory.category == bindparam("category", type_=String)
    )
    lost = (
        select(func.count())
        .select_from(Overlap)
        .join(other, and_(other.c.id == Overlap.owner_id, other.c.covers))
        .where(Overlap.loser_id == one.c.id)
    )
    dedicated = one.c.kind == GridKind.DEDICATED
    rank = case((and_(dedicated, owns.exists()), 0), (dedicated, 3), (one.c.led_by.is_not(None), 1), else_=2)
    by_agreement = case((dedicated, null()), else_=one.c.led_by)
    return (
        select(*(one.c[name] for name in (*CARRIED, *SHAPE)), by_agreement.label("agreement_id"))
        .order_by(rank, one.c.depth.desc(), lost.scalar_subquery(), one.c.code)
        .limit(1)
        .cte("owner")
    )


def led_by(agreement: CTE, owner: CTE) -> ColumnElement[Any]:
    """JSON of the agreement by which the owner leads, or null."""
    lead = aliased(Area, name="lead")
    said = func.jsonb_build_object(
        "id", agreement.c.id, "code", lead.code, "name", lead.name, "basis", agreement.c.basis
    )
    query = select(said).select_from(agreement).join(lead, lead.id == agreement.c.lead_id)
    return query.where(agreement.c.id == owner.c.agreement_id).correlate(owner).scalar_subquery()


def owner_by_code() -> CTE:
    """The area a code names, now or ever (a sign's code is more certain than a phone's point); of one that has
    ended its successor, else what is left of the ground above it.
    """
    now = and_(Boundary.area_id == Area.id, Boundary.valid.op("@>")(_at()))
    named, meant = aliased(Area, name="named"), aliased(Area, name="meant")
    return (
        select(
            *(getattr(Area, name) for name in CARRIED),
            Boundary.id.label("boundary_id"),
            Boundary.version.label("boundary_version"),
        )
        .select_from(AreaCode)
        .join(named, named.id == AreaCode.area_id)
        .join(meant, meant.id == func.coalesce(named.successor_id, named.id))
        .join(Area, Area.id == func.any(meant.path))
        .outerjoin(Boundary, now)
        .where(AreaCode.code == bindparam("area_code", type_=String), Area.valid_to.is_(None))
        .order_by(func.cardinality(Area.path).desc())
        .limit(1)
        .cte("owner")
    )


def owner_of_nothing() -> CTE:
    """The district itself, for what has neither point nor code: its desk list, never nowhere."""
    return (
        select(
            *(getattr(Area, name) for name in CARRIED),
            cast(None, Boundary.id.type).label("boundary_id"),
            cast(None, Boundary.version.type).label("boundary_version"),
        )
        .where(Area.level == AreaLevel.DISTRICT, Area.valid_to.is_(None))
        .order_by(Area.code)
        .limit(1)
        .cte("owner")
    )


def candidates(hit: CTE, owner: CTE) -> ColumnElement[Any]:
    """JSON list of the grids among which the circle leaves a doubt, lowest code first, and which cover the point.

    Only innermost grids of the owner's kind are rivals: a large grid around a small one is no border, nor is a
    market lying over its neighbourhood.
    """
    inner = hit.alias("inner")
    outer = select(inner.c.id).where(
        inner.c.level == AreaLevel.GRID, inner.c.id != hit.c.id, hit.c.id == func.any(inner.c.path)
    )
    kind = func.coalesce(select(owner.c.kind).scalar_subquery(), GridKind.GENERAL)
    said = func.jsonb_build_object("code", hit.c.code, "name", hit.c.name, "covers", hit.c.covers)
    listed = func.jsonb_agg(aggregate_order_by(said, hit.c.code))
    rivals = select(listed).where(hit.c.level == AreaLevel.GRID, hit.c.kind == kind, ~outer.exists())
    return func.coalesce(rivals.scalar_subquery(), cast("[]", JSONB))


def nearest() -> Select[Any]:
    """The nearest grid to a point and its distance in metres, for what lies outside all of them."""
    point = _geometry("point")
    geography = func.Geography
    return (
        select(
            *(then(name) for name in CARRIED),
            func.ST_Distance(geography(Boundary.geom), geography(point)).label("distance_m"),
        )
        .join(Area, Area.id == Boundary.area_id)
        .outerjoin(AreaPast, stood_then(_at()))
        .where(Area.level == AreaLevel.GRID, _valid_then())
        .order_by(Boundary.geom.op("<->")(point))
        .limit(1)
    )
