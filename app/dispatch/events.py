"""What happened to an order, in the past tense; ids and plain values only."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.outbox import Event


@dataclass(frozen=True)
class OfOrder(Event):
    """Every event of an order says which issue and unit it is about."""

    issue_id: UUID | None = None
    unit_id: UUID | None = None


@dataclass(frozen=True)
class OrderIssued(OfOrder):
    """`copied_to` is the parent area that sees a direct dispatch without owning it (DOMAIN R1.8)."""

    name: ClassVar[str] = "order_issued"
    role: str = ""
    copied_to: UUID | None = None


@dataclass(frozen=True)
class OrderSigned(OfOrder):
    name: ClassVar[str] = "order_signed"


@dataclass(frozen=True)
class OrderSigningUndone(OfOrder):
    name: ClassVar[str] = "order_signing_undone"


@dataclass(frozen=True)
class OrderDeemedSigned(OfOrder):
    name: ClassVar[str] = "order_deemed_signed"


@dataclass(frozen=True)
class OrderAssignedInside(OfOrder):
    name: ClassVar[str] = "order_assigned_inside"
    post_id: UUID | None = None


@dataclass(frozen=True)
class OrderHandedOver(OfOrder):
    """A post that left handed it to a colleague's, `post_id`."""

    name: ClassVar[str] = "order_handed_over"
    post_id: UUID | None = None


@dataclass(frozen=True)
class OrderContacted(OfOrder):
    name: ClassVar[str] = "order_contacted"


@dataclass(frozen=True)
class StageReported(OfOrder):
    name: ClassVar[str] = "order_stage_reported"


@dataclass(frozen=True)
class OrderHandedIn(OfOrder):
    name: ClassVar[str] = "order_handed_in"


@dataclass(frozen=True)
class AnswerSentBack(OfOrder):
    name: ClassVar[str] = "answer_sent_back"


@dataclass(frozen=True)
class ReviewOpened(OfOrder):
    name: ClassVar[str] = "review_opened"


@dataclass(frozen=True)
class OrderDone(OfOrder):
    name: ClassVar[str] = "order_done"
    result: str = ""


@dataclass(frozen=True)
class OrderObjected(OfOrder):
    name: ClassVar[str] = "order_objected"
    ground: str = ""


@dataclass(frozen=True)
class OrderDesignated(OfOrder):
    name: ClassVar[str] = "order_designated"


@dataclass(frozen=True)
class ArbiterSilent(OfOrder):
    name: ClassVar[str] = "arbiter_silent"


@dataclass(frozen=True)
class OrderReleased(OfOrder):
    name: ClassVar[str] = "order_released"
    why: str = ""


@dataclass(frozen=True)
class OrderReworked(OfOrder):
    name: ClassVar[str] = "order_reworked"


@dataclass(frozen=True)
class OrderRecalled(OfOrder):
    name: ClassVar[str] = "order_recalled"


@dataclass(frozen=True)
class OrderReminded(OfOrder):
    """A clock of the order rang: which one, and on which rung of its ladder."""

    name: ClassVar[str] = "order_reminded"
    clock: str = ""
    rung: str = ""
