"""Faults of ours: one problem document, one log line without words, no traceback for the server to print."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from starlette.responses import StreamingResponse
from structlog.testing import capture_logs

from app.core.errors import Unavailable
from app.core.http import BrokenOff, Metrics, Service, add_handlers

pytestmark = pytest.mark.anyio
SAID = "phone 13800001234"


@pytest.fixture
def service() -> FastAPI:
    app = Service()
    app.state.metrics = Metrics()
    add_handlers(app)

    @app.get("/fails/{token}")
    async def fails(token: str) -> None:
        raise RuntimeError(SAID, token)

    @app.get("/refuses")
    async def refuses() -> None:
        raise Unavailable

    @app.get("/breaks")
    async def breaks() -> StreamingResponse:
        async def words() -> AsyncIterator[bytes]:
            yield b"half"
            raise RuntimeError(SAID)

        return StreamingResponse(words())

    return app


async def _get(service: FastAPI, path: str, **more: Any) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=service, **more)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path)


async def test_a_fault_is_a_problem_document_and_nothing_reaches_the_server(service: FastAPI) -> None:
    with capture_logs() as lines:
        answer = await _get(service, "/fails/secret-token")  # the transport would pass an exception on
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert [line["event"] for line in lines] == ["request_failed", "request"]
    assert lines[0]["where"].startswith("RuntimeError@test_edge.py:fails:")
    assert {line["request_id"] for line in lines} == {answer.headers["x-request-id"]}
    assert not [word for word in (SAID, "secret-token") if word in str(lines) + answer.text]


async def test_a_refusal_is_no_fault(service: FastAPI) -> None:
    with capture_logs() as lines:
        answer = await _get(service, "/refuses")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert [line["event"] for line in lines] == ["request"]


async def test_a_reply_that_breaks_off_is_cut_without_a_word_of_why(service: FastAPI) -> None:
    with capture_logs() as lines, pytest.raises(BrokenOff) as cut:
        await _get(service, "/breaks")
    assert SAID not in str(cut.value) + str(lines)
    assert cut.value.__suppress_context__


async def test_every_reply_has_an_id_of_its_own(service: FastAPI) -> None:
    ids = {(await _get(service, path)).headers["x-request-id"] for path in ("/refuses", "/fails/x", "/none") * 3}
    assert len(ids) == 9
