"""What must hold of an issue before a step, each with the sentence that says so."""

from typing import Any

from app.core.errors import Conflict, Forbidden, Problem
from app.core.workflow import Guard
from app.issues.kinds import IssueType
from app.people.models import Role

ORIGINALS = frozenset({Role.STREET_DISPATCHER, Role.STREET_SECRETARY, Role.DISTRICT_SUPERVISOR})


class NotHolder(Forbidden):
    """The matter is in another post's hands."""

    code = "not_holder"
    zh = "该事项由其他岗位承办,您可以查看,不能代办。"
    en = "Another post holds this matter; you may look, not act for it."


class OwnMatter(Forbidden):
    """Who handles it may not decide this about it."""

    code = "own_matter"
    zh = "承办人不能自行批准,请由上级或其他岗位办理。"
    en = "Who handles the matter may not decide this; another post has to."


class NotOwnFinding(Forbidden):
    """Fixed on the spot is for what a worker found, not for what a resident reported."""

    code = "not_own_finding"
    zh = "只有本人巡查发现的事项可以现场解决后直接办结。"
    en = "Only a finding of your own can be closed on the spot."


class GuestHere(Forbidden):
    """Who was let in on a matter of other ground sees it and comments; its desk decides (CASES 1a, 2.4)."""

    code = "guest_here"
    zh = "该事项不在您的辖区,您可以查看和留言,由属地办理。"
    en = "The matter lies on other ground; you may see it and comment, the desk of that ground decides."


class NotPlaced(Forbidden):
    """Where it is has to be settled first."""

    code = "not_placed"
    zh = "请先定位,再分派。"
    en = "Locate the issue first, then assign it."


class NotConfidential(Conflict):
    """Meant for confidential reports only."""

    code = "not_confidential"
    zh = "该事项不是保密件。"
    en = "This matter is not confidential."


class CopyMissing(Conflict):
    """A confidential report leaves the desk as an edited copy only (CASES 2.4)."""

    code = "copy_missing"
    zh = "保密件须先编辑转办件,隐去可识别反映人的内容,再转出。"
    en = (
        "A confidential report needs an edited copy, without what gives the reporter away, before it is passed on."
    )


class NotFromUpstream(Conflict):
    """Only an order from the hotline goes back upstream."""

    code = "not_from_upstream"
    zh = "该事项没有上级工单编号,不能报送上级。"
    en = "This matter has no number of an upstream order; it cannot be submitted there."


class UpstreamCloses(Conflict):
    """An order from the hotline is closed where it came from."""

    code = "closed_upstream"
    zh = "上级工单须报送上级后办结。"
    en = "An order from upstream is submitted and closed there."


class NotGrouped(Conflict):
    """It belongs to no incident."""

    code = "not_grouped"
    zh = "该事项未归入突发事件。"
    en = "This matter belongs to no incident."


def on_own_ground(work: Any, issue: Any) -> bool:
    """Whether the matter lies on the active post's own ground, and not only within its sight."""
    if work.scope.everything or work.actor.role in (Role.SYSTEM, Role.PUBLIC):
        return True
    return any(getattr(issue, column) in ids for column, ids in work.scope.areas.items())


def of_own_ground(guard: Guard | None) -> Guard:
    """The guard for a desk of the matter's own ground, and a refusal for an office that was only let in."""

    def both(work: Any, issue: Any) -> Problem | None:
        if not on_own_ground(work, issue):
            return GuestHere()
        return guard(work, issue) if guard else None

    return both


def holds(work: Any, issue: Any) -> bool:
    """Whether the active post holds the issue, or its unit leads it."""
    own = issue.holder_id is not None and issue.holder_id == work.actor.post_id
    return own or (issue.lead_unit_id is not None and issue.lead_unit_id in work.actor.units)


def is_holder(work: Any, issue: Any) -> Problem | None:
    """Work is bound to posts: only the holding post goes on with it (its deputy acts through that post)."""
    return None if holds(work, issue) else NotHolder()


def is_other(work: Any, issue: Any) -> Problem | None:
    """Somebody else than the handler; the system is nobody's handler."""
    return OwnMatter() if holds(work, issue) else None


def is_placed(work: Any, issue: Any) -> Problem | None:
    """An office can only be asked once the ground is known; the default acts give it to a desk all the same."""
    return None if issue.area_id is not None or work.actor.role == Role.SYSTEM else NotPlaced()


def is_confidential(_: Any, issue: Any) -> Problem | None:
    """For confidential reports."""
    return None if issue.confidential else NotConfidential()


def may_leave_desk(_: Any, issue: Any) -> Problem | None:
    """An open report, or a confidential one with its edited copy."""
    return CopyMissing() if issue.confidential and issue.edited_text is None else None


def is_upstreams(_: Any, issue: Any) -> Problem | None:
    """Came with an upstream order."""
    return None if issue.upstream_number else NotFromUpstream()


def not_upstreams(_: Any, issue: Any) -> Problem | None:
    """Ours to end: an order from upstream goes back there, whatever became of it."""
    return UpstreamCloses() if issue.upstream_number else None


def both(*guards: Guard) -> Guard:
    """What the first of several guards objects to."""

    def of_all(work: Any, issue: Any) -> Problem | None:
        return next((problem for guard in guards if (problem := guard(work, issue)) is not None), None)

    return of_all


def is_grouped(_: Any, issue: Any) -> Problem | None:
    """Under an incident."""
    return None if issue.incident_id is not None else NotGrouped()


def found_it(work: Any, issue: Any) -> Problem | None:
    """The finder's own finding; what a resident reported is closed by the resident's word only."""
    own = issue.entered_by is not None and issue.entered_by == work.actor.account_id
    return None if own and issue.type == IssueType.FINDING else NotOwnFinding()


def knows_original(work: Any, issue: Any) -> bool:
    """Whether the actor may see text, photos, exact point, reporter: of a confidential one only its own desk."""
    return not issue.confidential or (work.actor.role in ORIGINALS and on_own_ground(work, issue))
