"""Guesses are slowed per account and address; the owner still gets in (TRUST 1, 3)."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from app.core.clock import FixedClock
from app.core.work import Runtime, open_city
from app.people.models import LoginAttempt, Role
from tests import town
from tests.issues.acts import HERE, assert_problem

pytestmark = pytest.mark.anyio

OWNER = town.login_name(Role.GRID_WORKER, town.G1)
OTHER = town.login_name(Role.GRID_LEADER, town.G1)
HOUR_S = 3600


class Callers:
    """People at different addresses."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.clients: dict[str, httpx2.AsyncClient] = {}

    async def login(
        self, address: str, username: str, password: str, forged: str | None = None
    ) -> httpx2.Response:
        if address not in self.clients:
            transport = httpx2.ASGITransport(app=self.app, client=(address, 1234))
            self.clients[address] = httpx2.AsyncClient(transport=transport, base_url="http://test")
        said = {"username": username, "password": password, "district": HERE}
        headers = {"X-Forwarded-For": forged} if forged else {}
        return await self.clients[address].post("/api/v1/login", json=said, headers=headers)


@pytest.fixture
async def callers(app: FastAPI) -> AsyncIterator[Callers]:
    made = Callers(app)
    yield made
    for client in made.clients.values():
        await client.aclose()


async def until_refused(callers: Callers, name: str) -> None:
    """Guess from ever new addresses until the account has to wait."""
    for turn in range(40):
        if (await callers.login(f"198.51.100.{turn}", name, f"guess {turn}")).status_code == 429:
            return
    raise AssertionError("never slowed down")


async def siege(callers: Callers, clock: FixedClock, addresses: list[str], seconds: int, name: str = OWNER) -> int:
    """Guess whenever a guess is let through; returns how many were really tried."""
    admitted, ends = 0, clock.now().timestamp() + seconds
    turn = 0
    while clock.now().timestamp() < ends:
        waits = []
        for _ in range(min(len(addresses), 12)):
            turn += 1
            answer = await callers.login(
                addresses[turn % len(addresses)], name, f"guess {turn}", forged=f"10.9.{turn % 250}.1"
            )
            if answer.status_code == 401:
                admitted += 1
            else:
                assert_problem(answer, 429, "slow_down")
                waits.append(int(answer.headers["retry-after"]))
        clock.advance(seconds=max(1, min(waits)) if waits else 1)
    return admitted


@pytest.mark.parametrize("count", [1, 200])
async def test_at_most_thirty_guesses_an_account_and_hour(callers: Callers, clock: FixedClock, count: int) -> None:
    """Forged forwarding headers included; the attacker waits exactly as long as told."""
    addresses = [f"203.0.113.{i}" if i < 250 else f"198.51.100.{i - 250}" for i in range(count)]
    admitted = await siege(callers, clock, addresses, HOUR_S)
    assert 4 <= admitted <= 30


async def test_no_hour_admits_more_when_two_windows_meet(callers: Callers, clock: FixedClock) -> None:
    """One guess opens the window, the rest come at its end and at the start of the next."""
    addresses = [f"203.0.113.{i}" for i in range(200)]
    assert (await callers.login("203.0.113.9", OWNER, "opens the window")).status_code == 401
    clock.advance(minutes=30)
    assert await siege(callers, clock, addresses, HOUR_S) <= 30


async def test_the_owner_gets_in_from_a_known_address_during_the_siege(
    callers: Callers, clock: FixedClock
) -> None:
    assert (await callers.login("192.0.2.7", OWNER, town.PASSWORD)).status_code == 200
    addresses = [f"203.0.113.{i}" for i in range(100)]
    for _ in range(5):
        await siege(callers, clock, addresses, 300)
        await until_refused(callers, OWNER)
        refused = await callers.login("203.0.113.250", OWNER, town.PASSWORD)
        assert refused.status_code == 429, "even the right password waits at a strange address"
        assert (await callers.login("192.0.2.7", OWNER, town.PASSWORD)).status_code == 200


async def test_a_known_address_is_known_for_that_account_only(callers: Callers, clock: FixedClock) -> None:
    assert (await callers.login("192.0.2.7", OTHER, town.PASSWORD)).status_code == 200
    assert await siege(callers, clock, ["192.0.2.7"], 600) <= 20
    clock.advance(days=91)
    await until_refused(callers, OTHER)
    late = await callers.login("192.0.2.7", OTHER, town.PASSWORD)
    assert late.status_code == 429, "an address is forgotten after ninety days"


async def test_a_right_password_clears_the_counters_of_its_name(callers: Callers) -> None:
    for _ in range(3):
        for _ in range(3):
            assert (await callers.login("192.0.2.7", OWNER, "wrong guess")).status_code == 401
        assert (await callers.login("192.0.2.7", OWNER, town.PASSWORD)).status_code == 200


async def test_ones_own_password_does_not_wash_an_address_clean(callers: Callers, runtime: Runtime) -> None:
    """Who has one account could otherwise guess at all the others from the same place."""
    others = [town.login_name(*seat) for seat in town.POSTS if town.login_name(*seat) != OTHER][:15]
    for name in others:
        assert (await callers.login("192.0.2.7", name, "wrong guess")).status_code == 401
    assert (await callers.login("192.0.2.7", OTHER, town.PASSWORD)).status_code == 200
    async with open_city(runtime) as session:
        assert await session.scalar(select(func.max(LoginAttempt.failures))) == len(others)


async def test_a_known_and_an_unknown_name_answer_alike_all_the_way(callers: Callers) -> None:
    for turn in range(12):
        known = await callers.login("192.0.2.1", OWNER, "wrong guess")
        unknown = await callers.login("192.0.2.2", "nobody-here", "wrong guess")
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content), turn
        assert known.headers.get("retry-after") == unknown.headers.get("retry-after")


async def test_parallel_guesses_do_not_slip_past_the_counter(callers: Callers, runtime: Runtime) -> None:
    import asyncio  # noqa: PLC0415  # beside its one use

    answers = await asyncio.gather(*(callers.login("192.0.2.1", OWNER, f"guess {n}") for n in range(16)))
    assert sum(answer.status_code == 401 for answer in answers) <= 5
    assert {answer.status_code for answer in answers} <= {401, 429, 409, 503}
    async with open_city(runtime) as session:
        assert await session.scalar(select(func.max(LoginAttempt.failures))) == 5


async def test_counters_hold_neither_names_nor_addresses(callers: Callers, runtime: Runtime) -> None:
    await callers.login("192.0.2.1", OWNER, "wrong guess")
    async with open_city(runtime) as session:
        kept = (await session.scalars(select(LoginAttempt.bucket))).all()
    assert len(kept) == 3
    assert all(len(bucket) == 32 and b"192" not in bucket and OWNER.encode() not in bucket for bucket in kept)
