"""One box: an issue by its number, ground and offices by name or initials, a household where the role may."""

from typing import Any

import pytest
from sqlalchemy import select

from app.core.work import Runtime, system_work
from app.desk.names import Named
from app.desk.schemas import FoundKind
from app.households.searching import initials_of
from app.people.models import Role
from app.people.privacy import PersonalRead
from tests import town
from tests.conftest import Desk, Sit
from tests.households.homes import home
from tests.issues.acts import raised

pytestmark = pytest.mark.anyio


async def found(desk: Desk, said: str) -> list[tuple[str, str]]:
    answer = await desk.get("/find", params={"q": said})
    assert answer.status_code == 200, answer.text
    return [(one["kind"], one["label"]) for one in answer.json()]


async def test_an_issue_is_found_by_its_number_its_beginning_and_its_digits(public: Desk, sit: Sit) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    mine, other = await raised(public, town.IN_B1), await raised(public, town.IN_FIELD)
    number = mine["number"]
    for said in (number, number[:11], number.split("-")[1], f" {number} "):
        assert ("issue", number) in await found(street, said), said
    assert await found(street, other["number"]) == [], "out of sight"


async def test_the_hotline_number_finds_it_too(sit: Sit) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    said = {
        "text": "路灯不亮",
        "channel": "hotline",
        "upstream_number": "DH20261120-77",
        "point": town.point(town.IN_B1),
    }
    number = (await street.post("/issues", said)).json()["number"]
    assert await found(street, "DH20261120-77") == [("issue", number)]


async def test_ground_and_offices_are_found_by_name_code_and_initials(sit: Sit) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    for said in ("三岔口", "sckou"[:3], town.C1):
        assert ("area", "三岔口社区") in await found(street, said), said
    assert ("unit", "区水务局") in await found(street, "qswj")
    assert ("unit", "区水务局") in await found(street, "水务")
    assert ("unit", "区城市管理局") in await found(street, "chengguan")
    assert await found(street, "没有这个地方") == []


def test_every_reading_of_a_name_finds_it() -> None:
    one = Named(FoundKind.AREA, "x", "曾家单村", "", initials_of("曾家单村"))
    for said in ("zjdc", "cjdc", "zjsc", "cjx", "jd"):
        assert (one.fits(said) is not None) == (said != "cjx"), said


async def test_a_household_is_found_masked_by_who_may_and_that_is_written_down(sit: Sit, runtime: Runtime) -> None:
    worker = await sit(Role.GRID_WORKER, town.G1)
    household: Any = (await home(worker, "501", {"name": "曾国强", "phone": "13800001234"}))["id"]
    street, unit = await sit(Role.STREET_DISPATCHER, town.WEST), await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    for said in ("cgq", "zgq", "国强", "1234"):
        kinds = [kind for kind, _ in await found(street, said)]
        assert "household" in kinds, said
        assert "household" not in [kind for kind, _ in await found(unit, said)]
    (shown,) = [
        one for one in (await street.get("/find", params={"q": "cgq"})).json() if one["kind"] == "household"
    ]
    assert "国强" not in str(shown)
    assert "1234" not in shown["hint"]
    async with system_work(runtime, "530114") as work:
        reads = list(
            await work.session.scalars(select(PersonalRead).where(PersonalRead.post_id == street.post_id))
        )
    assert len(reads) == 5
    assert str(household) in str(reads[0].subject_ids)
