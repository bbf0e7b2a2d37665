"""Patrols 巡查: a list of points of interest, and what was found at each. No track is kept (DESIGN 7)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, SmallInteger, String, select, true
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import ClockQuality
from app.core.db import Base
from app.core.scope import Scope, Scoped
from app.grid.models import one_of
from app.visits.kinds import Finding
from app.visits.models import OnGround


class PatrolList(OnGround, Base):
    """Points to look at on one ground: empty dwellings in frost, fire lanes, a river's edge."""

    __tablename__ = "patrol_list"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    basis: Mapped[str] = mapped_column(String(400))
    street_id: Mapped[UUID | None]
    community_id: Mapped[UUID | None]
    grid_id: Mapped[UUID | None]
    building_group_id: Mapped[UUID | None]
    every_days: Mapped[int | None] = mapped_column(SmallInteger)
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]


class PatrolPoint(Scoped, Base):
    """One point of a list: a door, or a place by words and position."""

    __tablename__ = "patrol_point"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    list_id: Mapped[UUID] = mapped_column(ForeignKey("patrol_list.id"), index=True)
    place: Mapped[int] = mapped_column(SmallInteger)
    text: Mapped[str] = mapped_column(String(400))
    dwelling_id: Mapped[UUID | None] = mapped_column(ForeignKey("dwelling.id"))
    point: Mapped[Any] = mapped_column(Geometry("POINT", 4326, spatial_index=False), nullable=True)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """With its list."""
        if scope.everything:
            return true()
        return cls.list_id.in_(select(PatrolList.id).where(PatrolList.visible_to(scope)))


class Patrol(OnGround, Base):
    """One round over a list."""

    __tablename__ = "patrol"
    __table_args__ = (
        CheckConstraint(one_of("clock_quality", ClockQuality), name="clock_quality"),
        Index(None, "list_id", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    list_id: Mapped[UUID] = mapped_column(ForeignKey("patrol_list.id"))
    street_id: Mapped[UUID | None]
    community_id: Mapped[UUID | None]
    grid_id: Mapped[UUID | None]
    building_group_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    at: Mapped[datetime]
    clock_quality: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime]
    account_id: Mapped[UUID]
    post_id: Mapped[UUID]
    device_id: Mapped[UUID | None]


class PatrolFinding(Scoped, Base):
    """What was found at one point; a matter found becomes an issue."""

    __tablename__ = "patrol_finding"
    __table_args__ = (CheckConstraint(one_of("finding", Finding), name="finding"),)

    patrol_id: Mapped[UUID] = mapped_column(ForeignKey("patrol.id"), primary_key=True)
    point_id: Mapped[UUID] = mapped_column(ForeignKey("patrol_point.id"), primary_key=True)
    finding: Mapped[str] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(String(400))
    issue_id: Mapped[UUID | None] = mapped_column(ForeignKey("issue.id"))

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """With its patrol."""
        if scope.everything:
            return true()
        return cls.patrol_id.in_(select(Patrol.id).where(Patrol.visible_to(scope)))
