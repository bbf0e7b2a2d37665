"""`wangge clocks replay`: recorded requests against a district's limits, on weekdays of a foreign office."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.layers.test_importing import DATA

HEAD = "request_id,created_at,closed_at,category"
# limits of a new district: five working days, a working day for a question, the office shuts at half past five
ROWS = """
1,2020-01-02T10:00:00,2020-01-09T17:30:00,Graffiti Removal
2,2020-01-02T10:00:00,2020-01-09T17:30:01,Graffiti Removal
3,2020-01-02T10:00:00,,Graffiti Removal
4,2020-01-24T10:00:00,2020-01-31T12:00:00,Bulky Items
5,2020-01-24T10:00:00,2020-01-24T09:59:59,Bulky Items
6,,2020-01-24T09:59:59,Bulky Items
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "requests.csv"
    path.write_text(HEAD + ROWS)
    return path


def cells(output: str, category: str) -> list[str]:
    (line,) = [line for line in output.splitlines() if f" {category} " in line]
    return [cell.strip() for cell in line.split("\u2502")[2:-1]]


def replayed(wangge: Run, file: Path, *words: str) -> str:
    done = wangge("clocks", "replay", str(file), "--district", "990001", *words)
    assert done.exit_code == 0, done.output
    return done.output


def test_what_ended_by_its_limit_was_in_time_and_what_never_ended_was_not(wangge: Run, file: Path) -> None:
    output = replayed(wangge, file)
    assert cells(output, "Graffiti Removal") == ["3", "2", "33.3", "175.5", "175.5"]
    assert cells(output, "all") == ["4", "3", "50.0", "175.5", "175.5"]
    assert "rows 6, left out 2" in output


def test_a_foreign_office_keeps_weekdays_or_the_holidays_it_is_given(wangge: Run, file: Path) -> None:
    """Raised on the 24th of January 2020: the seven days from that one on were China's Spring Festival."""
    assert cells(replayed(wangge, file), "Bulky Items")[2] == "100.0"
    shorter = ("--map", "category=category,raised=created_at,closed=closed_at,type==consult")
    assert cells(replayed(wangge, file, *shorter), "Bulky Items")[2] == "0.0"
    assert cells(replayed(wangge, file, *shorter, "--holidays", "CN"), "Bulky Items")[2] == "100.0"
    assert "two letters" in wangge("clocks", "replay", str(file), "--district", "990001", "--holidays", "X").output


def test_the_most_frequent_categories_come_first_and_all_are_counted(wangge: Run) -> None:
    output = replayed(wangge, DATA / "los_angeles/requests_2017.csv.gz", "--top", "2")
    named = [line.split("\u2502")[1].strip() for line in output.splitlines() if line.startswith("\u2502")]
    assert named == ["Bulky Items", "Graffiti Removal", "all"]
    assert cells(output, "all")[0] == "594"
    assert "rows 595, left out 1" in output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--map", "raised=category"), "is not a time like"),
        (("--map", "raised=nothing"), "no column nothing"),
        (("--clock", "nothing"), "no_limit_rule"),
    ],
)
def test_what_cannot_be_reckoned_is_refused_in_words(wangge: Run, file: Path, words: list[str], why: str) -> None:
    refused = wangge("clocks", "replay", str(file), "--district", "990001", *words)
    assert refused.exit_code != 0
    assert why in refused.output + repr(getattr(refused.exception, "code", ""))
