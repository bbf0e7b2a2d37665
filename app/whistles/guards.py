"""What must hold of a whistle or a report-in before a step, each with the sentence that says so."""

from typing import Any

from app.clocks.waits import UNDO_SECONDS
from app.core.errors import Conflict, Forbidden, Problem
from app.core.workflow import Guard
from app.people.models import Role
from app.whistles.kinds import BoundBy, WhistleState


class SamePerson(Forbidden):
    """A second decision wants another person and another unit (TRUST 18, CASES 2.4)."""

    code = "same_person"
    zh = "此步骤须由另一人、另一单位办理:您或您的单位已参与前一步。"
    en = "Another person of another unit has to do this: you or your unit took the step before it."


class NotOwnUnit(Forbidden):
    """Only the unit called acts in its own report-in."""

    code = "not_own_unit"
    zh = "只有被吹哨的单位可以办理本单位的报到。"
    en = "Only the unit that was called can act in its own report-in."


class BoundAlready(Conflict):
    """The district has decided; the unit may not refuse again (R2.4)."""

    code = "bound_already"
    zh = "区级已指定承办,不能再次提出异议。"
    en = "The district has bound the unit to this; it cannot refuse again."


class NotOursToBind(Conflict):
    """A unit that answers elsewhere is not bound by the district (CASES 1a)."""

    code = "not_ours_to_bind"
    zh = "该单位不受本区指定(垂管、市属或合同单位),请转其主管机关。"
    en = "The district cannot bind this unit (vertical, city or by contract); refer it to its regulator."


class OursToBind(Conflict):
    """A unit of the district's own is bound or released here, not sent to a regulator."""

    code = "ours_to_bind"
    zh = "该单位由本区管理,请裁定解除或指定承办。"
    en = "The unit is the district's own: release it or bind it."


class NotBlownYet(Conflict):
    """A whistle that was only asked for has nothing to go back to."""

    code = "not_blown_yet"
    zh = "该哨尚未吹响,请确认或不予吹哨。"
    en = "The whistle was only asked for; confirm it or decline it."


class BlownAlready(Conflict):
    """Confirmed before."""

    code = "blown_already"
    zh = "该哨已吹响,请交回街道继续办理。"
    en = "The whistle was blown already; hand it back to the street."


class VerifiedAlready(Conflict):
    """Looked at before."""

    code = "verified_already"
    zh = "已核查通过。"
    en = "It was verified already."


class NotVerified(Conflict):
    """The street has to look before it closes (R2.5)."""

    code = "not_verified"
    zh = "请先核查,再办结。"
    en = "Verify the work first, then close."


class RatifiedAlready(Conflict):
    """Nothing is left to ratify."""

    code = "nothing_to_ratify"
    zh = "该哨无需补批,或已补批。"
    en = "The whistle needs no ratifying, or has it."


class NotItsStreet(Forbidden):
    """Who whistles leads (DOMAIN 1.1 art 16): a unit called acts in its own report-in only."""

    code = "not_its_street"
    zh = "此步骤由吹哨的街道或区级办理;被吹哨的单位请办理本单位的报到。"
    en = "The street that whistles, or the district, does this; a unit called acts in its own report-in."


class RequesterOnly(Forbidden):
    """A community takes back only what it asked for and nobody has blown."""

    code = "requester_only"
    zh = "吹哨后由街道撤哨;社区只能撤回尚未确认的申请。"
    en = "Once blown, the street cancels it; a community takes back only its own request."


def same_person(work: Any, account_id: Any, *units: Any) -> bool:
    """Whether the actor is that person, under whatever post, or acts for one of those units."""
    known = account_id is not None and account_id == work.actor.account_id
    return known or any(unit in work.actor.units for unit in units if unit is not None)


def is_its_streets(work: Any, whistle: Any) -> Problem | None:
    """The street whose whistle it is, or whose a part hangs on; the district; the service."""
    above = work.actor.role in (Role.DISTRICT_SUPERVISOR, Role.DISTRICT_ADMIN, Role.SYSTEM)
    return None if above or whistle.street_unit_id in work.actor.units else NotItsStreet()


def of_its_street(guard: Guard) -> Guard:
    """The guard for the street whose whistle it is, and a refusal for every other one."""

    def both(work: Any, whistle: Any) -> Problem | None:
        return is_its_streets(work, whistle) or guard(work, whistle)

    return both


def may_confirm(work: Any, whistle: Any) -> Problem | None:
    """Not blown yet, and not by whoever asked for it."""
    if whistle.blown_at is not None:
        return BlownAlready()
    asked = same_person(work, whistle.requested_by, whistle.requested_unit_id)
    return SamePerson() if asked else None


def was_blown(_: Any, whistle: Any) -> Problem | None:
    """The street goes on with what it has blown."""
    return None if whistle.blown_at is not None else NotBlownYet()


def may_verify(work: Any, whistle: Any) -> Problem | None:
    """Once, by another person than who submitted the work."""
    if whistle.verified_at is not None:
        return VerifiedAlready()
    return SamePerson() if same_person(work, whistle.submitted_by) else None


def is_verified(_: Any, whistle: Any) -> Problem | None:
    """The street has looked."""
    return None if whistle.verified_at is not None else NotVerified()


def may_ratify(work: Any, whistle: Any) -> Problem | None:
    """Blown ahead of the secretary, who has not said yes yet."""
    if whistle.ratified_at is not None or whistle.blown_at is None:
        return RatifiedAlready()
    return SamePerson() if same_person(work, whistle.blown_by) else None


def may_cancel(work: Any, whistle: Any) -> Problem | None:
    """The street at any time; a community only its own request."""
    if work.actor.role not in (Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY):
        return is_its_streets(work, whistle)
    own = whistle.requested_unit_id in work.actor.units and whistle.state == WhistleState.REQUESTED
    return None if own else RequesterOnly()


def is_other_than_blower(work: Any, whistle: Any) -> Problem | None:
    """Putting off is approved by another person than who blew it (CASES 2.3)."""
    return SamePerson() if same_person(work, whistle.blown_by) else None


def is_own_unit(work: Any, report_in: Any) -> Problem | None:
    """The unit called, by any of its posts; the service itself, where it may act at all."""
    own = report_in.unit_id in work.actor.units or work.actor.role == Role.SYSTEM
    return None if own else NotOwnUnit()


class SignedForGood(Conflict):
    """The two minutes have passed, or the signing was not the unit's own."""

    code = "signed_for_good"
    zh = "签收超过 {minutes} 分钟,或为视为签收、指定承办,不能撤销。"
    en = "It was signed more than {minutes} minutes ago, or not by the unit itself; it cannot be undone."


def may_unsign(work: Any, report_in: Any) -> Problem | None:
    """The unit itself, within the two minutes after its own signing."""
    if (problem := is_own_unit(work, report_in)) is not None:
        return problem
    own = report_in.signed_at is not None and not (report_in.deemed or report_in.bound)
    fresh = own and (work.clock.now() - report_in.signed_at).total_seconds() <= UNDO_SECONDS
    return None if fresh else SignedForGood(minutes=UNDO_SECONDS // 60)


def may_refuse(work: Any, report_in: Any) -> Problem | None:
    """The unit called, once and not after the district's word."""
    if report_in.bound:
        return BoundAlready()
    return is_own_unit(work, report_in)


def may_decide(work: Any, report_in: Any) -> Problem | None:
    """Another person than who refused, of another unit."""
    involved = same_person(work, report_in.refused_by, report_in.unit_id)
    return SamePerson() if involved else None


def may_bind(work: Any, report_in: Any) -> Problem | None:
    """Only what answers to the district."""
    return may_decide(work, report_in) if report_in.bound_by == BoundBy.DISTRICT else NotOursToBind()


def may_refer(work: Any, report_in: Any) -> Problem | None:
    """Only what answers elsewhere."""
    return may_decide(work, report_in) if report_in.bound_by != BoundBy.DISTRICT else OursToBind()


def may_dispute(work: Any, report_in: Any) -> Problem | None:
    """The street, of another unit's coming."""
    if (problem := is_its_streets(work, report_in)) is not None:
        return problem
    return SamePerson() if same_person(work, report_in.arrived_by, report_in.unit_id) else None


def may_settle(work: Any, report_in: Any) -> Problem | None:
    """Neither who says they came nor who says they did not."""
    involved = same_person(work, report_in.arrived_by, report_in.unit_id)
    return SamePerson() if involved or same_person(work, report_in.disputed_by) else None


def owns_task(work: Any, task: Any) -> Problem | None:
    """The unit whose task it is; the street may say so for a unit without a desk here (a builder)."""
    own = {task.unit_id, task.street_unit_id} & set(work.actor.units)
    return None if own else NotOwnUnit()
