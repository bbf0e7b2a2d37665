"""Files of the ground through the command line: reports by ending, export, codes, divisions, sizes."""

import json
from pathlib import Path

import pytest

from tests import town
from tests.cli.conftest import Run, wangge  # noqa: F401  # a fixture
from tests.cli.test_commands import LA_FILES, LA_LEVELS

HERE = ("--district", "530114")
DIVISIONS = """code,parent_code,level,name
530114,5301,3,呈贡区
530114001,530114,4,龙城街道
530114001001,530114001,5,龙街社区居委会
"""


@pytest.fixture
def told(wangge: Run) -> Run:  # noqa: F811
    """A district without ground beside the town."""
    assert wangge("district", "create", "990009", "--name", "空区").exit_code == 0
    return wangge


def test_a_report_is_written_as_its_name_ends(told: Run, tmp_path: Path) -> None:
    words = ["import", "areas", *LA_FILES, *LA_LEVELS, "--crs", "wgs84", "--district", "990009", "--dry-run"]
    page = tmp_path / "report.html"
    assert told(*words, "--report", str(page)).exit_code == 1
    assert page.read_text().count("<svg") > 20
    wrong = told(*words, "--report", str(tmp_path / "report.pdf"))
    assert getattr(wrong.exception, "code", None) == "unknown_report"
    assert not (tmp_path / "report.pdf").exists()


def test_the_ground_goes_out_and_in_again(told: Run, tmp_path: Path) -> None:
    file = tmp_path / "town.geojson"
    count = len(town.features())
    assert f"{count} areas written" in told("export", "areas", str(file), *HERE).output
    words = ["import", "areas", str(file), "--crs", "wgs84", *HERE, "--accept", "gap", "--codes", "cn"]
    assert f"{count} unchanged" in told(*words).output
    part = tmp_path / "part.geojson"
    assert told("export", "areas", str(part), *HERE, "--area", town.G1).exit_code == 0
    codes = [one["properties"]["code"] for one in json.loads(part.read_text())["features"]]
    assert codes == [town.G1, town.B1, town.B2]


def test_codes_are_checked_and_the_next_is_told(told: Run) -> None:
    assert told("codes", "check", "530114004005012", "--twenty", "020101").output.endswith(
        "02010153011400400512\n"
    )
    wrong = told("codes", "check", "53011400400500A")
    assert wrong.exit_code == 1
    assert "more than digits" in wrong.output
    assert told("codes", "next", town.G1, *HERE).output == f"{town.G1}003\n"


def test_division_codes_come_in_and_their_changes_are_listed(told: Run, tmp_path: Path) -> None:
    file = tmp_path / "divisions.csv"
    file.write_text(DIVISIONS)
    words = ("import", "divisions", str(file), "--district", "990009", "--root", "530114")
    assert "areas: 3 new" in told(*words).output
    assert "3 unchanged" in told(*words).output
    changes = tmp_path / "changes.csv"
    changes.write_text("code,change,name_2021,name_2023\n530581202,removed,北海乡,\n")
    assert told("import", "division-changes", str(changes)).output == "close\t530581202\t北海乡\n"


def test_sizes_outside_the_band_are_listed(told: Run) -> None:
    said = told("figures", "sizes", *HERE, "--area", town.C1).output
    assert f"{town.G1} 第一网格: few households, below 300-500" in said
    assert "3 of 3 outside the band" in said
