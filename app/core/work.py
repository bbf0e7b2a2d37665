"""One unit of work: session, actor, district, clock and ids; `open_work` owns its transaction.

Actions never commit. The response leaves after the commit, because routes depend on this with
`scope="function"` (STYLE 3.5); a commit that fails is then a 503 and the phone keeps its copy.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, AsyncCursor, sql
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.clock import Clock, SystemClock
from app.core.crypto import Keys
from app.core.db import Base, DatabaseTrouble, append_parameters, append_statement, as_problem, table_of
from app.core.errors import Invalid
from app.core.ids import Ids, SystemIds
from app.core.outbox import Event
from app.core.scope import EVERYTHING, NOTHING, Scope, rescope, scoped_session

DIGITS = 6


class UnknownDistrict(Invalid):
    """No such district here."""

    code = "unknown_district"
    zh = "没有这个区县(六位代码)。"
    en = "There is no such district here (six digits)."


@dataclass(frozen=True)
class Actor:
    """Who acts: an account in one active post, a reporter behind a link, or the system itself."""

    role: str
    account_id: UUID | None = None
    post_id: UUID | None = None
    units: tuple[UUID, ...] = ()
    device_id: UUID | None = None
    address: str = field(default="", repr=False)


PUBLIC = "public"
SYSTEM = Actor("system")


@dataclass(eq=False)
class Runtime:
    """What a process holds for all its work: pool, keys, clock, ids."""

    engine: AsyncEngine
    keys: Keys
    clock: Clock = field(default_factory=SystemClock)
    ids: Ids = field(default_factory=SystemIds)


@dataclass
class Work:
    """What an action needs; handed to it as its first parameter."""

    session: AsyncSession
    district: str
    actor: Actor
    scope: Scope
    runtime: Runtime
    driver: AsyncConnection[Any] = field(repr=False)

    @property
    def clock(self) -> Clock:
        return self.runtime.clock

    @property
    def ids(self) -> Ids:
        return self.runtime.ids

    @property
    def keys(self) -> Keys:
        return self.runtime.keys

    def new_id(self) -> UUID:
        """A fresh id at the work's own time."""
        return self.ids.new(self.clock.now())

    async def put(self, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows by Core on the session's own connection; every row gives every key (HOUSE 1)."""
        if whole := list(rows):
            connection = await self.session.connection()
            await connection.execute(insert(table_of(model)), whole)

    async def append(self, tables: Mapping[type[Base], Sequence[Mapping[str, Any]]]) -> None:
        """Insert rows into several tables by one statement; tables without rows are passed over."""
        filled = {model: rows for model, rows in tables.items() if rows}
        if filled:
            shape = tuple((model, len(rows)) for model, rows in filled.items())
            await append_statement(shape).row(await self.cursor(), append_parameters(filled))

    async def cursor(self) -> AsyncCursor[Any]:
        """The driver's cursor in this transaction, for the named hot-path files only."""
        return self.driver.cursor()

    async def hold(self, word: str) -> None:
        """One transaction at a time for this word; another waits, and is `Busy` after the lock timeout."""
        key = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], signed=True)
        await self.driver.execute("select pg_advisory_xact_lock(%s)", [key])

    async def oldest_running(self) -> int:
        """The oldest transaction that still runs: everything below it is committed or rolled back for good."""
        return (await _running(self.driver))[0]

    def outbox_row(self, event: Event, seq: int) -> dict[str, Any]:
        """The row an event becomes; `seq` is its act's place in the trail."""
        return {
            "id": self.new_id(),
            "subject_id": event.subject_id,
            "seq": seq,
            "event": event.name,
            "payload": event.payload(),
            "at": event.at,
            "next_try_at": event.at,
        }


# A snapshot names every transaction of the server; one of another database writes nothing here and holds nothing
# back. Whose it is stands only with the lock each has on its own number; without one it has just ended; it counts.
RUNNING = """
select coalesce(min(running) filter (where not elsewhere), max(following)), max(following)
from (
    select pg_snapshot_xmax(taken)::text::bigint as following, xid::text::bigint as running, exists (
        select from pg_locks join pg_stat_activity on pg_stat_activity.pid = pg_locks.pid
        where locktype = 'transactionid' and granted and mode = 'ExclusiveLock' and datname <> current_database()
            and transactionid::text::bigint = xid::text::bigint & 4294967295
    ) as elsewhere
    from (select pg_current_snapshot() as taken) as now
    left join lateral pg_snapshot_xip(taken) as xid on true
) as each
"""


async def _running(driver: AsyncConnection[Any]) -> tuple[int, int]:
    row = await (await driver.execute(RUNNING)).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


async def running(session: AsyncSession) -> tuple[int, int]:
    """The oldest transaction that runs in this database, and the number the next one will have: equal when none
    runs.
    """
    return await _running(await _driver_of(session))


def by_itself(work: Work) -> Work:
    """The same unit of work, acting as the service: for what follows from a rule and not from a person."""
    return replace(work, actor=SYSTEM)


def schema_of(district: str) -> str:
    """`t_<six digits>`; anything else is `UnknownDistrict`, so no other text reaches a path."""
    if len(district) != DIGITS or not (district.isascii() and district.isdigit()):
        raise UnknownDistrict("district")
    return f"t_{district}"


@cache
def _path_of(district: str) -> str:
    path = sql.SQL("set local search_path = {}, public").format(sql.Identifier(schema_of(district)))
    return path.as_string()


async def enter_district(session: AsyncSession, district: str) -> AsyncConnection[Any]:
    """Choose the district for this transaction only; returns the driver's connection it runs on."""
    driver = await _driver_of(session)
    await driver.execute(_path_of(district))
    return driver


async def _driver_of(session: AsyncSession) -> AsyncConnection[Any]:
    """Past SQLAlchemy's own bookkeeping: this is asked for with every request there is."""
    connection = await session.connection()
    driver: Any = connection.sync_connection.connection.driver_connection if connection.sync_connection else None
    kept: AsyncConnection[Any] = driver
    return kept


Identify = Callable[[AsyncSession], Awaitable[tuple[Actor, Scope]]]


@asynccontextmanager
async def open_work(runtime: Runtime, district: str, identify: Identify) -> AsyncIterator[Work]:
    """A transaction in one district: commits at the end, rolls back on any exception.

    `identify` says, inside it, who acts and what they see; until then the session sees nothing. Database
    trouble leaves as a `Problem` (core/db.py); a failed commit is `Unavailable`.
    """
    session = scoped_session(runtime.engine, NOTHING)
    try:
        driver = await enter_district(session, district)
        actor, scope = await identify(session)
        rescope(session, scope)
        yield Work(session, district, actor, scope, runtime, driver)
        await session.commit()
    except BaseException as error:
        await _give_back(session)
        if isinstance(error, DatabaseTrouble):
            raise as_problem(error) from error
        raise


async def _give_back(session: AsyncSession) -> None:
    """Return the connection of a transaction that failed, also when its rollback was cut short by a second
    cancelling (the session then says that it has none). After a commit it is back already.
    """
    try:
        await asyncio.shield(session.close())
    except DBAPIError:
        await asyncio.shield(session.invalidate())  # the connection is gone: the pool makes another


def known_as(actor: Actor, scope: Scope) -> Identify:
    """An actor known before the transaction opens."""

    async def identify(_: AsyncSession) -> tuple[Actor, Scope]:
        return actor, scope

    return identify


def system_work(runtime: Runtime, district: str) -> AbstractAsyncContextManager[Work]:
    """The explicit way round the scope, for the worker and the command line; a test counts its callers."""
    return open_work(runtime, district, known_as(SYSTEM, EVERYTHING))


GIVE_WAY = (
    "select set_config('lock_timeout', "
    "(extract(epoch from current_setting('deadlock_timeout')::interval) * 500)::int::text, true)"
)


async def give_way(work: Work) -> None:
    """Wait for a lock only half as long as the server waits before it looks for a deadlock.

    For work that can be done a moment later: of two transactions that wait for each other this one ends first,
    and the server never has to choose a victim, which might be a person's request.
    """
    await work.driver.execute(GIVE_WAY)


def gave_way(error: BaseException) -> bool:
    """Whether it is that somebody else held a lock for longer."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    return getattr(origin, "sqlstate", None) == "55P03"


@asynccontextmanager
async def open_city(runtime: Runtime) -> AsyncIterator[AsyncSession]:
    """A transaction outside any district: schemas `directory` and `shared` only, named in full."""
    session = scoped_session(runtime.engine, NOTHING)
    try:
        async with session.begin():
            yield session
    except BaseException as error:
        await _give_back(session)
        if isinstance(error, DatabaseTrouble):
            raise as_problem(error) from error
        raise


async def ping(engine: AsyncEngine) -> None:
    """Raise when the database does not answer."""
    async with engine.connect() as connection:
        await connection.execute(text("select 1"))
