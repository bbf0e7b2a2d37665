"""Keyset paging: a page is the rows after a key, whatever was inserted meanwhile; no counts, no offsets."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from pydantic import Field

from app.core.errors import Invalid
from app.core.fields import Schema

T = TypeVar("T")
Row = TypeVar("Row")
Limit = Annotated[int, Field(ge=1, le=200)]


class BadCursor(Invalid):
    """The cursor was not made by this service, or for another list."""

    code = "bad_cursor"
    zh = "翻页标记无效,请从第一页重新开始。"
    en = "The paging cursor is not valid; begin again with the first page."


class Page(Schema, Generic[T]):
    """Some rows and, when there are more, the cursor that asks for the next ones."""

    items: list[T]
    next_cursor: str | None = None


def encode(key: Sequence[str]) -> str:
    """The key of the last row as an opaque word."""
    return base64.urlsafe_b64encode(json.dumps(list(key)).encode()).rstrip(b"=").decode()


def decode(cursor: str, parts: int) -> list[str]:
    """The key in a cursor: `parts` texts, or `BadCursor`."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        key = json.loads(raw)
    except (ValueError, binascii.Error, RecursionError):
        raise BadCursor("cursor") from None
    if not isinstance(key, list) or len(key) != parts or not all(isinstance(part, str) for part in key):
        raise BadCursor("cursor")
    return key


def cut(rows: Sequence[Row], limit: int, key: Callable[[Row], Sequence[str]]) -> tuple[Sequence[Row], str | None]:
    """Rows fetched with `limit + 1`: the page, and its cursor if one more was there."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], encode(key(rows[limit - 1]))
