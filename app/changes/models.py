"""A request to change the ground, and the areas it concerns (DESIGN 2)."""

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
    false,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.changes.kinds import AreaChangeKind, ChangeState, Part
from app.core.db import LEFT_TO_DEFAULT as LATER
from app.core.db import Base
from app.core.scope import Scope, Scoped
from app.grid.models import one_of

DESKS = ("street_id", "community_id")


class AreaChange(Scoped, Base):
    """One request. `content` is what is asked for, as it was given; `findings` what the last look at it found.

    `moment` is the time the ground changed, once it has; `effect_xid` the transaction that did it: what began
    before that may still bring in work placed on the old ground.
    """

    __tablename__ = "area_change"
    __table_args__ = (
        CheckConstraint(one_of("kind", AreaChangeKind), name="kind"),
        CheckConstraint(one_of("state", ChangeState), name="state"),
        Index(None, "drafted_at", "id"),
        Index("area_change_open", "state", postgresql_where=literal_column("settled_at is null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(Integer)
    trail_hash: Mapped[bytes]
    salt: Mapped[bytes]
    content: Mapped[dict[str, Any]]
    reason: Mapped[str]
    basis: Mapped[str | None] = mapped_column(String(400))
    accept: Mapped[list[Any]]  # kinds of findings the office takes as they are
    findings: Mapped[list[Any]]
    street_id: Mapped[UUID | None] = mapped_column(ForeignKey("area.id"))  # whose agreement it takes
    drafted_by: Mapped[UUID | None]
    drafted_post: Mapped[UUID | None]
    drafted_unit_id: Mapped[UUID | None]
    drafted_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None] = mapped_column(info=LATER)
    agreed_by: Mapped[UUID | None] = mapped_column(info=LATER)
    agreed_at: Mapped[datetime | None] = mapped_column(info=LATER)
    approved_by: Mapped[UUID | None] = mapped_column(info=LATER)
    approved_at: Mapped[datetime | None] = mapped_column(info=LATER)
    effective_at: Mapped[datetime | None] = mapped_column(info=LATER)
    moment: Mapped[datetime | None] = mapped_column(info=LATER)
    effect_xid: Mapped[int | None] = mapped_column(BigInteger, info=LATER)
    effect: Mapped[dict[str, Any] | None] = mapped_column(JSONB, info=LATER)  # ids of what moved, while it settles
    settled_at: Mapped[datetime | None] = mapped_column(info=LATER)
    moved: Mapped[int] = mapped_column(Integer, server_default="0", info=LATER)  # open matters re-homed so far
    note: Mapped[str | None] = mapped_column(info=LATER)  # said by who agreed, approved or declined last

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """For the desks of the streets and communities it concerns, and for the district."""
        if scope.everything:
            return true()
        grants = [getattr(ChangedGround, level).in_(ids) for level, ids in scope.areas.items() if level in DESKS]
        if not grants:
            return false()
        return cls.id.in_(select(ChangedGround.change_id).where(or_(*grants)))


class ChangedGround(Base):
    """An area a request concerns, with the desks above it as they were when it was last looked at."""

    __tablename__ = "changed_ground"
    __table_args__ = (
        CheckConstraint(one_of("part", Part), name="part"),
        Index(None, "area_id"),
        Index(None, "street_id"),
        Index(None, "community_id"),
    )

    change_id: Mapped[UUID] = mapped_column(ForeignKey("area_change.id"), primary_key=True)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("area.id"), primary_key=True)
    part: Mapped[str] = mapped_column(String(20))
    street_id: Mapped[UUID | None]
    community_id: Mapped[UUID | None]
