"""What is shown of whistles: rows of the queue and the inbox, one in full, the board, the rate."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from app.clocks.ending import ClockLeft
from app.core.fields import Schema
from app.issues.queue_schemas import NextClock
from app.issues.schemas import TrailOut
from app.whistles.kinds import ReportInState, WhistleState

Turn = Literal["to_sign", "in_hand", "waiting"]


class WhistleFilter(Schema):
    """What the queue is narrowed by; every part may be left out."""

    state: list[WhistleState] = Field(default_factory=list, max_length=20)
    kind: str | None = Field(None, max_length=40)
    open: bool | None = None
    supervised: bool | None = None
    cursor: str | None = Field(None, max_length=300)
    limit: int = Field(20, ge=1, le=200)


class InboxFilter(Schema):
    """What the inbox is narrowed by."""

    state: list[ReportInState] = Field(default_factory=list, max_length=20)
    open: bool | None = True
    cursor: str | None = Field(None, max_length=300)
    limit: int = Field(20, ge=1, le=200)


class UnitOut(Schema):
    """A unit by its code and name."""

    id: UUID
    code: str
    name: str


class WhistleLine(Schema):
    """A row of the queue."""

    id: UUID
    number: str
    state: str
    kind: str
    kind_name: str
    priority: int
    title: str
    source: str
    street_id: UUID
    community_id: UUID | None
    opened_at: datetime
    blown_at: datetime | None
    supervised_at: datetime | None
    closed_at: datetime | None
    clock: NextClock | None = None


class ReportInLine(Schema):
    """A row of a unit's inbox: what, where, whose turn it is and which clock ends next."""

    id: UUID
    whistle_id: UUID
    unit_id: UUID
    version: int
    number: str
    title: str
    kind: str
    priority: int
    role: str
    state: str
    notified_at: datetime
    signed_at: datetime | None
    reported_at: datetime | None
    finished_at: datetime | None
    kind_name: str
    place: str | None
    turn: Turn
    may_sign: bool
    clock: ClockLeft | None


class LinkOut(Schema):
    """One link of the chain: when it was due, when it was done and by whom, and whether that was late.

    `zh` and `en` say what is left, or by how much it is late; empty for what was done in time.
    """

    link: str
    due_at: datetime
    done_at: datetime | None
    result: str | None
    who: str | None
    zh: str
    en: str


class LackOut(Schema):
    """What a whistle lacks before it closes; `about` is the task, report-in, issue or whistle it hangs on."""

    code: str
    about: UUID
    zh: str
    en: str


class KindOut(Schema):
    """A kind of whistle of the district; `limits` are amount and measure of each link."""

    code: str
    name: str
    level: str
    roles: list[str]
    needs_secretary: bool
    at_once: bool
    priority: int
    limits: dict[str, Any]


class ReportInOut(Schema):
    """One unit's duty, link by link; `decision` is the clock of whoever decides on a refusal or a dispute."""

    id: UUID
    whistle_id: UUID
    unit: UnitOut
    role: str
    bound_by: str
    state: str
    version: int
    notified_at: datetime
    deemed: bool
    bound: bool
    arrived_name: str | None
    arrived_mode: str | None
    escalated_at: datetime | None
    outcome: str | None
    links: list[LinkOut]
    decision: NextClock | None = None
    allowed_steps: list[str]


class WordsOut(Schema):
    """Words said with a step, by whom they concern."""

    subject_id: UUID
    step: str
    text: str
    at: datetime


class GuestOut(Schema):
    """Who took part in a survey."""

    kind: str
    unit_id: UUID | None
    name: str | None
    count: int


class SurveyOut(Schema):
    """A joint survey."""

    id: UUID
    held_at: datetime
    place_text: str
    findings: str
    decisions: str
    participants: list[GuestOut]


class TaskPhotoOut(Schema):
    """A photo; its bytes are at `/tasks/{task id}/photos/{photo id}`."""

    id: UUID
    taken: str
    width: int
    height: int
    size: int
    at: datetime


class TaskOut(Schema):
    """A piece of the work."""

    id: UUID
    whistle_id: UUID
    unit: UnitOut
    state: str
    version: int
    what: str
    due_at: datetime
    review_at: datetime | None
    done_at: datetime | None
    photos: list[TaskPhotoOut]
    allowed_steps: list[str]


class ScoreOut(Schema):
    """One assessment, with the trail rows it rests on and what became of an appeal."""

    id: UUID
    side: str
    unit_id: UUID
    report_in_id: UUID | None
    link: str
    result: str
    stars: int | None
    opinion: bool
    reason: str | None
    events: list[dict[str, Any]]
    at: datetime
    appeal: str | None
    appealed_at: datetime | None
    decided_at: datetime | None
    upheld: bool | None


class RecordFilter(Schema):
    """Where a page of the own record begins."""

    cursor: str | None = Field(None, max_length=300)
    limit: int = Field(20, ge=1, le=100)


class ScoreLine(ScoreOut):
    """A row of the own record: the score, its whistle, the acts it rests on, and whether it may be appealed."""

    whistle_id: UUID
    number: str
    title: str
    acts: list[TrailOut]
    may_appeal: bool


class SourceIssueOut(Schema):
    """An issue behind a whistle, as far as the active post may see it."""

    id: UUID
    number: str
    state: str


class WhistleOut(WhistleLine):
    """A whistle in full, with everything that hangs on it and the steps the active post may take now."""

    version: int
    text: str
    tried: str
    legal_basis: str | None
    list_code: str | None
    place_text: str | None
    lon: float | None
    lat: float | None
    meeting_at: datetime | None
    meeting_place: str | None
    wanted: list[UnitOut]
    ratified_at: datetime | None
    raised_at: datetime | None
    verified_at: datetime | None
    review_at: datetime | None
    issues: list[SourceIssueOut]
    report_ins: list[ReportInOut]
    surveys: list[SurveyOut]
    tasks: list[TaskOut]
    scores: list[ScoreOut]
    words: list[WordsOut]
    lacks: list[LackOut]
    allowed_steps: list[str]
    trail: list[TrailOut]


class ReportInFull(ReportInOut):
    """One report-in with its own trail and words."""

    words: list[WordsOut]
    trail: list[TrailOut]
    signed_by: str | None
    held_by: str | None


class BoardOut(Schema):
    """吹哨报到看板: who was called, how far each one is, what is left to do."""

    number: str
    title: str
    state: str
    units: list[ReportInOut]
    tasks: list[TaskOut]
    residents_asked: int
    residents: int


class RateOut(Schema):
    """Whistles per so many issues of the own ground, beside the band; never a rank, never a target (R2.7)."""

    days: int
    whistles: int
    issues: int
    per: int
    rate: float | None
    low: int
    high: int
    within: bool | None
    example: bool
