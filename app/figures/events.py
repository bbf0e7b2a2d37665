"""What the figures find out, in the past tense."""

from dataclasses import dataclass
from typing import ClassVar

from app.core.outbox import Event


@dataclass(frozen=True)
class OwnersMissing(Event):
    """Late matters without a living owner; the subject is the district's area."""

    name: ClassVar[str] = "owners_missing"
    count: int = 0
