"""Any file of the ground, told by its content and not by its name, read into the same features and findings."""

import gzip
import shutil
import tempfile
import zlib
from enum import StrEnum
from pathlib import Path
from typing import Final

from app.layers import archives, vectors
from app.layers.features import Asked, Found
from app.layers.findings import Code, finding
from app.layers.lists import read_csv, read_sheet
from app.layers.reading import GZIP_MAGIC, read_geojson

FILE_LIMIT: Final = 1 << 30
HEAD: Final = 4096
SQLITE: Final = b"SQLite format 3\x00"
ZIP: Final = b"PK"
SHAPEFILE: Final = b"\x00\x00\x27\x0a"
OLE: Final = b"\xd0\xcf\x11\xe0"  # workbooks of before 2007, and new ones with a password
TEXT_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class Format(StrEnum):
    """What a file is. The values are shown."""

    GEOJSON = "GeoJSON"
    GEOPACKAGE = "GeoPackage"
    SHAPEFILE = "Shapefile"
    ZIP = "zip"
    SHEET = "xlsx"
    CSV = "CSV"


def format_of(path: Path) -> Format | None:
    """By the first bytes; text is GeoJSON when it opens a brace, else a table. Nothing for what is neither."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(ZIP):
        return Format.SHEET if archives.is_workbook(path) else Format.ZIP
    for magic, found in ((SQLITE, Format.GEOPACKAGE), (SHAPEFILE, Format.SHAPEFILE), (OLE, Format.SHEET)):
        if head.startswith(magic):
            return found
    return _text_format(path, head)


def read_layer(path: Path, source: str, asked: Asked) -> Found:
    """The areas of one file, and everything wrong with it and with them. Never raises for what is in the file.

    A Shapefile may be a zip, or its .shp with the sisters of the same name beside it.
    """
    size = path.stat().st_size
    if size > FILE_LIMIT:
        told = {"megabytes": size >> 20, "limit": FILE_LIMIT >> 20}
        return [], [finding(Code.FILE_TOO_LARGE, source, data=told)]
    with tempfile.TemporaryDirectory(prefix="wangge-layer-") as folder:
        return _read(path, source, asked, Path(folder), format_of(path))


def _read(path: Path, source: str, asked: Asked, folder: Path, kind: Format | None) -> Found:
    match kind:
        case Format.ZIP:
            found = _read_zip(path, source, asked, folder)
        case Format.GEOPACKAGE:
            private = _private(path, folder / "package.gpkg")
            found = vectors.read_vectors(private, source, asked, kind, "utf-8")
        case Format.SHAPEFILE:
            found = _read_shapefile(path, source, asked, folder)
        case Format.SHEET:
            found = read_sheet(_private(path, folder / "book.xlsx"), source, asked)
        case Format.CSV:
            found = read_csv(path, source, asked)
        case Format.GEOJSON:
            found = read_geojson(path, source, asked)
        case None:
            found = [], [finding(Code.UNKNOWN_FORMAT, source)]
    return found


def _read_zip(path: Path, source: str, asked: Asked, folder: Path) -> Found:
    unpacked, found = archives.unpack(path, source, folder)
    if unpacked is None:
        return [], found
    inner = format_of(unpacked.main)
    if inner is Format.ZIP:  # an archive under another ending
        return [], [finding(Code.ARCHIVE_NESTED, source, data={"member": unpacked.name})]
    return _read(unpacked.main, unpacked.name, asked, folder, inner)


def _read_shapefile(path: Path, source: str, asked: Asked, folder: Path) -> Found:
    """Copied under one name, so that nothing else lying in the person's folder is looked at."""
    whole = folder / "shapefile"
    whole.mkdir()
    for sister in path.parent.iterdir():
        if sister.stem.lower() == path.stem.lower() and sister.suffix.lower() in archives.SISTERS:
            _private(sister, whole / f"layer{sister.suffix.lower()}")
    missing = [ending for ending in (".shp", ".shx", ".dbf") if not (whole / f"layer{ending}").exists()]
    if missing:
        return [], [finding(Code.MISSING_SISTER, source, data={"missing": " ".join(missing)})]
    shp = whole / "layer.shp"
    return vectors.read_vectors(shp, source, asked, Format.SHAPEFILE, vectors.declared_encoding(shp))


def _private(path: Path, copy: Path) -> Path:
    """A copy of ours: readable to the child, under a name the library knows, with nothing beside it."""
    if path != copy:
        shutil.copyfile(path, copy)
    return copy


def _text_format(path: Path, head: bytes) -> Format | None:
    if head.startswith(GZIP_MAGIC):
        return _text_format(path, _unpacked_head(path))
    if any(head.startswith(mark) for mark in TEXT_MARKS[1:]):
        return Format.CSV
    start = head.removeprefix(TEXT_MARKS[0]).lstrip()
    if start[:1] in {b"{", b"["} or not start:
        return Format.GEOJSON
    return None if b"\x00" in head or start.startswith(b"<") else Format.CSV


def _unpacked_head(path: Path) -> bytes:
    """The first text in a gzip; a brace when it is damaged, since the reader of GeoJSON says so best."""
    try:
        with gzip.open(path) as stream:
            return stream.read(HEAD).removeprefix(GZIP_MAGIC)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return b"{"
