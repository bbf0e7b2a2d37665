"""The lists of a desk: what each of them holds, and how long all of them are, in one statement (UX 3.1).

A clock of a unit (of its order, of its report-in) is found through the party that was let in by it, so that the
desk sees the end that comes next whoever owes it. What a post has put away 稍后 leaves the lists of its work, but
never the two that speak of clocks: no clock stands still because somebody looks elsewhere.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from app.clocks.models import Wait
from app.core.audit import Trail
from app.core.work import Work
from app.issues.kinds import UNPLACED, Listed, State
from app.issues.models import Issue, IssueParty
from app.issues.records import Later
from app.issues.workflow import UNSETTLED
from app.people.models import Post

DAY = timedelta(days=1)
REVIEWED_AHEAD = 3 * DAY  # a matter held open is shown so long before it comes back by itself
NOT_OWED = ("word", "awaiting", "verify_after", "review")  # the reporter's days, and days that were agreed on
OWED = (Wait.paused_at.is_(None), Wait.kind.not_in(NOT_OWED))
OBJECTIONS = ("arbiter", "designate")
WAITING_FOR_PLACE = tuple(sorted(UNSETTLED | {State.SCREENING}))


def with_clock(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Matters with such a running clock, their own or that of a unit which was let in."""
    of_matter = func.coalesce(IssueParty.issue_id, Wait.subject_id)
    found = select(of_matter).select_from(Wait).outerjoin(IssueParty, IssueParty.through == Wait.subject_id)
    return Issue.id.in_(found.where(Wait.ended_at.is_(None), *which))


def put_away(work: Work) -> Select[Any]:
    """What the active post has put away and nobody else has touched since."""
    now = work.clock.now()
    touched = exists().where(
        Trail.subject_id == Later.issue_id, Trail.seq > Later.seq, Trail.post_id.is_distinct_from(Later.post_id)
    )
    return select(Later.issue_id).where(Later.post_id == work.actor.post_id, Later.until > now, ~touched)


def _unplaced(_: Work) -> ColumnElement[bool]:
    return and_(Issue.placement.in_([str(p) for p in UNPLACED]), Issue.state.in_(WAITING_FOR_PLACE))


def _to_dispatch(work: Work) -> ColumnElement[bool]:
    """On known ground, and with nobody or with a post of the very office that asks."""
    here = select(Post.area_id).where(Post.id == work.actor.post_id).scalar_subquery()
    at_the_desk = Issue.holder_id.in_(select(Post.id).where(Post.area_id == here))
    placed = Issue.placement.not_in([str(p) for p in UNPLACED])
    return and_(Issue.state.in_(sorted(UNSETTLED)), placed, or_(Issue.holder_id.is_(None), at_the_desk))


def _soon(work: Work) -> ColumnElement[bool]:
    now = work.clock.now()
    return with_clock(Wait.due_at >= now, Wait.due_at < now + DAY, *OWED)


def _overdue(work: Work) -> ColumnElement[bool]:
    now = work.clock.now()
    return with_clock(Wait.due_at < now, *OWED)


def _objected(_: Work) -> ColumnElement[bool]:
    return with_clock(Wait.kind.in_(OBJECTIONS))


def _verifying(_: Work) -> ColumnElement[bool]:
    return Issue.state == State.VERIFYING


def _held_due(work: Work) -> ColumnElement[bool]:
    return and_(Issue.state == State.HELD_OPEN, Issue.review_at < work.clock.now() + REVIEWED_AHEAD)


def _to_revisit(_: Work) -> ColumnElement[bool]:
    return Issue.state == State.ANSWERED


def _later(work: Work) -> ColumnElement[bool]:
    return Issue.id.in_(put_away(work))


CONDITIONS: Mapping[Listed, Callable[[Work], ColumnElement[bool]]] = {
    Listed.UNPLACED: _unplaced,
    Listed.TO_DISPATCH: _to_dispatch,
    Listed.SOON: _soon,
    Listed.OVERDUE: _overdue,
    Listed.OBJECTED: _objected,
    Listed.VERIFYING: _verifying,
    Listed.HELD_DUE: _held_due,
    Listed.TO_REVISIT: _to_revisit,
    Listed.LATER: _later,
}
NEVER_PUT_AWAY = frozenset({Listed.SOON, Listed.OVERDUE, Listed.LATER})


def on_list(work: Work, which: Listed) -> ColumnElement[bool]:
    """Open matters of one list; the caller says that they are open."""
    told = CONDITIONS[which](work)
    return told if which in NEVER_PUT_AWAY else and_(told, Issue.id.not_in(put_away(work)))


async def counts(work: Work) -> dict[Listed, int]:
    """How long every list is: one pass over the open matters the post sees."""
    each = [func.count().filter(on_list(work, which)).label(which) for which in CONDITIONS]
    row = (await work.session.execute(select(*each).select_from(Issue).where(Issue.closed_at.is_(None)))).one()
    return {which: int(getattr(row, which)) for which in CONDITIONS}
