"""Listens to every answer and every log line of the whole test run for a phone or identity number in clear (R6.1).

Routes that open a person's data for a purpose are named; everything else, lists, problems and sheets alike, is
masked or fails the test it was heard in.
"""

import io
import re
import zipfile
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import date
from typing import Any

from fastapi import FastAPI

OPENED_FOR_A_PURPOSE = re.compile(
    r"^/api/v1/(issues/[^/]+/reporter|residents/[^/]+/unmask|privacy/requests/[^/]+/copy|follow/[^/]+/copy"
    r"|households-faults.xlsx)$"  # the last gives a sender's own rows back to be mended
)
PHONE = re.compile(r"(?<![0-9A-Za-z._-])1[3-9][0-9]{9}(?![0-9A-Za-z])")
IDENTITY = re.compile(r"(?<![0-9A-Za-z._-])[1-9][0-9]{5}((?:19|20)[0-9]{6})[0-9]{3}[0-9Xx](?![0-9A-Za-z])")
SHEET = b"PK\x03\x04"
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


def in_clear(text: str) -> list[str]:
    """Mobile and identity numbers in a text; a number is an identity's only if it holds a day of birth."""
    found = [one.group() for one in PHONE.finditer(text)]
    return found + [one.group() for one in IDENTITY.finditer(text) if _is_day(one.group(1))]


def _is_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def readable(body: bytes) -> str:
    """A body as a person could read it; of a sheet, all its cells."""
    if body.startswith(SHEET):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            return " ".join(book.read(name).decode(errors="replace") for name in book.namelist())
    return body.decode(errors="replace")


class Listening:
    """The application with an ear at its answers."""

    def __init__(self, app: FastAPI, heard: list[str]) -> None:
        self.app = app
        self.heard = heard

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        if scope["type"] != "http" or OPENED_FOR_A_PURPOSE.match(scope["path"]):
            await self.app(scope, receive, send)
            return
        parts: list[bytes] = []

        async def listen(message: Message) -> None:
            parts.append(message.get("body", b""))
            await send(message)

        await self.app(scope, receive, listen)
        self.heard += [f"{scope['method']} {scope['path']}: {one}" for one in in_clear(readable(b"".join(parts)))]
