"""The ear of the whole test run hears what it must, and nothing else (issue's scan; R6.1)."""

import io
from typing import Any

import httpx2
import pytest
import xlsxwriter
from fastapi import FastAPI, Response

from tests.hearing import Listening, in_clear

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("电话13800001234。", ["13800001234"]),
        ("530114195001018888", ["530114195001018888"]),
        ("11010519491231002X,", ["11010519491231002X"]),
        ("138****1234 **************8888", []),
        ("530114004005001001 5301140040050010010001", []),  # codes of areas hold no day of birth
        ("01a1f677-aa80-7813-8138-000012345678 1795257785123", []),
    ],
)
def test_numbers_of_people_are_told_from_other_numbers(text: str, wanted: list[str]) -> None:
    assert in_clear(text) == wanted


async def test_answers_and_sheets_are_heard_and_the_opened_routes_are_not() -> None:
    heard: list[str] = []
    app = FastAPI()

    def sheet() -> bytes:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
            book.add_worksheet().write_string(0, 0, "13800001234")
        return out.getvalue()

    @app.get("/api/v1/{path:path}")
    async def say(path: str) -> Any:
        return Response(sheet()) if path.endswith("xlsx") else {"phone": "13800001234"}

    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=Listening(app, heard)), base_url="http://test"
    ) as client:
        for path in ("households", "households.xlsx", "residents/1/unmask"):
            await client.get(f"/api/v1/{path}")
    assert heard == ["GET /api/v1/households: 13800001234", "GET /api/v1/households.xlsx: 13800001234"]
