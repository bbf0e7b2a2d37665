"""Which categories a dedicated grid owns 专属网格, and by what names an estate is known."""

from uuid import UUID

from sqlalchemy import delete, select

from app.borders.agreements import on_ground
from app.borders.schemas import EstateNames, EstateOut, MindedIn, MindedOut
from app.core.errors import Invalid, NotFound
from app.core.work import Work
from app.grid.addresses import keys_of, sought_of
from app.grid.models import Area, Estate, GridCategory, GridKind
from app.grid.queries import get_area
from app.issues.intake import UnknownCategory
from app.issues.models import Category

MOST_ESTATES = 200


class NotDedicated(Invalid):
    """Only a dedicated grid owns categories."""

    code = "not_dedicated"
    zh = "只有专属网格可以设定自管事项类别。"
    en = "Only a dedicated grid owns categories."


async def minded(work: Work, code: str) -> MindedOut:
    """What a dedicated grid of the post's ground owns."""
    return await _told(work, await _dedicated(work, code))


async def mind(work: Work, code: str, form: MindedIn) -> MindedOut:
    """Own these categories from now on, and no others; what was placed before stays."""
    area = await _dedicated(work, code)
    wanted = sorted(set(form.categories))
    query = select(Category.code).where(Category.code.in_(wanted), Category.retired_at.is_(None)).distinct()
    known = set(await work.session.scalars(query))
    if unknown := [one for one in wanted if one not in known]:
        raise UnknownCategory(f"categories.{form.categories.index(unknown[0])}")
    await work.hold(f"grid_category/{area.id}")
    await work.session.execute(delete(GridCategory).where(GridCategory.area_id == area.id))
    await work.put(GridCategory, [{"area_id": area.id, "category": one} for one in wanted])
    return await _told(work, area)


async def _dedicated(work: Work, code: str) -> Area:
    area = await get_area(work, code)
    if area.valid_to is not None or not on_ground(work, area):
        raise NotFound("code")
    if area.kind != GridKind.DEDICATED:
        raise NotDedicated("code")
    return area


async def _told(work: Work, area: Area) -> MindedOut:
    query = select(GridCategory.category).where(GridCategory.area_id == area.id).order_by(GridCategory.category)
    return MindedOut(area_code=area.code, name=area.name, categories=list(await work.session.scalars(query)))


async def estates(work: Work, q: str | None) -> list[EstateOut]:
    """The estates of the post's streets by name, with the names and address they are found by."""
    query = select(Estate, Area.code).outerjoin(Area, Area.id == Estate.street_id).where(Estate.valid_to.is_(None))
    if not work.scope.everything:
        query = query.where(Estate.street_id.in_(work.scope.areas.get("street_id", ())))
    if q:
        query = query.where(Estate.name.contains(q, autoescape=True))
    rows = await work.session.execute(query.order_by(Estate.name, Estate.id).limit(MOST_ESTATES))
    return [_estate(estate, code) for estate, code in rows]


async def name_estate(work: Work, estate_id: UUID, form: EstateNames) -> EstateOut:
    """Put these other names and this address in place of what was there."""
    query = select(Estate).where(Estate.id == estate_id).with_for_update()
    estate: Estate | None = await work.session.scalar(query)
    street = await work.session.get(Area, estate.street_id) if estate and estate.street_id else None
    if estate is None or not (work.scope.everything or (street is not None and on_ground(work, street))):
        raise NotFound("estate_id")
    estate.aliases, estate.address = list(dict.fromkeys(form.aliases)), form.address
    estate.keys = keys_of(estate.name, estate.aliases, estate.address)
    estate.sought = sought_of(estate.name, estate.aliases, estate.address)
    await work.session.flush()
    return _estate(estate, street.code if street else None)


def _estate(estate: Estate, street: str | None) -> EstateOut:
    said = {"aliases": list(estate.aliases), "address": estate.address}
    return EstateOut(id=estate.id, name=estate.name, street_code=street, **said)
