"""Phones on the town's ground."""

import io
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from PIL import Image

from app.core.clock import FixedClock
from app.people.models import Role
from tests import town
from tests.conftest import Sit
from tests.phones.phone import Phone, PhoneClock

Enrol = Callable[..., Awaitable[Phone]]


@pytest.fixture
def phone_of(browser: httpx2.AsyncClient, sit: Sit, clock: FixedClock) -> Enrol:
    """`await phone_of(Role.GRID_WORKER, town.G1)`: an enrolled phone of that person."""

    async def send(method: str, path: str, **kw: Any) -> Any:
        return await browser.request(method, path, **kw)

    async def enrol(role: Role = Role.GRID_WORKER, ground: str = town.G1) -> Phone:
        desk = await sit(role, ground)
        phone = Phone(send, PhoneClock(clock.now))
        await phone.enrol(desk.token or "", desk.post_id)
        return phone

    return enrol


@pytest.fixture
def jpeg() -> bytes:
    """A small photo as a camera would give it."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (90, 120, 60)).save(out, "JPEG")
    return out.getvalue()
