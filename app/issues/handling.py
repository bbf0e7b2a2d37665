"""What the holder of an issue does with it, and what the desk decides about it."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, select

from app.clocks import waits
from app.clocks.house import House, house_of
from app.clocks.models import Wait
from app.clocks.waits import solve_due, wait_row
from app.core.clock import SHANGHAI, office_day
from app.core.errors import Conflict, Invalid
from app.core.work import Work
from app.issues import anew, answering, events
from app.issues.answering import Given
from app.issues.guards import OwnMatter
from app.issues.kinds import Closing, IssueType, Outcome, State, Triage
from app.issues.models import Category, Issue
from app.issues.records import Reporter
from app.issues.step_schemas import (
    AnswerStep,
    ContactStep,
    FixStep,
    HoldOpenStep,
    NoteStep,
    PlainStep,
    ReasonStep,
    RelayStep,
    SampleStep,
    TellStep,
    TriageStep,
)
from app.issues.taking import supervise_when_many, take
from app.issues.workflow import DISTRICT
from app.people.models import Role

MOST_HOLDS = 3
SAMPLE_ONE_IN = 12  # of findings fixed on the spot: 5-10 % (CASES 1b)
OPENING = timedelta(hours=9)


class NothingToAsk(Conflict):
    """The reporter cannot be reached, so nothing can be asked of them."""

    code = "anonymous_reporter"
    zh = "反映人未留联系方式,无法请其补充,请现场核实。"
    en = "The reporter left no way to be reached; look at the place instead."


class AskedBefore(Conflict):
    """One request for more facts is all a reporter has to answer."""

    code = "asked_before"
    zh = "已请反映人补充过一次,请继续办理并现场核实。"
    en = "The reporter was asked for more once already; go on and look at the place."


class NotThisResult(Invalid):
    """A result for another type of matter, or without what it needs."""

    code = "not_this_result"
    zh = "该结果不适用:调解结果仅用于纠纷;转紧急须写明时间和单位。"
    en = "That result does not fit: mediation is for disputes; a call to emergency services names time and whom."


class NotLaterThanToday(Invalid):
    """A day that has begun."""

    code = "not_later_than_today"
    zh = "日期应在今天之后。"
    en = "The day has to be after today."


class HeldTooLong(Invalid):
    """Further away than a matter may be put off at once."""

    code = "held_too_long"
    zh = "复查日期应在今天之后、{days} 天之内。"
    en = "The review has to be after today and within {days} days."


class HeldTooOften(Conflict):
    """Held open as often as the street may."""

    code = "held_too_often"
    zh = "已挂账三次,须由区县决定。"
    en = "It was held open three times; the district has to decide."


async def accept(work: Work, issue: Issue, _form: PlainStep) -> None:
    """Seen and taken on."""
    late = await waits.stop(work, issue.id, "sign")
    await take(work, issue, "accept", events.IssueAccepted, detail={"late": late} if late else None)


async def triage(work: Work, issue: Issue, form: TriageStep) -> None:
    """Choose the way: three days for what needs others, a plan within seven for what needs study."""
    detail = {"way": str(form.way)}
    clocks: list[dict[str, Any]] = []
    kept: dict[str, Any] = {"triage": form.way}
    if form.way in (Triage.COORDINATE, Triage.STUDY):
        house = await house_of(work, issue)
        if form.way == Triage.STUDY:
            await waits.stop(work, issue.id, "plan")
            clocks.append(wait_row(work, house, ("issue", issue.id), "plan", post_id=issue.holder_id))
        else:
            kept["due_at"] = await _sooner(work, house, issue)
    await take(work, issue, "triage", events.IssueTriaged, detail=detail, words=form.note, clocks=clocks, **kept)


async def _sooner(work: Work, house: House, issue: Issue) -> datetime:
    """The shorter limit of coordination, never a later one than what runs."""
    due = house.calendar.after(work.clock.now(), house.ruled("coordinate").limit)
    for wait in await waits.running(work, issue.id, "solve"):
        if due < wait.due_at:
            waits.put_off(house, wait, due)
    await work.session.flush()
    return min(due, issue.due_at)


async def contact(work: Work, issue: Issue, form: ContactStep) -> None:
    """Reached the reporter or the place; the first one stops the contact clock (R1.4)."""
    first = issue.contacted_at or work.clock.now()
    if issue.contacted_at is None:
        await waits.stop(work, issue.id, "contact")
    detail = {"way": form.way}
    await take(
        work, issue, "contact", events.ReporterContacted, detail=detail, words=form.note, contacted_at=first
    )


async def relay_contact(work: Work, issue: Issue, form: RelayStep) -> None:
    """The desk speaks with a confidential reporter; the handler gets the words (CASES 2.2)."""
    first = issue.contacted_at or work.clock.now()
    if issue.contacted_at is None:
        await waits.stop(work, issue.id, "contact")
    detail = {"way": form.way}
    await take(
        work, issue, "relay_contact", events.ContactRelayed, detail=detail, words=form.words, contacted_at=first
    )


async def request_info(work: Work, issue: Issue, form: TellStep) -> None:
    """One question to the reporter; the clocks stand meanwhile, at most five working days (CASES 2.1)."""
    known = select(func.count()).select_from(Reporter).where(Reporter.issue_id == issue.id)
    if not await work.session.scalar(known):
        raise NothingToAsk
    asked = select(func.count()).select_from(Wait).where(Wait.subject_id == issue.id, Wait.kind == "awaiting")
    if await work.session.scalar(asked):
        raise AskedBefore
    house = await house_of(work, issue)
    await waits.pause(work, issue.id, "awaiting_reporter", "contact", "solve", "plan")
    clock = wait_row(work, house, ("issue", issue.id), "awaiting")
    await take(
        work, issue, "request_info", events.InfoRequested, words=form.text, to_reporter=True,
        clocks=[clock], back_to=str(issue.state),
    )  # fmt: skip


async def give_info(work: Work, issue: Issue, form: TellStep) -> None:
    """The reporter's further facts."""
    due = await _clocks_again(work, issue, "awaiting")
    await take(work, issue, "give_info", events.InfoGiven, words=form.text, **due)


async def go_on(work: Work, issue: Issue, form: NoteStep) -> None:
    """Without an answer of the reporter: go on with a look at the place."""
    due = await _clocks_again(work, issue, "awaiting")
    await take(work, issue, "go_on", events.IssueGoneOn, words=form.note, **due)


async def _clocks_again(work: Work, issue: Issue, ended: str) -> dict[str, Any]:
    house = await house_of(work, issue)
    await waits.stop(work, issue.id, ended)
    moved = await waits.go_on(work, house, issue.id)
    return solve_due(moved)


async def fix_on_spot(work: Work, issue: Issue, form: FixStep) -> None:
    """Found and fixed: closes at once, outside the three rates; some are looked at again (CASES 1b)."""
    house = await house_of(work, issue)
    sampled = int(work.ids.digits(4)) % SAMPLE_ONE_IN == 0
    await waits.stop(work, issue.id, "solve")
    await waits.drop(work, issue.id)  # nobody signed for it, nobody was called
    now = work.clock.now()
    clocks = [wait_row(work, house, ("issue", issue.id), "sample")] if sampled else []
    await take(
        work, issue, "fix_on_spot", partial(events.FixedOnSpot, street_id=issue.street_id),
        words=form.text, to_reporter=True, clocks=clocks, sampled=sampled, outcome=Outcome.FIXED_ON_SPOT,
        closing=Closing.ON_SPOT, answered_at=now, closed_at=now, holder_id=issue.holder_id or work.actor.post_id,
    )  # fmt: skip


async def check_sample(work: Work, issue: Issue, form: SampleStep) -> None:
    """Somebody other than the finder looked: fixed indeed, or not."""
    if issue.entered_by == work.actor.account_id:
        raise OwnMatter
    await waits.stop(work, issue.id, "sample")
    said = {"confirmed": form.confirmed}
    await take(work, issue, "check_sample", events.SampleChecked, detail=said, words=form.note)


async def answer(work: Work, issue: Issue, form: AnswerStep) -> None:
    """The answer goes to the reporter, whose word is asked for next; some categories are looked at first."""
    given = _given(issue, form)
    if form.verify_after is not None:
        issue.verify_after = later_moment(work, form.verify_after, "verify_after")
    if await _wants_check(work, issue):
        await answering.sent_to_check(work, issue, given)
    else:
        await answering.answered(work, issue, "answer", events.IssueAnswered, given)
    await _later(work, issue, form)


def _given(issue: Issue, form: AnswerStep) -> Given:
    emergency = form.result == str(Outcome.EMERGENCY_PASSED)
    mediation = form.result in (str(Outcome.MEDIATED), str(Outcome.MEDIATION_FAILED))
    if (emergency and not (form.called_at and form.called)) or (mediation and issue.type != IssueType.DISPUTE):
        raise NotThisResult("result")
    more = (("called_at", form.called_at.isoformat()),) if emergency and form.called_at else ()
    said = f"{form.text}\n({form.called})" if emergency else form.text
    return Given(said, form.result, more)


async def _wants_check(work: Work, issue: Issue) -> bool:
    if issue.category is None:
        return False
    mine = (Category.code == issue.category, Category.version == issue.category_version)
    return bool(await work.session.scalar(select(Category.verify).where(*mine)))


async def _later(work: Work, issue: Issue, form: AnswerStep) -> None:
    """A look on the next day after an emergency was passed on; a second question at a later date."""
    mine = ("issue", issue.id)
    if form.result == str(Outcome.EMERGENCY_PASSED):
        house = await house_of(work, issue)
        await waits.start(work, [wait_row(work, house, mine, "follow_up", post_id=issue.holder_id)])
    if form.verify_after is not None:
        await waits.drop(work, issue.id, "verify_after")
        await waits.start(work, await answering.later_check(work, issue))


def opening_of(day: date) -> datetime:
    """Nine in the morning of that day."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + OPENING


def later_moment(work: Work, day: date, field: str) -> datetime:
    """Nine in the morning of a day that has not begun to be asked about; `NotLaterThanToday` for any other."""
    moment = opening_of(day)
    if moment <= work.clock.now():
        raise NotLaterThanToday(field)
    return moment


async def hold_open(work: Work, issue: Issue, form: HoldOpenStep) -> None:
    """Cannot be done now: the reporter is told why, and it comes back by itself on the review date."""
    house = await house_of(work, issue)
    if issue.holds >= MOST_HOLDS and Role(work.actor.role) not in DISTRICT:
        raise HeldTooOften
    review = opening_of(form.review_on)
    days = house.ruled("held").limit
    if not work.clock.now() < review <= opening_of(office_day(work.clock.now()) + timedelta(days=days.amount)):
        raise HeldTooLong("review_on", days=days.amount)
    await waits.stop(work, issue.id, "desk", "contact")  # the explanation is a contact
    await waits.drop(work, issue.id, "sign", "plan", "extension")
    await anew.extensions_lapse(work, issue)
    await waits.pause(work, issue.id, "held_open", "solve")
    clock = wait_row(work, house, ("issue", issue.id), "review", due_at=review)
    await take(
        work, issue, "hold_open", events.IssueHeldOpen, detail={"review_on": form.review_on.isoformat()},
        words=form.text, to_reporter=True, clocks=[clock], review_at=review, due_at=review,
        holds=issue.holds + 1, back_to=str(State.HANDLING), contacted_at=issue.contacted_at or work.clock.now(),
    )  # fmt: skip


async def resume(work: Work, issue: Issue, form: NoteStep) -> None:
    """Looked at again; the clocks go on with what was left."""
    due = await _clocks_again(work, issue, "review")
    if "due_at" not in due:  # it had been answered before: the matter gets a limit of its own again
        house = await house_of(work, issue)
        clock = anew.solve_clock(work, house, issue)
        await waits.start(work, [clock])
        due = {"due_at": clock["due_at"]}
    await take(
        work, issue, "resume", events.IssueResumed, words=form.note, review_at=None, lead_unit_id=None, **due
    )


async def verify(work: Work, issue: Issue, form: NoteStep) -> None:
    """The street looked at the place: done. Now the reporter is asked."""
    text = await answering.text_sent(work, issue)
    given = Given(text, issue.outcome or Outcome.SOLVED)
    await answering.answered(work, issue, "verify", events.IssueVerified, given, note=form.note)


async def return_for_rework(work: Work, issue: Issue, form: ReasonStep) -> None:
    """The street looked at the place: not done."""
    await waits.stop(work, issue.id, "verifying")
    await take(
        work, issue, "return_for_rework", events.ReworkOrdered, words=form.reason, outcome=None,
        reworks=issue.reworks + 1,
    )  # fmt: skip
    await supervise_when_many(work, issue)
