"""Every route of the figures, the supervision desk and the notices, for every role, in both districts."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.work import Runtime, system_work
from app.notices.models import Notice
from app.people.models import Role
from app.worker.housekeeping import add_up
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, THERE, raised

pytestmark = pytest.mark.anyio

SEATS = [*town.POSTS, *town.OF_UNITS]
HELPERS = {Role.PIONEER, Role.ORDER_AIDE, Role.CLEANER}
WHOLE = {Role.DISTRICT_SUPERVISOR, Role.DISTRICT_ADMIN, Role.AUDITOR}
OFFICES = WHOLE | {
    Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY, Role.STREET_DISPATCHER, Role.STREET_SECRETARY,
    Role.DEPARTMENT_HEAD,
}  # fmt: skip
NEAR = OFFICES - WHOLE - {Role.DEPARTMENT_HEAD} | {Role.GRID_LEADER}
DAYS = {"from": "2026-11-01", "to": "2026-11-30"}
OF_FIGURES: dict[str, tuple[set[Role], dict[str, str]]] = {
    "GET /figures/rates": (OFFICES, DAYS),
    "GET /figures/clocks": (OFFICES, DAYS),
    "GET /figures/rows": (OFFICES, DAYS | {"figure": "solve_rate"}),
    "GET /figures/ledger": (WHOLE, {}),
    "GET /figures/sizes": (NEAR, {}),
    "GET /supervision": (OFFICES, {"list": "overdue"}),
    "GET /supervision/counts": (OFFICES, {}),
    "GET /notices": (set(Role) - HELPERS, {}),
    "GET /notices/count": (set(Role) - HELPERS, {}),
}
READ = "POST /notices/{notice_id}/read"
ROUTES = {*OF_FIGURES, READ}


async def test_every_role_by_every_route_of_figures_and_notices(public: Desk, sit: Sit, runtime: Runtime) -> None:
    """The two districts hold the same; a notice is found by the post it was sent to and by nobody else."""
    notices = {district: await _notice_of(public, runtime, district) for district in (HERE, THERE)}
    wrong: list[Any] = []
    for role, ground in [(None, ""), *SEATS]:
        desk = public if role is None else await sit(role, ground)
        for route, (may, asked) in OF_FIGURES.items():
            answer = await desk.get(route.removeprefix("GET "), params=asked)
            wanted = 401 if role is None else 200 if role in may else 403
            if answer.status_code != wanted:
                wrong.append((role, ground, route, answer.status_code, wanted))
        for district, notice in notices.items():
            answer = await desk.post(f"/notices/{notice}/read")
            mine = (role, ground, district) == (Role.GRID_WORKER, town.G1, HERE)
            wanted = 401 if role is None else 403 if role in HELPERS else 200 if mine else 404
            if answer.status_code != wanted:
                wrong.append((role, ground, READ, district, answer.status_code, wanted))
    assert wrong == []


async def _notice_of(public: Desk, runtime: Runtime, district: str) -> UUID:
    """The worker's first notice of a matter in that district."""
    receipt = await raised(public, town.IN_B1, district=district)
    await add_up(runtime, district)
    await drain(runtime, district)
    mine = (Notice.subject_id == UUID(receipt["id"]), Notice.kind == "assigned")
    async with system_work(runtime, district) as work:
        return (await work.session.scalars(select(Notice.id).where(*mine))).one()
