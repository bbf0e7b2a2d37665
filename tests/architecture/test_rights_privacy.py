"""Every route of the privacy desk, for every role, in both districts."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.core.clock import FixedClock
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.households.homes import home, said
from tests.issues.acts import raised
from tests.privacy.lives import COMMUNITY, HERE

pytestmark = pytest.mark.anyio

SEATS = [*town.POSTS, *town.OF_UNITS]
NOBODY = UUID(int=7)
OFFICES = {Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY, Role.STREET_DISPATCHER, Role.STREET_SECRETARY}
TAKERS = OFFICES | {Role.GRID_WORKER, Role.GRID_LEADER}
ADMIN, AUDITOR = {Role.DISTRICT_ADMIN}, {Role.AUDITOR}
AROUND = {town.WEST, town.C1, town.G1, town.B1}
# Route -> who holds the right, the answer to whoever does, what is sent. `{request}` is one on `AROUND`'s ground.
ROUTES: dict[str, tuple[set[Role], int, dict[str, Any] | None]] = {
    "GET /privacy/retention": (ADMIN | AUDITOR, 200, None),
    "PUT /privacy/retention/{code}": (ADMIN, 422, {"days": 1, "basis": "x"}),
    "GET /privacy/retention/runs": (ADMIN | AUDITOR, 200, None),
    "GET /privacy/impact": (ADMIN | AUDITOR, 200, None),
    "GET /privacy/impact.xlsx": (ADMIN | AUDITOR, 200, None),
    "GET /privacy/holds": (ADMIN | AUDITOR, 200, None),
    "POST /privacy/holds": (
        ADMIN, 422, {"subject_kind": "household", "subject_id": str(NOBODY), "basis": "x"}),
    "POST /privacy/holds/{hold_id}/release": (ADMIN, 404, None),
    "GET /privacy/reads": (AUDITOR, 200, None),
    "GET /privacy/breach-scope": (AUDITOR, 200, None),
    "GET /privacy/readers": (AUDITOR, 200, None),
    "POST /privacy/requests": (TAKERS, 404, {"kind": "copy", "resident_id": str(NOBODY), "identity": "in_person"}),
    "GET /privacy/requests": (OFFICES, 200, None),
    "GET /privacy/requests/{request_id}/copy": (OFFICES, 404, None),
    "POST /privacy/requests/{request_id}/answer": (OFFICES, 404, {"decision": "done"}),
}  # fmt: skip
OF_LINK = {"GET /follow/{token}/copy", "POST /follow/{token}/requests"}


def asked_of(route: str, clock: FixedClock) -> dict[str, str]:
    """What a list of the log has to be told."""
    if route not in ("GET /privacy/reads", "GET /privacy/breach-scope", "GET /privacy/readers"):
        return {}
    span = {"from": (clock.now() - timedelta(days=1)).isoformat(), "to": clock.now().isoformat()}
    named = {
        "GET /privacy/breach-scope": {"post": str(NOBODY)},
        "GET /privacy/readers": {"household": str(NOBODY)},
    }
    return span | named.get(route, {})


async def test_every_role_by_every_route_of_the_privacy_desk(public: Desk, sit: Sit, clock: FixedClock) -> None:
    wrong: list[Any] = []
    for role, ground in [(None, ""), *SEATS]:
        desk = public if role is None else await sit(role, ground)
        for route, (may, status, body) in ROUTES.items():
            method, path = route.split()
            for name in ("code", "hold_id", "request_id"):
                path = path.replace(f"{{{name}}}", str(NOBODY))
            answer = await desk.call(method, path, json=body, params=asked_of(route, clock))
            wanted = 401 if role is None else status if role in may else 403
            if answer.status_code != wanted:
                wrong.append((role, ground, route, answer.status_code, wanted))
    assert wrong == []


async def test_a_request_is_answered_on_its_own_ground_only(sit: Sit) -> None:
    mine = await home(await sit(*COMMUNITY))
    form = {"kind": "copy", "resident_id": mine["members"][0]["id"], "identity": "in_person"}
    request = said(await (await sit(*COMMUNITY)).post("/privacy/requests", form))["id"]
    wrong: list[Any] = []
    for role, ground in SEATS:
        for district in town.DISTRICTS:
            desk = await sit(role, ground, district)
            answer = await desk.get(f"/privacy/requests/{request}/copy")
            here = ground in AROUND and district == HERE
            wanted = 403 if role not in OFFICES else 200 if here else 404
            if answer.status_code != wanted:
                wrong.append((role, ground, district, answer.status_code, wanted))
            listed = await desk.get("/privacy/requests")
            if role in OFFICES and len(listed.json()["items"]) != int(here):
                wrong.append((role, ground, district, listed.text))
    assert wrong == []


async def test_a_link_opens_the_own_report_and_no_other(public: Desk) -> None:
    mine, other = await raised(public), await raised(public, text="路灯不亮")
    copy = said(await public.get(f"/follow/{mine['follow_token']}/copy"))
    assert [one["number"] for one in copy["classes"]["issue_words"]] == [mine["number"]]
    forged = other["follow_token"][:-4] + "AAAA"
    assert (await public.get(f"/follow/{forged}/copy")).status_code == 404
    assert (await public.post(f"/follow/{forged}/requests", {"kind": "delete"})).status_code == 404
