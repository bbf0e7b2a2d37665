"""Client statements per request, counted at the driver of the whole application over ASGI.

BEGIN and COMMIT are the driver's own and not counted; SET LOCAL is. Login is two statements of every call with a
token.
"""

import secrets
from typing import Any
from uuid import UUID

import httpx2

from bench.counting import counted
from bench.database import DISTRICT, Bench
from bench.ground import SOUTH, WEST
from bench.report import Report
from bench.seating import browser, sign_in

PART = "statements"
DATABASE = "small"
INSIDE = (WEST + 0.0009, SOUTH + 0.0009)
BARS = {"create": 8, "list": 4, "step": 10}


async def measure(bench: Bench, report: Report) -> None:
    """One create, two list pages of different size, the steps of one issue."""
    runtime = bench.runtime(DATABASE)
    async with browser(bench, DATABASE, runtime) as client:
        raised = await _raise(client)  # first uses open the connection and learn its types
        headers = await sign_in(bench, DATABASE, runtime, UUID(raised["holder"]["post_id"]))
        (await client.get("/issues", headers=headers)).raise_for_status()
        await _count_all(client, headers, report)
    await runtime.engine.dispose()


async def _count_all(client: httpx2.AsyncClient, headers: dict[str, str], report: Report) -> None:
    with counted() as seen:
        raised = await _raise(client)
    _owe(report, "create", seen.without_login, len(seen.texts))
    for limit in (1, 200):
        with counted() as seen:
            (await client.get("/issues", params={"limit": limit}, headers=headers)).raise_for_status()
        _owe(report, "list", seen.texts, len(seen.texts), f"list page of {limit}, login included")
    for step, said in (("accept", {}), ("contact", {"way": "phone"}), ("answer", {"text": "已处理。"})):
        with counted() as seen:
            answer = await client.post(f"/issues/{raised['id']}/steps/{step}", json=said, headers=headers)
            if answer.is_error:
                raise RuntimeError(f"step {step}: {answer.text}")
        _owe(report, "step", seen.without_login, len(seen.texts), f"step {step}")


def _owe(report: Report, kind: str, texts: list[str], everything: int, name: str = "") -> None:
    name = name or f"{kind}, public, JSON by point with contact"
    report.owe(f"statements: {name}", [len(texts)], at_most=BARS[kind], unit="statements")
    report.add(PART, name=name, without_login=len(texts), everything=everything, texts=[t[:120] for t in texts])


async def _raise(client: httpx2.AsyncClient) -> Any:
    said = {
        "text": "路口没有公共厕所,请解决。", "category": "public_toilet", "district": DISTRICT,
        "point": {"lon": INSIDE[0], "lat": INSIDE[1], "accuracy_m": 15},
        "contact": {"name": "王芳", "phone": "13800001234"},
    }  # fmt: skip
    key = {"Idempotency-Key": secrets.token_urlsafe(24)}
    answer = await client.post("/issues", json=said, headers=key)
    if answer.is_error:
        raise RuntimeError(answer.text)
    return answer.json()
