"""What hangs on a whistle: words, joint surveys, tasks with their photos, scores."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    literal_column,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.audit import GENESIS
from app.core.db import Base
from app.grid.models import one_of
from app.whistles.kinds import GuestKind, Link, Result, Side, TaskState, When
from app.whistles.models import OfWhistle, street_of


class WhistleWords(OfWhistle, Base):
    """Words said with a step of the whistle, a report-in or a task. The trail holds only their digest."""

    __tablename__ = "whistle_words"
    __table_args__ = (Index(None, "whistle_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    whistle_id: Mapped[UUID] = mapped_column(ForeignKey("whistle.id"))
    subject_id: Mapped[UUID]
    step: Mapped[str] = mapped_column(String(40))
    text: Mapped[str]
    post_id: Mapped[UUID | None]
    at: Mapped[datetime]


class Survey(OfWhistle, Base):
    """A joint survey: when and where, what was found, what was decided."""

    __tablename__ = "survey"
    __table_args__ = (Index(None, "whistle_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    whistle_id: Mapped[UUID] = mapped_column(ForeignKey("whistle.id"))
    held_at: Mapped[datetime]
    place_text: Mapped[str] = mapped_column(String(400))
    findings: Mapped[str]
    decisions: Mapped[str]
    post_id: Mapped[UUID | None]
    at: Mapped[datetime]


class SurveyGuest(OfWhistle, Base):
    """Who came: a unit, a body that is no unit here (by its name), or so many residents."""

    __tablename__ = "survey_participant"
    __table_args__ = (
        CheckConstraint(one_of("kind", GuestKind), name="kind"),
        CheckConstraint("kind <> 'resident' or (name is null and unit_id is null)", name="residents_unnamed"),
        Index(None, "survey_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    whistle_id: Mapped[UUID] = mapped_column(ForeignKey("whistle.id"))
    survey_id: Mapped[UUID] = mapped_column(ForeignKey("survey.id"))
    kind: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str | None] = mapped_column(String(60))
    count: Mapped[int] = mapped_column(Integer)


class Task(OfWhistle, Base):
    """One piece of the work: whose it is and by when."""

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint(one_of("state", TaskState), name="state"),
        CheckConstraint("state <> 'held_open' or review_at is not null", name="held_with_date"),
        Index(None, "whistle_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    whistle_id: Mapped[UUID] = mapped_column(ForeignKey("whistle.id"))
    street_unit_id: Mapped[UUID] = street_of(whistle_id)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    state: Mapped[str] = mapped_column(String(30))
    version: Mapped[int] = mapped_column(Integer)
    trail_hash: Mapped[bytes] = mapped_column(LargeBinary, default=GENESIS)
    what: Mapped[str] = mapped_column(String(400))
    due_at: Mapped[datetime]
    review_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    at: Mapped[datetime]


class TaskPhoto(OfWhistle, Base):
    """A checked, re-encoded photo by content hash; the bytes are in the photo store."""

    __tablename__ = "task_photo"
    __table_args__ = (CheckConstraint(one_of("taken", When), name="taken"), Index(None, "task_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    whistle_id: Mapped[UUID] = mapped_column(ForeignKey("whistle.id"))
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"))
    taken: Mapped[str] = mapped_column(String(20))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]


class ReportInEvidence(OfWhistle, Base):
    """A checked, re-encoded photo a unit shows with its refusal; the bytes are in the photo store."""

    __tablename__ = "report_in_evidence"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    whistle_id: Mapped[UUID] = mapped_column(ForeignKey("whistle.id"))
    report_in_id: Mapped[UUID] = mapped_column(ForeignKey("report_in.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]


class Score(OfWhistle, Base):
    """One assessment of one side and the trail rows it rests on; appealed once, decided by the district (R2.6)."""

    __tablename__ = "score"
    __table_args__ = (
        CheckConstraint(one_of("side", Side), name="side"),
        CheckConstraint(one_of("link", Link), name="link"),
        CheckConstraint(one_of("result", Result), name="result"),
        CheckConstraint("stars between 1 and 5", name="stars"),
        Index(None, "whistle_id"),
        Index(None, "unit_id"),
        Index(
            "score_of_link", "report_in_id", "link", unique=True,
            postgresql_where=literal_column("report_in_id is not null"),
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    whistle_id: Mapped[UUID] = mapped_column(ForeignKey("whistle.id"))
    side: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    report_in_id: Mapped[UUID | None] = mapped_column(ForeignKey("report_in.id"))
    link: Mapped[str] = mapped_column(String(20))
    result: Mapped[str] = mapped_column(String(30))
    stars: Mapped[int | None] = mapped_column(SmallInteger)
    opinion: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str | None] = mapped_column(String(400))
    events: Mapped[list[Any]]
    given_by: Mapped[UUID | None]
    by_unit_id: Mapped[UUID | None]
    at: Mapped[datetime]
    appeal: Mapped[str | None] = mapped_column(String(400))
    appealed_at: Mapped[datetime | None]
    appealed_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    upheld: Mapped[bool | None] = mapped_column(Boolean)
