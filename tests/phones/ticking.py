"""A phone's clocks, and how long it waits before it tries again."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta


def pause(attempt: int, chance: float) -> timedelta:
    """How long to wait after so many failures: 5 s, doubled up to 10 min; half of it by chance (0 to 1), and in
    any case spread over a minute, so that a service that comes back is not knocked over again.
    """
    whole = min(5 * 2**attempt, 600)
    return timedelta(seconds=whole / 2 + chance * max(whole / 2, 60))


@dataclass
class PhoneClock:
    """Wall and monotonic time of one page session, driven by the true time of the test."""

    true_now: Callable[[], datetime]
    skew: timedelta = timedelta(0)
    session: str = field(default_factory=lambda: secrets.token_hex(4))
    booted: datetime | None = None

    def wall(self) -> datetime:
        return self.true_now() + self.skew

    def mono_ms(self) -> int:
        self.booted = self.booted or self.true_now() - timedelta(minutes=5)
        return int((self.true_now() - self.booted).total_seconds() * 1000)

    def reload(self) -> None:
        """Another page session: the monotonic count begins anew."""
        self.session, self.booted = secrets.token_hex(4), None
