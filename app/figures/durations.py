"""How long the clocks took: median, nine of ten, and the share that ended in time; never by person."""

from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, func, or_, select

from app.clocks.models import Pause, Wait
from app.core.work import Work
from app.figures.grouping import key_of, link, names_of
from app.figures.kinds import Part
from app.figures.periods import Period
from app.figures.schemas import ClockGroup, ClockOut, ClocksOut, FigureFilter
from app.figures.subjects import matters
from app.issues.models import Issue

MINUTE = 60
GROUPED = ("street_id", "community_id", "grid_id", "category")
CLOCK = "clock_"  # how a clock is named among the figures


def clocks(period: Period, now: Any) -> Subquery:
    """Clocks that ended in the period, and those of then that still run past their end, each with its matter.
    What was dropped within its limit was neither kept nor late (R1.4).
    """
    matter = matters()
    paused = (
        select(func.sum(func.extract("epoch", func.coalesce(Pause.until, Wait.ended_at) - Pause.since)))
        .where(Pause.wait_id == Wait.id)
        .scalar_subquery()
    )
    spent = func.extract("epoch", Wait.ended_at - Wait.since) - func.coalesce(paused, 0)
    late = and_(Wait.ended_at.is_(None), Wait.paused_at.is_(None), Wait.due_at < now, period.holds(Wait.due_at))
    return (
        select(
            Wait.kind,
            Issue.id.label("issue_id"),
            *(getattr(Issue, name) for name in GROUPED),
            func.coalesce(Wait.unit_id, Issue.lead_unit_id).label(
                "lead_unit_id"
            ),  # an order's clock is its unit's
            (spent / MINUTE).label("minutes"),
            Wait.ended_at.is_not(None).label("ended"),
            and_(Wait.ended_at.is_not(None), Wait.ended_at <= Wait.due_at).label("on_time"),
        )
        .join(matter, matter.c.subject_id == Wait.subject_id)
        .join(Issue, Issue.id == matter.c.issue_id)
        .where(Wait.dropped.is_(False), or_(period.holds(Wait.ended_at), late))
        .subquery("clocks")
    )


def chosen(c: Any, kind: str, part: Part) -> ColumnElement[bool]:
    """The clocks behind a number: those that ended, in time or not, or those that still run late."""
    rows = {
        Part.NUMERATOR: c.on_time, Part.DENOMINATOR: c.ended, Part.EXCLUDED: ~c.ended,
        Part.MISSED: and_(c.ended, ~c.on_time),
    }  # fmt: skip
    return and_(c.kind == kind, rows[part])


async def durations(work: Work, wanted: FigureFilter) -> ClocksOut:
    """Every kind of clock, group by group."""
    found = clocks(Period(wanted.first, wanted.last), work.clock.now())
    c = found.c
    key = key_of(wanted, c).label("key")
    within = [func.percentile_cont(share).within_group(c.minutes.asc()) for share in (0.5, 0.9)]
    query = (
        select(
            key,
            c.kind,
            func.count().filter(c.ended).label("n"),
            within[0].label("median"),
            within[1].label("p90"),
            func.count().filter(c.on_time).label("on_time"),
            func.count().filter(~c.ended).label("running_late"),
        )
        .select_from(Issue)
        .join(found, c.issue_id == Issue.id)
        .group_by(key, c.kind)
        .order_by(key, c.kind)
    )
    rows = (await work.session.execute(query)).all()
    names = await names_of(work, wanted, {row.key for row in rows})
    groups: dict[str | None, ClockGroup] = {}
    for row in rows:
        code, name = names.get(row.key or "", (None, None))
        group = groups.setdefault(row.key, ClockGroup(key=row.key, code=code, name=name, clocks=[]))
        group.clocks.append(_clock(wanted, row))
    return ClocksOut(first=wanted.first, last=wanted.last, groups=list(groups.values()))


def _clock(wanted: FigureFilter, row: Any) -> ClockOut:
    figure = CLOCK + row.kind
    return ClockOut(
        kind=row.kind, n=row.n, on_time=row.on_time, running_late=row.running_late,
        median=None if row.median is None else round(float(row.median), 1),
        p90=None if row.p90 is None else round(float(row.p90), 1),
        on_time_share=round(row.on_time / row.n, 4) if row.n else None,
        rows=link(wanted, row.key, figure, part=Part.DENOMINATOR),
        on_time_rows=link(wanted, row.key, figure, part=Part.NUMERATOR),
        missed=row.n - row.on_time,
        missed_rows=link(wanted, row.key, figure, part=Part.MISSED),
        running_late_rows=link(wanted, row.key, figure, part=Part.EXCLUDED),
    )  # fmt: skip
