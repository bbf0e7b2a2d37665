"""The supervision desk 督办: lists of what needs somebody's eye, each by one index, in the scope of the reader."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select, tuple_, union_all

from app.clocks.models import Wait
from app.core.outbox import Outbox
from app.core.paging import cut
from app.core.work import Work
from app.dispatch.kinds import OrderState
from app.dispatch.models import WorkOrder
from app.figures.kinds import Supervised, Threshold
from app.figures.models import FigureSetting
from app.figures.owners import is_ownerless, is_waiting, late_clocks
from app.figures.rates import NoThreshold
from app.figures.rows import NAMES, cursor_of, key_from, named_rows
from app.figures.schemas import ListedLine, ListFilter
from app.figures.subjects import matters
from app.issues.kinds import State
from app.issues.models import Issue
from app.issues.records import SecondWord
from app.whistles.kinds import ReportInState, WhistleState
from app.whistles.models import ReportIn, Whistle, WhistleIssue

DAY = timedelta(days=1)
ENDED = (WhistleState.CLOSED, WhistleState.DECLINED)
# What stands refused or objected to: each a select of `issue_id` and `since`, from the package that keeps it.
REFUSALS: Sequence[Callable[[], Any]] = (
    lambda: select(WorkOrder.issue_id, WorkOrder.objected_at.label("since")).where(
        WorkOrder.state == OrderState.OBJECTED, WorkOrder.finished_at.is_(None)
    ),
    lambda: (
        select(WhistleIssue.issue_id, ReportIn.notified_at.label("since"))
        .join(WhistleIssue, WhistleIssue.whistle_id == ReportIn.whistle_id)
        .where(ReportIn.state == ReportInState.REFUSED)
    ),
)


@dataclass(frozen=True)
class Listing:
    """A list: which open matters, and the moment that orders them (of `beside`, or of the matter itself)."""

    since: Any
    where: ColumnElement[bool]
    beside: Any = None


Minded = Mapping[str, int]


def _overdue(now: datetime, _: Minded) -> Listing:
    late = late_clocks(now).subquery("late_list")
    return Listing(late.c.since, is_waiting(), late)


def _soon(now: datetime, _: Minded) -> Listing:
    """Some clock of it ends within a day and has not yet."""
    running = (Wait.ended_at.is_(None), Wait.paused_at.is_(None), Wait.due_at >= now, Wait.due_at < now + DAY)
    matter = matters()
    ending = (
        select(matter.c.issue_id, func.min(Wait.due_at).label("since"))
        .join(matter, matter.c.subject_id == Wait.subject_id)
        .where(*running)
        .group_by(matter.c.issue_id)
        .subquery("ending")
    )
    return Listing(ending.c.since, is_waiting(), ending)


def _refused(_now: datetime, _: Minded) -> Listing:
    standing = union_all(*(one() for one in REFUSALS)).subquery("standing")
    first = select(standing.c.issue_id, func.min(standing.c.since).label("since"))
    refused = first.group_by(standing.c.issue_id).subquery("refused")
    return Listing(refused.c.since, Issue.closed_at.is_(None), refused)


def _over_hopped(_now: datetime, minded: Minded) -> Listing:
    many = minded[Threshold.MANY_HOPS]
    passed = and_(Issue.closed_at.is_(None), or_(Issue.hops > 1, Issue.reworks > 1))
    return Listing(Issue.due_at, and_(passed, or_(Issue.hops >= many, Issue.reworks >= many)))


def _decisions(_now: datetime, _: Minded) -> Listing:
    """A close with reasons, or leaving it out of the rates, waits for its second person (R1.10)."""
    open_now = (SecondWord.decided_at.is_(None), SecondWord.lapsed_at.is_(None))
    first = select(SecondWord.issue_id, func.min(SecondWord.asked_at).label("since")).where(*open_now)
    asked = first.group_by(SecondWord.issue_id).subquery("asked")
    return Listing(asked.c.since, Issue.id.is_not(None), asked)


def _deemed(_now: datetime, _: Minded) -> Listing:
    """Some unit has it in hand only because its time to sign ran out."""
    orders = select(WorkOrder.issue_id, WorkOrder.signed_at.label("since"))
    called = select(WhistleIssue.issue_id, ReportIn.signed_at.label("since"))
    called = called.join(WhistleIssue, WhistleIssue.whistle_id == ReportIn.whistle_id)
    unread = union_all(
        orders.where(WorkOrder.deemed, WorkOrder.state == OrderState.SIGNED, WorkOrder.finished_at.is_(None)),
        called.where(ReportIn.deemed, ReportIn.state == ReportInState.SIGNED),
    ).subquery("unread")
    first = select(unread.c.issue_id, func.min(unread.c.since).label("since"))
    deemed = first.group_by(unread.c.issue_id).subquery("deemed")
    return Listing(deemed.c.since, Issue.closed_at.is_(None), deemed)


def _dormant(now: datetime, minded: Minded) -> Listing:
    silent = Issue.touched_at < now - minded[Threshold.DORMANT_DAYS] * DAY
    return Listing(Issue.touched_at, and_(Issue.closed_at.is_(None), silent))


def _held_review(now: datetime, minded: Minded) -> Listing:
    soon = Issue.review_at < now + minded[Threshold.REVIEW_DAYS] * DAY
    return Listing(Issue.review_at, and_(Issue.state == literal_column(f"'{State.HELD_OPEN}'"), soon))


def _supervised(_now: datetime, _: Minded) -> Listing:
    return Listing(Issue.supervised_at, and_(is_waiting(), Issue.supervised_at.is_not(None)))


def _parked(_now: datetime, _: Minded) -> Listing:
    """A clock or an event of it failed so often that a person has to look."""
    clocks = select(Wait.subject_id, Wait.parked_at.label("since"))
    events = select(Outbox.subject_id, Outbox.parked_at.label("since"))
    stuck = union_all(
        clocks.where(Wait.parked_at.is_not(None)),
        events.where(Outbox.parked_at.is_not(None), Outbox.done_at.is_(None)),
    ).subquery("stuck")
    matter = matters()
    first = select(matter.c.issue_id, func.min(stuck.c.since).label("since"))
    of_matter = first.join_from(matter, stuck, stuck.c.subject_id == matter.c.subject_id)
    parked = of_matter.group_by(matter.c.issue_id).subquery("parked")
    return Listing(parked.c.since, Issue.id.is_not(None), parked)


def _ownerless(now: datetime, _: Minded) -> Listing:
    late = late_clocks(now).subquery("late_list")
    return Listing(late.c.since, is_ownerless(now), late)


LISTS: Mapping[Supervised, Callable[[datetime, Minded], Listing]] = {
    Supervised.OVERDUE: _overdue,
    Supervised.SOON: _soon,
    Supervised.REFUSED: _refused,
    Supervised.OVER_HOPPED: _over_hopped,
    Supervised.DECISIONS: _decisions,
    Supervised.DEEMED: _deemed,
    Supervised.DORMANT: _dormant,
    Supervised.HELD_REVIEW: _held_review,
    Supervised.SUPERVISED: _supervised,
    Supervised.PARKED: _parked,
    Supervised.OWNERLESS: _ownerless,
}
SINCE_AND_NAMES = {"since", "whistle_id", *NAMES}
LINE = tuple(getattr(Issue, name) for name in ListedLine.model_fields if name not in SINCE_AND_NAMES)


async def minded(work: Work) -> dict[str, int]:
    """The district's own numbers."""
    rows = await work.session.execute(select(FigureSetting.name, FigureSetting.value))
    found = {row.name: row.value for row in rows}
    if (missing := next((name for name in Threshold if name not in found), None)) is not None:
        raise NoThreshold(name=str(missing))
    return found


def statement(listing: Listing, *columns: Any) -> Select[Any]:
    """Matters of a list."""
    query = select(*columns).select_from(Issue).where(listing.where)
    return query if listing.beside is None else query.join(listing.beside, listing.beside.c.issue_id == Issue.id)


def page_of(listing: Listing, limit: int, after: str | None) -> Select[Any]:
    """One page of a list, and one row more."""
    since = listing.since.label("since")
    query = statement(listing, *LINE, since)
    if after is not None:
        query = query.where(tuple_(listing.since, Issue.id) > key_from(after))
    return query.order_by(listing.since, Issue.id).limit(limit + 1)


async def page(work: Work, wanted: ListFilter) -> tuple[list[ListedLine], str | None]:
    """One list, what came first at the top."""
    listing = LISTS[wanted.which](work.clock.now(), await minded(work))
    rows = (await work.session.execute(page_of(listing, wanted.limit, wanted.cursor))).all()
    shown, following = cut(rows, wanted.limit, lambda row: cursor_of(row.since, row.id))
    ids = [row.id for row in shown]
    whistles = await _whistles_of(work, ids) if ids else {}
    lines = [
        {"whistle_id": whistles.get(row.id)} | named
        for row, named in zip(shown, await named_rows(work, shown), strict=True)
    ]
    return [ListedLine.model_validate(line) for line in lines], following


async def _whistles_of(work: Work, issue_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The whistle an issue is in hand with, so that the row leads to its board."""
    query = select(WhistleIssue.issue_id, Whistle.id).join(Whistle, Whistle.id == WhistleIssue.whistle_id)
    running = query.where(WhistleIssue.issue_id.in_(issue_ids), Whistle.state.not_in(ENDED))
    return {row.issue_id: row.id for row in await work.session.execute(running.order_by(Whistle.opened_at))}


async def counts(work: Work) -> dict[str, int]:
    """How long every list is, in one statement."""
    now, numbers = work.clock.now(), await minded(work)
    lengths = [
        statement(make(now, numbers), func.count(Issue.id.distinct())).scalar_subquery().label(name)
        for name, make in LISTS.items()
    ]
    row = (await work.session.execute(select(*lengths))).one()
    return {name: int(getattr(row, name)) for name in LISTS}
