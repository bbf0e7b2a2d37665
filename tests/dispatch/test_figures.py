"""Wrong owners and the community's share, per dispatching office and never per person."""

from typing import Any

import pytest

from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.dispatch.desks import dispatched, objected, ok, seats
from tests.issues.acts import HERE, assert_problem

pytestmark = pytest.mark.anyio

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}


async def figures(desk: Desk, **period: str) -> dict[str | None, dict[str, Any]]:
    answer = await desk.get("/figures/dispatching", params=NOVEMBER | period)
    assert answer.status_code == 200, answer.text
    return {row["unit"] and row["unit"]["code"]: row for row in answer.json()}


async def test_an_objection_upheld_counts_against_the_office_that_dispatched(public: Desk, sit: Sit) -> None:
    who = await seats(sit)
    _, (wrong,) = await dispatched(public, who.street)
    _, (right,) = await dispatched(public, who.street)
    _, (waiting,) = await dispatched(public, who.street)
    await dispatched(public, who.street, town.C1)
    await dispatched(public, who.supervisor)
    for order in (wrong, right, waiting):
        await objected(who.officer, order)
    await ok(who.supervisor, wrong, "designate", lead_unit="shuiwu", reason="依据")
    await ok(who.supervisor, right, "designate", lead_unit="chengguan", reason="依据")
    found = await figures(who.admin)
    west = found[town.WEST]
    assert (west["dispatched"], west["objected"], west["upheld"], west["undecided"]) == (4, 3, 1, 1)
    assert (west["to_community"], west["wrong_owner_rate"], west["community_share"]) == (1, 0.25, 0.25)
    assert (found[None]["dispatched"], found[None]["upheld"]) == (1, 0)  # designating counts for nobody
    assert set(west) & {"account_id", "post_id", "person"} == set()


async def test_a_post_counts_what_it_sees_within_the_period(public: Desk, sit: Sit) -> None:
    who = await seats(sit)
    await dispatched(public, who.street)
    east = await sit(Role.STREET_DISPATCHER, town.EAST)
    assert await figures(east) == {}
    assert set(await figures(who.secretary)) == {town.WEST}
    assert await figures(who.admin, **{"from": "2026-11-21"}) == {}
    assert set(await figures(who.admin, **{"from": "2026-11-20", "to": "2026-11-20"})) == {town.WEST}
    answer = await who.admin.get("/figures/dispatching", params={"from": "2026-11-02", "to": "2026-11-01"})
    assert_problem(answer, 422, "empty_period", "to")
    worker = await sit(Role.GRID_WORKER, town.G1)
    assert (await worker.get("/figures/dispatching", params=NOVEMBER)).status_code == 403
    auditor = await sit(Role.AUDITOR, HERE)
    assert set(await figures(auditor)) == {town.WEST}
