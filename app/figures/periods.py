"""From which day to which, in days of the office."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_

from app.core.clock import SHANGHAI
from app.core.errors import Invalid


class PeriodBackwards(Invalid):
    """The last day comes before the first."""

    code = "period_backwards"
    zh = "结束日期不能早于开始日期。"
    en = "The last day may not come before the first."


class PeriodTooLong(Invalid):
    """More than a figure may be asked over at once."""

    code = "period_too_long"
    zh = "统计时段最长 {days} 天,请缩短。"
    en = "A period is at most {days} days; ask for a shorter one."


LONGEST_DAYS = 400  # a year with its margins: what one statement may be asked to read


@dataclass(frozen=True)
class Period:
    """Whole days, the last one included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise PeriodBackwards("to")
        if (self.last - self.first).days > LONGEST_DAYS:
            raise PeriodTooLong("to", days=LONGEST_DAYS)

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first, time(), SHANGHAI)

    @property
    def ends(self) -> datetime:
        """The first moment that is no longer in it."""
        return datetime.combine(self.last + timedelta(days=1), time(), SHANGHAI)

    def holds(self, column: Any) -> ColumnElement[bool]:
        """That a moment lies in it."""
        return and_(column >= self.begins, column < self.ends)
