"""The loop of the process: what is done how often, until it is told to stop."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date

from sqlalchemy.exc import SQLAlchemyError

from app.core.clock import office_day
from app.core.crypto import Keys
from app.core.db import make_engine
from app.core.errors import Problem
from app.core.files import PhotoStore
from app.core.log import log
from app.core.settings import Settings
from app.core.work import Runtime, open_city
from app.districts import district_codes
from app.feed import watching
from app.worker.housekeeping import add_up, beat, plan_day, rehome, sweep_photos, tidy
from app.worker.turns import TURN, fire_due, run_batch

POLL_S = 0.2
BEAT_S = 1.0
WATCH_S = 5.0
CLOCKS_S = 1.0
ORPHANS_S = 10.0  # how long a matter may be in the hands of a post that has ended
HOUSEKEEPING_S = 3600.0
PLANS_S = 300.0  # how often it is asked whether the day has its plans
LEDGER_S = 60.0  # how often it is asked whether the hour has its row
Act = Callable[[Runtime, str], Awaitable[object]]  # what is done for one district


class Worker:
    """The loop of the process, until it is told to stop."""

    def __init__(self, runtime: Runtime, photos: PhotoStore) -> None:
        self.runtime = runtime
        self.photos = photos
        self.stopping = asyncio.Event()
        self.planned: dict[str, date] = {}  # the day a district's plans were last reckoned for

    async def run(self) -> None:
        """Deliver, beat and tidy; trouble with the database is waited out."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._every(BEAT_S, self._beat))
            tasks.create_task(self._every(WATCH_S, self._watch))
            tasks.create_task(self._every(HOUSEKEEPING_S, self._tidy))
            tasks.create_task(self._every(LEDGER_S, self._add_up))
            tasks.create_task(self._every(PLANS_S, self._plan))
            tasks.create_task(self._every(POLL_S, self._round))
            tasks.create_task(self._every(CLOCKS_S, self._clocks))
            tasks.create_task(self._every(ORPHANS_S, self._orphans))

    async def _every(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        while not self.stopping.is_set():
            try:
                await act()
            except (Problem, SQLAlchemyError, OSError) as error:
                log().warning("worker_waits", why=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), seconds)

    async def _beat(self) -> None:
        await beat(self.runtime)

    async def _watch(self) -> None:
        await watching.watch(self.runtime)

    async def _round(self) -> None:
        await self._by_turns(run_batch)

    async def _clocks(self) -> None:
        await self._by_turns(fire_due)

    async def _orphans(self) -> None:
        """Matters and lists whose holder's post has ended find another holder."""
        await self._in_every_district(rehome)

    async def _add_up(self) -> None:
        await self._in_every_district(add_up)

    async def _plan(self) -> None:
        """Once a day and after every start; a district in trouble is tried again."""
        await self._in_every_district(self._plan_once)

    async def _plan_once(self, runtime: Runtime, district: str) -> None:
        today = office_day(runtime.clock.now())
        if self.planned.get(district) != today and not self.stopping.is_set():
            await plan_day(runtime, district)
            self.planned[district] = today

    async def _tidy(self) -> None:
        await self._in_every_district(tidy)
        await sweep_photos(self.runtime, self.photos)

    async def _by_turns(self, act: Act) -> None:
        """A turn for each district, and again for those that have more to do."""
        busy = await self._districts()
        while busy and not self.stopping.is_set():
            busy = [code for code in busy if await self._unless_in_trouble(act, code) == TURN]

    async def _in_every_district(self, act: Act) -> None:
        """One after the other."""
        for code in await self._districts():
            await self._unless_in_trouble(act, code)

    async def _unless_in_trouble(self, act: Act, code: str) -> object:
        """Trouble in one district is its own; the others have theirs done."""
        try:
            return await act(self.runtime, code)
        except (Problem, SQLAlchemyError) as error:
            log().warning("district_waits", district=code, why=type(error).__name__)
            return None

    async def _districts(self) -> list[str]:
        async with open_city(self.runtime) as session:
            return list(await district_codes(session))


async def main(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; what is in hand is finished first."""
    runtime = Runtime(make_engine(settings), Keys.load(settings))
    worker = Worker(runtime, PhotoStore(settings.data_dir / "photos"))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, worker.stopping.set)
    log().info("worker_started", pid=os.getpid())
    await worker.run()
    await runtime.engine.dispose()
