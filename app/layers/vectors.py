"""GeoPackage and Shapefile: what the reading process found in them, decoded and judged like any other file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.layers import encodings
from app.layers.columns import Columns, settle_columns
from app.layers.features import Asked, Found, features_of, labelled
from app.layers.findings import Code, Finding, finding
from app.layers.isolation import Frame, NotRead, frames
from app.layers.shapes import read_bytes
from app.layers.systems import against_declared, blurred, number_of

RAW: Final = "latin-1"  # as the child sends text: one character a byte
# The byte of a dBase header that names a code page, where it names one of ours.
DBF_CODE_PAGES: Final[Mapping[int, str]] = {0x4D: "gbk", 0x7A: "gbk", 0x4F: "big5", 0x78: "big5"}
DBF_CODE_PAGE_AT: Final = 29

_LIMITS: Final = {
    "out_of_time": {"what_zh": "时间", "what_en": "time"},
    "out_of_memory": {"what_zh": "内存", "what_en": "memory"},
    "died": {"what_zh": "时间或内存", "what_en": "time or memory"},
}


@dataclass
class _Raw:
    """A layer as it came: text still in bytes, shapes in WKB. `crs` is what the file states of its system."""

    fields: list[str]
    crs: str | None
    epsg: int | None
    same: bool
    columns: list[list[object]] = field(default_factory=list)
    shapes: list[bytes | None] = field(default_factory=list)

    def add(self, frame: Frame) -> None:
        columns = frame.told["columns"]
        self.columns = self.columns or [[] for _ in columns]
        for kept, more in zip(self.columns, columns, strict=True):
            kept.extend(more)
        self.shapes.extend(_blobs(frame.shapes, frame.told["rows"]))


def read_vectors(path: Path, source: str, asked: Asked, format_: str, declared: str | None) -> Found:
    """The areas of one layer. `declared` is what stands beside a Shapefile of its encoding, if anything."""
    try:
        raw = _heard(path, asked)
    except NotRead as error:
        return [], [stopped(source, error.told, format_, asked)]
    findings: list[Finding] = []
    if raw.crs is None:
        findings.append(finding(Code.CRS_NOT_STATED, source, data={"declared": asked.crs.value}))
    else:
        findings += against_declared(source, raw.crs, raw.epsg, asked.crs, same=raw.same)
    findings += blurred(source, asked.crs)
    settled = encodings.settle(source, _texts(raw), asked.encoding, declared)
    if settled.codec is None:
        return [], [*findings, *([settled.finding] if settled.finding else [])]
    return _made(source, raw, settled.codec, asked, findings)


def stopped(source: str, told: Mapping[str, Any], format_: str, asked: Asked) -> Finding:
    """Why the reading process gave nothing, as a finding."""
    code = told.get("code")
    if code in {"which_layer", "no_such_layer"}:
        names = ", ".join(_name(one) for one in told["layers"])
        data = {"layers": names or "-", "count": told.get("count", 0), "layer": asked.layer or ""}
        return finding(Code(str(code)), source, data=data)
    if code in _LIMITS:
        return finding(Code.READER_STOPPED, source, data=_LIMITS[str(code)])
    if code == "too_many_rows":
        return finding(Code.READER_STOPPED, source, data={"what_zh": "行数", "what_en": "rows"})
    if code == "encrypted":
        return finding(Code.ARCHIVE_ENCRYPTED, source)
    if code == "no_isolation":
        return finding(Code.READER_NOT_ISOLATED, source)
    return finding(Code.NOT_READABLE, source, data={"format": format_, "why": str(told.get("why", "-"))[:40]})


def declared_encoding(shp: Path) -> str | None:
    """What a Shapefile says of its text: its .cpg, else the code page in the header of its table."""
    cpg, dbf = shp.with_suffix(".cpg"), shp.with_suffix(".dbf")
    if cpg.exists():
        said = cpg.read_bytes()[:40].decode("ascii", "replace").strip()
        if said:
            return said
    with dbf.open("rb") as table:
        head = table.read(32)
    return DBF_CODE_PAGES.get(head[DBF_CODE_PAGE_AT]) if len(head) > DBF_CODE_PAGE_AT else None


def _heard(path: Path, asked: Asked) -> _Raw:
    """Whole, or NotRead: a child that an ill file took over may say anything."""
    try:
        return _collected(path, asked)
    except (KeyError, TypeError, ValueError) as error:
        raise NotRead(code="unreadable", why=type(error).__name__) from error


def _collected(path: Path, asked: Asked) -> _Raw:
    raw: _Raw | None = None
    for frame in frames("vector", path, asked.layer, number_of(asked.crs)):
        if frame.kind == "H":
            told = frame.told
            raw = _Raw([str(one) for one in told["fields"]], told["crs"], told["epsg"], told["same"] is True)
        elif frame.kind == "B" and raw is not None:
            raw.add(frame)
    if raw is None:
        raise NotRead(code="unreadable")
    return raw


def _blobs(joined: bytes, rows: int) -> list[bytes | None]:
    if not joined:
        return [None] * rows
    lengths = np.frombuffer(joined, dtype="<i4", count=rows)
    blobs: list[bytes | None] = []
    at = 4 * rows
    for length in lengths.tolist():
        blobs.append(None if length < 0 else joined[at : at + length])
        at += max(length, 0)
    return blobs


def _texts(raw: _Raw) -> list[bytes]:
    """Every different text of the layer that is not plain ASCII, headers first."""
    seen: dict[str, None] = dict.fromkeys(raw.fields)
    for column in raw.columns:
        seen.update(dict.fromkeys(value for value in column if isinstance(value, str)))
    return [text.encode(RAW) for text in seen if not text.isascii()]


def _made(source: str, raw: _Raw, codec: str, asked: Asked, findings: list[Finding]) -> Found:
    @cache
    def read(text: str) -> str:
        return encodings.decoded(text.encode(RAW), codec)

    headers = [read(header) for header in raw.fields]
    columns = settle_columns(source, headers, asked.code, asked.parent, asked.name, findings)
    if columns is None:
        return [], findings
    _report_cut(source, raw, headers, columns, codec, findings)
    decoded = [[read(value) if isinstance(value, str) else value for value in one] for one in raw.columns]
    rows = [dict(zip(headers, values, strict=True)) for values in zip(*decoded, strict=True)]
    labels, codes = labelled(source, rows, columns, findings)
    geometries = read_bytes(labels, raw.shapes, asked.crs, findings, mend=asked.mend_rings)
    return features_of(rows, labels, codes, geometries, columns, asked, findings), findings


def _report_cut(
    source: str, raw: _Raw, headers: Sequence[str], columns: Columns, codec: str, findings: list[Finding]
) -> None:
    """Names that end within a character: the column was too narrow for them."""
    if columns.name is None:
        return
    names = raw.columns[headers.index(columns.name)] if raw.columns else []
    cut = [row for row, value in enumerate(names, start=1) if isinstance(value, str) and _is_cut(value, codec)]
    if cut:
        told = {"property": columns.name, "first": cut[0], "count": len(cut)}
        findings.append(finding(Code.TEXT_CUT, f"{source}#{cut[0]}", data=told))


def _is_cut(text: str, codec: str) -> bool:
    try:
        text.encode(RAW).decode(codec)
    except UnicodeDecodeError:
        return True
    return False


def _name(raw: str) -> str:
    return raw.encode(RAW, "replace").decode("utf-8", "replace")[:40]
