"""Time is handed in: `work.clock.now()` is the only clock of the rules (STYLE 3.8)."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")  # no daylight saving since 1991


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
