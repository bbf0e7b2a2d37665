"""One effect per key: a repeated request gets the first one's result, another body under the same key a 422.

A key is unique per (actor or `public`, route), kept 30 days (HOUSE 4.7). The row holds the subject's id, not the
reply: a replay rebuilds the reply from the row, so no link or token is ever stored.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.errors import Invalid
from app.core.work import PUBLIC, Work

KEPT_DAYS = 30
SHORTEST = 8
SHORTEST_PUBLIC = 22  # 128 bits in base64: a stranger's key must not be guessable
LONGEST = 200


class KeyReused(Invalid):
    """The key has been used for another body."""

    code = "idempotency_key_reused"
    zh = "同一幂等键已用于不同内容,请为新的内容换一个键。"
    en = "This Idempotency-Key was used for a different body; take a new key for a new body."


class BadKey(Invalid):
    """The key is too short to be unguessable, or not plain text."""

    code = "bad_idempotency_key"
    zh = "幂等键应为 {shortest} 至 200 个可见 ASCII 字符。"
    en = "Idempotency-Key must be {shortest} to 200 visible ASCII characters."


class Idempotency(Base):
    """That a key has been used, for what body, and what it made."""

    __tablename__ = "idempotency"
    __table_args__ = (Index(None, "at"),)

    owner: Mapped[str] = mapped_column(String(40), primary_key=True)
    route: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(LONGEST), primary_key=True)
    body_hash: Mapped[bytes]
    subject_id: Mapped[UUID]
    at: Mapped[datetime]


@dataclass(frozen=True)
class Claim:
    """A key as this request holds it."""

    owner: str
    route: str
    key: str
    body_hash: bytes


def body_hash(said: Any, files: tuple[str, ...] = ()) -> bytes:
    """Hash of the parsed body and the files' digests: multipart boundaries differ on every retry."""
    text = json.dumps([said, files], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).digest()


def claim_of(work: Work, route: str, key: str | None, digest: bytes) -> Claim:
    """The claim for a request; without a key a fresh one is made, so that every create takes one path."""
    owner = str(work.actor.account_id or PUBLIC)
    if key is None:
        return Claim(owner, route, f"auto-{work.new_id()}", digest)
    shortest = SHORTEST_PUBLIC if owner == PUBLIC else SHORTEST
    if not (shortest <= len(key) <= LONGEST and key.isascii() and key.isprintable() and " " not in key):
        raise BadKey("Idempotency-Key", shortest=shortest)
    return Claim(owner, route, key, digest)


async def used_for(work: Work, claim: Claim) -> UUID | None:
    """What the key made before, or None; `KeyReused` when it was for another body."""
    same = (Idempotency.owner == claim.owner, Idempotency.route == claim.route, Idempotency.key == claim.key)
    row = (await work.session.execute(select(Idempotency.body_hash, Idempotency.subject_id).where(*same))).first()
    if row is None:
        return None
    if bytes(row.body_hash) != claim.body_hash:
        raise KeyReused("Idempotency-Key")
    subject_id: UUID = row.subject_id
    return subject_id


async def take(work: Work, claim: Claim, subject_id: UUID) -> bool:
    """Take the key in this transaction; False when somebody had it (a loser waits for the winner)."""
    row = {
        "owner": claim.owner,
        "route": claim.route,
        "key": claim.key,
        "body_hash": claim.body_hash,
        "subject_id": subject_id,
        "at": work.clock.now(),
    }
    first = insert(Idempotency).values(row).on_conflict_do_nothing().returning(Idempotency.key)
    return (await work.session.execute(first)).first() is not None
