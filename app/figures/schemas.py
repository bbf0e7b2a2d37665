"""What is asked of figures and what they say; every number carries the address of its rows."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from app.core.fields import Schema
from app.figures.kinds import By, Covered, Part, Supervised
from app.grid.models import AreaLevel

PageSize = Annotated[int, Field(ge=1, le=200)]
Cursor = Annotated[str, Field(max_length=400)]
Level = Literal[AreaLevel.STREET, AreaLevel.COMMUNITY, AreaLevel.GRID]


class FigureFilter(Schema):
    """Days of the office, both included, and what to group by."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    by: By = By.NONE
    level: Level = AreaLevel.STREET


class RowsFilter(FigureFilter):
    """One number's rows: a rate, a line shown apart or a clock (`clock_sign`), and which part of it.

    `satisfaction` is one of the five levels, of what the adjusted satisfaction rate is over.
    """

    figure: Annotated[str, Field(pattern=r"^[a-z_]{3,40}$")]
    part: Part = Part.DENOMINATOR
    group: Annotated[str, Field(max_length=64)] | None = None
    adjusted: bool = False
    reason: Annotated[str, Field(max_length=30)] | None = None
    satisfaction: Annotated[int, Field(ge=1, le=5)] | None = None
    limit: PageSize = 50
    cursor: Cursor | None = None


class FormulaOut(Schema):
    """The formula a rate was counted by."""

    name: str
    version: int
    numerator: str
    denominator: str
    reasons: list[str]
    valid_from: date


class Counted(Schema):
    """A number and where its rows are."""

    n: int
    rows: str


class Share(Schema):
    """So many of so many; `n` and `rate` are null where so few words would give people away (`hidden`)."""

    n: int | None
    of: int
    rate: float | None
    hidden: bool
    numerator_rows: str | None
    denominator_rows: str


class RateOut(Schema):
    """A rate raw and adjusted, side by side, and what the adjustment left out, by reason."""

    version: int
    raw: Share
    adjusted: Share
    excluded: dict[str, Counted]


class LevelsOut(Schema):
    """Words by the five levels, one a reporter, of what the adjusted rate is over; null when there are too few."""

    words: int
    hidden: bool
    counts: dict[str, int] | None
    rows: dict[str, str] | None


class RateGroup(Schema):
    """The figures of one area, unit or category, or of all."""

    key: str | None
    code: str | None
    name: str | None
    rates: dict[str, RateOut]
    satisfaction: LevelsOut
    apart: dict[str, Counted]


class RatesOut(Schema):
    """The three rates over a period."""

    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    formulas: list[FormulaOut]
    groups: list[RateGroup]


class ClockOut(Schema):
    """How long one kind of clock took, in minutes without its pauses, of those that ended in the period."""

    kind: str
    n: int
    median: float | None
    p90: float | None
    on_time: int
    on_time_share: float | None
    running_late: int
    missed: int
    rows: str
    on_time_rows: str
    missed_rows: str
    running_late_rows: str


class ClockGroup(Schema):
    """The clocks of one group."""

    key: str | None
    code: str | None
    name: str | None
    clocks: list[ClockOut]


class ClocksOut(Schema):
    """Every kind of clock over a period."""

    first: date = Field(serialization_alias="from")
    last: date = Field(serialization_alias="to")
    groups: list[ClockGroup]


class MatterLine(Schema):
    """A matter behind a number or on a list: no words of anybody."""

    id: UUID
    number: str
    state: str
    type: str
    urgency: str
    category: str | None
    street_id: UUID | None
    community_id: UUID | None
    grid_id: UUID | None
    lead_unit_id: UUID | None
    outcome: str | None
    closing: str | None
    raised_at: datetime
    due_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None
    place: str | None
    lead_unit: str | None


class ListFilter(Schema):
    """One list of the supervision desk."""

    which: Supervised = Field(alias="list")
    limit: PageSize = 50
    cursor: Cursor | None = None


class ListedLine(MatterLine):
    """A matter on a list of the supervision desk, and the moment that puts it there."""

    hops: int
    reworks: int
    since: datetime
    whistle_id: UUID | None


class LedgerFilter(Schema):
    """Hours, the latest first."""

    limit: PageSize = 48
    cursor: Cursor | None = None


class LedgerLine(Schema):
    """One hour's sums."""

    hour: datetime
    at: datetime
    accepted: int
    open: int
    closed: int
    refused: int
    merged: int
    withdrawn: int
    difference: int
    late: int
    ownerless: int
    oldest_id: UUID | None
    oldest_minutes: int | None


class CoverageFilter(Schema):
    """Each plan's stretch that holds the day (today), by area of a level."""

    on: date | None = None
    level: Level = AreaLevel.GRID
    rule_id: UUID | None = None


class CoverageGroup(Schema):
    """Households of one plan in one area and stretch, never of a person. Null: too few to be hidden."""

    area_id: UUID | None
    code: str | None
    name: str | None
    rule_id: UUID
    rule: str
    starts_on: date
    ends_on: date
    due: int | None
    covered: int | None
    refused: int | None
    overdue: int | None
    opted_out: int | None
    hidden: bool
    rows: dict[str, str]


class SizeFilter(Schema):
    """Which level, below which area, and a band other than the usual one."""

    level: Literal[AreaLevel.GRID, AreaLevel.BUILDING_GROUP] = AreaLevel.GRID
    area: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,32}$")] | None = None
    least: Annotated[int, Field(ge=1, le=100_000)] | None = None
    most: Annotated[int, Field(ge=1, le=100_000)] | None = None


class SizeLine(Schema):
    """Households of one area beside the band. Null: too few to be hidden."""

    code: str
    name: str
    rural: bool
    households: int | None
    hidden: bool
    least: int
    most: int
    flag: Literal["below", "above"] | None


class CoverageRowsFilter(Schema):
    """One number's households. Where the plan tells a care need, a purpose is required and kept."""

    rule_id: UUID
    on: date | None = None
    level: Level = AreaLevel.GRID
    area_id: UUID | None = None
    part: Covered = Covered.DUE
    purpose: Annotated[str, Field(min_length=2, max_length=400)] | None = None
    limit: PageSize = 50
    cursor: Cursor | None = None


class CoveredLine(Schema):
    """A household behind a number; `task_id` is null for one that wants no visits."""

    household_id: UUID
    task_id: UUID | None
    door: str | None
    head: str | None
    part: Covered
    done_at: datetime | None
