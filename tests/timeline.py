"""Time that passes in a test: the clock jumps from one waking to the next, where the worker does its rounds."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.clocks.models import Wait
from app.core.clock import FixedClock
from app.core.outbox import Outbox
from app.core.work import Runtime, system_work
from app.worker.turns import catch_up, drain

HERE = "530114"


async def _next(runtime: Runtime, district: str) -> datetime | None:
    async with system_work(runtime, district) as work:
        waking = await work.session.scalar(select(func.min(Wait.wake_at)))
        sent = select(func.min(Outbox.next_try_at)).where(Outbox.done_at.is_(None), Outbox.parked_at.is_(None))
        event = await work.session.scalar(sent)
    return min((at for at in (waking, event) if at is not None), default=None)


async def live_until(runtime: Runtime, clock: FixedClock, until: datetime, district: str = HERE) -> None:
    """Everything that falls due up to `until`, each at its own time."""
    while (at := await _next(runtime, district)) is not None and at <= until:
        clock.advance(seconds=max(0.0, (at - clock.now()).total_seconds()))
        await catch_up(runtime, district)
        await drain(runtime, district)
    clock.advance(seconds=(until - clock.now()).total_seconds())


async def live(runtime: Runtime, clock: FixedClock, **by: float) -> None:
    """Everything that falls due within `timedelta(**by)`."""
    await live_until(runtime, clock, clock.now() + timedelta(**by))


async def wake_after(runtime: Runtime, clock: FixedClock, **by: float) -> int:
    """The worker was down meanwhile: time passes, then it catches up. Returns how many clocks rang."""
    clock.advance(seconds=timedelta(**by).total_seconds())
    rang = await catch_up(runtime, HERE)
    await drain(runtime, HERE)
    return rang
