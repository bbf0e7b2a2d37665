"""The one way a photo enters the service, and the one place where photos are kept.

What a phone sends is never stored or served: it is decoded, shrunk and written anew as a bare JPEG, so
neither a position in the metadata nor a second file hidden behind the picture survives. File names are
not taken, not logged and not kept; the content alone decides what a file is.
"""

import fcntl
import hashlib
import io
import os
import re
import tempfile
import threading
import warnings
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, TypeVarTuple

from anyio import CapacityLimiter, to_thread
from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
from pillow_heif import register_heif_opener

from app.core.errors import Invalid, NotFound, Problem, TooLarge, Unavailable

MAX_PHOTOS = 9  # what WeChat lets a person pick at once, so nobody is surprised
MAX_BYTES = 10 * 1024 * 1024  # a 50 megapixel phone photo is 6-10 MiB
MAX_PIXELS = 50_000_000  # the largest phone sensors in common use
MAX_MEMORY = 350_000_000  # one photo of MAX_PIXELS at its peak, as a JPEG or HEIC
BIG_MEMORY = 110_000_000  # above this one photo at a time: memory is bounded by pixels, not by uploads
MAX_SIDE = 12_000  # a panorama; longer and thinner is no photo of a street
KEPT_SIDE = 2560  # a house number stays legible at this size and nine photos stay under 10 MB
QUALITY = 85  # the last step before artefacts show on lettering
DECODERS = CapacityLimiter(2)  # photos decoded at once in one process, over all requests
MAX_SCANS = 40  # cameras write about ten; thousands of empty scans keep a decoder busy for hours

_HEVC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_PLUGINS = (JpegImagePlugin, PngImagePlugin, WebPImagePlugin)  # named here so Pillow loads no other format
_DIRECT = {"L", "LA", "RGB", "RGBA", "CMYK", "YCbCr"}  # modes that shrink without a full-size conversion
_PEAK = {"JPEG": 7, "HEIF": 7, "PNG": 10, "WEBP": 18}  # bytes a pixel while decoding, measured at the worst
_LIMIT = {kind: min(MAX_PIXELS, MAX_MEMORY // peak) for kind, peak in _PEAK.items()}
_ORIENTATION = 0x0112
_JFIF, _SOS, _EOI = 0xE0, 0xDA, 0xD9
_JFIF_SIZE = 18  # marker, length and header without a thumbnail
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the SOF markers: dimensions of the picture
_BARE = {_JFIF, 0xDB, 0xC0, 0xC4, 0xDD, _SOS, _EOI}  # all that a picture needs, nothing that can carry words
_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")  # stuffing and restarts belong to the picture itself
_SHA256 = re.compile(r"[0-9a-f]{64}")
_OURS = re.compile(r"[0-9a-f]{64}\.jpg|\w+\.part")  # other files in the folder are left alone
_BATCH = 1000  # digests asked of the database at once

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_one_big = threading.Lock()
_quiet_lock = threading.Lock()

register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)


class TooManyPhotos(Invalid):
    code = "too_many_photos"
    zh = "一次最多上传 {limit} 张照片,请减少后重新提交。"
    en = "At most {limit} photos may be sent at once; remove some and send again."


class PhotoEmpty(Invalid):
    code = "photo_empty"
    zh = "照片是空文件,请重新选择或重新拍摄。"
    en = "The photo is an empty file; choose it again or take a new one."


class PhotoTooLarge(TooLarge):
    code = "photo_too_large"
    zh = "照片超过 {limit_mib} MB,请压缩或降低分辨率后重新上传。"
    en = "The photo is larger than {limit_mib} MiB; shrink it and upload again."


class NotAPhoto(Invalid):
    code = "not_a_photo"
    zh = "文件内容不是照片,请上传 JPEG、PNG、WebP 或 HEIC 格式的照片。"
    en = "The content is not a photo; upload a JPEG, PNG, WebP or HEIC picture."


class PhotoBroken(Invalid):
    code = "photo_broken"
    zh = "照片已损坏或不完整,请重新拍摄或重新上传。"
    en = "The photo is damaged or incomplete; take it again or upload it again."


class PhotoTooManyPixels(Invalid):
    code = "photo_too_many_pixels"
    zh = "照片尺寸过大(最多 {limit_mp} 百万像素,单边不超过 {limit_side} 像素),请缩小后重新上传。"
    en = "The photo has too many pixels (at most {limit_mp} million, {limit_side} a side); scale it down."


class PhotoNotClean(Invalid):
    code = "photo_not_clean"
    zh = "无法清除照片中的位置等附加信息,照片未保存,请重新拍摄后上传。"
    en = "Location or other hidden data could not be removed, so the photo was not kept; take a new one."


class PhotoDamaged(Unavailable):
    code = "photo_damaged"
    zh = "这张照片在存储中已损坏,请联系管理员从备份恢复。"
    en = "This photo was damaged in storage; ask the administrator to restore it from the backup."
    retry_after = None  # trying again does not help, a backup does


class PhotoStoreDown(Unavailable):
    code = "photo_store_down"
    zh = "照片存储暂时不可用,请稍后用同一请求重试,内容不会重复。"
    en = "Photos cannot be stored or read right now; send the same request again, nothing is stored twice."


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as it will be kept: a bare JPEG and the digest of exactly these bytes."""

    sha256: str
    content_type: str
    width: int
    height: int
    size: int
    data: bytes = field(repr=False)


async def check_photos(blobs: Sequence[bytes]) -> list[Photo]:
    """All photos of one report, in order; the first bad one refuses them all, named as `photos.<index>`."""
    if len(blobs) > MAX_PHOTOS:
        raise TooManyPhotos("photos", limit=MAX_PHOTOS)
    return [
        await to_thread.run_sync(check_photo, blob, f"photos.{index}", limiter=DECODERS)
        for index, blob in enumerate(blobs)
    ]


def check_photo(data: bytes, field: str) -> Photo:
    """The photo to keep, or the Problem that says why not; takes up to seconds, so call it in a thread."""
    kind = _kind(data, field)
    try:
        if kind == "JPEG":
            _check_jpeg(data, field)
        clean = _decode(data, kind, field)
    except (Problem, MemoryError):
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(kind, field) from error
    except Exception as error:  # whatever a decoder raises on hostile bytes means the same to the sender
        raise PhotoBroken(field) from error
    return _photo(clean, field)


def _kind(data: bytes, field: str) -> str:
    """The Pillow format, by content only."""
    if not data:
        raise PhotoEmpty(field)
    if len(data) > MAX_BYTES:
        raise PhotoTooLarge(field, limit_mib=MAX_BYTES // 1024 // 1024)
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "WEBP"
    brands = {data[at : at + 4] for at in range(8, min(int.from_bytes(data[:4]), 256), 4)}
    if data[4:8] == b"ftyp" and brands & _HEVC_BRANDS:  # the general mif1 alone could as well be AVIF
        return "HEIF"
    raise NotAPhoto(field)


def _open(data: bytes, kind: str, field: str) -> Image.Image:
    """Reads the header alone and refuses by its dimensions, before any pixel is decoded."""
    with _quiet():
        image = Image.open(io.BytesIO(data), formats=[kind])
    _check_size(image, kind, field)
    return image


def _check_size(image: Image.Image, kind: str, field: str) -> None:
    if image.width * image.height > _LIMIT[kind] or max(image.size) > MAX_SIDE:
        raise _too_many_pixels(kind, field)


def _too_many_pixels(kind: str, field: str) -> PhotoTooManyPixels:
    return PhotoTooManyPixels(field, limit_mp=_LIMIT[kind] // 1_000_000, limit_side=MAX_SIDE)


def _decode(data: bytes, kind: str, field: str) -> Image.Image:
    """The first frame: upright, shrunk, plain RGB, with nothing attached."""
    image = _open(data, kind, field)
    with _one_big if image.width * image.height * _PEAK[kind] > BIG_MEMORY else nullcontext():
        if kind == "JPEG":  # decodes at a half, quarter or eighth where that suffices
            image.draft(None, _fitting(image.size))
        image.load()
        _check_size(image, kind, field)  # a HEIC may turn out larger than its header said
        plain, orientation = _flat(image), _orientation(image)
        del image  # gives its memory back before the next big one begins
    plain.info = {}
    plain.getexif()[_ORIENTATION] = orientation
    upright = ImageOps.exif_transpose(plain)
    upright.info = {}  # Pillow would copy a comment from here into the output
    return upright


def _fitting(size: tuple[int, int]) -> tuple[int, int]:
    share = min(1.0, KEPT_SIDE / max(size))
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))


def _orientation(image: Image.Image) -> int:
    """How the camera was held; unreadable EXIF costs the rotation, not the photo."""
    with suppress(Exception), _quiet():  # foreign bytes, whose parser raises nearly anything
        return int(image.getexif().get(_ORIENTATION, 1))
    return 1


def _flat(image: Image.Image) -> Image.Image:
    """Shrinks, then drops transparency and colour profile.

    Clear pixels become white, since what they hide must not come to light. The profile is dropped rather
    than applied: wide-gamut photos look a little paler, and no hostile profile is ever parsed.
    """
    if "transparency" in image.info:
        image = image.convert("RGBA")
    elif image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")  # a plain conversion would clip to white
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode not in _DIRECT:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    size = _fitting(image.size)
    if size != image.size:
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = image.convert("RGBA")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


@contextmanager
def _quiet() -> Iterator[None]:
    """Silences Pillow's remarks on odd headers; one thread at a time, as Python's filters are global."""
    with _quiet_lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _photo(image: Image.Image, field: str) -> Photo:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    data = out.getvalue()
    if not _is_bare(data):
        raise PhotoNotClean(field)
    return Photo(hashlib.sha256(data).hexdigest(), "image/jpeg", image.width, image.height, len(data), data)


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each JPEG segment as decoders find them, skipping what lies between."""
    at, marker = 2, 0
    while marker != _EOI and (found := _MARKER.search(data, at)):
        marker, at = found[0][1], found.end()
        if marker != _EOI:
            at += max(2, int.from_bytes(data[at : at + 2]))
        yield marker, found.start(), at


def _check_jpeg(data: bytes, field: str) -> None:
    """Refuses what makes a JPEG decoder work without end: a second frame header, or endless scans."""
    frames = scans = 0
    for marker, _, _ in _segments(data):
        frames += marker in _FRAMES
        scans += marker == _SOS
        if frames > 1 or scans > MAX_SCANS:
            raise PhotoBroken(field)


def _is_bare(data: bytes) -> bool:
    """True for a picture alone: no EXIF, no comment, no thumbnail, nothing between or after."""
    at, before = 2, 0
    for marker, start, end in _segments(data):
        if marker not in _BARE or (start != at and before != _SOS):
            return False
        if marker == _JFIF and end - start != _JFIF_SIZE:
            return False
        at, before = end, marker
    return before == _EOI and at == len(data)


class PhotoStore:
    """Photos in a folder of their own, named by the digest of their bytes, so that each is kept once."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def put(self, photo: Photo) -> None:
        """Durable on return. A photo already there is written over: its age starts anew and damage heals."""
        if hashlib.sha256(photo.data).hexdigest() != photo.sha256:
            raise ValueError("these are not the bytes that were checked")
        await _in_thread(self._write, photo)

    async def get(self, sha256: str) -> bytes:
        """The stored bytes, proven by their digest; NotFound or PhotoDamaged otherwise."""
        return await _in_thread(self._read, sha256)

    async def sweep(
        self, known: Callable[[Sequence[str]], Awaitable[set[str]]], older_than_s: float, now_s: float
    ) -> int:
        """Removes what a crash left behind: photos no row names and half-written files, older than asked.

        The age must exceed the longest request, which stores its photos before its row is committed.
        """
        before, gone = now_s - older_than_s, 0
        for folder in await _in_thread(sorted, self.root.glob("[0-9a-f][0-9a-f]")):
            paths = await _in_thread(_old_files, folder, before)
            for start in range(0, len(paths), _BATCH):
                batch = paths[start : start + _BATCH]
                kept = await known([path.stem for path in batch if path.suffix == ".jpg"])
                orphans = [path for path in batch if path.stem not in kept]
                gone += await _in_thread(self._remove, orphans, before)
        return gone

    def _path(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise NotFound
        return self.root / sha256[:2] / sha256[2:4] / f"{sha256}.jpg"

    def _write(self, photo: Photo) -> None:
        path = self._path(photo.sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(suffix=".part", dir=path.parent)  # mode 0600 from the start
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(photo.data)
                file.flush()
                os.fsync(file.fileno())
            with self._locked(fcntl.LOCK_SH):
                Path(part).replace(path)
        except BaseException:
            Path(part).unlink(missing_ok=True)
            raise
        for folder in path.parents[:3]:  # up to the root
            _sync(folder)

    def _read(self, sha256: str) -> bytes:
        try:
            data = self._path(sha256).read_bytes()
        except FileNotFoundError:
            raise NotFound from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise PhotoDamaged
        return data

    def _remove(self, paths: Sequence[Path], before: float) -> int:
        """Looks at each age again under the lock: a photo sent anew meanwhile will soon be in a row."""
        gone = 0
        for path in paths:
            with self._locked(fcntl.LOCK_EX):
                if _is_older(path, before):
                    path.unlink()
                    gone += 1
        return gone

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        with (self.root / ".lock").open("a") as file:
            fcntl.flock(file, how)  # closing the file lets go
            yield


def _old_files(folder: Path, before: float) -> list[Path]:
    return [path for path in folder.glob("*/*") if _OURS.fullmatch(path.name) and _is_older(path, before)]


def _is_older(path: Path, before: float) -> bool:
    try:
        return path.stat().st_mtime < before
    except FileNotFoundError:
        return False


def _sync(folder: Path) -> None:
    """A rename survives a power cut only once its folder is synced too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


async def _in_thread(call: Callable[[*Ts], T], *args: *Ts) -> T:
    """Disk work off the event loop, with a disk's own errors told as problems."""
    try:
        return await to_thread.run_sync(call, *args)
    except OSError as error:
        raise PhotoStoreDown from error
