"""The reporter's word and what follows: closed, done again, reopened, or closed without it (R1.9, R5.4)."""

import itertools
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.clocks import waits
from app.clocks.house import House, house_of
from app.core.clock import office_day
from app.core.errors import Conflict, Invalid, NotFound
from app.core.work import Work
from app.issues import anew, events
from app.issues.answering import later_check, word_clocks
from app.issues.guards import UpstreamCloses
from app.issues.handling import later_moment
from app.issues.kinds import Closing, State, Verdict
from app.issues.models import Issue
from app.issues.records import Rating, Revisit
from app.issues.schemas import RatingOut
from app.issues.step_schemas import CompleteStep, PlainStep, RateStep, ReasonStep, RevisitStep, VerifyAfterStep
from app.issues.taking import supervise_when_many, take

TRIES, WAYS = 3, 2  # on so many days, by so many ways, before a reporter counts as unreachable (CASES 2.3)
BY_SILENCE = (Closing.NO_WORD, Closing.UNREACHABLE)
CHANGES = 1  # how often a word may be changed (R5.4)


class WordChangedBefore(Conflict):
    """A word may be changed once."""

    code = "word_changed_before"
    zh = "评价已修改过一次,不能再改;如问题仍在,请重新反映。"
    en = "The rating was changed once already; if the trouble is still there, report it again."


class WindowOver(Conflict):
    """The days in which a word may be given or changed are over."""

    code = "window_over"
    zh = "评价期限已过;如问题仍在,请重新反映。"
    en = "The days for a rating are over; if the trouble is still there, report it again."


class WordMissing(Invalid):
    """Reached, but what did they say?"""

    code = "word_missing"
    zh = "已联系到反映人时,请填写是否解决和满意程度。"
    en = "When the reporter was reached, say whether it is solved and how satisfied they are."


class NotOfThisIssue(NotFound):
    """That report is not part of this matter."""

    code = "not_of_this_issue"
    zh = "该诉求未并入本事项。"
    en = "That report was not merged into this matter."


async def reports_of(work: Work, issue: Issue) -> list[UUID]:
    """The issue and all that were merged into it: each has its own reporter, and each is asked (R1.7)."""
    merged = select(Issue.id).where(Issue.merged_into == issue.id).order_by(Issue.raised_at, Issue.id)
    return [issue.id, *(await work.session.scalars(merged.execution_options(unscoped=True)))]


async def words_of(work: Work, issue: Issue, reports: list[UUID]) -> dict[UUID, list[Rating]]:
    """The words given on the present answer, oldest first, by report."""
    mine = (Rating.issue_id.in_(reports), Rating.answer_id == issue.answer_id)
    query = select(Rating).where(*mine).order_by(Rating.at, Rating.id)
    found: dict[UUID, list[Rating]] = {}
    for row in await work.session.scalars(query.execution_options(unscoped=True)):
        found.setdefault(row.issue_id, []).append(row)
    return found


async def rate(work: Work, issue: Issue, form: RateStep, *, of: UUID | None = None) -> None:
    """The word of one reporter, by link: it may be changed once, within the days the district gives."""
    report = of or issue.id
    house = await house_of(work, issue)
    if issue.state == State.CLOSED and work.clock.now() > _last_moment(house, issue):
        raise WindowOver
    reports = await reports_of(work, issue)
    given = await words_of(work, issue, reports)
    if _words_given(given.get(report, ())) > CHANGES:
        raise WordChangedBefore
    said: dict[str, Any] = {"verdict": str(form.verdict), "satisfaction": form.satisfaction, "report": str(report)}
    said["contacted"] = form.contacted
    row = _rating_row(work, issue, report, form)
    last = {**_last(given), report: str(form.verdict)}
    kept: dict[str, Any] = {}
    if issue.state == State.CLOSED and issue.closing in BY_SILENCE and _all_solved(reports, last):
        kept["closing"] = said["closing"] = str(Closing.WORD)  # late, but it is their word after all
    was = issue.state
    event = partial(events.IssueRated, street_id=issue.street_id)
    await take(work, issue, "rate", event, detail=said, words=form.note, beside={Rating: [row]}, **kept)
    if was != State.CLOSED:
        await _settle(work, house, issue, reports, last)
    elif form.verdict != Verdict.SOLVED:
        await _open_again(work, house, issue, None)


class NothingAdded(Invalid):
    """A tap is completed by a level or by words."""

    code = "nothing_added"
    zh = "请选择满意程度,或写几句话。"
    en = "Choose how satisfied you are, or write some words."


class NoWordToComplete(Conflict):
    """There is no first tap whose level is still open."""

    code = "no_word_to_complete"
    zh = "没有待补充的评价,请先选择是否解决。"
    en = "There is no rating to add to; say first whether it is solved."


def _words_given(rows: Sequence[Rating]) -> int:
    """How many words a reporter has given: what only completes the one before is no word of its own."""
    pairs = itertools.pairwise(rows)
    return len(rows) - sum(before.satisfaction is None and row.verdict == before.verdict for before, row in pairs)


async def complete(work: Work, issue: Issue, form: CompleteStep, *, of: UUID) -> None:
    """The level and the words that belong to a tap: the same word, said in full. Nothing is decided anew."""
    given = await words_of(work, issue, [of])
    last = given[of][-1] if of in given else None
    if last is None or last.satisfaction is not None:
        raise NoWordToComplete
    if form.satisfaction is None and form.note is None:
        raise NothingAdded("satisfaction")
    house = await house_of(work, issue)
    if work.clock.now() > house.calendar.after(last.at, house.ruled("change_of_mind").limit):
        raise WindowOver
    whole = RateStep(verdict=Verdict(last.verdict), **form.model_dump(exclude={"expected_version"}))
    row = _rating_row(work, issue, of, whole) | {"answer_id": last.answer_id}
    said = {
        "verdict": last.verdict,
        "satisfaction": form.satisfaction,
        "report": str(of),
        "contacted": form.contacted,
    }
    event = partial(events.WordCompleted, street_id=issue.street_id)
    await take(work, issue, "complete_word", event, detail=said, words=form.note, beside={Rating: [row]})


async def change_until(work: Work, issue: Issue, given: Sequence[RatingOut]) -> datetime | None:
    """Until when the word on a closed matter may be changed; None when it may not."""
    if issue.state != State.CLOSED or issue.closing != Closing.WORD or not given:
        return None
    now, house = work.clock.now(), await house_of(work, issue)
    rows = (await words_of(work, issue, [issue.id])).get(issue.id, ())
    last = _last_moment(house, issue)
    return last if now <= last and _words_given(rows) <= CHANGES else None


def _rating_row(work: Work, issue: Issue, report: UUID, form: RateStep) -> dict[str, Any]:
    return {
        "id": work.new_id(), "issue_id": report, "at": work.clock.now(), "contacted": form.contacted,
        "verdict": form.verdict, "satisfaction": form.satisfaction, "by_post": work.actor.post_id,
        "answer_id": issue.answer_id,
    }  # fmt: skip


def _last(given: dict[UUID, list[Rating]]) -> dict[UUID, str]:
    return {report: rows[-1].verdict for report, rows in given.items()}


def _all_solved(reports: list[UUID], last: dict[UUID, str]) -> bool:
    return all(last.get(report) == Verdict.SOLVED for report in reports)


def _last_moment(house: House, issue: Issue) -> datetime:
    return house.calendar.after(issue.closed_at or issue.raised_at, house.ruled("change_of_mind").limit)


async def _settle(work: Work, house: House, issue: Issue, reports: list[UUID], last: dict[UUID, str]) -> None:
    """One no is enough to do it again; it closes when everybody asked has said yes (CASES 1a)."""
    if any(verdict != Verdict.SOLVED for verdict in last.values()):
        await _again(work, house, issue)
    elif issue.upstream_number is None and _all_solved(reports, last):
        await close(work, issue, Closing.WORD)


async def settle(work: Work, issue: Issue) -> None:
    """Look again at the words there are: somebody who was asked no longer has to answer."""
    reports = await reports_of(work, issue)
    last = _last(await words_of(work, issue, reports))
    await _settle(work, await house_of(work, issue), issue, reports, last)


async def _again(work: Work, house: House, issue: Issue) -> None:
    await anew.begins(work, issue)
    await waits.stop(work, issue.id)
    clock = anew.solve_clock(work, house, issue)
    await take(
        work, issue, "rework", events.IssueReworked, clocks=[clock], answered_at=None, outcome=None,
        due_at=clock["due_at"], reworks=issue.reworks + 1,
    )  # fmt: skip
    await supervise_when_many(work, issue)


async def close(work: Work, issue: Issue, closing: Closing) -> None:
    """Done, and whose word says so."""
    await anew.requests_lapse(work, issue)
    await waits.stop(work, issue.id)
    event = partial(events.IssueClosed, street_id=issue.street_id, closing=str(closing))
    clocks = await later_check(work, issue)
    await take(
        work, issue, "close", event, detail={"closing": str(closing)}, clocks=clocks,
        closing=closing, closed_at=work.clock.now(),
    )  # fmt: skip


async def revisit(work: Work, issue: Issue, form: RevisitStep) -> None:
    """Somebody other than the handler asks; three vain tries on three days by two ways end it (CASES 2.3)."""
    if issue.upstream_number is not None:
        raise UpstreamCloses  # the hotline asks its own reporters
    reports = await reports_of(work, issue)
    report = form.of_issue or issue.id
    if report not in reports:
        raise NotOfThisIssue("of_issue")
    if form.reached and (form.verdict is None or form.satisfaction is None):
        raise WordMissing("verdict")
    row = {
        "id": work.new_id(), "issue_id": report, "way": form.way, "reached": form.reached,
        "post_id": work.actor.post_id, "at": work.clock.now(), "answer_id": issue.answer_id,
    }  # fmt: skip
    beside: dict[Any, Any] = {Revisit: [row]}
    said: dict[str, Any] = {"way": form.way, "reached": form.reached, "report": str(report)}
    verdict = None
    if form.reached and form.verdict and form.satisfaction:
        word = RateStep(verdict=form.verdict, satisfaction=form.satisfaction, contacted=form.contacted)
        beside[Rating] = [_rating_row(work, issue, report, word)]
        said |= {"verdict": str(form.verdict), "satisfaction": form.satisfaction, "contacted": form.contacted}
        verdict = str(form.verdict)
    await take(work, issue, "revisit", events.ReporterRevisited, detail=said, words=form.note, beside=beside)
    await _after_revisit(work, issue, reports, report, verdict)


async def _after_revisit(work: Work, issue: Issue, reports: list[UUID], report: UUID, verdict: str | None) -> None:
    if verdict is not None:
        last = {**_last(await words_of(work, issue, reports)), report: verdict}
        await _settle(work, await house_of(work, issue), issue, reports, last)
    elif await unreachable(work, issue, reports):
        await close(work, issue, Closing.UNREACHABLE)


async def unreachable(work: Work, issue: Issue, reports: list[UUID]) -> bool:
    """Whether everybody who has said nothing was tried often enough."""
    silent = set(reports) - set(await words_of(work, issue, reports))
    mine = (Revisit.issue_id.in_(reports), Revisit.reached.is_(False), Revisit.answer_id == issue.answer_id)
    tried: dict[UUID, list[Revisit]] = {}
    for row in await work.session.scalars(select(Revisit).where(*mine).execution_options(unscoped=True)):
        tried.setdefault(row.issue_id, []).append(row)
    return bool(silent) and all(_enough(tried.get(report, [])) for report in silent)


def _enough(tries: list[Revisit]) -> bool:
    days = {office_day(row.at) for row in tries}
    return len(days) >= TRIES and len({row.way for row in tries}) >= WAYS


async def reopen(work: Work, issue: Issue, form: ReasonStep) -> None:
    """Not done after all. A reporter may say so within the days for a change of mind; a desk at any time."""
    house = await house_of(work, issue)
    if work.actor.account_id is None and work.clock.now() > _last_moment(house, issue):
        raise WindowOver
    await _open_again(work, house, issue, form.reason)


async def _open_again(work: Work, house: House, issue: Issue, words: str | None) -> None:
    await anew.begins(work, issue)
    await waits.stop(work, issue.id)
    clock = anew.solve_clock(work, house, issue)
    await take(
        work, issue, "reopen", events.IssueReopened, words=words, clocks=[clock],
        closed_at=None, answered_at=None, closing=None, outcome=None, due_at=clock["due_at"],
        reworks=issue.reworks + 1, lead_unit_id=None, back_to=State.HANDLING,
    )  # fmt: skip
    await supervise_when_many(work, issue)


async def set_verify_after(work: Work, issue: Issue, form: VerifyAfterStep) -> None:
    """Ask again after the next rain: on that day a closed matter is answered anew (CASES 1c)."""
    issue.verify_after = later_moment(work, form.on, "on")
    await waits.drop(work, issue.id, "verify_after")
    said = {"on": form.on.isoformat()}
    clocks = await later_check(work, issue)
    await take(work, issue, "set_verify_after", events.VerifyAfterSet, detail=said, clocks=clocks)


async def ask_again(work: Work, issue: Issue, _form: PlainStep | None = None) -> None:
    """The day has come: the reporters are asked once more whether it held."""
    house = await house_of(work, issue)
    await anew.begins(work, issue)
    await waits.stop(work, issue.id)
    await take(
        work, issue, "ask_again", events.AskedAgain, clocks=word_clocks(work, house, issue),
        answered_at=work.clock.now(), answer_id=work.new_id(), closed_at=None, closing=None,
        verify_after=None, back_to=State.HANDLING, lead_unit_id=None,
    )  # fmt: skip
