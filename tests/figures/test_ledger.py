"""The hourly sums: exact, once an hour whoever writes, and nobody late without an owner (TRUST 78)."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from app.core.clock import FixedClock
from app.core.files import PhotoStore
from app.core.settings import Settings
from app.core.work import Runtime, system_work
from app.figures.models import Ledger
from app.people.models import Post, Role
from app.worker.housekeeping import add_up
from app.worker.loop import Worker
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit
from tests.figures.acts import changed, matter
from tests.issues.acts import HERE, assert_problem, raised, vacate

pytestmark = pytest.mark.anyio


async def rows(runtime: Runtime) -> int:
    async with system_work(runtime, HERE) as work:
        return await work.session.scalar(select(func.count()).select_from(Ledger)) or 0


async def test_two_workers_write_one_row_an_hour(
    public: Desk, runtime: Runtime, clock: FixedClock, settings: Settings
) -> None:
    await raised(public)
    wrote = await asyncio.gather(*(add_up(runtime, HERE) for _ in range(4)))
    assert sum(wrote) == 1
    clock.advance(minutes=59)
    assert await add_up(runtime, HERE) is False, "also after a restart"
    clock.advance(minutes=1)
    workers = [Worker(runtime, PhotoStore(settings.data_dir / "photos")) for _ in range(2)]
    await asyncio.gather(*(worker._add_up() for worker in workers))
    assert await rows(runtime) == 2


async def test_what_was_accepted_is_open_settled_or_refused_with_notice(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    desk = await sit(Role.STREET_DISPATCHER, town.WEST)
    first, second, gone, refused = [await raised(public) for _ in range(4)]
    await matter(public, runtime)
    done = await desk.step(second["id"], "merge", into=first["number"], reason="同一问题")
    assert done.status_code == 200, done.text
    assert (await public.post(f"/follow/{gone['follow_token']}/withdraw", {})).status_code == 200
    told = await desk.step(refused["id"], "not_accept", reason="beyond_duty", text="请向法院起诉。")
    assert told.status_code == 200, told.text
    await add_up(runtime, HERE)
    supervisor = await sit(Role.DISTRICT_SUPERVISOR, HERE)
    (line,) = (await supervisor.get("/figures/ledger")).json()["items"]
    sums = {name: line[name] for name in ("accepted", "open", "closed", "refused", "merged", "withdrawn")}
    assert sums == {"accepted": 5, "open": 1, "closed": 1, "refused": 1, "merged": 1, "withdrawn": 1}
    assert (line["difference"], line["late"], line["ownerless"], line["oldest_id"]) == (0, 0, 0, None)


async def test_a_refusal_without_notice_shows_as_a_difference(public: Desk, sit: Sit, runtime: Runtime) -> None:
    await matter(public, runtime, state="not_accepted", closing=None)
    await add_up(runtime, HERE)
    auditor = await sit(Role.AUDITOR, HERE)
    (line,) = (await auditor.get("/figures/ledger")).json()["items"]
    assert (line["accepted"], line["refused"], line["difference"]) == (1, 0, 1)


async def test_late_without_a_living_owner_is_listed_and_the_district_is_told(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    """Held by a post that ended, on an empty desk's list, and, harmless, on a staffed one."""
    held, listed, staffed = [UUID((await raised(public, place))["id"]) for place in
                             (town.IN_B1, town.IN_FIELD, town.IN_G2)]  # fmt: skip
    await changed(runtime, listed, holder_id=None)
    await changed(runtime, staffed, holder_id=None)
    await vacate(runtime, (Role.STREET_DISPATCHER, town.EAST))
    worker = await sit(Role.GRID_WORKER, town.G1)
    clock.advance(days=30)
    async with system_work(runtime, HERE) as work:
        ended = update(Post).where(Post.id == worker.post_id).values(valid_to=clock.now())
        await work.session.execute(ended)
    clock.advance(hours=1)
    for _ in range(2):
        assert await add_up(runtime, HERE)
        await drain(runtime, HERE)
        clock.advance(hours=1)
    supervisor = await sit(Role.DISTRICT_SUPERVISOR, HERE)
    line, before = (await supervisor.get("/figures/ledger")).json()["items"]
    assert (line["late"], line["ownerless"]) == (3, 2)
    assert line["oldest_id"] == before["oldest_id"]
    assert line["oldest_minutes"] == before["oldest_minutes"] + 60
    found = (await supervisor.get("/supervision", params={"list": "ownerless"})).json()["items"]
    assert {one["id"] for one in found} == {str(held), str(listed)}
    notices = (await supervisor.get("/notices", params={"unread": True})).json()["items"]
    (notice,) = [one for one in notices if one["kind"] == "owners_missing"]
    assert notice["times"] == 2


async def test_the_ledger_is_the_districts_and_is_read_page_by_page(
    sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    for _ in range(5):
        await add_up(runtime, HERE)
        clock.advance(hours=1)
    street = await sit(Role.STREET_SECRETARY, town.WEST)
    assert_problem(await street.get("/figures/ledger"), 403, "forbidden")
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    found: list[str] = []
    cursor = None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        said = (await admin.get("/figures/ledger", params=params)).json()
        found += [line["hour"] for line in said["items"]]
        if (cursor := said["next_cursor"]) is None:
            break
    assert len(found) == len(set(found)) == 5
    assert found == sorted(found, reverse=True)
    assert_problem(await admin.get("/figures/ledger", params={"cursor": "WyJ4Il0"}), 422, "bad_cursor", "cursor")
