"""The stream of a real server process: told within seconds, ended with the session, never in the way of an end."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest

from app.core.settings import Settings
from app.core.work import open_city
from app.people import actions
from app.people.models import Role
from tests import town
from tests.conftest import find_post, report
from tests.phones.serving import Served

pytestmark = pytest.mark.anyio
HERE = town.DISTRICTS[0]
PATIENCE_S = 20


@pytest.fixture
def served(settings: Settings) -> Iterator[Served]:
    found = Served(settings)
    yield found
    if found.process.poll() is None:
        found.kill()


async def token_of(served: Served, role: Role, ground: str) -> str:
    async with served.runtime() as runtime:
        account_id, post_id = await find_post(runtime, HERE, role, ground)
        async with open_city(runtime) as session:
            token, _ = await actions.issue_token(session, runtime, account_id, HERE, post_id)
    return token


async def until(lines: AsyncIterator[str], word: str) -> list[str]:
    """Lines up to the first that holds the word."""
    read: list[str] = []
    async for line in lines:
        read.append(line)
        if word in line:
            return read
    return read


async def test_a_stream_tells_ends_with_its_session_and_holds_no_shutdown_up(served: Served) -> None:
    token = await token_of(served, Role.STREET_DISPATCHER, town.WEST)
    mine = {"Authorization": f"Bearer {token}"}
    base = f"http://127.0.0.1:{served.port}/api/v1"
    async with asyncio.timeout(PATIENCE_S * 3), httpx2.AsyncClient(timeout=PATIENCE_S, trust_env=False) as client:
        async with client.stream("GET", f"{base}/live", headers=mine) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.aiter_lines()
            assert await until(lines, "event: open")
            answer = await client.post(f"{base}/issues", json=report(town.IN_B1))
            issue = answer.json()["id"]
            read = await until(lines, issue)
            assert issue in read[-1]
            assert any(line == "event: changed" for line in read)
            assert "公共厕所" not in "".join(read)
            assert (await client.post(f"{base}/logout", headers=mine)).status_code == 204
            assert [line async for line in lines if "data" in line and issue not in line] == [], "it ended"
        again = await token_of(served, Role.STREET_DISPATCHER, town.WEST)
        async with client.stream("GET", f"{base}/live", headers={"Authorization": f"Bearer {again}"}) as stream:
            lines = stream.aiter_lines()
            assert await until(lines, "event: open")
            served.process.send_signal(signal.SIGTERM)
            async for _ in lines:
                pass
    gone = await asyncio.to_thread(served.process.wait, 5)
    assert gone in (0, -signal.SIGTERM), "an open stream must not hold the end up for its full grace"
