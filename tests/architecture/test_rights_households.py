"""Every route of doors, households and residents for every role, on ground of every kind, in both districts.

What must come out is computed from the rules below; nothing here was copied from an answer.
"""

from typing import Any
from uuid import UUID

import pytest

from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.households.homes import HERE, THERE, give_duty, home, said

pytestmark = pytest.mark.anyio

NOBODY = UUID(int=7)
SEATS = [*town.POSTS, *town.OF_UNITS]
GRID = {Role.GRID_WORKER, Role.GRID_LEADER}
COMMUNITY = {Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY}
STREET = {Role.STREET_DISPATCHER, Role.STREET_SECRETARY}
SEE = GRID | COMMUNITY | STREET | {Role.BUILDING_LEADER}
UNMASK, EDIT, ARRANGE = GRID | COMMUNITY | STREET, GRID | COMMUNITY, COMMUNITY | {Role.GRID_LEADER}
SEES = {town.WEST, town.C1, town.G1, town.B1}
LISTS: dict[str, set[Role]] = {
    "GET /dwellings": SEE, "GET /dwellings/buildings": SEE, "GET /households": SEE, "GET /reviews": ARRANGE,
    "GET /care-kinds": EDIT, "GET /households.xlsx": ARRANGE, "GET /households-template.xlsx": ARRANGE,
}  # fmt: skip
OF_ONE: dict[str, tuple[set[Role], dict[str, Any] | None]] = {
    "GET /dwellings/{dwelling}": (SEE, None),
    "POST /dwellings/{dwelling}/use": (EDIT, {"use": "home"}),
    "GET /households/{household}": (SEE, None),
    "PATCH /households/{household}": (EDIT, {"base_rev": 1, "kind": "permanent"}),
    "POST /households/{household}/move": (ARRANGE, {"dwelling_id": "{dwelling}"}),
    "POST /households/{household}/care-needs/read": (EDIT, {"purpose": "核对"}),
    "PATCH /residents/{resident}": (EDIT, {"base_rev": 1}),
    "POST /residents/{resident}/unmask": (UNMASK, {"purpose": "核对"}),
}
MADE: dict[str, tuple[set[Role], dict[str, Any], int]] = {
    "POST /dwellings": (EDIT, {"area_code": "0", "room": "1"}, 422),
    "POST /households": (EDIT, {"dwelling_id": str(NOBODY)}, 404),
    "POST /households/{nobody}/end": (EDIT, {}, 404),
    "POST /households/{nobody}/merge": (ARRANGE, {"into": str(NOBODY)}, 404),
    "POST /households/{nobody}/split": (ARRANGE, {"residents": [str(NOBODY)]}, 404),
    "POST /households/{nobody}/residents": (EDIT, {"name": "某人"}, 404),
    "POST /households/{nobody}/care-needs": (EDIT, {"kind": "disabled", "consent": True}, 404),
    "POST /residents/{nobody}/end": (EDIT, {}, 404),
    "POST /care-needs/{nobody}/end": (EDIT, {}, 404),
    "POST /reviews/{nobody}/decide": (ARRANGE, {"decision": "kept"}, 404),
    "POST /households.xlsx": (ARRANGE, {}, 422),
    "POST /households-faults.xlsx": (ARRANGE, {}, 422),
}
PARAMETERS = {
    "{dwelling}": "{dwelling_id}", "{household}": "{household_id}", "{resident}": "{resident_id}",
}  # fmt: skip


def template(route: str) -> str:
    """As the application names its path."""
    for short, whole in PARAMETERS.items():
        route = route.replace(short, whole)
    for whose in ("households", "residents", "care-needs", "reviews"):
        one = {"care-needs": "need"}.get(whose, whose.removesuffix("s"))
        route = route.replace(f"/{whose}/{{nobody}}", f"/{whose}/{{{one}_id}}")
    return route


ROUTES = {template(route) for route in (*LISTS, *OF_ONE, *MADE)}


async def send(desk: Desk, route: str, ids: dict[str, Any], body: dict[str, Any] | None = None) -> Any:
    method, _, path = route.partition(" ")
    filled = {key: value.format(**ids) if isinstance(value, str) else value for key, value in (body or {}).items()}
    return await desk.call(method, path.format(**ids), json=filled if method != "GET" else None)


def ids_of(made: dict[str, Any]) -> dict[str, Any]:
    shown = {"household": made["id"], "dwelling": made["dwelling"]["id"], "resident": made["members"][0]["id"]}
    return shown | {"nobody": NOBODY}


async def test_every_role_by_every_route_of_households(public: Desk, sit: Sit) -> None:
    made = ids_of(await home(await sit(Role.GRID_WORKER, town.G1)))
    wrong: list[Any] = []
    for role, ground in [(None, ""), *SEATS]:
        desk = public if role is None else await sit(role, ground)
        wanted: dict[str, int] = {}
        for route, may in LISTS.items():
            wanted[route] = 200 if role in may else 403
        for route, (may, _) in OF_ONE.items():
            wanted[route] = (200 if ground in SEES else 404) if role in may else 403
        for route, (may, _, otherwise) in MADE.items():
            wanted[route] = otherwise if role in may else 403
        bodies = {route: body for route, (_, body) in OF_ONE.items()} | {
            r: body for r, (_, body, _) in MADE.items()
        }
        for route, status in wanted.items():
            answer = await send(desk, route, made, bodies.get(route))
            if answer.status_code != (401 if role is None else status):
                wrong.append((role, ground, route, answer.status_code, status, answer.text[:100]))
    assert wrong == []


async def test_the_other_district_and_the_unseen_look_like_nothing(sit: Sit) -> None:
    made = ids_of(await home(await sit(Role.GRID_WORKER, town.G1)))
    nothing = dict.fromkeys(made, str(NOBODY))
    for seat in ((Role.COMMUNITY_OFFICER, town.C1, THERE), (Role.COMMUNITY_OFFICER, town.C2, HERE)):
        desk = await sit(*seat)
        assert said(await desk.get("/households"))["items"] == []
        for route, (_, body) in OF_ONE.items():
            answer, missing = await send(desk, route, made, body), await send(desk, route, nothing, body)
            assert (answer.status_code, answer.content) == (404, missing.content), (seat, route)


async def test_a_list_of_contact_duty_gives_sight_and_nothing_else(sit: Sit, runtime: Any) -> None:
    made = ids_of(await home(await sit(Role.GRID_WORKER, town.G1)))
    officer = await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    await give_duty(runtime, officer.post_id, made["household"])
    given = {"GET /households/{household}", "POST /residents/{resident}/unmask"}
    for route, (_, body) in OF_ONE.items():
        answer = await send(officer, route, made, body)
        assert answer.status_code == (200 if route in given else 403), route
