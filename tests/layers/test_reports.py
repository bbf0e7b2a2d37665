"""A dry run as text, JSON and HTML, from drawn squares; what is drawn is looked at as numbers."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from shapely import MultiPolygon, box

from app.core.geometry import metres_per_degree
from app.layers import reports
from app.layers.checks import check_layer
from app.layers.features import Feature
from app.layers.findings import Code, finding
from app.layers.ground import Ground
from app.layers.reports import MOST_PICTURES, Report, UnknownReport, written
from app.layers.titles import TITLES

WEST, SOUTH = 102.85, 24.85
EAST_M, NORTH_M = metres_per_degree(SOUTH)


def area(code: str, shape: tuple[float, float, float, float] | None, level: str = "grid") -> Feature:
    parent = None if level == "community" else "P"
    if shape is None:
        return Feature(f"f#{code}", code, parent, code, level, None, {})
    west, south, east, north = shape
    corners = (WEST + west / EAST_M, SOUTH + south / NORTH_M, WEST + east / EAST_M, SOUTH + north / NORTH_M)
    return Feature(f"f#{code}", code, parent, code, level, MultiPolygon([box(*corners)]), {})


def report(*features: Feature, more: int = 0) -> Report:
    found = check_layer(features, {}, ["gap"])
    extra = [finding(Code.NO_NAME, f"f#{number}", data={"property": "name"}) for number in range(more)]
    return Report(
        [*found, *extra], Ground(features, {}), len(features), ["层.geojson"], datetime(2026, 3, 1, tzinfo=UTC)
    )


PARENT = area("P", (0, 0, 200, 100), "community")
OVERLAPPING = (PARENT, area("A", (0, 0, 110, 100)), area("B", (100, 0, 200, 100)))
BARE = (PARENT, area("A", (0, 0, 100, 100)), area("B", (120, 0, 200, 100)))
STRIP = (PARENT, area("A", (0, 0, 100, 100)), area("B", (100.2, 0, 200, 100)))


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def red_m2(html: str) -> float:
    """Square metres of what is drawn in red, by the scale bar of the one picture."""
    path = re.search(r'<path d="([^"]+)" fill-rule="evenodd" fill="#c62828"', html)
    bar = re.search(r'<path d="M12 [\d.]+V[\d.]+H([\d.]+)V.*?>([\d.]+) m</text>', html)
    assert path is not None
    assert bar is not None
    metres = float(bar[2]) / (float(bar[1]) - 12)
    xy = [tuple(map(float, pair.split())) for pair in path[1].strip("MZ").split("Z")[0].split("L")]
    twice = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(xy))
    return abs(twice) / 2 * metres**2


def test_the_shared_piece_is_drawn_to_scale_in_red() -> None:
    html = written(report(*OVERLAPPING), "x.html")
    assert html.count("<svg") == 1
    assert red_m2(html) == pytest.approx(1000, rel=0.03)
    assert html.count("<pattern") == 2
    assert "A</text>" in html
    assert "B</text>" in html


def test_a_gap_is_drawn_inside_its_parent_and_a_strip_is_ringed() -> None:
    gap = written(report(*BARE), "x.html")
    assert red_m2(gap) == pytest.approx(2000, rel=0.03)
    strip = written(report(*STRIP), "x.html")
    assert strip.count("<circle") == 1
    assert red_m2(strip) == pytest.approx(0.2 * 40 * 240 / 360, rel=0.4)  # tenths of a pixel


def test_the_page_needs_no_script_and_no_other_address() -> None:
    html = written(report(*OVERLAPPING, more=3), "REPORT.HTML")
    tags = Tags(html).seen
    assert not [tag for tag, _ in tags if tag in {"script", "img", "link", "iframe", "form"}]
    asked = [attrs.get("href") or attrs.get("src") for _, attrs in tags]
    assert all(one is None or one.startswith("#") for one in asked)
    assert not [attrs for _, attrs in tags if "style" in attrs or any(name.startswith("on") for name in attrs)]
    policy = next(attrs["content"] for tag, attrs in tags if tag == "meta" and "http-equiv" in attrs)
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_groups_have_words_in_both_languages_errors_first() -> None:
    html = written(report(*OVERLAPPING, more=2), "x.html")
    error, warning = html.index("错误:同级重叠"), html.index("提醒:没有名称")
    assert error < warning
    assert "error: Siblings overlap" in html
    assert "--accept overlap" in html


def test_what_a_file_says_is_text_and_never_markup() -> None:
    bad = replace(area("A", None), key="<script>alert(1)</script>", parent_code="<b>")
    html = written(report(PARENT, bad), "x.html")
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_pictures_end_and_lines_go_on() -> None:
    many = [area(f"{number}", (number * 10, 0, number * 10 + 11.5, 100)) for number in range(MOST_PICTURES + 20)]
    html = written(report(area("P", (0, 0, 4000, 100), "community"), *many), "x.html")
    assert html.count("<svg") == MOST_PICTURES
    assert html.count("Two areas of one level overlap") == MOST_PICTURES + 19


def test_text_and_json_hold_everything(tmp_path: Path) -> None:
    whole = report(*OVERLAPPING, more=2)
    text = written(whole, "x.txt")
    assert "错误 errors: 1  提醒 warnings: 2" in text
    assert text.count("no_name") == 3  # the heading and two lines
    said = json.loads(written(whole, str(tmp_path / "x.json")))
    assert (said["areas"], said["errors"], said["warnings"]) == (3, 1, 2)
    assert said["findings"][0]["features"] == ["f#A", "f#B"]
    assert said["counts"][0] == {"level": "error", "code": "overlap", "count": 1}


def test_another_ending_is_refused_and_a_clean_layer_says_so() -> None:
    with pytest.raises(UnknownReport):
        reports.known_ending("x.pdf")
    clean = report(PARENT, area("A", (0, 0, 100, 100)), area("B", (100, 0, 200, 100)))
    assert "没有发现问题" in written(clean, "x.html")


def test_every_kind_of_finding_has_a_heading() -> None:
    assert set(TITLES) == set(Code)
