"""What happened to a request to change the ground, in the past tense; ids and plain values only."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.outbox import Event


@dataclass(frozen=True)
class OfChange(Event):
    """Says whose street has to know, and which post drafted it."""

    street_id: UUID | None = None
    post_id: UUID | None = None
    why: str = ""


class ChangeDrafted(OfChange):
    name: ClassVar[str] = "area_change_drafted"


class ChangeRedrafted(OfChange):
    name: ClassVar[str] = "area_change_redrafted"


class ChangeSubmitted(OfChange):
    name: ClassVar[str] = "area_change_submitted"


class ChangeAgreed(OfChange):
    name: ClassVar[str] = "area_change_agreed"


class ChangeApproved(OfChange):
    name: ClassVar[str] = "area_change_approved"


class ChangeDeclined(OfChange):
    name: ClassVar[str] = "area_change_declined"


class ChangeWithdrawn(OfChange):
    name: ClassVar[str] = "area_change_withdrawn"


class ChangeStopped(OfChange):
    name: ClassVar[str] = "area_change_stopped"


class ChangeReminded(OfChange):
    name: ClassVar[str] = "area_change_reminded"


class ChangeInEffect(OfChange):
    """The ground has changed; `why` counts the areas that have nobody yet, as `gaps:2`."""

    name: ClassVar[str] = "area_change_in_effect"


class ChangeSettled(OfChange):
    name: ClassVar[str] = "area_change_settled"
