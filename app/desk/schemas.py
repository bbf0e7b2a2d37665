"""What is said about finding."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from app.core.fields import Schema

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
