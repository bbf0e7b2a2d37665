"""Districts as schemas: create, list, migrate, compare heads (DESIGN 9.2, HOUSE 4.20-21).

Two migration trees: `migrations/city` (directory, shared, rollup) and `migrations/district`, run once per district
schema, each on a connection whose path is that schema alone. All of it is resumable: every schema has a version
row of its own, so a run that was killed goes on where it stopped.
"""

import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, create_engine, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, driver_url, table_of
from app.core.errors import Conflict, Invalid
from app.core.fields import DistrictCode, Name
from app.core.log import log
from app.core.work import Runtime, UnknownDistrict, open_city, schema_of

TREES = Path(__file__).resolve().parent.parent / "migrations"
KNOWN_S = 5.0  # how long a process may not have heard of a new district when none was named
LOCK = 530114  # advisory: two migrations at once wait for one another
LOCK_MS = 4000  # what a migration waits for a table before it gives way to the office's work


class District(Base):
    """A tenant: its code, where its data lives, whether it is a demonstration."""

    __tablename__ = "district"
    __table_args__ = {"schema": "directory"}  # noqa: RUF012  # SQLAlchemy's spelling

    code: Mapped[DistrictCode] = mapped_column(primary_key=True)
    name: Mapped[Name]
    dsn: Mapped[str | None]
    demo: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime]


class Heartbeat(Base):
    """When the worker process was last alive."""

    __tablename__ = "heartbeat"
    __table_args__ = {"schema": "directory"}  # noqa: RUF012  # SQLAlchemy's spelling

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class StoreEpoch(Base):
    """Which life of the store this is: renewed by a restore, so that phones send again what it has forgotten."""

    __tablename__ = "store_epoch"
    __table_args__ = {"schema": "directory"}  # noqa: RUF012  # SQLAlchemy's spelling

    epoch: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[datetime]


class DistrictExists(Conflict):
    """The code is taken."""

    code = "district_exists"
    zh = "区县 {district} 已存在。"
    en = "District {district} exists already."


class WhichDistrict(Invalid):
    """Several districts live here, so a call without a token must name one."""

    code = "district_required"
    zh = "本系统有多个区县,请在 district 中写明六位代码。"
    en = "More than one district lives here; name one in `district` (six digits)."


@dataclass(frozen=True)
class Head:
    """One schema's migration state."""

    schema: str
    current: str | None
    wanted: str

    @property
    def lags(self) -> bool:
        return self.current != self.wanted


class _Known:
    """The districts one process knows: read again after a while, and when a name is not among them."""

    def __init__(self) -> None:
        self.codes: Sequence[str] = ()
        self.until = 0.0


_KNOWN: WeakKeyDictionary[Runtime, _Known] = WeakKeyDictionary()


async def district_named(runtime: Runtime, code: str | None) -> str:
    """The district a public call means: the named one, or the only one there is."""
    known = _KNOWN.setdefault(runtime, _Known())
    if time.monotonic() >= known.until or (code is not None and code not in known.codes):
        async with open_city(runtime) as session:
            known.codes = await district_codes(session)
        known.until = time.monotonic() + KNOWN_S
    if code is None:
        if len(known.codes) != 1:
            raise WhichDistrict("district")
        return known.codes[0]
    if code not in known.codes:
        raise UnknownDistrict("district")
    return code


async def district_codes(session: AsyncSession) -> Sequence[str]:
    """All districts, in order of their codes."""
    return (await session.scalars(select(District.code).order_by(District.code))).all()


async def store_epochs(runtime: Runtime) -> Sequence[StoreEpoch]:
    """Every life of the store, the present one first."""
    async with open_city(runtime) as session:
        return (await session.scalars(select(StoreEpoch).order_by(StoreEpoch.since.desc()))).all()


async def renew_store(runtime: Runtime) -> UUID:
    """Begin another life of the store; the rows of the former ones stay as the record of it. Always the latest of
    them, whatever the clocks of this machine and the former one say.
    """
    now = runtime.clock.now()
    last = max((one.since + timedelta(milliseconds=1) for one in await store_epochs(runtime)), default=now)
    epoch = runtime.ids.new(now)
    async with open_city(runtime) as session:
        session.add(StoreEpoch(epoch=epoch, since=max(now, last)))
    log().warning("store_renewed", subject_id=str(epoch), why="restored")
    return epoch


@cache
def wanted_head(tree: str) -> str:
    """The newest revision of `city` or `district`."""
    return ScriptDirectory(str(TREES / tree)).get_current_head() or ""


def heads(connection: Connection) -> list[Head]:
    """Every schema with its current and wanted revision; a missing schema is `None`."""
    found = [Head("city", _current(connection, "directory"), wanted_head("city"))]
    if found[0].current is None:
        return found
    for code in connection.scalars(select(District.code).order_by(District.code)).all():
        schema = schema_of(code)
        found.append(Head(schema, _current(connection, schema), wanted_head("district")))
    return found


def _current(connection: Connection, schema: str) -> str | None:
    table = sa.table("alembic_version", sa.column("version_num"), schema=schema)
    with suppress(ProgrammingError), connection.begin_nested():
        return connection.scalar(select(table.c.version_num))
    return None


def owner_engine(url: str, schema: str) -> Engine:
    """A DDL connection whose path is one schema; autogenerate and version rows then stay inside it."""
    if not re.fullmatch(r"t_[0-9]{6}|nowhere", schema):
        raise UnknownDistrict("district")
    options = f"-c search_path={schema},public -c lock_timeout={LOCK_MS}"
    return create_engine(driver_url(url), connect_args={"options": options}, poolclass=sa.NullPool)


def migrate_city(owner_url: str) -> None:
    """Bring directory, shared and rollup to their head; makes them on a fresh database."""
    engine = owner_engine(owner_url, "nowhere")
    with engine.connect() as connection, connection.begin():
        _wait_for_turn(connection)
        for statement in CITY_SCHEMAS:
            connection.execute(text(statement))
        _upgrade(connection, "city")
        connection.execute(text("revoke insert, update, delete on directory.alembic_version from app"))


def migrate_district(owner_url: str, code: str) -> None:
    """Bring one district's schema to its head; makes it when absent."""
    schema = schema_of(code)
    engine = owner_engine(owner_url, schema)
    with engine.connect() as connection, connection.begin():
        _wait_for_turn(connection)
        for statement in district_schema(schema):
            connection.execute(text(statement))
        _upgrade(connection, "district")
        for statement in grants(schema):
            connection.execute(text(statement))


def _wait_for_turn(connection: Connection) -> None:
    """The short lock_timeout is for tables in use; for another migration one waits."""
    connection.execute(text("set local lock_timeout = 0"))
    connection.execute(text(f"select pg_advisory_xact_lock({LOCK})"))
    connection.execute(text(f"set local lock_timeout = {LOCK_MS}"))


def _upgrade(connection: Connection, tree: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(TREES / tree))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


CITY_SCHEMAS = (
    "create schema if not exists nowhere",
    "create schema if not exists directory",
    "create schema if not exists shared",
    "create schema if not exists rollup",
    "grant usage on schema nowhere, directory, shared, rollup to app",
    "alter default privileges in schema shared grant execute on functions to app",
    "alter default privileges in schema directory grant select, insert, update, delete on tables to app",
    "alter default privileges in schema shared grant select on tables to app",
    "alter default privileges in schema rollup grant select, insert, update on tables to app",
)


def district_schema(schema: str) -> tuple[str, ...]:
    """Statements that make the schema and let role `app` use it."""
    return (f"create schema if not exists {schema}", f"grant usage on schema {schema} to app")


def grants(schema: str) -> tuple[str, ...]:
    """Least privilege after every migration: `app` may not change or delete a trail or an unmasking (TRUST 37)."""
    return (
        f"grant select, insert, update, delete on all tables in schema {schema} to app",
        f"revoke update, delete on {schema}.trail, {schema}.unmasking from app",
        f"revoke insert, update, delete on {schema}.alembic_version from app",
    )


def register(owner_url: str, code: str, name: str, *, demo: bool, now: datetime) -> None:
    """Make a district: migrate its schema, then list it; `DistrictExists` when it is listed already."""
    engine = owner_engine(owner_url, "nowhere")
    row: dict[str, Any] = {"code": code, "name": name, "dsn": None, "demo": demo, "created_at": now}
    schema_of(code)
    with engine.connect() as connection:
        if connection.scalar(select(District.code).where(District.code == code)):
            raise DistrictExists("district", district=code)
    migrate_district(owner_url, code)
    with engine.begin() as connection:
        listed = insert(table_of(District)).values(row).on_conflict_do_nothing().returning(District.code)
        if connection.scalar(listed) is None:
            raise DistrictExists("district", district=code)  # another `create` was listed meanwhile
