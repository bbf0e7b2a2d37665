"""Every route of border agreements, dedicated grids and estates, for every role."""

from typing import Any
from uuid import UUID

import pytest

from app.people.models import Role
from tests import town
from tests.borders.test_agreements import PLAN
from tests.conftest import Desk, Sit

pytestmark = pytest.mark.anyio

HERE, THERE = town.DISTRICTS
SEATS = [*town.POSTS, *town.OF_UNITS]
NOBODY = UUID(int=7)
COMMUNITY = {Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY}
STREET = {Role.STREET_DISPATCHER, Role.STREET_SECRETARY}
DISTRICT = {Role.DISTRICT_SUPERVISOR, Role.DISTRICT_ADMIN}
SEES, KEEPS = COMMUNITY | STREET | DISTRICT | {Role.AUDITOR}, COMMUNITY | STREET | DISTRICT
ARRANGES = STREET | {Role.DISTRICT_ADMIN}
# Route -> who holds the right, and what they are told of a subject that is nobody's.
ROUTES: dict[str, set[Role]] = {
    "GET /agreements": SEES,
    "GET /agreements/{agreement_id}": SEES,
    "POST /agreements": KEEPS,
    "POST /agreements/{agreement_id}/agree": KEEPS,
    "POST /agreements/{agreement_id}/decline": KEEPS,
    "POST /agreements/{agreement_id}/end": KEEPS,
    "GET /dedicated-grids/{code}/categories": SEES,
    "PUT /dedicated-grids/{code}/categories": ARRANGES,
    "GET /estates": ARRANGES,
    "PUT /estates/{estate_id}/names": ARRANGES,
}
BODIES: dict[str, Any] = {
    "POST /agreements": PLAN | {"lead_code": "999999"},
    "POST /agreements/{agreement_id}/end": {"reason": "不再需要"},
    "PUT /dedicated-grids/{code}/categories": {"categories": []},
    "PUT /estates/{estate_id}/names": {"aliases": [], "address": None},
}
TOLD = {"GET /agreements": 200, "POST /agreements": 422, "GET /estates": 200}


async def send(desk: Desk, route: str) -> Any:
    method, path = route.split()
    path = (
        path.replace("{agreement_id}", str(NOBODY)).replace("{estate_id}", str(NOBODY)).replace("{code}", "999999")
    )
    return await desk.call(method, path, json=BODIES.get(route, {}) if method != "GET" else None)


async def test_every_role_by_every_route_of_borders(public: Desk, sit: Sit) -> None:
    wrong: list[Any] = []
    for role, ground in [(None, ""), *SEATS]:
        desk = public if role is None else await sit(role, ground)
        for route, may in ROUTES.items():
            answer = await send(desk, route)
            wanted = 401 if role is None else TOLD.get(route, 404) if role in may else 403
            if answer.status_code != wanted:
                wrong.append((role, ground, route, answer.status_code, wanted))
    assert wrong == []


async def test_an_agreement_is_seen_by_both_sides_and_all_above_them_and_never_from_elsewhere(sit: Sit) -> None:
    one = (await (await sit(Role.COMMUNITY_OFFICER, town.C2)).post("/agreements", PLAN)).json()["id"]
    wrong: list[Any] = []
    for role, ground in town.POSTS:
        if role not in SEES:
            continue
        for district in (HERE, THERE):
            desk = await sit(role, ground, district)
            sees = district == HERE and ground in (HERE, town.WEST, town.C1, town.C2)
            listed = [each["id"] for each in (await desk.get("/agreements")).json()]
            status = (await desk.get(f"/agreements/{one}")).status_code
            if (one in listed) != sees or status != (200 if sees else 404):
                wrong.append((role, ground, district, status, listed))
    assert wrong == []
