"""Ways out of the house and back: not accepted, withdrawn, to another authority, back to the hotline."""

from functools import partial
from typing import Any

from sqlalchemy import or_, select

from app.clocks import waits
from app.clocks.house import house_of
from app.clocks.waits import solve_due, wait_row
from app.core.audit import Trail
from app.core.errors import Conflict
from app.core.work import Work
from app.issues import anew, events
from app.issues.extending import NotLater
from app.issues.guards import OwnMatter
from app.issues.kinds import Closing, Outcome, State
from app.issues.models import Issue
from app.issues.placing import route_or_desk
from app.issues.second_word import AnotherPersonAndUnit
from app.issues.step_schemas import (
    ConfirmTransferStep,
    NotAcceptStep,
    NoteStep,
    SubmitStep,
    TellStep,
    TransferStep,
    UpstreamReturnStep,
)
from app.issues.taking import supervise_when_many, take
from app.issues.workflow import ISSUE
from app.people.models import Post, Unit


class NoReviewAsked(Conflict):
    """The reporter has not asked for a review."""

    code = "no_review_asked"
    zh = "反映人没有申请复核。"
    en = "The reporter has not asked for a review."


class ReviewedBefore(Conflict):
    """One review is all."""

    code = "reviewed_before"
    zh = "已申请过复核。"
    en = "A review was asked for already."


async def not_accept(work: Work, issue: Issue, form: NotAcceptStep) -> None:
    """Not taken on, with the reason; the reporter may ask another desk to look at that again."""
    await waits.stop(work, issue.id, "desk", "screening")  # the desk has decided; nothing else was kept
    await waits.drop(work, issue.id)
    now = work.clock.now()
    await take(
        work, issue, "not_accept", events.IssueNotAccepted, detail={"reason": form.reason}, words=form.text,
        to_reporter=True, outcome=form.reason, closed_at=now, answered_at=now,
    )  # fmt: skip


async def request_review(work: Work, issue: Issue, form: TellStep) -> None:
    """The reporter against the refusal; another desk decides within five working days (CASES 2.2)."""
    if await _review_asked(work, issue):
        raise ReviewedBefore
    house = await house_of(work, issue)
    clock = wait_row(work, house, ("issue", issue.id), "appeal")
    await take(work, issue, "request_review", events.ReviewRequested, words=form.text, clocks=[clock])


async def _acts(work: Work, issue: Issue, step: str) -> list[Any]:
    """Trail rows of one step, newest first."""
    mine = (Trail.subject_kind == ISSUE.kind, Trail.subject_id == issue.id, Trail.step == step)
    return list(await work.session.scalars(select(Trail).where(*mine).order_by(Trail.seq.desc())))


async def _review_asked(work: Work, issue: Issue) -> bool:
    """Whether somebody asked for a review of the refusal that stands, not of one before it."""
    asked, refused = await _acts(work, issue, "request_review"), await _acts(work, issue, "not_accept")
    return bool(asked) and asked[0].seq > refused[0].seq


async def _another_desk(work: Work, issue: Issue) -> None:
    """Neither who refused nor anybody of the same office reviews it; and there has to be something to review."""
    if not await _review_asked(work, issue):
        raise NoReviewAsked
    refused = (await _acts(work, issue, "not_accept"))[0]
    if work.actor.account_id == refused.account_id or work.actor.post_id == refused.post_id:
        raise OwnMatter
    office = or_(Unit.id == Post.unit_id, Unit.area_id == Post.area_id)
    its_units = select(Unit.id).join(Post, office).where(Post.id == refused.post_id)
    if set(await work.session.scalars(its_units)) & set(work.actor.units):
        raise AnotherPersonAndUnit


async def uphold(work: Work, issue: Issue, form: TellStep) -> None:
    """The refusal was right; said why."""
    await _another_desk(work, issue)
    await waits.stop(work, issue.id, "appeal")
    await take(work, issue, "uphold", events.RefusalUpheld, words=form.text, to_reporter=True)


async def overturn(work: Work, issue: Issue, form: TellStep) -> None:
    """It should have been taken on: it goes the way of every other, with fresh clocks."""
    await _another_desk(work, issue)
    await waits.stop(work, issue.id, "appeal")
    house = await house_of(work, issue)
    await anew.begins(work, issue)
    issue.holder_id = None
    clocks = [anew.solve_clock(work, house, issue), wait_row(work, house, ("issue", issue.id), "contact")]
    await take(
        work, issue, "overturn", events.RefusalOverturned, words=form.text, to_reporter=True, clocks=clocks,
        outcome=None, closed_at=None, answered_at=None, holder_id=None, due_at=clocks[0]["due_at"],
    )  # fmt: skip
    await route_or_desk(work, issue)


async def transfer(work: Work, issue: Issue, form: TransferStep) -> None:
    """To another authority; stays open here until its number has come (CASES 2.1)."""
    house = await house_of(work, issue)
    await waits.stop(work, issue.id, "desk")
    await waits.drop(work, issue.id, "sign", "plan")
    await waits.pause(work, issue.id, "transferred", "contact", "solve")
    clock = wait_row(work, house, ("issue", issue.id), "transferred")
    await take(
        work, issue, "transfer", events.IssueTransferred, words=f"{form.to}:{form.reason}", clocks=[clock],
        holder_id=work.actor.post_id, lead_unit_id=None,
    )  # fmt: skip


async def confirm_transfer(work: Work, issue: Issue, form: ConfirmTransferStep) -> None:
    """The other side has it, under its own number, which the reporter is told."""
    await waits.stop(work, issue.id, "transferred")
    await waits.drop(work, issue.id)
    now = work.clock.now()
    await take(
        work, issue, "confirm_transfer", partial(events.TransferConfirmed, street_id=issue.street_id),
        words=f"{form.text}\n{form.number}", to_reporter=True, outcome=Outcome.TRANSFERRED,
        closing=Closing.TRANSFERRED, answered_at=issue.answered_at or now, closed_at=now,
    )  # fmt: skip


async def receive_back(work: Work, issue: Issue, form: NoteStep) -> None:
    """Not taken there, or no word in time: it goes on here."""
    house = await house_of(work, issue)
    await waits.stop(work, issue.id, "transferred")
    moved = await waits.go_on(work, house, issue.id)
    due = solve_due(moved)
    await take(
        work, issue, "receive_back", events.IssueReceivedBack, words=form.note, back_to=State.HANDLING, **due
    )


async def submit(work: Work, issue: Issue, form: SubmitStep) -> None:
    """An order from 12345 goes back where it came from with its result (DOMAIN R5.5)."""
    house = await house_of(work, issue)
    await waits.stop(work, issue.id, "desk", "contact", "solve")
    await waits.drop(work, issue.id)
    clock = wait_row(work, house, ("issue", issue.id), "submitted")
    now = work.clock.now()
    await take(
        work, issue, "submit", events.IssueSubmitted, words=form.text, clocks=[clock],
        answered_at=issue.answered_at or now, contacted_at=issue.contacted_at or now,
        outcome=form.result or issue.outcome or Outcome.SOLVED, back_to=State.HANDLING,
        holder_id=issue.holder_id or work.actor.post_id, detail={"result": form.result} if form.result else None,
    )  # fmt: skip


async def upstream_close(work: Work, issue: Issue, form: NoteStep) -> None:
    """The hotline has closed it."""
    await waits.stop(work, issue.id)
    await take(
        work, issue, "upstream_close", partial(events.ClosedUpstream, street_id=issue.street_id),
        words=form.note, closing=Closing.UPSTREAM, closed_at=work.clock.now(),
    )  # fmt: skip


async def upstream_return(work: Work, issue: Issue, form: UpstreamReturnStep) -> None:
    """The hotline wants it done again, perhaps by a new day."""
    house = await house_of(work, issue)
    if form.due is not None and form.due <= work.clock.now():
        raise NotLater("due")
    issue.upstream_due = form.due or issue.upstream_due
    await waits.stop(work, issue.id)
    await anew.begins(work, issue)
    clock = anew.solve_clock(work, house, issue)
    await take(
        work, issue, "upstream_return", events.ReturnedUpstream, words=form.reason, clocks=[clock],
        outcome=None, answered_at=None, due_at=clock["due_at"], reworks=issue.reworks + 1, lead_unit_id=None,
    )  # fmt: skip
    await supervise_when_many(work, issue)
