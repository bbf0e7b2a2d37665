"""What the worker does with an issue when a clock rings and nobody has acted (CASES 2.3): a table of kind -> act.

Every act looks first whether its wait still matters: a step may have come a moment before.
"""

from collections.abc import Mapping
from functools import partial

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from app.clocks.firing import Act
from app.clocks.house import house_of
from app.clocks.models import Wait
from app.core.work import Work
from app.grid.models import Area, AreaLevel
from app.issues import events, handling, leaving, placing, word
from app.issues.guards import ORIGINALS
from app.issues.kinds import Closing, State
from app.issues.models import Issue
from app.issues.routing import LADDER, Choice
from app.issues.step_schemas import NoteStep
from app.issues.taking import supervised, take
from app.people.models import DutyShift, Post, Role, Unit
from app.people.queries import in_force

NOTHING_SAID = NoteStep()
TAKEN_IN = 200  # orphaned matters re-homed in one turn


async def remind(work: Work, issue: Issue, wait: Wait, rung: str) -> None:
    """A rung of the ladder: on the trail once, and told to whom the rung is for; the last one is supervised."""
    event = partial(events.IssueReminded, clock=wait.kind, rung=rung)
    said = {"clock": wait.kind, "rung": rung, "due": wait.due_at.isoformat(), "wait": str(wait.id)}
    await take(work, issue, "remind", event, detail=said, touched_at=issue.touched_at)
    if rung == "long_overdue" and issue.supervised_at is None and issue.closed_at is None:
        await supervised(work, issue, "long_overdue")


async def unsigned(work: Work, issue: Issue, wait: Wait, rung: str) -> None:
    """Not signed in time: the deputy, then the community, then up; whoever had it still sees it."""
    if issue.state != State.ASSIGNED or issue.holder_id != wait.post_id:
        return
    had = await placing.tried(work, issue)
    read, choice = await placing.choose_anew(work, issue, tried=had)
    if choice.post_id is None:
        await remind(work, issue, wait, rung)
        if issue.supervised_at is None:
            await supervised(work, issue, "nobody_signs")
        return
    await placing.give(work, issue, read.house, choice)


async def waited_on_desk(work: Work, issue: Issue, wait: Wait, _rung: str) -> None:
    """Untouched on a desk list: to the duty officer of the street, without one to the district's desk."""
    if issue.state != State.RAISED or issue.holder_id is not None:
        return
    choice = await _on_duty(work, issue)
    if choice is None:
        _, choice = await placing.choose_anew(work, issue, above=str(Role.COMMUNITY_SECRETARY))
    if choice.post_id is None:
        await remind(work, issue, wait, "due")
        await supervised(work, issue, "nobody_at_desk")
        return
    await placing.give(work, issue, await house_of(work, issue), choice)


async def _on_duty(work: Work, issue: Issue) -> Choice | None:
    """Who is on duty now at the issue's street, or else at the district, and does not stand aside."""
    now = work.clock.now()
    ground = [area for area in (issue.street_id, issue.district_id) if area is not None]
    ground_of = aliased(Area)
    top = select(Area.id).where(Area.level == AreaLevel.DISTRICT)
    query = (
        select(DutyShift.post_id, Post.account_id, Post.role, ground_of.path)
        .join(Unit, Unit.id == DutyShift.unit_id)
        .join(Post, Post.id == DutyShift.post_id)
        .join(ground_of, ground_of.id == Post.area_id)
        .where(DutyShift.starts_at <= now, DutyShift.ends_at > now, in_force(now))
        .where(or_(Unit.area_id.in_(ground), Unit.area_id.in_(top)))
        .where(Post.role.in_([str(role) for role in (ORIGINALS if issue.confidential else LADDER)]))
        .order_by((Unit.area_id == issue.street_id).desc(), DutyShift.starts_at.desc(), DutyShift.id)
    )
    aside, accused = await placing.standing_aside(work, issue), await placing.accused_ground(work, issue)
    for row in await work.session.execute(query):
        if row.account_id not in aside and accused not in row.path:
            reason = {"role": str(row.role), "why": "on_duty"}
            return Choice(row.post_id, row.account_id, str(row.role), (*issue.explanation["reasons"], reason))
    return None


async def screening_over(work: Work, issue: Issue, _wait: Wait, _rung: str) -> None:
    """Nobody decided: it flows on as a true report, never dropped."""
    if issue.state == State.SCREENING:
        await placing.admit(work, issue, NOTHING_SAID)


async def reporter_silent(work: Work, issue: Issue, _wait: Wait, _rung: str) -> None:
    """The reporter added nothing: go on with a look at the place."""
    if issue.state == State.AWAITING_REPORTER:
        await handling.go_on(work, issue, NOTHING_SAID)


async def review_day(work: Work, issue: Issue, _wait: Wait, _rung: str) -> None:
    """The review date: it opens by itself."""
    if issue.state == State.HELD_OPEN:
        await handling.resume(work, issue, NOTHING_SAID)


async def no_word(work: Work, issue: Issue, _wait: Wait, _rung: str) -> None:
    """The reporter's days are over: closed as unreachable when tried often enough, else as without a word."""
    if issue.state != State.ANSWERED or issue.upstream_number is not None:
        return
    reports = await word.reports_of(work, issue)
    vain = await word.unreachable(work, issue, reports)
    await word.close(work, issue, Closing.UNREACHABLE if vain else Closing.NO_WORD)


async def no_receipt(work: Work, issue: Issue, _wait: Wait, _rung: str) -> None:
    """The other side sent no number: the matter comes back."""
    if issue.state == State.TRANSFERRED:
        await leaving.receive_back(work, issue, NOTHING_SAID)


async def undecided(work: Work, issue: Issue, wait: Wait, rung: str) -> None:
    """Who has to decide is late: on the district's list, also with a refusal that is under review."""
    await remind(work, issue, wait, rung)
    waiting = issue.closed_at is None or issue.state == State.NOT_ACCEPTED
    if rung == "due" and issue.supervised_at is None and waiting:
        await supervised(work, issue, f"{wait.kind}_late"[:30])


async def later_check(work: Work, issue: Issue, _wait: Wait, _rung: str) -> None:
    """The day set for a second question: asked again when it was closed; else it is asked with its answer, and
    not once more for this day. The hotline asks its own reporters.
    """
    if issue.state == State.CLOSED and issue.upstream_number is None:
        await word.ask_again(work, issue)
    else:
        issue.verify_after = None


BY_KIND: Mapping[str, Act] = {
    "sign": unsigned,
    "contact": remind,
    "solve": remind,
    "plan": remind,
    "desk": waited_on_desk,
    "screening": screening_over,
    "awaiting": reporter_silent,
    "review": review_day,
    "revisit": remind,
    "word": no_word,
    "verifying": remind,
    "submitted": remind,
    "transferred": no_receipt,
    "follow_up": remind,
    "approval": undecided,
    "extension": undecided,
    "exclusion": undecided,
    "appeal": undecided,
    "sample": remind,
    "verify_after": later_check,
}


async def rehome_orphans(work: Work) -> int:
    """Open matters whose holder's post has ended go to the next on the ladder (CASES 2.3); how many there were."""
    now = work.clock.now()
    ended = select(Post.id).where(Post.valid_to <= now)
    held = select(Issue).where(Issue.closed_at.is_(None), Issue.holder_id.in_(ended)).order_by(Issue.id)
    found = await work.session.scalars(held.limit(TAKEN_IN).with_for_update(skip_locked=True))
    orphans = list(found)
    for issue in orphans:
        await placing.rehome(work, issue, "post_ended")
    return len(orphans)
