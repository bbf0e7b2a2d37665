"""A zip somebody sent: every member is judged before any is unpacked, and unpacked under names of our own."""

import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from app.layers.findings import Code, Finding, finding

MOST_MEMBERS: Final = 500
UNPACKED_LIMIT: Final = 1 << 30
RATIO_LIMIT: Final = 200  # unpacked to packed; borders compress to a fifth, a table of zeros to a two-hundredth
RATIO_FROM: Final = 10 << 20  # bytes below which a ratio says nothing
CHUNK: Final = 1 << 20
ENCRYPTED: Final = 0x1
UTF8_NAME: Final = 0x800

NESTED: Final = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".kmz", ".shz")
SISTERS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
SINGLE: Final = (".gpkg", ".geojson", ".json", ".csv", ".xlsx")
_MAIN: Final = (".shp", *SINGLE)
_CHAFF: Final = ("__macosx/", ".ds_store", "thumbs.db")


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What came out: the layer's main file, with its sisters beside it, under one name."""

    main: Path
    name: str


class _Refused(Exception):
    def __init__(self, found: Finding) -> None:
        self.found = found
        super().__init__(found.code)


def unpack(path: Path, source: str, into: Path) -> tuple[Unpacked | None, list[Finding]]:
    """The one layer in an archive, or the findings that say why not. Nothing is written before all is judged."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if not one.is_dir() and not _is_chaff(one)]
            wrong = list(_wrong(source, path, archive.infolist(), members))
            if wrong:
                return None, wrong
            return _out(archive, source, members, into), []
    except _Refused as refused:
        return None, [refused.found]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        return None, [finding(Code.ARCHIVE_DAMAGED, source)]


def is_workbook(path: Path) -> bool:
    """Whether a zip is an xlsx."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError):
        return False


def too_much(source: str, path: Path) -> list[Finding]:
    """Whether a workbook, which is a zip to itself, would unpack to more than a reader should hold."""
    try:
        with zipfile.ZipFile(path) as archive:
            return list(_bomb(source, path, archive.infolist()))
    except (zipfile.BadZipFile, ValueError):
        return [finding(Code.ARCHIVE_DAMAGED, source)]


def name_of(member: zipfile.ZipInfo) -> str:
    """A member's name as its packer wrote it: Windows in China packs names in GBK without saying so."""
    if member.flag_bits & UTF8_NAME:
        return member.filename
    raw = member.filename.encode("cp437", "replace")
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return member.filename


def _wrong(
    source: str, path: Path, every: Sequence[zipfile.ZipInfo], members: Sequence[zipfile.ZipInfo]
) -> Iterator[Finding]:
    yield from _bomb(source, path, every)
    for one in every:
        told = {"member": _shown(one)}
        mode = one.external_attr >> 16
        if _slips(name_of(one)) or _slips(one.filename) or "\\" in one.orig_filename[:2]:
            yield finding(Code.ARCHIVE_SLIP, source, data=told)
        elif stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
            yield finding(Code.ARCHIVE_SYMLINK, source, data=told)
        elif one.flag_bits & ENCRYPTED:
            yield finding(Code.ARCHIVE_ENCRYPTED, source)
    for one in members:
        if one.filename.lower().endswith(NESTED):
            yield finding(Code.ARCHIVE_NESTED, source, data={"member": _shown(one)})


def _bomb(source: str, path: Path, members: Sequence[zipfile.ZipInfo]) -> Iterator[Finding]:
    total, packed = sum(one.file_size for one in members), max(path.stat().st_size, 1)
    why = None
    if len(members) > MOST_MEMBERS:
        why = (f"{len(members)} 个文件", f"{len(members)} members")
    elif total > UNPACKED_LIMIT:
        why = ("超过 1 GiB", "more than 1 GiB")
    elif total > RATIO_FROM and total / packed > RATIO_LIMIT:
        why = (f"压缩比 {total // packed}", f"{total // packed} times its size")
    if why:
        yield finding(Code.ARCHIVE_BOMB, source, data={"why_zh": why[0], "why_en": why[1]})


def _slips(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0]


def _is_chaff(member: zipfile.ZipInfo) -> bool:
    name = member.filename.lower()
    return name.startswith(_CHAFF[0]) or name.endswith(_CHAFF[1:])


def _out(archive: zipfile.ZipFile, source: str, members: Sequence[zipfile.ZipInfo], into: Path) -> Unpacked:
    """The members that belong to the one layer, written as layer.*"""
    mains = [one for one in members if one.filename.lower().endswith(_MAIN)]
    if not mains:
        raise _Refused(finding(Code.ARCHIVE_EMPTY, source))
    if len(mains) > 1:
        shown = ", ".join(_shown(one) for one in mains[:10])
        raise _Refused(finding(Code.ARCHIVE_MIXED, source, data={"layers": shown}))
    stem, ending = _split(mains[0])
    wanted = [mains[0]]
    if ending == ".shp":
        wanted = [one for one in members if _split(one)[0] == stem and _split(one)[1] in SISTERS]
    left = UNPACKED_LIMIT
    for one in wanted:
        with archive.open(one) as packed, (into / f"layer{_split(one)[1]}").open("wb") as out:
            left -= _copied(packed, out, left, source)
    return Unpacked(into / f"layer{ending}", f"{source}/{_shown(mains[0])}")


def _copied(packed: IO[bytes], out: IO[bytes], left: int, source: str) -> int:
    """Bytes written; what a member says of its size is not believed."""
    size = 0
    while piece := packed.read(CHUNK):
        size += len(piece)
        if size > left:
            told = {"why_zh": "超过 1 GiB", "why_en": "more than 1 GiB"}
            raise _Refused(finding(Code.ARCHIVE_BOMB, source, data=told))
        out.write(piece)
    return size


def _split(member: zipfile.ZipInfo) -> tuple[str, str]:
    stem, dot, ending = member.filename.rpartition(".")
    return stem.lower(), (dot + ending).lower()


def _shown(member: zipfile.ZipInfo) -> str:
    return name_of(member)[-60:]
