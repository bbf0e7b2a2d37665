"""Phones on the town's ground."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import psycopg
import pytest
from cluster import Cluster
from PIL import Image

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.people.models import Role
from tests import town
from tests.conftest import TAG, Sit, make_settings
from tests.phones.faults import Network
from tests.phones.phone import Phone
from tests.phones.serving import Served, phone_on
from tests.phones.ticking import PhoneClock

Enrol = Callable[..., Awaitable[Phone]]
NewPhone = Callable[[], Phone]


@pytest.fixture
def new_phone(browser: httpx2.AsyncClient, clock: FixedClock) -> NewPhone:
    """A phone that nobody has signed on yet."""

    async def send(method: str, path: str, **kw: Any) -> Any:
        return await browser.request(method, path, **kw)

    return lambda: Phone(send, PhoneClock(clock.now))


@pytest.fixture
def phone_of(new_phone: NewPhone, sit: Sit) -> Enrol:
    """`await phone_of(Role.GRID_WORKER, town.G1)`: an enrolled phone of that person."""

    async def enrol(role: Role = Role.GRID_WORKER, ground: str = town.G1) -> Phone:
        desk = await sit(role, ground)
        phone = new_phone()
        await phone.enrol(desk.token or "", desk.post_id)
        return phone

    return enrol


@pytest.fixture
def jpeg() -> bytes:
    """A small photo as a camera would give it."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (90, 120, 60)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture(scope="module")
def served(
    cluster: Cluster, template: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A server process on a clone of its own, for all tests of a module."""
    name = f"served_{TAG or worker_id}"
    with psycopg.connect(cluster.url("cluster", "postgres"), autocommit=True) as admin:
        admin.execute(f"drop database if exists {name} with (force)")
        admin.execute(f"create database {name} template {template} owner owner strategy file_copy")
        running = Served(make_settings(cluster, name, tmp_path_factory.mktemp("served")))
        try:
            yield running
        finally:
            running.kill()
            admin.execute(f"drop database if exists {name} with (force)")


@dataclass
class Field:
    """A phone at a real server, the network between them, and the database behind it."""

    phone: Phone
    network: Network
    client: httpx2.AsyncClient
    runtime: Runtime
    served: Served


@pytest.fixture
async def field(served: Served) -> AsyncIterator[Field]:
    async with served.runtime() as runtime, served.network() as (network, client):
        phone = await phone_on(client, runtime, Role.GRID_WORKER, town.G1)
        yield Field(phone, network, client, runtime, served)
