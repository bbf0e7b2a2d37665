"""The demonstration's households: made up, found, the same every time."""

import pytest
from sqlalchemy import func, select

from app.cli import demo_homes
from app.core.audit import verify
from app.core.work import Runtime, system_work
from app.households.models import CareNeed, Household
from app.people.models import Role
from tests import town
from tests.conftest import Sit
from tests.households.homes import HERE, said

pytestmark = pytest.mark.anyio


async def test_made_up_households_live_on_every_leaf(sit: Sit, runtime: Runtime) -> None:
    async with system_work(runtime, HERE) as work:
        await demo_homes.fill_homes(work, town.WEST, 60)
        assert await work.session.scalar(select(func.count()).select_from(Household)) == 60
        assert await work.session.scalar(select(func.count()).select_from(CareNeed)) == 5
        *broken, rows = [one async for one in verify(work.session, "household", Household)]
        assert (broken, rows) == ([], 65)
    worker = await sit(Role.GRID_WORKER, town.G1)
    listed = said(await worker.get("/households"))["items"]
    assert listed
    assert {one["phone"][:3] for one in listed} == {"121"}
    assert said(await worker.get("/dwellings", params={"use": "empty"}))["items"]


def test_no_made_up_number_is_anybodys() -> None:
    for number in range(500):
        digits = demo_homes._person(number, 0)["id_number"]
        total = sum(int(one) * weight for one, weight in zip(digits[:17], demo_homes.WEIGHTS, strict=True))
        assert demo_homes.CHECKS[total % 11] != digits[17]
        assert len(digits) == 18
