"""What is said about the queue: its filter, its rows, what a post puts away."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from app.core.fields import Code, Name, Schema
from app.issues.kinds import Channel, LaterReason, Listed, State
from app.issues.schemas import CategoryCode, example


class IssueFilter(Schema):
    """What a queue is narrowed by; every part may be left out, an unknown one is refused."""

    which: Listed | None = Field(None, alias="list", description="one of the lists of the desk")
    state: list[State] = Field(default_factory=list, max_length=20)
    category: CategoryCode | None = None
    channel: Channel | None = None
    area: Code | None = None
    mine: bool = False
    desk: Literal["unplaced", "unassigned"] | None = None
    screening: bool | None = None
    incident: UUID | None = None
    closed: bool = False
    q: Name | None = Field(None, description="words of the text, or an issue's number")
    cursor: str | None = Field(None, max_length=300)
    limit: int = Field(20, ge=1, le=200)


class LineHolder(Schema):
    """The post a matter is with: its role in words and its ground. Names are not shown in lists."""

    role: str
    ground: str | None
    zh: str
    en: str


class NextClock(Schema):
    """The clock that ends next, with what is left of it in working time."""

    kind: str
    due_at: datetime
    paused: bool
    late: bool
    zh: str
    en: str


class AwayOut(Schema):
    """That the active post has put a matter away; awake again, the old date is offered anew."""

    until: datetime
    reason: str
    asleep: bool


class IssueLine(Schema):
    """A row of the queue."""

    id: UUID
    number: str
    state: str
    version: int
    type: str
    urgency: str
    category: str | None
    category_name: str | None
    text: str
    place_text: str | None
    placement: str
    lon: float | None
    lat: float | None
    grid_id: UUID | None
    grid: str | None
    community: str | None
    holder_id: UUID | None
    holder: LineHolder | None
    lead_unit: str | None
    screening: bool
    confidential: bool
    supervised: bool
    raised_at: datetime
    due_at: datetime
    closed_at: datetime | None
    clock: NextClock | None
    reports: int
    away: AwayOut | None


class NewView(Schema):
    """A filter of the queue kept under a name; the query string of the list, without words that were sought."""

    model_config = example(name="三岔口超期", query="list=overdue&area=530114004001")

    name: Name
    query: Annotated[str, Field(max_length=600)]


class ViewOut(Schema):
    """A saved view; `count` stops at `most`, and is empty when the filter is no longer one of this service."""

    id: UUID
    name: str
    query: str
    count: int | None
    most: int


class PutAway(Schema):
    """Put a matter away for the active post until then; no clock stands still for it."""

    model_config = example(until="2026-11-21T01:00:00Z", reason="waiting_unit")

    until: AwareDatetime
    reason: LaterReason
