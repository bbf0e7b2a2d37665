"""A real server process on a database of its own, killed and started again; phones reach it by a proxy."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from app.core.clock import SystemClock
from app.core.crypto import Keys
from app.core.db import make_engine
from app.core.ids import SystemIds
from app.core.settings import Settings
from app.core.work import Runtime, open_city
from app.people import actions
from app.people.models import Role
from tests import town
from tests.conftest import find_post
from tests.journeys import processes
from tests.phones.faults import Network, Proxy
from tests.phones.phone import Phone
from tests.phones.ticking import PhoneClock

HERE = town.DISTRICTS[0]


class Served:
    """`wangge serve` with one process; `kill` is a power cut."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.port = processes.free_port()
        self.start()

    def start(self) -> None:
        self.process = processes.start(self.settings, "serve", "--port", str(self.port), "--processes", "1")
        processes.wait_for(f"http://127.0.0.1:{self.port}/healthz")

    def kill(self) -> None:
        processes.kill(self.process)

    @asynccontextmanager
    async def runtime(self) -> AsyncIterator[Runtime]:
        """The same database from the test's own process, in real time."""
        made = Runtime(make_engine(self.settings), Keys.load(self.settings), SystemClock(), SystemIds())
        try:
            yield made
        finally:
            await made.engine.dispose()

    @asynccontextmanager
    async def network(self) -> AsyncIterator[tuple[Network, httpx2.AsyncClient]]:
        """A network and a client that reaches the server by it."""
        async with Proxy(Network(), self.port) as proxy:
            base = f"http://127.0.0.1:{proxy.port}"
            async with httpx2.AsyncClient(base_url=base, timeout=30, trust_env=False) as client:
                yield proxy.network, client


async def phone_on(client: httpx2.AsyncClient, runtime: Runtime, role: Role, ground: str) -> Phone:
    """An enrolled phone of that person."""

    async def send(method: str, path: str, **kw: Any) -> Any:
        return await client.request(method, path, **kw)

    account_id, post_id = await find_post(runtime, HERE, role, ground)
    async with open_city(runtime) as session:
        token, _ = await actions.issue_token(session, runtime, account_id, HERE, post_id)
    phone = Phone(send, PhoneClock(runtime.clock.now))
    await phone.enrol(token, post_id)
    return phone
