"""Counts the statements a piece of work sends, at the driver, below every layer of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from psycopg import AsyncCursor

LOGIN = ("FROM directory.token", "absence.deputy_id =")  # the bearer, and the post's standing


@dataclass
class Counted:
    """SQL text and parameters, in the order they were sent; BEGIN and COMMIT do not pass here."""

    sent: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return [text for text, _ in self.sent]

    @property
    def without_login(self) -> list[str]:
        """The statements of the work itself."""
        return [text for text in self.texts if not any(mark in text for mark in LOGIN)]


@contextmanager
def counted() -> Iterator[Counted]:
    """Everything sent by this process's async cursors meanwhile; executemany counts once per row."""
    seen = Counted()
    one, many = AsyncCursor.execute, AsyncCursor.executemany

    async def execute(self: Any, query: Any, params: Any = None, **kw: Any) -> Any:
        seen.sent.append((str(query), params))
        return await one(self, query, params, **kw)

    async def executemany(self: Any, query: Any, params_seq: Any, **kw: Any) -> None:
        rows = list(params_seq)
        seen.sent += [(str(query), row) for row in rows]
        await many(self, query, rows, **kw)

    with mock.patch.multiple(AsyncCursor, execute=execute, executemany=executemany):
        yield seen
