"""Tables of areas: CSV, with or without WKT, and workbooks. The lists most offices start from have no boundaries.

Rows are named by the number a spreadsheet shows for them. Text is taken as it stands, so that codes keep their
zeros; a number too long for a spreadsheet has lost its end before it comes here and is refused.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Final

from app.layers import archives, encodings
from app.layers.columns import Columns, settle_columns
from app.layers.features import Asked, Found, features_of, labelled
from app.layers.findings import Code, Finding, finding
from app.layers.isolation import NotRead, frames
from app.layers.shapes import read_words
from app.layers.systems import blurred
from app.layers.vectors import stopped

UNPACKED_LIMIT: Final = 1 << 30
CELL_LIMIT: Final = 64 << 20  # characters; a province's border in WKT has some millions
TITLE_ROWS: Final = 10  # above the header, where an office's list has its title and date
GZIP_MAGIC: Final = b"\x1f\x8b"
SEPARATORS: Final = (",", "\t", ";")
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

Row = Sequence[object]


def read_csv(path: Path, source: str, asked: Asked) -> Found:
    """A table of comma, semicolon or tab separated text, plain or gzipped; WKT where a column holds it."""
    text, found = _text(path, source, asked)
    if text is None:
        return [], found
    csv.field_size_limit(CELL_LIMIT)
    try:
        head = text[: text.find("\n")] if "\n" in text else text
        separator = max(SEPARATORS, key=head.count)
        rows: list[Row] = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        return [], [finding(Code.NOT_READABLE, source, data={"format": "CSV", "why": str(error)[:60]})]
    return _table(source, rows, asked)


def read_sheet(path: Path, source: str, asked: Asked) -> Found:
    """One sheet of a workbook, read in the child process; numbers come as spreadsheets keep them."""
    with path.open("rb") as file:
        bomb = archives.too_much(source, path) if file.read(2) == b"PK" else []
    if bomb:
        return [], bomb
    rows: list[Row] = []
    try:
        for frame in frames("sheet", path, asked.layer, None):
            if frame.kind == "B":
                rows += [[_cell(value) for value in row] for row in frame.told["table"]]
    except NotRead as error:
        return [], [stopped(source, error.told, "xlsx", asked)]
    except (KeyError, TypeError):  # a child that an ill file took over may say anything
        return [], [stopped(source, {}, "xlsx", asked)]
    return _table(source, rows, asked)


def _cell(value: object) -> object:
    """Whole numbers as floats whichever way the library gives them: what a spreadsheet keeps is fifteen digits."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _text(path: Path, source: str, asked: Asked) -> tuple[str | None, list[Finding]]:
    try:
        with path.open("rb") as plain:
            packed = plain.read(2) == GZIP_MAGIC
            plain.seek(0)
            raw = _limited(gzip.open(plain)) if packed else plain.read()  # noqa: SIM115  # closed with plain
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return None, [finding(Code.ARCHIVE_DAMAGED, source)]
    if raw is None:
        told = {"why_zh": "超过 1 GiB", "why_en": "more than 1 GiB"}
        return None, [finding(Code.ARCHIVE_BOMB, source, data=told)]
    codec = next((codec for mark, codec in _MARKS if raw.startswith(mark)), None)
    if codec is None:
        settled = encodings.settle(source, raw.splitlines(), asked.encoding, None)
        if settled.codec is None:
            return None, [settled.finding] if settled.finding else []
        codec = settled.codec
    try:
        return raw.decode(codec), []
    except UnicodeDecodeError:
        return None, [finding(Code.ENCODING_WRONG, source, data={"said": codec, "readings": "-"})]


def _limited(stream: IO[bytes] | gzip.GzipFile) -> bytes | None:
    """Everything, or nothing when it is more than a file may be."""
    pieces, size = [], 0
    while piece := stream.read(1 << 20):
        size += len(piece)
        if size > UNPACKED_LIMIT:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def _table(source: str, rows: Sequence[Row], asked: Asked) -> Found:
    findings: list[Finding] = list(blurred(source, asked.crs))
    top, columns = _header(source, rows, asked, findings)
    if columns is None:
        return [], findings
    headers = [str(cell).strip().removeprefix("\ufeff") for cell in rows[top]]
    kept: list[Mapping[str, object]] = []
    numbers: list[int] = []
    for number, row in enumerate(rows[top + 1 :], start=top + 2):
        if not any(cell not in {"", None} for cell in row):
            continue
        if len(row) > len(headers) and any(cell not in {"", None} for cell in row[len(headers) :]):
            told = {"cells": len(row), "headers": len(headers)}
            findings.append(finding(Code.RAGGED_ROW, f"{source}#{number}", data=told))
            continue
        kept.append({name: value for name, value in zip(headers, row, strict=False) if name})
        numbers.append(number)
    if not kept:
        findings.append(finding(Code.EMPTY_TABLE, source))
        return [], findings
    labels, codes = labelled(source, kept, columns, findings, numbers)
    texts = [_words(row.get(columns.shape or "")) for row in kept]
    geometries = read_words(labels, texts, asked.crs, findings, mend=asked.mend_rings)
    props = [{name: value for name, value in row.items() if name != columns.shape} for row in kept]
    return features_of(props, labels, codes, geometries, columns, asked, findings), findings


def _header(source: str, rows: Sequence[Row], asked: Asked, findings: list[Finding]) -> tuple[int, Columns | None]:
    """The first row with a code column; a title may stand above it. What is wrong is told of the first row."""
    first: list[Finding] = []
    for at, row in enumerate(rows[:TITLE_ROWS]):
        wrong: list[Finding] = []
        headers = [str(cell) for cell in row]
        columns = settle_columns(source, headers, asked.code, asked.parent, asked.name, wrong)
        if columns is not None:
            return at, columns
        first = first or wrong
        if any(one.code is Code.DOUBLE_HEADER for one in wrong):
            first = wrong
    findings += first or [finding(Code.EMPTY_TABLE, source)]
    return 0, None


def _words(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
