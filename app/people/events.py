"""What happened to a post, in the past tense; ids and plain values only."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.outbox import Event


@dataclass(frozen=True)
class OfPost(Event):
    """Every event of a post says whose it is and over what."""

    account_id: UUID | None = None
    role: str = ""
    area_id: UUID | None = None
    unit_id: UUID | None = None


@dataclass(frozen=True)
class PostGiven(OfPost):
    name: ClassVar[str] = "post_given"


@dataclass(frozen=True)
class PostEnded(OfPost):
    name: ClassVar[str] = "post_ended"


@dataclass(frozen=True)
class PostHandedOver(OfPost):
    """What it had open is another post's from now on."""

    name: ClassVar[str] = "post_handed_over"
    to_post: UUID | None = None
    count: int = 0


@dataclass(frozen=True)
class LeaveBegun(OfPost):
    """The holder is away until then; `deputy_id` is the account that acts meanwhile, if one was named."""

    name: ClassVar[str] = "leave_begun"
    until: str = ""
    deputy_id: UUID | None = None


@dataclass(frozen=True)
class LeaveEnded(OfPost):
    name: ClassVar[str] = "leave_ended"


@dataclass(frozen=True)
class PostCarried(OfPost):
    """The area it was over has ended or given it away; it is over another one now."""

    name: ClassVar[str] = "post_carried"
