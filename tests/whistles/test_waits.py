"""Who acts when nobody does: every clock of a whistle (CASES 2.3)."""

import pytest
from sqlalchemy import select

from app.clocks.models import Wait
from app.core.audit import Trail
from app.core.work import Runtime, system_work
from app.worker.turns import catch_up
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, assert_problem
from tests.whistles.acts import LEAD, Town, act, arrive, blow, complete, give, move, ok, report_in_of

pytestmark = pytest.mark.anyio
DAY = 24


@pytest.fixture
async def people(sit: Sit, public: Desk, runtime: Runtime) -> Town:
    return await Town(sit, public, runtime).open()


async def steps_of(runtime: Runtime, subject: str) -> list[str]:
    async with system_work(runtime, HERE) as work:
        query = select(Trail.step).where(Trail.subject_id == subject).order_by(Trail.seq)
        return list(await work.session.scalars(query))


async def test_an_emergency_nobody_comes_to_goes_to_the_district(people: Town) -> None:
    """Half an hour to sign, contact and arrive; the lateness is kept in the score."""
    whistle = await blow(people.street, kind="emergency", parties=[LEAD])
    report_in = report_in_of(whistle, "chengguan")["id"]
    await people.ring(minutes=29)
    assert "escalate" not in await steps_of(people.runtime, report_in)
    await people.ring(minutes=2)
    assert {"deem_sign", "escalate"} <= set(await steps_of(people.runtime, report_in))
    missed = ok(await people.district.get(f"/whistles/{whistle['id']}"))
    assert missed["supervised_at"] is not None
    assert report_in_of(missed, "chengguan")["deemed"] is True
    assert {link["result"] for link in report_in_of(missed, "chengguan")["links"]} == {"late", "never", None}
    ok(await move(people.lead, report_in, "report_in", name="李工", mode="on_site"))
    ok(await move(people.lead, report_in, "finish", text="险情已排除"))
    ok(await act(people.lead, whistle["id"], "submit_work", text="险情已排除"))
    ok(await act(people.street, whistle["id"], "verify", text="已排除", result="solved"))
    closed = ok(await act(people.street, whistle["id"], "close"))
    found = {score["link"]: score["result"] for score in closed["scores"]}
    assert found == {"signed": "late", "contacted": "late", "reported_in": "late", "finished": "on_time"}


async def test_an_emergency_is_ratified_by_the_secretary(people: Town) -> None:
    whistle = await blow(people.street, kind="emergency", parties=[LEAD])
    assert_problem(await act(people.street, whistle["id"], "ratify"), 403, "forbidden")
    assert ok(await act(people.secretary, whistle["id"], "ratify"))["ratified_at"]
    assert_problem(await act(people.secretary, whistle["id"], "ratify"), 409, "nothing_to_ratify")
    other = await blow(people.street, kind="emergency", parties=[LEAD])
    for one in (whistle, other):
        await arrive(people.lead, report_in_of(one, "chengguan")["id"])
    await people.ring(hours=DAY * 4)
    assert "supervise" not in await steps_of(people.runtime, whistle["id"])
    assert "supervise" in await steps_of(people.runtime, other["id"])


async def test_silence_counts_as_signing_exactly_once(people: Town) -> None:
    whistle = await blow(people.street, parties=[LEAD])
    report_in = report_in_of(whistle, "chengguan")["id"]
    await people.ring(minutes=61)
    for _ in range(3):
        await catch_up(people.runtime, HERE)
    assert (await steps_of(people.runtime, report_in)).count("deem_sign") == 1
    assert_problem(await move(people.lead, report_in, "sign"), 409, "wrong_state")
    ok(await move(people.lead, report_in, "contact", way="phone"))


async def test_who_signs_in_time_is_not_deemed_to_have(people: Town) -> None:
    whistle = await blow(people.street, parties=[LEAD])
    report_in = report_in_of(whistle, "chengguan")["id"]
    ok(await move(people.lead, report_in, "sign"))
    await people.ring(minutes=90)
    assert await steps_of(people.runtime, report_in) == ["notify", "sign"]


async def test_a_silent_street_is_passed_over(people: Town) -> None:
    """Two working hours, then the secretary is told; two more, then the district has it and may blow it."""
    issue = await people.issue()
    asked = await blow(people.community, issue["id"])
    await people.ring(hours=2, minutes=1)  # eleven in the morning
    assert await steps_of(people.runtime, asked["id"]) == ["request", "remind"]
    await people.ring(hours=3, minutes=30)  # half past two: the noon break does not count
    raised = ok(await people.district.get(f"/whistles/{asked['id']}"))
    assert raised["state"] == "raised_to_district"
    assert ok(await act(people.district, asked["id"], "confirm"))["state"] == "blown"


async def test_a_refusal_nobody_decides_on_is_supervised_and_the_unit_stays_called(people: Town) -> None:
    whistle = await blow(people.street, parties=[LEAD])
    report_in = report_in_of(whistle, "chengguan")["id"]
    ok(
        await move(
            people.lead, report_in, "refuse", ground="not_our_duty", reason="不属本局", legal_basis="三定方案"
        )
    )
    await people.ring(hours=DAY * 4)
    seen = ok(await people.district.get(f"/whistles/{whistle['id']}"))
    assert seen["supervised_at"] is not None
    assert (await steps_of(people.runtime, report_in)).count("overdue_designation") == 1
    assert report_in_of(seen, "chengguan")["state"] == "refused"
    assert ok(await people.lead.get(f"/whistles/{whistle['id']}"))["id"] == whistle["id"]


async def test_held_open_goes_on_by_itself_with_what_was_left(people: Town) -> None:
    whistle = await blow(people.street, parties=[LEAD])
    await arrive(people.lead, report_in_of(whistle, "chengguan")["id"])
    said = {"review_on": "2026-12-21", "reason": "选址公示"}
    assert_problem(await act(people.street, whistle["id"], "hold_open", **said), 403, "same_person")
    late = {"review_on": "2027-06-01", "reason": "选址公示"}
    assert_problem(await act(people.secretary, whistle["id"], "hold_open", **late), 422, "held_too_long")
    assert ok(await act(people.secretary, whistle["id"], "hold_open", **said))["state"] == "held_open"
    await people.ring(hours=DAY * 29)
    assert ok(await people.street.get(f"/whistles/{whistle['id']}"))["state"] == "held_open"
    await people.ring(hours=DAY * 3)
    again = ok(await people.street.get(f"/whistles/{whistle['id']}"))
    assert again["state"] == "joint_handling"
    assert report_in_of(again, "chengguan")["links"][-1]["result"] is None  # the limit was put off with it


async def test_a_task_that_is_late_rings_and_one_that_is_done_does_not(people: Town) -> None:
    whistle = await blow(people.street, parties=[LEAD])
    await arrive(people.lead, report_in_of(whistle, "chengguan")["id"])
    late, done = [await give(people.street, whistle["id"], "chengguan", "2026-11-24T09:00:00Z") for _ in range(2)]
    ok(await people.lead.post(f"/tasks/{done['id']}/done", {}))
    await people.ring(hours=DAY * 14)
    assert (await steps_of(people.runtime, late["id"])).count("remind") == 4
    assert await steps_of(people.runtime, done["id"]) == ["give", "done"]


async def test_no_clock_runs_on_when_a_whistle_is_over(people: Town) -> None:
    kept, gone = [await blow(people.street, parties=[LEAD]) for _ in range(2)]
    report_in = report_in_of(kept, "chengguan")["id"]
    await complete(people.lead, report_in)
    ok(await act(people.lead, kept["id"], "submit_work", text="完成"))
    ok(await act(people.street, kept["id"], "verify", text="完成", result="solved"))
    ok(await act(people.street, kept["id"], "close"))
    ok(await act(people.street, gone["id"], "cancel", reason="误吹"))
    async with system_work(people.runtime, HERE) as work:
        running = await work.session.scalars(select(Wait.kind).where(Wait.ended_at.is_(None)))
        assert list(running) == []
