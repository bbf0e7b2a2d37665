"""Areas as files give them, whatever the format: codes as text, names, parents, levels.

A broken row names itself in a finding and its neighbours still load.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shapely import MultiPolygon

from app.core.geometry import Crs
from app.layers.columns import Columns
from app.layers.facts import kind_of
from app.layers.findings import Code, Finding, finding
from app.layers.levels import ABOVE, level_of
from app.layers.systems import System

GENERAL: Final = "general"
# Spreadsheets keep fifteen digits of a number: what is longer has lost its last ones.
EXACT_FLOAT: Final = 1e15


@dataclass(frozen=True, slots=True)
class Feature:
    """One area as a file gives it.

    `key` names it in findings: source, number counted from 1, code. `geometry` is missing when the
    file says null, which is allowed, or when it was refused, which left an error behind. `props` are
    all properties as read, NaN (a table's empty cell) turned into None.
    """

    key: str
    code: str
    parent_code: str | None
    name: str
    level: str
    geometry: MultiPolygon | None
    props: Mapping[str, object]
    kind: str = GENERAL


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person says of a file.

    `level` is missing when each row says its own; `layer` is one of a GeoPackage's or a sheet of a workbook.
    """

    level: str | None
    crs: System = Crs.WGS84
    kind: str = GENERAL
    code: str = "code"
    parent: str = "parent_code"
    name: str = "name"
    encoding: str | None = None
    layer: str | None = None
    mend_rings: bool = False


Props = Mapping[str, object]
Found = tuple[list[Feature], list[Finding]]


def labelled(
    source: str,
    rows: Sequence[Props | None],
    columns: Columns,
    findings: list[Finding],
    numbers: Iterable[int] | None = None,
) -> tuple[list[str], list[str | None]]:
    """A name for every row, and its code where it has one. Rows are counted from 1 unless `numbers` says how."""
    labels: list[str] = []
    codes: list[str | None] = []
    for number, props in zip(numbers or range(1, len(rows) + 1), rows, strict=True):
        label = f"{source}#{number}"
        code = None
        if not props:
            findings.append(finding(Code.NO_PROPERTIES, label))
        else:
            code = _code_or_why(label, props, columns.code, findings)
        labels.append(label if code is None else f"{label} {code}")
        codes.append(code)
    return labels, codes


def features_of(
    rows: Sequence[Props | None],
    labels: Sequence[str],
    codes: Sequence[str | None],
    geometries: Sequence[MultiPolygon | None],
    columns: Columns,
    asked: Asked,
    findings: list[Finding],
) -> list[Feature]:
    """The rows that have a code and a level on this ground."""
    made = []
    for props, label, code, geometry in zip(rows, labels, codes, geometries, strict=True):
        if props is None or code is None:
            continue
        level = asked.level or level_of(props.get(columns.level or ""), code)
        if level is None or level == ABOVE:
            what = Code.ABOVE_THE_GROUND if level == ABOVE else Code.NO_LEVEL
            findings.append(finding(what, label, data={"property": columns.level or "level"}))
            continue
        made.append(_feature(props, label, code, geometry, columns, level, asked.kind, findings))
    return made


def _feature(
    props: Props,
    label: str,
    code: str,
    geometry: MultiPolygon | None,
    columns: Columns,
    level: str,
    kind: str,
    findings: list[Finding],
) -> Feature:
    clean = {name: _plain(value) for name, value in props.items()}
    parent = None
    if columns.parent is not None and not _is_empty(clean.get(columns.parent)):
        parent = _code_or_why(label, clean, columns.parent, findings)
    name = str(clean.get(columns.name or "") or "").strip()
    if not name:
        findings.append(finding(Code.NO_NAME, label, data={"property": columns.name or "name"}))
    return Feature(label, code, parent, name or code, level, geometry, clean, kind_of(clean, kind))


def _code_or_why(label: str, props: Props, column: str, findings: list[Finding]) -> str | None:
    value = props.get(column)
    code, why_zh, why_en = code_of(value)
    if code is None:
        lost = lost_digits(value)
        told = {"property": column, "why_zh": why_zh, "why_en": why_en}
        findings.append(finding(Code.LOST_DIGITS if lost else Code.NO_CODE, label, data=told))
    return code


def lost_digits(value: object) -> bool:
    """Whether a number was too long for the program that stored it as one (`4.4E+17`)."""
    if isinstance(value, str):
        return is_scientific(value)
    return isinstance(value, float) and math.isfinite(value) and abs(value) >= EXACT_FLOAT


def is_scientific(text: str) -> bool:
    """Text like 5.30114E+17, which is what is left of a code somebody's spreadsheet took for a number."""
    digits, letter, power = text.strip().upper().partition("E+")
    return bool(letter) and power.isdigit() and digits.replace(".", "", 1).isdigit()


def code_of(value: object) -> tuple[str | None, str, str]:
    """A code as text, or why there is none. Whole numbers become text as long as they are exact."""
    if isinstance(value, str) and value.strip() and not is_scientific(value):
        return value.strip(), "", ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value), "", ""
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_FLOAT:
        return str(int(value)), "", ""
    if isinstance(value, float) and math.isfinite(value):
        return None, "小数不能作编码", "a decimal number is no code"
    if value is None or isinstance(value, (str, float)):
        return None, "为空", "it is empty"
    return None, "不是文本", "it is not text"


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _plain(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
