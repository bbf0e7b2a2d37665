"""Every step of a request that a person takes, by its name, with its form."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from app.changes import drafting, events
from app.changes.content import read_content
from app.changes.faults import errors, told
from app.changes.models import AreaChange
from app.changes.schemas import ApproveStep, ChangeStep, RedraftStep, RefusalStep
from app.changes.workflow import CHANGE
from app.clocks import waits
from app.clocks.house import house_of
from app.clocks.waits import wait_row
from app.core.clock import Limit, Measure
from app.core.crypto import digest
from app.core.errors import Conflict, Invalid
from app.core.work import Work
from app.core.workflow import advance, lock, ready

STREETS_DAYS = Limit(5, Measure.WORKING_DAYS)  # then the district decides without its word
DISTRICTS_DAYS = Limit(10, Measure.WORKING_DAYS)  # then it is reminded


class ChangeHasFaults(Conflict):
    """Errors stand in the way; the findings say which."""

    code = "change_has_faults"
    zh = "方案还有 {errors} 处错误,请先改正。"
    en = "The request still has {errors} errors; mend them first."


class InThePast(Invalid):
    """The ground is not changed backwards."""

    code = "effective_in_the_past"
    zh = "生效时间不能早于现在。"
    en = "The effective time cannot lie in the past."


def _of(change: AreaChange, kind: type[events.OfChange], **more: Any) -> partial[events.OfChange]:
    return partial(kind, street_id=change.street_id, post_id=change.drafted_post, **more)


def _words(change: AreaChange, note: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """A note as it goes on the trail (a digest) and on the row."""
    return ({"note": digest(bytes(change.salt), note)}, {"note": note}) if note else ({}, {})


async def _look_again(work: Work, change: AreaChange) -> None:
    """Checked anew on the ground as it lies now; errors refuse the step."""
    plan = await drafting.looked_at(work, read_content(change.content), change.id)
    findings = told(plan.faults, change.accept)
    if (wrong := errors(findings)) > 0:
        raise ChangeHasFaults("content", errors=wrong)
    change.findings, change.street_id = findings, drafting.street_of(plan)
    await drafting.note_ground(work, change.id, plan)


async def _wait_for(work: Work, change: AreaChange, kind: str, **when: Any) -> None:
    await waits.stop(work, change.id)
    row = wait_row(work, await house_of(work), (CHANGE.kind, change.id), kind, **when)
    await waits.start(work, [row])


async def redraft(work: Work, change: AreaChange, form: RedraftStep) -> None:
    """Written anew."""
    await drafting.redraft(work, change, form)


async def submit(work: Work, change: AreaChange, form: ChangeStep) -> None:
    """To the street, with its days to agree in."""
    await _look_again(work, change)
    detail, values = _words(change, form.note)
    at = work.clock.now()
    event = _of(change, events.ChangeSubmitted)
    await advance(work, CHANGE, change, "submit", event, detail=detail, submitted_at=at, **values)
    await _wait_for(work, change, "agree", limit=STREETS_DAYS)


async def submit_to_district(work: Work, change: AreaChange, form: ChangeStep) -> None:
    """Where no single street is concerned."""
    await _look_again(work, change)
    detail, values = _words(change, form.note)
    event, at = _of(change, events.ChangeAgreed), work.clock.now()
    await advance(work, CHANGE, change, "submit_to_district", event, detail=detail, submitted_at=at, **values)
    await _wait_for(work, change, "approve", limit=DISTRICTS_DAYS)


async def agree(work: Work, change: AreaChange, form: ChangeStep) -> None:
    """The street's secretary."""
    detail, values = _words(change, form.note)
    values |= {"agreed_by": work.actor.account_id, "agreed_at": work.clock.now()}
    await advance(work, CHANGE, change, "agree", _of(change, events.ChangeAgreed), detail=detail, **values)
    await _wait_for(work, change, "approve", limit=DISTRICTS_DAYS)


async def approve(work: Work, change: AreaChange, form: ApproveStep) -> None:
    """The district, another person of another unit; the worker does it at the moment."""
    now = work.clock.now()
    moment: datetime = form.effective_at or now
    if moment < now:
        raise InThePast("effective_at")
    await _look_again(work, change)
    detail, values = _words(change, form.note)
    detail["effective_at"] = moment.isoformat()
    values |= {"approved_by": work.actor.account_id, "approved_at": now, "effective_at": moment}
    await advance(work, CHANGE, change, "approve", _of(change, events.ChangeApproved), detail=detail, **values)
    await _wait_for(work, change, "take_effect", due_at=moment)


async def decline(work: Work, change: AreaChange, form: RefusalStep) -> None:
    """The street or the district says no, and why."""
    detail, values = _words(change, form.note)
    await advance(work, CHANGE, change, "decline", _of(change, events.ChangeDeclined), detail=detail, **values)
    await waits.stop(work, change.id)


async def withdraw(work: Work, change: AreaChange, form: ChangeStep) -> None:
    """Taken back by who drafted it, until its moment."""
    detail, values = _words(change, form.note)
    await advance(work, CHANGE, change, "withdraw", _of(change, events.ChangeWithdrawn), detail=detail, **values)
    await waits.drop(work, change.id)


Taking = Callable[[Work, AreaChange, Any], Awaitable[None]]
STEPS: dict[str, tuple[type[Any], Taking]] = {
    "redraft": (RedraftStep, redraft),
    "submit": (ChangeStep, submit),
    "submit_to_district": (ChangeStep, submit_to_district),
    "agree": (ChangeStep, agree),
    "approve": (ApproveStep, approve),
    "decline": (RefusalStep, decline),
    "withdraw": (ChangeStep, withdraw),
}


async def step(work: Work, change_id: UUID, name: str, form: Any) -> AreaChange:
    """Take a step on a request, locked, and refused before anything else is read."""
    change: AreaChange = await lock(work, AreaChange, change_id)
    ready(CHANGE, work, change, name, form.expected_version)
    await STEPS[name][1](work, change, form)
    return change
