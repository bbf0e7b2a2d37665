"""Does the feed move? A transaction that writes and stays open holds every phone's cursor back (SYNC, trap 1).

Nothing is lost by it, but phones hear of nothing new. The worker looks at the watermark: while some transaction
runs and the oldest of them is the same as before, the feed stands. A role sees no other role's transactions in
`pg_stat_activity`, so the watermark itself is watched; only the process that holds it is looked for there.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import column, func, select, table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.log import log
from app.core.work import Runtime, open_city, running
from app.districts import Heartbeat

STANDS = timedelta(seconds=60)  # no request and no turn of the worker lasts so long
BEAT = "feed"  # its row says since when the watermark has been where it is
ACTIVITY = table("pg_stat_activity", column("pid"), column("backend_xid"), column("datname"))


@dataclass
class _Seen:
    """The oldest running transaction, since when it has been that, and how often it was complained of."""

    oldest: int
    since: datetime
    said: int = 0


_SEEN: WeakKeyDictionary[Runtime, _Seen] = WeakKeyDictionary()


async def watch(runtime: Runtime) -> timedelta:
    """Look at the watermark and note since when it stands; a line in the log for each minute of it."""
    now = runtime.clock.now()
    async with open_city(runtime) as session:
        oldest, following = await running(session)
        seen = _SEEN.get(runtime)
        if seen is None or oldest == following or seen.oldest != oldest:
            if seen is not None and seen.said:
                log().info("feed_moves_again", count=int((now - seen.since).total_seconds()))
            seen = _SEEN[runtime] = _Seen(oldest, now)
        stood = now - seen.since
        if stood // STANDS > seen.said:
            seen.said = stood // STANDS
            pid, seconds = await _holder(session), int(stood.total_seconds())
            log().warning("feed_stands_still", count=seconds, pid=pid, why="a transaction stays open")
        new = insert(Heartbeat).values(name=BEAT, at=seen.since)
        await session.execute(new.on_conflict_do_update(index_elements=["name"], set_={"at": seen.since}))
    return stood


async def _holder(session: AsyncSession) -> int | None:
    """The server process of the oldest transaction of this role; None when another role holds it."""
    writing = ACTIVITY.c.backend_xid.is_not(None) & (ACTIVITY.c.datname == func.current_database())
    query = select(ACTIVITY.c.pid).where(writing).order_by(func.age(ACTIVITY.c.backend_xid).desc()).limit(1)
    found: int | None = await session.scalar(query.execution_options(unscoped=True))
    return found


async def standing(runtime: Runtime) -> timedelta:
    """How long the feed stood when the worker was last alive; a worker that is silent is a trouble of its own."""
    async with open_city(runtime) as session:
        query = select(Heartbeat.name, Heartbeat.at).where(Heartbeat.name.in_((BEAT, "worker")))
        at = {row.name: row.at for row in await session.execute(query)}
    return max(at["worker"] - at[BEAT], timedelta(0)) if len(at) == len((BEAT, "worker")) else timedelta(0)
