"""Formulas, the numbers lists are made by, and the ledger: sums and rules, nothing single."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.figures.kinds import Denominator, Numerator, Rate, Threshold
from app.grid.models import one_of


class Formula(Base):
    """One version of a rate. Never changed: a later version follows it, and an old period keeps the one in force
    when it ended.
    """

    __tablename__ = "formula"
    __table_args__ = (
        CheckConstraint(one_of("name", Rate), name="name"),
        CheckConstraint(one_of("numerator", Numerator), name="numerator"),
        CheckConstraint(one_of("denominator", Denominator), name="denominator"),
    )

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    numerator: Mapped[str] = mapped_column(String(20))
    denominator: Mapped[str] = mapped_column(String(20))
    reasons: Mapped[list[Any]]
    valid_from: Mapped[date] = mapped_column(Date)


class FigureSetting(Base):
    """A number of this district's own: below which a figure is hidden, after how many days a matter is dormant."""

    __tablename__ = "figure_setting"
    __table_args__ = (CheckConstraint(one_of("name", Threshold), name="name"),)

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[int] = mapped_column(Integer)


class Ledger(Base):
    """One hour's sums of a whole district: what was accepted is open, settled or refused with notice (TRUST 78).

    `difference` is what does not add up and has to be nought; `ownerless` counts matters past their limit that
    nobody living owns, the oldest of which is named.
    """

    __tablename__ = "ledger"

    hour: Mapped[datetime] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    at: Mapped[datetime]
    accepted: Mapped[int] = mapped_column(Integer)
    open: Mapped[int] = mapped_column(Integer)
    closed: Mapped[int] = mapped_column(Integer)
    refused: Mapped[int] = mapped_column(Integer)
    merged: Mapped[int] = mapped_column(Integer)
    withdrawn: Mapped[int] = mapped_column(Integer)
    difference: Mapped[int] = mapped_column(Integer)
    late: Mapped[int] = mapped_column(Integer)
    ownerless: Mapped[int] = mapped_column(Integer)
    oldest_id: Mapped[UUID | None]
    oldest_minutes: Mapped[int | None] = mapped_column(Integer)
