"""Visits with their revisions, the rules of plans, and the tasks reckoned from them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    false,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import ClockQuality
from app.core.db import LEFT_TO_DEFAULT as LATER
from app.core.db import Base
from app.core.scope import Scope, Scoped
from app.grid.models import one_of
from app.households.models import OfHousehold
from app.visits.kinds import Period, Result, TaskState, VisitKind, Way


class OnGround(Scoped):
    """Seen on the post's ground, or with a household of its contact duty."""

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        if scope.everything:
            return true()
        grants: list[ColumnElement[bool]] = [getattr(cls, level).in_(ids) for level, ids in scope.areas.items()]
        household = getattr(cls, "household_id", None)
        if scope.subjects and household is not None:
            grants.append(household.in_(scope.subjects))
        return or_(*grants) if grants else false()


class Visit(OnGround, Base):
    """One visit. `occurred_at` is what the phone said, `at` the corrected time that periods are reckoned by.

    Position and photos are never required (R4.3). `household_id` is the one it counts for now, `said_household_id`
    the one that was named, when that has been merged since.
    """

    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint(one_of("kind", VisitKind), name="kind"),
        CheckConstraint(one_of("result", Result), name="result"),
        CheckConstraint(one_of("way", Way), name="way"),
        CheckConstraint(one_of("clock_quality", ClockQuality), name="clock_quality"),
        CheckConstraint("household_id is not null or dwelling_id is not null", name="somewhere"),
        Index("visit_of_household", "household_id", "at"),
        Index("visit_of_grid", "grid_id", "at"),
        Index("visit_of_dwelling", "dwelling_id", postgresql_where=literal_column("household_id is null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("household.id"))
    said_household_id: Mapped[UUID | None]
    dwelling_id: Mapped[UUID | None] = mapped_column(ForeignKey("dwelling.id"))
    street_id: Mapped[UUID | None]
    community_id: Mapped[UUID | None]
    grid_id: Mapped[UUID | None]
    building_group_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(String(20))
    result: Mapped[str] = mapped_column(String(20))
    way: Mapped[str] = mapped_column(String(20))
    advice: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    follow_up_on: Mapped[date | None]
    note: Mapped[str | None]
    point: Mapped[Any] = mapped_column(Geometry("POINT", 4326, spatial_index=False), nullable=True)
    accuracy_m: Mapped[float | None] = mapped_column(Float)
    occurred_at: Mapped[datetime]
    at: Mapped[datetime]
    clock_quality: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime]
    account_id: Mapped[UUID]
    post_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    rev: Mapped[int] = mapped_column(Integer)
    amended_at: Mapped[datetime | None] = mapped_column(info=LATER)
    issue_id: Mapped[UUID | None] = mapped_column(ForeignKey("issue.id"), info=LATER)


class OfVisit(Scoped):
    """Seen with its visit."""

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        if scope.everything:
            return true()
        seen = select(Visit.id).where(Visit.visible_to(scope))
        column: ColumnElement[UUID] = cls.visit_id  # type: ignore[attr-defined]
        return column.in_(seen)


class VisitRevision(OfVisit, Base):
    """What a visit said before its author amended it."""

    __tablename__ = "visit_revision"

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    rev: Mapped[int] = mapped_column(Integer, primary_key=True)
    said: Mapped[dict[str, Any]]
    amended_at: Mapped[datetime]


class VisitCompanion(OfVisit, Base):
    """Who came along: one visit, several posts (CASES 1f)."""

    __tablename__ = "visit_companion"

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"), primary_key=True)


class VisitPhoto(OfVisit, Base):
    """A photo of a visit, named by the phone; it may come before or long after its visit."""

    __tablename__ = "visit_photo"

    visit_id: Mapped[UUID] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    media_id: Mapped[UUID] = mapped_column(primary_key=True)
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    missing_since: Mapped[datetime | None]


class PlanRule(Base):
    """Which households are called on how often: by care need or kind of household; the district's own rows (R4.1).

    `reach` is who is meant: a care kind, a household kind, or neither for every household.
    """

    __tablename__ = "plan_rule"
    __table_args__ = (
        CheckConstraint(one_of("period", Period), name="period"),
        CheckConstraint("care_kind is null or household_kind is null", name="one_reach"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(60))
    care_kind: Mapped[str | None] = mapped_column(ForeignKey("care_kind.code"))
    household_kind: Mapped[str | None] = mapped_column(String(20))
    period: Mapped[str] = mapped_column(String(20))
    hours: Mapped[int | None] = mapped_column(SmallInteger)  # of a task that comes once
    kinds: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    ways: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    grace_days: Mapped[int] = mapped_column(SmallInteger)
    for_duty: Mapped[bool]  # true: for contact duties only; false: for the grid's worker
    basis: Mapped[str] = mapped_column(String(400))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class VisitTask(OnGround, Base):
    """One household, one rule, one period: what is due, and by which visit it was covered.

    The state follows from rows alone: covered when a visit covers it, else refused when one was turned away, else
    cancelled when `cancelled_at` says that it is no longer wanted, else open (`app/visits/reckoning.py`).
    """

    __tablename__ = "visit_task"
    __table_args__ = (
        CheckConstraint(one_of("state", TaskState), name="state"),
        Index("visit_task_period", "rule_id", "household_id", "starts_on", "post_id", unique=True,
              postgresql_nulls_not_distinct=True),
        Index("visit_task_household", "household_id", postgresql_where=literal_column("state = 'open'")),
        Index("visit_task_grid", "grid_id", "due_on", postgresql_where=literal_column("state = 'open'")),
        Index("visit_task_due", "due_on", postgresql_where=literal_column("state = 'open'")),
        Index("visit_task_done", "done_by", postgresql_where=literal_column("done_by is not null")),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("plan_rule.id"))
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"))
    street_id: Mapped[UUID | None]
    community_id: Mapped[UUID | None]
    grid_id: Mapped[UUID | None]
    building_group_id: Mapped[UUID | None]
    post_id: Mapped[UUID | None] = mapped_column(ForeignKey("post.id"))  # of a contact duty; else the grid's
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    due_on: Mapped[date]
    due_at: Mapped[datetime | None]  # of a task in hours
    state: Mapped[str] = mapped_column(String(20))
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("visit.id"))
    done_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    rev: Mapped[int] = mapped_column(Integer)


class OptOut(OfHousehold, Base):
    """A household that does not want to be called on, wholly or by one rule; it is asked again after `until`."""

    __tablename__ = "opt_out"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    street_id: Mapped[UUID | None]
    community_id: Mapped[UUID | None]
    grid_id: Mapped[UUID | None]
    building_group_id: Mapped[UUID | None]
    rule_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan_rule.id"))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    by_post: Mapped[UUID | None]
