"""Weeks from Monday, months and quarters of the office's calendar: the stretches plans are reckoned by."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from app.visits.kinds import Period

DAYS_OF_WEEK = 7
MONTHS_OF_QUARTER = 3
RECURRING = (Period.WEEK, Period.MONTH, Period.QUARTER)


@dataclass(frozen=True)
class Span:
    """From day to day, the last one included."""

    starts_on: date
    ends_on: date

    @property
    def following(self) -> date:
        """The first day that is no longer in it."""
        return self.ends_on + timedelta(days=1)


def span_of(period: Period, day: date) -> Span:
    """The week, month or quarter a day lies in."""
    if period == Period.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Span(monday, monday + timedelta(days=DAYS_OF_WEEK - 1))
    if period == Period.MONTH:
        return Span(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))
    if period == Period.QUARTER:
        first = day.month - (day.month - 1) % MONTHS_OF_QUARTER
        last = first + MONTHS_OF_QUARTER - 1
        return Span(date(day.year, first, 1), date(day.year, last, monthrange(day.year, last)[1]))
    raise ValueError(period)


def running_and_next(day: date) -> list[tuple[Period, Span]]:
    """The two stretches of each length for which tasks are made."""
    found = []
    for period in RECURRING:
        running = span_of(period, day)
        found += [(period, running), (period, span_of(period, running.following))]
    return found
