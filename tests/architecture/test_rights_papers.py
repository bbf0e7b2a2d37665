"""Every route of signs and papers, for every role, in both districts."""

from typing import Any
from uuid import UUID

import pytest

from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import raised
from tests.whistles.acts import blow

pytestmark = pytest.mark.anyio

HERE, THERE = town.DISTRICTS
SEATS = [*town.POSTS, *town.OF_UNITS]
NOBODY = UUID(int=7)
HELPERS = {Role.PIONEER, Role.ORDER_AIDE, Role.CLEANER}
COMMUNITY = {Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY}
STREET = {Role.STREET_DISPATCHER, Role.STREET_SECRETARY}
DEPARTMENT = {Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD}
DISTRICT = {Role.DISTRICT_SUPERVISOR, Role.DISTRICT_ADMIN}
ALL = {role for role, _ in SEATS}
SEES_ISSUES, SEES_WHISTLES = ALL - HELPERS, COMMUNITY | STREET | DEPARTMENT | DISTRICT | {Role.AUDITOR}
SEES_BOARDS, KEEPS_BOARDS = COMMUNITY | STREET | DISTRICT | {Role.GRID_LEADER}, STREET | {Role.DISTRICT_ADMIN}
SIGNS = COMMUNITY | STREET | DEPARTMENT | DISTRICT
# Route -> who holds the right; the subject is nobody's, so whoever does is told that there is none.
ROUTES: dict[str, set[Role]] = {
    "GET /boards": SEES_BOARDS,
    "GET /boards.pdf": SEES_BOARDS,
    "GET /boards/{sign}.pdf": SEES_BOARDS,
    "GET /boards/settings/{area}": KEEPS_BOARDS,
    "PUT /boards/settings/{area}": KEEPS_BOARDS,
    "GET /issues/{issue_id}/papers": SEES_ISSUES,
    "GET /issues/{issue_id}/papers/{kind}.pdf": SEES_ISSUES,
    "POST /issues/{issue_id}/papers/{kind}/sign": SIGNS,
    "GET /issues/{issue_id}/extension-options": SEES_ISSUES,
    "GET /whistles/{whistle_id}/papers": SEES_WHISTLES,
    "GET /whistles/{whistle_id}/papers/{kind}.pdf": SEES_WHISTLES,
    "POST /whistles/{whistle_id}/papers/{kind}/sign": SIGNS,
    "GET /report-ins/{report_in_id}/papers": SEES_WHISTLES,
    "GET /report-ins/{report_in_id}/papers/{kind}.pdf": SEES_WHISTLES,
    "POST /report-ins/{report_in_id}/papers/{kind}/sign": SIGNS,
}
OPEN_HERE = {"GET /boards/{sign}"}
OWN = {"PUT /me/work-phone"}
KINDS = {"/issues": "archive", "/whistles": "whistle", "/report-ins": "receipt"}
SIGN = f"{HERE}.{town.B1}.1h5.notasignofours"


async def send(desk: Desk, route: str) -> Any:
    method, path = route.split()
    for name in ("issue_id", "whistle_id", "report_in_id"):
        path = path.replace(f"{{{name}}}", str(NOBODY))
    path = path.replace("{sign}", SIGN).replace("{area}", "999999")
    path = path.replace("{kind}", next((kind for of, kind in KINDS.items() if path.startswith(of)), ""))
    asked = {"area": "999999"} if route in ("GET /boards", "GET /boards.pdf") else None
    return await desk.call(method, path, params=asked, json={} if method == "PUT" else None)


async def test_every_role_by_every_route_of_signs_and_papers(public: Desk, sit: Sit) -> None:
    wrong: list[Any] = []
    for role, ground in [(None, ""), *SEATS]:
        desk = public if role is None else await sit(role, ground)
        for route, may in ROUTES.items():
            answer = await send(desk, route)
            wanted = 401 if role is None else 404 if role in may else 403
            if answer.status_code != wanted:
                wrong.append((role, ground, route, answer.status_code, wanted))
    assert wrong == []


async def test_papers_are_seen_with_their_matter_and_in_their_district_only(public: Desk, sit: Sit) -> None:
    issue = await raised(public)
    whistle = await blow(await sit(Role.STREET_DISPATCHER, town.WEST))
    wrong: list[Any] = []
    for role, ground in SEATS:
        for district in (HERE, THERE):
            desk = await sit(role, ground, district)
            for whole, rights in (
                (f"/issues/{issue['id']}", SEES_ISSUES),
                (f"/whistles/{whistle['id']}", SEES_WHISTLES),
            ):
                seen = (await desk.get(whole)).status_code
                listed = (await desk.get(f"{whole}/papers")).status_code
                if seen != listed or (role in rights and district == THERE and listed != 404):
                    wrong.append((role, ground, district, whole, seen, listed))
    assert wrong == []


async def test_anybody_signed_in_gives_their_own_work_phone(public: Desk, sit: Sit) -> None:
    assert (await public.call("PUT", "/me/work-phone", json={"phone": None})).status_code == 401
    for role, ground in SEATS:
        desk = await sit(role, ground)
        assert (await desk.call("PUT", "/me/work-phone", json={"phone": None})).status_code == 204
