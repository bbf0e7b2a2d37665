"""What a sign shows, read from the ground and the posts. All of it is open: no household, no private phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import shapely
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from app.boards.models import BoardSetting
from app.boards.schemas import BoardArea, BoardLine, BoardOut, BoardPerson, BoardPoint
from app.boards.words import ORDER, SHOWN
from app.core.clock import SHANGHAI
from app.core.errors import Gone, Invalid, NotFound
from app.core.work import Work
from app.grid import signs
from app.grid.models import Area, AreaCode, AreaLevel, Boundary
from app.people import phones
from app.people.models import Absence, Account, DutyShift, Post, Role, Unit
from app.people.queries import in_force

FINEST = 360 / 2**18 / 512  # degrees: a pixel of a map as close as a grid fills a phone
MOST_BOARDS = 200
WITH_SIGNS = (AreaLevel.GRID, AreaLevel.BUILDING_GROUP)


class OldSign(Gone):
    """The place has changed, or all signs of the street were hung anew, since this one was printed."""

    code = "old_sign"
    zh = "该公示牌已停用,请使用最新公示牌,或直接联系社区。"
    en = "This sign is no longer in use; use the new one, or call the community."


class NoBoardThere(Invalid):
    """Signs hang on building groups and grids."""

    code = "no_board_there"
    zh = "请选择社区、网格或楼栋。"
    en = "Choose a community, a grid or a building group."


class TooManyBoards(Invalid):
    """More pages than one file should have."""

    code = "too_many_boards"
    zh = "一次最多打印 {most} 块公示牌,请选择下级区域。"
    en = "At most {most} signs in one file; choose a smaller area."


def today(work: Work) -> date:
    """The day in the country."""
    return work.clock.now().astimezone(SHANGHAI).date()


@dataclass(frozen=True)
class Setting:
    """What an area's signs go by: its street's word, else the district's, else the street's duty."""

    call_number: str | None
    reissued_on: date | None
    updated_at: datetime | None


async def area_of(work: Work, code: str) -> Area:
    """The area a code names or named, also one that has ended."""
    query = select(Area).join(AreaCode, AreaCode.area_id == Area.id).where(AreaCode.code == code)
    area: Area | None = await work.session.scalar(query)
    if area is None:
        raise NotFound("area")
    return area


async def signed_area(work: Work, sign: str) -> tuple[Area, signs.Sign, Setting]:
    """The area a sign hangs on; `BadSign` for a forged one, `OldSign` for one that no longer counts."""
    said = signs.read(work.keys, sign)
    if said.district != work.district:
        raise signs.BadSign("sign")
    area = await area_of(work, said.area_code)
    setting = await setting_of(work, area)
    replaced = setting.reissued_on is not None and said.day < setting.reissued_on
    if area.valid_to is not None or replaced:
        raise OldSign("sign")
    return area, said, setting


async def setting_of(work: Work, area: Area) -> Setting:
    """The nearest word of street and district on each; the street's duty number where none gave a phone."""
    above = [one for one in (area.street_id, area.district_id) if one is not None]
    found = {row.area_id: row for row in await work.session.scalars(
        select(BoardSetting).where(BoardSetting.area_id.in_(above))
    )}  # fmt: skip
    rows = [found[one] for one in above if one in found]
    number = next((row.call_number for row in rows if row.call_number), None) or await _duty(work, area)
    days = [row.reissued_on for row in rows if row.reissued_on]
    return Setting(number, max(days, default=None), max((row.updated_at for row in rows), default=None))


async def _duty(work: Work, area: Area) -> str | None:
    now = work.clock.now()
    query = (
        select(DutyShift.call_number)
        .join(Unit, Unit.id == DutyShift.unit_id)
        .where(Unit.area_id == area.street_id, DutyShift.call_number.is_not(None), DutyShift.ends_at > now)
        .order_by(DutyShift.starts_at)
        .limit(1)
    )
    found: str | None = await work.session.scalar(query)
    return found


async def board_of(work: Work, area: Area, sign: str, day: date, setting: Setting) -> BoardOut:
    """The whole board of one area."""
    people, since = await _people(work, area)
    chain = await work.session.execute(
        select(Area.level, Area.code, Area.name)
        .where(Area.id.in_(area.path))
        .order_by(func.cardinality(Area.path))
    )
    shapes = await _shapes(work, area)
    own = next((one for one in shapes if one.id == area.id), None)
    spot = shapely.point_on_surface(shapely.from_wkb(bytes(own.wkb))) if own else None
    stamps = [at for at in (since, setting.updated_at, *(one.since for one in shapes)) if at is not None]
    updated = max(stamps, default=area.valid_from).astimezone(SHANGHAI).date()
    return BoardOut(
        area_code=area.code, level=area.level, name=area.name,
        chain=[BoardArea.model_validate(row) for row in chain],
        point=BoardPoint(lon=round(spot.x, 6), lat=round(spot.y, 6)) if spot else None,
        map=_map(shapes, area) if shapes else None,
        leader=next((one for one in people if one.role == Role.GRID_LEADER), None),
        people=people, supervision_phone=setting.call_number, phrase=signs.phrase(sign),
        issued_on=day, updated_on=updated,
    )  # fmt: skip


async def _people(work: Work, area: Area) -> tuple[list[BoardPerson], datetime | None]:
    """Who serves the area, its grid's and its own posts, the deputy of who is away; and since when it is so."""
    now = work.clock.now()
    away = and_(Absence.post_id == Post.id, Absence.starts_at <= now, Absence.ends_at > now)
    deputy = aliased(Account)
    query = (
        select(
            Post.role, Post.rank, Post.valid_from, Account.display_name, Account.work_phone,
            Absence.deputy_id, deputy.display_name.label("other"), deputy.work_phone.label("others"),
        )
        .join(Account, Account.id == Post.account_id)
        .outerjoin(Absence, away)
        .outerjoin(deputy, deputy.id == Absence.deputy_id)
        .where(Post.area_id.in_(area.path), Post.role.in_(ORDER), in_force(now), Account.disabled_at.is_(None))
        .order_by(Post.rank, Post.valid_from, Post.id)
    )  # fmt: skip
    rows = (await work.session.execute(query)).all()
    found = [_person(work, row) for row in sorted(rows, key=lambda row: ORDER.index(row.role))]
    return found, max((row.valid_from for row in rows), default=None)


def _person(work: Work, row: Any) -> BoardPerson:
    zh, en = SHOWN[row.role]
    stands_in = row.deputy_id is not None
    name, sealed = (row.other, row.others) if stands_in else (row.display_name, row.work_phone)
    phone = phones.shown(work.keys, sealed)
    return BoardPerson(role=row.role, role_zh=zh, role_en=en, name=name, phone=phone, deputy=stands_in)


async def _shapes(work: Work, area: Area) -> Sequence[Any]:
    """The grid's border and the building groups in it; of an area with no grid its own shape."""
    inside = or_(Area.id == (area.grid_id or area.id), Area.grid_id == area.grid_id)
    query = (
        select(
            Area.id, Area.code, Area.name, Area.level, func.lower(Boundary.valid).label("since"),
            func.ST_AsBinary(Boundary.geom).label("wkb"),
        )
        .join(Boundary, and_(Boundary.area_id == Area.id, func.upper_inf(Boundary.valid)))
        .where(inside, Area.valid_to.is_(None), Area.level.in_([str(level) for level in WITH_SIGNS]))
        .order_by(Area.level.desc(), Area.code)
    )  # fmt: skip
    return (await work.session.execute(query)).all()


def _map(shapes: Sequence[Any], area: Area) -> dict[str, Any]:
    """GeoJSON of the board: borders shared by two groups stay shared; the own one is marked."""
    geometries = shapely.from_wkb([bytes(one.wkb) for one in shapes])
    groups = [place for place, one in enumerate(shapes) if one.level == AreaLevel.BUILDING_GROUP]
    for level in ([place for place in range(len(shapes)) if place not in groups], groups):
        if level:
            geometries[level] = shapely.coverage_simplify(geometries[level], FINEST)
    features = [
        {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(shapely.set_precision(shape, 1e-6)),
            "properties": {"code": one.code, "name": one.name, "level": one.level, "own": one.id == area.id},
        }
        for one, shape in zip(shapes, geometries, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def on_ground(work: Work, area: Area) -> bool:
    """Whether the active post's ground holds the area."""
    inside = (getattr(area, column) in ids for column, ids in work.scope.areas.items())
    return work.scope.everything or any(inside)


async def areas_with_boards(work: Work, code: str) -> list[Area]:
    """The areas below one that have a sign: building groups, and grids with none below them."""
    top = await area_of(work, code)
    if not on_ground(work, top):
        raise NotFound("area")
    if top.level in (AreaLevel.DISTRICT, AreaLevel.STREET):
        raise NoBoardThere("area")
    query = select(Area).where(Area.path.contains([top.id]), Area.valid_to.is_(None)).order_by(Area.code)
    below = list(await work.session.scalars(query.where(Area.level.in_([str(level) for level in WITH_SIGNS]))))
    parents = {one.grid_id for one in below if one.level == AreaLevel.BUILDING_GROUP}
    outer = {one.parent_id for one in below if one.level == AreaLevel.GRID}
    found = [one for one in below if one.id not in parents | outer]
    if len(found) > MOST_BOARDS:
        raise TooManyBoards("area", most=MOST_BOARDS)
    return found


async def boards(work: Work, code: str, public_url: str) -> list[tuple[BoardLine, BoardOut]]:
    """Every board of a community as it would be printed today."""
    found, day = [], today(work)
    for area in await areas_with_boards(work, code):
        sign = signs.make(work.keys, work.district, area.code, day)
        board = await board_of(work, area, sign, day, await setting_of(work, area))
        found.append((line_of(board, sign, public_url), board))
    return found


def line_of(board: BoardOut, sign: str, public_url: str) -> BoardLine:
    """A row of the list."""
    return BoardLine(
        sign=sign, url=signs.link(public_url, sign), area_code=board.area_code, level=board.level,
        name=board.name, phrase=board.phrase, people=len(board.people),
        with_phone=sum(one.phone is not None for one in board.people), has_map=board.map is not None,
    )  # fmt: skip
