"""Faults between a phone and a real server process: nothing is lost, nothing has its effect twice (SYNC 3f)."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from app.core.work import system_work
from app.issues.models import Issue
from app.sync.models import Op
from app.visits.models import Visit
from tests import town
from tests.phones.conftest import Field
from tests.phones.faults import Kind
from tests.phones.phone import Outgoing
from tests.visits.homes import HERE, homes, visit_rows

pytestmark = pytest.mark.anyio


async def until(done: Callable[[], bool]) -> None:
    """Let the others run until it is so."""
    while not done():  # noqa: ASYNC110  # what is waited for says nothing by itself
        await asyncio.sleep(0)


async def some_homes(field: Field, count: int = 3) -> list[UUID]:
    """Households nobody else's test knows."""
    street = secrets.token_hex(3)
    return await homes(field.runtime, *(f"{street}-{number}" for number in range(count)))


async def visits(field: Field, ops: list[Outgoing]) -> int:
    """How many visits these operations have made."""
    ids = [UUID(op.body["entity_id"]) for op in ops]
    async with system_work(field.runtime, HERE) as work:
        return await work.session.scalar(select(func.count()).where(Visit.id.in_(ids))) or 0


async def ledger(field: Field, ops: list[Outgoing]) -> Counter[str]:
    """Their states in the ledger."""
    async with system_work(field.runtime, HERE) as work:
        found = await work.session.scalars(select(Op.status).where(Op.op_id.in_([UUID(op.id) for op in ops])))
        return Counter(found)


def statuses(results: list[dict[str, Any]]) -> list[str]:
    return [str(one["status"]) for one in results]


async def test_response_lost_after_commit(field: Field) -> None:
    ops = [field.phone.visit(home) for home in await some_homes(field)]
    field.network.next(Kind.DROP_ANSWER)
    assert not await field.phone.sync()
    assert [op.status for op in field.phone.outbox] == ["new"] * 3, "nothing is cleared without an answer"
    assert await visits(field, ops) == 3
    results = await field.phone.push()
    assert statuses(results) == ["duplicate"] * 3
    assert [one["code"] for one in results] == ["applied"] * 3, "with the first result"
    assert not field.phone.outbox
    assert (await visits(field, ops), await ledger(field, ops)) == (3, {"applied": 3})
    assert field.network.spent


async def test_gateway_timeout_but_applied(field: Field) -> None:
    said = {"issue": {"text": "楼道灯不亮。", "point": town.point(town.IN_B1)}}
    op = field.phone.enter("issue.create", field.phone.fresh(), said)
    field.network.next(Kind.SAY_AFTER, status=504)
    assert not await field.phone.sync()
    status, found = await field.phone.call("POST", "/sync/ops:lookup", {"op_ids": [op.id, field.phone.fresh()]})
    assert status == 200
    (known,) = found["results"]
    assert (known["op_id"], known["status"]) == (op.id, "applied"), "what never came is absent"
    assert await field.phone.sync()
    assert [one.status for one in field.phone.sent] == ["duplicate"]
    async with system_work(field.runtime, HERE) as work:
        raised = select(func.count()).where(Issue.id == UUID(known["entity_id"]))
        keyed = select(func.count(Issue.id)).where(Issue.text == "楼道灯不亮。")
        assert (await work.session.scalar(raised), await work.session.scalar(keyed)) == (1, 1)
    assert field.network.spent


@pytest.mark.parametrize("status", [502, 503])
async def test_gateway_says_no(field: Field, status: int) -> None:
    ops = [field.phone.visit(home) for home in await some_homes(field)]
    field.network.next(Kind.SAY, status=status)
    assert not await field.phone.sync()
    assert await visits(field, ops) == 0
    assert len(field.phone.outbox) == 3
    assert await field.phone.sync()
    assert (await visits(field, ops), await ledger(field, ops)) == (3, {"applied": 3})
    assert field.network.spent


async def test_captive_portal_200_html(field: Field) -> None:
    ops = [field.phone.visit(home) for home in await some_homes(field)]
    for path in ("/sync/push", "/sync/pull"):
        field.network.next(Kind.PORTAL, path)
    assert not await field.phone.sync()
    assert len(field.phone.outbox) == 3
    await field.phone.flush()
    before = (field.phone.cursor, dict(field.phone.copy))
    assert not await field.phone.sync(), "the portal is in the way of the pull, too"
    assert (field.phone.cursor, field.phone.copy) == before
    assert await field.phone.sync()
    assert (await visits(field, ops), await ledger(field, ops)) == (3, {"applied": 3})
    assert field.network.spent


async def test_connection_cut_mid_body(field: Field) -> None:
    ops = [field.phone.visit(home) for home in await some_homes(field)]
    field.network.next(Kind.CUT_BODY)
    assert not await field.phone.sync()
    assert (await visits(field, ops), await ledger(field, ops)) == (0, {}), "nothing of half a batch"
    assert await field.phone.sync()
    assert [op.status for op in field.phone.sent] == ["applied"] * 3
    assert await visits(field, ops) == 3
    assert field.network.spent


async def test_connection_cut_mid_answer(field: Field) -> None:
    ops = [field.phone.visit(home) for home in await some_homes(field)]
    for path in ("/sync/push", "/sync/pull"):
        field.network.next(Kind.CUT_ANSWER, path)
    assert not await field.phone.sync()
    assert not await field.phone.sync()
    assert field.phone.cursor is None, "half a page is no page"
    assert await field.phone.sync()
    assert [op.status for op in field.phone.sent] == ["duplicate"] * 3
    assert await visits(field, ops) == 3
    assert await field.phone.agrees()
    assert field.network.spent


async def test_requests_out_of_order_and_twice(field: Field) -> None:
    """An amendment overtakes the visit it amends, and comes twice."""
    (home,) = await some_homes(field, 1)
    phone = field.phone
    made = phone.visit(home, "not_home")
    field.network.next(Kind.HOLD)
    first = asyncio.create_task(phone.push())
    await until(lambda: bool(field.network.held))
    amended = phone.enter("visit.amend", made.body["entity_id"], {"base_rev": 1, "result": "met"})
    phone.outbox.remove(made)
    field.network.next(Kind.TWICE)
    assert statuses(await phone.push()) == ["waiting"]
    phone.outbox.insert(0, made)
    await first
    assert await phone.sync()
    (row,) = await visit_rows(field.runtime, home)
    assert (row.result, row.rev) == ("met", 2)
    assert await ledger(field, [made, amended]) == {"applied": 2}
    assert field.network.spent


async def test_duplicated_batch_parallel_reversed(field: Field) -> None:
    """The same four hundred on two connections in opposite order (trap 2)."""
    there = await some_homes(field, 40)
    ops = [field.phone.visit(there[number % 40]) for number in range(400)]
    field.phone.outbox = []

    async def send_all(order: list[Outgoing]) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = []
        for start in range(0, 400, 50):
            envelope = field.phone.envelope(order[start : start + 50])
            status, body = await field.phone.call("POST", "/sync/push", envelope)
            assert status == 200, body
            results += body["results"]
        return results

    one, other = await asyncio.gather(send_all(ops), send_all(ops[::-1]))
    told = Counter(statuses(one) + statuses(other))
    assert told == {"applied": 400, "duplicate": 400}
    assert (await visits(field, ops), await ledger(field, ops)) == (400, {"applied": 400})


async def test_half_applied_batch_killed(field: Field) -> None:
    """Fifty operations, each by itself; the power goes after the twentieth."""
    there = await some_homes(field, 50)
    phone = field.phone
    ops = [phone.enter("household.edit", str(home), {"fields": {"kind": "tenant"}}, base_rev=1) for home in there]
    async with system_work(field.runtime, HERE) as work:
        held = text("select pg_advisory_xact_lock(0)")  # only to open the transaction
        connection = await work.session.connection()
        await connection.execute(held)
        await connection.execute(text("select 1 from household where id = :id for update"), {"id": there[20]})
        sending = asyncio.create_task(phone.push())
        while sum((await ledger(field, ops)).values()) < 20:  # noqa: ASYNC110  # another process works
            await asyncio.sleep(0.01)
        field.served.kill()
        with pytest.raises(Exception, match="push"):
            await sending
    assert await ledger(field, ops) == {"applied": 20}
    assert len(phone.outbox) == 50
    field.served.start()
    assert Counter(statuses(await phone.push())) == {"duplicate": 20, "applied": 30}
    assert not phone.outbox
    assert await ledger(field, ops) == {"applied": 50}
