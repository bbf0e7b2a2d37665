"""Tables of an issue (DESIGN 4). The contact has a table of its own: encrypted, with its own retention."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    and_,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.audit import GENESIS
from app.core.db import Base
from app.core.scope import Scope, Scoped
from app.grid.models import one_of


class State(StrEnum):
    """The spine of an issue's life; CASES 2.1 adds to it."""

    RAISED = "raised"
    ASSIGNED = "assigned"
    HANDLING = "handling"
    ANSWERED = "answered"
    CLOSED = "closed"


class IssueType(StrEnum):
    """What kind of matter; label in Chinese by channel (DESIGN 4)."""

    CONSULT = "consult"
    HELP = "help"
    COMPLAINT = "complaint"
    TIPOFF = "tipoff"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    DISPUTE = "dispute"
    WISH = "wish"
    FINDING = "finding"


class Channel(StrEnum):
    """How it came in."""

    QR = "qr"
    WORKER = "worker"
    PATROL = "patrol"
    MEETING = "meeting"
    HOTLINE = "hotline"
    OPEN311 = "open311"
    DEPARTMENT = "department"
    IMPORT = "import"


class Urgency(StrEnum):
    """How soon harm may follow."""

    NORMAL = "normal"
    URGENT = "urgent"
    EMERGENCY = "emergency"


class Placement(StrEnum):
    """What locating gave. `coarse`: known down to a street or community, but to no grid."""

    PLACED = "placed"
    NEAR_BORDER = "near_border"
    COARSE = "coarse"
    OUTSIDE = "outside"
    NO_POINT = "no_point"


UNPLACED = (Placement.COARSE, Placement.OUTSIDE, Placement.NO_POINT)


class Verdict(StrEnum):
    """The reporter's word on the result."""

    SOLVED = "solved"
    PARTLY = "partly"
    NOT_SOLVED = "not_solved"


class LimitUnit(StrEnum):
    """Units of a limit; working hours and working days join with the calendar."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


class PartyRole(StrEnum):
    """Why a unit may see an issue."""

    LEAD = "lead"
    ASSIST = "assist"
    INFORMED = "informed"


class Category(Base):
    """A versioned tree of matters; an issue keeps code and version (DOMAIN R5.2)."""

    __tablename__ = "category"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(60))
    need: Mapped[bool] = mapped_column(Boolean, default=False)
    building: Mapped[bool] = mapped_column(Boolean, default=False)
    retired_at: Mapped[datetime | None]


class LimitRule(Base):
    """How long something may take; the most specific rule in force wins (HOUSE 4.17)."""

    __tablename__ = "limit_rule"
    __table_args__ = (CheckConstraint(one_of("unit", LimitUnit), name="unit"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    clock: Mapped[str] = mapped_column(String(20))
    type: Mapped[str | None] = mapped_column(String(20))
    urgency: Mapped[str | None] = mapped_column(String(20))
    category: Mapped[str | None] = mapped_column(String(40))
    amount: Mapped[int] = mapped_column(Integer)
    unit: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]


class Issue(Scoped, Base):
    """One matter. Level columns are the ground it was placed on; open ones are found by partial indexes."""

    __tablename__ = "issue"
    __table_args__ = (
        CheckConstraint(one_of("state", State), name="state"),
        CheckConstraint(one_of("placement", Placement), name="placement"),
        Index(
            "issue_queue_street",
            "street_id",
            "due_at",
            "id",
            postgresql_where=literal_column("closed_at is null"),
        ),
        Index(
            "issue_queue_community",
            "community_id",
            "due_at",
            "id",
            postgresql_where=literal_column("closed_at is null"),
        ),
        Index(
            "issue_queue_grid",
            "grid_id",
            "due_at",
            "id",
            postgresql_where=literal_column("closed_at is null"),
        ),
        Index(
            "issue_queue_holder",
            "holder_id",
            "due_at",
            "id",
            postgresql_where=literal_column("closed_at is null"),
        ),
        Index("issue_queue", "due_at", "id", postgresql_where=literal_column("closed_at is null")),
        Index("issue_all", "raised_at", "id"),
        Index("issue_words", func.shared.bigrams(literal_column("text")), postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    state: Mapped[str] = mapped_column(String(30))
    version: Mapped[int] = mapped_column(Integer)
    trail_hash: Mapped[bytes] = mapped_column(LargeBinary, default=GENESIS)
    salt: Mapped[bytes]
    type: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(20))
    urgency: Mapped[str] = mapped_column(String(20))
    category: Mapped[str | None] = mapped_column(String(40))
    category_version: Mapped[int | None] = mapped_column(SmallInteger)
    text: Mapped[str]
    place_text: Mapped[str | None] = mapped_column(String(400))
    point: Mapped[Any] = mapped_column(Geometry("POINT", 4326, spatial_index=False), nullable=True)
    accuracy_m: Mapped[float | None] = mapped_column(Float)
    point_source: Mapped[str | None] = mapped_column(String(20))
    placement: Mapped[str] = mapped_column(String(20))
    area_id: Mapped[UUID | None]
    boundary_id: Mapped[UUID | None]
    district_id: Mapped[UUID | None]
    street_id: Mapped[UUID | None]
    community_id: Mapped[UUID | None]
    grid_id: Mapped[UUID | None]
    building_group_id: Mapped[UUID | None]
    holder_id: Mapped[UUID | None]
    explanation: Mapped[dict[str, Any]]
    confidential: Mapped[bool] = mapped_column(Boolean, default=False)
    screening: Mapped[bool] = mapped_column(Boolean, default=False)
    on_behalf_of: Mapped[str | None] = mapped_column(String(60))
    head_count: Mapped[int | None] = mapped_column(Integer)
    respondent_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    entered_by: Mapped[UUID | None]
    occurred_at: Mapped[datetime | None]
    raised_at: Mapped[datetime]
    due_at: Mapped[datetime]
    contacted_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """On the post's ground, or a party's, or the reporter's own; never what its own unit is accused of."""
        if scope.everything:
            return true()
        grants: list[ColumnElement[bool]] = []
        for column, ids in scope.areas.items():
            level = getattr(cls, column)
            grants.append(level == ids[0] if len(ids) == 1 else level.in_(ids))
        if scope.units:
            called = select(IssueParty.issue_id).where(IssueParty.unit_id.in_(scope.units))
            grants.append(cls.id.in_(called))
        if scope.subject is not None:
            grants.append(cls.id == scope.subject)
        if not grants:
            return false()
        granted = grants[0] if len(grants) == 1 else or_(*grants)
        if not scope.recused:
            return granted
        accused = and_(cls.respondent_unit_id.is_not(None), cls.respondent_unit_id.in_(scope.recused))
        return and_(granted, ~accused)


class OfIssue(Scoped):
    """Seen with its issue: the rule of a row that hangs on one."""

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        if scope.everything:
            return true()
        seen = select(Issue.id).where(Issue.visible_to(scope))
        column: ColumnElement[UUID] = cls.issue_id  # type: ignore[attr-defined]
        return column.in_(seen)


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


class IssueParty(Base):
    """A unit let in on an issue; `involve` writes it, `Issue.visible_to` reads it."""

    __tablename__ = "issue_party"
    __table_args__ = (
        CheckConstraint(one_of("role", PartyRole), name="role"),
        Index(None, "unit_id", "issue_id"),
    )

    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]


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
    satisfaction: Mapped[int] = mapped_column(SmallInteger)
    contacted: Mapped[bool | None]
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
