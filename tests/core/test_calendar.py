"""Working time: swapped days, festivals, lunch hours, the tenant's own days, and what a pause leaves (R1.3)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import SHANGHAI, Calendar, Limit, Measure, Season

WD, WH = Measure.WORKING_DAYS, Measure.WORKING_HOURS
CHINA = Calendar()


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=SHANGHAI).astimezone(UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        # Friday before the Spring Festival of 2026: Saturday the 14th is worked, the 15th to the 23rd are off
        (at(2026, 2, 13, 17, 0), Limit(5, WD), at(2026, 2, 27, 17, 30)),
        (at(2026, 2, 13, 17, 0), Limit(1, WD), at(2026, 2, 14, 17, 30)),
        (at(2026, 2, 14, 17, 0), Limit(1, WD), at(2026, 2, 24, 17, 30)),
        (at(2026, 2, 14, 17, 0), Limit(2, WH), at(2026, 2, 24, 10, 30)),
        (at(2026, 2, 17, 8, 0), Limit(1, WH), at(2026, 2, 24, 10, 0)),
        # an ordinary week: lunch does not count, nor does the night
        (at(2026, 11, 20, 11, 0), Limit(2, WH), at(2026, 11, 20, 14, 30)),
        (at(2026, 11, 20, 17, 0), Limit(1, WH), at(2026, 11, 23, 9, 30)),
        (at(2026, 11, 20, 9, 0), Limit(3, WD), at(2026, 11, 25, 17, 30)),
        (at(2026, 11, 20, 9, 0), Limit(7, Measure.DAYS), at(2026, 11, 27, 9, 0)),
        (at(2026, 11, 20, 23, 50), Limit(30, Measure.MINUTES), at(2026, 11, 21, 0, 20)),
        # a Sunday worked in exchange (20 September 2026)
        (at(2026, 9, 19, 10, 0), Limit(1, WD), at(2026, 9, 20, 17, 30)),
    ],
)
def test_a_limit_ends_when_the_office_says(start: datetime, limit: Limit, end: datetime) -> None:
    assert CHINA.after(start, limit) == end


def test_the_tenants_own_days_win_over_the_national_ones() -> None:
    festival = Calendar({date(2026, 4, 13): False, date(2026, 4, 18): True})  # 泼水节, and a Saturday for it
    assert festival.after(at(2026, 4, 10, 9, 0), Limit(1, WD)) == at(2026, 4, 14, 17, 30)
    assert festival.is_working(date(2026, 4, 18))
    assert not CHINA.is_working(date(2026, 4, 18))


def test_an_office_of_another_country_keeps_its_own_days_or_weekdays_alone() -> None:
    friday, spring_festival, fourth_of_july = at(2026, 2, 13, 17, 0), date(2026, 2, 17), date(2025, 7, 4)
    weekdays, american = Calendar(country=None), Calendar(country="US")
    assert weekdays.after(friday, Limit(5, WD)) == at(2026, 2, 20, 17, 30)
    assert [one.is_working(spring_festival) for one in (CHINA, weekdays, american)] == [False, True, True]
    assert [one.is_working(fourth_of_july) for one in (CHINA, weekdays, american)] == [True, True, False]


def test_summer_hours_count_in_summer_only() -> None:
    summer = Season((6, 1), (9, 30), ((8 * 60, 12 * 60), (15 * 60, 18 * 60)))
    winter = Season((10, 1), (5, 31), ((9 * 60, 12 * 60), (13 * 60, 17 * 60)))
    office = Calendar(seasons=(summer, winter))
    assert office.after(at(2026, 7, 1, 11, 0), Limit(2, WH)) == at(2026, 7, 1, 16, 0)
    assert office.after(at(2026, 12, 1, 11, 0), Limit(2, WH)) == at(2026, 12, 1, 14, 0)
    assert office.is_open(at(2026, 7, 1, 8, 30))
    assert not office.is_open(at(2026, 12, 1, 8, 30))
    assert office.opening(at(2026, 12, 1, 2, 0)) == at(2026, 12, 1, 9, 0)


def test_an_office_that_never_opens_holds_nothing_up_for_ever() -> None:
    closed = Calendar({date(2026, 1, 1) + timedelta(days=n): False for n in range(70_000)})
    assert closed.after(at(2026, 1, 1, 9, 0), Limit(1, WH)) < datetime(2300, 1, 1, tzinfo=UTC)


moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)).map(lambda when: when.replace(tzinfo=UTC))  # noqa: DTZ001  # made aware at once
limits = st.builds(Limit, st.integers(0, 40), st.sampled_from(list(Measure)))


@given(moments, limits, limits)
def test_more_time_never_ends_sooner_and_no_limit_ends_before_it_began(
    start: datetime, limit: Limit, more: Limit
) -> None:
    end = CHINA.after(start, limit)
    assert end >= start
    assert CHINA.after(start, Limit(limit.amount + more.amount, limit.measure)) >= end


@given(moments, st.integers(1, 40))
def test_working_days_end_on_a_day_that_is_worked_when_the_office_closes(start: datetime, days: int) -> None:
    end = CHINA.after(start, Limit(days, WD)).astimezone(SHANGHAI)
    assert CHINA.is_working(end.date())
    assert (end.hour, end.minute) == (17, 30)
    between = [start.astimezone(SHANGHAI).date() + timedelta(days=n) for n in range(1, 120)]
    assert sum(CHINA.is_working(day) for day in between if day <= end.date()) == days


@given(moments, st.integers(1, 60))
def test_working_hours_are_exactly_the_open_time(start: datetime, hours: int) -> None:
    end = CHINA.after(start, Limit(hours, WH))
    assert CHINA.open_time(start, end) == timedelta(hours=hours)


@given(moments, limits, st.integers(0, 60 * 24 * 20), st.integers(0, 60 * 24 * 40))
def test_a_pause_never_takes_time_away(start: datetime, limit: Limit, later: int, long: int) -> None:
    due = CHINA.after(start, limit)
    since = start + timedelta(minutes=later)
    until = since + timedelta(minutes=long)
    put_off = CHINA.put_off(due, since, until, limit.measure)
    assert put_off >= due
    if since < due:
        assert put_off >= until, "what had time left has some left after the pause"


@given(moments, limits)
def test_a_reminder_comes_before_the_end(start: datetime, limit: Limit) -> None:
    due = CHINA.after(start, limit)
    assert CHINA.ahead(due, Limit(1, WD)) < due
    assert CHINA.ahead(due, Limit(1, WH)) <= due
