"""Whoever has to move a whistle on has a clock and is told; silence ends on the district's list (CASES 2.3)."""

from typing import Any

import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import assert_problem
from tests.timeline import live
from tests.whistles.acts import ASSIST, LEAD, Town, act, arrive, blow, complete, give, move, ok, report_in_of
from tests.whistles.test_waits import steps_of

pytestmark = pytest.mark.anyio
DAY = 24
NO = {"ground": "not_our_duty", "reason": "不属本局职责", "legal_basis": "三定方案第三条"}
DONE = {"text": "已完成", "result": "solved"}


@pytest.fixture
async def people(sit: Sit, public: Desk, runtime: Runtime) -> Town:
    return await Town(sit, public, runtime).open()


async def told(desk: Desk) -> set[tuple[str, str | None]]:
    """Kind and clock of what a desk was told."""
    items = ok(await desk.get("/notices", params={"limit": 100}))["items"]
    return {(one["kind"], one["clock"]) for one in items}


async def after(people: Town, clock: FixedClock, whistle: str, **by: float) -> dict[str, Any]:
    """The whistle when that much time has passed, each clock at its own time."""
    await live(people.runtime, clock, **by)
    await people.open()
    return ok(await people.district.get(f"/whistles/{whistle}"))


async def test_a_street_that_does_not_look_is_told_and_then_supervised(people: Town, clock: FixedClock) -> None:
    whistle = (await blow(people.street, parties=[LEAD]))["id"]
    report_in = ok(await people.street.get(f"/whistles/{whistle}"))["report_ins"][0]["id"]
    await complete(people.lead, report_in)
    ok(await act(people.lead, whistle, "submit_work", text="已完成"))
    await people.ring()
    assert ("whistle_submitted", None) in await told(people.street)
    seen = await after(people, clock, whistle, days=3, hours=12)  # Friday to Monday night: one working day
    assert seen["supervised_at"] is None
    assert ("whistle_waits", "whistle_check") in await told(people.street)
    assert ok(await people.district.get("/whistles", params={"supervised": True}))["items"] == []
    seen = await after(people, clock, whistle, days=2)
    assert seen["supervised_at"] is not None
    (line,) = ok(await people.district.get("/whistles", params={"supervised": True}))["items"]
    assert line["id"] == whistle  # a whistle without an issue, too


@pytest.mark.parametrize("until", ["finish", "verify"])
async def test_nobody_submits_or_nobody_closes(people: Town, clock: FixedClock, until: str) -> None:
    whistle = (await blow(people.street, parties=[LEAD]))["id"]
    report_in = ok(await people.street.get(f"/whistles/{whistle}"))["report_ins"][0]["id"]
    await complete(people.lead, report_in)
    if until == "verify":
        ok(await act(people.lead, whistle, "submit_work", text="已完成"))
        ok(await act(people.street, whistle, "verify", **DONE))
    seen = await after(people, clock, whistle, days=6)
    assert seen["supervised_at"] is not None
    assert ("whistle_waits", "whistle_check") in await told(people.street)


async def test_a_street_whose_units_are_at_work_is_not_waited_for(people: Town, clock: FixedClock) -> None:
    whistle = await blow(people.street, parties=[LEAD, ASSIST])
    await complete(people.lead, report_in_of(whistle, "chengguan")["id"])
    await arrive(people.assist, report_in_of(whistle, "shuiwu")["id"])
    seen = await after(people, clock, whistle["id"], days=6)
    assert seen["supervised_at"] is None
    assert "remind" not in await steps_of(people.runtime, whistle["id"])


async def test_what_was_raised_waits_for_the_district(people: Town, clock: FixedClock) -> None:
    whistle = (await blow(people.street, parties=[LEAD]))["id"]
    await arrive(people.lead, ok(await people.street.get(f"/whistles/{whistle}"))["report_ins"][0]["id"])
    ok(await act(people.street, whistle, "raise_to_district", reason="协调不成"))
    await after(people, clock, whistle, days=3, hours=12)
    assert ("whistle_waits", "raised") in await told(people.district)
    assert ("whistle_waits", "raised") not in await told(people.street)
    await after(people, clock, whistle, days=3)
    assert (await steps_of(people.runtime, whistle)).count("supervise") == 1
    ok(await act(people.district, whistle, "hand_back", reason="已协调"))
    await after(people, clock, whistle, days=6)
    assert (await steps_of(people.runtime, whistle)).count("supervise") == 1
    asked = await blow(people.community, (await people.issue())["id"])
    seen = await after(people, clock, asked["id"], days=5)
    assert (seen["state"], seen["supervised_at"] is not None) == ("raised_to_district", True)


async def test_a_disputed_arrival_waits_for_the_district(people: Town, clock: FixedClock) -> None:
    whistle = await blow(people.street, parties=[LEAD])
    report_in = report_in_of(whistle, "chengguan")["id"]
    await arrive(people.lead, report_in)
    ok(await move(people.street, report_in, "dispute_arrival", reason="无人到场"))
    await people.ring()
    assert ("arrival_disputed", None) in await told(people.district)
    seen = await after(people, clock, whistle["id"], days=4)
    assert seen["supervised_at"] is not None
    assert ("settlement_overdue", "settle") in await told(people.district)


async def test_an_appeal_is_told_to_the_district_which_decides(people: Town, clock: FixedClock) -> None:
    whistle = (await blow(people.street, parties=[LEAD]))["id"]
    await complete(people.lead, ok(await people.street.get(f"/whistles/{whistle}"))["report_ins"][0]["id"])
    ok(await act(people.lead, whistle, "submit_work", text="已完成"))
    ok(await act(people.street, whistle, "verify", **DONE))
    ok(await act(people.street, whistle, "close"))
    rated = ok(await act(people.street, whistle, "rate_party", unit="chengguan", stars=2, reason="收尾慢"))
    score = next(one["id"] for one in rated["scores"] if one["link"] == "rating")
    ok(await act(people.lead, whistle, "appeal_score", score_id=score, reason="有记录"))
    await people.ring()
    assert ("score_appealed", None) in await told(people.district)
    await after(people, clock, whistle, days=8)
    assert ("whistle_waits", "score_appeal") in await told(people.district)
    assert ("whistle_waits", "score_appeal") not in await told(people.street)


@pytest.mark.parametrize("bound_by", ["district", "city"])
async def test_a_whistle_without_a_lead_waits_for_its_street(
    people: Town, clock: FixedClock, bound_by: str
) -> None:
    whistle = await blow(people.street, parties=[{**LEAD, "bound_by": bound_by}])
    report_in = report_in_of(whistle, "chengguan")["id"]
    ok(await move(people.lead, report_in, "refuse", **NO))
    name, said = ("release", {}) if bound_by == "district" else ("refer", {"regulator": "市轨道集团"})
    ok(await move(people.district, report_in, name, reason="异议成立", **said))
    await people.ring()
    kind = "unit_released" if bound_by == "district" else "unit_referred"
    assert (kind, None) in await told(people.street)
    assert (kind, None) in await told(people.lead)
    seen = await after(people, clock, whistle["id"], days=6)
    assert seen["supervised_at"] is not None
    assert ("whistle_waits", "whistle_check") in await told(people.street)
    ok(await act(people.street, whistle["id"], "add_party", unit="shuiwu", role="lead"))
    reminded = (await steps_of(people.runtime, whistle["id"])).count("remind")
    await after(people, clock, whistle["id"], days=6)
    assert (await steps_of(people.runtime, whistle["id"])).count("remind") == reminded


async def test_a_lead_that_was_released_submits_nothing_and_owes_nothing(people: Town) -> None:
    whistle = await blow(people.street, parties=[LEAD, ASSIST])
    lead, assist = report_in_of(whistle, "chengguan")["id"], report_in_of(whistle, "shuiwu")["id"]
    await arrive(people.assist, assist)
    task = await give(people.street, whistle["id"], "chengguan")
    ok(await move(people.lead, lead, "refuse", **NO))
    ok(await move(people.district, lead, "release", reason="异议成立"))
    assert_problem(await act(people.lead, whistle["id"], "submit_work", text="已完成"), 403, "not_own_unit")
    seen = ok(await people.street.get(f"/whistles/{whistle['id']}"))["tasks"]
    assert [(one["state"], one["unit"]["code"]) for one in seen] == [("open", town.WEST)]
    assert_problem(await people.lead.post(f"/tasks/{task['id']}/done", {}), 403, "not_own_unit")
    path, said = f"/tasks/{task['id']}/reassign", {"unit": "chengguan", "reason": "改派"}
    assert_problem(await people.street.post(path, said), 404, "unit_not_called")
    assert ok(await people.street.post(path, said | {"unit": "shuiwu"}))["unit"]["code"] == "shuiwu"
    assert ok(await people.assist.post(f"/tasks/{task['id']}/done", {}))["state"] == "done"


async def test_a_task_held_open_is_open_again_by_itself_also_after_the_end(
    people: Town, clock: FixedClock
) -> None:
    """The permanent toilet: the whistle has closed with the mobile one, the task comes back on its day."""
    whistle = await blow(people.street, parties=[LEAD])
    await arrive(people.lead, report_in_of(whistle, "chengguan")["id"])
    task = await give(people.street, whistle["id"], "chengguan")
    ok(await move(people.lead, report_in_of(whistle, "chengguan")["id"], "stage_report", text="选址中"))
    path, held = f"/tasks/{task['id']}", {"reason": "选址公示"}
    ok(await people.street.post(f"{path}/hold", held | {"review_on": "2026-12-01"}))
    seen = await after(people, clock, whistle["id"], days=12)
    assert [one["state"] for one in seen["tasks"]] == ["open"]
    ok(await people.street.post(f"{path}/hold", held | {"review_on": "2026-12-31"}))
    ok(await move(people.lead, report_in_of(whistle, "chengguan")["id"], "finish", text="移动公厕已启用"))
    ok(await act(people.lead, whistle["id"], "submit_work", text="已启用"))
    ok(await act(people.street, whistle["id"], "verify", text="已启用", result="interim"))
    assert ok(await act(people.street, whistle["id"], "close"))["state"] == "closed"
    seen = await after(people, clock, whistle["id"], days=31)
    assert [one["state"] for one in seen["tasks"]] == ["open"]
    assert {("task_taken_up", "review")} <= await told(people.street) & await told(people.lead)
    await after(people, clock, whistle["id"], days=14)
    assert ("overdue", "task") in await told(people.street)
    ok(await people.street.post(f"{path}/hold", held | {"review_on": "2027-03-01"}))
    ok(await people.street.post(f"{path}/take_up", {}))
    fourth = held | {"review_on": "2027-03-01"}
    assert_problem(await people.street.post(f"{path}/hold", fourth), 409, "held_too_often")
    ok(await people.district.post(f"{path}/hold", fourth))
