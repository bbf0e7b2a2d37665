"""The built pages of `web/dist`, read once and held compressed: no disk, no compressing while people wait."""

import gzip
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import NotFound

FACES = ("r", "w", "d", "i")
TEXT = ("text/", "application/javascript", "application/json", "application/manifest+json", "image/svg")
FOR_A_YEAR = "public, max-age=31536000, immutable"  # the build puts a hash of the content into these names
ASK_AGAIN = "no-cache"
# Said here, since a machine's own table may know none of them or call a script text/plain.
mimetypes.add_type("application/javascript", ".js")
mimetypes.add_type("application/manifest+json", ".webmanifest")


class FacesNotBuilt(NotFound):
    """The pages were not built; the API works without them."""

    code = "faces_not_built"
    zh = "页面尚未构建,接口可正常使用。请先运行 make web。"
    en = "The pages are not built; the API works without them. Run `make web` first."


class NoSuchPage(NotFound):
    """Neither a file of the build nor an address of a face."""

    code = "no_such_page"
    zh = "没有这个页面。"
    en = "There is no such page."


@dataclass(frozen=True)
class File:
    """One file of the build; `zipped` where that is shorter."""

    content: bytes
    zipped: bytes | None
    media_type: str
    caching: str


class Bundle:
    """Every file of a built folder by its address. An absent folder is an empty bundle."""

    def __init__(self, folder: Path) -> None:
        self.files = {} if not folder.is_dir() else dict(_read(folder))

    def find(self, path: str) -> File:
        """The file at an address; inside a face an address without an ending is its page (history routing)."""
        if not self.files:
            raise FacesNotBuilt
        face = path.partition("/")[0]
        is_address = "." not in path.rpartition("/")[2]
        # A follow link's last part is a token with dots; it is an address all the same.
        if face in FACES and (is_address or path.startswith("r/follow/")):
            path = f"{face}/index.html"
        if path not in self.files or path.startswith("."):
            raise NoSuchPage
        return self.files[path]


def _read(folder: Path) -> list[tuple[str, File]]:
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith("."):
            found.append((name, _file(name, path.read_bytes())))
    return found


def _file(name: str, content: bytes) -> File:
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    zipped = gzip.compress(content, 9, mtime=0) if media_type.startswith(TEXT) else None
    if zipped is not None and len(zipped) >= len(content):
        zipped = None
    return File(content, zipped, media_type, FOR_A_YEAR if name.startswith("assets/") else ASK_AGAIN)
