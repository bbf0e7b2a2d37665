"""The API process: settings in, an application out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import select, text

from app import health
from app.core import log
from app.core.clock import Clock, SystemClock
from app.core.crypto import Keys
from app.core.db import make_engine
from app.core.files import PhotoStore
from app.core.http import Metrics, Service, add_handlers
from app.core.ids import Ids, SystemIds
from app.core.settings import Settings, SettingsError, load
from app.core.work import Runtime
from app.districts import District
from app.faces.bundle import Bundle
from app.in_hand import HANDED_OVER, IN_HAND
from app.issues.flood import FloodGate
from app.on_ground import ON_GROUND
from app.routes import api, pages

DESCRIPTION = """Grid governance for a district: reports are placed by their point, routed to the grid's worker,
answered and rated. Problems are RFC 9457 documents with a stable `code`, Chinese and English titles."""
OWNS_TABLES = "select 1 from pg_namespace where nspname = 'directory' and has_schema_privilege(oid, 'create')"
UNSAFE = ("fsync", "synchronous_commit", "full_page_writes")
MAX_BODY = 1024 * 1024  # routes that take photos name a larger limit


def make_runtime(settings: Settings, *, clock: Clock | None = None, ids: Ids | None = None) -> Runtime:
    """Pool, keys, clock and ids of one process."""
    return Runtime(make_engine(settings), Keys.load(settings), clock or SystemClock(), ids or SystemIds())


async def refuse_unsafe(runtime: Runtime, settings: Settings) -> None:
    """Raise `SettingsError` for a superuser, in production also for a database that may lose work."""
    async with runtime.engine.connect() as connection:
        if await connection.scalar(text("select rolsuper from pg_roles where rolname = current_user")):
            raise SettingsError(
                "WANGGE_DATABASE_URL: the application must not connect as a superuser; use role app."
            )
        if await connection.scalar(text(OWNS_TABLES)):
            raise SettingsError(
                "WANGGE_DATABASE_URL: this role owns the tables and could alter the trail; use app."
            )
        if settings.environment == "production":
            for name in UNSAFE:
                if await connection.scalar(text(f"show {name}")) == "off":
                    raise SettingsError(f"PostgreSQL runs with {name}=off: acknowledged work could be lost.")
            if await connection.scalar(select(District.code).where(District.demo)):
                raise SettingsError("A demonstration district lives here; production does not start beside it.")


def create_app(settings: Settings, runtime: Runtime | None = None) -> FastAPI:
    """The application; a runtime handed in is left open, so that tests keep theirs."""
    held = runtime or make_runtime(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await refuse_unsafe(held, settings)
        yield
        if runtime is None:
            await held.engine.dispose()

    app = Service(
        title="wangge 网格",
        version="0.1.0",
        description=DESCRIPTION,
        lifespan=lifespan,
        max_body_size=MAX_BODY,
        docs_url=None,  # the stock pages load scripts from outside; /openapi.json is the contract
        redoc_url=None,
        redirect_slashes=False,  # a wrong address is a 404 problem, not a hop elsewhere
    )
    app.state.settings = settings
    app.state.runtime = held
    app.state.photos = PhotoStore(settings.data_dir / "photos")
    app.state.flood_gate = FloodGate()
    app.state.in_hand = IN_HAND
    app.state.on_ground = ON_GROUND
    app.state.handed_over = HANDED_OVER
    app.state.metrics = Metrics()
    app.state.bundle = Bundle(settings.web_dir)
    app.include_router(api)
    app.include_router(health.router)
    app.include_router(pages)
    add_handlers(app)
    return app


def from_environment() -> FastAPI:
    """What `wangge serve` runs in each process."""
    settings = load()
    log.set_up(settings.log_level)
    return create_app(settings)
