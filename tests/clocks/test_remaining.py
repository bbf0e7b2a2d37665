"""What is left of a clock, in the words people read on the screen."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.clocks.remaining import clock_words, left
from app.core.clock import SHANGHAI, Calendar, Limit, Measure

OFFICE = Calendar()
FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI).astimezone(UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(12, "剩12分"), (0, "剩0分"), (60, "剩1时"), (200, "剩3时20分"), (26 * 60, "剩1天2时"), (-18, "超时18分")],
)
def test_plain_limits_are_told_by_the_clock_on_the_wall(minutes: int, said: str) -> None:
    assert left(OFFICE, FRIDAY + timedelta(minutes=minutes), FRIDAY, Measure.MINUTES)[0] == said


def test_working_days_leave_out_what_is_not_worked() -> None:
    due = OFFICE.after(FRIDAY, Limit(2, Measure.WORKING_DAYS))
    assert left(OFFICE, due, FRIDAY, Measure.WORKING_DAYS) == ("剩3天", "3 d left")
    assert left(OFFICE, due, at(2026, 11, 20, 15, 30), Measure.WORKING_DAYS)[0] == "剩2天2时"
    assert left(OFFICE, due, at(2026, 11, 21, 12), Measure.WORKING_DAYS)[0] == "剩2天"
    assert left(OFFICE, due, at(2026, 11, 24, 16, 45), Measure.WORKING_DAYS)[0] == "剩45分"


def test_a_holiday_in_between_is_named() -> None:
    now, due = at(2026, 9, 30, 10), at(2026, 10, 9, 17, 30)
    zh, en = left(OFFICE, due, now, Measure.WORKING_DAYS)
    assert zh == "剩2天6时(扣除国庆节)"
    assert en == "2 d 6 h left (without National Day)"
    own = Calendar({date(2026, 11, 23): False})
    assert left(own, at(2026, 11, 24, 17, 30), FRIDAY, Measure.WORKING_DAYS)[0] == "剩2天"


def test_lateness_is_counted_as_the_limit_was() -> None:
    due = at(2026, 11, 20, 17, 30)
    assert left(OFFICE, due, at(2026, 11, 23, 9, 5), Measure.WORKING_HOURS)[0] == "超时5分"
    assert left(OFFICE, due, at(2026, 11, 23, 9, 5), Measure.HOURS)[0] == "超时2天15时"


def test_a_clock_that_stands_says_what_is_left_of_it() -> None:
    due = FRIDAY + timedelta(hours=2)
    words = clock_words(OFFICE, "sign", due, FRIDAY + timedelta(days=9), "minutes", paused_at=FRIDAY)
    assert words == ("签收 暂停(剩2时)", "sign: paused (2 h left)")
    assert clock_words(OFFICE, "sign", due, FRIDAY, "minutes", paused_at=None)[0] == "签收 剩2时"
