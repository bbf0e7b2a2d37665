"""Operations that cannot be what they say: each is refused by itself, the others of its batch go on (SYNC 3f)."""

import gzip
import json
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.outbox import Outbox
from app.core.work import Runtime, system_work
from app.sync.models import Op, OpClash
from tests.phones.conftest import Enrol
from tests.phones.phone import Outgoing, Phone, canonical, reseal
from tests.visits.homes import HERE, count, homes, visit_rows

pytestmark = pytest.mark.anyio
ODD: list[Any] = [
    None, True, -1, 0, 2**70, float("inf"), "", "x", "a\x00b", "\x00", "x" * 5000, [], {}, [[]], {"a\x00": 1},
    [None] * 60, "0199aa00-0000-7000-8000-000000000001", "9999-12-31T23:59:59Z",
]  # fmt: skip
FIELDS = (
    "seq", "type", "entity", "entity_id", "base_rev", "occurred_at", "clock", "schema", "form_version",
    "assignment_id", "depends_on", "geo", "payload", "sha256",
)  # fmt: skip
TYPES = (
    "visit.amend",
    "patrol.create",
    "issue.create",
    "issue.step",
    "household.create",
    "household.edit",
    "resident.add",
    "resident.edit",
    "delete.ask",
)


def told(results: list[dict[str, Any]]) -> list[str]:
    return [str(one["status"]) for one in results]


async def ledger(runtime: Runtime) -> dict[str, str]:
    async with system_work(runtime, HERE) as work:
        return {str(op.op_id): op.status for op in await work.session.scalars(select(Op))}


async def test_poison_op_mid_batch(phone_of: Enrol, runtime: Runtime) -> None:
    there = await homes(runtime, *map(str, range(6)))
    phone = await phone_of()
    ops = [phone.visit(home) for home in there[:5]]
    ops[2].body["payload"]["result"] = "shouted"
    reseal(ops[2].body)
    results = await phone.push()
    assert told(results) == ["applied", "applied", "rejected", "applied", "applied"]
    assert results[2]["problem"]["zh"] == "内容不完整或格式不对,没有记入。"  # what its holder reads of it
    assert [(one.id, one.code) for one in phone.attention] == [(ops[2].id, "malformed")]
    phone.visit(there[5])
    assert told(await phone.push()) == ["applied"], "later batches flow"
    assert len(await ledger(runtime)) == 6, "the refused one is kept, too"


@pytest.mark.parametrize("name", FIELDS)
async def test_whatever_a_field_holds_the_others_go_on(phone_of: Enrol, runtime: Runtime, name: str) -> None:
    (home,) = await homes(runtime)
    phone = await phone_of()
    odd = []
    for value in ODD:
        op = phone.visit(home)
        op.body[name] = value
        if name != "sha256":
            reseal(op.body)
        odd.append(op)
    sound = phone.visit(home)
    results = await phone.push()
    assert len(results) == len(ODD) + 1
    assert results[-1]["status"] == "applied", results[-1]
    assert set(told(results)) <= {"applied", "rejected", "parked", "waiting", "duplicate"}
    known = await ledger(runtime)
    assert {op.id for op in [*odd, sound]} <= set(known), "every one of them is kept"


@pytest.mark.parametrize("type_", TYPES)
async def test_whatever_a_payload_holds_the_others_go_on(phone_of: Enrol, runtime: Runtime, type_: str) -> None:
    (home,) = await homes(runtime)
    phone = await phone_of()
    names = (
        "household_id", "fields", "resident", "issue", "step", "form", "expected_state", "result", "base_rev",
        "list_id", "findings", "dwelling_id", "residents",
    )  # fmt: skip
    ops = []
    for place, value in enumerate(ODD):
        name = names[place % len(names)]
        payload: dict[str, Any] = {"household_id": str(home), "fields": {"note": value}}
        payload |= {"resident": {"name": value}, "dwelling_id": value, "residents": value}
        payload |= {"list_id": str(home), "findings": [{"point_id": value}]}
        payload |= {"issue": {"text": value}, "step": "comment", "expected_state": "assigned", "form": value}
        kept = {key: payload[key] for key in _named(type_) if key in payload}
        ops.append(phone.enter(type_, str(home), kept | ({name: value} if name in kept else {}), base_rev=1))
    phone.visit(home)
    results = await phone.push()
    assert results[-1]["status"] == "applied", results[-1]
    assert {op.id for op in ops} <= set(await ledger(runtime))


def _named(type_: str) -> tuple[str, ...]:
    return {
        "visit.amend": ("base_rev", "result"), "issue.create": ("issue",),
        "patrol.create": ("list_id", "findings"), "household.create": ("dwelling_id", "residents"),
        "issue.step": ("step", "expected_state", "form"), "household.edit": ("fields",),
        "resident.add": ("household_id", "resident"), "resident.edit": ("fields",),
        "delete.ask": ("household_id",),
    }[type_]  # fmt: skip


async def test_same_op_id_other_body(phone_of: Enrol, runtime: Runtime) -> None:
    one, other = await homes(runtime, "501", "502")
    phone = await phone_of()
    first = phone.visit(one)
    await phone.push()
    second = phone.visit(other, op_id=None)
    second.body["op_id"] = first.id
    reseal(second.body)
    assert [(r["status"], r["code"]) for r in await phone.push()] == [("rejected", "op_id_reuse")]
    assert phone.attention == [second]
    assert (len(await visit_rows(runtime, one)), len(await visit_rows(runtime, other))) == (1, 0)
    async with system_work(runtime, HERE) as work:
        (clash,) = list(await work.session.scalars(select(OpClash)))
        both = [await work.session.get(Op, UUID(first.id)), clash]
        bodies = [json.loads(work.keys.unseal(row.body_sealed or b"", "op.body")) for row in both if row]
        alarms = list(await work.session.scalars(select(Outbox).where(Outbox.event == "op_id_reused")))
    assert bodies == [first.body, second.body]
    assert len(alarms) == 1
    assert (await ledger(runtime))[first.id] == "applied"


async def test_schema_90_days_old(phone_of: Enrol, runtime: Runtime) -> None:
    """Of a version, or a type, that this service does not know: kept raw, let go by the phone."""
    (home,) = await homes(runtime)
    phone = await phone_of()
    future = phone.visit(home)
    future.body["schema"] = 7
    reseal(future.body)
    phone.enter("visit.sing", phone.fresh(), {"song": "茉莉花"})
    assert await phone.sync()
    assert [(one.status, one.code) for one in phone.sent] == [
        ("parked", "unknown_schema"),
        ("parked", "unknown_type"),
    ]
    async with system_work(runtime, HERE) as work:
        op = await work.session.get(Op, UUID(future.id))
        assert op is not None
        assert json.loads(work.keys.unseal(op.body_sealed or b"", "op.body")) == future.body
    assert await visit_rows(runtime, home) == []


async def test_seq_gap(phone_of: Enrol, runtime: Runtime) -> None:
    (home,) = await homes(runtime)
    phone = await phone_of()
    ops = [phone.visit(home) for _ in range(4)]
    phone.outbox = [ops[0], ops[3]]
    status, body = await phone.call("POST", "/sync/push", phone.envelope(phone.outbox))
    assert (status, body["missing_seqs"]) == (200, [2, 3])
    status, body = await phone.call("POST", "/sync/push", phone.envelope(ops[1:3]))
    assert (status, body["missing_seqs"]) == (200, [])


async def send_raw(phone: Phone, raw: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    said = {"Authorization": f"Bearer {phone.access}", "Content-Type": "application/json"} | headers
    answer = await phone.send("POST", "/api/v1/sync/push", headers=said, content=raw)
    return answer.status_code, json.loads(answer.content)


async def test_proxy_rewrites_json(phone_of: Enrol, runtime: Runtime) -> None:
    """Other spaces, other order, other escapes: the same operation, its digest holds, and again a repeat."""
    (home,) = await homes(runtime)
    phone = await phone_of()
    phone.visit(home, note="老人说腿疼,下周再来看看 “一切都好”")
    envelope = phone.envelope(phone.outbox)
    forms = [
        json.dumps(envelope, indent=3, sort_keys=True).encode(),
        json.dumps(dict(reversed(envelope.items())), ensure_ascii=False).encode(),
        canonical(envelope).encode(),
    ]
    answers = [await send_raw(phone, form) for form in forms]
    assert [told(body["results"]) for _, body in answers] == [["applied"], ["duplicate"], ["duplicate"]]
    assert len(await visit_rows(runtime, home)) == 1


async def test_gzip_bomb(phone_of: Enrol, runtime: Runtime) -> None:
    (home,) = await homes(runtime)
    phone = await phone_of()
    bomb = gzip.compress(b'{"ops": "' + b"0" * 50_000_000 + b'"}')
    assert len(bomb) < 64 * 1024
    status, body = await send_raw(phone, bomb, **{"Content-Encoding": "gzip"})
    assert (status, body["code"]) == (413, "body_too_large")
    for broken in (b"no gzip", gzip.compress(json.dumps(phone.envelope([phone.visit(home)])).encode())[:-40]):
        status, body = await send_raw(phone, broken, **{"Content-Encoding": "gzip"})
        assert (status, body["code"]) in ((422, "bad_envelope"), (422, "invalid_field"))
    for _ in range(50):
        phone.visit(home)
    packed = gzip.compress(json.dumps(phone.envelope(phone.outbox[:50])).encode())
    status, body = await send_raw(phone, packed, **{"Content-Encoding": "gzip"})
    assert status == 200, "an honest batch is far from the bound"
    assert set(told(body["results"])) == {"applied"}


async def test_one_op_no_envelope_can_carry(phone_of: Enrol, runtime: Runtime) -> None:
    """Half a character cut off by a careless limit, or too many of them: found by halves, and shown."""
    (home,) = await homes(runtime)
    phone = await phone_of()
    ops = [phone.visit(home) for _ in range(4)]
    ops[1].body["payload"]["note"] = "\ud83d"
    ops[2].body["payload"]["note"] = "长" * 100_000
    for _ in range(3):
        await phone.push()
    assert not phone.outbox
    assert [one.id for one in phone.attention] == [ops[1].id, ops[2].id]
    assert len(await visit_rows(runtime, home)) == 2


async def test_more_waiting_than_a_batch_holds(phone_of: Enrol, runtime: Runtime) -> None:
    """Sixty amendments of visits that never came do not stand before what is new."""
    (home,) = await homes(runtime)
    phone = await phone_of()
    for _ in range(60):
        phone.enter("visit.amend", phone.fresh(), {"base_rev": 1, "result": "met"})
    await phone.push()
    await phone.push()
    made: Outgoing = phone.visit(home)
    await phone.push()
    assert made.status == "applied"
    assert len(phone.outbox) == 60
    assert await count(runtime, Op) == 61
