"""An issue, who may see it, and its category (DESIGN 4). What hangs on it is in `records`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
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
from app.core.db import LEFT_TO_DEFAULT as LATER
from app.core.db import Base
from app.core.scope import Scope, Scoped
from app.grid.models import one_of
from app.issues.kinds import PartyRole, Placement, State


class Category(Base):
    """A versioned tree of matters; an issue keeps code and version (DOMAIN R5.2)."""

    __tablename__ = "category"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(60))
    need: Mapped[bool] = mapped_column(Boolean, default=False)
    building: Mapped[bool] = mapped_column(Boolean, default=False)
    verify: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    private: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    retired_at: Mapped[datetime | None]


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
        Index(
            "issue_queue_lead",
            "lead_unit_id",
            "due_at",
            "id",
            postgresql_where=literal_column("closed_at is null"),
        ),
        Index("issue_merged", "merged_into", postgresql_where=literal_column("merged_into is not null")),
        Index("issue_of_incident", "incident_id", postgresql_where=literal_column("incident_id is not null")),
        Index("issue_all", "raised_at", "id"),
        Index("issue_closed", "closed_at", "id", postgresql_where=literal_column("closed_at is not null")),
        Index("issue_answered", "answered_at", "id", postgresql_where=literal_column("answered_at is not null")),
        Index("issue_touched", "touched_at", "id", postgresql_where=literal_column("closed_at is null")),
        Index(
            "issue_supervised",
            "supervised_at",
            "id",
            postgresql_where=literal_column(
                "supervised_at is not null and (closed_at is null or state = 'not_accepted')"
            ),
        ),
        Index("issue_review", "review_at", "id", postgresql_where=literal_column("state = 'held_open'")),
        Index(
            "issue_hopped",
            "due_at",
            "id",
            postgresql_where=literal_column("closed_at is null and (hops > 1 or reworks > 1)"),
        ),
        Index("issue_upstream", "upstream_number", postgresql_where=literal_column("upstream_number is not null")),
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
    touched_at: Mapped[datetime] = mapped_column(server_default=func.now())
    upstream_number: Mapped[str | None] = mapped_column(String(60))
    upstream_due: Mapped[datetime | None]  # the end an order came with; its own clocks run to it (DESIGN 4)
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("issue.id"))
    estate_id: Mapped[UUID | None] = mapped_column(ForeignKey("estate.id"))
    dwelling_id: Mapped[UUID | None] = mapped_column(ForeignKey("dwelling.id"))
    back_to: Mapped[str | None] = mapped_column(String(30), info=LATER)
    answer_id: Mapped[UUID | None] = mapped_column(info=LATER)  # the present answer, to which words are given
    triage: Mapped[str | None] = mapped_column(String(20), info=LATER)
    outcome: Mapped[str | None] = mapped_column(String(30), info=LATER)
    closing: Mapped[str | None] = mapped_column(String(20), info=LATER)
    lead_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"), info=LATER)
    incident_id: Mapped[UUID | None] = mapped_column(ForeignKey("incident.id"), info=LATER)
    hops: Mapped[int] = mapped_column(SmallInteger, server_default="0", info=LATER)
    reworks: Mapped[int] = mapped_column(SmallInteger, server_default="0", info=LATER)
    holds: Mapped[int] = mapped_column(SmallInteger, server_default="0", info=LATER)
    supervised_at: Mapped[datetime | None] = mapped_column(info=LATER)
    review_at: Mapped[datetime | None] = mapped_column(info=LATER)
    verify_after: Mapped[datetime | None] = mapped_column(info=LATER)
    sampled: Mapped[bool] = mapped_column(Boolean, server_default="false", info=LATER)
    edited_text: Mapped[str | None] = mapped_column(info=LATER)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """On the post's ground, or a party's, or the reporter's own; never what its own unit is accused of."""
        if scope.unlimited:
            return true()
        grants: list[ColumnElement[bool]] = [true()] if scope.everything else []
        for column, ids in scope.areas.items():
            level = getattr(cls, column)
            grants.append(level == ids[0] if len(ids) == 1 else level.in_(ids))
        if scope.units:
            called = select(IssueParty.issue_id).where(IssueParty.unit_id.in_(scope.units))
            grants.append(cls.id.in_(called))
        if scope.subject is not None:
            grants.append(cls.id == scope.subject)
        if scope.subjects:
            grants.append(cls.id.in_(scope.subjects))
        if not grants:
            return false()
        granted = grants[0] if len(grants) == 1 else or_(*grants)
        if scope.recused:
            accused = and_(cls.respondent_unit_id.is_not(None), cls.respondent_unit_id.in_(scope.recused))
            granted = and_(granted, ~accused)
        if scope.excluded:
            granted = and_(granted, cls.id.not_in(scope.excluded))
        return granted


def _itself(row: Any) -> Any:
    """Let in by the desk of the issue, with no order and no report-in."""
    return row.get_current_parameters()["issue_id"]


class IssueParty(Base):
    """A unit let in on an issue; `involve` writes it, `Issue.visible_to` reads it.

    `through` is what it was let in by (an order, a report-in, else the issue itself): the sight ends with that.
    """

    __tablename__ = "issue_party"
    __table_args__ = (
        CheckConstraint(one_of("role", PartyRole), name="role"),
        Index(None, "unit_id", "issue_id"),
        Index(None, "through"),
    )

    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    through: Mapped[UUID] = mapped_column(primary_key=True, default=_itself)
    role: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]


class OfIssue(Scoped):
    """Seen with its issue: the rule of a row that hangs on one."""

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        if scope.unlimited:
            return true()
        seen = select(Issue.id).where(Issue.visible_to(scope))
        column: ColumnElement[UUID] = cls.issue_id  # type: ignore[attr-defined]
        return column.in_(seen)
