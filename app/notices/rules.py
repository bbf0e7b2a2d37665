"""EVENT -> who has to know: every notice of the service on one page (R5.3, R5.4, CASES 2.3).

Events are named by their names, so that a package beside this one is heard without being imported.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
    DECIDER = "decider"  # the desk that may decide: of another office than who asked, refused or handles it
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
    urgent: bool = False
    posts: Mapping[str, UUID] = field(default_factory=dict)  # who took each step last

    @property
    def rang(self) -> tuple[str | None, str | None]:
        """The clock and the rung of a reminder; a whistle's says both in one word."""
        clock, _, rung = str(self.payload.get("why") or "").partition(".")
        if rung:
            return clock, rung
        return self.payload.get("clock") or None, self.payload.get("rung") or None

    def area(self, level: str) -> UUID | None:
        """The ground it is about on one level: the matter's, or what the event says."""
        if self.issue is not None:
            found: UUID | None = getattr(self.issue, f"{level}_id", None)
            return found
        named = self.payload.get(f"{level}_id")
        return UUID(named) if named else None

    @property
    def holder(self) -> UUID | None:
        """Whom the event gave it to; else who holds it now."""
        named = self.payload.get("holder_id")
        return UUID(named) if named else self.issue.holder_id if self.issue else None


def always(_: Happened) -> bool:
    """Whatever happened."""
    return True


def still_theirs(happened: Happened) -> bool:
    """Not passed on, merged or over meanwhile: nobody is told of what is no longer theirs to take."""
    issue = happened.issue
    return issue is not None and issue.closed_at is None and issue.holder_id == happened.holder


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


def leaves_gap(happened: Happened) -> bool:
    """Grids that a change of the ground left without a worker."""
    return str(happened.payload.get("why")) not in ("", "gaps:0")


def on(rung: str) -> Callable[[Happened], bool]:
    """At this rung of the ladder."""
    return lambda happened: happened.rang[1] == rung


DISTRICTS_CLOCKS = ("raised", "score_appeal")  # of a whistle: what only the district can do


def waits_for_district(happened: Happened) -> bool:
    """The clock that rang is the district's own."""
    return happened.rang[0] in DISTRICTS_CLOCKS


def waits_for_street(happened: Happened) -> bool:
    """Any other clock of a whistle is its street's."""
    return not waits_for_district(happened)


def because(why: str) -> Callable[[Happened], bool]:
    """For this reason, as the event says it."""
    return lambda happened: happened.payload.get("why") == why


def let_go_before_end(happened: Happened) -> bool:
    """Neither with the whistle itself nor because the unit is no more."""
    return happened.payload.get("why") not in ("cancelled", "dissolved")


def of(rung: str, clocks: frozenset[str]) -> Callable[[Happened], bool]:
    """At this rung of the ladder of one of these clocks."""
    return lambda happened: happened.rang[1] == rung and happened.rang[0] in clocks


def not_of(rung: str, clocks: frozenset[str]) -> Callable[[Happened], bool]:
    """At this rung of the ladder of any other clock."""
    return lambda happened: happened.rang[1] == rung and happened.rang[0] not in clocks


def upstreams(happened: Happened) -> bool:
    """An order that goes back to where it came from, where its reporter is asked."""
    return happened.issue is not None and happened.issue.upstream_number is not None


def asked_here(happened: Happened) -> bool:
    """Its reporter is asked here."""
    return not upstreams(happened)


@dataclass(frozen=True)
class Rule:
    """One notice an event makes: its kind, whom it goes to, and when; `subject` is what it is about, `clock` which
    decision it waits for.
    """

    kind: str
    to: tuple[To, ...]
    when: Callable[[Happened], bool] = always
    subject: str = "issue"
    clock: str | None = None


ASSIGNED = (
    Rule("assigned", (To.HOLDER,), still_theirs),
    Rule("sign_missed", (To.PREVIOUS, To.STREET), left_unsigned),
    Rule("taken_away", (To.PREVIOUS,), taken_away),
    Rule("gap", (To.STREET,), has_gap),
)
ASKED = frozenset({"revisit", "verifying", "sample"})  # whoever handled it may not do it (R1.9)
SECOND = frozenset({"approval", "extension", "exclusion", "appeal"})  # whoever asked or refused may not decide it
REMINDED = (
    Rule("before_due", (To.HOLDER,), not_of("before_due", ASKED | SECOND)),
    Rule("due", (To.HOLDER, To.SUPERIOR), not_of("due", ASKED | SECOND)),
    Rule("overdue", (To.STREET,), not_of("overdue", SECOND)),
    Rule("long_overdue", (To.DISTRICT,), on("long_overdue")),
)
OF_DECISIONS = (
    Rule("before_due", (To.DECIDER,), of("before_due", ASKED | SECOND)),
    Rule("due", (To.DECIDER, To.STREET), of("due", ASKED)),
    Rule("due", (To.DECIDER, To.DISTRICT), of("due", SECOND)),
    Rule("overdue", (To.DISTRICT,), of("overdue", SECOND)),
)
TO_ASK = (
    Rule("to_ask", (To.DECIDER,), asked_here, clock="revisit"),
    Rule("to_submit", (To.STREET,), upstreams),
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
CALLED_REMINDED = (
    Rule("before_due", (To.UNIT,), on("before_due"), "whistle"),
    Rule("due", (To.UNIT, To.STREET), on("due"), "whistle"),
    Rule("overdue", (To.STREET,), on("overdue"), "whistle"),
    Rule("long_overdue", (To.DISTRICT,), on("long_overdue"), "whistle"),
)
WHISTLES: Mapping[str, tuple[Rule, ...]] = {
    "whistle_requested": (Rule("whistle_requested", (To.STREET,), subject="whistle"),),
    "whistle_declined": (Rule("whistle_declined", (To.UNIT,), subject="whistle"),),
    "whistle_raised": (Rule("whistle_raised", (To.DISTRICT,), subject="whistle"),),
    "whistle_reminded": (
        Rule("whistle_waits", (To.STREET,), waits_for_street, "whistle"),
        Rule("whistle_waits", (To.DISTRICT,), waits_for_district, "whistle"),
    ),
    "whistle_submitted": (Rule("whistle_submitted", (To.STREET,), subject="whistle"),),
    "whistle_cancelled": (Rule("whistle_cancelled", (To.UNIT,), subject="whistle"),),
    "score_appealed": (Rule("score_appealed", (To.DISTRICT,), subject="whistle"),),
    "whistle_supervised": (Rule("whistle_supervised", (To.STREET, To.DISTRICT), subject="whistle"),),
    "unit_notified": (Rule("called", (To.UNIT,), subject="whistle"),),
    "signing_deemed": (Rule("deemed_signed", (To.UNIT, To.STREET), subject="whistle"),),
    "unit_refused": (Rule("unit_refused", (To.STREET, To.DISTRICT), subject="whistle"),),
    "unit_bound": (Rule("designated", (To.UNIT,), subject="whistle"),),
    "unit_released": (Rule("unit_released", (To.UNIT, To.STREET), subject="whistle"),),
    "unit_referred": (Rule("unit_referred", (To.UNIT, To.STREET), subject="whistle"),),
    "unit_recalled": (Rule("unit_recalled", (To.UNIT,), subject="whistle"),),
    "unit_dismissed": (
        Rule("whistle_cancelled", (To.UNIT,), because("cancelled"), "whistle"),
        Rule("unit_dissolved", (To.STREET,), because("dissolved"), "whistle"),
        Rule("unit_dismissed", (To.UNIT,), let_go_before_end, "whistle"),
    ),
    "unit_left": (Rule("whistle_cancelled", (To.UNIT,), because("cancelled"), "whistle"),),
    "arrival_disputed": (Rule("arrival_disputed", (To.UNIT, To.DISTRICT), subject="whistle"),),
    "settlement_overdue": (Rule("settlement_overdue", (To.DISTRICT,), subject="whistle"),),
    "lateness_escalated": (Rule("unit_late", (To.UNIT, To.STREET, To.DISTRICT), subject="whistle"),),
    "designation_overdue": (Rule("designation_overdue", (To.DISTRICT,), subject="whistle"),),
    "task_given": (Rule("task_given", (To.UNIT,), subject="whistle"),),
    "task_taken_up": (Rule("task_taken_up", (To.UNIT, To.STREET), subject="whistle"),),
    "task_reassigned": (Rule("task_given", (To.UNIT,), subject="whistle"),),
    "unit_reminded": CALLED_REMINDED,
    "task_reminded": CALLED_REMINDED,
}
PHONES: Mapping[str, tuple[Rule, ...]] = {
    "scope_refused": (Rule("scope_refused", (To.STREET,), subject="post"),),
    "scope_near_limit": (Rule("scope_near_limit", (To.STREET,), subject="post"),),
    "op_id_reused": (Rule("op_id_reused", (To.STREET,), subject="post"),),
    "outbox_sealed": (Rule("outbox_sealed", (To.STREET,), subject="post"),),
    "seqs_missing": (Rule("entries_lost", (To.STREET,), subject="post"),),
    "device_revoked": (
        Rule("device_revoked", (To.POST,), subject="post"),
        Rule("device_stolen", (To.STREET,), because("stolen"), "post"),
    ),
    "device_wiped": (Rule("device_wiped", (To.STREET,), because("revoked"), "post"),),
}
CHANGES: Mapping[str, tuple[Rule, ...]] = {
    "area_change_submitted": (Rule("change_submitted", (To.STREET,), subject="area_change"),),
    "area_change_agreed": (Rule("change_agreed", (To.DISTRICT,), subject="area_change"),),
    "area_change_approved": (Rule("change_approved", (To.POST, To.STREET), subject="area_change"),),
    "area_change_declined": (Rule("change_declined", (To.POST,), subject="area_change"),),
    "area_change_stopped": (Rule("change_stopped", (To.POST, To.DISTRICT), subject="area_change"),),
    "area_change_reminded": (Rule("change_waits", (To.DISTRICT,), subject="area_change"),),
    "area_change_in_effect": (
        Rule("change_in_effect", (To.POST, To.STREET, To.DISTRICT), subject="area_change"),
        Rule("ground_gap", (To.STREET,), leaves_gap, "area_change"),
    ),
}
RULES: Mapping[str, tuple[Rule, ...]] = {
    "whistle_left": (Rule("whistle_over", (To.HOLDER,)),),
    "issue_assigned": ASSIGNED,
    "holder_changed": ASSIGNED,
    "issue_reminded": (*REMINDED, *OF_DECISIONS),
    "issue_answered": TO_ASK,
    "issue_verified": TO_ASK,
    "whistle_answered": TO_ASK,
    "asked_again": TO_ASK,
    "issue_handed_up": (Rule("handed_up", (To.HOLDER,)),),
    "issue_taken_over": (Rule("taken_over", (To.PREVIOUS,), moved),),
    "issue_passed_on": (Rule("passed_on", (To.STREET,)),),
    "issue_recalled": (Rule("recalled", (To.STREET,)),),
    "answer_returned": (Rule("unit_answered", (To.STREET,), asked_here), *TO_ASK[1:]),
    "check_wanted": (Rule("check_wanted", (To.DECIDER,), clock="verifying"),),
    "rework_ordered": (Rule("reworked", (To.HOLDER, To.SUPERIOR)),),
    "issue_reworked": (Rule("reworked", (To.HOLDER, To.SUPERIOR)),),
    "issue_reopened": (Rule("reopened", (To.HOLDER, To.SUPERIOR)),),
    "issue_supervised": (Rule("supervised", (To.HOLDER, To.STREET, To.DISTRICT)),),
    "issue_unmerged": (Rule("unmerged", (To.HOLDER,), still_theirs),),
    "issue_received_back": (Rule("received_back", (To.HOLDER,)),),
    "returned_upstream": (Rule("returned_upstream", (To.HOLDER, To.STREET)),),
    "extension_asked": (Rule("extension_asked", (To.DECIDER,), clock="extension"),),
    "issue_extended": (Rule("extended", (To.HOLDER,)),),
    "extension_refused": (Rule("extension_refused", (To.HOLDER,)),),
    "issue_held_open": (Rule("held_open", (To.HOLDER,)),),
    "issue_resumed": (Rule("resumed", (To.HOLDER,)),),
    "close_asked": (Rule("close_asked", (To.DECIDER,), clock="approval"),),
    "exclusion_asked": (Rule("exclusion_asked", (To.DECIDER,), clock="exclusion"),),
    "review_requested": (Rule("review_requested", (To.DECIDER,), clock="appeal"),),
    "issue_screened": (Rule("screening", (To.STREET,)),),
    **ORDERS,
    **WHISTLES,
    "person_asked": (Rule("person_asked", (To.STREET,), subject="person_request"),),
    "person_unanswered": (Rule("person_unanswered", (To.STREET, To.DISTRICT), subject="person_request"),),
    **PHONES,
    **CHANGES,
    "owners_missing": (Rule("owners_missing", (To.DISTRICT,), subject="area"),),
}
