"""What must hold of an order before a step, each with the sentence that says so (DOMAIN R1.5, CASES 2.4)."""

from typing import Any

from app.clocks.waits import UNDO_SECONDS
from app.core.errors import Conflict, Forbidden, Problem
from app.issues.workflow import DISTRICT
from app.people.models import Role

HEADS = frozenset({Role.DEPARTMENT_HEAD, Role.COMMUNITY_SECRETARY, Role.STREET_SECRETARY})


class NotUnits(Forbidden):
    """The order is another unit's."""

    code = "not_units_order"
    zh = "该工单由其他单位承办,您可以查看,不能代办。"
    en = "This order is another unit's; you may look, not act for it."


class NotAssistant(Conflict):
    """The lead answers with a result, not with a stage."""

    code = "not_assistant"
    zh = "主办单位请直接反馈结果,阶段反馈由协办单位填写。"
    en = "The lead answers with its result; stages are reported by assistants."


class NotLead(Conflict):
    """Only the lead may object."""

    code = "not_lead"
    zh = "协办单位不提异议,请联系主办单位或请街道收回协办。"
    en = "An assistant does not object; ask the lead, or the street to recall the order."


class Bound(Conflict):
    """After designation nobody returns it again (DOMAIN R1.5)."""

    code = "order_is_binding"
    zh = "该工单已指定承办,不得再次退回,请办理。"
    en = "This order was designated and is binding; it cannot be returned, handle it."


class ObjectedBefore(Conflict):
    """An objection is raised once."""

    code = "objected_before"
    zh = "该工单已提出过异议,不得再次提出,请办理。"
    en = "An objection to this order was raised before; it cannot be raised again, handle it."


class ObjectionLate(Conflict):
    """The window is over."""

    code = "objection_late"
    zh = "已超过异议期限,请办理。"
    en = "The time for objecting is over; handle the order."


class NothingToDecide(Conflict):
    """No objection waits for a decision."""

    code = "nothing_to_decide"
    zh = "该工单没有待裁定的异议。"
    en = "No objection to this order waits for a decision."


class OwnDecision(Forbidden):
    """Another person of another unit decides (CASES 2.4)."""

    code = "own_decision"
    zh = "派单人、异议人及其所在单位不能裁定,请由其他单位的人员指定承办。"
    en = "Who dispatched or objected, and their units, may not decide; a person of another unit has to."


class NotDispatcher(Forbidden):
    """Who is to handle it may not send it away, and no street takes back what the district dispatched."""

    code = "not_dispatcher"
    zh = "工单只能由派单单位或区县收回。"
    en = "Only the unit that dispatched the order, or the district, takes it back."


class ContactFirst(Conflict):
    """Nobody has spoken with the reporter or been there."""

    code = "contact_first"
    zh = "请先联系反映人或到现场,再反馈结果。"
    en = "Contact the reporter or go to the place first, then give the result."


class HeadReleases(Forbidden):
    """The answer is released by the unit's head, or after the limit by another officer."""

    code = "head_releases"
    zh = "答复须由单位负责人审核;超时后可由本单位其他人员审核。"
    en = "The unit's head releases the answer; after the limit any other officer of the unit may."


def is_units(work: Any, order: Any) -> Problem | None:
    """Work is the unit's: any of its posts goes on with it."""
    return None if order.unit_id in work.actor.units else NotUnits()


class OrderSignedForGood(Conflict):
    """The two minutes have passed, or the signing was not the unit's own."""

    code = "order_signed_for_good"
    zh = "签收超过 {minutes} 分钟,或为视为签收、指定承办,不能撤销。"
    en = "It was signed more than {minutes} minutes ago, or not by the unit itself; it cannot be undone."


def may_unsign(work: Any, order: Any) -> Problem | None:
    """The unit itself, within the two minutes after its own signing."""
    if (problem := is_units(work, order)) is not None:
        return problem
    own = order.signed_at is not None and not (order.deemed or order.binding or order.contacted_at)
    fresh = own and (work.clock.now() - order.signed_at).total_seconds() <= UNDO_SECONDS
    return None if fresh else OrderSignedForGood(minutes=UNDO_SECONDS // 60)


def may_report(work: Any, order: Any) -> Problem | None:
    """The unit's own, and an assistant's."""
    return is_units(work, order) or (NotAssistant() if order.leads else None)


def may_object(work: Any, order: Any) -> Problem | None:
    """The lead, once, inside the window, and not against a designation."""
    if (problem := is_units(work, order)) is not None:
        return problem
    if not order.leads:
        return NotLead()
    if order.binding:
        return Bound()
    if order.objected_at is not None:
        return ObjectedBefore()
    late = order.object_until is None or work.clock.now() > order.object_until
    return ObjectionLate() if late else None


def may_decide(work: Any, order: Any) -> Problem | None:
    """An objection waits, and the actor is another person of another unit than dispatcher and objector.

    The district has no unit row: between two of its posts the person counts.
    """
    if not order.undecided:
        return NothingToDecide()
    persons = (order.dispatched_by, order.objected_by)
    units = {order.unit_id, order.dispatched_unit_id}
    concerned = work.actor.account_id in persons or not units.isdisjoint(work.actor.units)
    return OwnDecision() if concerned else None


def may_recall(work: Any, order: Any) -> Problem | None:
    """Whoever dispatched it, the district, or the service following the issue."""
    above = work.actor.role in DISTRICT or work.actor.role == Role.SYSTEM
    return None if above or order.dispatched_unit_id in work.actor.units else NotDispatcher()


def may_finish(work: Any, order: Any) -> Problem | None:
    """The unit's own; the lead has made contact (DOMAIN R1.4: an answer alone is no response)."""
    if (problem := is_units(work, order)) is not None:
        return problem
    return ContactFirst() if order.leads and order.contacted_at is None else None


def may_release(work: Any, order: Any) -> Problem | None:
    """The unit's head; once the clock has rung, any other officer than the one who handed it in."""
    if (problem := is_units(work, order)) is not None:
        return problem
    if work.actor.role in HEADS:
        return None
    other = order.review_open and work.actor.account_id != order.handed_in_by
    return None if other else HeadReleases()
