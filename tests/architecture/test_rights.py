"""Every route for every role, on ground of every kind, in both districts (DESIGN 3, TRUST 12).

What must come out is computed from the rules below; nothing here was copied from an answer.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.core.work import Runtime
from app.issues import actions
from app.issues.flood import FloodGate
from app.people.models import Role
from app.worker.housekeeping import beat
from tests import town
from tests.architecture import test_rights_borders as of_borders
from tests.architecture import test_rights_changes as of_changes
from tests.architecture import test_rights_desk as of_desk
from tests.architecture import test_rights_dispatch as of_dispatch
from tests.architecture import test_rights_figures as of_figures
from tests.architecture import test_rights_households as of_households
from tests.architecture import test_rights_papers as of_papers
from tests.architecture import test_rights_people as of_people
from tests.architecture import test_rights_phones as of_phones
from tests.architecture import test_rights_privacy as of_privacy
from tests.architecture import test_rights_visits as of_visits
from tests.architecture import test_rights_whistles as of_whistles
from tests.architecture.test_routes_guarded import OF_THE_FACES, PAGES
from tests.conftest import Desk, Sit, find_post, report
from tests.issues.acts import HERE, THERE, jpeg

pytestmark = pytest.mark.anyio

NOBODY = UUID(int=7)
SEATS = [*town.POSTS, *town.OF_UNITS]
PLACES: dict[str, dict[str, Any]] = {
    "own": {"point": town.point(town.IN_B1)},
    "sibling": {"point": town.point(town.IN_G2)},
    "parent": {"area_code": town.C1},
    "elsewhere": {"point": town.point(town.IN_FIELD)},
}
WESTERN = {"own", "sibling", "parent"}
SEEN_FROM = {
    HERE: WESTERN | {"elsewhere"},
    town.WEST: WESTERN,
    town.EAST: {"elsewhere"},
    town.C1: WESTERN,
    town.G1: {"own"},
    town.B1: {"own"},
    town.G2: {"sibling"},
    town.FIELD: {"elsewhere"},
}
HELPERS = {Role.PIONEER, Role.ORDER_AIDE, Role.CLEANER}
STREET = {Role.STREET_DISPATCHER, Role.STREET_SECRETARY}
COMMUNITY = {Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY}
DISTRICT = {Role.DISTRICT_SUPERVISOR, Role.DISTRICT_ADMIN}
OFFICES = STREET | DISTRICT
DESKS = OFFICES | COMMUNITY
HANDLERS = STREET | COMMUNITY | {
    Role.GRID_WORKER, Role.GRID_LEADER, Role.BUILDING_LEADER, Role.DISTRICT_SUPERVISOR,
}  # fmt: skip
DEPARTMENT = {Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD}
MAY_NOT_READ = HELPERS
MAY_NOT_ADD = HELPERS | {Role.AUDITOR}
MAY_NOT_UNMASK = HELPERS | {Role.AUDITOR, Role.DISTRICT_ADMIN}
BY_GROUP: list[tuple[set[Role], str]] = [
    (HANDLERS, "accept triage contact hand_up fix_on_spot answer ask_close recuse"),
    (HANDLERS | DEPARTMENT, "request_info ask_extension"),
    (DESKS & HANDLERS, "take_over"),
    (DESKS, "admit locate not_accept merge unmerge go_on extend refuse_extension hold_open resume verify"),
    (DESKS, "return_for_rework revisit reopen approve_close decline_close exclude group ungroup turn_to"),
    (DESKS, "set_verify_after change_kind add_area"),
    (DESKS | {Role.GRID_LEADER}, "assign check_sample"),
    (OFFICES, "uphold overturn relay_contact transfer confirm_transfer receive_back submit upstream_close"),
    (OFFICES, "upstream_return approve_exclusion decline_exclusion add_party release_party"),
    (DISTRICT | {Role.STREET_SECRETARY}, "supervise"),
    (STREET | {Role.DISTRICT_SUPERVISOR}, "edit_copy"),
    (set(Role) - HELPERS - {Role.AUDITOR, Role.PUBLIC, Role.SYSTEM}, "comment"),
]
MAY_TAKE = {name: roles for roles, names in BY_GROUP for name in names.split()}
SAMPLED = {"accept", "assign", "comment", "hold_open", "edit_copy"}
LATER = {"expected_version": 999}  # with it whoever may take a step is told so, and nothing moves
STEP_BODIES: dict[str, dict[str, Any]] = {
    name: {**form.model_config.get("json_schema_extra", {}).get("examples", [{}])[0], **LATER}  # type: ignore[union-attr, dict-item, index]
    for name, (form, _) in actions.STEPS.items()
}
OPEN = {
    "GET /areas", "GET /areas.geojson", "GET /areas/{code}", "GET /areas/{code}/children", "POST /locate",
    "POST /neighbours", "GET /follow/{token}", "GET /healthz", "GET /readyz", "GET /metrics",
    "GET /categories", "GET /categories/suggest", "GET /follow/{token}/progress",
}  # fmt: skip
OF_AN_ISSUE = {
    "GET /issues/{issue_id}": MAY_NOT_READ,
    "GET /issues/{issue_id}/photos": MAY_NOT_READ,
    "GET /issues/{issue_id}/photos/{photo_id}": MAY_NOT_READ,
    "POST /issues/{issue_id}/reporter": MAY_NOT_UNMASK,
    "POST /issues/{issue_id}/photos": MAY_NOT_ADD,
}
OF_THE_HOUSE = {
    "GET /clocks": set(Role),
    "POST /clocks/limits": {Role.DISTRICT_ADMIN},
    "POST /clocks/days": {Role.DISTRICT_ADMIN},
    "POST /clocks/seasons": {Role.DISTRICT_ADMIN},
    "GET /duty": set(Role),
    "GET /forms": set(Role),
    "POST /duty": {Role.STREET_DISPATCHER, Role.STREET_SECRETARY, Role.DEPARTMENT_HEAD, Role.DISTRICT_ADMIN},
}
OF_ONESELF = {"GET /me": 200, "GET /forms": 200, "POST /me/post": 403, "POST /logout": 204}  # 403: nobody's post


@dataclass
class World:
    """An answered issue of every kind, with a contact and a photo."""

    ids: dict[str, str] = field(default_factory=dict)
    photos: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)


def expected_on_issue(route: str, role: Role | None, *, seen: bool) -> int:
    """The rule for a route that names an issue: sign in, hold the right, see it, in this order."""
    if role is None:
        return 401
    if "/steps/" in route:
        return expected_of_step(route.rpartition("/")[2], role, seen=seen)
    if role in OF_AN_ISSUE[route]:
        return 403
    if not seen:
        return 404
    return 201 if route == "POST /issues/{issue_id}/photos" else 200


def expected_of_step(name: str, role: Role, *, seen: bool) -> int:
    """The rule for a step with an old version: who may take it is told that it is stale, all others less."""
    if not seen:
        return 404
    return 409 if role in MAY_TAKE[name] else 403


def expected_elsewhere(route: str, role: Role | None) -> int:
    """The rule for a route that names no issue."""
    if route in OPEN or route == "POST /login":
        return 200
    if route == "POST /issues":
        return 403 if role is Role.AUDITOR else 201
    if role is None:
        return 401
    if route == "GET /issues":
        return 403 if role in MAY_NOT_READ else 200
    if route in OF_THE_HOUSE:
        may = (
            422 if route == "POST /duty" else 201 if route.startswith("POST") else 200
        )  # the shift names nobody's post
        return may if role in OF_THE_HOUSE[route] else 403
    return OF_ONESELF[route]


def sees(ground: str, kind: str) -> bool:
    return kind in SEEN_FROM.get(ground, set())


def kinds_of(route: str) -> list[str]:
    """All steps go through one door (issues/stepping.py): a few are tried on all ground, others on one's own."""
    if "/steps/" not in route:
        return [*PLACES, "foreign"]
    return ["own", "elsewhere", "foreign"] if route.rpartition("/")[2] in SAMPLED else ["own"]


def stepped() -> list[str]:
    return [f"POST /issues/{{issue_id}}/steps/{name}" for name in MAY_TAKE]


async def make_world(app: FastAPI, public: Desk, sit: Sit, district: str) -> World:
    """Raised with photo and contact, located, assigned, accepted and answered, so that no step moves it."""
    world = World()
    contact = {"name": "王芳", "phone": "13800001234"}
    for kind, place in PLACES.items():
        said = report(district=district, contact=contact, **place)
        files = {"issue": (None, json.dumps(said)), "photos": ("a.jpg", jpeg(), "image/jpeg")}
        answer = await public.post("/issues", files=files)
        assert answer.status_code == 201, answer.text
        receipt = answer.json()
        world.ids[kind], world.links[kind] = receipt["id"], receipt["follow_token"]
        admin = await sit(Role.DISTRICT_ADMIN, HERE, district)
        await hold_and_answer(admin, await holder_of(sit, receipt, district), receipt["id"])
        photos = (await admin.get(f"/issues/{receipt['id']}/photos")).json()
        world.photos[kind] = photos[0]["id"]
    app.state.flood_gate = FloodGate()
    return world


async def holder_of(sit: Sit, receipt: dict[str, Any], district: str) -> Desk:
    role = Role(receipt["holder"]["role"])
    for seat, ground in town.POSTS:
        desk = await sit(seat, ground, district) if seat is role else None
        if desk is not None and str(desk.post_id) == receipt["holder"]["post_id"]:
            return desk
    raise AssertionError(receipt["holder"])


async def hold_and_answer(admin: Desk, holder: Desk, issue: str) -> None:
    assert (await holder.step(issue, "accept")).status_code == 200
    assert (await holder.step(issue, "answer", text="已办理")).status_code == 200
    assert (await admin.get(f"/issues/{issue}")).json()["state"] == "answered"


async def send(desk: Desk, route: str, issue: str, photo: str, link: str) -> Any:
    """The route with a valid body, so that only rights decide."""
    method, _, template = route.partition(" ")
    path = template.format(issue_id=issue, photo_id=photo, token=link, code=town.C1)
    if route == "POST /issues/{issue_id}/photos":
        return await desk.call(method, path, files={"photos": ("a.jpg", jpeg(8, 8), "image/jpeg")})
    bodies: dict[str, Any] = {
        "POST /locate": {"point": town.point(town.IN_B1), "district": desk.district},
        "POST /neighbours": {
            "point": town.point(town.IN_B1),
            "category": town.ORDERLY,
            "district": desk.district,
        },
        "POST /issues": report(town.IN_B1, district=desk.district),
        "POST /issues/{issue_id}/reporter": {"purpose": "核实位置"},
        "POST /clocks/limits": {"clock": "solve", "amount": 5, "unit": "working_days"},
        "POST /clocks/days": {"day": "2030-04-13", "working": False, "name": "泼水节"},
        "POST /clocks/seasons": {"first_day": "01-01", "last_day": "12-31", "spans": [[540, 720], [810, 1050]]},
        "POST /duty": {
            "unit": town.WEST,
            "post_id": str(NOBODY),
            "starts_at": "2026-11-20T10:00:00Z",
            "ends_at": "2026-11-20T22:00:00Z",
        },
        "POST /me/post": {"post": str(NOBODY)},
        "POST /login": {"username": "auditor-530114", "password": town.PASSWORD, "district": desk.district},
    } | {f"POST /issues/{{issue_id}}/steps/{name}": body for name, body in STEP_BODIES.items()}
    lists = template.startswith(("/areas", "/categories"))
    params = {"district": desk.district} if lists else None
    params = {**(params or {}), "level": "community"} if template.startswith("/areas") else params
    params = {**(params or {}), "text": "路灯不亮"} if template.endswith("/suggest") else params
    params = {"unit": town.WEST} if route == "GET /duty" else params
    if template in ("/healthz", "/readyz", "/metrics"):
        return await desk.http.get(template)
    return await desk.call(method, path, json=bodies.get(route), params=params)


@pytest.fixture
async def worlds(app: FastAPI, public: Desk, sit: Sit, runtime: Runtime) -> dict[str, World]:
    await beat(runtime)
    return {district: await make_world(app, public, sit, district) for district in town.DISTRICTS}


def test_the_table_names_every_route(whole_app: FastAPI) -> None:
    named = OPEN | set(OF_THE_HOUSE) | set(OF_AN_ISSUE) | set(OF_ONESELF) | set(stepped())
    named |= {"POST /login", "POST /issues", "GET /issues"}
    named |= {f"POST /follow/{{token}}/{name}" for name in (*actions.BY_REPORTER, "complete_word", "photos")}
    routes = [route for route in iter_route_contexts(whole_app.routes) if hasattr(route, "dependant")]
    there = {f"{next(iter(r.methods or ''))} {str(r.path).removeprefix('/api/v1')}" for r in routes}
    parts = (
        of_dispatch,
        of_whistles,
        of_figures,
        of_households,
        of_visits,
        of_phones,
        of_privacy,
        of_people,
        of_desk,
        of_papers,
        of_borders,
        of_changes,
    )
    for part in parts:
        named |= set(part.ROUTES)
    of_faces = {one.replace(" /api/v1", " ") for one in PAGES | OF_THE_FACES}
    assert there == named | of_privacy.OF_LINK | of_papers.OPEN_HERE | of_papers.OWN | of_faces


async def test_every_role_on_every_issue_by_every_route(worlds: dict[str, World], sit: Sit, public: Desk) -> None:
    """Own ground, a sibling's, the parent's, elsewhere, and the other district with the same codes.

    What is unseen must look exactly like what is missing.
    """
    wrong, cells = [], 0
    for role, ground in [(None, ""), *SEATS]:
        desk = public if role is None else await sit(role, ground)
        for route in [*OF_AN_ISSUE, *stepped()]:
            sampled = kinds_of(route) != ["own"]
            missing = await send(desk, route, str(NOBODY), str(NOBODY), "") if sampled else None
            for kind in kinds_of(route):
                world = worlds[THERE if kind == "foreign" else HERE]
                key = "own" if kind == "foreign" else kind
                answer = await send(desk, route, world.ids[key], world.photos[key], world.links[key])
                seen = kind != "foreign" and sees(ground, kind)
                wanted = expected_on_issue(route, role, seen=seen)
                cells += 1
                unlike = missing is not None and not seen and answer.content != missing.content
                if answer.status_code != wanted or unlike:
                    wrong.append((role, ground, kind, route, answer.status_code, wanted, answer.text[:120]))
    assert wrong == []
    assert cells == (len(SEATS) + 1) * sum(len(kinds_of(route)) for route in [*OF_AN_ISSUE, *stepped()])


async def test_every_role_by_the_routes_that_name_no_issue(
    app: FastAPI, worlds: dict[str, World], sit: Sit, public: Desk
) -> None:
    wrong = []
    few = [(None, ""), (Role.DISTRICT_ADMIN, HERE), (Role.GRID_WORKER, town.G1), (Role.AUDITOR, HERE)]
    for district, seats in ((HERE, [(None, ""), *SEATS]), (THERE, few)):
        for role, ground in seats:
            desk = public if role is None else await sit(role, ground, district)
            desk.district = district
            app.state.flood_gate = FloodGate()
            routes = [*sorted(OPEN), "POST /login", "POST /issues", "GET /issues", *OF_THE_HOUSE, *OF_ONESELF]
            for route in routes:
                answer = await send(desk, route, "", "", worlds[district].links["own"])
                if answer.status_code != expected_elsewhere(route, role):
                    wrong.append((district, role, ground, route, answer.status_code, answer.text[:120]))
    assert wrong == []


async def test_a_foreign_token_finds_nothing_by_any_id(worlds: dict[str, World], sit: Sit) -> None:
    """The way back: from the other district into this one, by those who see most and by those who see least."""
    seats = [
        (Role.DISTRICT_ADMIN, HERE),
        (Role.AUDITOR, HERE),
        (Role.GRID_WORKER, town.G1),
        (Role.PIONEER, town.B1),
    ]
    for role, ground in seats:
        desk = await sit(role, ground, THERE)
        for route in [*OF_AN_ISSUE, *stepped()]:
            world = worlds[HERE]
            answer = await send(desk, route, world.ids["own"], world.photos["own"], world.links["own"])
            assert answer.status_code == expected_on_issue(route, role, seen=False), (role, route)


async def test_only_the_holder_goes_on_with_an_open_issue(public: Desk, sit: Sit) -> None:
    """An assigned issue of the worker's grid: the table's roles are not enough, it takes the holding post."""
    receipt = (await public.post("/issues", report(town.IN_B1))).json()
    wrong = []
    for name in ("contact", "answer", "accept"):
        for role, ground in sorted(SEATS, key=lambda seat: seat == (Role.GRID_WORKER, town.G1)):
            desk = await sit(role, ground)
            answer = await desk.step(receipt["id"], name, **{**STEP_BODIES[name], "expected_version": None})
            holds = (role, ground) == (Role.GRID_WORKER, town.G1)
            wanted = 404 if not sees(ground, "own") else 403
            if sees(ground, "own") and role in HANDLERS and (holds or name != "accept"):
                wanted = 200 if name == "accept" else 409
            if answer.status_code != wanted:
                wrong.append((role, ground, name, answer.status_code, wanted, answer.text[:100]))
    assert wrong == []


async def test_the_public_may_rate_only_by_its_link(worlds: dict[str, World], public: Desk) -> None:
    said = {"verdict": "solved", "satisfaction": 5}
    token = worlds[HERE].links["own"]
    assert (await public.post(f"/follow/{token}/rate", said)).status_code == 200
    swapped = THERE + token[len(THERE) :]
    for bad in (swapped, token[:-1] + ("A" if token[-1] != "A" else "B"), token[:30], "x", "530114..", "é.é.é"):
        answer = await public.post(f"/follow/{bad}/rate", said)
        assert (answer.status_code, answer.json()["code"]) == (404, "bad_link"), bad
        assert (await public.get(f"/follow/{bad}")).status_code == 404


async def test_a_post_of_the_other_district_is_nobody_here(sit: Sit, public: Desk, runtime: Runtime) -> None:
    receipt = (await public.post("/issues", report(town.IN_B1))).json()
    _, foreign = await find_post(runtime, THERE, Role.GRID_LEADER, town.G1)
    desk = await sit(Role.STREET_DISPATCHER, town.WEST)
    answer = await desk.step(receipt["id"], "assign", post_id=str(foreign), reason="核实")
    assert (answer.status_code, answer.json()["code"]) == (422, "post_not_on_ground")
    _, theirs = await find_post(runtime, THERE, Role.STREET_DISPATCHER, town.WEST)
    answer = await desk.post("/me/post", {"post": str(theirs)})
    assert (answer.status_code, answer.json()["code"]) == (403, "no_post")
