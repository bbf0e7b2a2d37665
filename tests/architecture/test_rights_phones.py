"""Every route of the phone protocol for every role: with a staff session, with a phone's, without any."""

from typing import Any
from uuid import UUID

import pytest

from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.phones.conftest import Enrol, new_phone, phone_of  # noqa: F401  # fixtures

pytestmark = pytest.mark.anyio

NOBODY = UUID(int=7)
SEATS = [*town.POSTS, *town.OF_UNITS]
OFFICES = {
    Role.GRID_LEADER, Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY, Role.STREET_DISPATCHER,
    Role.STREET_SECRETARY, Role.DISTRICT_ADMIN,
}  # fmt: skip
ARRANGE = {Role.GRID_LEADER, Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY}
CARRIES = {Role.GRID_WORKER, Role.GRID_LEADER, Role.ORDER_AIDE, Role.CLEANER}  # posts over a grid
ENVELOPE: dict[str, Any] = {
    "device_id": str(NOBODY), "batch_id": str(NOBODY), "sent_at": "2026-11-20T09:00:00+08:00",
    "clock": {"session": "s", "mono_ms": 1}, "ops": [],
}  # fmt: skip
OF_STAFF: dict[str, tuple[set[Role], Any, int]] = {
    "POST /devices/{nobody}/revoke": (OFFICES, None, 404),
    "POST /devices/{nobody}/outbox/take": (OFFICES, None, 404),
    "POST /sync/reviews/{nobody}/take": (ARRANGE, None, 404),
    "GET /devices": (OFFICES, None, 200),
}
OF_PHONES: dict[str, tuple[Any, int]] = {
    "GET /devices/me": (None, 200),
    "GET /sync/pull": (None, 200),
    "GET /sync/digest": (None, 200),
    "GET /sync/manifest": (None, 200),
    "POST /sync/push": (ENVELOPE, 403),
    "POST /sync/ops:lookup": ({"op_ids": [str(NOBODY)]}, 200),
    "HEAD /media/{nobody}": (None, 404),
    "PUT /media/{nobody}": (None, 422),
    "PUT /devices/{nobody}/outbox": (None, 403),
    "POST /devices/{nobody}/wiped": (None, 403),
}
OPEN = {"POST /devices/refresh", "POST /devices"}
NAMES = {"/devices/": "device_id", "/sync/reviews/": "review_id", "/media/": "media_id"}


def template(route: str) -> str:
    named = next((name for part, name in NAMES.items() if part in route), "")
    return route.replace("{nobody}", f"{{{named}}}")


ROUTES = {template(route) for route in (*OF_STAFF, *OF_PHONES)} | OPEN


async def send(desk: Desk, route: str, body: Any = None) -> int:
    method, _, path = route.partition(" ")
    said = {} if body is None else {"json": body}
    return int((await desk.call(method, path.format(nobody=NOBODY), **said)).status_code)


async def test_every_role_by_every_route_of_phones(public: Desk, sit: Sit) -> None:
    wrong: list[Any] = []
    for role, ground in [(None, ""), *SEATS]:
        desk = public if role is None else await sit(role, ground)
        for route, (may, body, found) in OF_STAFF.items():
            got, wanted = await send(desk, route, body), 401 if role is None else found if role in may else 403
            wrong += [(role, ground, route, got, wanted)] if got != wanted else []
        for route, (body, _) in OF_PHONES.items():
            got = await send(desk, route, body)
            allowed = {401} if role is None or "{nobody}/" in route else {403, 422}
            wrong += [(role, ground, route, got, allowed)] if got not in allowed else []
        if role is not None:
            got = await send(desk, "POST /devices", {"name": "手机", "app_build": "1"})
            wanted = 201 if role in CARRIES else 403
            wrong += [(role, ground, "POST /devices", got, wanted)] if got != wanted else []
    assert wrong == []


async def test_a_phone_gets_its_own_and_no_more(phone_of: Enrol, public: Desk) -> None:  # noqa: F811
    phone = await phone_of()
    desk = Desk(public.http, phone.access)
    for route, (body, wanted) in OF_PHONES.items():
        assert await send(desk, route, body) == wanted, route
