"""Devices, the ledger of operations, photos named by phones, and what a phone was told it holds."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    String,
    Uuid,
    false,
    literal_column,
    or_,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import LEFT_TO_DEFAULT as LATER
from app.core.db import Base
from app.core.scope import Scope, Scoped
from app.grid.models import one_of
from app.sync.kinds import Status


class Device(Scoped, Base):
    """A phone bound to one account and one post. The refresh token is kept as hashes: the current one and the one
    before it, so that an honest repeat after a lost reply is told from a theft (TRUST 7).
    """

    __tablename__ = "device"
    __table_args__ = (Index(None, "account_id"), Index(None, "post_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    trail_hash: Mapped[bytes]
    account_id: Mapped[UUID]
    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"))
    street_id: Mapped[UUID | None]
    community_id: Mapped[UUID | None]
    grid_id: Mapped[UUID | None]
    name: Mapped[str] = mapped_column(String(60))
    app_build: Mapped[str] = mapped_column(String(40))
    refresh_hash: Mapped[bytes | None]
    refresh_before: Mapped[bytes | None]
    refreshed_at: Mapped[datetime]
    refresh_ends_at: Mapped[datetime]
    enrolled_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None]
    wiped_at: Mapped[datetime | None]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Listed for the offices whose ground its post is on."""
        if scope.everything:
            return true()
        levels = [(level, ids) for level, ids in scope.areas.items() if hasattr(cls, level)]
        grants = [getattr(cls, level).in_(ids) for level, ids in levels]
        return or_(*grants) if grants else false()


class Op(Base):
    """One operation, kept before it is judged: its raw body (sealed), and the answer it got.

    Ids are for ever, bodies and results for 180 days. The key is the phone's own id, so the second of two equal
    ones conflicts here and nowhere else.
    """

    __tablename__ = "op"
    __table_args__ = (
        CheckConstraint(one_of("status", Status), name="status"),
        Index("op_of_device", "device_id", "seq"),
        Index("op_waiting", "received_at", postgresql_where=literal_column("status = 'waiting'")),
        Index("op_waits_for", "waits_for", postgresql_using="gin",
              postgresql_where=literal_column("status = 'waiting'")),
        Index(None, "received_at"),
    )  # fmt: skip

    op_id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    account_id: Mapped[UUID]
    post_id: Mapped[UUID]
    seq: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(String(40))
    entity_id: Mapped[UUID | None]
    sha256: Mapped[str] = mapped_column(String(64))
    body_sealed: Mapped[bytes | None]
    status: Mapped[str] = mapped_column(String(20))
    code: Mapped[str | None] = mapped_column(String(60))
    result: Mapped[dict[str, Any] | None]
    waits_for: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class OpClash(Base):
    """A second body under a known operation id: both are kept, and somebody is told."""

    __tablename__ = "op_clash"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    op_id: Mapped[UUID] = mapped_column(index=True)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    body_sealed: Mapped[bytes]
    at: Mapped[datetime]


class Media(Base):
    """A photo a phone has sent under its own id, bound to its visit or issue when that is there."""

    __tablename__ = "media"
    __table_args__ = (
        Index("media_unbound", "at", postgresql_where=literal_column("bound_at is null")),
        Index(None, "sha256"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    said_sha256: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
    entity_id: Mapped[UUID | None]
    bound_at: Mapped[datetime | None] = mapped_column(info=LATER)


class WantedMedia(Base):
    """A photo an issue waits for: named by its report, not here yet."""

    __tablename__ = "wanted_media"

    media_id: Mapped[UUID] = mapped_column(primary_key=True)
    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issue.id"), index=True)
    since: Mapped[datetime]


class HeldIssue(Base):
    """On which grid's phones an issue was last put, so that they are told when it leaves them."""

    __tablename__ = "held_issue"

    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    grid_id: Mapped[UUID | None]
    seq: Mapped[int] = mapped_column(Integer)


class SealedOutbox(Base):
    """What a revoked phone had not sent, sealed by it; taken by a person of its office, or not."""

    __tablename__ = "sealed_outbox"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    body_sealed: Mapped[bytes]
    at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    taken: Mapped[bool | None]
