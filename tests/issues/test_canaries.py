"""A canary in every personal and confidential field; it is found only where it may be (TRUST 14, 33)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from app.core.work import Runtime, open_city, system_work
from app.people.models import Role
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit, report
from tests.issues.acts import HERE, THERE, jpeg, let_in

pytestmark = pytest.mark.anyio

NAME, PHONE = "金丝雀某某", "13977778888"
WORDS, NOTE, REASON = "此处是保密正文金丝雀", "电话备注金丝雀", "定位理由金丝雀"
ANSWER, COMMENT, PURPOSE, BEHALF = "答复正文金丝雀", "内部备注金丝雀", "查看理由金丝雀", "某单位金丝雀"
PERSONAL = (NAME, PHONE)
SPOKEN = (WORDS, NOTE, REASON, ANSWER, COMMENT, PURPOSE, BEHALF)
MAY_HOLD = {
    WORDS: {"issue"}, NOTE: {"remark"}, REASON: {"remark"}, ANSWER: {"remark"}, COMMENT: {"remark"},
    PURPOSE: {"unmasking", "personal_read"}, BEHALF: {"issue"},
}  # fmt: skip


def contained(canaries: tuple[str, ...], said: str) -> list[str]:
    """Canaries in a text, in clear or escaped as JSON writes them."""
    return [one for one in canaries if one in said or json.dumps(one)[1:-1] in said]


async def journey(public: Desk, sit: Sit, runtime: Runtime) -> tuple[str, str]:
    """One confidential issue through every step there is, with trouble on the way."""
    said = report(
        town.IN_B1, text=WORDS, contact={"name": NAME, "phone": PHONE}, confidential=True, type="tipoff",
        on_behalf_of=BEHALF,
    )  # fmt: skip
    key = {"Idempotency-Key": "canary-key-0123456789abcdef"}
    files: list[tuple[str, Any]] = [("issue", (None, json.dumps(said))), ("photos", ("a.jpg", jpeg()))]
    receipt = (await public.call("POST", "/issues", files=files, headers=key)).json()
    await public.post("/issues", said | {"urgency": "urgent"}, headers=key)
    issue, link = receipt["id"], receipt["follow_token"]
    worker, street = await sit(Role.GRID_WORKER, town.G1), await sit(Role.STREET_DISPATCHER, town.WEST)
    await let_in(runtime, issue, "chengguan")
    await street.step(issue, "locate", point=town.point(town.IN_B2), reason=REASON)
    await street.step(issue, "edit_copy", text="有群众反映某处收费不规范。")
    await street.step(issue, "assign", post_id=str(worker.post_id), reason=REASON)
    await worker.step(issue, "accept")
    await worker.step(issue, "contact", way="phone", note=NOTE)
    await worker.step(issue, "comment", text=COMMENT)
    await street.post(f"/issues/{issue}/reporter", {"purpose": PURPOSE})
    await worker.step(issue, "answer", text=ANSWER)
    for verdict in ("not_solved", "solved"):
        await public.post(f"/follow/{link}/rate", {"verdict": verdict, "satisfaction": 3, "note": NOTE})
        await worker.step(issue, "answer", text=ANSWER)
    await drain(runtime, HERE)
    return issue, link


def trouble(issue: str) -> Iterator[tuple[str, str, Any]]:
    """Requests that fail while holding a canary."""
    yield "POST", "/issues", report(text=WORDS, type=NAME)
    yield "POST", "/issues", report(text=WORDS, contact={"name": NAME, "phone": PHONE + "x"})
    yield "POST", "/issues", report(text=WORDS, contact={"name": NAME, "phone": PHONE}, category="no_such")
    yield "POST", "/issues", report(text=WORDS, contact={"name": NAME}) | {"point": {"lon": 24.8, "lat": 102.8}}
    yield "POST", f"/issues/{issue}/steps/comment", {"text": COMMENT, "colour": NAME}
    yield "POST", f"/issues/{issue}/steps/answer", {"text": ANSWER}
    yield "POST", f"/issues/{issue}/reporter", {"purpose": PURPOSE, "phone": PHONE}
    yield "POST", "/login", {"username": PHONE + "!", "password": NAME}
    yield "POST", "/login", {"username": "nobody", "password": NAME, "district": HERE}


async def test_no_canary_sings_where_it_should_not(
    public: Desk, sit: Sit, runtime: Runtime, capsys: pytest.CaptureFixture[str]
) -> None:
    issue, link = await journey(public, sit, runtime)
    worker = await sit(Role.GRID_WORKER, town.G1)
    for method, path, body in trouble(issue):
        for desk in (public, worker):
            answer = await desk.call(method, path, json=body)
            assert answer.status_code >= 400, path
            assert contained(PERSONAL + SPOKEN, answer.text) == [], path
    told = "".join(capsys.readouterr())
    assert "unmasked" in told, "the log was really captured"
    assert contained((*PERSONAL, *SPOKEN, link), told) == []
    assert contained(PERSONAL + SPOKEN, (await public.http.get("/metrics")).text) == []
    assert issue not in (await public.http.get("/metrics")).text


async def test_the_reporters_page_and_receipts_say_nothing_personal(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    _, link = await journey(public, sit, runtime)
    page = (await public.get(f"/follow/{link}")).text
    assert contained(PERSONAL + SPOKEN, page) == [ANSWER]
    dry = await public.post("/locate", {"point": town.point(town.IN_B1), "district": HERE})
    assert contained(PERSONAL + SPOKEN, dry.text) == []


async def test_the_handler_hunts_the_confidential_reporter_and_finds_nothing(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    """Lists, the issue, its trail, photos, search and filters, by everybody on the ground (TRUST 33)."""
    issue, _ = await journey(public, sit, runtime)
    masked = ("金***", "139****8888", "8888")
    seats = [(Role.GRID_WORKER, town.G1), (Role.GRID_LEADER, town.G1), (Role.BUILDING_LEADER, town.B1),
             (Role.DEPARTMENT_OFFICER, "chengguan"), (Role.AUDITOR, HERE)]  # fmt: skip
    for seat in seats:
        desk = await sit(*seat)
        heard = [(await desk.get(f"/issues/{issue}{more}")).text for more in ("", "/photos")]
        asked: list[dict[str, str]] = [{}, {"closed": "true"}, {"q": PHONE}, {"closed": "true", "q": NAME}]
        heard += [(await desk.get("/issues", params=params)).text for params in asked]
        heard.append((await desk.post(f"/issues/{issue}/reporter", {"purpose": "找人"})).text)
        assert contained((*PERSONAL, *masked), " ".join(heard).replace(issue, "")) == [], seat
    foreign = await sit(Role.DISTRICT_ADMIN, HERE, THERE)
    for params in ({}, {"closed": "true"}, {"closed": "true", "q": WORDS}):
        assert contained(PERSONAL + SPOKEN, (await foreign.get("/issues", params=params)).text) == []


async def test_the_database_holds_words_once_and_contacts_only_sealed(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    """Every row of every table as text: trail, outbox, idempotency and counts hold ids and digests."""
    await journey(public, sit, runtime)
    found: dict[str, set[str]] = {}
    seen: dict[str, int] = {}
    async with open_city(runtime) as session:
        connection = await session.connection()
        named = await connection.execute(
            text("select schemaname, tablename from pg_tables where schemaname ~ '^t_|directory|shared|rollup'")
        )
        for schema, table in named.all():
            if table != "alembic_version":
                for (row,) in await connection.execute(text(f"select x::text from {schema}.{table} x")):
                    seen[table] = seen.get(table, 0) + 1
                    for canary in contained(PERSONAL + SPOKEN, row):
                        found.setdefault(canary, set()).add(table)
    assert all(seen.get(name) for name in ("trail", "outbox", "idempotency", "remark", "unmasking", "reporter"))
    assert found == MAY_HOLD
    async with system_work(runtime, HERE) as work:
        assert work.district == HERE
