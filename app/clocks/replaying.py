"""Recorded matters against today's rules: would they have ended in time? Nothing is stored."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median, quantiles

from app.clocks.house import House

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Recorded:
    """One matter as it was: what decides its limit, when it was raised, when it ended (None: it has not)."""

    type: str
    urgency: str
    category: str | None
    raised_at: datetime
    closed_at: datetime | None


@dataclass
class Share:
    """What became of the matters of one category; those that never ended are not in time."""

    count: int = 0
    on_time: int = 0
    hours: list[float] = field(default_factory=list)

    @classmethod
    def whole(cls, parts: Iterable["Share"]) -> "Share":
        """All of them together."""
        whole = cls()
        for part in parts:
            whole.count, whole.on_time = whole.count + part.count, whole.on_time + part.on_time
            whole.hours += part.hours
        return whole

    @property
    def percent(self) -> float:
        return 100 * self.on_time / max(1, self.count)

    @property
    def median_hours(self) -> float | None:
        return median(self.hours) if self.hours else None

    @property
    def p90_hours(self) -> float | None:
        """So long nine in ten of those that ended took at most."""
        return quantiles(self.hours, n=10, method="inclusive")[-1] if len(self.hours) > 1 else self.median_hours

    def add(self, matter: Recorded, due_at: datetime) -> None:
        """Count one."""
        self.count += 1
        if matter.closed_at is not None:
            self.hours.append((matter.closed_at - matter.raised_at) / HOUR)
            self.on_time += matter.closed_at <= due_at


def due_of(house: House, clock: str, matter: Recorded) -> datetime:
    """When the clock of a matter would have ended."""
    return house.calendar.after(matter.raised_at, house.ruled(clock).limit)


def shares(pairs: Iterable[tuple[Recorded, datetime]]) -> dict[str, Share]:
    """Shares by category of matters and their ends, the most frequent category first."""
    found: dict[str, Share] = defaultdict(Share)
    for matter, due_at in pairs:
        found[matter.category or "-"].add(matter, due_at)
    return dict(sorted(found.items(), key=lambda item: (-item[1].count, item[0])))
