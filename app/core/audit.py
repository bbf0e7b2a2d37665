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

from sqlalchemy import Integer, Select, SmallInteger, String, UniqueConstraint, func, select
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
        "id": str(row["id"]),
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
    work: Any, kind: str, subject_id: UUID, head: tuple[int, bytes], acts: Sequence[Act], at: datetime
) -> list[dict[str, Any]]:
    """Trail rows that continue a chain from `head` (version, hash), by the work's actor, at one time."""
    seq, before = head
    rows = []
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
    """Walk every chain of one kind: yields each `Break` (one a subject), and last the number of rows read.

    Heads and rows come in one statement, so from one snapshot: work that goes on meanwhile breaks nothing.
    """
    count, walk = 0, _Walk(kind)
    rows = await session.stream(_rows_with_heads(kind, subject).execution_options(yield_per=1000))
    async for raw in rows.mappings():
        row = dict(raw)
        if row["whose"] != walk.subject_id:
            if (found := walk.end()) is not None:
                yield found
            walk = _Walk(kind, row["whose"], row["head_seq"], row["head_hash"])
        if row["seq"] is not None:
            count += 1
            if (found := walk.step(row)) is not None:
                yield found
    if (found := walk.end()) is not None:
        yield found
    yield count


def _rows_with_heads(kind: str, subject: type[Audited]) -> Select[Any]:
    """Every trail row of a kind beside its subject's head, and every subject without rows, by subject and seq."""
    acts = select(table_of(Trail)).where(Trail.subject_kind == kind).subquery()
    heads = select(
        subject.id.label("id"), subject.version.label("version"), subject.trail_hash.label("head")
    ).subquery()
    whose = func.coalesce(heads.c.id, acts.c.subject_id).label("whose")
    head = (heads.c.version.label("head_seq"), heads.c.head.label("head_hash"))
    both = acts.join(heads, heads.c.id == acts.c.subject_id, full=True)
    return select(whose, *head, *acts.c).select_from(both).order_by(whose, acts.c.seq)


@dataclass
class _Walk:
    """One chain while it is read."""

    kind: str
    subject_id: UUID | None = None
    head_seq: int | None = None
    head_hash: bytes | None = None
    seq: int = 0
    before: bytes = GENESIS
    broken: bool = False

    def step(self, row: dict[str, Any]) -> Break | None:
        """The first fault of the chain, at the row that shows it."""
        why = None if self.broken else _fault(row, self.seq, self.before)
        self.seq, self.before = row["seq"], bytes(row["hash"])
        return self._break(why) if why else None

    def end(self) -> Break | None:
        """What the head on the subject says of the whole chain."""
        if self.subject_id is None or self.broken:
            return None
        if self.head_seq is None:
            return self._break("the subject is gone, its trail is not")
        if self.seq < self.head_seq:
            return self._break("the tail was cut")
        whole = self.seq == self.head_seq and self.head_hash is not None and bytes(self.head_hash) == self.before
        return None if whole else self._break("the head on the subject does not match")

    def _break(self, why: str) -> Break | None:
        self.broken = True
        return None if self.subject_id is None else Break(self.kind, self.subject_id, self.seq, why)


def _fault(row: dict[str, Any], seq: int, before: bytes) -> str | None:
    if row["seq"] != seq + 1:
        return "a row is missing before this one"
    if row["v"] != RULE:
        return "an unknown rule"
    if row_hash(before, row) != bytes(row["hash"]):
        return "the row was altered"
    return None
