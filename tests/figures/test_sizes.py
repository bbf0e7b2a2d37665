import pytest

from app.core.work import Runtime, system_work
from app.figures.schemas import SizeFilter
from app.figures.sizes import sizes
from app.grid.models import AreaLevel
from app.people.models import Role
from tests import town
from tests.conftest import Sit
from tests.households.homes import HERE, home

pytestmark = pytest.mark.anyio


SOMEBODY = {"name": "某人", "relation": "head"}


async def settle(sit: Sit, ground: str, count: int) -> None:
    desk = await sit(Role.COMMUNITY_OFFICER, town.C1)
    for room in range(count):
        await home(desk, f"{room + 1}", SOMEBODY, area=ground)


async def test_a_grid_outside_the_band_is_flagged_and_a_small_one_is_hidden(sit: Sit, runtime: Runtime) -> None:
    await settle(sit, town.B1, 12)
    await settle(sit, town.G2, 2)
    async with system_work(runtime, HERE) as work:
        lines = {one.code: one for one in await sizes(work, SizeFilter(least=5, most=10))}
        assert list(lines) == sorted(lines)
        assert (lines[town.G1].households, lines[town.G1].flag) == (None, "above")  # else the other two are told
        usual = {one.code: one for one in await sizes(work, SizeFilter(area=town.C1))}
        assert {(one.least, one.most, one.flag) for one in usual.values()} == {(300, 500, "below")}
        assert usual[town.G2].hidden
        assert town.MARKET not in lines
        groups = await sizes(work, SizeFilter(level=AreaLevel.BUILDING_GROUP))
        assert {(one.least, one.most) for one in groups} == {(50, 80)}


async def test_a_large_grid_counts_its_small_ones(runtime: Runtime, sit: Sit) -> None:
    desk = await sit(Role.COMMUNITY_OFFICER, town.C2)
    for room in range(11):
        await home(desk, f"{room + 1}", SOMEBODY, area=town.SMALL_A)
    async with system_work(runtime, HERE) as work:
        lines = {one.code: one for one in await sizes(work, SizeFilter(least=5, most=20))}
        assert (lines[town.LARGE].households, lines[town.LARGE].flag) == (11, None)
        assert (lines[town.SMALL_A].households, lines[town.SMALL_A].flag) == (11, None)


async def test_an_office_sees_its_own_ground(sit: Sit) -> None:
    desk = await sit(Role.STREET_DISPATCHER, town.EAST)
    codes = {one["code"] for one in (await desk.get("/figures/sizes")).json()}
    assert codes == {town.FIELD}
