"""What the service says of itself: alive, ready or why not, and figures that hold nobody's link."""

from datetime import timedelta

import httpx2
import psycopg
import pytest
from cluster import Cluster
from fastapi import FastAPI
from sqlalchemy import update

from app.core.clock import FixedClock
from app.core.http import Metrics
from app.core.outbox import Outbox
from app.core.settings import Settings
from app.core.work import Runtime, system_work
from app.health import WORKER_SILENCE
from app.worker.housekeeping import beat
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, make_runtime, report
from tests.core.aids import HERE, THERE, as_role, raised

pytestmark = pytest.mark.anyio
Browser = httpx2.AsyncClient


async def _ready(browser: Browser) -> tuple[int, dict[str, str]]:
    answer = await browser.get("/readyz")
    said = answer.json()
    assert said["ready"] is (answer.status_code == 200)
    checks: dict[str, str] = said["checks"]
    return answer.status_code, checks


async def test_alive_needs_no_database(browser: Browser, app: FastAPI, settings: Settings) -> None:
    app.state.runtime = make_runtime(settings.model_copy(update={"database_url": _nowhere(settings)}))
    answer = await browser.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def _nowhere(settings: Settings) -> object:
    url = settings.database_url.get_secret_value().split("?")[0]
    return type(settings.database_url)(f"{url}?host=/nonexistent")


async def test_ready_says_what_is_wrong_with_the_worker(
    browser: Browser, runtime: Runtime, clock: FixedClock
) -> None:
    assert await _ready(browser) == (
        503,
        {"database": "ok", "migrations": "ok", "worker": "never seen; start `wangge worker`"},
    )
    await beat(runtime)
    assert (await _ready(browser))[0] == 200
    clock.advance(seconds=WORKER_SILENCE.total_seconds() - 1)
    assert (await _ready(browser))[0] == 200
    clock.advance(seconds=31)
    status, checks = await _ready(browser)
    assert (status, checks["worker"]) == (503, "silent for 45 s")
    await beat(runtime)
    assert (await _ready(browser))[0] == 200


async def test_ready_says_that_the_database_does_not_answer(
    browser: Browser, app: FastAPI, settings: Settings
) -> None:
    app.state.runtime = make_runtime(settings.model_copy(update={"database_url": _nowhere(settings)}))
    status, checks = await _ready(browser)
    assert (status, checks["database"]) == (503, "OperationalError")
    assert "nonexistent" not in str(checks)


async def test_ready_names_each_schema_that_lags_behind(
    browser: Browser, runtime: Runtime, cluster: Cluster, database: str
) -> None:
    await beat(runtime)
    with as_role(cluster.url("owner", database), f"t_{THERE}") as owner:
        owner.execute("update alembic_version set version_num = 'older'")
        status, checks = await _ready(browser)
        assert (status, checks["migrations"]) == (503, f"behind: t_{THERE}; run `wangge district migrate`")
        owner.execute("update directory.alembic_version set version_num = 'older'")
        owner.execute(f"drop table t_{HERE}.alembic_version")
        assert (await _ready(browser))[1]["migrations"].startswith(f"behind: city, t_{HERE}, t_{THERE};")


async def test_ready_on_a_database_nobody_migrated(
    browser: Browser, app: FastAPI, settings: Settings, cluster: Cluster, database: str
) -> None:
    empty = f"{database}_empty"
    with psycopg.connect(cluster.url("cluster", "postgres"), autocommit=True) as admin:
        admin.execute(f"drop database if exists {empty} with (force)")
        admin.execute(f"create database {empty}")
        url = settings.database_url.get_secret_value().replace(f"/{database}?", f"/{empty}?")
        made = make_runtime(settings.model_copy(update={"database_url": type(settings.database_url)(url)}))
        app.state.runtime = made
        status, checks = await _ready(browser)
        await made.engine.dispose()
        admin.execute(f"drop database {empty} with (force)")
    assert (status, checks["migrations"]) == (503, "behind: city; run `wangge district migrate`")


async def _metrics(browser: Browser) -> dict[str, float]:
    answer = await browser.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


@pytest.fixture
def counting(app: FastAPI) -> Metrics:
    """Figures of this test alone: the registry the app was built with is emptied."""
    metrics: Metrics = app.state.metrics
    metrics.requests.clear()
    metrics.seconds.clear()
    return metrics


@pytest.mark.usefixtures("counting")
async def test_figures_are_by_route_template_and_hold_no_link(public: Desk, browser: Browser) -> None:
    said = await raised(public)
    await public.get(f"/follow/{said['follow_token']}")
    await public.get(f"/issues/{said['id']}")
    await browser.get("/no/such/13800001234")
    await public.get("/follow/forged-token")
    text = (await browser.get("/metrics")).text
    figures = await _metrics(browser)
    counts = {name: value for name, value in figures.items() if name.startswith("wangge_requests_total")}
    for route, status in (("/follow/{token}", 200), ("/follow/{token}", 404), ("/issues/{issue_id}", 401)):
        (found,) = [value for name, value in counts.items() if f'{route}",status="{status}"' in name]
        assert found == 1
    assert [value for name, value in counts.items() if 'route="unmatched",status="404"' in name] == [1]
    for secret in (said["follow_token"], said["id"], said["number"], "13800001234", "forged"):
        assert secret not in text


@pytest.mark.usefixtures("counting")
async def test_figures_of_the_outbox_are_by_district(
    public: Desk, browser: Browser, runtime: Runtime, clock: FixedClock
) -> None:
    await raised(public)
    clock.advance(seconds=90)
    figures = await _metrics(browser)
    assert figures[f'wangge_outbox_waiting{{district="{HERE}"}}'] == 2
    assert figures[f'wangge_outbox_waiting{{district="{THERE}"}}'] == 0
    assert figures[f'wangge_outbox_oldest_seconds{{district="{HERE}"}}'] == 90
    async with system_work(runtime, HERE) as work:
        await work.session.execute(update(Outbox).where(Outbox.seq == 2).values(parked_at=clock.now()))
    await drain(runtime, HERE)
    figures = await _metrics(browser)
    assert figures[f'wangge_outbox_waiting{{district="{HERE}"}}'] == 0
    assert figures[f'wangge_outbox_parked{{district="{HERE}"}}'] == 1


async def test_figures_come_also_when_one_district_cannot_be_read(
    public: Desk, browser: Browser, cluster: Cluster, database: str
) -> None:
    await raised(public, district=THERE)
    with as_role(cluster.url("owner", database)) as owner:
        owner.execute("alter table outbox rename to outbox_gone")
    figures = await _metrics(browser)
    assert figures[f'wangge_outbox_waiting{{district="{THERE}"}}'] == 2
    assert f'wangge_outbox_waiting{{district="{HERE}"}}' not in figures


async def test_no_content_of_a_district_is_said(public: Desk, browser: Browser) -> None:
    await raised(public, contact={"name": "王芳", "phone": "13800001234"})
    for path in ("/healthz", "/readyz", "/metrics"):
        text = (await browser.get(path)).text
        assert not [word for word in ("王芳", "13800001234", report()["text"], town.WEST) if word in text]


def test_the_worker_beats_often_enough_not_to_be_called_silent() -> None:
    assert timedelta(seconds=5) < WORKER_SILENCE
