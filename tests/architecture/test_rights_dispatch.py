"""The routes of dispatch for every role, on ground of every kind: the second sheet of `test_rights`.

What must come out is computed from the rules below; nothing here was copied from an answer.
"""

from typing import Any
from uuid import UUID

import pytest

from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.dispatch.desks import contacted, dispatched, ok, seats
from tests.issues.acts import HERE, THERE, jpeg

pytestmark = pytest.mark.anyio

NOBODY = UUID(int=7)
SEATS = [*town.POSTS, *town.OF_UNITS]
SEES_ISSUE = {HERE, town.WEST, town.C1, town.G1, town.B1, "chengguan"}
HELPERS = {Role.PIONEER, Role.ORDER_AIDE, Role.CLEANER}
STREET = {Role.STREET_DISPATCHER, Role.STREET_SECRETARY}
DISTRICT = {Role.DISTRICT_SUPERVISOR, Role.DISTRICT_ADMIN}
UNITS = STREET | {
    Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD, Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY,
}  # fmt: skip
OF_UNIT = {Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD}
SEE_FIGURES = STREET | DISTRICT | {
    Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY, Role.DEPARTMENT_HEAD, Role.AUDITOR,
}  # fmt: skip
DISPATCH = {"lead_unit": "chengguan", "reason": "职责"}
REASON = {"reason": "收回"}
PHOTO = {"photos": ("a.jpg", jpeg(8, 8), "image/jpeg")}
STEPS: dict[str, tuple[set[Role], dict[str, Any]]] = {
    "POST /issues/{issue_id}/steps/dispatch": (STREET | DISTRICT, DISPATCH),
    "POST /issues/{issue_id}/steps/recall": (STREET | DISTRICT, REASON),
    "POST /orders/{order_id}/steps/sign": (UNITS, {}),
    "POST /orders/{order_id}/steps/assign_inside": (UNITS, {"post_id": str(NOBODY)}),
    "POST /orders/{order_id}/steps/contact": (UNITS, {"way": "phone"}),
    "POST /orders/{order_id}/steps/contact_meanwhile": (UNITS, {"way": "phone"}),
    "POST /orders/{order_id}/steps/unsign": (UNITS, {}),
    "POST /orders/{order_id}/steps/stage_report": (UNITS, {"text": "进展"}),
    "POST /orders/{order_id}/steps/finish": (UNITS, {"text": "已办"}),
    "POST /orders/{order_id}/steps/release_answer": (UNITS, {}),
    "POST /orders/{order_id}/steps/send_back": (UNITS, REASON),
    "POST /orders/{order_id}/steps/object": (UNITS, {"ground": "not_our_duty", "evidence": "依据"}),
    "POST /orders/{order_id}/steps/designate": (DISTRICT | {Role.STREET_SECRETARY}, DISPATCH),
    "POST /orders/{order_id}/steps/recall": (STREET | DISTRICT, REASON),
}
READ = {
    "GET /issues/{issue_id}/proposal", "GET /issues/{issue_id}/orders", "GET /orders/{order_id}",
    "GET /orders/{order_id}/objection", "GET /orders/{order_id}/evidence",
    "GET /orders/{order_id}/evidence/{photo_id}",
}  # fmt: skip
LISTS = {"GET /orders", "GET /catalogue", "GET /catalogue.xlsx"}
SHOW = "POST /orders/{order_id}/evidence"
OTHERS = {"POST /catalogue.xlsx", "GET /figures/dispatching", SHOW}
ROUTES = set(STEPS) | READ | LISTS | OTHERS


def expected_of_others(route: str, role: Role, *, seen: bool) -> int:
    """Of an order that is done its unit has nothing to object to any more; everybody else is another unit."""
    if route == "POST /catalogue.xlsx":
        return 422 if role is Role.DISTRICT_ADMIN else 403  # no sheet is sent
    if route == "GET /figures/dispatching":
        return 200 if role in SEE_FIGURES else 403
    if role in HELPERS or role is Role.AUDITOR:
        return 403
    if not seen:
        return 404
    return 409 if role in OF_UNIT else 403


def expected(route: str, role: Role | None, *, seen: bool) -> int:
    """Sign in, hold the right, see it, be in the table; an order that is done has no way on for anybody."""
    if role is None:
        return 401
    if route in STEPS:
        in_table = 409 if role in STEPS[route][0] else 403
        return in_table if seen else 404
    if route in OTHERS:
        return expected_of_others(route, role, seen=seen)
    if role in HELPERS:
        return 403
    return 200 if route in LISTS or seen else 404


async def done(public: Desk, sit: Sit) -> tuple[str, str, str]:
    """An answered issue, its order, and a photo that was shown with it."""
    who = await seats(sit)
    receipt, (lead,) = await dispatched(public, who.street)
    shown = await who.officer.call("POST", f"/orders/{lead['id']}/evidence", files=PHOTO)
    await contacted(who.officer, lead)
    await ok(who.officer, lead, "finish", text="已办理")
    return receipt["id"], lead["id"], shown.json()[0]["id"]


async def send(desk: Desk, route: str, issue: Any, order: Any, photo: Any = NOBODY) -> Any:
    method, _, template = route.partition(" ")
    path = template.format(issue_id=issue, order_id=order, photo_id=photo)
    if route == SHOW:
        return await desk.call(method, path, files=PHOTO)
    period = {"from": "2026-11-01", "to": "2026-11-30"} if "figures" in template else None
    return await desk.call(method, path, json=STEPS[route][1] if route in STEPS else None, params=period)


async def test_every_role_by_every_route_of_dispatch(public: Desk, sit: Sit) -> None:
    issue, order, photo = await done(public, sit)
    wrong: list[tuple[Any, ...]] = []
    for role, ground in [(None, ""), *SEATS]:
        desk = public if role is None else await sit(role, ground)
        for route in sorted(ROUTES):
            answer = await send(desk, route, issue, order, photo)
            wanted = expected(route, role, seen=ground in SEES_ISSUE)
            if answer.status_code != wanted:
                wrong.append((role, ground, route, answer.status_code, wanted, answer.text[:120]))
            missing = await send(desk, route, NOBODY, NOBODY)
            if answer.status_code == 404 and answer.content != missing.content:
                wrong.append((role, ground, route, "the unseen does not look like the missing"))
    assert wrong == []


async def test_a_foreign_token_finds_no_order(public: Desk, sit: Sit) -> None:
    issue, order, photo = await done(public, sit)
    for role, ground in ((Role.DISTRICT_ADMIN, HERE), (Role.DEPARTMENT_HEAD, "chengguan")):
        desk = await sit(role, ground, THERE)
        for route in sorted(READ | set(STEPS)):
            assert (await send(desk, route, issue, order, photo)).status_code == 404, (role, route)
        assert (await desk.get("/orders")).json()["items"] == []
