"""What the demonstration's offices work with: a catalogue, tonight's duty, one estate with doors. Made up."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.core.work import Work
from app.dispatch.models import CatalogueItem
from app.grid.doors import door_of
from app.grid.models import Area, AreaLevel, Dwelling, DwellingUse, Estate
from app.grid.queries import get_area
from app.people.models import DutyShift, Post, Role, Unit

OWNERS: list[tuple[str, str | None, str]] = [
    ("public_toilet", "chengguan", "城市市容和环境卫生管理条例"),
    ("e01", "chengguan", "城市市容和环境卫生管理条例"),
    ("e02", "chengguan", "城市管理职责清单"),
    ("e03", "jiaoyun", "道路交通职责清单"),
    ("e04", None, "无主事项由街道牵头"),
]
DAYS_OF_DUTY = 14
NIGHT = timedelta(hours=15, minutes=30)  # from half past five to nine


async def fill_offices(work: Work, street: str, grid: str) -> None:
    """Catalogue, duty roster of the street, an estate and its doors."""
    units = {row.code: row.id for row in await work.session.execute(select(Unit.code, Unit.id))}
    now = work.clock.now()
    await work.put(CatalogueItem, [
        {
            "id": work.new_id(), "category": category, "owner_unit_id": units[owner] if owner else None,
            "level": "district" if owner else "street", "not_to_community": owner is not None,
            "legal_basis": basis, "list_code": None, "assist_units": [], "verify": False, "needs_release": False,
            "valid_from": now, "valid_to": None,
        }
        for category, owner, basis in OWNERS
    ])  # fmt: skip
    await _duty(work, units[street], (await get_area(work, street)).id, now)
    await _doors(work, grid, now)


async def _duty(work: Work, unit_id: UUID, street_id: UUID, now: datetime) -> None:
    mine = select(Post.role, Post.id).where(Post.area_id == street_id)
    posts = {row.role: row.id for row in await work.session.execute(mine)}
    first = now - timedelta(hours=now.hour, minutes=now.minute, seconds=now.second, microseconds=now.microsecond)
    shifts = [
        {
            "id": work.new_id(), "unit_id": unit_id, "post_id": posts[Role.STREET_DISPATCHER],
            "leader_post_id": posts.get(Role.STREET_SECRETARY), "call_number": "0871-00000000",
            "starts_at": start, "ends_at": start + NIGHT,
        }
        for start in (first + timedelta(days=day, hours=9, minutes=30) for day in range(DAYS_OF_DUTY))
    ]  # fmt: skip
    await work.put(DutyShift, shifts)


async def _doors(work: Work, grid: str, now: datetime) -> None:
    """One estate; each building group of the grid has a few doors, one of them empty."""
    area = await get_area(work, grid)
    estate = {
        "id": work.new_id(), "name": "示例小区", "address": "学海路1号", "street_id": area.street_id,
        "firm_unit_id": None, "outline": None, "valid_from": now, "valid_to": None,
    }  # fmt: skip
    await work.put(Estate, [estate])
    inside = (Area.grid_id == area.id, Area.level == AreaLevel.BUILDING_GROUP)
    groups = (await work.session.scalars(select(Area).where(*inside).order_by(Area.code))).all()
    doors = [
        {
            "id": work.new_id(), "area_id": group.id, "street_id": group.street_id,
            "community_id": group.community_id, "grid_id": group.grid_id, "building_group_id": group.id,
            "estate_id": estate["id"], "code": None, "building": group.name, "entrance": str(entrance),
            "room": f"{floor}0{entrance}", "point": None, "since": now,
            "door": door_of(group.name, str(entrance), f"{floor}0{entrance}").key,
            "use": DwellingUse.EMPTY if (entrance, floor) == (1, 3) else DwellingUse.HOME,
        }
        for group in groups for entrance in (1, 2) for floor in (1, 2, 3)
    ]  # fmt: skip
    if doors:
        await work.put(Dwelling, doors)
