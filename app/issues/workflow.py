"""The life of an issue as one table of steps. Nothing else assigns a state; later steps are further rows.

The diagram is drawn from here (`wangge workflow draw issues`), so are the buttons of every face.
"""

from typing import Any

from app.core.errors import Forbidden, Problem
from app.core.workflow import Step, Workflow
from app.issues import events
from app.issues.models import State
from app.people.models import Role

HANDLERS = frozenset(
    {Role.GRID_WORKER, Role.GRID_LEADER, Role.BUILDING_LEADER, Role.COMMUNITY_OFFICER, Role.STREET_DISPATCHER}
)
DESKS = frozenset(
    {Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY, Role.STREET_DISPATCHER, Role.STREET_SECRETARY}
    | {Role.DISTRICT_SUPERVISOR, Role.DISTRICT_ADMIN}
)
STAFF = frozenset(
    set(Role) - {Role.PUBLIC, Role.SYSTEM, Role.AUDITOR, Role.PIONEER, Role.CLEANER, Role.ORDER_AIDE}
)
REPORTER = frozenset({Role.PUBLIC})
UNSETTLED = frozenset({State.RAISED, State.ASSIGNED, State.HANDLING})


class NotHolder(Forbidden):
    """The matter is in another post's hands."""

    code = "not_holder"
    zh = "该事项由其他岗位承办,您可以查看,不能代办。"
    en = "Another post holds this matter; you may look, not act for it."


class NotPlaced(Forbidden):
    """Where it is has to be settled first."""

    code = "not_placed"
    zh = "请先定位,再分派。"
    en = "Locate the issue first, then assign it."


def is_holder(work: Any, issue: Any) -> Problem | None:
    """Work is bound to posts: only the holding post goes on with it (its deputy acts through that post)."""
    return None if issue.holder_id is not None and issue.holder_id == work.actor.post_id else NotHolder()


def is_placed(_: Any, issue: Any) -> Problem | None:
    """An office can only be asked once the ground is known."""
    return None if issue.area_id is not None else NotPlaced()


STATE_WORDS: dict[str, tuple[str, str]] = {
    State.RAISED: ("已提出", "raised"),
    State.ASSIGNED: ("待签收", "assigned"),
    State.HANDLING: ("办理中", "being handled"),
    State.ANSWERED: ("已答复", "answered"),
    State.CLOSED: ("已办结", "closed"),
}
STEP_WORDS: dict[str, tuple[str, str]] = {
    "raise": ("提出", "raise"),
    "locate": ("定位", "locate"),
    "assign": ("分派", "assign"),
    "accept": ("签收", "accept"),
    "contact": ("联系", "contact"),
    "answer": ("答复", "answer"),
    "rate": ("评价", "rate"),
    "rework": ("重办", "rework"),
    "comment": ("备注", "comment"),
}

ISSUE = Workflow(
    kind="issue",
    first=State.RAISED,
    final=frozenset({State.CLOSED}),
    states=tuple(State),
    words=STATE_WORDS | STEP_WORDS,
    steps=(
        Step("locate", UNSETTLED, None, DESKS, events.IssueLocated),
        Step("assign", UNSETTLED, State.ASSIGNED, DESKS | {Role.GRID_LEADER}, events.IssueAssigned, is_placed),
        Step("accept", frozenset({State.ASSIGNED}), State.HANDLING, HANDLERS, events.IssueAccepted, is_holder),
        Step("contact", frozenset({State.HANDLING}), None, HANDLERS, events.ReporterContacted, is_holder),
        Step("answer", frozenset({State.HANDLING}), State.ANSWERED, HANDLERS, events.IssueAnswered, is_holder),
        Step("rate", frozenset({State.ANSWERED}), State.CLOSED, REPORTER, events.IssueRated),
        Step("rework", frozenset({State.ANSWERED}), State.HANDLING, REPORTER, events.IssueReworked, inward=True),
        Step("comment", frozenset(State), None, STAFF, events.IssueCommented),
    ),
)
