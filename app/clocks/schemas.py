"""What is said about limits, working days and office hours."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from app.core.clock import Measure
from app.core.fields import Code, Name, Schema

MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", examples=["06-01"])]
Minute = Annotated[int, Field(ge=0, le=1440)]
MOST = 10_000


class NewLimit(Schema):
    """A limit that holds from now on for what begins then; the one before it is kept for what runs."""

    clock: Annotated[str, Field(pattern=r"^[a-z_]{2,20}$", examples=["solve"])]
    amount: Annotated[int, Field(ge=1, le=MOST)] = Field(examples=[3])
    unit: Measure = Field(examples=["working_days"])
    type: Annotated[str, Field(max_length=20)] | None = None
    urgency: Annotated[str, Field(max_length=20)] | None = None
    category: Annotated[str, Field(max_length=40)] | None = None


class LimitOut(Schema):
    """A limit in force."""

    id: UUID
    clock: str
    amount: int
    unit: str
    type: str | None
    urgency: str | None
    category: str | None
    valid_from: datetime


class DayRule(Schema):
    """A day the district works or keeps free against the national calendar."""

    day: date = Field(examples=["2027-04-13"])
    working: bool = Field(examples=[False])
    name: Name = Field(examples=["泼水节"])


class SeasonRule(Schema):
    """Office hours of a part of the year, of one unit or of all; spans in minutes of the day."""

    unit: Code | None = None
    first_day: MonthDay
    last_day: MonthDay
    spans: Annotated[list[tuple[Minute, Minute]], Field(min_length=1, max_length=6)] = Field(
        examples=[[[540, 720], [810, 1050]]]
    )

    @model_validator(mode="after")
    def in_order(self) -> "SeasonRule":
        """Spans follow one another and are not empty."""
        ends = [minute for span in self.spans for minute in span]
        if ends != sorted(set(ends)):
            raise ValueError("spans_out_of_order")
        return self


class HouseOut(Schema):
    """The district's rules of time as they stand."""

    limits: list[LimitOut]
    days: list[DayRule]
    seasons: list[SeasonRule]
