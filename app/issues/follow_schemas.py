"""What a reporter reads behind the link: plain facts in both languages, no inner words."""

from datetime import datetime
from typing import Any

from pydantic import Field

from app.core.fields import Schema
from app.issues.schemas import RatingOut, RemarkOut, WordsOut


class SaidOut(Schema):
    """One thing in both languages."""

    zh: str
    en: str


class HandlerOut(Schema):
    """Who has it: a name and a work phone as on the sign board, or the name of the office or unit alone."""

    zh: str = Field(examples=["网格员"])
    en: str = Field(examples=["grid worker"])
    name: str | None
    phone: str | None
    unit: str | None


class FollowOut(Schema):
    """What the reporter sees. `late` is an apology, `unplaced` says who looks for the place now.

    `over`: no date is waited for any more.
    """

    number: str
    state: str
    state_words: SaidOut
    over: bool
    raised_at: datetime
    due_at: datetime
    contact_by: datetime | None
    contacted_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    handled_by: str | None
    handler: HandlerOut | None
    area: str | None
    unplaced: SaidOut | None
    late: SaidOut | None
    timeline: list[dict[str, Any]]
    replies: list[RemarkOut]
    ratings: list[RatingOut]
    may_rate: bool
    may_complete: bool
    change_until: datetime | None
    photos_left: int
    allowed_steps: list[str]
    review_at: datetime | None
    merged_into: str | None
    identity_opened: int
    words: WordsOut
