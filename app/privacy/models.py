"""Legal holds, periods set by the district, what each run ended, and the requests of persons."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, Index, Integer, String, false, literal_column, or_, true
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.scope import Scope, Scoped
from app.grid.models import one_of
from app.privacy.kinds import Decision, HoldOn, Identity, Of, RequestKind


class OfDistrict(Scoped):
    """Seen by whoever sees the whole district."""

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        return true() if scope.everything else false()


class LegalHold(OfDistrict, Base):
    """What must not end while a court, an inspection or a complaint needs it. Never deleted, only released."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        CheckConstraint(one_of("subject_kind", HoldOn), name="subject_kind"),
        Index(
            "legal_hold_running", "subject_kind", "subject_id", unique=True,
            postgresql_where=literal_column("released_at is null"),
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[UUID]
    basis: Mapped[str] = mapped_column(String(400))
    since: Mapped[datetime]
    held_by: Mapped[UUID | None]
    released_at: Mapped[datetime | None]
    released_by: Mapped[UUID | None]


class RetentionRule(OfDistrict, Base):
    """A period the district has set for a class; the latest counts, the inventory's own where there is none."""

    __tablename__ = "retention_rule"
    __table_args__ = (CheckConstraint("days >= 0", name="days"), Index(None, "code", "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    days: Mapped[int] = mapped_column(Integer)
    basis: Mapped[str] = mapped_column(String(400))
    at: Mapped[datetime]
    set_by: Mapped[UUID | None]


class RetentionRun(OfDistrict, Base):
    """What one run ended, by class: counts only."""

    __tablename__ = "retention_run"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    finished_at: Mapped[datetime]
    ended: Mapped[dict[str, Any]]


class PersonRequest(Scoped, Base):
    """What a person asked about their own data, by whom it was answered and how.

    `subject_id` is the resident, or the issue whose reporter asks; level columns are the ground it lies on.
    """

    __tablename__ = "person_request"
    __table_args__ = (
        CheckConstraint(one_of("kind", RequestKind), name="kind"),
        CheckConstraint(one_of("subject_kind", Of), name="subject_kind"),
        CheckConstraint(one_of("identity", Identity), name="identity"),
        CheckConstraint(one_of("decision", Decision), name="decision"),
        Index("person_request_open", "due_at", "id", postgresql_where=literal_column("decided_at is null")),
        Index(None, "subject_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[UUID]
    household_id: Mapped[UUID | None]
    street_id: Mapped[UUID | None]
    community_id: Mapped[UUID | None]
    grid_id: Mapped[UUID | None]
    identity: Mapped[str] = mapped_column(String(20))
    said_sealed: Mapped[bytes | None]
    received_at: Mapped[datetime]
    received_by: Mapped[UUID | None]
    due_at: Mapped[datetime]
    reminded_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(20))
    reason_sealed: Mapped[bytes | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """On the desk of the ground it lies on; a reporter's also when it could not be placed."""
        if scope.everything:
            return true()
        levels = [(level, ids) for level, ids in scope.areas.items() if hasattr(cls, level)]
        grants = [getattr(cls, level).in_(ids) for level, ids in levels]
        if scope.subject is not None:
            grants.append(cls.subject_id == scope.subject)
        return or_(*grants) if grants else false()
