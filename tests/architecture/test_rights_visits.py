"""Every route of visits, plans, contact duties and patrols, for every role, in both districts."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.core.work import Runtime, system_work
from app.grid.queries import get_area
from app.people.models import Role
from app.visits.models import OptOut
from app.visits.records import PatrolList, PatrolPoint
from tests import town
from tests.conftest import Desk, Sit
from tests.visits.homes import HERE, LEVELS, home, visited

pytestmark = pytest.mark.anyio

NOBODY = UUID(int=7)
THERE = town.DISTRICTS[1]
SEATS = [*town.POSTS, *town.OF_UNITS]
COMMUNITY = {Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY}
STREET = {Role.STREET_DISPATCHER, Role.STREET_SECRETARY}
LEADERS = COMMUNITY | STREET | {Role.GRID_LEADER}
VISITORS = LEADERS | {Role.GRID_WORKER, Role.BUILDING_LEADER}
AROUND = {town.WEST, town.C1, town.G1, town.B1}  # whose ground holds the household
LISTS = {"GET /visits", "GET /visits.xlsx", "GET /visits/due", "GET /duties", "GET /patrol-lists"}
PLAN = {"code": "left_behind_month", "name": "留守老人月访", "period": "month", "basis": "区民政局"}
RULES: dict[str, tuple[set[Role], int, dict[str, Any] | None]] = {
    "GET /plan-rules": (set(Role), 200, None),
    "POST /plan-rules": ({Role.DISTRICT_ADMIN}, 201, PLAN),
    "POST /plan-rules/end": ({Role.DISTRICT_ADMIN}, 200, {"code": "left_behind_month"}),
}
FIGURES = {"GET /visits/coverage": 200, "GET /visits/coverage/rows": 404}
Rule = tuple[set[Role], int, int, dict[str, Any] | None]
ANY = set(Role) - {Role.AUDITOR}
# Route -> who holds the right, the answer on one's ground, the answer on other ground, what is sent.
BY_ID: dict[str, Rule] = {
    "GET /visits/{visit}": (ANY, 200, 404, None),
    "GET /households/{household}/visits": (ANY, 200, 404, None),
    "GET /patrol-lists/{list}": (ANY, 200, 404, None),
    "POST /visits": (ANY, 201, 422, {"household_id": "{household}", "result": "not_home"}),
    "POST /visits/{visit}/amend": (ANY, 403, 404, {"base_rev": 99}),
    "POST /visits/{visit}/issue": (ANY, 422, 404, {"text": "待处理", "category": "no_such"}),
    "POST /households/{household}/major-change": (ANY, 204, 404, {}),
    "POST /households/{household}/opt-outs": (ANY, 422, 404, {"until": "2020-01-01T00:00:00Z"}),
    "POST /opt-outs/{opt_out}/end": (ANY, 200, 404, None),
    "POST /duties": (LEADERS, 422, 404, {"post_id": str(NOBODY), "household_id": "{household}"}),
    "POST /duties/end": (LEADERS, 404, 404, {"post_id": str(NOBODY), "household_id": "{household}"}),
    "POST /patrol-lists": (LEADERS, 422, 403, {"name": "防冻", "basis": "冬季", "area_code": town.B1}),
    "POST /patrol-lists/{list}/patrols": (
        ANY, 422, 404, {"findings": [{"point_id": str(NOBODY), "finding": "fine"}]}),
    "POST /patrol-lists/{list}/end": (LEADERS, 200, 404, None),
}  # fmt: skip
ROUTES = {
    route.replace("{visit}", "{visit_id}").replace("{household}", "{household_id}").replace("{list}", "{list_id}")
    .replace("{opt_out}", "{opt_out_id}") for route in BY_ID
} | LISTS | set(FIGURES) | set(RULES)  # fmt: skip
AUTHOR = (Role.GRID_WORKER, town.G1)


async def world(runtime: Runtime, sit: Sit, district: str) -> dict[str, str]:
    """A household that was visited once, has opted out, and is on ground with a patrol list."""
    async with system_work(runtime, district) as work:
        household = await home(work)
        area, now = await get_area(work, town.G1), work.clock.now()
        levels = {level: getattr(area, level) for level in LEVELS}
        kept = {"id": work.new_id(), "household_id": household, **levels, "rule_id": None, "by_post": None}
        await work.put(OptOut, [kept | {"since": now - timedelta(days=9), "until": now - timedelta(days=1)}])
        listed = {"id": work.new_id(), "name": "防冻", "basis": "冬季", **levels, "every_days": None}
        await work.put(PatrolList, [listed | {"valid_from": now, "valid_to": None}])
        point = {"id": work.new_id(), "list_id": listed["id"], "place": 0, "text": "桥头", "dwelling_id": None}
        await work.put(PatrolPoint, [point | {"point": None}])
    visit = await visited(await sit(*AUTHOR, district), household)
    found = {"household": household, "visit": visit["id"], "list": listed["id"], "opt_out": kept["id"]}
    return {name: str(value) for name, value in found.items()}


def expected(role: Role | None, ground: str, route: str, district: str) -> int:
    if role is None:
        return 401
    may, near, far, _ = BY_ID[route]
    if role not in may:
        return 403
    here = role in VISITORS and ground in AROUND and district == HERE
    if "{list}" in route and ground == town.B1:
        return far  # the list is the grid's
    if route.endswith("/amend") and here and (role, ground) == AUTHOR:
        return 409
    if route == "POST /patrol-lists" and district != HERE and ground in AROUND:
        return near  # the same area code is one's own there
    return near if here else far


async def send(desk: Desk, route: str, ids: dict[str, str]) -> Any:
    method, _, template = route.partition(" ")
    said = BY_ID[route][3]
    filled = said and {k: v.format(**ids) if isinstance(v, str) else v for k, v in said.items()}
    return await desk.call(method, template.format(**ids), **({} if said is None else {"json": filled}))


@pytest.mark.parametrize("district", [HERE, THERE])
async def test_every_role_by_every_route_of_visits(
    public: Desk, sit: Sit, runtime: Runtime, district: str
) -> None:
    """The matter is in the first district; the posts of the other one find nothing of it."""
    ids = await world(runtime, sit, HERE)
    wrong: list[Any] = []
    for role, ground in [(None, ""), *SEATS]:
        desk = public if role is None else await sit(role, ground, district)
        for route in BY_ID:
            answer = await send(desk, route, ids)
            wanted = expected(role, ground, route, district)
            if answer.status_code != wanted:
                wrong.append((role, ground, route, answer.status_code, wanted, answer.text[:100]))
        for route in LISTS:
            answer = await desk.get(route.removeprefix("GET "))
            wanted = 401 if role is None else 403 if role is Role.AUDITOR else 200
            if answer.status_code != wanted:
                wrong.append((role, ground, route, answer.status_code, wanted))
        for route, opened in FIGURES.items():
            answer = await desk.get(route.removeprefix("GET "), params={"rule_id": str(NOBODY)})
            wanted = 401 if role is None else opened if role in LEADERS else 403
            if answer.status_code != wanted:
                wrong.append((role, ground, route, answer.status_code, wanted))
        for route, (may, opened, sent) in RULES.items():
            method, _, path = route.partition(" ")
            answer = await desk.call(method, path, **({} if sent is None else {"json": sent}))
            wanted = 401 if role is None else opened if role in may else 403
            if answer.status_code != wanted:
                wrong.append((role, ground, route, answer.status_code, wanted))
    assert wrong == []
