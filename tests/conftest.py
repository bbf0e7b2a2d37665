"""Real PostGIS built by the migrations; every test has a clone of one template with the town in two districts.

A clone takes about a tenth of a second and gives what a rolled-back savepoint cannot: real commits, several
connections at once, and a path that is forgotten when a transaction ends (HOUSE 3).
"""

import asyncio
import gc
import hashlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from cluster import Cluster
from fastapi import FastAPI
from hypothesis import settings as hypothesis_settings
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from app import districts
from app.core.clock import FixedClock
from app.core.crypto import Keys
from app.core.db import make_engine
from app.core.ids import SystemIds
from app.core.settings import Settings
from app.core.work import Runtime, open_city, system_work
from app.issues.flood import FloodGate
from app.main import create_app
from app.people import actions
from app.people.models import Post, Role
from app.people.queries import account_named, in_force
from tests import town
from tests.hearing import Listening, in_clear

ROOT = Path(__file__).resolve().parent.parent
NAMES = {"530114": "呈贡区", "990001": "另一区"}
TAG = os.environ.pop("WANGGE_TEST_TAG", None)  # two runs side by side on one cluster name their clones apart
KEPT_TEMPLATES = 8
hypothesis_settings.register_profile("untimed", deadline=None)  # speed is the benchmark's matter, not a test's
hypothesis_settings.load_profile("untimed")
CHEAP = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The private test cluster, left running for the next run."""
    found = Cluster(testing=True)
    found.up()
    return found


def _fingerprint() -> str:
    files = [*sorted((ROOT / "app").rglob("*.py")), *sorted((ROOT / "migrations").rglob("*.py"))]
    files += [ROOT / "app/issues/categories.csv", ROOT / "tests/town.py"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def make_settings(cluster: Cluster, database: str, folder: Path, **more: Any) -> Settings:
    """Settings of one test's database."""
    return Settings(
        database_url=cluster.url("app", database),
        owner_url=cluster.url("owner", database),
        data_dir=folder,
        secret="a secret only the tests know 0123456789",
        **more,
    )


def make_runtime(settings: Settings, engine: AsyncEngine | None = None) -> Runtime:
    """A runtime with a standing clock at nine on a Friday."""
    return Runtime(engine or make_engine(settings), Keys.load(settings), FixedClock(town.MORNING), SystemIds())


async def _build(settings: Settings) -> None:
    runtime = make_runtime(settings)
    accounts = await town.people_every_district_knows(runtime)
    for code in town.DISTRICTS:
        await town.build(runtime, code, accounts)
    await runtime.engine.dispose()


@pytest.fixture(scope="session")
def template(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The database every test clones, built once per state of the code."""
    name = f"tpl_{_fingerprint()}"
    with psycopg.connect(cluster.url("cluster", "postgres"), autocommit=True) as admin:
        admin.execute("select pg_advisory_lock(1)")  # several runners at once: one builds, the others find it
        rows = admin.execute("select datname from pg_database where datname like 'tpl_%' order by oid desc")
        old = [row[0] for row in rows]
        if name in old:
            return name
        for other in old[KEPT_TEMPLATES:]:
            admin.execute(f"drop database {other} with (force)")
        making = f"{name}_making"
        admin.execute(f"drop database if exists {making} with (force)")
        admin.execute(f"create database {making} owner owner")
        with psycopg.connect(cluster.url("cluster", making), autocommit=True) as fresh:
            fresh.execute("create extension postgis")
            fresh.execute("create extension btree_gist")
            fresh.execute("revoke create on schema public from public")
        url = cluster.url("owner", making)
        districts.migrate_city(url)
        for code in town.DISTRICTS:
            districts.register(url, code, NAMES[code], demo=True, now=town.MORNING)
        actions.PASSWORDS = CHEAP
        asyncio.run(_build(make_settings(cluster, making, tmp_path_factory.mktemp("template"))))
        admin.execute(f"alter database {making} rename to {name}")
    return name


@pytest.fixture
def database(cluster: Cluster, template: str, worker_id: str) -> Iterator[str]:
    """A clone of the template for one test."""
    name = f"test_{TAG or worker_id}"
    with psycopg.connect(cluster.url("cluster", "postgres"), autocommit=True) as admin:
        admin.execute(f"drop database if exists {name} with (force)")
        admin.execute(f"create database {name} template {template} owner owner strategy file_copy")
        yield name


@pytest.fixture
def settings(cluster: Cluster, database: str, tmp_path: Path) -> Settings:
    return make_settings(cluster, database, tmp_path)


@pytest.fixture(scope="session")
def engines() -> dict[str, AsyncEngine]:
    """One engine for all clones of a name: what it has compiled serves every test, its connections only one."""
    return {}


@pytest.fixture
async def runtime(settings: Settings, engines: dict[str, AsyncEngine]) -> AsyncIterator[Runtime]:
    url = settings.database_url.get_secret_value()
    if url not in engines:
        engines[url] = make_engine(settings)
    actions.PASSWORDS = CHEAP
    yield make_runtime(settings, engines[url])
    await engines[url].dispose()


@pytest.fixture
def long_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to sign in again while a test lets weeks pass."""
    monkeypatch.setattr(actions, "TOKEN_LIFE", timedelta(days=800))


@pytest.fixture
def clock(runtime: Runtime) -> FixedClock:
    assert isinstance(runtime.clock, FixedClock)
    return runtime.clock


@pytest.fixture(scope="session")
def whole_app(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The application, built once; each test puts its runtime in."""
    settings = make_settings(cluster, "postgres", tmp_path_factory.mktemp("app"))
    made = create_app(settings, make_runtime(settings))
    gc.collect()
    gc.freeze()  # modules and routes stay to the end: looking among them for rubbish took up to half the time
    return made


@pytest.fixture
def app(whole_app: FastAPI, settings: Settings, runtime: Runtime) -> FastAPI:
    from app.core.files import PhotoStore  # noqa: PLC0415  # beside its one use

    whole_app.state.settings = settings
    whole_app.state.runtime = runtime
    whole_app.state.photos = PhotoStore(settings.data_dir / "photos")
    whole_app.state.flood_gate = FloodGate()
    return whole_app


@dataclass
class Desk:
    """One person's browser: a client that carries their token."""

    http: httpx2.AsyncClient
    token: str | None = None
    post_id: Any = None
    district: str = "530114"

    async def call(self, method: str, path: str, **kw: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= kw.pop("headers", {})
        return await self.http.request(method, f"/api/v1{path}", headers=headers, **kw)

    async def get(self, path: str, **kw: Any) -> httpx2.Response:
        return await self.call("GET", path, **kw)

    async def post(self, path: str, said: Any = None, **kw: Any) -> httpx2.Response:
        return (
            await self.call("POST", path, json=said, **kw)
            if said is not None
            else await self.call("POST", path, **kw)
        )

    async def step(self, issue: str, name: str, /, **said: Any) -> httpx2.Response:
        return await self.post(f"/issues/{issue}/steps/{name}", said)


Sit = Callable[..., Awaitable[Desk]]


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A client without a token; faults of ours come out as the 500 a person would see. Its answers are heard."""
    heard: list[str] = []
    transport = httpx2.ASGITransport(app=Listening(app, heard), raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    assert heard == [], "a number left in clear"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """No log line of any test, of this process or of one it started, holds a number in clear."""
    outcome: Any = yield
    told = outcome.get_result()
    heard = in_clear(f"{told.capstdout} {told.capstderr} {told.caplog}")
    if told.passed and told.when == "teardown" and heard:
        told.outcome, told.longrepr = "failed", f"{item.nodeid}: numbers in clear in its log: {heard}"


@pytest.fixture
def public(browser: httpx2.AsyncClient) -> Desk:
    return Desk(browser)


async def find_post(runtime: Runtime, district: str, role: Role, ground: str) -> tuple[Any, Any]:
    """Account and post of the person the town put there."""
    async with open_city(runtime) as session:
        account = await account_named(session, town.login_name(role, ground))
    assert account is not None
    async with system_work(runtime, district) as work:
        mine = select(Post.id).where(Post.account_id == account.id, in_force(runtime.clock.now()))
        post_id = await work.session.scalar(mine)
    return account.id, post_id


@pytest.fixture
def sit(browser: httpx2.AsyncClient, runtime: Runtime) -> Sit:
    """`await sit(Role.GRID_WORKER, town.G1)`: that person, signed in, in one of the districts."""

    async def seat(role: Role, ground: str, district: str = "530114") -> Desk:
        account_id, post_id = await find_post(runtime, district, role, ground)
        async with open_city(runtime) as session:
            token, _ = await actions.issue_token(session, runtime, account_id, district, post_id)
        return Desk(browser, token, post_id, district)

    return seat


def report(place: Any = None, **more: Any) -> dict[str, Any]:
    """A plain report from a resident of the first district."""
    said: dict[str, Any] = {"text": "路口没有公共厕所,请解决。", "district": "530114"}
    if place is not None:
        said["point"] = town.point(place)
    return said | more
