"""Every route of changes of the ground, for every role, in both districts."""

from typing import Any
from uuid import UUID

import pytest

from app.changes.stepping import STEPS
from app.people.models import Role
from tests import town
from tests.changes import acts
from tests.conftest import Desk, Sit

pytestmark = pytest.mark.anyio

HERE, THERE = town.DISTRICTS
SEATS = [*town.POSTS, *town.OF_UNITS]
NOBODY = UUID(int=7)
COMMUNITY = {Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY}
STREET = {Role.STREET_DISPATCHER, Role.STREET_SECRETARY}
DISTRICT = {Role.DISTRICT_SUPERVISOR, Role.DISTRICT_ADMIN}
DRAFTS = COMMUNITY | STREET | DISTRICT
SEES = DRAFTS | {Role.AUDITOR}
NO_SUCH = {"content": {"kind": "rename", "area": "999999", "name": "无此区域"}, "reason": "试一试。"}
BODIES: dict[str, Any] = {
    "POST /area-changes": NO_SUCH,
    "POST /area-changes/preview": NO_SUCH,
    "POST /area-changes/cut": {"area": "999999", "by": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}},
    "POST /area-changes/{change_id}/steps/redraft": NO_SUCH,
    "POST /area-changes/{change_id}/steps/decline": {"note": "不同意。"},
}
# Route -> who holds the right, and what whoever does is answered about what is nobody's.
ROUTES: dict[str, tuple[set[Role], int]] = {
    "GET /area-changes": (SEES, 200),
    "POST /area-changes": (DRAFTS, 422),
    "POST /area-changes/preview": (DRAFTS, 422),
    "POST /area-changes/cut": (DRAFTS, 422),
    "GET /area-changes/next-code": (DRAFTS, 422),
    "GET /area-changes/{change_id}": (SEES, 404),
    "GET /area-changes/{change_id}/shapes.geojson": (SEES, 404),
    **{f"POST /area-changes/{{change_id}}/steps/{name}": (set(), 404) for name in STEPS},
}


async def send(desk: Desk, route: str, change: str = str(NOBODY)) -> Any:
    method, path = route.split()
    body = BODIES.get(route, {}) if method == "POST" else None
    return await desk.call(method, path.replace("{change_id}", change), json=body)


async def test_every_role_by_every_route_of_changes(public: Desk, sit: Sit) -> None:
    wrong: list[Any] = []
    for role, ground in [(None, ""), *SEATS]:
        desk = public if role is None else await sit(role, ground)
        for route, (may, found) in ROUTES.items():
            answer = await send(desk, route)
            by_step = "/steps/" in route  # of what is not there a step says so to everybody
            wanted = 401 if role is None else found if by_step or role in may else 403
            if answer.status_code != wanted:
                wrong.append((role, ground, route, answer.status_code, wanted, answer.text[:150]))
    assert wrong == []


async def test_a_request_is_seen_by_the_desks_of_its_ground_and_by_the_district_alone(sit: Sit) -> None:
    change = await acts.asked(await sit(Role.COMMUNITY_SECRETARY, town.C1), acts.halves())
    wrong: list[Any] = []
    for role, ground in SEATS:
        for district in (HERE, THERE):
            answer = await send(await sit(role, ground, district), "GET /area-changes/{change_id}", change["id"])
            near = ground in (HERE, town.WEST, town.C1) and district == HERE
            wanted = 403 if role not in SEES else 200 if near else 404
            if answer.status_code != wanted:
                wrong.append((role, ground, district, answer.status_code, wanted))
    assert wrong == []


async def test_who_drafts_agrees_and_approves(sit: Sit) -> None:
    """Nobody approves his own; the street's secretary agrees, the district approves, everybody else is refused."""
    change = await acts.asked(await sit(Role.COMMUNITY_SECRETARY, town.C1), acts.halves())
    await acts.take(await sit(Role.COMMUNITY_OFFICER, town.C1), change, "submit")
    route = f"/area-changes/{change['id']}/steps"
    for role, ground in ((Role.COMMUNITY_SECRETARY, town.C1), (Role.STREET_DISPATCHER, town.WEST)):
        assert (await (await sit(role, ground)).post(f"{route}/agree", {})).status_code == 403
    await acts.take(await sit(Role.STREET_SECRETARY, town.WEST), change, "agree")
    assert (await (await sit(Role.STREET_SECRETARY, town.WEST)).post(f"{route}/approve", {})).status_code == 403
    assert (await acts.take(await sit(Role.DISTRICT_SUPERVISOR, HERE), change, "approve"))["state"] == "scheduled"


async def test_nobody_approves_his_own_request(sit: Sit) -> None:
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    said = {"kind": "rename", "area": town.WEST, "name": "乌龙新街道"}
    change = await acts.take(admin, await acts.asked(admin, said), "submit_to_district")
    answer = await admin.post(f"/area-changes/{change['id']}/steps/approve", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "own_change")
    other = await sit(Role.DISTRICT_SUPERVISOR, HERE)
    assert (await acts.take(other, change, "approve"))["state"] == "scheduled"
