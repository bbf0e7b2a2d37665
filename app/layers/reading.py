"""Areas out of a GeoJSON file, each with what is wrong with it.

A broken feature names itself and the others still load. Coordinates leave here as WGS84, flat, valid
MultiPolygons or not at all; anything about two features at once is for `checks`.
"""

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

from app.layers.columns import Columns, settle_columns
from app.layers.features import GENERAL, Asked, Feature, Found, features_of, labelled
from app.layers.findings import Code, Finding, finding
from app.layers.shapes import read_shapes
from app.layers.systems import System, against_declared, blurred

__all__ = ["GENERAL", "UNPACKED_LIMIT", "Feature", "read_geojson"]

UNPACKED_LIMIT: Final = 1 << 30  # bytes; a small .gz may hide far more than memory holds
GZIP_MAGIC: Final = b"\x1f\x8b"
_CRS_NUMBER: Final = re.compile(r"EPSG:{1,2}(?:[\d.]*:)?(\d{4,6})$", re.IGNORECASE)

_NO_JSON: Final = {"why_zh": "不是 JSON,或编码不是 UTF-8", "why_en": "no JSON, or not in UTF-8"}
_NOT_PACKED: Final = {"why_zh": "压缩文件已损坏", "why_en": "the compressed file is damaged"}
_TOO_LARGE: Final = {"why_zh": "解压后超过 1 GiB", "why_en": "more than 1 GiB when unpacked"}
_TOO_DEEP: Final = {"why_zh": "嵌套过深", "why_en": "nested too deeply"}
_NO_COLLECTION: Final = {
    "why_zh": "最外层应为 FeatureCollection",
    "why_en": "the outermost object must be a FeatureCollection",
}
_NO_FEATURE: Final = {"why_zh": "此处应为 Feature", "why_en": "a Feature is expected here"}


class _NotReadableError(Exception):
    def __init__(self, why: Mapping[str, str]) -> None:
        self.why = why
        super().__init__(why["why_en"])


def read_geojson(path: Path, source: str, asked: Asked) -> Found:
    """The areas of one file, and everything wrong with them one by one.

    Plain or gzipped is told from the content, not the name. `source` is what the person calls
    the file. Features without a usable code are reported and left out; features whose geometry is
    refused stay in, without it, so that codes can still be checked. Never raises for what is in the
    file; an unreadable path is the caller's OSError.
    """
    try:
        document = _document(path)
        rows = _rows(document)
    except _NotReadableError as error:
        return [], [finding(Code.NOT_GEOJSON, source, data=error.why)]
    findings = list(_crs_findings(source, document, asked.crs))
    columns = _columns(source, rows, asked, findings)
    if columns is None:
        return [], findings
    labels, codes = _labelled(rows, source, columns, findings)
    geometries = read_shapes(
        labels, [_member(row, "geometry") for row in rows], asked.crs, findings, mend=asked.mend_rings
    )
    props = [value if isinstance(value := _member(row, "properties"), dict) else None for row in rows]
    return features_of(props, labels, codes, geometries, columns, asked, findings), findings


def _columns(source: str, rows: Sequence[object], asked: Asked, findings: list[Finding]) -> Columns | None:
    headers: dict[str, None] = {}
    for row in rows:
        props = _member(row, "properties")
        if isinstance(props, dict):
            headers.update(dict.fromkeys(props))
    if not headers:
        return Columns(asked.code, asked.parent, asked.name)
    return settle_columns(source, list(headers), asked.code, asked.parent, asked.name, findings)


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


def _crs_findings(source: str, document: Mapping[str, object], crs: System) -> Iterator[Finding]:
    """The old `crs` member against what the person declared. Without one GeoJSON says nothing of it."""
    yield from blurred(source, crs)
    named = _member(document.get("crs"), "properties")
    stated = _member(named, "name")
    if isinstance(stated, str):
        number = _CRS_NUMBER.search(stated)
        yield from against_declared(
            source, stated, 4326 if stated.endswith("CRS84") else int(number[1]) if number else None, crs
        )


def _labelled(
    rows: Sequence[object], source: str, columns: Columns, findings: list[Finding]
) -> tuple[list[str], list[str | None]]:
    """A name for every row, and its code where it has one."""
    labels: list[str] = []
    codes: list[str | None] = []
    for number, row in enumerate(rows, start=1):
        if _member(row, "type") != "Feature":
            findings.append(finding(Code.NOT_GEOJSON, f"{source}#{number}", data=_NO_FEATURE))
            labels.append(f"{source}#{number}")
            codes.append(None)
            continue
        props = _member(row, "properties")
        label, code = labelled(source, [props if isinstance(props, dict) else None], columns, findings, [number])
        labels += label
        codes += code
    return labels, codes


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None
