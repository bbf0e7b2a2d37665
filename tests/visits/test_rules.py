"""Plans change by new versions: nobody is asked twice, who opted out stays out, and figures keep their rules."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.figures.coverage import coverage
from app.figures.recounting_visits import differences, recount
from app.figures.schemas import CoverageFilter
from app.grid.models import AreaLevel
from app.people.models import Role
from app.visits.models import VisitTask
from app.worker.housekeeping import plan_day
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import assert_problem
from tests.journeys.people import done
from tests.visits.homes import HERE, needing, visited

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
ALONE = {
    "code": "living_alone_month", "name": "独居老人月访", "care_kind": "living_alone", "period": "month",
    "basis": "区民政局2026年12月通知",
}  # fmt: skip
ADMIN = (Role.DISTRICT_ADMIN, "530114")


async def versions(desk: Desk, code: str = "living_alone_month", **asked: Any) -> list[dict[str, Any]]:
    return [one for one in done(await desk.get("/plan-rules", params=asked)) if one["code"] == code]


async def asked_of(runtime: Runtime, household: UUID) -> list[tuple[date, date, str, str]]:
    """First and last day, state and rule of every task that still stands."""
    query = select(VisitTask).where(VisitTask.household_id == household, VisitTask.state != "cancelled")
    async with system_work(runtime, HERE) as work:
        rows = await work.session.scalars(query.order_by(VisitTask.starts_on))
        return [(row.starts_on, row.ends_on, row.state, str(row.rule_id)) for row in rows]


async def test_the_running_month_keeps_its_rule_and_the_next_has_the_new_one(
    runtime: Runtime, sit: Sit, clock: FixedClock
) -> None:
    admin, worker = await sit(*ADMIN), await sit(Role.GRID_WORKER, town.G1)
    household = await needing(runtime, "living_alone")
    (old,) = await versions(worker)
    new = done(await admin.post("/plan-rules", ALONE | {"period": "week", "ways": ["door"], "grace_days": 1}))
    assert (new["valid_from"], new["ways"], new["kinds"]) == ("2026-12-01", ["door"], ["follow_up", "visit"])
    stand = [(one["id"], one["valid_to"]) for one in await versions(worker)]
    assert stand == [(old["id"], "2026-12-01"), (new["id"], None)]
    await plan_day(runtime, HERE)
    november = (date(2026, 11, 1), date(2026, 11, 30), "open", old["id"])
    assert await asked_of(runtime, household) == [november], "the month after is no longer the old rule's"
    await visited(worker, household, way="phone")

    clock.advance(days=18)  # 8 December: the first week that begins under the new rule is that of the 7th
    await plan_day(runtime, HERE)
    assert await asked_of(runtime, household) == [
        (date(2026, 11, 1), date(2026, 11, 30), "covered", old["id"]),
        (date(2026, 12, 7), date(2026, 12, 13), "open", new["id"]),
        (date(2026, 12, 14), date(2026, 12, 20), "open", new["id"]),
    ]
    assert (await visited(worker, household, way="phone"))["covers"] == 0, "it counts at the door only"
    assert (await visited(worker, household))["covers"] == 1
    async with system_work(runtime, HERE) as work:
        assert await differences(work) == []


async def test_who_opted_out_of_a_plan_is_left_alone_by_its_next_version(
    runtime: Runtime, sit: Sit, clock: FixedClock
) -> None:
    admin, worker = await sit(*ADMIN), await sit(Role.GRID_WORKER, town.G1)
    household, other = [await needing(runtime, "living_alone", room=room) for room in ("501", "502")]
    (old,) = await versions(worker)
    kept = done(await worker.post(f"/households/{household}/opt-outs", {"rule_id": old["id"]}))
    new = done(await admin.post("/plan-rules", ALONE))
    clock.advance(days=14)
    await plan_day(runtime, HERE)
    assert await asked_of(runtime, household) == []
    assert [rule for _, _, _, rule in await asked_of(runtime, other)] == [old["id"], new["id"], new["id"]]
    async with system_work(runtime, HERE) as work:
        day = date(2026, 12, 4)
        again = await recount(work, day, AreaLevel.GRID)
        shown = await coverage(work, CoverageFilter(on=day, level=AreaLevel.GRID), below=0)
    (numbers,) = again.values()
    assert numbers == {"due": 1, "covered": 0, "refused": 0, "overdue": 0, "opted_out": 1}
    assert {(g.area_id, g.rule_id): {part: getattr(g, part) for part in g.rows} for g in shown} == again

    done(await worker.post(f"/opt-outs/{kept['id']}/end"))
    assert {rule for _, _, _, rule in await asked_of(runtime, household)} == {new["id"]}


async def test_what_was_to_come_gives_way_to_what_is_said_later(
    runtime: Runtime, sit: Sit, clock: FixedClock
) -> None:
    admin = await sit(*ADMIN)
    household = await needing(runtime, "living_alone")
    (old,) = await versions(admin)
    first = done(await admin.post("/plan-rules", ALONE | {"valid_from": "2027-01-01"}))
    second = done(await admin.post("/plan-rules", ALONE | {"valid_from": "2026-12-01", "grace_days": 3}))
    stand = [(one["id"], one["valid_from"], one["valid_to"]) for one in await versions(admin)]
    assert stand == [(old["id"], "2026-01-01", "2026-12-01"), (second["id"], "2026-12-01", None)]
    (never,) = [one for one in await versions(admin, past=True) if one["id"] == first["id"]]
    assert never["valid_to"] == never["valid_from"] == "2027-01-01"
    clock.advance(days=45)
    await plan_day(runtime, HERE)
    rules = {rule for starts_on, _, _, rule in await asked_of(runtime, household) if starts_on.year == 2027}
    assert rules == {second["id"]}


async def test_a_plan_that_ends_makes_no_more_tasks(runtime: Runtime, sit: Sit, clock: FixedClock) -> None:
    admin = await sit(*ADMIN)
    household = await needing(runtime, "living_alone")
    (ended,) = done(await admin.post("/plan-rules/end", {"code": "living_alone_month"}))
    assert ended["valid_to"] == "2026-12-01"
    assert await versions(admin), "it holds until then"
    for days in (0, 20):
        clock.advance(days=days)
        await plan_day(runtime, HERE)
        assert [starts_on for starts_on, *_ in await asked_of(runtime, household)] == [date(2026, 11, 1)]
    assert await versions(admin) == []
    assert len(await versions(admin, past=True)) == 1
    assert_problem(await admin.post("/plan-rules/end", {"code": "no_such_plan"}), 404, "not_found")


async def test_a_plan_for_a_kind_of_household_is_the_districts_own(
    runtime: Runtime, sit: Sit, clock: FixedClock
) -> None:
    admin = await sit(*ADMIN)
    household = await needing(runtime, "living_alone")
    tenants = {
        "code": "permanent_week", "name": "常住户周访", "household_kind": "permanent", "period": "week",
        "kinds": ["safety_check"], "basis": "区消防安全专项检查",
    }  # fmt: skip
    made = done(await admin.post("/plan-rules", tenants))
    assert (made["valid_from"], made["grace_days"], made["for_duty"]) == ("2026-11-21", 0, False)
    clock.advance(days=3)
    await plan_day(runtime, HERE)
    asked = [one for one in await asked_of(runtime, household) if one[3] == made["id"]]
    assert [starts_on for starts_on, *_ in asked] == [date(2026, 11, 23), date(2026, 11, 30)]


@pytest.mark.parametrize(("wrong", "code", "field"), [
    ({"valid_from": "2026-11-20"}, "rule_too_early", "valid_from"),
    ({"household_kind": "tenant"}, "two_reaches", "household_kind"),
    ({"hours": 24}, "hours_are_for_once", "hours"),
    ({"period": "week", "grace_days": 7}, "grace_too_long", "grace_days"),
    ({"care_kind": "key_person"}, "unknown_care_kind", "care_kind"),
])  # fmt: skip
async def test_a_plan_that_cannot_be_is_refused(
    sit: Sit, clock: FixedClock, wrong: dict[str, Any], code: str, field: str
) -> None:
    admin = await sit(*ADMIN)
    before = await versions(admin, past=True)
    assert_problem(await admin.post("/plan-rules", ALONE | wrong), 422, code, field)
    assert await versions(admin, past=True) == before
    tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()
    assert (await admin.post("/plan-rules", ALONE | {"valid_from": tomorrow})).status_code == 201
