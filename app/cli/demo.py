"""`wangge demo`: the demonstration district, ready to sign in to. Made once; started again it only prints."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from app.boards.queries import today
from app.cli.demo_homes import fill_homes
from app.cli.demo_offices import fill_offices
from app.cli.demo_visits import DAYS, earlier, fill_visits
from app.cli.district import make as make_district
from app.cli.drawn_ground import COMMUNITIES, DISTRICT, MARKET, NAMES_ONLY, RURAL, STREET, features
from app.cli.session import run, runtime_from_environment
from app.core.settings import SettingsError, load
from app.core.work import Runtime, Work, open_city, system_work
from app.districts import DistrictExists
from app.grid import signs
from app.grid.models import Area, AreaLevel, GridCategory, PartyOrg, PartyOrgArea, Source
from app.grid.queries import get_area
from app.households.models import Household
from app.issues.seeding import seed
from app.layers import importing
from app.people import actions
from app.people.actions import Ground, appoint, join_district
from app.people.capabilities import DEPARTMENT
from app.people.models import Post, Rank, Role, UnitKind
from app.people.queries import account_named, departments
from app.visits.models import Visit
from app.whistles.seeding import seed_whistles

PASSWORD = "wangge-demo-2026"  # noqa: S105  # a demonstration's, refused in production
FACES: list[tuple[str, str, Role, str, str]] = [
    ("wangfang", "王芳", Role.GRID_WORKER, "530114004005001", "grid worker 网格员"),
    ("chenming", "陈明", Role.STREET_DISPATCHER, STREET, "street dispatcher 街道调度员"),
    ("lijuan", "李娟", Role.COMMUNITY_OFFICER, "530114004005", "community officer 社区工作人员"),
    ("zhouqiang", "周强", Role.DEPARTMENT_OFFICER, "chengguan", "department officer 区城管局"),
]
OTHERS: list[tuple[str, str, Role, str, str]] = [
    ("hejing", "何静", Role.DISTRICT_ADMIN, DISTRICT, ""),
    ("yangli", "杨丽", Role.DISTRICT_SUPERVISOR, DISTRICT, ""),
    ("maxun", "马勋", Role.AUDITOR, DISTRICT, ""),
    ("liuyang", "刘洋", Role.GRID_LEADER, "530114004005001", ""),
    ("sunhai", "孙海", Role.STREET_SECRETARY, STREET, ""),
    ("zhaolei", "赵磊", Role.DEPARTMENT_HEAD, "chengguan", ""),
    ("qianyu", "钱宇", Role.DEPARTMENT_OFFICER, "shuiwu", ""),
    ("gaoshan", "高山", Role.COMMUNITY_OFFICER, NAMES_ONLY, ""),
]
BEGAN = timedelta(days=DAYS + 10)  # how long the demonstration has been at work
DEPARTMENTS = [
    ("chengguan", "区城市管理局"),
    ("zhujian", "区住房和城乡建设局"),
    ("shuiwu", "区水务局"),
    ("jiaoyun", "区交通运输局"),
    ("gongan", "呈贡公安分局"),
]
BRANCHES = [
    ("乌龙街道党工委", "work_committee", STREET),
    ("三岔口社区党总支", "general_branch", "530114004005"),
]


def demo() -> None:
    """Make the demonstration district (呈贡区 乌龙街道, boundaries drawn) and print its logins."""
    if load().environment == "production":
        raise SettingsError("WANGGE_ENVIRONMENT is production: demonstration data and its passwords are refused.")
    with suppress(DistrictExists):
        make_district(DISTRICT, "呈贡区", demo=True)
    with Console(stderr=True).status("making households and ninety days of visits…"):
        run(_fill())
    _print(run(_sign()))


async def _fill() -> None:
    async with runtime_from_environment() as runtime:
        await fill(runtime)


async def fill(runtime: Runtime) -> None:
    """What is not there yet: where an interrupted run stopped, or an older version's demonstration ends."""
    if await _missing(runtime, Post):
        await _staff(runtime)
    if await _missing(runtime, Household):
        async with system_work(runtime, DISTRICT) as work:
            await fill_homes(earlier(work, BEGAN), STREET)
    if await _missing(runtime, Visit):
        async with system_work(runtime, DISTRICT) as work:
            await fill_visits(work)


async def _missing(runtime: Runtime, model: type[Any]) -> bool:
    async with system_work(runtime, DISTRICT) as work:
        return await work.session.scalar(select(model.id).limit(1)) is None


async def _staff(runtime: Runtime) -> None:
    """The ground and its people, there since before the first visit; this fortnight's duty begins today."""
    accounts = await _accounts(runtime)
    async with open_city(runtime) as session:
        for account in accounts.values():
            await join_district(session, account, DISTRICT, runtime.clock.now())
    async with system_work(runtime, DISTRICT) as work:
        before = earlier(work, BEGAN)
        await _ground(before)
        await _posts(before, accounts)
        await fill_offices(work, STREET, FACES[0][3])


async def _accounts(runtime: Runtime) -> dict[str, UUID]:

    people = [(name, shown) for name, shown, *_ in [*FACES, *OTHERS]]
    people += [(f"worker{code[-3:]}", f"{COMMUNITIES[code][:-2]}网格员") for code in COMMUNITIES]
    found = {}
    for username, shown in people:
        async with open_city(runtime) as session:
            known = await account_named(session, username)
            found[username] = (
                known.id if known else await actions.register_account(session, runtime, username, shown, PASSWORD)
            )
    return found


async def _ground(work: Work) -> None:

    await seed(work)
    await seed_whistles(work)
    planned = await importing.plan(work, list(features()), [], ["gap"], Source.DRAWN)
    await importing.store(work, planned)
    await actions.ensure_units(work)
    await actions.add_units(work, UnitKind.DEPARTMENT, DEPARTMENTS)
    market = await get_area(work, MARKET)
    await work.put(GridCategory, [{"area_id": market.id, "category": code} for code in ("e0102", "e0103")])
    for name, kind, code in BRANCHES:
        org, now = work.new_id(), work.clock.now()
        await work.put(PartyOrg, [{"id": org, "kind": kind, "name": name, "parent_id": None}])
        area = await get_area(work, code)
        await work.put(PartyOrgArea, [{"org_id": org, "area_id": area.id, "valid_from": now, "valid_to": None}])


async def _posts(work: Work, accounts: dict[str, UUID]) -> None:

    units = {unit.code: unit.id for unit in await departments(work.session)}
    for username, _, role, ground, _ in [*FACES, *OTHERS]:
        over = Ground(unit_id=units[ground]) if role in DEPARTMENT else None
        over = over or Ground(area_id=(await get_area(work, ground)).id)
        await appoint(work, accounts[username], role, over)
    grids = select(Area.id, Area.code).where(Area.level == AreaLevel.GRID).order_by(Area.code)
    for area_id, code in await work.session.execute(grids):
        rank = Rank.B if code == FACES[0][3] else Rank.A
        await appoint(work, accounts[f"worker{code[9:12]}"], Role.GRID_WORKER, Ground(area_id=area_id), rank)


async def _sign() -> str:
    """What the code on one sign board says: the building the first worker serves, as printed today."""
    async with runtime_from_environment() as runtime, system_work(runtime, DISTRICT) as work:
        sign = signs.make(work.keys, DISTRICT, f"{FACES[0][3]}001", today(work))
    return signs.link(load().public_url, sign)


def _print(sign: str) -> None:
    table = Table("login", "password", "who", title="demonstration district 530114 呈贡区 (boundaries are drawn)")
    for username, _, _, _, who in FACES:
        table.add_row(username, PASSWORD, who)
    Console().print(table)
    typer.echo(
        f"also hejing (administrator), yangli (supervisor), maxun (auditor); village {RURAL}, no map {NAMES_ONLY}"
    )
    typer.echo(f"one sign board's code says: {sign}")
