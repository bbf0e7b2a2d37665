"""Reading, folding, once per event, and when a phone may ring (TRUST 75)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.core.clock import SHANGHAI, FixedClock
from app.core.work import Runtime, system_work
from app.notices.models import Notice
from app.people.models import DutyShift, Role
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, assert_problem, unit_named
from tests.notices.acts import again, altered, happens, notices, quiet_matter

pytestmark = pytest.mark.anyio


async def count(runtime: Runtime) -> int:
    async with system_work(runtime, HERE) as work:
        return await work.session.scalar(select(func.count()).select_from(Notice)) or 0


async def test_the_same_again_takes_the_place_of_what_was_not_read(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    issue = await quiet_matter(public, runtime)
    worker = await sit(Role.GRID_WORKER, town.G1)
    for clock_name in ("solve", "solve", "contact"):
        clock.advance(minutes=1)
        await happens(runtime, issue, "issue_reminded", clock=clock_name, rung="before_due")
    contact, solve = await notices(worker)
    assert (contact["clock"], contact["times"]) == ("contact", 1)
    assert (solve["clock"], solve["times"]) == ("solve", 2)
    assert datetime.fromisoformat(solve["at"]) == clock.now() - timedelta(minutes=1)
    assert (await worker.post(f"/notices/{solve['id']}/read")).json()["read_at"]
    clock.advance(minutes=1)
    await happens(runtime, issue, "issue_reminded", clock="solve", rung="before_due")
    assert [(one["clock"], one["times"], bool(one["read_at"])) for one in await notices(worker)] == [
        ("solve", 1, False), ("contact", 1, False), ("solve", 2, True),
    ]  # fmt: skip


async def test_an_event_delivered_twice_makes_one_notice(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    issue = await quiet_matter(public, runtime)
    first = await happens(runtime, issue, "issue_reworked")
    await again(runtime, first)
    assert await count(runtime) == 2, "the worker and the grid leader"
    clock.advance(minutes=5)
    second = await happens(runtime, issue, "issue_reworked")
    await again(runtime, first)
    await again(runtime, second)
    worker = await sit(Role.GRID_WORKER, town.G1)
    (notice,) = await notices(worker)
    assert notice["times"] == 2
    await worker.post(f"/notices/{notice['id']}/read")
    await again(runtime, second)
    assert await count(runtime) == 2


@pytest.mark.parametrize(
    ("day", "hour", "rings"),
    [
        (20, 10, (20, 10, 0)),  # the office is open
        (20, 12, (20, 13, 30)),  # at noon
        (20, 21, (23, 9, 0)),  # Friday night: on Monday
        (22, 3, (23, 9, 0)),  # nobody at three on Sunday
    ],
)
async def test_nobody_is_rung_at_night(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock, day: int, hour: int, rings: tuple[int, int, int]
) -> None:
    issue = await quiet_matter(public, runtime)
    at = datetime(2026, 11, day, hour, tzinfo=SHANGHAI)
    clock.advance(seconds=(at - clock.now()).total_seconds())
    await happens(runtime, issue, "issue_reworked")
    worker = await sit(Role.GRID_WORKER, town.G1)
    (notice,) = await notices(worker)
    day_, hour_, minute = rings
    assert datetime.fromisoformat(notice["ring_at"]) == datetime(2026, 11, day_, hour_, minute, tzinfo=SHANGHAI)
    said = (await worker.get("/notices/count")).json()
    assert said == {"unread": 1, "ringing": int(hour == 10)}


async def test_an_emergency_and_who_is_on_duty_ring_at_once(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    plain, urgent = await quiet_matter(public, runtime), await quiet_matter(public, runtime)
    await altered(runtime, urgent, urgency="emergency")
    clock.advance(hours=18)  # three in the morning
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    office = await unit_named(runtime, town.WEST)
    async with system_work(runtime, HERE) as work:
        shift = {"id": work.new_id(), "unit_id": office, "post_id": street.post_id, "leader_post_id": None}
        hours = {"starts_at": clock.now() - timedelta(hours=1), "ends_at": clock.now() + timedelta(hours=1)}
        await work.put(DutyShift, [shift | hours | {"phone": None}])
    await happens(runtime, urgent, "issue_reworked")
    await happens(runtime, plain, "issue_supervised")
    worker = await sit(Role.GRID_WORKER, town.G1)
    rings = {one["kind"]: datetime.fromisoformat(one["ring_at"]) for one in await notices(worker)}
    assert rings["reworked"] == clock.now()
    assert rings["supervised"] > clock.now()
    (on_duty,) = await notices(street)
    assert datetime.fromisoformat(on_duty["ring_at"]) == clock.now()


async def test_pages_hold_together_with_the_unread_first(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    worker = await sit(Role.GRID_WORKER, town.G1)
    issue = await quiet_matter(public, runtime)
    for clock_name in ("solve", "contact", "plan", "follow_up", "sign"):
        clock.advance(minutes=1)
        await happens(runtime, issue, "issue_reminded", clock=clock_name, rung="before_due")
    whole = await notices(worker)
    for one in whole[:2]:
        await worker.post(f"/notices/{one['id']}/read")
    found: list[str] = []
    cursor = None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        said = (await worker.get("/notices", params=params)).json()
        found += [one["clock"] for one in said["items"]]
        if (cursor := said["next_cursor"]) is None:
            break
    assert found == ["plan", "contact", "solve", "sign", "follow_up"]
    assert [one["clock"] for one in await notices(worker, unread=True)] == ["plan", "contact", "solve"]
    assert_problem(await worker.get("/notices", params={"cursor": "x"}), 422, "bad_cursor", "cursor")


async def test_a_notice_of_another_post_is_not_found(public: Desk, sit: Sit, runtime: Runtime) -> None:
    issue = await quiet_matter(public, runtime)
    await happens(runtime, issue, "issue_reworked")
    worker = await sit(Role.GRID_WORKER, town.G1)
    (notice,) = await notices(worker)
    for seat in ((Role.DISTRICT_ADMIN, HERE), (Role.STREET_DISPATCHER, town.WEST), (Role.GRID_WORKER, town.G2)):
        assert_problem(await (await sit(*seat)).post(f"/notices/{notice['id']}/read"), 404, "not_found")
    pioneer = await sit(Role.PIONEER, town.B1)
    assert_problem(await pioneer.get("/notices"), 403, "forbidden")
