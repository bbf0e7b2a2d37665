"""Rules, calendar and running clocks. A running clock holds ids and times only; its subject holds the words."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

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

from app.core.clock import Measure
from app.core.db import LEFT_TO_DEFAULT as LATER
from app.core.db import Base
from app.grid.models import one_of


class LimitRule(Base):
    """How long something may take. Never changed: a new rule with a later `valid_from` follows it, so that what
    runs keeps the rule it began with. Of the rules in force the one naming the category wins, then the urgency,
    the type, and the latest.
    """

    __tablename__ = "limit_rule"
    __table_args__ = (CheckConstraint(one_of("unit", Measure), name="unit"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    clock: Mapped[str] = mapped_column(String(20))
    type: Mapped[str | None] = mapped_column(String(20))
    urgency: Mapped[str | None] = mapped_column(String(20))
    category: Mapped[str | None] = mapped_column(String(40))
    amount: Mapped[int] = mapped_column(Integer)
    unit: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]


class CalendarDay(Base):
    """A day the tenant works or keeps free against the national calendar (a local festival, a flood)."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    working: Mapped[bool] = mapped_column(Boolean)
    name: Mapped[str] = mapped_column(String(60))


class OfficeSeason(Base):
    """Office hours of a part of the year, of one unit or (null) of all; days `MM-DD`, spans minutes of the day."""

    __tablename__ = "office_season"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    first_day: Mapped[str] = mapped_column(String(5))
    last_day: Mapped[str] = mapped_column(String(5))
    spans: Mapped[list[Any]]


class Rung(Base):
    """When the worker looks at a clock: so long before its end (`ahead`) or after it (DOMAIN R5.3)."""

    __tablename__ = "rung"
    __table_args__ = (CheckConstraint(one_of("unit", Measure), name="unit"),)

    clock: Mapped[str] = mapped_column(String(20), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    ahead: Mapped[bool] = mapped_column(Boolean)
    amount: Mapped[int] = mapped_column(Integer)
    unit: Mapped[str] = mapped_column(String(20))


class Wait(Base):
    """One clock of one subject. `rung` is the next one to ring; `wake_at` is null when nothing is left to do."""

    __tablename__ = "wait"
    __table_args__ = (
        CheckConstraint(one_of("unit", Measure), name="unit"),
        CheckConstraint("ended_at is null or wake_at is null", name="ended"),
        Index("wait_due", "wake_at", "id", postgresql_where=literal_column("wake_at is not null")),
        Index("wait_parked", "parked_at", postgresql_where=literal_column("parked_at is not null")),
        Index("wait_running", "due_at", "subject_id", postgresql_where=literal_column("ended_at is null")),
        Index("wait_ended", "ended_at", postgresql_where=literal_column("ended_at is not null")),
        Index(None, "subject_id", "kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(20))
    post_id: Mapped[UUID | None]
    unit_id: Mapped[UUID | None]
    rule_id: Mapped[UUID | None]
    amount: Mapped[int] = mapped_column(Integer)
    unit: Mapped[str] = mapped_column(String(20))
    since: Mapped[datetime]
    due_at: Mapped[datetime]
    rung: Mapped[int] = mapped_column(SmallInteger)
    wake_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None] = mapped_column(info=LATER)
    ended_at: Mapped[datetime | None] = mapped_column(info=LATER)
    dropped: Mapped[bool] = mapped_column(Boolean, server_default="false", info=LATER)  # no longer waited for
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0", info=LATER)
    parked_at: Mapped[datetime | None] = mapped_column(info=LATER)
    trouble: Mapped[str | None] = mapped_column(String(120), info=LATER)


class Pause(Base):
    """Time that does not count, with its reason."""

    __tablename__ = "pause"
    __table_args__ = (Index(None, "subject_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    wait_id: Mapped[UUID] = mapped_column(ForeignKey("wait.id"))
    subject_id: Mapped[UUID]
    reason: Mapped[str] = mapped_column(String(30))
    post_id: Mapped[UUID | None]
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class Extension(Base):
    """More time asked for and decided on by somebody else; the reporter is told first (CASES 2.3)."""

    __tablename__ = "extension"
    __table_args__ = (Index(None, "subject_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[UUID]
    asked_by: Mapped[UUID | None]
    asked_post: Mapped[UUID | None]
    asked_at: Mapped[datetime]
    until: Mapped[datetime]
    from_due: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decided_post: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    granted: Mapped[bool | None] = mapped_column(Boolean)
