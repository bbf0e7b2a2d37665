"""The national division codes as lists of areas without shapes, and what changes in them from year to year.

The list has five levels: province, prefecture, county, township, village. A district takes the county of its own
code and what lies below; province and prefecture are above it and are not ground it keeps. A foreign
demonstration district (99xxxx) may take a whole province instead: then everything above the townships folds into
the district itself, and each township lies directly in it.
"""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TextIO, cast

from app.core.errors import Invalid
from app.grid.models import AreaLevel
from app.layers.features import Feature
from app.layers.reading import GZIP_MAGIC

COLUMNS: Final = ("code", "parent_code", "level", "name")
TOWNSHIP, VILLAGE = "4", "5"
DEMO: Final = "99"  # districts that are not real places (HOUSE 4.14)
TOWN_TYPES: Final = range(1, 4)  # first digit of the township's number: town 1, township 2 and 3; street 0
FIRST_VILLAGE: Final = 200  # neighbourhood committees count below, village committees from here


class NotDivisions(Invalid):
    """The file is no list of division codes."""

    code = "not_divisions"
    zh = "不是区划代码表:应为 UTF-8 的 CSV,表头为 code,parent_code,level,name。"
    en = "No list of division codes: a CSV in UTF-8 with the header code,parent_code,level,name is wanted."


class NotInDivisions(Invalid):
    """The list does not hold the code asked for."""

    code = "not_in_divisions"
    zh = "表中没有代码 {root};真实区县只能导入自己的代码。"
    en = "The list does not hold {root}; a real district imports its own code only."


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    code: str
    parent_code: str
    level: str
    name: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of the list that asks for a change of the ground: `open`, `close` or `rename`."""

    kind: str
    code: str
    name: str


def read_rows(path: Path) -> Iterator[Row]:
    """The lines of a list, plain or gzipped, one by one; `NotDivisions` for anything else."""
    with path.open("rb") as head:
        packed = head.read(len(GZIP_MAGIC)) == GZIP_MAGIC
    try:
        with gzip.open(path) if packed else path.open("rb") as stream:
            yield from _rows(io.TextIOWrapper(cast("BinaryIO", stream), "utf-8-sig"))
    except (UnicodeDecodeError, csv.Error, gzip.BadGzipFile, EOFError) as error:
        raise NotDivisions("file") from error


def _rows(text: TextIO | Iterable[str]) -> Iterator[Row]:
    lines = csv.DictReader(text)
    if not set(COLUMNS) <= set(lines.fieldnames or ()):
        raise NotDivisions("file")
    for line in lines:
        yield Row(*((line[name] or "").strip() for name in COLUMNS))


def areas_of(rows: Iterable[Row], district: str, root: str | None = None) -> list[Feature]:
    """The areas of a district: its own county with what lies below, or, for a demonstration, under `root`."""
    top = root or district
    if top != district and not district.startswith(DEMO):
        raise NotInDivisions("root", root=top)
    below: list[Feature] = []
    found: Row | None = None
    for number, row in enumerate(rows, start=1):
        if row.code == top:
            found = row
        elif row.code.startswith(top) and row.level in {TOWNSHIP, VILLAGE}:
            below.append(_feature(number, row, district))
    if found is None:
        raise NotInDivisions("root", root=top)
    whole = Feature(f"divisions {top}", district, None, found.name, AreaLevel.DISTRICT, None, {})
    return [whole, *below]


def _feature(number: int, row: Row, district: str) -> Feature:
    key = f"divisions#{number} {row.code}"
    if row.level == VILLAGE:
        rural = int(row.code[-3:]) >= FIRST_VILLAGE
        return Feature(key, row.code, row.parent_code, row.name, AreaLevel.COMMUNITY, None, {"rural": rural})
    rural = int(row.code[6]) in TOWN_TYPES
    return Feature(key, row.code, district, row.name, AreaLevel.STREET, None, {"rural": rural})


def proposals(lines: Iterable[Mapping[str, str]]) -> list[Proposal]:
    """What a list of yearly changes (code, change, old name, new name) asks for, county by county.

    Within a county what goes stands before what comes in its place, so that one request may join the two.
    """
    kinds = {"added": "open", "removed": "close", "renamed": "rename"}
    found: list[Proposal] = []
    for line in lines:
        code, change, before, after = list(line.values())[:4]
        if change not in kinds:
            raise NotDivisions("file")
        found.append(Proposal(kinds[change], code, before if change == "removed" else after))
    order = ("close", "open", "rename")
    return sorted(found, key=lambda one: (one.code[:6], order.index(one.kind)))


def read_proposals(path: Path) -> list[Proposal]:
    """The same from a CSV file."""
    with path.open(encoding="utf-8-sig") as text:
        return proposals(csv.DictReader(text))
