"""The catalogue 派单目录 and the work orders 工单 of units (DOMAIN R1.4-R1.6, R1.8)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    String,
    and_,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import LEFT_TO_DEFAULT as LATER
from app.core.db import Base
from app.core.scope import Scope, Scoped
from app.dispatch.kinds import GONE, Level, OrderRole, OrderState
from app.grid.models import one_of
from app.issues.models import Issue

STANDING_LEAD = "role = 'lead' and state not in ('released', 'recalled')"


class CatalogueItem(Base):
    """Whose matter a category is. Never changed: the version begun last counts, until its `valid_to`."""

    __tablename__ = "catalogue_item"
    __table_args__ = (
        CheckConstraint(one_of("level", Level), name="level"),
        Index(None, "category", "valid_from"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(String(40))
    owner_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    level: Mapped[str] = mapped_column(String(20))
    not_to_community: Mapped[bool] = mapped_column(Boolean)
    legal_basis: Mapped[str] = mapped_column(String(400))
    list_code: Mapped[str | None] = mapped_column(String(40))
    assist_units: Mapped[list[Any]]
    verify: Mapped[bool] = mapped_column(Boolean)
    needs_release: Mapped[bool] = mapped_column(Boolean)
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]


class WorkOrder(Scoped, Base):
    """What one unit owes one issue. At any time an issue has at most one lead order that stands (首接负责)."""

    __tablename__ = "work_order"
    __table_args__ = (
        CheckConstraint(one_of("state", OrderState), name="state"),
        CheckConstraint(one_of("role", OrderRole), name="role"),
        Index("work_order_lead", "issue_id", unique=True, postgresql_where=literal_column(STANDING_LEAD)),
        Index(None, "issue_id"),
        Index(
            "work_order_queue", "unit_id", "due_at", "id", postgresql_where=literal_column("finished_at is null")
        ),
        Index("work_order_open", "due_at", "id", postgresql_where=literal_column("finished_at is null")),
        Index(None, "dispatched_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issue.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(30))
    version: Mapped[int] = mapped_column(Integer)
    trail_hash: Mapped[bytes]
    binding: Mapped[bool] = mapped_column(Boolean)
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("work_order.id"))
    catalogue_item_id: Mapped[UUID | None] = mapped_column(ForeignKey("catalogue_item.id"))
    verify: Mapped[bool] = mapped_column(Boolean)
    needs_release: Mapped[bool] = mapped_column(Boolean)
    dispatched_by: Mapped[UUID | None]
    dispatched_post: Mapped[UUID | None]
    dispatched_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    dispatched_at: Mapped[datetime]
    copied_to: Mapped[UUID | None] = mapped_column(ForeignKey("area.id"))
    object_until: Mapped[datetime | None]
    due_at: Mapped[datetime]
    signed_at: Mapped[datetime | None] = mapped_column(info=LATER)
    deemed: Mapped[bool] = mapped_column(Boolean, server_default="false", info=LATER)
    assigned_post_id: Mapped[UUID | None] = mapped_column(ForeignKey("post.id"), info=LATER)
    contacted_at: Mapped[datetime | None] = mapped_column(info=LATER)
    reported_at: Mapped[datetime | None] = mapped_column(info=LATER)
    ground: Mapped[str | None] = mapped_column(String(30), info=LATER)
    objected_by: Mapped[UUID | None] = mapped_column(info=LATER)
    objected_at: Mapped[datetime | None] = mapped_column(info=LATER)
    decided_at: Mapped[datetime | None] = mapped_column(info=LATER)
    wrong_owner: Mapped[bool | None] = mapped_column(Boolean, info=LATER)
    answer: Mapped[str | None] = mapped_column(info=LATER)
    result: Mapped[str | None] = mapped_column(String(30), info=LATER)
    handed_in_by: Mapped[UUID | None] = mapped_column(info=LATER)
    review_open: Mapped[bool] = mapped_column(Boolean, server_default="false", info=LATER)
    finished_at: Mapped[datetime | None] = mapped_column(info=LATER)

    @property
    def back_to(self) -> str:
        """Where a decision returns it to: a unit that was bound meanwhile goes on with what it has begun."""
        return OrderState.HANDLING if self.state == OrderState.HANDLING else OrderState.SIGNED

    @property
    def leads(self) -> bool:
        """Whether the unit answers for the matter."""
        return self.role == OrderRole.LEAD

    @property
    def undecided(self) -> bool:
        """Whether an objection waits for its decision."""
        return self.objected_at is not None and self.decided_at is None

    @property
    def stands(self) -> bool:
        """Whether the unit still has it."""
        return self.state not in GONE

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """The unit's own, or with its issue; never what the post's line is accused of or stands aside from."""
        if scope.unlimited:
            return true()
        seen = cls.issue_id.in_(select(Issue.id).where(Issue.visible_to(scope)))
        if not scope.units:
            return seen
        accused = select(Issue.id).where(Issue.respondent_unit_id.in_(scope.recused))
        denied = or_(cls.issue_id.in_(accused), cls.issue_id.in_(scope.excluded))
        return or_(seen, and_(cls.unit_id.in_(scope.units), ~denied))


class OrderEvidence(Scoped, Base):
    """A checked, re-encoded photo a unit shows with its objection; the bytes are in the photo store."""

    __tablename__ = "order_evidence"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issue.id"), index=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("work_order.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Seen with its order."""
        if scope.unlimited:
            return true()
        return cls.order_id.in_(select(WorkOrder.id).where(WorkOrder.visible_to(scope)))
