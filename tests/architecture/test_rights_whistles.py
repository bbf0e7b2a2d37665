"""The routes of whistles for every role, on ground of every kind: a further sheet of `test_rights`.

What must come out is computed from the rules below; nothing here was copied from an answer.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from app.core.work import Runtime
from app.people.models import Role
from app.whistles import actions
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, THERE, jpeg
from tests.whistles.acts import LEAD, TRIED, Town, arrive, blow, give, report_in_of

pytestmark = pytest.mark.anyio

NOBODY = UUID(int=7)
SEATS = [*town.POSTS, *town.OF_UNITS]
SEES = {HERE, town.WEST, town.C1, "chengguan"}  # blown in C1 of the western street, for one department
STREET = {Role.STREET_DISPATCHER, Role.STREET_SECRETARY}
COMMUNITY = {Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY}
DISTRICT = {Role.DISTRICT_SUPERVISOR, Role.DISTRICT_ADMIN}
DEPARTMENT = {Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD}
OFFICES = STREET | DISTRICT
CALLED = STREET | COMMUNITY | DEPARTMENT
READERS = CALLED | DISTRICT | {Role.AUDITOR}
ADD_PHOTOS = set(Role) - {Role.AUDITOR, Role.PIONEER, Role.ORDER_AIDE, Role.CLEANER}
OF_WHISTLE: list[tuple[set[Role], str]] = [
    (OFFICES, "confirm decline raise_to_district change_kind add_party release_party"),
    (OFFICES, "verify return_for_rework close hold_open resume"),
    (OFFICES | COMMUNITY, "cancel"),
    (DISTRICT, "hand_back decide_appeal supervise"),
    (DISTRICT | {Role.STREET_SECRETARY}, "ratify"),
    (CALLED, "submit_work appeal_score"),
    (STREET, "rate_party"),
    (DISTRICT | DEPARTMENT, "rate_street"),
    (CALLED | DISTRICT, "hold_survey comment"),
]
OF_REPORT_IN: list[tuple[set[Role], str]] = [
    (CALLED, "sign unsign contact report_in start stage_report finish leave refuse"),
    (DISTRICT, "release bind refer settle_arrival"),
    (STREET, "dispute_arrival"),
]
OF_TASK: list[tuple[set[Role], str]] = [(CALLED, "done"), (OFFICES, "hold take_up reassign")]
LATER = {"expected_version": 999}  # with it whoever may take a step is told so, and nothing moves


def path_of(kind: str, name: str) -> str:
    if name == "hold_survey":
        return "POST /whistles/{whistle_id}/surveys"
    if kind == "task":
        return f"POST /tasks/{{task_id}}/{name}"
    return f"POST /{kind.replace('_', '-')}s/{{{kind}_id}}/steps/{name}"


def steps() -> dict[str, tuple[set[Role], dict[str, Any]]]:
    """Every step with who may take it and a whole body."""
    found = {}
    tables = (
        ("whistle", OF_WHISTLE, actions.WHISTLE_STEPS),
        ("report_in", OF_REPORT_IN, actions.REPORT_IN_STEPS),
        ("task", OF_TASK, actions.TASK_STEPS),
    )
    for kind, groups, forms in tables:
        named = {name: roles for roles, names in groups for name in names.split()}
        assert set(named) == set(forms)
        for name, (form, _) in forms.items():
            extra: Any = form.model_config.get("json_schema_extra", {})
            body = {"score_id": str(NOBODY)} if "score_id" in form.model_fields else {}
            found[path_of(kind, name)] = (named[name], {**extra["examples"][0], **body, **LATER})
    return found


STEPS = steps()
READ = {
    "GET /whistles/{whistle_id}", "GET /whistles/{whistle_id}/board", "GET /report-ins/{report_in_id}",
    "GET /tasks/{task_id}/photos/{photo_id}", "GET /report-ins/{report_in_id}/objection",
    "GET /report-ins/{report_in_id}/evidence", "GET /report-ins/{report_in_id}/evidence/{photo_id}",
}  # fmt: skip
LISTS = {"GET /whistles", "GET /whistles/kinds", "GET /whistles/rate", "GET /report-ins", "GET /scores"}
TASKS, CREATE, PHOTOS = "POST /whistles/{whistle_id}/tasks", "POST /whistles", "POST /tasks/{task_id}/photos"
SHOW = "POST /report-ins/{report_in_id}/evidence"
MAY_MAKE = {TASKS: CALLED | DISTRICT, CREATE: STREET | COMMUNITY, PHOTOS: ADD_PHOTOS, SHOW: ADD_PHOTOS}
ROUTES = set(STEPS) | READ | LISTS | set(MAY_MAKE)


@dataclass
class Blown:
    """One whistle with a report-in, a task and a photo."""

    whistle_id: Any = NOBODY
    report_in_id: Any = NOBODY
    task_id: Any = NOBODY
    photo_id: Any = NOBODY
    shown_id: Any = NOBODY


def expected_of_making(route: str, role: Role, *, seen: bool) -> int:
    """The right comes before the look; then a version that is old, a body that lacks something, another's task."""
    if role not in MAY_MAKE[route]:
        return 403
    if route == CREATE:
        return 422  # what was tried is left out
    if not seen:
        return 404
    if route == TASKS:
        return 409
    if route == SHOW:
        return 409 if role in DEPARTMENT else 403  # the unit has come: nothing to object to any more
    return 201 if role in OFFICES | DEPARTMENT else 403


def expected(route: str, role: Role | None, *, seen: bool) -> int:
    """Sign in, hold the right, see it, be in the table: in this order; with an old version nothing moves."""
    if role is None:
        return 401
    if route in STEPS:
        in_table = 409 if role in STEPS[route][0] else 403
        return in_table if seen else 404
    if route in MAY_MAKE:
        return expected_of_making(route, role, seen=seen)
    if role not in READERS:
        return 403
    return 200 if route in LISTS or seen else 404


async def blown(people: Town) -> Blown:
    whistle = await blow(people.street, parties=[LEAD])
    report_in = report_in_of(whistle, "chengguan")["id"]
    photos = {"photos": ("a.jpg", jpeg(), "image/jpeg")}
    (evidence,) = (await people.lead.call("POST", f"/report-ins/{report_in}/evidence", files=photos)).json()
    await arrive(people.lead, report_in)
    task = await give(people.street, whistle["id"], "chengguan")
    shown = (await people.lead.call("POST", f"/tasks/{task['id']}/photos?taken=before", files=photos)).json()
    return Blown(whistle["id"], report_in, task["id"], shown["photos"][0]["id"], evidence["id"])


async def send(desk: Desk, route: str, what: Blown) -> Any:
    """The route with a valid body, so that only rights decide."""
    method, _, template = route.partition(" ")
    shown = {"photo_id": what.shown_id} if "/evidence/" in template else {}
    path = template.format(**{**vars(what), **shown})
    if route in (PHOTOS, SHOW):
        files = {"photos": ("a.jpg", jpeg(8, 8), "image/jpeg")}
        return await desk.call(method, f"{path}?taken=after" if route == PHOTOS else path, files=files)
    task = {"unit": "chengguan", "what": "安装", "due_at": "2026-11-30T09:00:00Z", **LATER}
    create = {"kind": "joint", "source": "key_work", "title": "公厕", "text": TRIED, "parties": [LEAD]}
    bodies = {route: body for route, (_, body) in STEPS.items()} | {TASKS: task, CREATE: create}
    return await desk.call(method, path, json=bodies.get(route))


async def test_every_role_by_every_route_of_whistles(sit: Sit, public: Desk, runtime: Runtime) -> None:
    there = await blown(await Town(sit, public, runtime).open())
    wrong: list[tuple[Any, ...]] = []
    for role, ground in [(None, ""), *SEATS]:
        desk = public if role is None else await sit(role, ground)
        for route in sorted(ROUTES):
            answer = await send(desk, route, there)
            wanted = expected(route, role, seen=ground in SEES)
            if answer.status_code != wanted:
                wrong.append((role, ground, route, answer.status_code, wanted, answer.text[:120]))
            if answer.status_code == 404 and answer.content != (await send(desk, route, Blown())).content:
                wrong.append((role, ground, route, "the unseen does not look like the missing"))
    assert wrong == []


async def test_a_foreign_token_finds_no_whistle(sit: Sit, public: Desk, runtime: Runtime) -> None:
    there = await blown(await Town(sit, public, runtime).open())
    for role, ground in ((Role.DISTRICT_ADMIN, HERE), (Role.DEPARTMENT_HEAD, "chengguan")):
        desk = await sit(role, ground, THERE)
        for route in sorted(READ | set(STEPS)):
            assert (await send(desk, route, there)).status_code == 404, (role, route)
        assert (await desk.get("/whistles")).json()["items"] == []
        assert (await desk.get("/report-ins")).json()["items"] == []
