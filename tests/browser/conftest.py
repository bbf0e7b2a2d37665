"""The faces in a real browser: Debian's Chromium against the application on a test's own database.

Service and test share one loop, so a test may look into the database or let the worker take its turn. Every page
is watched: a request to another origin, an error in its console or a refusal of its own policy fails the test.
"""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from app.core.clock import FixedClock
from app.core.work import Runtime, open_city
from app.faces.bundle import Bundle
from app.people import actions
from app.people.capabilities import HELD_BY, Capability
from app.people.models import Role
from tests import town
from tests.conftest import ROOT, find_post
from tests.journeys.processes import free_port

FACE = {"resident": "/r/", "worker": "/w/", "desk": "/d/", "department": "/i/"}
HERE = "530114"
FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
]  # fmt: skip
PHONE: dict[str, Any] = {
    "viewport": {"width": 393, "height": 760}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True,
}  # fmt: skip
DESKTOP: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)
SERIOUS = {"serious", "critical"}


class TickingClock(FixedClock):
    """Begins at the town's morning and goes on with the machine's own clock; may be put forward."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.began = monotonic()

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=monotonic() - self.began)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield found
        await found.close()


@pytest.fixture(scope="session")
def built() -> Bundle:
    """The pages as `make web` has built them."""
    bundle = Bundle(ROOT / "web/dist")
    assert bundle.files, "run scripts/web first"
    return bundle


@pytest.fixture
async def runtime(runtime: Runtime) -> Runtime:
    """The runtime of every test, with a clock that goes on."""
    return replace(runtime, clock=TickingClock(town.MORNING))


class Server(uvicorn.Server):
    """Leaves the runner's signals alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@pytest.fixture
async def served(app: FastAPI, built: Bundle) -> AsyncIterator[str]:
    """The address of the running service."""
    app.state.bundle = built
    port = free_port()
    app.state.settings = app.state.settings.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})
    # The application's own start looks at a database no test has; here each brings its own.
    config = uvicorn.Config(
        app, port=port, log_config=None, ws="none", lifespan="off", timeout_graceful_shutdown=2
    )
    server = Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn says it by a flag alone
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    with suppress(asyncio.CancelledError):
        await task


@dataclass
class Watched:
    """What pages did that none may do."""

    base: str
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("request", lambda request: self._asked(request.url))
        page.on("pageerror", lambda error: self.errors.append(f"{error} {error.stack}"))
        page.on("console", lambda said: self._said(said.type, said.text))

    def _asked(self, url: str) -> None:
        if not url.startswith((self.base, "data:", "blob:")):
            self.outside.append(url)

    def _said(self, kind: str, text: str) -> None:
        # A refused or failed call is an answer the page deals with; Chromium prints each of them as an error.
        if kind in ("error", "warning") and "Failed to load resource" not in text and "net::ERR" not in text:
            self.errors.append(text)


OpenFace = Callable[..., Awaitable[Page]]


@pytest.fixture
async def open_face(chromium: Browser, served: str, runtime: Runtime) -> AsyncIterator[OpenFace]:
    """`await open_face("desk", Role.STREET_DISPATCHER, town.WEST)`: that face, signed in, in a fresh context.

    `device` is PHONE or DESKTOP, `language` zh or en, `path` follows the face's address; `context` reuses one.
    """
    watched = Watched(served)
    contexts: list[BrowserContext] = []

    async def open_one(
        face: str, role: Role | None = None, ground: str = "", *, device: dict[str, Any] = DESKTOP,
        language: str = "zh", path: str = "", context: BrowserContext | None = None, **more: Any,
    ) -> Page:  # fmt: skip
        if context is None:
            context = await new_context(chromium, device, language, **more)
            contexts.append(context)
        if role is not None:
            kept = await session_of(runtime, role, ground)
            put = f"localStorage.getItem('wangge.session') ?? localStorage.setItem('wangge.session', {kept!r})"
            await context.add_init_script(put)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        watched.watch(page)
        await page.goto(f"{served}{FACE[face]}{path}")
        return page

    yield open_one
    for one in contexts:
        await one.close()
    assert watched.outside == [], "a page asked an outside address"
    assert watched.errors == [], "a page's console"


async def new_context(chromium: Browser, device: dict[str, Any], language: str, **more: Any) -> BrowserContext:
    """A browser of its own, with its clock at the service's and its language chosen."""
    locale = "zh-CN" if language == "zh" else "en-GB"
    context = await chromium.new_context(locale=locale, timezone_id="Asia/Shanghai", **{**device, **more})
    await context.clock.install(time=town.MORNING)
    await context.add_init_script(
        f"localStorage.getItem('wangge.language') ?? localStorage.setItem('wangge.language', '{language}')"
    )
    return context


async def session_of(runtime: Runtime, role: Role, ground: str) -> str:
    """What a face keeps of a session, as JSON: signing in by hand is a test of its own."""
    account_id, post_id = await find_post(runtime, HERE, role, ground)
    async with open_city(runtime) as session:
        token, ends = await actions.issue_token(session, runtime, account_id, HERE, post_id)
    post = {
        "id": str(post_id), "role": str(role), "rank": "A", "deputy": False, "area_code": ground,
        "area_name": ground, "unit_code": None, "unit_name": None,
    }  # fmt: skip
    me = {
        "account_id": str(account_id), "username": town.login_name(role, ground), "display_name": "测试",
        "district": HERE, "post": post, "posts": [post],
        "capabilities": sorted(one for one in Capability if role in HELD_BY[one]),
    }  # fmt: skip
    return json.dumps({"token": token, "expires_at": ends.isoformat(), "me": me}, ensure_ascii=False)


async def violations(page: Page) -> list[str]:
    """What axe finds serious on the page as it stands, in words."""
    source = (ROOT / "web/node_modules/axe-core/axe.min.js").read_text("utf-8")
    world = await page.context.new_cdp_session(page)
    # An isolated world: the page's policy forbids eval and stays as it is.
    tree = await world.send("Page.getFrameTree")
    made = await world.send(
        "Page.createIsolatedWorld", {"frameId": tree["frameTree"]["frame"]["id"], "worldName": "axe"}
    )
    where = {"contextId": made["executionContextId"], "awaitPromise": True, "returnByValue": True}
    await world.send("Runtime.evaluate", {"expression": source, "contextId": made["executionContextId"]})
    run = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    done = await world.send("Runtime.evaluate", {"expression": run, **where})
    await world.detach()
    found = done["result"]["value"]["violations"]
    return [
        f"{one['id']}: {one['help']} @ {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in SERIOUS
    ]


SETTLED = """async () => {
  await document.fonts.ready
  const ending = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity)
  await Promise.all(ending.map((one) => one.finished.catch(() => undefined)))
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
}"""


async def settled(page: Page) -> None:
    """What the page was drawing is drawn: no place holder is left, nothing moves, the last change is painted."""
    await expect(page.locator(".skeleton, [aria-busy=true]")).to_have_count(0)
    await page.evaluate(SETTLED)


async def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than its window."""
    return bool(await page.evaluate("() => document.documentElement.scrollWidth > innerWidth + 1"))


async def picture(page: Page, name: str) -> None:
    """A screenshot under the folder WANGGE_PICTURES names, for people to look at; nothing without it."""
    folder = os.environ.get("WANGGE_PICTURES")
    if folder:
        await page.screenshot(path=f"{folder}/{name}.png")
