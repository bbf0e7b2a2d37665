"""Every route says who may call it, and no answer leaves before its transaction is committed (TRUST 19)."""

import inspect
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts

from app.changes.workflow import CHANGE
from app.core.http import open_to_all
from app.dispatch.workflow import ORDER
from app.issues.workflow import ISSUE, REPORTER
from app.people.capabilities import HELD_BY, STAFF, Capability
from app.people.models import Role
from app.whistles.workflow import REPORT_IN, TASK, WHISTLE

OF_WHISTLES = (WHISTLE, REPORT_IN, TASK)
OF_THE_FRAMEWORK = {"/openapi.json"}  # the contract, no data
OPEN = {
    "POST /api/v1/login",
    "GET /api/v1/areas",
    "GET /api/v1/areas.geojson",
    "GET /api/v1/areas/{code}",
    "GET /api/v1/areas/{code}/children",
    "POST /api/v1/locate",
    "POST /api/v1/issues",  # anybody may raise; a token must hold the right
    "GET /api/v1/follow/{token}",
    "GET /api/v1/categories",  # a code list
    "GET /api/v1/categories/suggest",
    "GET /api/v1/follow/{token}/progress",
    "POST /api/v1/follow/{token}/complete_word",
    "POST /api/v1/follow/{token}/photos",
    "POST /api/v1/follow/{token}/rate",
    "POST /api/v1/follow/{token}/give_info",
    "POST /api/v1/follow/{token}/reopen",
    "POST /api/v1/follow/{token}/request_review",
    "POST /api/v1/follow/{token}/withdraw",
    "GET /api/v1/follow/{token}/copy",
    "POST /api/v1/follow/{token}/requests",
    "POST /api/v1/devices/refresh",  # the refresh token is the proof
    "GET /api/v1/boards/{sign}",  # what hangs on the wall anyway: no household, phones given for it
    "POST /api/v1/neighbours",  # coarse facts of public matters, before one reports the same
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
}
PAGES = {"GET /", "GET /assets/{path:path}"}  # files of the build, no data
PAGES |= {f"GET /{face}{rest}" for face in "rwdi" for rest in ("", "/{path:path}")}
# Words and forms, no data of a district.
OF_THE_FACES = {
    "GET /api/v1/faces",
    "GET /api/v1/faces/resident",
    "GET /api/v1/words",
    "GET /api/v1/step-forms",
}


OF_A_PERSON = {"copy", "requests"}  # what a reporter may ask about their own data
BESIDE_STEPS = {"progress", "photos", "complete_word"}  # read, sent after the words, and a tap said in full
OPENING_THEIR_OWN = {  # inside, closed before the answer
    "POST /api/v1/devices/refresh",
    "POST /api/v1/sync/push",
    "GET /api/v1/live",  # a stream holds no session: each batch has a short one (app/live/hub.py)
}


def routes(app: FastAPI) -> list[RouteContext]:
    return [route for route in iter_route_contexts(app.routes) if route.path not in OF_THE_FRAMEWORK]


def name_of(route: RouteContext) -> str:
    (method,) = route.methods or {"?"}
    return f"{method} {route.path}"


def tree(dependant: Any) -> Iterator[Any]:
    for below in dependant.dependencies:
        yield below
        yield from tree(below)


def guards_of(route: RouteContext) -> list[Any]:
    calls = [route.endpoint, *(below.call for below in tree(route.dependant))]
    return [call.guards for call in calls if hasattr(call, "guards")]


def opens_work(call: Any) -> bool:
    said = str(inspect.signature(call).return_annotation) if inspect.isfunction(call) else ""
    return "AsyncIterator" in said and ("Work" in said or "Intake" in said)


def test_every_route_says_who_may_call_it(whole_app: FastAPI) -> None:
    found = routes(whole_app)
    assert len(found) > 20
    bare = [name_of(route) for route in found if not guards_of(route)]
    assert bare == []


def test_what_is_open_to_all_is_listed_here(whole_app: FastAPI) -> None:
    opened = {name_of(route) for route in routes(whole_app) if "open_to_all" in guards_of(route)}
    assert opened == OPEN | PAGES | OF_THE_FACES
    assert open_to_all.guards == "open_to_all"  # type: ignore[attr-defined]


def test_a_guard_is_a_capability_a_step_or_said_to_be_open(whole_app: FastAPI) -> None:
    known = {"open_to_all", "phone", *Capability, *(f"step {step.name}" for step in ISSUE.steps)}
    known |= {f"order step {step.name}" for step in ORDER.steps}
    known |= {f"{one.kind} step {step.name}" for one in (*OF_WHISTLES, CHANGE) for step in one.steps}
    for route in routes(whole_app):
        assert len(set(guards_of(route))) == 1, name_of(route)
        assert set(guards_of(route)) <= known, name_of(route)


def test_every_step_that_is_not_the_services_own_has_its_route(whole_app: FastAPI) -> None:
    stepped = {
        guard for route in routes(whole_app) for guard in guards_of(route) if str(guard).startswith("step ")
    }
    assert stepped == {f"step {step.name}" for step in ISSUE.steps if not step.inward and step.by != REPORTER}
    links = [str(route.path) for route in routes(whole_app) if "/follow/{token}/" in str(route.path)]
    theirs = {step.name for step in ISSUE.steps if not step.inward and step.by & REPORTER}
    assert {path.rpartition("/")[2] for path in links} == theirs - {"merge"} | OF_A_PERSON | BESIDE_STEPS, (
        "merging is `same_as` when raising"
    )


def test_every_step_of_an_order_that_is_not_the_services_own_has_its_route(whole_app: FastAPI) -> None:
    guards = {str(guard) for route in routes(whole_app) for guard in guards_of(route)}
    stepped = {guard for guard in guards if guard.startswith("order step ")}
    assert stepped == {f"order step {step.name}" for step in ORDER.steps if not step.inward}


def test_every_step_of_a_whistle_that_is_not_the_services_own_has_its_route(whole_app: FastAPI) -> None:
    guards = {str(guard) for route in routes(whole_app) for guard in guards_of(route)}
    for one in (*OF_WHISTLES, CHANGE):
        stepped = {guard for guard in guards if guard.startswith(f"{one.kind} step ")}
        assert stepped == {f"{one.kind} step {step.name}" for step in one.steps if not step.inward}


def test_every_capability_is_held_by_staff_only() -> None:
    assert set(HELD_BY) == set(Capability)
    for roles in HELD_BY.values():
        assert roles <= STAFF
        assert not roles & {Role.PUBLIC, Role.SYSTEM}


def test_work_is_opened_so_that_the_commit_comes_before_the_answer(whole_app: FastAPI) -> None:
    without = set()
    for route in routes(whole_app):
        openers = [below for below in tree(route.dependant) if opens_work(below.call)]
        if not openers:
            without.add(name_of(route))
        for opener in openers:
            assert opener.scope == "function", f"{name_of(route)}: {opener.call.__name__}"
    own = {"POST /api/v1/login", "GET /healthz", "GET /readyz", "GET /metrics"}
    assert without == OPENING_THEIR_OWN | PAGES | OF_THE_FACES | own


def test_the_framework_adds_nothing_but_the_contract(whole_app: FastAPI) -> None:
    added = {route.path for route in iter_route_contexts(whole_app.routes) if not hasattr(route, "dependant")}
    assert added == OF_THE_FRAMEWORK
