"""Engine, declarative base and the one place that turns database trouble into problems.

A district is a schema; a transaction chooses it by `SET LOCAL search_path` (core/work.py). The pool's default
path is the empty schema `nowhere`, so that forgetting fails loudly (DESIGN 9.2).
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast
from uuid import UUID

import psycopg
from psycopg import AsyncCursor, AsyncRawCursor, sql
from psycopg.types.json import Jsonb
from sqlalchemy import DateTime, LargeBinary, MetaData, String, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from app.core.errors import Busy, Conflict, Invalid, Problem, Unavailable
from app.core.settings import Settings

NAMES = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}
OPTIONS = (
    "-c search_path=nowhere -c timezone=UTC -c lock_timeout=4000 -c statement_timeout=30000 "
    "-c idle_in_transaction_session_timeout=60000 -c plan_cache_mode=force_generic_plan"
)


# Generic plans: the placing statement costs more to plan than to run, and every hot query is written so that its
# plan does not hang on its values (partial indexes by literal conditions).
CONNECT_S = 5  # a host that does not answer is a 503, not a wait of minutes


class Base(DeclarativeBase):
    """All tables. District tables name no schema; those of the city name `directory` or `shared`."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy reads it as a class attribute
        datetime: DateTime(timezone=True),
        UUID: Uuid(),
        str: Text(),
        bytes: LargeBinary(),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
    }


class AlreadyThere(Conflict):
    """A unique rule of the tables was met by a row that came first."""

    code = "already_there"
    zh = "已有相同的记录。"
    en = "The same record is there already."


class NotStorable(Invalid):
    """A value no column can hold (a NUL byte, a number out of range)."""

    code = "not_storable"
    zh = "内容包含无法保存的字符或数值。"
    en = "The input holds a character or number that cannot be stored."


def table_of(model: type[Base]) -> Table:
    """The Core table of a mapped class."""
    return cast("Table", model.__table__)


def driver_url(url: str) -> URL:
    """The URL with psycopg 3 as its driver, whatever driver it named."""
    return make_url(url).set(drivername="postgresql+psycopg")


def make_engine(settings: Settings, *, url: str | None = None, **kw: Any) -> AsyncEngine:
    """The process's pool. Waits for a connection are limited: a full pool is a 503, not a queue."""
    options = {"pool_size": settings.pool_size, "max_overflow": 0, "pool_timeout": settings.pool_wait_s, **kw}
    target = driver_url(url or settings.database_url.get_secret_value())
    connecting = {"options": OPTIONS, "connect_timeout": CONNECT_S}
    return create_async_engine(target, connect_args=connecting, hide_parameters=True, **options)


class Statement:
    """SQL sent on the driver's cursor: named parameters turned to numbered ones once, not at every call."""

    def __init__(self, named: str) -> None:
        """`named` has its parameters as `%(name)s`."""
        self.named = named
        self._names: list[str] = []
        self._text = re.sub(r"%\((\w+)\)s", self._number, named).encode()

    def _number(self, found: re.Match[str]) -> str:
        name = found[1]
        if name not in self._names:
            self._names.append(name)
        return f"${self._names.index(name) + 1}"

    async def row(self, cursor: AsyncCursor[Any], parameters: Mapping[str, Any]) -> Any:
        """The first row, or None; `parameters` may hold more than the statement names."""
        raw = AsyncRawCursor(cursor.connection)
        await raw.execute(self._text, [parameters[name] for name in self._names])
        return await raw.fetchone()


DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]
LEFT_TO_DEFAULT = {"left_to_default": True}  # `info` of a column that a hot insert does not name


def compiled(query: Any) -> str:
    """SQL text for the driver: constants written out, so that only what changes is sent."""
    made = query.compile(dialect=DIALECT)
    text = str(made)
    for name, bound in made.binds.items():
        if not bound.required:
            value = str(bound.value) if isinstance(bound.value, str) else bound.value
            text = text.replace(f"%({name})s", sql.Literal(value).as_string())
    return text


def named_row(prefix: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """One row's parameters under the names `insert_part` gives them."""
    return {f"{prefix}_{k}": Jsonb(v) if isinstance(v, dict | list) else v for k, v in row.items()}


def slots(prefix: str, model: type[Base]) -> str:
    """The values of one row of a table, as named parameters with their types."""
    return ", ".join(_slot(prefix, column) for column in _written(model))


def _slot(prefix: str, column: Any) -> str:
    kind = Text() if isinstance(column.type, String) else column.type  # a cast to a length cuts off in silence
    slot = f"%({prefix}_{column.name})s"
    if column.name == "point":
        return f"ST_GeomFromEWKB({slot}::bytea)"
    return f"{slot}::{kind.compile(dialect=DIALECT)}"


def _written(model: type[Base]) -> list[Any]:
    return [column for column in table_of(model).columns if not column.info.get("left_to_default")]


def insert_part(name: str, model: type[Base], rows: str, conflict: str = "") -> str:
    """A common table expression that inserts `rows` (VALUES or SELECT) and returns one number a row."""
    columns = ", ".join(column.name for column in _written(model))
    table = model.__tablename__
    return f"{name} as (insert into {table} ({columns}) {rows} {conflict} returning 1)"  # our own names


@cache
def append_statement(shape: tuple[tuple[type[Base], int], ...]) -> Statement:
    """One statement that inserts so many rows into each of these tables."""
    parts = []
    for model, count in shape:
        name = model.__tablename__
        values = ", ".join(f"({slots(f'{name}{place}', model)})" for place in range(count))
        parts.append(insert_part(f"to_{name}", model, f"values {values}"))
    return Statement(f"with {', '.join(parts)} select 1")


def append_parameters(tables: Mapping[type[Base], Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """The parameters of `append_statement` for these rows."""
    parameters: dict[str, Any] = {}
    for model, rows in tables.items():
        for place, row in enumerate(rows):
            parameters |= named_row(f"{model.__tablename__}{place}", row)
    return parameters


DatabaseTrouble = (DBAPIError, PoolTimeout, psycopg.Error)  # the last from the driver's own cursor


def as_problem(error: DBAPIError | PoolTimeout | psycopg.Error) -> Problem:
    """Database trouble by SQLSTATE; constraint names are not relied on (SCALE 5.6). Faults of ours are raised."""
    if isinstance(error, PoolTimeout) or getattr(error, "connection_invalidated", False):
        return Unavailable()
    origin = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(origin, "sqlstate", None)
    if state is None:
        return _without_state(error, origin)
    if state == "55P03":
        return Busy()
    if state == "23505":
        return AlreadyThere()
    if state.startswith("22"):
        return NotStorable()
    if state in ("40001", "40P01", "0A000", "57014", "25P03") or state[:2] in ("08", "53", "57", "58"):
        return Unavailable()
    raise error


def _without_state(error: Exception, origin: BaseException | None) -> Problem:
    """What the driver itself found: a value it cannot send, or a connection that is gone."""
    if isinstance(origin, psycopg.DataError):
        return NotStorable()
    if isinstance(origin, psycopg.OperationalError | psycopg.InterfaceError):
        return Unavailable()
    raise error
