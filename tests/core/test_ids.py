from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import SystemIds, check_digit, is_issue_number, issue_number

IDS = SystemIds()
DIGITS = st.text("0123456789", min_size=1, max_size=20)
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2500, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(TIMES)
def test_an_id_is_a_uuid_of_version_seven_that_holds_its_time(at: datetime) -> None:
    made = IDS.new(at)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    held = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=made.int >> 80)
    assert timedelta(0) <= at - held < timedelta(milliseconds=2)


@given(TIMES, st.integers(2, 10**9))
def test_a_later_id_is_greater(at: datetime, millis: int) -> None:
    assert IDS.new(at) < IDS.new(at + timedelta(milliseconds=millis))


def test_ids_of_one_moment_differ() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    assert len({IDS.new(at) for _ in range(10_000)}) == 10_000


def test_digits_are_as_many_as_asked_and_begin_with_zero_too() -> None:
    made = [IDS.digits(5) for _ in range(2000)]
    assert {len(one) for one in made} == {5}
    assert {one[0] for one in made} == set("0123456789")


@pytest.mark.parametrize(("digits", "check"), [("0794", "5"), ("", "1"), ("0", "2")])
def test_the_check_digit_of_reference_values(digits: str, check: str) -> None:
    """0794 with 5 is the standard's own example."""
    assert check_digit(digits) == check


@given(DIGITS, st.integers(0, 19), st.integers(1, 9))
def test_the_check_digit_catches_every_single_wrong_digit(digits: str, place: int, by: int) -> None:
    place %= len(digits)
    wrong = digits[:place] + str((int(digits[place]) + by) % 10) + digits[place + 1 :]
    assert check_digit(wrong) != check_digit(digits)


@given(st.dates(date(2000, 1, 1), date(9999, 12, 31)), st.text("0123456789", min_size=5, max_size=6))
def test_a_number_is_known_again_and_with_one_wrong_digit_is_not(day: date, body: str) -> None:
    number = issue_number(day, body)
    assert number.startswith(f"{day:%Y%m%d}-{body}-")
    assert is_issue_number(number)
    for place, char in enumerate(number):
        if char != "-":
            wrong = number[:place] + str((int(char) + 1) % 10) + number[place + 1 :]
            assert not is_issue_number(wrong)


@given(st.text())
def test_any_text_may_be_asked_whether_it_is_a_number(text: str) -> None:
    assert is_issue_number(text) is False


@pytest.mark.parametrize("text", ["20261120-30746", "20261120--5", "2026112-030746-5", "२०२६११२०-30746-5", "--"])
def test_what_only_looks_like_a_number(text: str) -> None:
    assert not is_issue_number(text)
