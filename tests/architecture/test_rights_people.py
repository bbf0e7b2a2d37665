"""Every route of units, posts and leave for every role, in both districts."""

from typing import Any
from uuid import UUID

import pytest

from app.core.work import Runtime
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit, find_post
from tests.issues.acts import HERE, THERE

pytestmark = pytest.mark.anyio

SEATS = [*town.POSTS, *town.OF_UNITS]
KEEP = {Role.STREET_DISPATCHER, Role.STREET_SECRETARY, Role.DISTRICT_ADMIN}
LEAVE = {"until": "2026-11-27T09:00:00+08:00"}
NEW = {"username": "nobody-of-this-name", "role": "grid_worker", "area": town.G1}
READING = {"GET /units", "GET /posts"}
OF_A_POST: dict[str, Any] = {
    "POST /posts/{post_id}/absence/end": None,
    "POST /posts/{post_id}/absence": LEAVE,
    "POST /posts/{post_id}/end": None,
}
OF_ONESELF: dict[str, tuple[Any, int]] = {
    "POST /me/absence/end": (None, 409),
    "POST /me/absence": ({"until": "2026-11-20T08:00:00+08:00"}, 422),
    "POST /me/handover": ({"to": str(UUID(int=7))}, 422),
}
ROUTES = {*READING, *OF_A_POST, *OF_ONESELF, "POST /posts", "GET /posts/roles"}
GROUNDS = {"own": (town.G1, HERE), "elsewhere": (town.FIELD, HERE), "foreign": (town.G1, THERE)}


async def send(desk: Desk, route: str, body: Any = None, post: Any = "") -> int:
    method, _, path = route.partition(" ")
    said = {} if body is None else {"json": body}
    return int((await desk.call(method, path.format(post_id=post), **said)).status_code)


def expected(role: Role | None, ground: str, kind: str, route: str) -> int:
    """Sign in, hold the right, and have the post on one's ground; a post without leave has none to end."""
    if role is None:
        return 401
    if role not in KEEP:
        return 403
    sees = {"own": {HERE, town.WEST}, "elsewhere": {HERE, town.EAST}, "foreign": set[str]()}[kind]
    if ground not in sees:
        return 404
    return 409 if route.endswith("absence/end") else 422


async def test_every_role_by_every_route_of_posts(public: Desk, sit: Sit, runtime: Runtime) -> None:
    """With a body that moves nothing, so that only rights decide."""
    posts: dict[str, Any] = {}
    for kind, (ground, district) in GROUNDS.items():
        posts[kind] = (await find_post(runtime, district, Role.GRID_WORKER, ground))[1]
    wrong: list[Any] = []
    past = {"until": "2026-11-20T08:00:00+08:00"}
    for role, ground in [(None, ""), *SEATS]:
        desk = public if role is None else await sit(role, ground)
        tries: list[tuple[str, int, Any, Any]] = []
        tries += [(route, 401 if role is None else 200, None, "") for route in READING]
        tries += [(route, 401 if role is None else code, body, "") for route, (body, code) in OF_ONESELF.items()]
        refused = 401 if role is None else 403
        keeper = 403 if role in KEEP and ground not in {HERE, town.WEST} else 422
        tries.append(("POST /posts", keeper if role in KEEP else refused, NEW, ""))
        tries.append(("GET /posts/roles", 200 if role in KEEP else refused, None, ""))
        for kind, post in posts.items():
            for route in OF_A_POST:
                if route.endswith("/end") and not route.endswith("absence/end"):
                    continue
                body = past if route.endswith("absence") else None
                tries.append((route, expected(role, ground, kind, route), body, post))
        tries.append(("POST /posts/{post_id}/end", 404 if role in KEEP else refused, None, UUID(int=7)))
        for route, wanted, body, post in tries:
            got = await send(desk, route, body, post)
            wrong += [(role, ground, route, post, got, wanted)] if got != wanted else []
    assert wrong == []


async def test_an_end_reaches_as_far_as_a_leave(sit: Sit, runtime: Runtime) -> None:
    """The one route that cannot be tried without effect: by those who may, on ground of every kind."""
    seats = GROUNDS.items()
    posts = {kind: (await find_post(runtime, far, Role.GRID_WORKER, where))[1] for kind, (where, far) in seats}
    for role, ground in ((Role.STREET_DISPATCHER, town.EAST), (Role.STREET_SECRETARY, town.WEST)):
        for kind, post in posts.items():
            desk = await sit(role, ground)
            mine = (kind, ground) in {("own", town.WEST), ("elsewhere", town.EAST)}
            wanted = 200 if mine else 404
            assert await send(desk, "POST /posts/{post_id}/end", None, post) == wanted, (role, kind)
