"""One look a second per process and district, told to every open screen of it through a bounded queue.

No screen holds a session: each batch is filtered in a short transaction of the screen's own reader, which is how
an ended session is noticed too. A screen that does not keep up, or asks for what is no longer kept, is told to
load anew (`reset`) and goes on from there. When the process ends, all streams end first.
"""

import asyncio
import signal
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from app.core.errors import Unauthenticated
from app.core.log import log
from app.core.work import Identify, Runtime, open_work, system_work
from app.live.schemas import Changed
from app.live.seeing import Happened, Position, beginning, read_on, seen_of

EVERY_S = 1.0
CHECKED_EVERY = 3  # looks, after which also a quiet screen's session is asked after
ROOM = 200  # of one screen's queue; a slow one loads anew
KEPT = 2000  # events a screen may have missed while it was away
AT_ONCE = 4  # readers filtered side by side: the pool is there for people first
FAILED_S = 5.0  # between looks while the database does not answer


@dataclass(frozen=True)
class Told:
    """One thing for a screen: a change, or (without one) that it has to load anew."""

    id: str
    changed: Changed | None


@dataclass(eq=False)
class Screen:
    """One open stream."""

    identify: Identify
    queue: asyncio.Queue[Told | None] = field(default_factory=lambda: asyncio.Queue(ROOM))

    def tell(self, told: Told) -> None:
        """Put it on the queue; when that is full, all of it becomes one `reset`."""
        if self.queue.full():
            while not self.queue.empty():
                self.queue.get_nowait()
            told = Told(told.id, None)
        self.queue.put_nowait(told)

    def end(self) -> None:
        """The stream ends after what it has been told."""
        if self.queue.full():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class Channel:
    """The screens of one district in this process."""

    def __init__(self, runtime: Runtime, district: str) -> None:
        self.runtime = runtime
        self.district = district
        self.screens: set[Screen] = set()
        self.kept: deque[Happened] = deque(maxlen=KEPT)
        self.position: Position | None = None
        self._looks = 0
        self._task: asyncio.Task[None] | None = None
        self._side_by_side = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def open(self, identify: Identify, last: str | None) -> AsyncIterator[Screen]:
        """A screen, first told what it missed; the first one begins the looking, the last one ends it."""
        screen = Screen(identify)
        if self.position is None:
            async with system_work(self.runtime, self.district) as work:
                self.position = await beginning(work)
        await self._catch_up(screen, last)
        self.screens.add(screen)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._keep_looking())
        try:
            yield screen
        finally:
            self.screens.discard(screen)
            if not self.screens:
                self._rest()

    def _rest(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._task, self.position = None, None
        self.kept.clear()

    async def _catch_up(self, screen: Screen, last: str | None) -> None:
        """What came after the event a screen names, if that is still kept; else it loads anew."""
        if last is None:
            return
        ids = [str(one.id) for one in self.kept]
        if last not in ids:
            screen.tell(Told("", None))
            return
        await self._tell(screen, list(self.kept)[ids.index(last) + 1 :])

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001  # the database is away: the next look asks again
                log().warning("live_look_failed", district=self.district, error=type(error).__name__)
                await asyncio.sleep(FAILED_S)

    async def look(self) -> None:
        """Read what is new and tell each screen its part."""
        self._looks += 1
        async with system_work(self.runtime, self.district) as work:
            fresh, self.position = await read_on(work, self.position or Position())
        self.kept.extend(fresh)
        if fresh or self._looks % CHECKED_EVERY == 0:
            await asyncio.gather(*(self._tell(screen, fresh) for screen in list(self.screens)))

    async def _tell(self, screen: Screen, fresh: list[Happened]) -> None:
        try:
            async with (
                self._side_by_side,
                open_work(self.runtime, self.district, screen.identify) as work,
            ):
                for one, changed in await seen_of(work, fresh):
                    screen.tell(Told(str(one.id), changed))
        except Unauthenticated:
            screen.end()


class Hub:
    """Every channel of a process."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.channels: dict[str, Channel] = {}

    def channel(self, district: str) -> Channel:
        """The channel of a district."""
        if district not in self.channels:
            self.channels[district] = Channel(self.runtime, district)
        return self.channels[district]

    def end(self) -> None:
        """End every stream: a server that ends waits for its open replies."""
        for channel in self.channels.values():
            for screen in list(channel.screens):
                screen.end()


_HUBS: WeakKeyDictionary[Runtime, Hub] = WeakKeyDictionary()


def hub_of(runtime: Runtime) -> Hub:
    """The hub of a process; the first call asks to be told when the process is to end."""
    if runtime not in _HUBS:
        _HUBS[runtime] = Hub(runtime)
        _end_with_process(asyncio.get_running_loop(), _HUBS[runtime].end)
    return _HUBS[runtime]


def _end_with_process(loop: asyncio.AbstractEventLoop, end: Callable[[], None]) -> None:
    """Before the server's own handler of SIGTERM and SIGINT, which waits for open replies, end ours."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)
        if callable(before):
            signal.signal(number, _first(loop, end, before))


def _first(
    loop: asyncio.AbstractEventLoop, end: Callable[[], None], before: Callable[[int, Any], Any]
) -> Callable[[int, Any], None]:
    def handle(number: int, frame: Any) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(end)
        before(number, frame)

    return handle
