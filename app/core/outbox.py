"""Events that leave a transaction with it, and their delivery, in order per subject, once per handler.

The row is written in the transaction that makes it true. The worker takes a row only when no earlier undone row
of its subject exists (HOUSE 4.18), runs each handler behind a row (event, handler) in `delivery`, and marks the
event done in the transaction of its effects. Killed at any instant, the next worker repeats nothing committed.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    func,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, aliased, mapped_column
from sqlalchemy.types import UserDefinedType

from app.core.db import LEFT_TO_DEFAULT, Base

MAX_TRIES = 12  # nearly three hours with the pauses below, then a person has to look
FIRST_PAUSE_S = 5  # doubled each time
PARKED_TEXT = 400


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id: the watermark of later pulls (SYNC, trap 1)."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


@dataclass(frozen=True)
class Event:
    """Something that happened, named in the past tense; ids and plain values only."""

    name: ClassVar[str]
    subject_id: UUID
    at: datetime

    def payload(self) -> dict[str, Any]:
        """JSON form, without what the outbox row says already."""
        plain = {k: v for k, v in vars(self).items() if k not in ("subject_id", "at")}
        return {k: str(v) if isinstance(v, UUID) else v for k, v in plain.items()}


class Outbox(Base):
    """One event; `seq` is its place in the subject's trail."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_waiting", "subject_id", "seq", postgresql_where=literal_column("done_at is null")),
        Index("outbox_due", "next_try_at", "id", postgresql_where=literal_column("done_at is null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID]
    seq: Mapped[int]
    event: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    xid: Mapped[int] = mapped_column(Xid8(), server_default=func.pg_current_xact_id(), info=LEFT_TO_DEFAULT)
    next_try_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(Integer, default=0, server_default="0", info=LEFT_TO_DEFAULT)
    done_at: Mapped[datetime | None] = mapped_column(info=LEFT_TO_DEFAULT)
    parked_at: Mapped[datetime | None] = mapped_column(info=LEFT_TO_DEFAULT)
    trouble: Mapped[str | None] = mapped_column(Text, info=LEFT_TO_DEFAULT)


class Delivery(Base):
    """That a handler has had an event: written first in the handler's own transaction."""

    __tablename__ = "delivery"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("outbox.id"), primary_key=True)
    handler: Mapped[str] = mapped_column(String(120), primary_key=True)
    at: Mapped[datetime]
    took_us: Mapped[int | None] = mapped_column(BigInteger)


Handler = Callable[[Any, Outbox], Awaitable[None]]
Subscriptions = Mapping[str, Sequence[Handler]]


def handler_name(handler: Handler) -> str:
    """The stable name under which a delivery is remembered."""
    return f"{handler.__module__}.{handler.__name__}".removeprefix("app.")


async def take(work: Any, most: int, without: Collection[UUID] = ()) -> Sequence[Outbox]:
    """Due events whose subjects have nothing earlier undone, locked for this transaction; others skip them.

    `without` are events that are left for a later turn, and all behind them with them.
    """
    earlier = aliased(Outbox)
    blocked = (
        select(earlier.id)
        .where(earlier.subject_id == Outbox.subject_id, earlier.seq < Outbox.seq)
        .where(earlier.done_at.is_(None))
    )
    ready = (
        select(Outbox)
        .where(Outbox.done_at.is_(None), Outbox.parked_at.is_(None), Outbox.next_try_at <= work.clock.now())
        .where(~blocked.exists(), Outbox.id.not_in(without) if without else true())
        .order_by(Outbox.next_try_at, Outbox.id)
        .limit(most)
        .with_for_update(skip_locked=True, of=Outbox, key_share=True)
    )
    rows: Sequence[Outbox] = (await work.session.scalars(ready)).all()
    return rows


async def deliver(work: Any, event: Outbox, handler: Handler) -> bool:
    """Run one handler in the current transaction, unless it has had this event; True when it ran."""
    row = {"event_id": event.id, "handler": handler_name(handler), "at": work.clock.now()}
    first = insert(Delivery).values(row).on_conflict_do_nothing().returning(Delivery.event_id)
    if (await work.session.execute(first)).first() is None:
        return False
    await handler(work, event)
    return True


async def mark_done(work: Any, events: Sequence[UUID]) -> None:
    """All handlers have had them."""
    if events:
        done = update(Outbox).where(Outbox.id.in_(events)).values(done_at=work.clock.now())
        await work.session.execute(done)


async def mark_failed(work: Any, event: Outbox, error: Exception) -> None:
    """Pause longer each time; after `MAX_TRIES` park it for a person. Only the error's type is kept."""
    event.tries += 1
    event.trouble = type(error).__name__[:PARKED_TEXT]
    pause = FIRST_PAUSE_S * 2 ** (event.tries - 1)
    event.next_try_at = work.clock.now() + timedelta(seconds=pause)
    if event.tries >= MAX_TRIES:
        event.parked_at = work.clock.now()
    await work.session.flush()
