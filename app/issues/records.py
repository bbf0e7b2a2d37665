"""What hangs on an issue. The contact has a table of its own: encrypted, with its own retention."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    literal_column,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import LEFT_TO_DEFAULT as LATER
from app.core.db import Base
from app.grid.models import one_of
from app.issues.kinds import AreaRole, Decision, LaterReason, LinkKind, Verdict
from app.issues.models import OfIssue


class Reporter(OfIssue, Base):
    """Who reported: sealed, found by keyed hash only, apart from the issue so that it can end earlier."""

    __tablename__ = "reporter"
    __table_args__ = (Index(None, "issue_id"), Index(None, "phone_hash"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issue.id"))
    name_sealed: Mapped[bytes | None]
    phone_sealed: Mapped[bytes | None]
    phone_hash: Mapped[bytes | None]
    masked: Mapped[str | None] = mapped_column(String(60))
    at: Mapped[datetime]
    anonymised_at: Mapped[datetime | None] = mapped_column(info=LATER)


class Unmasking(OfIssue, Base):
    """That somebody saw a contact in clear, and why. Never changed, never deleted."""

    __tablename__ = "unmasking"
    __table_args__ = (Index(None, "issue_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issue.id"))
    account_id: Mapped[UUID]
    post_id: Mapped[UUID]
    purpose: Mapped[str] = mapped_column(String(400))
    at: Mapped[datetime]


class Remark(OfIssue, Base):
    """Words said with a step. The trail holds only their digest."""

    __tablename__ = "remark"
    __table_args__ = (Index(None, "issue_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issue.id"))
    step: Mapped[str] = mapped_column(String(40))
    text: Mapped[str]
    to_reporter: Mapped[bool] = mapped_column(Boolean)
    post_id: Mapped[UUID | None]
    at: Mapped[datetime]


class Rating(OfIssue, Base):
    """One answer of the reporter; a rework gives the next one its turn."""

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint(one_of("verdict", Verdict), name="verdict"),
        CheckConstraint("satisfaction between 1 and 5", name="satisfaction"),
        Index(None, "issue_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issue.id"))
    verdict: Mapped[str] = mapped_column(String(20))
    satisfaction: Mapped[int | None] = mapped_column(SmallInteger)  # None: the first tap, the level may follow
    contacted: Mapped[bool | None]
    by_post: Mapped[UUID | None]
    answer_id: Mapped[UUID | None]
    at: Mapped[datetime]


class IssuePhoto(OfIssue, Base):
    """A checked, re-encoded photo by content hash; the bytes are in the photo store."""

    __tablename__ = "issue_photo"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issue.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]


class IssueDay(Base):
    """Counts per street and day, kept by a subscriber and recomputable from the trail."""

    __tablename__ = "issue_day"

    street_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[Any] = mapped_column(Date, primary_key=True)
    raised: Mapped[int] = mapped_column(Integer, default=0)
    answered: Mapped[int] = mapped_column(Integer, default=0)
    closed: Mapped[int] = mapped_column(Integer, default=0)


class Incident(Base):
    """One cause of many issues: one push, one message to all reporters (CASES 1c)."""

    __tablename__ = "incident"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    category: Mapped[str | None] = mapped_column(String(40))
    street_id: Mapped[UUID | None]
    outline: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON", 4326, spatial_index=False), nullable=True)
    opened_by: Mapped[UUID | None]
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class IssueArea(OfIssue, Base):
    """A further area that is affected by a matter or holds its cause; its posts may see and comment."""

    __tablename__ = "issue_area"
    __table_args__ = (CheckConstraint(one_of("role", AreaRole), name="role"), Index(None, "area_id", "issue_id"))

    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("area.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    point: Mapped[Any] = mapped_column(Geometry("POINT", 4326, spatial_index=False), nullable=True)
    since: Mapped[datetime]


class IssueLink(OfIssue, Base):
    """What an issue turned into, so that the result flows back to the reporter."""

    __tablename__ = "issue_link"
    __table_args__ = (CheckConstraint(one_of("kind", LinkKind), name="kind"), Index(None, "issue_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issue.id"))
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(60))
    target_id: Mapped[UUID | None]
    post_id: Mapped[UUID | None]
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Revisit(OfIssue, Base):
    """One try to ask a reporter for their word (DOMAIN R1.9)."""

    __tablename__ = "revisit"
    __table_args__ = (Index(None, "issue_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issue.id"))
    way: Mapped[str] = mapped_column(String(20))
    reached: Mapped[bool] = mapped_column(Boolean)
    answer_id: Mapped[UUID | None]
    post_id: Mapped[UUID | None]
    at: Mapped[datetime]


class SecondWord(OfIssue, Base):
    """A decision that wants two persons of two units: asked by one, settled by another (TRUST 18)."""

    __tablename__ = "second_word"
    __table_args__ = (
        CheckConstraint(one_of("kind", Decision), name="kind"),
        Index(
            "second_word_open",
            "issue_id",
            "kind",
            unique=True,
            postgresql_where=literal_column("decided_at is null and lapsed_at is null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issue.id"))
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(30))
    asked_by: Mapped[UUID]
    asked_post: Mapped[UUID]
    asked_units: Mapped[list[Any]]
    asked_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_post: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    agreed: Mapped[bool | None] = mapped_column(Boolean)
    lapsed_at: Mapped[datetime | None] = mapped_column(info=LATER)  # the matter began anew: it says nothing now


class Later(Base):
    """That a post has put an open matter away 稍后 until a time; `seq` is the last act it had seen.

    Only that post reads it, and only beside a matter its scope shows. Kept when it has woken, so that the old
    date can be offered again.
    """

    __tablename__ = "put_away"
    __table_args__ = (CheckConstraint(one_of("reason", LaterReason), name="reason"), Index(None, "issue_id"))

    post_id: Mapped[UUID] = mapped_column(primary_key=True)
    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(20))
    seq: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]


class SavedView(Base):
    """A filter of the queue that an account keeps under a name."""

    __tablename__ = "saved_view"
    __table_args__ = (Index(None, "account_id", "name", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(600))
    at: Mapped[datetime]
