"""What the service says of itself: alive, ready, and figures for Prometheus. No district's content."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app.core.errors import Problem
from app.core.http import OPEN_TO_ALL
from app.core.outbox import Outbox
from app.core.work import Runtime, open_city, ping, system_work
from app.districts import Heartbeat, district_codes, heads
from app.feed import watching

WORKER_SILENCE = timedelta(seconds=15)  # it beats every second; a longer silence means nothing is delivered
router = APIRouter(tags=["health"], dependencies=[OPEN_TO_ALL])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """Database, migrations of every district, worker: 200 when all are well, else 503 naming what is not.

    A warning leaves it ready: phones may still send while what they would hear is held back.
    """
    runtime: Runtime = request.app.state.runtime
    checks: dict[str, Any] = {"database": "ok", "migrations": "ok", "worker": "ok"}
    try:
        await ping(runtime.engine)
        checks["migrations"] = await _migrations(runtime)
        checks["worker"] = await _worker(runtime)
    except (SQLAlchemyError, Problem) as error:
        checks["database"] = type(error).__name__
    ready = set(checks.values()) == {"ok"}
    warnings = await _warnings(runtime) if ready else {}
    return JSONResponse({"ready": ready, "checks": checks, "warnings": warnings}, 200 if ready else 503)


async def _migrations(runtime: Runtime) -> str:
    async with runtime.engine.connect() as connection:
        lagging = [head.schema for head in await connection.run_sync(heads) if head.lags]
    return f"behind: {', '.join(lagging)}; run `wangge district migrate`" if lagging else "ok"


async def _warnings(runtime: Runtime) -> dict[str, str]:
    """What is wrong and no reason to send nobody here any more."""
    stood = await watching.standing(runtime)
    if stood < watching.STANDS:
        return {}
    seconds = int(stood.total_seconds())
    return {"feed": f"phones hear of nothing new for {seconds} s: a transaction that writes stays open"}


async def _worker(runtime: Runtime) -> str:
    async with open_city(runtime) as session:
        last = await session.scalar(select(Heartbeat.at).where(Heartbeat.name == "worker"))
    if last is None:
        return "never seen; start `wangge worker`"
    silent = runtime.clock.now() - last
    return "ok" if silent < WORKER_SILENCE else f"silent for {int(silent.total_seconds())} s"


@router.get("/metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """Request counts and times of this process, and the outbox of every district."""
    runtime: Runtime = request.app.state.runtime
    gauges = CollectorRegistry()
    waiting = Gauge("wangge_outbox_waiting", "Events not yet delivered", ["district"], registry=gauges)
    parked = Gauge("wangge_outbox_parked", "Events a person has to look at", ["district"], registry=gauges)
    oldest = Gauge(
        "wangge_outbox_oldest_seconds", "Age of the oldest waiting event", ["district"], registry=gauges
    )
    stands = Gauge("wangge_feed_standing_seconds", "How long the phones' feed is held back", registry=gauges)
    stands.set((await watching.standing(runtime)).total_seconds())
    async with open_city(runtime) as session:
        codes = await district_codes(session)
    for code in codes:
        try:
            total, stuck, since = await _outbox_of(runtime, code)
        except (SQLAlchemyError, Problem):
            continue  # /readyz names a district that lags behind; the figures of the others still count
        waiting.labels(code).set(total - stuck)
        parked.labels(code).set(stuck)
        oldest.labels(code).set((runtime.clock.now() - since).total_seconds() if since else 0)
    body = generate_latest(request.app.state.metrics.registry) + generate_latest(gauges)
    return Response(body, media_type=CONTENT_TYPE_LATEST)


async def _outbox_of(runtime: Runtime, code: str) -> tuple[int, int, datetime | None]:
    """Events not done, those of them parked, and when the oldest of them happened."""
    undone = Outbox.done_at.is_(None)
    counts = select(func.count(), func.count(Outbox.parked_at), func.min(Outbox.at)).where(undone)
    async with system_work(runtime, code) as work:
        total, stuck, since = (await work.session.execute(counts)).one()
    return total, stuck, since
