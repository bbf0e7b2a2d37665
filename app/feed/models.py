"""The feed of changes. It knows no feature: types are words, entities are ids."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import LEFT_TO_DEFAULT, Base
from app.core.outbox import Xid8
from app.grid.models import one_of


class ChangeKind(StrEnum):
    """What a phone does with its copy."""

    UPSERT = "upsert"
    TOMBSTONE = "tombstone"
    EVICT = "evict"
    REDIRECT = "redirect"


class Change(Base):
    """One change of one entity, for the phones of a grid or of a contact duty.

    `xid` is the transaction that wrote it: a reader takes what lies below the oldest running transaction, so a
    change that commits late is never passed over (SYNC, trap 1).
    """

    __tablename__ = "change"
    __table_args__ = (
        CheckConstraint(one_of("kind", ChangeKind), name="kind"),
        Index("change_of_grid", "grid_id", "xid"),
        Index("change_of_household", "household_id", "xid"),
        Index(None, "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(20))
    entity_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(20))
    grid_id: Mapped[UUID | None]
    household_id: Mapped[UUID | None]
    to_id: Mapped[UUID | None]
    xid: Mapped[int] = mapped_column(Xid8(), server_default=func.pg_current_xact_id(), info=LEFT_TO_DEFAULT)
    at: Mapped[datetime]
