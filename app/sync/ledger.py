"""The ledger of operations: each one's raw body, sealed, and its answer. Read first, written with the effect.

Every transaction that judges operations takes the phone's lock first. Two connections sending the same batch in
opposite order then wait for one another instead of meeting in a deadlock, which would look like a refusal (SYNC,
trap 2).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from app.core.work import Work
from app.sync.kinds import Status
from app.sync.models import Op, OpClash
from app.sync.schemas import OpResult
from app.sync.words import told

CONTEXT = "op.body"


@dataclass(frozen=True)
class Raw:
    """An operation as it came: enough to find it again, whatever else is wrong with it."""

    op_id: UUID
    seq: int
    type: str
    entity_id: UUID | None
    body: Mapping[str, Any] = field(repr=False)

    @property
    def sha256(self) -> str:
        """Over the canonical form, so that a proxy that writes JSON anew changes nothing."""
        said = {name: value for name, value in self.body.items() if name != "sha256"}
        return hashlib.sha256(canonical(said).encode()).hexdigest()


def canonical(said: Any) -> str:
    """Sorted keys, no spaces, no escapes: the one form both sides hash."""
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Judged:
    """What became of one operation. `waits_for` are ids that have to come first; `at` its corrected time."""

    raw: Raw
    result: OpResult
    post_id: UUID
    at: datetime | None = None
    waits_for: Sequence[UUID] = ()


async def lock_phone(work: Work) -> None:
    """One transaction of a phone at a time; another one waits, and gives up as `Busy` after the lock timeout."""
    await work.hold(f"phone {work.actor.device_id}")


@dataclass(frozen=True)
class Known:
    """What the ledger says of an operation."""

    op_id: UUID
    sha256: str
    status: str
    result: dict[str, Any] | None


async def known(work: Work, op_ids: Iterable[UUID]) -> dict[UUID, Known]:
    """What the ledger holds of them, whoever sent them."""
    query = select(Op.op_id, Op.sha256, Op.status, Op.result).where(Op.op_id.in_(list(op_ids)))
    return {row.op_id: Known(*row) for row in await work.session.execute(query)}


def again(op: Known, raw: Raw) -> OpResult | None:
    """The answer to a repeat: the first one's result; None when it still waits and has to be looked at anew."""
    if op.sha256 != raw.sha256:
        return OpResult(op_id=raw.op_id, status=Status.REJECTED, code="op_id_reuse", problem=told("op_id_reuse"))
    if op.status == Status.WAITING:
        return None
    first = OpResult.model_validate(op.result or {"op_id": op.op_id, "status": op.status})
    if first.status in (Status.REJECTED, Status.PARKED):
        return first
    return first.model_copy(update={"status": Status.DUPLICATE, "code": first.code or str(first.status)})


def row(work: Work, judged: Judged) -> dict[str, Any]:
    """The ledger's row of one operation."""
    raw, result, now = judged.raw, judged.result, work.clock.now()
    return {
        "op_id": raw.op_id, "device_id": work.actor.device_id, "account_id": work.actor.account_id,
        "post_id": judged.post_id, "seq": raw.seq, "type": raw.type, "entity_id": raw.entity_id,
        "sha256": raw.sha256, "body_sealed": work.keys.seal(canonical(raw.body), CONTEXT),
        "status": result.status, "code": result.code, "result": result.model_dump(mode="json", exclude_none=True),
        "waits_for": list(judged.waits_for), "at": judged.at, "received_at": now,
        "settled_at": None if result.status == Status.WAITING else now,
    }  # fmt: skip


async def settle(work: Work, op_id: UUID, result: OpResult) -> None:
    """The answer of an operation that waited."""
    said = result.model_dump(mode="json", exclude_none=True)
    settled = update(Op).where(Op.op_id == op_id).values(
        status=str(result.status), code=result.code, result=said, settled_at=work.clock.now()
    )  # fmt: skip
    await work.session.execute(settled)


async def keep_clash(work: Work, raw: Raw) -> bool:
    """The second body under a known id, beside the first; False when that very body is kept already."""
    same = select(OpClash.id).where(OpClash.op_id == raw.op_id, OpClash.sha256 == raw.sha256).limit(1)
    if await work.session.scalar(same) is not None:
        return False
    clash = {
        "id": work.new_id(), "op_id": raw.op_id, "device_id": work.actor.device_id, "sha256": raw.sha256,
        "body_sealed": work.keys.seal(canonical(raw.body), CONTEXT), "at": work.clock.now(),
    }  # fmt: skip
    await work.put(OpClash, [clash])
    return True


def body_of(work: Work, sealed: bytes | None) -> dict[str, Any]:
    """What the phone said."""
    said: dict[str, Any] = json.loads(work.keys.unseal(sealed or b"", CONTEXT))
    return said


async def missing_seqs(work: Work, device_id: UUID | None, upto: int, most: int = 100) -> list[int]:
    """Numbers up to `upto` that never came from a phone: an operation was lost on it, or is still to come."""
    mine = (Op.device_id == device_id, Op.seq <= upto)
    before = func.lag(Op.seq, 1, 0).over(order_by=Op.seq).label("before")
    came = select(before, Op.seq).where(*mine).subquery()
    jumps = select(came.c.before, came.c.seq).where(came.c.seq > came.c.before + 1).order_by(came.c.seq)
    gaps = [range(row.before + 1, row.seq) for row in await work.session.execute(jumps.limit(most))]
    last = await work.session.scalar(select(func.max(Op.seq)).where(*mine)) or 0
    return list(islice(chain.from_iterable([*gaps, range(last + 1, upto + 1)]), most))
