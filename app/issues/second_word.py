"""Decisions that want two persons of two units: a reasoned close against the reporter's word, and leaving a matter
out of the adjusted rates (DOMAIN R1.10, R5.4; TRUST 18).
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import select

from app.clocks import waits
from app.clocks.house import house_of
from app.clocks.waits import wait_row
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.outbox import Event
from app.core.work import Work
from app.issues import anew, answering, events
from app.issues.kinds import Closing, Decision
from app.issues.models import Issue
from app.issues.records import Remark, SecondWord
from app.issues.step_schemas import AskCloseStep, ExcludeStep, NoteStep, ReasonStep
from app.issues.taking import remark_row, take


class NothingAsked(NotFound):
    """Nobody has asked for this decision."""

    code = "nothing_asked"
    zh = "没有待审批的申请。"
    en = "No request is waiting for this decision."


class AskedAlready(Conflict):
    """A request is waiting."""

    code = "asked_already"
    zh = "已有待审批的申请。"
    en = "A request is waiting for its decision already."


class AnotherPersonAndUnit(Forbidden):
    """Who decides is another person, of another unit, whatever post they act in."""

    code = "another_person_and_unit"
    zh = "须由另一单位的另一人审批。"
    en = "Another person of another unit has to decide this."


def _waiting(issue: Issue, kind: Decision) -> tuple[Any, ...]:
    undecided = (SecondWord.decided_at.is_(None), SecondWord.lapsed_at.is_(None))
    return (SecondWord.issue_id == issue.id, SecondWord.kind == kind, *undecided)


async def ask(work: Work, issue: Issue, kind: Decision, reason: str) -> dict[str, Any]:
    """The row of a request; `AskedAlready` when one is waiting."""
    if await work.session.scalar(select(SecondWord.id).where(*_waiting(issue, kind))) is not None:
        raise AskedAlready
    return {
        "id": work.new_id(), "issue_id": issue.id, "kind": kind, "reason": reason,
        "asked_by": work.actor.account_id, "asked_post": work.actor.post_id,
        "asked_units": [str(unit) for unit in work.actor.units], "asked_at": work.clock.now(),
        "decided_by": None, "decided_post": None, "decided_at": None, "agreed": None,
    }  # fmt: skip


async def decide(work: Work, issue: Issue, kind: Decision, *, agreed: bool) -> SecondWord:
    """Settle the waiting request, by somebody who did not make it."""
    asked = await work.session.scalar(select(SecondWord).where(*_waiting(issue, kind)).with_for_update())
    if asked is None:
        raise NothingAsked(kind)
    same_unit = {str(unit) for unit in work.actor.units} & set(asked.asked_units)
    if asked.asked_by == work.actor.account_id or same_unit:
        raise AnotherPersonAndUnit
    asked.decided_by, asked.decided_post = work.actor.account_id, work.actor.post_id
    asked.decided_at, asked.agreed = work.clock.now(), agreed
    await work.session.flush()
    return asked


async def ask_close(work: Work, issue: Issue, form: AskCloseStep) -> None:
    """It cannot be met, and here is why: may it be closed against the reporter's word?"""
    row = await ask(work, issue, Decision.REASONED_CLOSE, form.result)
    clock = wait_row(work, await house_of(work, issue), ("issue", issue.id), "approval")
    await take(
        work, issue, "ask_close", events.CloseAsked, detail={"result": form.result}, words=form.text,
        clocks=[clock], beside={SecondWord: [row]},
    )  # fmt: skip


async def approve_close(work: Work, issue: Issue, form: NoteStep) -> None:
    """Closed with its reason, which the reporter is told (article 15); the figures keep the reporter's no."""
    asked = await decide(work, issue, Decision.REASONED_CLOSE, agreed=True)
    await anew.extensions_lapse(work, issue)
    await waits.stop(work, issue.id, "approval", "solve")
    await waits.drop(work, issue.id)
    now = work.clock.now()
    noted = {Remark: [remark_row(work, issue, "approve_close", form.note)]} if form.note else {}
    await take(
        work, issue, "approve_close", partial(events.CloseApproved, street_id=issue.street_id),
        detail={"result": asked.reason}, words=await answering.text_sent(work, issue, "ask_close"),
        to_reporter=True, beside=noted, clocks=await answering.later_check(work, issue),
        outcome=asked.reason, closing=Closing.REASONED, answered_at=issue.answered_at or now, closed_at=now,
    )  # fmt: skip


async def decline_close(work: Work, issue: Issue, form: ReasonStep) -> None:
    """It goes on."""
    await decide(work, issue, Decision.REASONED_CLOSE, agreed=False)
    await waits.stop(work, issue.id, "approval")
    await take(work, issue, "decline_close", events.CloseDeclined, words=form.reason)


async def exclude(work: Work, issue: Issue, form: ExcludeStep) -> None:
    """Ask to leave it out of the adjusted rates; the raw ones keep it."""
    row = await ask(work, issue, Decision.EXCLUSION, form.reason)
    house = await house_of(work, issue)
    clock = wait_row(work, house, ("issue", issue.id), "exclusion", rule="approval")
    await take(
        work, issue, "exclude", events.ExclusionAsked, detail={"reason": form.reason}, words=form.note,
        clocks=[clock], beside={SecondWord: [row]},
    )  # fmt: skip


async def approve_exclusion(work: Work, issue: Issue, form: NoteStep) -> None:
    """Left out."""
    await _on_exclusion(work, issue, "approve_exclusion", events.ExclusionApproved, form.note, agreed=True)


async def decline_exclusion(work: Work, issue: Issue, form: ReasonStep) -> None:
    """Kept in."""
    await _on_exclusion(work, issue, "decline_exclusion", events.ExclusionDeclined, form.reason, agreed=False)


async def _on_exclusion(
    work: Work, issue: Issue, step: str, event: Callable[..., Event], words: str | None, *, agreed: bool
) -> None:
    asked = await decide(work, issue, Decision.EXCLUSION, agreed=agreed)
    await waits.stop(work, issue.id, "exclusion")
    await take(work, issue, step, event, detail={"reason": asked.reason}, words=words)
