"""The audit of reads (DOMAIN R6.3): who read which personal records, when, through which post, and why."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Index, String, Uuid, false, true
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.scope import Scope, Scoped
from app.core.work import Work


class PersonalRead(Scoped, Base):
    """One reading of one or many records: a page of a list is one row with all its ids. Never changed."""

    __tablename__ = "personal_read"
    __table_args__ = (
        Index("personal_read_subjects", "subject_ids", postgresql_using="gin"),
        Index(None, "at"),
        Index(None, "account_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[UUID | None]
    post_id: Mapped[UUID | None]
    device_id: Mapped[UUID | None]
    what: Mapped[str] = mapped_column(String(40))
    fields: Mapped[list[str]] = mapped_column(ARRAY(String(40)))
    purpose: Mapped[str] = mapped_column(String(400))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """For the district's auditor; everybody else only adds to it."""
        return true() if scope.everything else false()


async def note_read(
    work: Work, what: str, kind: str, subjects: Iterable[UUID], fields: Iterable[str], purpose: str,
    device_id: UUID | None = None,
) -> None:  # fmt: skip
    """Write the row of a reading in the reader's own transaction; nothing read, nothing written."""
    ids = list(subjects)
    if not ids:
        return
    row = {
        "id": work.new_id(), "at": work.clock.now(), "account_id": work.actor.account_id,
        "post_id": work.actor.post_id, "device_id": device_id, "what": what, "fields": sorted(fields),
        "purpose": purpose, "subject_kind": kind, "subject_ids": ids,
    }  # fmt: skip
    await work.put(PersonalRead, [row])
