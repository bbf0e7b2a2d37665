"""When something happened, as far as a phone's clock lets one know (SYNC 3b).

The wall clock of a cheap phone may be days off and may jump; its monotonic clock only counts. What the phone says
is stored as it is; the corrected time beside it is what due dates, months and assignments are reckoned by.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.core.clock import ClockQuality, Moment

GOOD = timedelta(minutes=2)
WARN = timedelta(minutes=5)  # from here the worker is told, once; never blocked


@dataclass(frozen=True)
class Reading:
    """The clocks of a phone at one moment: wall time, and the monotonic count of its page session.

    `offset` is what the phone last knew of its error (server minus wall) when it read them, None if it knew
    nothing; `contact_at` the server's time of its last answer before.
    """

    wall: datetime
    session: str
    mono_ms: int
    offset: timedelta | None = None
    contact_at: datetime | None = None


def correct(then: Reading, sent: Reading, received: datetime, earliest: datetime) -> Moment:
    """The time of `then`, sent with `sent` and received at `received`: never after that, never before the last
    contact (or `earliest`, when the phone says none).
    """
    drift = received - sent.wall
    if then.session == sent.session:
        elapsed = timedelta(milliseconds=sent.mono_ms - then.mono_ms)
        guess, offset = received - elapsed, received - elapsed - then.wall
        jumped = abs(offset - drift) > GOOD
        quality = ClockQuality.SKEWED if jumped or abs(offset) >= GOOD else ClockQuality.OK
    elif then.offset is not None:
        guess = then.wall + then.offset
        quality = ClockQuality.OK if abs(then.offset) < GOOD else ClockQuality.SKEWED
    else:
        guess, quality = then.wall, ClockQuality.UNKNOWN
    floor = min(max(earliest, then.contact_at or earliest), received)
    at = min(max(guess, floor), received)
    if abs(at - guess) >= GOOD:
        quality = ClockQuality.UNKNOWN  # it cannot have been then
    return Moment(then.wall, at, quality)


def has_to_warn(sent: Reading, received: datetime) -> bool:
    """Whether the phone's clock is so far off that its holder should set it."""
    return abs(received - sent.wall) >= WARN
