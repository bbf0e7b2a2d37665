"""Areas out of a GeoJSON file, each with what is wrong with it.

A broken feature names itself and the others still load. Coordinates leave here as WGS84, flat, valid
MultiPolygons or not at all; anything about two features at once is for `checks`.
"""

import gzip
import json
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from shapely import MultiPolygon

from app.core.geometry import Crs
from app.layers.findings import Code, Finding, finding
from app.layers.shapes import read_shapes

GENERAL: Final = "general"
UNPACKED_LIMIT: Final = 1 << 30  # bytes; a small .gz may hide far more than memory holds
GZIP_MAGIC: Final = b"\x1f\x8b"
# Beyond this a float no longer holds every integer, and a code would lose its last digits.
EXACT_FLOAT: Final = 2.0**53

# What exporters write for systems whose coordinates are taken as they are.
_PLAIN_CRS: Final = ("CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4490", "EPSG:4490")

_NO_JSON: Final = {"why_zh": "不是 JSON,或编码不是 UTF-8", "why_en": "no JSON, or not in UTF-8"}
_NOT_PACKED: Final = {"why_zh": "压缩文件已损坏", "why_en": "the compressed file is damaged"}
_TOO_LARGE: Final = {"why_zh": "解压后超过 1 GiB", "why_en": "more than 1 GiB when unpacked"}
_TOO_DEEP: Final = {"why_zh": "嵌套过深", "why_en": "nested too deeply"}
_NO_COLLECTION: Final = {
    "why_zh": "最外层应为 FeatureCollection",
    "why_en": "the outermost object must be a FeatureCollection",
}
_NO_FEATURE: Final = {"why_zh": "此处应为 Feature", "why_en": "a Feature is expected here"}


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
class _Fields:
    """Which property holds what."""

    code: str
    parent: str
    name: str


class _NotReadableError(Exception):
    """The file as a whole cannot be used; `why` holds the words."""

    def __init__(self, why: Mapping[str, str]) -> None:
        super().__init__(why["why_en"])
        self.why = why


def read_geojson(
    path: Path,
    source_name: str,
    code_field: str,
    parent_field: str,
    name_field: str,
    level: str,
    crs: Crs,
    *,
    kind: str = GENERAL,
) -> tuple[list[Feature], list[Finding]]:
    """The areas of one level and kind, and everything wrong with them one by one.

    Plain or gzipped is told from the content, not the name. `source_name` is what the person calls
    the file. Features without a usable code are reported and left out; features whose geometry is
    refused stay in, without it, so that codes can still be checked. Never raises for what is in the
    file; an unreadable path is the caller's OSError.
    """
    try:
        document = _document(path)
        rows = _rows(document)
    except _NotReadableError as error:
        return [], [finding(Code.NOT_GEOJSON, source_name, data=error.why)]
    findings = list(_crs_findings(source_name, document, crs))
    fields = _Fields(code_field, parent_field, name_field)
    labels, codes = _labelled(rows, source_name, fields, findings)
    geometries = read_shapes(labels, [_member(row, "geometry") for row in rows], crs, findings)
    features = []
    for row, label, code, geometry in zip(rows, labels, codes, geometries, strict=True):
        if code is not None:
            features.append(_feature(row, label, code, geometry, fields, level, kind, findings))
    return features, findings


def _document(path: Path) -> Mapping[str, object]:
    with path.open("rb") as plain:
        packed = plain.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        plain.seek(0)
        text = _unpacked(plain) if packed else _limited(plain)
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise _NotReadableError(_TOO_DEEP) from error
    except ValueError as error:  # JSON errors and bytes in another encoding
        raise _NotReadableError(_NO_JSON) from error
    if not isinstance(document, dict):
        raise _NotReadableError(_NO_COLLECTION)
    return document


def _unpacked(packed: IO[bytes]) -> bytes:
    try:
        with gzip.open(packed) as stream:
            return _limited(stream)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _NotReadableError(_NOT_PACKED) from error


def _limited(stream: IO[bytes] | gzip.GzipFile) -> bytes:
    """Everything in pieces, so that a bomb is noticed after the limit and not after memory."""
    pieces, size = [], 0
    while piece := stream.read(1 << 20):
        size += len(piece)
        if size > UNPACKED_LIMIT:
            raise _NotReadableError(_TOO_LARGE)
        pieces.append(piece)
    return b"".join(pieces)


def _rows(document: Mapping[str, object]) -> Sequence[object]:
    if document.get("type") == "Feature":
        return [document]
    rows = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(rows, list):
        raise _NotReadableError(_NO_COLLECTION)
    return rows


def _crs_findings(source: str, document: Mapping[str, object], crs: Crs) -> Iterator[Finding]:
    """The old `crs` member against what the person declared.

    No name exists for GCJ-02 and BD-09, so exporters write WGS84 over them: only a warning then.
    """
    named = _member(document.get("crs"), "properties")
    stated = _member(named, "name")
    if not isinstance(stated, str) or (not crs.shifted and stated.endswith(_PLAIN_CRS)):
        return
    found = finding(Code.CRS_MISMATCH, source, data={"stated": stated[:80], "declared": crs.value})
    yield found.as_warning() if stated.endswith(_PLAIN_CRS) else found


def _labelled(
    rows: Sequence[object], source: str, fields: _Fields, findings: list[Finding]
) -> tuple[list[str], list[str | None]]:
    """A name for every row, and its code where it has one."""
    labels: list[str] = []
    codes: list[str | None] = []
    for number, row in enumerate(rows, start=1):
        label = f"{source}#{number}"
        props = _member(row, "properties")
        code = None
        if _member(row, "type") != "Feature":
            findings.append(finding(Code.NOT_GEOJSON, label, data=_NO_FEATURE))
        elif not isinstance(props, dict) or not props:
            findings.append(finding(Code.NO_PROPERTIES, label))
        else:
            code, why_zh, why_en = _code(props.get(fields.code))
            if code is None:
                told = {"property": fields.code, "why_zh": why_zh, "why_en": why_en}
                findings.append(finding(Code.NO_CODE, label, data=told))
        labels.append(label if code is None else f"{label} {code}")
        codes.append(code)
    return labels, codes


def _feature(
    row: object,
    label: str,
    code: str,
    geometry: MultiPolygon | None,
    fields: _Fields,
    level: str,
    kind: str,
    findings: list[Finding],
) -> Feature:
    props = _member(row, "properties")
    clean = {name: _plain(value) for name, value in props.items()} if isinstance(props, dict) else {}
    parent, _, _ = _code(clean.get(fields.parent))
    name = str(clean.get(fields.name) or "").strip()
    if not name:
        findings.append(finding(Code.NO_NAME, label, data={"property": fields.name}))
    return Feature(label, code, parent, name or code, level, geometry, clean, kind)


def _code(value: object) -> tuple[str | None, str, str]:
    """A code as text, or why there is none. Whole numbers become text as long as they are exact."""
    if isinstance(value, str) and value.strip():
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


def _plain(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None
