"""What is said of notices."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.core.fields import Schema


class NoticeFilter(Schema):
    """Unread first, the latest first."""

    unread: bool = False
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=400)] | None = None


class NoticeOut(Schema):
    """One notice in both languages; `times` is how many it stands for."""

    id: UUID
    kind: str
    title: str
    title_en: str
    clock: str | None
    subject_kind: str
    subject_id: UUID
    number: str | None
    at: datetime
    ring_at: datetime
    times: int
    read_at: datetime | None


class CountOut(Schema):
    """How many were not read, and how many of those may ring by now."""

    unread: int
    ringing: int
