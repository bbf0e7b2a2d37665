"""EVENT -> who has to know: every notice of the service on one page (R5.3, R5.4, CASES 2.3).

Events are named by their names, so that a package beside this one is heard without being imported.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.issues.models import Issue
from app.people.models import Role


class To(StrEnum):
    """Who has to know, as seen from the matter."""

    HOLDER = "holder"  # the unit that leads it, else the post that holds it
    PREVIOUS = "previous"  # the post that held it before this event
    SUPERIOR = "superior"  # the desk above who works on it
    STREET = "street"
    DISTRICT = "district"
    UNIT = "unit"  # the unit the event names
    POST = "post"  # the post the event names
    COPY = "copy"  # the desk of the area the event copies it to (R1.8)


@dataclass(frozen=True)
class Happened:
    """An event with what its trail and its matter say."""

    payload: Mapping[str, Any]
    issue: Issue | None = None
    by: str = Role.SYSTEM
    previous: UUID | None = None

    @property
    def holder(self) -> UUID | None:
        """Whom the event gave it to; else who holds it now."""
        named = self.payload.get("holder_id")
        return UUID(named) if named else self.issue.holder_id if self.issue else None


def always(_: Happened) -> bool:
    """Whatever happened."""
    return True


def still_theirs(happened: Happened) -> bool:
    """Not passed on meanwhile: after a standstill nobody is told of what is no longer with them."""
    return happened.issue is not None and happened.issue.holder_id == happened.holder


def moved(happened: Happened) -> bool:
    """It was in another post's hands before."""
    return happened.previous not in (None, happened.holder)


def left_unsigned(happened: Happened) -> bool:
    """The service passed it on, because who had it did not sign."""
    return moved(happened) and happened.by == Role.SYSTEM


def taken_away(happened: Happened) -> bool:
    """Somebody decided that another post has it."""
    return moved(happened) and happened.by != Role.SYSTEM


def has_gap(happened: Happened) -> bool:
    """Posts on the ladder were empty, or away without a deputy."""
    return int(happened.payload.get("gaps") or 0) > 0


def on(rung: str) -> Callable[[Happened], bool]:
    """At this rung of the ladder."""
    return lambda happened: happened.payload.get("rung") == rung


@dataclass(frozen=True)
class Rule:
    """One notice an event makes: its kind, whom it goes to, and when; `subject` is what it is about."""

    kind: str
    to: tuple[To, ...]
    when: Callable[[Happened], bool] = always
    subject: str = "issue"


ASSIGNED = (
    Rule("assigned", (To.HOLDER,), still_theirs),
    Rule("sign_missed", (To.PREVIOUS, To.STREET), left_unsigned),
    Rule("taken_away", (To.PREVIOUS,), taken_away),
    Rule("gap", (To.STREET,), has_gap),
)
REMINDED = (
    Rule("before_due", (To.HOLDER,), on("before_due")),
    Rule("due", (To.HOLDER, To.SUPERIOR), on("due")),
    Rule("overdue", (To.STREET,), on("overdue")),
    Rule("long_overdue", (To.DISTRICT,), on("long_overdue")),
)
ORDERS: Mapping[str, tuple[Rule, ...]] = {
    "order_issued": (Rule("dispatched", (To.UNIT,)), Rule("copied", (To.COPY,))),
    "order_deemed_signed": (Rule("deemed_signed", (To.UNIT, To.STREET)),),
    "order_assigned_inside": (Rule("assigned_inside", (To.POST,)),),
    "order_handed_in": (Rule("handed_in", (To.UNIT,)),),
    "answer_sent_back": (Rule("sent_back", (To.UNIT,)),),
    "review_opened": (Rule("review_opened", (To.UNIT,)),),
    "order_objected": (Rule("objected", (To.STREET, To.DISTRICT)),),
    "order_designated": (Rule("designated", (To.UNIT,)),),
    "arbiter_silent": (Rule("arbiter_silent", (To.UNIT, To.DISTRICT)),),
    "order_released": (Rule("released", (To.UNIT,)),),
    "order_recalled": (Rule("order_recalled", (To.UNIT,)),),
    "order_reminded": (
        Rule("before_due", (To.UNIT,), on("before_due")),
        Rule("due", (To.UNIT, To.STREET), on("due")),
        *REMINDED[2:],
    ),
}
RULES: Mapping[str, tuple[Rule, ...]] = {
    "issue_assigned": ASSIGNED,
    "holder_changed": ASSIGNED,
    "issue_reminded": REMINDED,
    "issue_handed_up": (Rule("handed_up", (To.HOLDER,)),),
    "issue_taken_over": (Rule("taken_over", (To.PREVIOUS,), moved),),
    "issue_passed_on": (Rule("passed_on", (To.STREET,)),),
    "issue_recalled": (Rule("recalled", (To.STREET,)),),
    "answer_returned": (Rule("unit_answered", (To.STREET,)),),
    "check_wanted": (Rule("check_wanted", (To.STREET,)),),
    "rework_ordered": (Rule("reworked", (To.HOLDER, To.SUPERIOR)),),
    "issue_reworked": (Rule("reworked", (To.HOLDER, To.SUPERIOR)),),
    "issue_reopened": (Rule("reopened", (To.HOLDER, To.SUPERIOR)),),
    "issue_supervised": (Rule("supervised", (To.HOLDER, To.STREET, To.DISTRICT)),),
    "issue_received_back": (Rule("received_back", (To.HOLDER,)),),
    "returned_upstream": (Rule("returned_upstream", (To.HOLDER, To.STREET)),),
    "extension_asked": (Rule("extension_asked", (To.SUPERIOR,)),),
    "issue_extended": (Rule("extended", (To.HOLDER,)),),
    "extension_refused": (Rule("extension_refused", (To.HOLDER,)),),
    "issue_held_open": (Rule("held_open", (To.HOLDER,)),),
    "issue_resumed": (Rule("resumed", (To.HOLDER,)),),
    "close_asked": (Rule("close_asked", (To.STREET,)),),
    "exclusion_asked": (Rule("exclusion_asked", (To.STREET, To.DISTRICT)),),
    "review_requested": (Rule("review_requested", (To.STREET,)),),
    "issue_screened": (Rule("screening", (To.STREET,)),),
    **ORDERS,
    "owners_missing": (Rule("owners_missing", (To.DISTRICT,), subject="area"),),
}
