"""What happened to the requests of persons, in the past tense; ids and plain values only."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.outbox import Event


@dataclass(frozen=True)
class OfPersonRequest(Event):
    """Every event of a request says on which ground it lies."""

    street_id: UUID | None = None
    community_id: UUID | None = None
    grid_id: UUID | None = None


@dataclass(frozen=True)
class PersonAsked(OfPersonRequest):
    name: ClassVar[str] = "person_asked"


@dataclass(frozen=True)
class PersonUnanswered(OfPersonRequest):
    """Its limit has passed and nobody has answered."""

    name: ClassVar[str] = "person_unanswered"
