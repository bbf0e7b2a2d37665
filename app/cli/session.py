"""What every command begins with: settings, a runtime, and an event loop."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Annotated, Any, TypeVar

import typer

from app.core.crypto import Keys
from app.core.db import make_engine
from app.core.settings import Settings, SettingsError, load
from app.core.work import Runtime

T = TypeVar("T")
District = Annotated[str, typer.Option("--district", help="six digits", metavar="CODE")]


@asynccontextmanager
async def runtime_from_environment() -> AsyncIterator[Runtime]:
    """A runtime for one command."""
    settings = load()
    runtime = Runtime(make_engine(settings), Keys.load(settings))
    try:
        yield runtime
    finally:
        await runtime.engine.dispose()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine."""
    return asyncio.run(work)


def owner_url(settings: Settings) -> str:
    """The URL of role owner; `SettingsError` when it is not set."""
    if settings.owner_url is None:
        raise SettingsError("WANGGE_OWNER_URL is not set: migrations run as role owner.")
    return settings.owner_url.get_secret_value()
