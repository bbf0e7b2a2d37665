"""The lives of a whistle, of one unit's report-in and of a task, each as one table of steps (DESIGN 5, CASES 2).

Nothing else assigns a state. The diagrams are drawn from here (`wangge workflow draw whistle`).
"""

from app.core.workflow import Guard, Step, Workflow
from app.issues.workflow import COMMUNITY, DEPARTMENT, DISTRICT, STREET, SYSTEM
from app.people.models import Role
from app.whistles import events as e
from app.whistles import guards as g
from app.whistles import words
from app.whistles.kinds import ReportInState, TaskState, WhistleState

OFFICES = STREET | DISTRICT
CALLERS = COMMUNITY | STREET
CALLED = DEPARTMENT | COMMUNITY | STREET  # any unit may be called, a community or another street too
EVERYBODY = CALLED | DISTRICT

W, R, T = WhistleState, ReportInState, TaskState
W_FINAL = frozenset({W.CLOSED, W.DECLINED, W.CANCELLED})
W_LIVE = frozenset(W) - W_FINAL
RUNNING = frozenset({W.BLOWN, W.JOINT_HANDLING, W.VERIFYING})
ASSESSED = frozenset({W.VERIFYING, W.CLOSED})
R_FINAL = frozenset({R.LEFT, R.RELEASED})
R_LIVE = frozenset(R) - R_FINAL
BEFORE_ARRIVAL = frozenset({R.NOTIFIED, R.SIGNED, R.CONTACTED})


def step(
    name: str, sources: frozenset[str], target: str | None, by: frozenset[Role], event: type,
    guard: Guard | None = None, *, inward: bool = False, revives: bool = False,
) -> Step:  # fmt: skip
    """A row of a table."""
    return Step(name, sources, target, by, event, guard, inward=inward, revives=revives)


def back(
    name: str, source: str, to: frozenset[str], by: frozenset[Role], event: type, guard: Guard | None = None
) -> Step:
    """A row that returns to where the matter was before."""
    return Step(name, frozenset({source}), None, by, event, guard, back_to=to)


def at(*states: str) -> frozenset[str]:
    """The states a step leads on from."""
    return frozenset(states)


CALLING = (
    step("confirm", at(W.REQUESTED, W.RAISED), W.BLOWN, OFFICES, e.WhistleConfirmed,
         g.of_its_street(g.may_confirm)),
    step("decline", at(W.REQUESTED, W.RAISED), W.DECLINED, OFFICES, e.WhistleDeclined,
         g.of_its_street(g.may_confirm)),
    step("raise_to_district", RUNNING | {W.REQUESTED}, W.RAISED, OFFICES | SYSTEM, e.WhistleRaised,
         g.is_its_streets),
    back("hand_back", W.RAISED, at(W.BLOWN, W.JOINT_HANDLING), DISTRICT, e.WhistleHandedBack, g.was_blown),
    step("ratify", W_LIVE, None, DISTRICT | {Role.STREET_SECRETARY}, e.WhistleRatified,
         g.of_its_street(g.may_ratify)),
    step("change_kind", RUNNING | {W.REQUESTED}, None, OFFICES, e.WhistleKindChanged, g.is_its_streets),
    step("add_party", RUNNING | {W.RAISED}, None, OFFICES, e.PartyCalled, g.of_its_street(g.was_blown)),
    step("release_party", RUNNING | {W.RAISED}, None, OFFICES, e.PartyLetGo, g.is_its_streets),
    step("cancel", W_LIVE, W.CANCELLED, OFFICES | COMMUNITY, e.WhistleCancelled, g.may_cancel),
)  # fmt: skip
JOINT = (
    step("join", at(W.BLOWN), W.JOINT_HANDLING, SYSTEM, e.WhistleJoined, inward=True),
    step("hold_survey", RUNNING | {W.RAISED}, None, EVERYBODY, e.SurveyHeld, g.was_blown),
    step("submit_work", at(W.JOINT_HANDLING), W.VERIFYING, CALLED, e.WhistleSubmitted),
    step("verify", at(W.VERIFYING), None, OFFICES, e.WhistleVerified, g.of_its_street(g.may_verify)),
    step("return_for_rework", at(W.VERIFYING), W.JOINT_HANDLING, OFFICES | SYSTEM, e.WhistleReturned,
         g.is_its_streets),
    step("close", at(W.VERIFYING), W.CLOSED, OFFICES, e.WhistleClosed, g.of_its_street(g.is_verified)),
    step("hold_open", RUNNING, W.HELD_OPEN, OFFICES, e.WhistleHeldOpen, g.of_its_street(g.is_other_than_blower)),
    back("resume", W.HELD_OPEN, at(W.BLOWN, W.JOINT_HANDLING), OFFICES | SYSTEM, e.WhistleResumed,
         g.is_its_streets),
)  # fmt: skip
BESIDE = (
    step("rate_party", ASSESSED, None, STREET, e.PartyRated, g.is_its_streets),
    step("rate_street", ASSESSED | {W.CANCELLED}, None, DISTRICT | DEPARTMENT, e.StreetRated, g.was_blown),
    step("appeal_score", frozenset(W), None, CALLED, e.ScoreAppealed),
    step("decide_appeal", frozenset(W), None, DISTRICT, e.AppealDecided),
    step("supervise", W_LIVE, None, DISTRICT | SYSTEM, e.WhistleSupervised),
    step("remind", frozenset(W), None, SYSTEM, e.WhistleReminded, inward=True),
    step("comment", frozenset(W), None, EVERYBODY, e.WhistleCommented),
)
WHISTLE = Workflow(
    kind="whistle",
    first=W.REQUESTED,
    final=W_FINAL,
    states=tuple(W),
    words=words.STATE_WORDS | words.WHISTLE_STEPS,
    steps=(*CALLING, *JOINT, *BESIDE),
)

REPORTING = (
    step("sign", at(R.NOTIFIED), R.SIGNED, CALLED, e.UnitSigned, g.is_own_unit),
    step("unsign", at(R.SIGNED), R.NOTIFIED, CALLED, e.SigningUndone, g.may_unsign),
    step("deem_sign", at(R.NOTIFIED), R.SIGNED, SYSTEM, e.SigningDeemed, inward=True),
    step("contact", at(R.SIGNED), R.CONTACTED, CALLED, e.UnitContacted, g.is_own_unit),
    step("report_in", at(R.SIGNED, R.CONTACTED), R.REPORTED_IN, CALLED, e.UnitReportedIn, g.is_own_unit),
    step("start", at(R.REPORTED_IN), R.WORKING, CALLED, e.UnitStarted, g.is_own_unit),
    step("stage_report", at(R.REPORTED_IN, R.WORKING), None, CALLED, e.StageReported, g.is_own_unit),
    step("finish", at(R.REPORTED_IN, R.WORKING), R.DONE, CALLED, e.UnitFinished, g.is_own_unit),
    step("leave", at(R.DONE), R.LEFT, CALLED | SYSTEM, e.UnitLeft, g.is_own_unit),
    step("recall", at(R.DONE, R.LEFT), R.WORKING, OFFICES | SYSTEM, e.UnitRecalled, inward=True, revives=True),
    step("dismiss", R_LIVE, R.RELEASED, OFFICES | SYSTEM, e.UnitDismissed, inward=True),
)
OBJECTING = (
    step("refuse", BEFORE_ARRIVAL, R.REFUSED, CALLED, e.UnitRefused, g.may_refuse),
    step("release", at(R.REFUSED), R.RELEASED, DISTRICT, e.UnitReleased, g.may_decide),
    step("bind", at(R.REFUSED), R.SIGNED, DISTRICT, e.UnitBound, g.may_bind),
    step("refer", at(R.REFUSED), R.RELEASED, DISTRICT, e.UnitReferred, g.may_refer),
    step("dispute_arrival", at(R.REPORTED_IN, R.WORKING), R.ARRIVAL_DISPUTED, STREET, e.ArrivalDisputed,
         g.may_dispute),
    back("settle_arrival", R.ARRIVAL_DISPUTED, at(R.REPORTED_IN, R.CONTACTED), DISTRICT, e.ArrivalSettled,
         g.may_settle),
)  # fmt: skip
RINGING = (
    step("hand_over", R_LIVE, None, CALLED | DISTRICT, e.UnitHandedOver, inward=True),
    step("remind", R_LIVE, None, SYSTEM, e.UnitReminded, inward=True),
    step("escalate", R_LIVE, None, SYSTEM, e.LatenessEscalated, inward=True),
    step("overdue_designation", at(R.REFUSED), None, SYSTEM, e.DesignationOverdue, inward=True),
    step("overdue_settlement", at(R.ARRIVAL_DISPUTED), None, SYSTEM, e.SettlementOverdue, inward=True),
)
REPORT_IN = Workflow(
    kind="report_in",
    enters="notify",
    first=R.NOTIFIED,
    final=R_FINAL,
    states=tuple(R),
    words=words.STATE_WORDS | words.REPORT_IN_STEPS,
    steps=(*REPORTING, *OBJECTING, *RINGING),
)

TASK = Workflow(
    kind="task",
    enters="give",
    first=T.OPEN,
    final=frozenset({T.DONE}),
    states=tuple(T),
    words=words.STATE_WORDS | words.TASK_STEPS,
    steps=(
        step("done", at(T.OPEN, T.HELD_OPEN), T.DONE, CALLED, e.TaskDone, g.owns_task),
        step("hold", at(T.OPEN), T.HELD_OPEN, OFFICES, e.TaskHeldOpen, g.is_its_streets),
        step(
            "take_up",
            at(T.HELD_OPEN, T.DONE),
            T.OPEN,
            OFFICES | SYSTEM,
            e.TaskTakenUp,
            g.is_its_streets,
            revives=True,
        ),
        step("reassign", at(T.OPEN, T.HELD_OPEN), None, OFFICES | SYSTEM, e.TaskReassigned, g.is_its_streets),
        step("remind", at(T.OPEN, T.HELD_OPEN), None, SYSTEM, e.TaskReminded, inward=True),
    ),
)
