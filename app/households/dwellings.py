"""Doors of the ground: a new one after looking for it in every spelling, what it is used for, their lists."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true, tuple_

from app.core.errors import Conflict, Invalid, NotFound
from app.core.paging import BadCursor, cut, decode
from app.core.work import Work
from app.core.workflow import lock
from app.feed.actions import change_row
from app.feed.models import Change
from app.grid.doors import Door, door_of, read_door
from app.grid.models import Area, AreaCode, AreaLevel, Dwelling, DwellingUse, Estate
from app.households.models import Household
from app.households.schemas import BuildingOut, ChangeUse, DwellingFilter, DwellingOut, NewDwelling
from app.people.queries import LEVEL_COLUMN


class DoorKnown(Conflict):
    """The door, or one that differs by its entrance only, is there already."""

    code = "door_known"
    zh = "该门牌已登记({known}),请直接使用;确属另一处时请选择仍要新建。"
    en = "That door is known already ({known}); use it, or send `anyway` when it really is another."


class NoDoor(Invalid):
    """No part of a door was said."""

    code = "no_door"
    zh = "请填写楼栋、单元或房号。"
    en = "Say a building, an entrance or a room."


class AreaTooHigh(Invalid):
    """Doors lie in grids and building groups."""

    code = "area_too_high"
    zh = "房屋应登记在网格或楼栋下,不能直接挂在街道或区县。"
    en = "A door lies in a community, grid or building group, not directly in a street or district."


class UnknownArea(Invalid):
    """No such area on the ground of the active post."""

    code = "unknown_door_area"
    zh = "没有这个区域,或不在您的责任范围内。"
    en = "There is no such area on your ground."


class UnknownEstate(Invalid):
    """No such compound."""

    code = "unknown_estate"
    zh = "没有这个小区。"
    en = "There is no such estate."


LEAVES = (AreaLevel.COMMUNITY, AreaLevel.GRID, AreaLevel.BUILDING_GROUP)
LEVELS = ("street_id", "community_id", "grid_id", "building_group_id")


async def add_dwelling(work: Work, form: NewDwelling, dwelling_id: UUID | None = None) -> UUID:
    """A new door; `DoorKnown` names the one that is there, unless `anyway` is said."""
    door = door_of(form.building, form.entrance, form.room)
    if not door.label:
        raise NoDoor("room")
    area = await areaon_ground(work, form.area_code)
    if form.estate_id is not None and await work.session.get(Estate, form.estate_id) is None:
        raise UnknownEstate("estate_id")
    if not form.anyway and (known := await same_door(work, area, door, form.estate_id)) is not None:
        raise DoorKnown("room", dwelling_id=str(known.id), known=door_of(*_said(known)).label)
    new_id = dwelling_id or work.new_id()
    await work.put(Dwelling, [dwelling_row(area, door, form, new_id) | {"since": work.clock.now()}])
    await work.put(Change, [change_row(work, "dwelling", new_id, grid_id=area.grid_id)])
    return new_id


def dwelling_row(area: Area, door: Door, form: NewDwelling, dwelling_id: UUID) -> dict[str, Any]:
    """The columns of a door, but for its beginning."""
    levels = {level: getattr(area, level) for level in LEVELS}
    return {
        "id": dwelling_id, "area_id": area.id, **levels, "estate_id": form.estate_id, "code": None,
        "building": form.building, "entrance": form.entrance, "room": form.room, "door": door.key,
        "use": form.use, "point": None,
    }  # fmt: skip


async def areaon_ground(work: Work, code: str) -> Area:
    """The area doors may lie in, if the post's ground holds it."""
    query = select(Area).join(AreaCode, AreaCode.area_id == Area.id)
    area: Area | None = await work.session.scalar(query.where(AreaCode.code == code, Area.valid_to.is_(None)))
    if area is None or not on_ground(work, area):
        raise UnknownArea("area_code")
    if area.level not in LEAVES:
        raise AreaTooHigh("area_code")
    return area


def on_ground(work: Work, area: Any) -> bool:
    """Areas are open, so the scope is asked here and not by the session."""
    if work.scope.everything:
        return True
    return any(getattr(area, level) in ids for level, ids in work.scope.areas.items())


async def same_door(work: Work, area: Area, door: Door, estate_id: UUID | None) -> Dwelling | None:
    """A door of the same key near by, or one that lacks only its entrance; two estates may have the same doors."""
    inner = "grid_id" if area.grid_id is not None else "community_id"
    near = getattr(Dwelling, inner) == getattr(area, inner)
    keys: list[ColumnElement[bool]] = [Dwelling.door == door.key]
    if door.building and door.room:
        if door.entrance:
            keys.append(Dwelling.door == Door(door.building, "", door.room).key)
        else:
            building, _, room = door.key.split("/")
            ends = Dwelling.door.endswith(f"/{room}", autoescape=True)
            keys.append(and_(Dwelling.door.startswith(f"{building}/", autoescape=True), ends))
    same_estate = or_(Dwelling.estate_id == estate_id, Dwelling.estate_id.is_(None))
    where = and_(near, or_(*keys), same_estate if estate_id is not None else true())
    found: Dwelling | None = await work.session.scalar(
        select(Dwelling).where(where).order_by((Dwelling.door == door.key).desc(), Dwelling.id).limit(1)
    )
    return found


def _said(dwelling: Dwelling) -> tuple[str, str, str]:
    return dwelling.building, dwelling.entrance, dwelling.room


async def change_use(work: Work, dwelling_id: UUID, form: ChangeUse) -> None:
    """Another use from now on; nothing happens when it is the same."""
    dwelling: Dwelling = await lock(work, Dwelling, dwelling_id)
    await set_use(work, dwelling, form.use)


async def set_use(work: Work, dwelling: Dwelling, use: DwellingUse) -> None:
    """The use of a door that is locked."""
    if dwelling.use == use:
        return
    dwelling.use = use
    await work.session.flush()
    await work.put(Change, [change_row(work, "dwelling", dwelling.id, grid_id=dwelling.grid_id)])


async def get_dwelling(work: Work, dwelling_id: UUID) -> Dwelling:
    """The door, if the scope sees it."""
    found: Dwelling | None = await work.session.scalar(select(Dwelling).where(Dwelling.id == dwelling_id))
    if found is None:
        raise NotFound("dwelling_id")
    return found


async def in_full(work: Work, dwelling_id: UUID) -> DwellingOut:
    """One door as it is listed."""
    rows = (await work.session.execute(_lines().where(Dwelling.id == dwelling_id))).all()
    if not rows:
        raise NotFound
    return (await _shown(work, rows))[0]


async def page(work: Work, wanted: DwellingFilter) -> tuple[list[DwellingOut], str | None]:
    """Doors in their natural order, `limit` at a time."""
    query = _lines().where(*await _conditions(work, wanted)).order_by(Dwelling.door, Dwelling.id)
    if wanted.cursor is not None:
        door, last = decode(wanted.cursor, 2)
        try:
            query = query.where(tuple_(Dwelling.door, Dwelling.id) > tuple_(door, UUID(last)))
        except ValueError:
            raise BadCursor("cursor") from None
    rows = (await work.session.execute(query.limit(wanted.limit + 1))).all()
    found, more = cut(rows, wanted.limit, lambda row: (row.door, str(row.id)))
    return await _shown(work, found), more


def _lines() -> Any:
    columns = ("id", "building", "entrance", "room", "use", "estate_id", "door")
    area = select(Area.code).where(Area.id == Dwelling.area_id).scalar_subquery()
    return select(*(getattr(Dwelling, name) for name in columns), area.label("area_code"))


async def _shown(work: Work, rows: Sequence[Any]) -> list[DwellingOut]:
    ids = [row.id for row in rows]
    living = (Household.dwelling_id.in_(ids), Household.until.is_(None))
    counted = select(Household.dwelling_id, func.count()).where(*living).group_by(Household.dwelling_id)
    count = {row[0]: row[1] for row in await work.session.execute(counted)}
    return [
        DwellingOut(
            id=row.id, area_code=row.area_code, building=row.building, entrance=row.entrance, room=row.room,
            use=row.use, estate_id=row.estate_id, households=count.get(row.id, 0),
        )
        for row in rows
    ]  # fmt: skip


async def _conditions(work: Work, wanted: DwellingFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.area is not None:
        found.append(await on_area(work, Dwelling, wanted.area))
    if wanted.use is not None:
        found.append(Dwelling.use == wanted.use)
    if wanted.building is not None:
        key = door_of(wanted.building, "", "").key.removesuffix("//")
        found.append(Dwelling.door.startswith(f"{key}/", autoescape=True))
    if wanted.door is not None:
        found.append(_matches(read_door(wanted.door)))
    return found


def _matches(door: Door) -> ColumnElement[bool]:
    """Doors whose key has every part that was said."""
    building, entrance, room = ("%" if not part else _escaped(part) for part in door.key.split("/"))
    return Dwelling.door.like(f"{building}/{entrance}/{room}", escape="\\")


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


async def on_area(work: Work, model: Any, code: str) -> ColumnElement[bool]:
    """Rows of a scoped table on the ground a code names; `NotFound` for a code never given."""
    query = select(Area.id, Area.level).join(AreaCode, AreaCode.area_id == Area.id).where(AreaCode.code == code)
    row = (await work.session.execute(query)).first()
    if row is None:
        raise NotFound("area")
    column = LEVEL_COLUMN.get(row.level)
    on: ColumnElement[bool] = getattr(model, column) == row.id if column else true()
    return on


async def buildings(work: Work, area: str | None) -> list[BuildingOut]:
    """The buildings of a ground with their doors counted, in their order."""
    empty = func.sum(case((Dwelling.use == DwellingUse.EMPTY, 1), else_=0))
    query = (
        select(Area.code, Dwelling.building, func.count().label("dwellings"), empty.label("empty"))
        .join(Area, Area.id == Dwelling.area_id)
        .group_by(Area.code, Dwelling.building)
        .order_by(Area.code, func.min(Dwelling.door))
        .limit(2000)
    )
    if area is not None:
        query = query.where(await on_area(work, Dwelling, area))
    rows = await work.session.execute(query)
    return [BuildingOut(area_code=r.code, building=r.building, dwellings=r.dwellings, empty=r.empty) for r in rows]
