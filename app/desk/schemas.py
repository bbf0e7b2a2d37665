"""What is said about finding, and about one step for many matters."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.core.fields import Schema
from app.issues.schemas import example

Sought = Annotated[str, Field(min_length=1, max_length=40)]


class FoundKind(StrEnum):
    """What can be found by one box."""

    ISSUE = "issue"
    AREA = "area"
    UNIT = "unit"
    HOUSEHOLD = "household"


class FoundOut(Schema):
    """One thing found: `id` is an issue's or household's id, an area's or unit's code; a household is masked."""

    kind: FoundKind
    id: str
    label: str
    hint: str


class ManySteps(Schema):
    """Matters that were chosen, and the step that is meant for all of them."""

    model_config = example(step="dispatch", ids=["019a9f2c-0000-7000-8000-000000000001"])

    step: Annotated[str, Field(max_length=40)]
    ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]


class MayStep(Schema):
    """Whether the active post may take the step on one of them now; if not, why."""

    id: UUID
    number: str
    version: int
    may: bool
    zh: str | None
    en: str | None
