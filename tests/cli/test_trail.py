"""`wangge trail verify` walks whatever carries a chain, and says so of what it does not know."""

import asyncio

import psycopg
import pytest

from app.cli.demo_homes import fill_homes
from app.cli.trail import CHAINS
from app.core.db import Base
from app.core.settings import Settings
from app.core.work import Runtime, open_city, open_work, system_work
from app.people import actions
from app.people.login import identify_by
from app.people.models import Role
from app.sync import devices
from app.sync.schemas import Enrol
from tests import town
from tests.cli.conftest import Run
from tests.conftest import find_post, make_runtime

HERE = town.DISTRICTS[0]


def as_owner(settings: Settings, statement: str) -> None:
    assert settings.owner_url is not None
    where = f"-c search_path=t_{HERE},public"
    with psycopg.connect(settings.owner_url.get_secret_value(), options=where, autocommit=True) as database:
        database.execute(statement)


async def _live(runtime: Runtime) -> None:
    """Three households, and a worker's phone signed on."""
    async with system_work(runtime, HERE) as work:
        await fill_homes(work, town.WEST, 3)
    account, post = await find_post(runtime, HERE, Role.GRID_WORKER, town.G1)
    async with open_city(runtime) as session:
        token, _ = await actions.issue_token(session, runtime, account, HERE, post)
    async with open_work(runtime, HERE, identify_by(runtime, token, "")) as work:
        await devices.enrol(work, Enrol(name="红米 12C", app_build="test"))
    await runtime.engine.dispose()


@pytest.mark.parametrize(("kind", "rows"), [("household", 4), ("device", 1)])
def test_a_household_and_a_phone_are_walked_like_an_issue(
    wangge: Run, settings: Settings, kind: str, rows: int
) -> None:
    asyncio.run(_live(make_runtime(settings)))
    whole = wangge("trail", "verify", "--district", HERE)
    assert (whole.exit_code, f"{kind}: {rows} rows read, whole" in whole.output) == (0, True), whole.output
    as_owner(settings, f"update trail set step = 'touched' where subject_kind = '{kind}' and seq = 1")
    broken = wangge("trail", "verify", "--district", HERE)
    assert (broken.exit_code, f"{HERE}: {kind} " in broken.output) == (1, True)
    assert "the row was altered" in broken.output


def test_every_table_with_a_chain_is_walked() -> None:
    chained = {mapper.class_ for mapper in Base.registry.mappers if hasattr(mapper.class_, "trail_hash")}
    assert set(CHAINS.values()) == chained


def test_rows_of_an_unknown_kind_are_not_passed_over(wangge: Run, settings: Settings) -> None:
    asyncio.run(_live(make_runtime(settings)))
    as_owner(settings, "update trail set subject_kind = 'estate' where subject_kind = 'device'")
    found = wangge("trail", "verify", "--district", HERE)
    assert found.exit_code == 1
    assert "estate: 1 rows of a kind that is not walked" in found.output
