"""Departments that are called: one that does not come in an emergency, one that refuses and is bound."""

import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.people.models import Role
from tests.conftest import Desk, Sit
from tests.issues.acts import assert_problem
from tests.journeys.people import DISTRICT, SECRETARY, STREET, done, seats, see, step, tell
from tests.timeline import live
from tests.whistles.acts import act, arrive, blow, move, report_in_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
BUREAU, WATER = (Role.DEPARTMENT_OFFICER, "chengguan"), (Role.DEPARTMENT_OFFICER, "shuiwu")


async def test_an_emergency_whistle_a_department_misses(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    receipt = await tell(public, "燃气味很重", urgency="emergency", contact={"phone": "13800001234"})
    street, secretary, district, bureau, water = await seats(sit, STREET, SECRETARY, DISTRICT, BUREAU, WATER)
    await step(street, receipt["id"], "take_over", reason="情况紧急")
    whistle = await blow(
        street, receipt["id"], kind="emergency",
        parties=[{"unit": "chengguan", "role": "lead"}, {"unit": "shuiwu", "role": "assist"}],
    )  # fmt: skip
    there, missing = report_in_of(whistle, "chengguan")["id"], report_in_of(whistle, "shuiwu")["id"]
    clock.advance(minutes=12)
    await arrive(bureau, there)
    await live(runtime, clock, minutes=20)
    seen = done(await district.get(f"/whistles/{whistle['id']}"))
    late = next(one for one in seen["report_ins"] if one["id"] == missing)
    assert (late["deemed"], late["escalated_at"] is not None) == (True, True)
    assert seen["supervised_at"] is not None
    done(await act(secretary, whistle["id"], "ratify", note="同意"))
    await complete_late(water, missing)
    done(await move(bureau, there, "finish", text="已关阀通风。"))
    done(await act(bureau, whistle["id"], "submit_work", text="隐患已排除。"))
    done(await act(street, whistle["id"], "verify", text="已排除隐患。", result="solved"))
    done(await public.post(f"/follow/{receipt['follow_token']}/rate", {"verdict": "solved", "satisfaction": 4}))
    closed = done(await act(secretary, whistle["id"], "close"))
    results = {(one["report_in_id"], one["link"], one["result"]) for one in closed["scores"]}
    assert (there, "reported_in", "on_time") in results
    assert (missing, "reported_in", "late") in results
    assert (await see(street, receipt["id"]))["closing"] == "word"


async def complete_late(desk: Desk, report_in: str) -> None:
    """Signed for by the clock; the rest is done by hand."""
    done(await move(desk, report_in, "contact", way="phone"))
    done(await move(desk, report_in, "report_in", name="李工", mode="on_site"))
    done(await move(desk, report_in, "start", text="协助排查。"))
    done(await move(desk, report_in, "finish", text="已协助。"))


async def test_a_refusal_is_decided_by_the_district_and_binds(public: Desk, sit: Sit) -> None:
    receipt = await tell(public, "河道有污水")
    street, district, bureau = await seats(sit, STREET, DISTRICT, BUREAU)
    whistle = await blow(street, receipt["id"], parties=[{"unit": "chengguan", "role": "lead"}])
    report_in = report_in_of(whistle, "chengguan")["id"]
    assert_problem(await move(bureau, report_in, "refuse", reason="非我局职责"), 422, "invalid_field")
    done(
        await move(bureau, report_in, "refuse", ground="not_our_duty", reason="非我局职责", legal_basis="三定方案")
    )
    assert_problem(await move(street, report_in, "bind", reason="-"), 403, "forbidden")
    bound = done(await move(district, report_in, "bind", reason="职责清单第12项"))
    assert bound["bound"] is True
    again = await move(
        bureau, report_in, "refuse", ground="not_our_duty", reason="仍非职责", legal_basis="三定方案"
    )
    assert_problem(again, 409, "bound_already")
    assert bound["state"] == "signed", "bound is as good as signed"
    done(await move(bureau, report_in, "contact", way="phone"))
    done(await move(bureau, report_in, "report_in", name="李工", mode="on_site"))
    done(await move(bureau, report_in, "start", text="开始清理。"))
    done(await move(bureau, report_in, "finish", text="已清理。"))
    done(await act(bureau, whistle["id"], "submit_work", text="已清理。"))
    done(await act(street, whistle["id"], "verify", text="河道已清理。", result="solved"))
    assert (await see(street, receipt["id"]))["state"] == "answered"
