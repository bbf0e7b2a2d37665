"""When something happened in the field: as said, as corrected, and how far that can be trusted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.work import Work
from app.visits.kinds import ClockQuality

AMENDABLE_FOR = timedelta(hours=24)  # of a visit, by its author, from its receipt (SYNC 3d)


@dataclass(frozen=True)
class Moment:
    """`said` is the phone's own time, `at` the corrected one by which periods are reckoned (SYNC 3b)."""

    said: datetime
    at: datetime
    quality: ClockQuality = ClockQuality.OK


def now(work: Work) -> Moment:
    """At this moment, by the server's clock."""
    at = work.clock.now()
    return Moment(at, at)


def said_then(work: Work, occurred_at: datetime | None) -> Moment:
    """When a desk says it was: never later than now; now when it says nothing."""
    at = work.clock.now()
    return Moment(at, at) if occurred_at is None else Moment(occurred_at, min(occurred_at, at))
