"""A small town with odd borders, built by the real import and the real verbs, the same in both test districts.

Street 530114004 (west) has community 001 with grids 001 (two building groups), 002 (with a hole) and the island
003 in that hole; community 002 with a large grid 001 of two small ones, 002 and 003, under a dedicated market
900. Street 530114005 (east) is rural: village 201 on the four-level chain, community 001 known only by name.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from shapely import MultiPolygon, Polygon, box

from app.core.work import Runtime, open_city, system_work
from app.grid.models import AreaLevel, GridCategory, GridKind, Source
from app.grid.queries import get_area
from app.issues.seeding import seed
from app.layers import importing
from app.layers.reading import Feature
from app.people import actions
from app.people.models import Role, UnitKind
from app.people.queries import departments
from app.whistles.seeding import seed_whistles

MORNING = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)  # nine o'clock in Kunming, a working Friday
DISTRICTS = ("530114", "990001")
PASSWORD = "correct horse 2026"  # made up, for made-up people
WEST, EAST = "530114004", "530114005"
C1, C2, NAMELESS, VILLAGE = f"{WEST}001", f"{WEST}002", f"{EAST}001", f"{EAST}201"
G1, G2, ISLAND = f"{C1}001", f"{C1}002", f"{C1}003"
LARGE, SMALL_A, SMALL_B, MARKET = f"{C2}001", f"{C2}002", f"{C2}003", f"{C2}900"
FIELD = f"{VILLAGE}001"
B1, B2 = f"{G1}001", f"{G1}002"
IN_B1, IN_B2, IN_G2, IN_ISLAND = (102.81, 24.81), (102.84, 24.81), (102.81, 24.89), (102.825, 24.875)
IN_SMALL_A, IN_MARKET, IN_FIELD, NO_GRID = (102.86, 24.81), (102.88, 24.88), (102.91, 24.85), (102.94, 24.85)
ON_BORDER, FAR_AWAY = (102.82, 24.85), (103.5, 25.5)
ORDERLY = "e0102"  # 暴露垃圾: what the market minds itself

HOLE = box(102.82, 24.87, 102.83, 24.88)
WITH_HOLE = Polygon(box(102.80, 24.85, 102.85, 24.90).exterior, [HOLE.exterior])
SHAPES: list[tuple[AreaLevel, str, str | None, str, Polygon | None]] = [
    (AreaLevel.DISTRICT, "530114", None, "呈贡区", box(102.80, 24.80, 102.95, 24.90)),
    (AreaLevel.STREET, WEST, "530114", "乌龙街道", box(102.80, 24.80, 102.90, 24.90)),
    (AreaLevel.STREET, EAST, "530114", "东乡", box(102.90, 24.80, 102.95, 24.90)),
    (AreaLevel.COMMUNITY, C1, WEST, "三岔口社区", box(102.80, 24.80, 102.85, 24.90)),
    (AreaLevel.COMMUNITY, C2, WEST, "联大社区", box(102.85, 24.80, 102.90, 24.90)),
    (AreaLevel.COMMUNITY, NAMELESS, EAST, "无图社区", None),
    (AreaLevel.COMMUNITY, VILLAGE, EAST, "山脚村", box(102.90, 24.80, 102.925, 24.90)),
    (AreaLevel.GRID, G1, C1, "第一网格", box(102.80, 24.80, 102.85, 24.85)),
    (AreaLevel.GRID, G2, C1, "第二网格", WITH_HOLE),
    (AreaLevel.GRID, ISLAND, C1, "院落网格", HOLE),
    (AreaLevel.GRID, LARGE, C2, "大网格", box(102.85, 24.80, 102.90, 24.90)),
    (AreaLevel.GRID, SMALL_A, LARGE, "小网格甲", box(102.85, 24.80, 102.90, 24.85)),
    (AreaLevel.GRID, SMALL_B, LARGE, "小网格乙", box(102.85, 24.85, 102.90, 24.90)),
    (AreaLevel.GRID, FIELD, VILLAGE, "村民一组", box(102.90, 24.80, 102.925, 24.90)),
    (AreaLevel.BUILDING_GROUP, B1, G1, "1栋", box(102.80, 24.80, 102.825, 24.85)),
    (AreaLevel.BUILDING_GROUP, B2, G1, "2栋", box(102.825, 24.80, 102.85, 24.85)),
]
POSTS: list[tuple[Role, str]] = [
    (Role.DISTRICT_ADMIN, "530114"),
    (Role.DISTRICT_SUPERVISOR, "530114"),
    (Role.AUDITOR, "530114"),
    (Role.STREET_DISPATCHER, WEST),
    (Role.STREET_SECRETARY, WEST),
    (Role.STREET_DISPATCHER, EAST),
    (Role.COMMUNITY_OFFICER, C1),
    (Role.COMMUNITY_SECRETARY, C1),
    (Role.COMMUNITY_OFFICER, C2),
    (Role.GRID_LEADER, G1),
    (Role.GRID_WORKER, G1),
    (Role.GRID_WORKER, G2),
    (Role.GRID_WORKER, ISLAND),
    (Role.GRID_WORKER, LARGE),
    (Role.GRID_WORKER, MARKET),
    (Role.GRID_WORKER, FIELD),
    (Role.BUILDING_LEADER, B1),
    (Role.PIONEER, B1),
    (Role.ORDER_AIDE, G1),
    (Role.CLEANER, G1),
]
OF_UNITS: list[tuple[Role, str]] = [
    (Role.DEPARTMENT_OFFICER, "chengguan"),
    (Role.DEPARTMENT_HEAD, "chengguan"),
    (Role.DEPARTMENT_OFFICER, "shuiwu"),
]
UNITS = [("chengguan", "区城市管理局"), ("shuiwu", "区水务局")]


def feature(
    level: AreaLevel, code: str, parent: str | None, name: str, shape: Polygon | None, **more: object
) -> Feature:
    """An area as a file would give it."""
    whole = None if shape is None else MultiPolygon([shape])
    kind = str(more.get("kind", GridKind.GENERAL))
    return Feature(f"town#{code}", code, parent, name, level, whole, more, kind)


def features() -> list[Feature]:
    """The whole town."""
    rural = {EAST, NAMELESS, VILLAGE, FIELD}
    found = [feature(*row, rural=row[1] in rural) for row in SHAPES]
    market = feature(
        AreaLevel.GRID,
        MARKET,
        C2,
        "专属网格:市场",
        box(102.87, 24.87, 102.89, 24.89),
        kind=GridKind.DEDICATED,
    )
    return [*found, market]


def login_name(role: Role, ground: str) -> str:
    """The login of the person in a post."""
    return f"{role}-{ground}"


async def people_every_district_knows(runtime: Runtime) -> dict[str, object]:
    """One account per post, shared by both districts (one account may hold posts in two)."""
    accounts: dict[str, object] = {}
    async with open_city(runtime) as session:
        for role, ground in [*POSTS, *OF_UNITS]:
            name = login_name(role, ground)
            accounts[name] = await actions.register_account(session, runtime, name, f"测试{role}"[:60], PASSWORD)
    return accounts


async def build(runtime: Runtime, district: str, accounts: dict[str, object]) -> None:
    """The town in one district: ground, units, categories, posts."""
    async with system_work(runtime, district) as work:
        await seed(work)
        await seed_whistles(work)
        planned = await importing.plan(work, features(), [], ["gap"], Source.DRAWN)
        await importing.store(work, planned)
        await actions.ensure_units(work)
        await actions.add_units(work, UnitKind.DEPARTMENT, UNITS)
        market = await get_area(work, MARKET)
        await work.put(GridCategory, [{"area_id": market.id, "category": ORDERLY}])
        units = {unit.code: unit.id for unit in await departments(work.session)}
        for role, ground in POSTS:
            over = actions.Ground(area_id=(await get_area(work, ground)).id)
            await actions.appoint(work, accounts[login_name(role, ground)], role, over)  # type: ignore[arg-type]
        for role, unit in OF_UNITS:
            over = actions.Ground(unit_id=units[unit])
            await actions.appoint(work, accounts[login_name(role, unit)], role, over)  # type: ignore[arg-type]
    async with open_city(runtime) as session:
        for account in accounts.values():
            await actions.join_district(session, account, district, runtime.clock.now())  # type: ignore[arg-type]


def point(place: Sequence[float], **more: object) -> dict[str, object]:
    """A place as a caller gives it."""
    return {"lon": place[0], "lat": place[1], **more}
