"""The life of an issue as one table of steps (DESIGN 4, CASES 2). Nothing else assigns a state.

The diagram is drawn from here (`wangge workflow draw issue`), so are the buttons of every face.
"""

from app.core.workflow import Guard, Step, Workflow
from app.issues import events as e
from app.issues.guards import (
    both,
    found_it,
    is_confidential,
    is_grouped,
    is_holder,
    is_other,
    is_placed,
    is_upstreams,
    may_leave_desk,
    not_upstreams,
    of_own_ground,
)
from app.issues.kinds import State
from app.issues.words import STATE_WORDS, STEP_WORDS
from app.people.models import Role

STREET = frozenset({Role.STREET_DISPATCHER, Role.STREET_SECRETARY})
DISTRICT = frozenset({Role.DISTRICT_SUPERVISOR, Role.DISTRICT_ADMIN})
OFFICES = STREET | DISTRICT
COMMUNITY = frozenset({Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY})
DESKS = OFFICES | COMMUNITY
HANDLERS = COMMUNITY | STREET | {
    Role.GRID_WORKER, Role.GRID_LEADER, Role.BUILDING_LEADER, Role.DISTRICT_SUPERVISOR,
}  # fmt: skip
DEPARTMENT = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
STAFF = frozenset(
    set(Role) - {Role.PUBLIC, Role.SYSTEM, Role.AUDITOR, Role.PIONEER, Role.CLEANER, Role.ORDER_AIDE}
)
REPORTER = frozenset({Role.PUBLIC})
SYSTEM = frozenset({Role.SYSTEM})

S = State
FINAL = frozenset({S.CLOSED, S.NOT_ACCEPTED, S.MERGED, S.WITHDRAWN})
LIVE = frozenset(S) - FINAL
UNSETTLED = frozenset({S.RAISED, S.ASSIGNED, S.HANDLING})
WORKED = frozenset({S.ASSIGNED, S.HANDLING, S.DISPATCHED, S.WHISTLED})
WORKING = frozenset({S.HANDLING, S.DISPATCHED, S.WHISTLED})
ASKED = frozenset({S.HANDLING, S.DISPATCHED})
CLOSABLE = ASKED | {S.ANSWERED}
OF_GUESTS = frozenset({"comment", "recuse"})  # what an office may do with a matter it was only let in on


def guarded(name: str, by: frozenset[Role], guard: Guard | None, *, inward: bool) -> Guard | None:
    """What a desk decides, it decides for its own ground; a holder acts wherever it was given the matter."""
    elsewhere = inward or name in OF_GUESTS or guard in (is_holder, found_it)
    return guard if elsewhere or not by & HANDLERS else of_own_ground(guard)


def step(
    name: str, sources: frozenset[State], target: State | None, by: frozenset[Role], event: type,
    guard: Guard | None = None, *, inward: bool = False, revives: bool = False,
) -> Step:  # fmt: skip
    """A row of the table."""
    only = guarded(name, by, guard, inward=inward)
    return Step(name, sources, target, by, event, only, inward=inward, revives=revives)


def back(
    name: str, source: State, to: frozenset[State], by: frozenset[Role], event: type,
    guard: Guard | None = None, *, inward: bool = False, revives: bool = False,
) -> Step:  # fmt: skip
    """A row that returns to where the issue was before."""
    only = guarded(name, by, guard, inward=inward)
    return Step(name, frozenset({source}), None, by, event, only, inward=inward, back_to=to, revives=revives)


def at(*states: State) -> frozenset[State]:
    """The states a step leads on from."""
    return frozenset(states)


ENTERING = (
    step("screen", at(S.RAISED), S.SCREENING, REPORTER | STAFF, e.IssueScreened, inward=True),
    step("admit", at(S.SCREENING), S.RAISED, DESKS | SYSTEM, e.IssueAdmitted),
    step("locate", UNSETTLED | {S.SCREENING}, None, DESKS, e.IssueLocated),
    step("assign", UNSETTLED, S.ASSIGNED, DESKS | SYSTEM | {Role.GRID_LEADER}, e.IssueAssigned, is_placed),
    step("not_accept", UNSETTLED | {S.SCREENING}, S.NOT_ACCEPTED, DESKS, e.IssueNotAccepted, not_upstreams),
    step("request_review", at(S.NOT_ACCEPTED), None, REPORTER, e.ReviewRequested),
    step("uphold", at(S.NOT_ACCEPTED), None, OFFICES, e.RefusalUpheld),
    step("overturn", at(S.NOT_ACCEPTED), S.RAISED, OFFICES, e.RefusalOverturned, revives=True),
    step("merge", UNSETTLED | {S.SCREENING, S.DISPATCHED}, S.MERGED, DESKS | REPORTER, e.IssueMerged,
         not_upstreams),
    back("unmerge", S.MERGED, UNSETTLED | {S.DISPATCHED}, DESKS | SYSTEM, e.IssueUnmerged, revives=True),
    step("go_along", at(S.MERGED), None, SYSTEM, e.IssueWentAlong, inward=True),
    step("withdraw", LIVE - {S.SUBMITTED, S.TRANSFERRED, S.WHISTLED}, S.WITHDRAWN, REPORTER, e.IssueWithdrawn,
         not_upstreams),
)  # fmt: skip
HANDLING = (
    step("accept", at(S.ASSIGNED), S.HANDLING, HANDLERS, e.IssueAccepted, is_holder),
    step("triage", at(S.HANDLING), None, HANDLERS, e.IssueTriaged, is_holder),
    step("contact", at(S.HANDLING), None, HANDLERS, e.ReporterContacted, is_holder),
    step("relay_contact", WORKED, None, OFFICES, e.ContactRelayed, is_confidential),
    step("request_info", at(S.HANDLING, S.DISPATCHED), S.AWAITING_REPORTER, HANDLERS | DEPARTMENT,
         e.InfoRequested, is_holder),
    back("give_info", S.AWAITING_REPORTER, ASKED, REPORTER, e.InfoGiven),
    back("go_on", S.AWAITING_REPORTER, ASKED, DESKS | SYSTEM, e.IssueGoneOn),
    step("hand_up", at(S.ASSIGNED, S.HANDLING), S.ASSIGNED, HANDLERS, e.IssueHandedUp, is_holder),
    step("take_over", UNSETTLED, S.HANDLING, DESKS & HANDLERS, e.IssueTakenOver, is_other),
    step("fix_on_spot", UNSETTLED, S.CLOSED, HANDLERS, e.FixedOnSpot, both(found_it, not_upstreams)),
    step("check_sample", at(S.CLOSED), None, DESKS | {Role.GRID_LEADER}, e.SampleChecked, is_other),
    step("answer", at(S.HANDLING), S.ANSWERED, HANDLERS, e.IssueAnswered, is_holder),
    step("ask_extension", at(S.HANDLING, S.DISPATCHED), None, HANDLERS | DEPARTMENT, e.ExtensionAsked, is_holder),
    step("extend", at(S.HANDLING, S.DISPATCHED), None, DESKS, e.IssueExtended, is_other),
    step("refuse_extension", at(S.HANDLING, S.DISPATCHED), None, DESKS, e.ExtensionRefused, is_other),
    step("hold_open", WORKING, S.HELD_OPEN, DESKS, e.IssueHeldOpen, is_other),
    step("resume", at(S.HELD_OPEN), S.HANDLING, DESKS | SYSTEM, e.IssueResumed),
)  # fmt: skip
DISPATCHING = (
    step("dispatch", UNSETTLED, S.DISPATCHED, OFFICES, e.IssueDispatched, may_leave_desk),
    step("unit_contact", at(S.DISPATCHED), None, DEPARTMENT | DESKS, e.ReporterContacted, inward=True),
    step("pass_on", at(S.DISPATCHED), None, OFFICES | SYSTEM, e.IssuePassedOn, inward=True),
    step("recall", at(S.DISPATCHED), S.HANDLING, OFFICES | SYSTEM, e.IssueRecalled),
    step("return_answer", at(S.DISPATCHED), S.ANSWERED, DEPARTMENT | DESKS, e.AnswerReturned, inward=True),
    step("return_for_check", at(S.HANDLING, S.DISPATCHED), S.VERIFYING, HANDLERS | DEPARTMENT,
         e.CheckWanted, inward=True),
    step("verify", at(S.VERIFYING), S.ANSWERED, DESKS, e.IssueVerified, is_other),
    back("return_for_rework", S.VERIFYING, ASKED, DESKS, e.ReworkOrdered, is_other),
    step("transfer", at(S.ASSIGNED, S.HANDLING, S.DISPATCHED), S.TRANSFERRED, OFFICES, e.IssueTransferred,
         both(may_leave_desk, not_upstreams)),
    step("confirm_transfer", at(S.TRANSFERRED), S.CLOSED, OFFICES, e.TransferConfirmed, not_upstreams),
    step("receive_back", at(S.TRANSFERRED), S.HANDLING, OFFICES | SYSTEM, e.IssueReceivedBack),
    step("submit", UNSETTLED | {S.ANSWERED}, S.SUBMITTED, OFFICES, e.IssueSubmitted, is_upstreams),
    step("upstream_close", at(S.SUBMITTED), S.CLOSED, OFFICES, e.ClosedUpstream),
    step("upstream_return", at(S.SUBMITTED), S.HANDLING, OFFICES, e.ReturnedUpstream),
    step("whistle", WORKED, S.WHISTLED, STREET | DISTRICT, e.IssueWhistled, may_leave_desk, inward=True),
    step("whistle_over", at(S.WHISTLED), S.HANDLING, STREET | DISTRICT | SYSTEM, e.WhistleLeft, inward=True),
    step("whistle_answer", at(S.WHISTLED), S.ANSWERED, STREET | DISTRICT, e.WhistleAnswered, inward=True),
)  # fmt: skip
WORD = (
    step("revisit", at(S.ANSWERED), None, DESKS, e.ReporterRevisited, is_other),
    step("rate", at(S.ANSWERED, S.CLOSED), None, REPORTER, e.IssueRated),
    step("complete_word", frozenset(S), None, REPORTER, e.WordCompleted, inward=True),
    back("rework", S.ANSWERED, frozenset(WORKING), REPORTER | DESKS, e.IssueReworked, inward=True),
    step("close", at(S.ANSWERED), S.CLOSED, REPORTER | DESKS | SYSTEM, e.IssueClosed, inward=True),
    step("reopen", at(S.CLOSED), S.HANDLING, REPORTER | DESKS, e.IssueReopened, revives=True),
    step("ask_again", at(S.CLOSED), S.ANSWERED, SYSTEM, e.AskedAgain, inward=True, revives=True),
    step("ask_close", CLOSABLE, None, HANDLERS, e.CloseAsked, not_upstreams),
    step("approve_close", CLOSABLE, S.CLOSED, DESKS, e.CloseApproved, both(is_other, not_upstreams)),
    step("decline_close", CLOSABLE, None, DESKS, e.CloseDeclined, is_other),
    step("exclude", frozenset(S), None, DESKS, e.ExclusionAsked),
    step("approve_exclusion", frozenset(S), None, OFFICES, e.ExclusionApproved, is_other),
    step("decline_exclusion", frozenset(S), None, OFFICES, e.ExclusionDeclined, is_other),
)
BESIDE = (
    step("group", LIVE, None, DESKS, e.IssueGrouped),
    step("ungroup", LIVE, None, DESKS, e.IssueUngrouped, is_grouped),
    step(
        "supervise", LIVE | {S.NOT_ACCEPTED}, None, DISTRICT | SYSTEM | {Role.STREET_SECRETARY}, e.IssueSupervised
    ),
    step("turn_to", LIVE - UNSETTLED | {S.HANDLING}, None, DESKS, e.IssueTurned),
    step("set_verify_after", LIVE | {S.CLOSED}, None, DESKS, e.VerifyAfterSet),
    step("edit_copy", LIVE, None, STREET | {Role.DISTRICT_SUPERVISOR}, e.CopyEdited, is_confidential),
    step("change_kind", UNSETTLED | {S.SCREENING}, None, DESKS, e.KindChanged),
    step("add_area", LIVE, None, DESKS, e.AreaAdded),
    step("add_party", WORKED, None, OFFICES, e.PartyAdded, may_leave_desk),
    step("release_party", LIVE, None, OFFICES, e.PartyReleased),
    step("recuse", LIVE, None, HANDLERS, e.IssueRecused),
    step("hand_over", LIVE, None, SYSTEM, e.HolderChanged, inward=True),
    step("rehome", LIVE, None, SYSTEM, e.IssueRehomed, inward=True),
    step("remind", frozenset(S), None, SYSTEM, e.IssueReminded, inward=True),
    step("comment", frozenset(S), None, STAFF, e.IssueCommented),
)

ISSUE = Workflow(
    kind="issue",
    first=State.RAISED,
    final=FINAL,
    states=tuple(State),
    words=STATE_WORDS | STEP_WORDS,
    steps=(*ENTERING, *HANDLING, *DISPATCHING, *WORD, *BESIDE),
)

TAKEN_BACK_BY = {
    "dispatch": "recall",
    "merge": "unmerge",
    "hold_open": "resume",
    "request_info": "go_on",
    "group": "ungroup",
    "add_party": "release_party",
    "not_accept": "overturn",
    "transfer": "receive_back",
}
"""Step -> the step that takes it back: what a face offers for a moment instead of asking beforehand (UX 1a)."""
