"""Coverage over HTTP: what is shown, what is hidden, and that every number opens to its rows."""

from typing import Any

import pytest
from sqlalchemy import select

from app.core.work import Runtime, system_work
from app.people.models import Role
from app.people.privacy import PersonalRead
from tests import town
from tests.conftest import Desk, Sit
from tests.visits.homes import HERE, home, need, reckoned, visited

pytestmark = pytest.mark.anyio
PURPOSE = {"purpose": "核对本月探访"}


async def lived(runtime: Runtime, sit: Sit) -> None:
    """Twelve who live alone: six met, two refused, one opted out; two with dementia, too few to be shown."""
    async with system_work(runtime, HERE) as work:
        alone = [await home(work, str(100 + place)) for place in range(12)]
        few = [await home(work, str(200 + place)) for place in range(2)]
        for household in alone:
            await need(work, household)
        for household in few:
            await need(work, household, "dementia")
    await reckoned(runtime, *alone, *few)
    worker = await sit(Role.GRID_WORKER, town.G1)
    for household in alone[:6]:
        await visited(worker, household)
    for household in alone[6:8]:
        await visited(worker, household, result="refused")
    assert (await worker.post(f"/households/{alone[8]}/opt-outs", {})).status_code == 201


async def shown(desk: Desk, **asked: Any) -> dict[str, dict[str, Any]]:
    answer = await desk.get("/visits/coverage", params=asked)
    assert answer.status_code == 200, answer.text
    return {group["rule"]: group for group in answer.json()}


async def test_small_numbers_are_not_shown(runtime: Runtime, sit: Sit) -> None:
    await lived(runtime, sit)
    leader = await sit(Role.GRID_LEADER, town.G1)
    found = await shown(leader)
    alone = found["独居老人月访"]
    numbers = {name: alone[name] for name in ("due", "covered", "refused", "overdue", "opted_out")}
    assert numbers == {"due": 11, "covered": 6, "refused": 2, "overdue": 0, "opted_out": 1}
    assert (alone["code"], alone["starts_on"], alone["ends_on"]) == (town.G1, "2026-11-01", "2026-11-30")
    few = found["失智老人周访"]
    assert few["hidden"]
    assert {few[name] for name in numbers} == {None}
    assert await shown(await sit(Role.COMMUNITY_OFFICER, town.C2)) == {}


async def test_every_number_opens_to_its_rows_for_a_purpose(runtime: Runtime, sit: Sit) -> None:
    await lived(runtime, sit)
    leader = await sit(Role.GRID_LEADER, town.G1)
    alone = (await shown(leader))["独居老人月访"]
    for part, address in alone["rows"].items():
        path = address.removeprefix("/api/v1")
        bare = await leader.get(path)
        assert (bare.status_code, bare.json()["code"]) == (422, "purpose_needed")
        asked = f"{path}&purpose={PURPOSE['purpose']}&limit=4"
        lines, cursor = [], None
        while True:
            page = (await leader.get(asked + (f"&cursor={cursor}" if cursor else ""))).json()
            lines += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert len(lines) == len({line["household_id"] for line in lines}) == alone[part], part
        assert all(line["door"] and line["head"] == "曾**" for line in lines)
    async with system_work(runtime, HERE) as work:
        reads = (
            await work.session.scalars(select(PersonalRead).where(PersonalRead.what == "visits.coverage"))
        ).all()
    assert {(read.purpose, tuple(read.fields)) for read in reads} == {
        (PURPOSE["purpose"], ("care_need", "door", "head"))
    }


async def test_the_street_sees_sums_and_no_ones_need(runtime: Runtime, sit: Sit) -> None:
    await lived(runtime, sit)
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    alone = (await shown(street, level="community"))["独居老人月访"]
    assert alone["due"] == 11
    path = alone["rows"]["due"].removeprefix("/api/v1")
    answer = await street.get(f"{path}&purpose={PURPOSE['purpose']}")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_your_care")
