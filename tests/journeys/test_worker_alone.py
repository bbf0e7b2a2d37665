"""Matters a grid worker settles alone: a pipe answered on the spot, and one that burst where nobody lives."""

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.grid.models import Dwelling, DwellingUse
from app.grid.queries import get_area
from app.issues.counting import recount
from app.issues.models import Issue
from app.people.models import Role
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit, report
from tests.issues.acts import HERE, assert_problem
from tests.journeys.people import COMMUNITY, LEADER, WORKER, acts, done, say, seats, see, step, tell

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]


async def test_a_leaking_pipe_is_answered_on_the_spot(public: Desk, sit: Sit, clock: FixedClock) -> None:
    receipt = await tell(public, "楼道水管漏水", contact={"phone": "13800001234"}, type="help")
    (worker,) = await seats(sit, WORKER)
    clock.advance(minutes=8)
    await step(worker, receipt["id"], "accept")
    await step(worker, receipt["id"], "triage", way="answer_now")
    clock.advance(minutes=12)
    await step(worker, receipt["id"], "contact", way="door", note="已到现场")
    seen = await step(worker, receipt["id"], "answer", text="已更换水阀,不再漏水。", result="solved")
    clocks = {one["kind"]: one for one in seen["clocks"]}
    assert (clocks["sign"]["late"], clocks["contact"]["late"], clocks["solve"]["late"]) == (False, False, False)
    assert clocks["solve"]["ended_at"] is not None
    page = await say(public, receipt)
    assert page["state"] == "closed"
    assert acts(await see(worker, receipt["id"])) == [
        "raise", "assign", "accept", "triage", "contact", "answer", "rate", "close",
    ]  # fmt: skip


async def test_a_pipe_that_burst_in_an_empty_dwelling_is_one_form(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    async with system_work(runtime, HERE) as work:
        area = await get_area(work, town.B1)
        door = {
            "id": work.new_id(), "area_id": area.id,
            "street_id": area.street_id, "community_id": area.community_id,
            "grid_id": area.grid_id, "building_group_id": area.building_group_id, "estate_id": None, "code": None,
            "building": "1", "entrance": "2", "room": "301", "use": DwellingUse.EMPTY, "point": None,
            "since": clock.now(),
        }  # fmt: skip
        await work.put(Dwelling, [door])
    worker, leader, desk = await seats(sit, WORKER, LEADER, COMMUNITY)
    found = report(
        type="finding", channel="patrol", dwelling_id=str(door["id"]), fixed_on_spot="已关闭总阀,联系产权人。",
        text="空置房水管冻裂,水流至楼下",
    )  # fmt: skip
    receipt = done(await worker.post("/issues", found))
    assert receipt["state"] == "closed"
    seen = await see(desk, receipt["id"])
    assert (seen["outcome"], seen["closing"]) == ("fixed_on_spot", "on_spot")
    assert seen["place"]["chain"][-1]["code"] == town.B1
    assert acts(seen) == ["raise", "assign", "fix_on_spot"]
    assert_problem(await worker.step(receipt["id"], "check_sample", confirmed=True), 403, "forbidden")
    checked = await step(leader, receipt["id"], "check_sample", confirmed=True, note="已看过,阀门已关")
    assert "check_sample" in acts(checked)
    stranger = await public.post("/issues", {**found, "district": HERE})
    assert_problem(stranger, 422, "for_staff")
    await drain(runtime, HERE)
    async with system_work(runtime, HERE) as work:
        assert sum(row["closed"] for row in await recount(work)) == 1


async def test_only_ones_own_finding_is_closed_on_the_spot(public: Desk, sit: Sit, runtime: Runtime) -> None:
    receipt = await tell(public, "楼道灯不亮", contact={"phone": "13800001234"})
    (worker,) = await seats(sit, WORKER)
    refused = await worker.step(receipt["id"], "fix_on_spot", text="已修")
    assert_problem(refused, 403, "not_own_finding")
    other = done(await worker.post("/issues", report(town.IN_B1, type="finding", text="井盖松动")))
    elsewhere = await sit(Role.GRID_LEADER, town.G1)
    assert_problem(await elsewhere.step(other["id"], "fix_on_spot", text="已修"), 403, "not_own_finding")
    assert (await step(worker, other["id"], "fix_on_spot", text="已固定井盖"))["state"] == "closed"
    async with system_work(runtime, HERE) as work:
        assert await work.session.scalar(select(Issue.closing).where(Issue.id == other["id"])) == "on_spot"
