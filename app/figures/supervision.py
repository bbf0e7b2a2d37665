"""The supervision desk 督办: lists of what needs somebody's eye, each by one index, in the scope of the reader."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

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
from app.figures.rows import cursor_of, key_from
from app.figures.schemas import ListedLine, ListFilter
from app.figures.subjects import matters
from app.issues.kinds import State
from app.issues.models import Issue
from app.whistles.kinds import ReportInState
from app.whistles.models import ReportIn, WhistleIssue

DAY = timedelta(days=1)
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
    Supervised.DORMANT: _dormant,
    Supervised.HELD_REVIEW: _held_review,
    Supervised.SUPERVISED: _supervised,
    Supervised.PARKED: _parked,
    Supervised.OWNERLESS: _ownerless,
}
LINE = tuple(getattr(Issue, name) for name in ListedLine.model_fields if name != "since")


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
    return [ListedLine.model_validate(row) for row in shown], following


async def counts(work: Work) -> dict[str, int]:
    """How long every list is, in one statement."""
    now, numbers = work.clock.now(), await minded(work)
    lengths = [
        statement(make(now, numbers), func.count(Issue.id.distinct())).scalar_subquery().label(name)
        for name, make in LISTS.items()
    ]
    row = (await work.session.execute(select(*lengths))).one()
    return {name: int(getattr(row, name)) for name in LISTS}
