"""Every route of the desk and the live channel, for every role, in both districts."""

from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import FixedClock
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, THERE, raised

pytestmark = pytest.mark.anyio

SEATS = [*town.POSTS, *town.OF_UNITS]
HELPERS = {Role.PIONEER, Role.ORDER_AIDE, Role.CLEANER}
QUEUES: dict[str, dict[str, str]] = {
    "GET /issues/counts": {},
    "GET /views": {},
    "GET /find": {"q": "网格"},
    "GET /issues.xlsx": {},
}
LATER = {"POST /issues/{issue_id}/later", "DELETE /issues/{issue_id}/later"}
FILES = {"GET /areas/{code}/export.geojson", "GET /areas/{code}/export.xlsx"}
TAKE = {
    Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY, Role.STREET_DISPATCHER, Role.STREET_SECRETARY,
    Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD, Role.DISTRICT_SUPERVISOR, Role.DISTRICT_ADMIN, Role.AUDITOR,
}  # fmt: skip
LIVE = "GET /live"  # an endless answer: only who is turned away is tried here, the rest in tests/live
ROUTES = {*QUEUES, *LATER, *FILES, LIVE, "POST /issues/allowed", "POST /views", "DELETE /views/{view_id}"}
SEES = {HERE, town.WEST, town.C1, town.G1, town.B1}
NOBODY = "00000000-0000-0000-0000-000000000007"


async def test_every_role_by_every_route_of_the_desk(public: Desk, sit: Sit, clock: FixedClock) -> None:
    """A view is its account's alone; what is put away has to be seen first."""
    issues = {district: (await raised(public, town.IN_B1, district=district))["id"] for district in (HERE, THERE)}
    until = (clock.now() + timedelta(hours=1)).isoformat()
    wrong: list[Any] = []
    for role, ground in [(None, ""), *SEATS]:
        desk = public if role is None else await sit(role, ground)
        refused = 401 if role is None else 403 if role in HELPERS else None
        for route, asked in QUEUES.items():
            answer = await desk.get(route.removeprefix("GET "), params=asked)
            if answer.status_code != (refused or 200):
                wrong.append((role, ground, route, answer.status_code))
        wrong += [(role, ground, *one) for one in await views_and_allowed(desk, refused, issues)]
        for district, issue in issues.items():
            seen = district == HERE and ground in SEES
            for method, body in (("POST", {"until": until, "reason": "waiting_unit"}), ("DELETE", None)):
                answer = await desk.call(method, f"/issues/{issue}/later", json=body)
                if answer.status_code != (refused or (204 if seen else 404)):
                    wrong.append((role, ground, district, method, answer.status_code))
        if refused and (await desk.get("/live")).status_code != refused:
            wrong.append((role, ground, LIVE))
    assert wrong == []


async def test_files_of_the_ground_are_taken_by_offices(public: Desk, sit: Sit) -> None:
    """Areas are open, so any area of one's own district; grid workers and helpers take no files."""
    wrong: list[Any] = []
    for role, ground in [(None, ""), *SEATS]:
        desk = public if role is None else await sit(role, ground)
        for route in FILES:
            answer = await desk.get(route.removeprefix("GET ").replace("{code}", town.EAST))
            wanted = 401 if role is None else 200 if role in TAKE else 403
            if answer.status_code != wanted:
                wrong.append((role, ground, route, answer.status_code))
    assert wrong == []


async def views_and_allowed(desk: Desk, refused: int | None, issues: dict[str, str]) -> list[tuple[Any, ...]]:
    """What is wrong with how one role may keep a view, and ask which of many issues a step is open for."""
    wrong: list[tuple[Any, ...]] = []
    saved = await desk.post("/views", {"name": "我的", "query": "mine=true"})
    unknown = await desk.call("DELETE", f"/views/{NOBODY}")
    if (saved.status_code, unknown.status_code) != (refused or 201, refused or 404):
        wrong.append(("views", saved.status_code, unknown.status_code))
    asked_of = await desk.post("/issues/allowed", {"step": "comment", "ids": list(issues.values())})
    if asked_of.status_code != (refused or 200):
        wrong.append(("allowed", asked_of.status_code))
    elif not refused and asked_of.json()[1]["number"]:
        wrong.append(("a foreign matter was told",))
    return wrong
