"""What must hold of a request before a step, each with the sentence that says so."""

from typing import Any

from app.changes.kinds import ChangeState
from app.core.errors import Conflict, Forbidden, Problem
from app.people.models import Role

DISTRICT = frozenset({Role.DISTRICT_SUPERVISOR, Role.DISTRICT_ADMIN})


class NotOwnDraft(Forbidden):
    """A draft is changed, submitted and withdrawn by the office that made it."""

    code = "not_own_draft"
    zh = "只能由起草单位办理。"
    en = "Only the office that drafted it may do this."


class OwnChange(Forbidden):
    """Another person of another unit approves (TRUST 35)."""

    code = "own_change"
    zh = "起草人及其所在单位不能批准,请由其他单位的人员批准。"
    en = "Who drafted it, and their unit, may not approve; a person of another unit has to."


class NoStreetToAsk(Conflict):
    """It concerns streets themselves, or several of them: the district decides at once."""

    code = "no_street_to_ask"
    zh = "该调整不属于单一街道,请直接提交区级。"
    en = "This is not the matter of one street; submit it to the district."


class StreetFirst(Conflict):
    """It lies on one street's ground."""

    code = "street_first"
    zh = "该调整在一个街道之内,请先提交街道。"
    en = "This lies within one street; submit it to the street first."


def _own(work: Any, change: Any) -> bool:
    units = work.actor.units
    return change.drafted_by == work.actor.account_id or change.drafted_unit_id in units


def is_drafters(work: Any, change: Any) -> Problem | None:
    """The drafter, or the same office."""
    return None if _own(work, change) else NotOwnDraft()


def asks_street(work: Any, change: Any) -> Problem | None:
    """Own, and one street has to agree."""
    if (problem := is_drafters(work, change)) is not None:
        return problem
    return NoStreetToAsk() if change.street_id is None else None


def asks_district(work: Any, change: Any) -> Problem | None:
    """Own, and no single street is concerned."""
    if (problem := is_drafters(work, change)) is not None:
        return problem
    return StreetFirst() if change.street_id is not None else None


def is_another(work: Any, change: Any) -> Problem | None:
    """Neither the drafter nor anybody of the drafter's unit; between posts of the district the person counts."""
    return OwnChange() if _own(work, change) else None


class StreetHasAgreed(Conflict):
    """The street has had its say; the district decides now."""

    code = "street_has_agreed"
    zh = "街道已同意,由区级决定。"
    en = "The street has agreed; the district decides now."


def decides_now(work: Any, change: Any) -> Problem | None:
    """The street while it is asked, the district at any time."""
    if work.actor.role in DISTRICT or change.state == ChangeState.SUBMITTED:
        return None
    return StreetHasAgreed()
