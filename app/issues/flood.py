"""The flood gate: slows anonymous reports from one address, marks a suspicion, drops nothing.

Two counters an address and window, in this process only: with n processes an address has n times the limits. Our
own, because the library's memory storage starts a thread hop for every known address at each hit, which is a
lever for the very flood it should stop.
"""

import time
from collections import Counter
from collections.abc import Callable

from app.core.errors import TooMany

WAIT_S = 60  # the longest a refused address has to wait


class TooManyReports(TooMany):
    """One address sends faster than a person can."""

    code = "too_many_reports"
    zh = "提交过于频繁,请在 {seconds} 秒后重试,已提交的内容不会丢失。"
    en = "Too many reports from here; try again in {seconds} seconds. What was sent is kept."


class Window:
    """At most `limit` hits a key in any `seconds`, by this window's count and a share of the last's."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._begun = 0.0
        self._now: Counter[str] = Counter()
        self._before: Counter[str] = Counter()

    def hit(self, key: str, at: float) -> bool:
        """Count a hit and say whether it is within the limit; a hit beyond it is not counted."""
        passed = at - self._begun
        if passed >= self.seconds:
            self._before = self._now if passed < 2 * self.seconds else Counter()
            self._now = Counter()
            self._begun = at - passed % self.seconds
        left = 1 - (at - self._begun) / self.seconds
        if self._now[key] + self._before[key] * left >= self.limit:
            return False
        self._now[key] += 1
        return True


class FloodGate:
    """Whether a report should be screened, and when an address has to wait."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._suspect = Window(20, 3600)
        self._refused = Window(60, WAIT_S)

    async def suspects(self, address: str) -> bool:
        """True beyond twenty an hour, which are stored and marked; `TooManyReports` beyond sixty a minute."""
        at = self._clock()
        if not self._refused.hit(address, at):
            raise TooManyReports(WAIT_S, seconds=WAIT_S)
        return not self._suspect.hit(address, at)
