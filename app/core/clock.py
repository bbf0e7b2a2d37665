"""Time is handed in: `work.clock.now()` is the only clock of the rules (STYLE 3.8). And how it is counted:
limits in minutes, hours, days, working hours and working days of one office's calendar (DOMAIN R1.3).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from functools import cache
from typing import Protocol, Self

from holidays import country_holidays

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")  # no daylight saving since 1991
SATURDAY = 5
EARLIEST, LATEST = 1950, 2200  # years in which a working day is looked for


class Clock(Protocol):
    """Something that knows the time, in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  # the one place that reads it


class FixedClock:
    """A clock that stands until it is moved; tests and simulations hold it."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def advance(self, **by: float) -> None:
        """Move on by `timedelta(**by)`."""
        self._at += timedelta(**by)


def office_day(at: datetime) -> date:
    """The calendar day at the office, which is not the UTC day between midnight and eight."""
    return at.astimezone(SHANGHAI).date()


def canonical(at: datetime) -> str:
    """UTC with microseconds: the one form that survives a round trip through any session time zone."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


class ClockQuality(StrEnum):
    """How far the time a phone said can be trusted (SYNC 3b)."""

    OK = "ok"
    SKEWED = "skewed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Moment:
    """When something happened in the field: `said` is the phone's own time, `at` the corrected one by which
    periods, terms and orders of events are reckoned (SYNC 3b).
    """

    said: datetime
    at: datetime
    quality: ClockQuality = ClockQuality.OK

    @classmethod
    def of(cls, clock: Clock, said: datetime | None = None) -> Self:
        """As a desk says it: never later than now; now when it says nothing."""
        now = clock.now()
        return cls(said or now, min(said or now, now))


class Measure(StrEnum):
    """What a limit is counted in."""

    MINUTES = "minutes"
    HOURS = "hours"
    WORKING_HOURS = "working_hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"


PLAIN = {
    Measure.MINUTES: timedelta(minutes=1),
    Measure.HOURS: timedelta(hours=1),
    Measure.DAYS: timedelta(days=1),
}


@dataclass(frozen=True)
class Limit:
    """How long something may take."""

    amount: int
    measure: Measure


@dataclass(frozen=True)
class Season:
    """Office hours of a part of the year: (month, day) to (month, day), spans in minutes of the day."""

    first: tuple[int, int]
    last: tuple[int, int]
    spans: tuple[tuple[int, int], ...]

    def holds(self, day: date) -> bool:
        """Whether the day is in it; a season may run over New Year."""
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


ALL_YEAR = Season((1, 1), (12, 31), ((9 * 60, 12 * 60), (13 * 60 + 30, 17 * 60 + 30)))


@cache
def _announced(country: str | None, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Public holidays of a year and the weekend days worked in exchange; weekdays alone when they are unknown."""
    if country is None:
        return frozenset(), frozenset()
    known = country_holidays(country, years=year)
    return frozenset(known), frozenset(known.weekend_workdays)


@dataclass(frozen=True)
class Calendar:
    """Working time of one office: public holidays with swapped days, the tenant's own days, office hours.

    `overrides` says of a day whether it is worked (a local festival, a flood); `seasons` give the hours, the
    first that holds; `country` is whose public holidays are kept, None for weekdays alone. Times come and go in
    UTC and are counted in Asia/Shanghai (DOMAIN R1.3).
    """

    overrides: Mapping[date, bool] = field(default_factory=dict)
    seasons: tuple[Season, ...] = (ALL_YEAR,)
    country: str | None = "CN"

    def is_working(self, day: date) -> bool:
        """Whether the office works that day."""
        if day in self.overrides:
            return self.overrides[day]
        off, swapped = _announced(self.country, day.year)
        return day in swapped or (day.weekday() < SATURDAY and day not in off)

    def is_open(self, at: datetime) -> bool:
        """Whether the office is open at that moment."""
        return any(opens <= at < closes for opens, closes in self.spans(office_day(at)))

    def after(self, start: datetime, limit: Limit) -> datetime:
        """When the limit ends. Working days leave out the first day and end when the office closes on the last
        one (Civil Code articles 201 and 203); working hours run only while the office is open.
        """
        if limit.measure in PLAIN:
            return start + limit.amount * PLAIN[limit.measure]
        if limit.measure == Measure.WORKING_HOURS:
            return self._after_open(start, timedelta(hours=limit.amount))
        return self._closing(self._working_day(office_day(start), limit.amount), start)

    def ahead(self, end: datetime, limit: Limit) -> datetime:
        """When to remind: so long before `end`."""
        if limit.measure in PLAIN:
            return end - limit.amount * PLAIN[limit.measure]
        if limit.measure == Measure.WORKING_HOURS:
            return self._before_open(end, timedelta(hours=limit.amount))
        day, left = office_day(end), limit.amount
        while left > 0 and day.year > EARLIEST:
            day -= timedelta(days=1)
            left -= self.is_working(day)
        return end - (office_day(end) - day)

    def put_off(self, due: datetime, since: datetime, until: datetime, measure: Measure) -> datetime:
        """The limit's new end after a pause `since`–`until`: what was left then is left now, never less."""
        if measure in PLAIN or due <= since:
            return due + (until - since)
        if measure == Measure.WORKING_HOURS:
            return max(due, self._after_open(until, self.open_time(since, due)))
        day, last, left = office_day(since), office_day(due), 0
        while day < last:
            day += timedelta(days=1)
            left += self.is_working(day)
        return max(due, self._closing(self._working_day(office_day(until), left), until))

    def open_time(self, since: datetime, until: datetime) -> timedelta:
        """How long the office was open in between."""
        total, day = timedelta(), office_day(since)
        while day <= office_day(until):
            for opens, closes in self.spans(day):
                total += max(timedelta(), min(closes, until) - max(opens, since))
            day += timedelta(days=1)
        return total

    def opening(self, at: datetime) -> datetime:
        """The moment itself when the office is open, else when it opens next."""
        return self._after_open(at, timedelta())

    def _after_open(self, start: datetime, left: timedelta) -> datetime:
        day = office_day(start)
        while day.year < LATEST:
            for opens, closes in self.spans(day):
                begin = max(opens, start)
                if begin < closes and begin + left <= closes:
                    return begin + left
                left -= max(timedelta(), closes - begin)
            day += timedelta(days=1)
        return start + left  # an office that never opens must not hold a limit up for ever

    def _before_open(self, end: datetime, left: timedelta) -> datetime:
        day = office_day(end)
        while day.year > EARLIEST:
            for opens, closes in reversed(self.spans(day)):
                stop = min(closes, end)
                if stop > opens and stop - left >= opens:
                    return stop - left
                left -= max(timedelta(), stop - opens)
            day -= timedelta(days=1)
        return end - left

    def _working_day(self, day: date, amount: int) -> date:
        left = amount
        while left > 0 and day.year < LATEST:
            day += timedelta(days=1)
            left -= self.is_working(day)
        return day

    def _closing(self, day: date, not_before: datetime) -> datetime:
        """When the office closes on that day, or on the next one worked when that is past."""
        while day.year < LATEST:
            spans = self.spans(day)
            if spans and spans[-1][1] > not_before:
                return spans[-1][1]
            day += timedelta(days=1)
        return not_before

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """When the office is open that day, in UTC; none on a day off."""
        if not self.is_working(day):
            return []
        season = next((one for one in self.seasons if one.holds(day)), ALL_YEAR)
        midnight = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)
        return [
            (midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes))
            for opens, closes in season.spans
        ]
