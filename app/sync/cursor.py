"""Where a phone stands in the feed: signed, bound to its device and ground, good for sixty days.

A first sync walks the types by id; `watermark` is the oldest transaction that was still running when it began, and
the feed is read from there, so that nothing is missed that was written meanwhile (SYNC, trap 1).
"""

import base64
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.crypto import Keys
from app.core.errors import Gone

KEPT = timedelta(days=60)
PURPOSE = "cursor"


class CursorExpired(Gone):
    """Too old, of another ground, of another phone, or not ours: begin again; the outbox stays."""

    code = "cursor_expired"
    zh = "本机数据与服务器相距过久或服务范围已变,请重新下载;未上传的内容不受影响。"
    en = "The copy is too old or its ground has changed: fetch it anew; what is unsent stays."


@dataclass(frozen=True)
class Cursor:
    """`phase` and `after` while a first sync goes on; afterwards `watermark` and `after` in the feed."""

    device: str
    epoch: str
    store: str
    at: str
    watermark: int
    phase: int | None = None
    after: str | None = None

    def written(self, keys: Keys) -> str:
        """As the phone carries it."""
        text = json.dumps(asdict(self), separators=(",", ":"))
        body = base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
        return f"{body}.{keys.mac(PURPOSE, body)}"

    def moved(self, **to: Any) -> "Cursor":
        """The same, further on."""
        return replace(self, **to)


def read(keys: Keys, word: str, device: UUID, epoch: str, store: UUID, now: datetime) -> Cursor:
    """The cursor in a word; `CursorExpired` for anything this phone may not go on from."""
    body, _, mac = word.rpartition(".")
    if not (word.isascii() and keys.check_mac(PURPOSE, body, mac)):
        raise CursorExpired("cursor", why="unknown")
    said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    cursor = Cursor(**said)
    if cursor.device != str(device):
        raise CursorExpired("cursor", why="other_device")
    if cursor.epoch != epoch:
        raise CursorExpired("cursor", why="scope_changed")
    if cursor.store != str(store):
        raise CursorExpired("cursor", why="store_restored")
    if datetime.fromisoformat(cursor.at) < now - KEPT:
        raise CursorExpired("cursor", why="too_old")
    return cursor
