"""What happened to a household, in the past tense; ids and plain values only."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.outbox import Event


@dataclass(frozen=True)
class HouseholdChanged(Event):
    """Something of a household is not as it was: what is reckoned from it is reckoned again.

    `step` is the act on its trail, `other_id` the second household of a merge or split.
    """

    name: ClassVar[str] = "household_changed"
    step: str = ""
    other_id: UUID | None = None
