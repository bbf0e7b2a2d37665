import hashlib
import io
import os
import struct
import zlib
from collections.abc import Callable, Sequence
from functools import partialmethod
from pathlib import Path
from unittest.mock import Mock

import pytest
from PIL import Image, ImageFile, PngImagePlugin

from app.core import files
from app.core.errors import NotFound, Problem
from app.core.files import Photo, PhotoStore, check_photo, check_photos

pytestmark = pytest.mark.anyio  # for the async ones; the others do not notice

FIELD = "photos.0"
SECRET = "Wang Xiaoming"
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
BRANDS = b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1"
DAY = 86_400.0


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def store(tmp_path: Path) -> PhotoStore:
    return PhotoStore(tmp_path)


@pytest.fixture
def undecodable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile.ImageFile, "load", Mock(side_effect=AssertionError("a pixel was decoded")))


def picture(width: int = 320, height: int = 200) -> Image.Image:
    """Grey waves with a red corner at the top left, so that turning shows."""
    image = Image.radial_gradient("L").resize((width, height)).convert("RGB")
    image.paste((255, 0, 0), (0, 0, width // 4, height // 4))
    return image


def exif(orientation: int = 1) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = SECRET
    tags.get_ifd(0x8825).update({1: "N", 2: (30.0, 15.0, 1.0), 3: "E", 4: (120.0, 9.0, 1.0)})
    return tags


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(photo: Photo) -> Image.Image:
    return Image.open(io.BytesIO(photo.data))


def is_red(image: Image.Image, x: int, y: int) -> bool:
    data = image.convert("RGB").crop((x, y, x + 1, y + 1)).tobytes()
    return data[0] > 200 and data[1] < 80


def assert_clean(photo: Photo, size: tuple[int, int]) -> None:
    image = opened(photo)
    assert (image.format, image.mode, photo.content_type) == ("JPEG", "RGB", "image/jpeg")
    assert image.size == (photo.width, photo.height) == size
    assert photo.size == len(photo.data)
    assert "data=" not in repr(photo)
    assert photo.sha256 == hashlib.sha256(photo.data).hexdigest()
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for trace in (b"Exif", b"ICC_PROFILE", b"http", SECRET.encode()):
        assert trace not in photo.data


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, rows: bytes, *, extra: bytes = b"") -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + extra + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def webp_bomb() -> bytes:
    canvas = bytes(4) + struct.pack("<I", 19_999)[:3] * 2
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas + saved(picture(8, 8), "WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def jpeg_header(data: bytes, width: int, height: int) -> bytes:
    """The same JPEG, claiming other dimensions."""
    at = data.index(b"\xff\xc0")
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def test_jpeg_loses_exif_gps_comment_and_profile() -> None:
    data = saved(picture(), "JPEG", exif=exif(), comment=SECRET, icc_profile=b"p" * 200_000, dpi=(72, 72))
    assert SECRET.encode() in data
    assert_clean(check_photo(data, FIELD), (320, 200))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_every_format_is_turned_once_and_loses_exif(kind: str) -> None:
    data = saved(picture(), kind, exif=exif(6).tobytes(), xmp=SECRET.encode())
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(0x8825)
    photo = check_photo(data, FIELD)
    assert_clean(photo, (200, 320))
    assert is_red(opened(photo), 190, 10)


CORNERS = ["left top", "right top", "right bottom", "left bottom"] * 2


@pytest.mark.parametrize(("orientation", "corner"), list(enumerate([*CORNERS, "left top"], start=1)))
def test_orientation_is_applied(orientation: int, corner: str) -> None:
    photo = check_photo(saved(picture(), "JPEG", exif=exif(orientation)), FIELD)
    assert_clean(photo, (200, 320) if orientation in range(5, 9) else (320, 200))
    x, y = 5 if "left" in corner else photo.width - 6, 5 if "top" in corner else photo.height - 6
    assert is_red(opened(photo), x, y)


def test_orientation_survives_shrinking() -> None:
    photo = check_photo(saved(picture(6000, 3000), "JPEG", exif=exif(6)), FIELD)
    assert_clean(photo, (1280, 2560))
    assert is_red(opened(photo), 1200, 50)


def test_broken_exif_costs_no_photo_and_warns_nobody() -> None:
    data = saved(picture(), "JPEG", exif=exif().tobytes()[:40] + b"\xff" * 60)
    assert_clean(check_photo(data, FIELD), (320, 200))


@pytest.mark.parametrize(("width", "height", "kept"), [(2560, 100, 100), (5120, 10, 5), (12_000, 1, 1)])
def test_long_side_is_shrunk(width: int, height: int, kept: int) -> None:
    assert_clean(check_photo(saved(picture(12, 12).resize((width, height)), "PNG"), FIELD), (2560, kept))


def test_png_loses_text() -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", SECRET)
    text.add_itxt("XML:com.adobe.xmp", f"<x>{SECRET}</x>", zip=True)
    assert_clean(check_photo(saved(picture(), "PNG", pnginfo=text), FIELD), (320, 200))


def test_only_the_first_frame_is_kept() -> None:
    data = saved(picture(), "WEBP", save_all=True, append_images=[Image.new("RGB", (320, 200), "blue")])
    photo = check_photo(data, FIELD)
    assert_clean(photo, (320, 200))
    assert is_red(opened(photo), 10, 10)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    image = Image.new(mode, (40, 30)) if mode == "I;16" else picture(40, 30).convert(mode)
    photo = check_photo(saved(image, "JPEG" if mode == "CMYK" else "PNG"), FIELD)
    assert_clean(photo, (40, 30))


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    photo = check_photo(saved(Image.new("I;16", (16, 16), 0x8000), "PNG"), FIELD)
    assert opened(photo).convert("L").getpixel((8, 8)) == pytest.approx(128, abs=3)


@pytest.mark.parametrize("size", [(40, 30), (5000, 40)])
def test_what_clear_pixels_hide_stays_hidden(size: tuple[int, int]) -> None:
    photo = check_photo(saved(Image.new("RGBA", size, (255, 0, 0, 0)), "PNG"), FIELD)
    assert min(low for low, _ in opened(photo).getextrema()) > 250  # type: ignore[misc]


@pytest.mark.parametrize("options", [{"transparency": (1, 2, 3)}, {"transparency": b"\x00\xff" * 8}])
def test_png_transparency_warns_nobody(options: dict[str, object]) -> None:
    image = picture(40, 30).convert("RGB" if isinstance(options["transparency"], tuple) else "P")
    assert_clean(check_photo(saved(image, "PNG", **options), FIELD), (40, 30))


def test_huge_profiles_are_dropped_or_refused() -> None:
    jpeg = saved(picture(), "JPEG", icc_profile=bytes(9_000_000))
    assert check_photo(jpeg, FIELD).size < 50_000
    bomb = chunk(b"iCCP", b"p\x00\x00" + zlib.compress(bytes(60_000_000), 9))
    with pytest.raises(files.PhotoBroken):
        check_photo(png(8, 8, zlib.compress(bytes(16)), extra=bomb), FIELD)


PROBLEMS = {
    files.PhotoEmpty: ("photo_empty", [b""]),
    files.NotAPhoto: (
        "not_a_photo",
        [HTML, SVG, b"\xff", b"GIF89a", b"PK\x03\x04", BRANDS + b"avif", BRANDS + b"mp42"],
    ),
    files.PhotoBroken: (
        "photo_broken",
        [b"\xff\xd8\xff" + HTML, b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", BRANDS + b"heic" + bytes(40)],
    ),
    files.PhotoTooLarge: ("photo_too_large", [b"\xff\xd8\xff" + bytes(11 * 1024 * 1024)]),
}
CASES = [(data, kind, code) for kind, (code, blobs) in PROBLEMS.items() for data in blobs]


@pytest.mark.parametrize(("data", "problem", "code"), CASES)
def test_what_is_no_photo_is_refused_with_its_field(data: bytes, problem: type[Problem], code: str) -> None:
    with pytest.raises(problem) as caught:
        check_photo(data, "photos.7")
    assert (caught.value.field, caught.value.code) == ("photos.7", code)
    assert "{" not in "".join(caught.value.words)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_cut_files_are_refused(kind: str, share: float) -> None:
    data = saved(Image.effect_noise((320, 200), 90).convert("RGB"), kind)
    with pytest.raises(files.PhotoBroken):
        check_photo(data[: int(len(data) * share)], FIELD)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("tail", [HTML, b"PK\x03\x04" + b"evil.js" * 9])
def test_a_second_file_behind_the_picture_is_lost(kind: str, tail: bytes) -> None:
    photo = check_photo(saved(picture(), kind) + tail, FIELD)
    assert_clean(photo, (320, 200))
    assert photo.data.endswith(b"\xff\xd9")
    assert tail not in photo.data


BOMBS: dict[str, Callable[[], bytes]] = {
    "png": lambda: png(20_000, 20_000, zlib.compress(b"\x00")),
    "png 50k": lambda: png(50_000, 50_000, zlib.compress(b"\x00")),
    "png 36 megapixels": lambda: png(6_000, 6_000, zlib.compress(b"\x00")),
    "png wide": lambda: png(12_001, 10, zlib.compress(b"\x00")),
    "png real": lambda: png(20_000, 20_000, zlib.compress(bytes(20_000 * 2_501), 9)),
    "jpeg": lambda: jpeg_header(saved(picture(), "JPEG"), 8_000, 6_251),
    "jpeg Pillow warns of": lambda: jpeg_header(saved(picture(), "JPEG"), 10_000, 10_000),
    "webp": webp_bomb,
}


@pytest.mark.usefixtures("undecodable")
@pytest.mark.parametrize("make", BOMBS.values(), ids=BOMBS)
def test_bombs_are_refused_by_their_header(make: Callable[[], bytes]) -> None:
    data = make()
    assert len(data) < 100_000
    with pytest.raises(files.PhotoTooManyPixels, match="photo_too_many_pixels") as caught:
        check_photo(data, FIELD)
    assert "{" not in "".join(caught.value.words)


def test_the_largest_jpeg_allowed_is_decoded() -> None:
    assert_clean(check_photo(saved(Image.new("L", (8_000, 6_250), 99), "JPEG"), FIELD), (2560, 2000))


@pytest.mark.usefixtures("undecodable")
def test_jpegs_that_keep_a_decoder_busy_are_refused() -> None:
    slow, plain = saved(picture(), "JPEG", progressive=True), saved(picture(), "JPEG")
    scan = slow[slow.rindex(b"\xff\xda") : -2]
    frame = plain[plain.index(b"\xff\xc0") : plain.index(b"\xff\xc4")]
    for data in (slow[:-2] + scan * 100 + b"\xff\xd9", plain.replace(frame, frame * 2)):
        with pytest.raises(files.PhotoBroken) as caught:
            check_photo(data, FIELD)
        assert caught.value.__cause__ is None


LEAKS = [("exif", exif()), ("comment", "c"), ("icc_profile", b"icc"), ("xmp", b"x"), ("progressive", True)]


@pytest.mark.parametrize(("name", "value"), LEAKS)
def test_output_not_bare_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: object) -> None:
    data = saved(picture(), "PNG")
    monkeypatch.setattr(Image.Image, "save", partialmethod(Image.Image.save, **{name: value}))
    with pytest.raises(files.PhotoNotClean):
        check_photo(data, FIELD)


def test_bare_means_nothing_between_nor_behind() -> None:
    data = check_photo(saved(picture(), "PNG"), FIELD).data
    assert files._is_bare(data)
    for spoiled in (data + b"x", data[:-2], data[:20] + b"hidden" + data[20:], b""):
        assert not files._is_bare(spoiled)


async def test_photos_come_back_in_order() -> None:
    blobs = [saved(picture(width, 20), "PNG") for width in range(20, 20 + files.MAX_PHOTOS)]
    assert [photo.width for photo in await check_photos(blobs)] == list(range(20, 20 + files.MAX_PHOTOS))


@pytest.mark.usefixtures("undecodable")
async def test_twenty_photos_are_refused_unread() -> None:
    with pytest.raises(files.TooManyPhotos) as caught:
        await check_photos([saved(picture(), "PNG")] * 20)
    assert (caught.value.field, caught.value.code) == ("photos", "too_many_photos")


async def test_the_bad_photo_is_named() -> None:
    with pytest.raises(files.NotAPhoto) as caught:
        await check_photos([saved(picture(), "PNG"), HTML])
    assert caught.value.field == "photos.1"


def photo_of(width: int) -> Photo:
    return check_photo(saved(picture(width, 20), "PNG"), FIELD)


def kept_files(store: PhotoStore) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file() and path.name != ".lock"]


def age(path: Path) -> None:
    os.utime(path, (path.stat().st_mtime - 2 * DAY,) * 2)


async def test_put_twice_keeps_one_private_file(store: PhotoStore) -> None:
    photo = photo_of(20)
    await store.put(photo)
    await store.put(photo)
    (path,) = kept_files(store)
    assert path == store.root / photo.sha256[:2] / photo.sha256[2:4] / f"{photo.sha256}.jpg"
    assert path.stat().st_mode & 0o777 == 0o600
    assert await store.get(photo.sha256) == photo.data


@pytest.mark.parametrize("at", [0, 100, 500])
async def test_one_flipped_byte_is_found_and_put_heals_it(store: PhotoStore, at: int) -> None:
    photo = photo_of(20)
    await store.put(photo)
    (path,) = kept_files(store)
    path.write_bytes(photo.data[:at] + bytes([photo.data[at] ^ 1]) + photo.data[at + 1 :])
    with pytest.raises(files.PhotoDamaged):
        await store.get(photo.sha256)
    await store.put(photo)
    assert await store.get(photo.sha256) == photo.data


@pytest.mark.parametrize("sha256", ["", "../../../../etc/passwd", "A" * 64, "0" * 64 + "\n", "٠" * 64, "0" * 64])
async def test_a_bad_or_absent_digest_is_not_found(store: PhotoStore, sha256: str) -> None:
    (store.root / ".jpg").write_bytes(b"planted")
    with pytest.raises(NotFound):
        await store.get(sha256)


async def test_put_refuses_bytes_that_were_not_checked(store: PhotoStore) -> None:
    with pytest.raises(ValueError, match="bytes"):
        await store.put(Photo("../evil", "image/jpeg", 1, 1, 4, b"evil"))
    assert kept_files(store) == []


async def test_a_full_disk_leaves_nothing_behind(store: PhotoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", Mock(side_effect=OSError(28, "No space left on device")))
    with pytest.raises(files.PhotoStoreDown):
        await store.put(photo_of(20))
    assert kept_files(store) == []


async def test_sweep_removes_only_old_unknown_files(store: PhotoStore) -> None:
    named, old, young = photo_of(20), photo_of(30), photo_of(40)
    for photo in (named, old, young):
        await store.put(photo)
    now = max(path.stat().st_mtime for path in kept_files(store))
    for photo in (named, old):
        age(store._path(photo.sha256))
    part, foreign = store._path(old.sha256).parent / "tmpcrash.part", store.root / "ab" / "cd" / "notes.txt"
    foreign.parent.mkdir(parents=True, exist_ok=True)
    for path in (part, foreign):
        path.write_bytes(b"half")
        age(path)
    asked: list[str] = []

    async def known(digests: Sequence[str]) -> set[str]:
        asked.extend(digests)
        return {named.sha256}

    assert await store.sweep(known, DAY, now) == 2
    assert sorted(asked) == sorted([named.sha256, old.sha256])
    left = {f"{named.sha256}.jpg", f"{young.sha256}.jpg", "notes.txt"}
    assert {path.name for path in kept_files(store)} == left


async def test_sweep_spares_a_photo_sent_again_meanwhile(store: PhotoStore) -> None:
    photo = photo_of(20)
    await store.put(photo)
    path = store._path(photo.sha256)
    now = path.stat().st_mtime
    age(path)

    async def known(_: Sequence[str]) -> set[str]:
        await store.put(photo)
        return set()

    assert await store.sweep(known, DAY, now) == 0
    assert await store.get(photo.sha256) == photo.data
