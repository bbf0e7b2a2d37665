"""What is said about visits: one input per verb, one output per reader. Nothing compulsory but who, how and what
came of it (R4.2, R4.3).
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from app.core.clock import ClockQuality
from app.core.fields import Name, Schema, Sentence
from app.core.paging import Limit
from app.households.kinds import HouseholdKind
from app.issues.schemas import Moment, Point, example
from app.visits.kinds import Advice, Period, Result, VisitKind, Way

MOST_COMPANIONS, MOST_PHOTOS = 9, 9
MOST_HOURS, MOST_GRACE = 240, 31
FROM_THEN = "tomorrow or later; left out: when the running stretch is over"
PlanCode = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
Cursor = Annotated[str, Field(max_length=400)]
Note = Annotated[Sentence, Field(description="shown on the visit alone, kept for twelve months")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class VisitPhotoIn(Schema):
    """A photo the phone has, sent by itself before or after."""

    media_id: UUID
    sha256: Sha256 | None = None


class NewVisit(Schema):
    """A visit to a household, or to a door without one. Position, photos and a note may be given, never must."""

    model_config = example(household_id="0199aa00-0000-7000-8000-000000000001", result="met", way="door")

    id: UUID | None = Field(None, description="made on the phone; the same id again makes nothing")
    household_id: UUID | None = None
    dwelling_id: UUID | None = None
    kind: VisitKind = VisitKind.VISIT
    result: Result
    way: Way = Way.DOOR
    advice: list[Advice] = Field(default_factory=list, max_length=len(Advice))
    follow_up_on: date | None = None
    note: Note | None = None
    point: Point | None = None
    companions: list[UUID] = Field(default_factory=list, max_length=MOST_COMPANIONS)
    photos: list[VisitPhotoIn] = Field(default_factory=list, max_length=MOST_PHOTOS)
    occurred_at: Moment | None = None


class AmendVisit(Schema):
    """What its author got wrong; only what is named changes. `base_rev` is the revision they saw."""

    model_config = example(base_rev=1, result="not_home")

    base_rev: Annotated[int, Field(ge=1)]
    kind: VisitKind | None = None
    result: Result | None = None
    way: Way | None = None
    advice: Annotated[list[Advice], Field(max_length=len(Advice))] | None = None
    follow_up_on: date | None = None
    note: Note | None = None


class VisitLine(Schema):
    """A visit in a list: no note, no author."""

    id: UUID
    household_id: UUID | None
    door: str | None
    head: str | None
    kind: VisitKind
    result: Result
    way: Way
    at: datetime
    follow_up_on: date | None
    issue_id: UUID | None
    amended_at: datetime | None


class VisitPhotoOut(Schema):
    """A photo, or that it has not come yet."""

    media_id: UUID
    sha256: str | None
    missing: bool


class VisitOut(VisitLine):
    """One visit in full; `hints` are words of the note that judge a person."""

    said_household_id: UUID | None
    dwelling_id: UUID | None
    advice: list[Advice]
    note: str | None
    occurred_at: datetime
    clock_quality: ClockQuality
    received_at: datetime
    post_id: UUID
    companions: list[UUID]
    photos: list[VisitPhotoOut]
    rev: int
    hints: list[str]
    covers: int = Field(description="how many tasks it serves")
    amendable: bool


class VisitFilter(Schema):
    """The register 走访台账 of the post's ground, the latest first; days of the office, both included."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")
    kind: VisitKind | None = None
    result: Result | None = None
    way: Way | None = None
    household_id: UUID | None = None
    grid_id: UUID | None = None
    mine: bool = False
    limit: Limit = 50
    cursor: Cursor | None = None


class RaisedFromVisit(Schema):
    """The issue a visit led to."""

    visit_id: UUID
    issue_id: UUID
    number: str
    replayed: bool


class MajorChange(Schema):
    """That something grave has happened to a household; what it was is for the visit to find out."""

    model_config = example()

    occurred_at: Moment | None = None


class NewOptOut(Schema):
    """The household does not want to be called on: by one rule or by all, for ever or until it is asked again."""

    model_config = example(until="2027-11-20T00:00:00+08:00")

    rule_id: UUID | None = None
    until: Moment | None = None


class NewPlanRule(Schema):
    """A plan from a day on: whom it reaches, how often, and what counts. The version before it ends there.

    Without a care need, a kind of household or `for_duty` it reaches every household. `hours` belongs to `once`.
    """

    model_config = example(
        code="living_alone_month", name="独居老人月访", care_kind="living_alone", period="month", grace_days=5,
        basis="特殊困难老年人月探访率100%(民政部等10部门2022)",
    )  # fmt: skip

    code: PlanCode
    name: Name
    care_kind: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")] | None = None
    household_kind: HouseholdKind | None = None
    period: Period
    hours: Annotated[int, Field(ge=1, le=MOST_HOURS)] | None = None
    kinds: set[VisitKind] = Field({VisitKind.VISIT, VisitKind.FOLLOW_UP}, min_length=1)
    ways: set[Way] = Field(set(Way), min_length=1)
    grace_days: Annotated[int, Field(ge=0, le=MOST_GRACE)] = 0
    for_duty: bool = False
    basis: Sentence
    valid_from: date | None = Field(None, description=FROM_THEN)


class EndPlanRule(Schema):
    """A plan makes no tasks any more from a day on."""

    model_config = example(code="living_alone_month")

    code: PlanCode
    valid_to: date | None = Field(None, description=FROM_THEN)


class PlanRuleOut(Schema):
    """One version of a plan: in force from the first stretch that begins on `valid_from`, until `valid_to`."""

    id: UUID
    code: str
    name: str
    care_kind: str | None
    household_kind: str | None
    period: Period
    hours: int | None
    kinds: list[VisitKind]
    ways: list[Way]
    grace_days: int
    for_duty: bool
    basis: str
    valid_from: date
    valid_to: date | None


class OptOutOut(Schema):
    """What a household has asked for."""

    id: UUID
    household_id: UUID
    rule_id: UUID | None
    since: datetime
    until: datetime | None
