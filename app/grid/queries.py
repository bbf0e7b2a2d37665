"""Reading the ground: the tree, one area by any code it ever had, shapes for a map."""

from collections.abc import Sequence
from typing import Any

import shapely
from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import aliased

from app.core.errors import Invalid, NotFound
from app.core.paging import cut, decode
from app.core.work import Work
from app.grid import lineage
from app.grid.models import Area, AreaCode, AreaLevel, Boundary, PartyOrg, PartyOrgArea
from app.grid.schemas import AreaDetail, AreaSummary

MOST_SHAPES = 5000
TILE_DEGREES = 360.0
PIXELS = 512  # of a map tile: finer than a pixel nobody sees


class TooManyShapes(Invalid):
    """The map asks for more than a phone can draw."""

    code = "too_many_shapes"
    zh = "范围内区域过多(上限 {most} 个),请选择上级区域或放大地图。"
    en = "Too many areas for one map (at most {most}); name a parent or look closer."


Parent = aliased(Area, name="parent")


def _summaries() -> Select[*tuple[Any, ...]]:
    now = and_(Boundary.area_id == Area.id, func.upper_inf(Boundary.valid))
    return (
        select(
            Area.code, Area.level, Area.kind, Area.rural, Area.name, Area.label,
            Parent.code.label("parent_code"), exists().where(now).label("has_boundary"),
        )
        .outerjoin(Parent, Parent.id == Area.parent_id)
    )  # fmt: skip


async def area_page(
    work: Work, level: AreaLevel | None, parent: str | None, q: str | None, cursor: str | None, limit: int
) -> tuple[list[AreaSummary], str | None]:
    """Areas by code, narrowed by level, parent's code or part of the name."""
    query = _summaries().where(Area.valid_to.is_(None)).order_by(Area.code).limit(limit + 1)
    if level is not None:
        query = query.where(Area.level == level)
    if parent is not None:
        query = query.where(Area.parent_id == (await get_area(work, parent)).id)
    if q:
        query = query.where(Area.name.contains(q, autoescape=True))
    if cursor is not None:
        query = query.where(Area.code > decode(cursor, 1)[0])
    rows = (await work.session.execute(query)).all()
    page, more = cut(rows, limit, lambda row: (row.code,))
    return [AreaSummary.model_validate(row) for row in page], more


async def get_area(work: Work, code: str) -> Area:
    """The area a code names now or named once; `NotFound` for a code never given."""
    query = select(Area).join(AreaCode, AreaCode.area_id == Area.id).where(AreaCode.code == code)
    area: Area | None = await work.session.scalar(query)
    if area is None:
        raise NotFound("code")
    return area


async def detail(work: Work, code: str) -> AreaDetail:
    """One area with its chain, its codes and its boundary version in force."""
    area = await get_area(work, code)
    row = (await work.session.execute(_summaries().where(Area.id == area.id))).one()
    above = await work.session.execute(
        select(Area.level, Area.code, Area.name)
        .where(Area.id.in_(area.path))
        .order_by(func.cardinality(Area.path))
    )
    now = (Boundary.area_id == area.id, func.upper_inf(Boundary.valid))
    shape = (
        await work.session.execute(select(Boundary.version, Boundary.source, Boundary.area_m2).where(*now))
    ).first()
    children = select(func.count()).select_from(Area).where(Area.parent_id == area.id, Area.valid_to.is_(None))
    codes = select(AreaCode.code).where(AreaCode.area_id == area.id).order_by(AreaCode.valid_from, AreaCode.code)
    return AreaDetail(
        **row._asdict(),
        chain=[one._asdict() for one in above],
        children=await work.session.scalar(children) or 0,
        boundary_version=shape.version if shape else None,
        boundary_source=shape.source if shape else None,
        area_m2=round(shape.area_m2, 1) if shape else None,
        codes=list((await work.session.scalars(codes)).all()),
        party_orgs=await _party_orgs(work, area),
        valid_to=area.valid_to,
        became=await lineage.became(work, area.id),
        came_from=await lineage.came_from(work, area.id),
    )


async def _party_orgs(work: Work, area: Area) -> list[str]:
    link = (PartyOrgArea.area_id == area.id, PartyOrgArea.valid_to.is_(None))
    query = select(PartyOrg.name).join(PartyOrgArea, PartyOrgArea.org_id == PartyOrg.id).where(*link)
    return list((await work.session.scalars(query.order_by(PartyOrg.name))).all())


async def shapes(work: Work, level: AreaLevel, parent: str | None, zoom: int | None) -> list[dict[str, Any]]:
    """GeoJSON features of one level below a parent; shared borders stay shared when simplified for a zoom."""
    query = (
        select(Area.code, Area.name, Area.level, Area.kind, func.ST_AsBinary(Boundary.geom).label("wkb"))
        .join(Boundary, and_(Boundary.area_id == Area.id, func.upper_inf(Boundary.valid)))
        .where(Area.level == level, Area.valid_to.is_(None))
        .order_by(Area.code)
        .limit(MOST_SHAPES + 1)
    )
    if parent is not None:
        query = query.where(Area.path.contains([(await get_area(work, parent)).id]))
    rows = (await work.session.execute(query)).all()
    if len(rows) > MOST_SHAPES:
        raise TooManyShapes("parent", most=MOST_SHAPES)
    return _features(rows, zoom)


def _features(rows: Sequence[Any], zoom: int | None) -> list[dict[str, Any]]:
    geometries = shapely.from_wkb([bytes(row.wkb) for row in rows])
    if zoom is not None and len(rows):
        pixel = TILE_DEGREES / 2**zoom / PIXELS
        geometries = shapely.coverage_simplify(geometries, pixel)
    return [
        {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(shape),
            "properties": {"code": row.code, "name": row.name, "level": row.level, "kind": row.kind},
        }
        for row, shape in zip(rows, geometries, strict=True)
    ]
