"""The trail 轨迹: one append-only, hash-chained row per act, with its head kept on the subject's own row.

A row holds ids, states and salted digests, never words (DESIGN 3). The hash covers the row before it, so an
altered, removed or reordered row breaks the chain; the head on the subject shows a tail that was cut. The
rule is versioned (`v`), because canonical form is for ever: UTC with microseconds, sorted keys (HOUSE 3).
"""

import hashlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Integer, SmallInteger, String, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import canonical
from app.core.db import Base, table_of

RULE = 1
GENESIS = b"\0" * 32


class Trail(Base):
    """One act on one subject. Role `app` may insert and read, never change or delete."""

    __tablename__ = "trail"
    __table_args__ = (UniqueConstraint("subject_id", "seq"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[UUID]
    seq: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
    step: Mapped[str] = mapped_column(String(40))
    from_state: Mapped[str | None] = mapped_column(String(30))
    to_state: Mapped[str] = mapped_column(String(30))
    account_id: Mapped[UUID | None]
    post_id: Mapped[UUID | None]
    role: Mapped[str] = mapped_column(String(30))
    detail: Mapped[dict[str, Any]]
    v: Mapped[int] = mapped_column(SmallInteger, default=RULE)
    hash: Mapped[bytes]


class Audited(Protocol):
    """A subject's row: where the head of its chain is kept."""

    id: Any
    version: Any
    trail_hash: Any


@dataclass(frozen=True)
class Act:
    """What a trail row says, before it is chained."""

    step: str
    from_state: str | None
    to_state: str
    detail: dict[str, Any]


def row_hash(before: bytes, row: dict[str, Any]) -> bytes:
    """The chained hash of one row by rule 1."""
    said = {
        "v": row["v"],
        "subject": f"{row['subject_kind']}/{row['subject_id']}",
        "seq": row["seq"],
        "at": canonical(row["at"]),
        "act": [row["step"], row["from_state"], row["to_state"]],
        "by": [str(row["account_id"]), str(row["post_id"]), row["role"]],
        "detail": row["detail"],
    }
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(before + text.encode()).digest()


def chain(
    work: Any, kind: str, subject_id: UUID, head: tuple[int, bytes], acts: Sequence[Act]
) -> list[dict[str, Any]]:
    """Trail rows that continue a chain from `head` (version, hash), by the work's actor and clock."""
    seq, before = head
    rows = []
    at = work.clock.now()
    for act in acts:
        seq += 1
        row = {
            "id": work.ids.new(at),
            "subject_kind": kind,
            "subject_id": subject_id,
            "seq": seq,
            "at": at,
            "step": act.step,
            "from_state": act.from_state,
            "to_state": act.to_state,
            "account_id": work.actor.account_id,
            "post_id": work.actor.post_id,
            "role": work.actor.role,
            "detail": act.detail,
            "v": RULE,
        }
        before = row["hash"] = row_hash(before, row)
        rows.append(row)
    return rows


@dataclass(frozen=True)
class Break:
    """Where a chain does not hold."""

    kind: str
    subject_id: UUID
    seq: int
    why: str


async def verify(session: AsyncSession, kind: str, subject: type[Audited]) -> AsyncIterator[Break | int]:
    """Walk every chain of one kind: yields each `Break`, and last the number of rows read."""
    heads = {
        row.id: (row.version, bytes(row.trail_hash))
        for row in await session.execute(select(subject.id, subject.version, subject.trail_hash))
    }
    rows = await session.stream(
        select(table_of(Trail))
        .where(Trail.subject_kind == kind)
        .order_by(Trail.subject_id, Trail.seq)
        .execution_options(yield_per=1000)
    )
    count, current, seq, before = 0, None, 0, GENESIS
    broken: set[UUID] = set()
    ends: dict[UUID, tuple[int, bytes]] = {}
    async for raw in rows.mappings():
        row = dict(raw)
        count += 1
        if row["subject_id"] != current:
            current, seq, before = row["subject_id"], 0, GENESIS
        why = _fault(row, seq, before)
        if why and current not in broken:
            broken.add(row["subject_id"])
            yield Break(kind, row["subject_id"], row["seq"], why)
        seq, before = row["seq"], bytes(row["hash"])
        ends[row["subject_id"]] = (seq, before)
    for subject_id in heads.keys() | ends.keys():
        if subject_id not in broken and heads.get(subject_id) != ends.get(subject_id):
            yield Break(kind, subject_id, ends.get(subject_id, (0, b""))[0], _end_fault(subject_id, heads, ends))
    yield count


def _fault(row: dict[str, Any], seq: int, before: bytes) -> str | None:
    if row["seq"] != seq + 1:
        return "a row is missing before this one"
    if row["v"] != RULE:
        return "an unknown rule"
    if row_hash(before, row) != bytes(row["hash"]):
        return "the row was altered"
    return None


def _end_fault(subject_id: UUID, heads: dict[UUID, Any], ends: dict[UUID, Any]) -> str:
    if subject_id not in heads:
        return "the subject is gone, its trail is not"
    if subject_id not in ends or ends[subject_id][0] < heads[subject_id][0]:
        return "the tail was cut"
    return "the head on the subject does not match"
