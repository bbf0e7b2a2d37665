"""A month of visits: a need is noted, the worker calls, finds something, is refused; the month is counted."""

import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.people.models import Role
from app.worker.housekeeping import plan_day, rehome
from tests import town
from tests.conftest import Sit, find_post
from tests.visits.homes import HERE, end_post, needing, visited

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]


async def test_from_a_need_to_the_months_figures(runtime: Runtime, sit: Sit, clock: FixedClock) -> None:
    alone = [await needing(runtime, "living_alone", room=str(100 + place)) for place in range(12)]
    worker, leader = await sit(Role.GRID_WORKER, town.G1), await sit(Role.GRID_LEADER, town.G1)

    due = (await worker.get("/visits/due")).json()["items"]
    assert {line["household_id"] for line in due} == set(map(str, alone))

    met = await visited(worker, alone[0], note="燃气软管老化")
    raised = await worker.post(f"/visits/{met['id']}/issue", {"text": "独居老人家燃气软管老化,请更换。"})
    assert raised.status_code == 201, raised.text
    await visited(worker, alone[1], result="not_home")
    await visited(worker, alone[2], result="refused")
    for household in alone[3:9]:
        await visited(worker, household, way="phone")
    assert (await worker.post(f"/households/{alone[9]}/opt-outs", {})).status_code == 201

    _, officer = await find_post(runtime, HERE, Role.DEPARTMENT_OFFICER, "chengguan")
    given = await leader.post("/duties", {"post_id": str(officer), "household_id": str(alone[1])})
    assert given.status_code == 201, given.text
    desk = await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    (own,) = (await desk.get("/visits/due")).json()["items"]
    assert own["household_id"] == str(alone[1])

    clock.advance(days=12)  # 2 December: one call of the last evening arrives late
    await plan_day(runtime, HERE)
    await visited(worker, alone[10], occurred_at="2026-11-30T20:00:00+08:00")
    clock.advance(days=5)
    await plan_day(runtime, HERE)
    (november,) = [
        group for group in (await leader.get("/visits/coverage", params={"on": "2026-11-15"})).json()
        if group["rule"] == "独居老人月访"
    ]  # fmt: skip
    numbers = {name: november[name] for name in ("due", "covered", "refused", "overdue", "opted_out")}
    assert numbers == {"due": 11, "covered": 8, "refused": 1, "overdue": 2, "opted_out": 1}

    await end_post(runtime, officer)
    assert await rehome(runtime, HERE) == 1
    mine = [line for line in (await worker.get("/visits/due")).json()["items"] if line["of_duty"]]
    assert [(line["household_id"], line["group"]) for line in mine] == [(str(alone[1]), "overdue")]

    sheet = await leader.get("/visits.xlsx", params={"from": "2026-11-01", "to": "2026-11-30"})
    assert sheet.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert len((await leader.get("/visits", params={"to": "2026-11-30"})).json()["items"]) == 10
