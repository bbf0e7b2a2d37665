"""The department's lists: whose turn, what and where, which clock ends next in words; undoing a slip (I1, I3)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.clocks.models import Wait
from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.dispatch.desks import dispatch, dispatched
from tests.issues.acts import HERE, raised
from tests.whistles.acts import Town, blow, complete, give, move, ok, report_in_of

pytestmark = pytest.mark.anyio


async def orders(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await desk.get("/orders"))["items"]
    return found


async def report_ins(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(await desk.get("/report-ins"))["items"]
    return found


async def step(desk: Desk, order: str, name: str, **said: Any) -> Any:
    return await desk.post(f"/orders/{order}/steps/{name}", said)


async def test_an_order_says_what_where_and_which_clock_ends_next(
    public: Desk, sit: Sit, clock: FixedClock
) -> None:
    street, officer = await sit(Role.STREET_DISPATCHER, town.WEST), await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    issue, (lead, *_) = await dispatched(public, street, place_text="韶光街口")
    (line,) = await orders(officer)
    assert (line["number"], line["place"], line["turn"], line["may_sign"]) == (
        issue["number"], "韶光街口", "to_sign", True,
    )  # fmt: skip
    assert line["what"].startswith("路口没有公共厕所")
    assert (line["clock"]["kind"], line["clock"]["zh"]) == ("order_sign", "单位签收 剩2时")
    assert line["clock"]["en"] == "unit signs: 2 h left"
    clock.advance(minutes=30)
    assert (await orders(officer))[0]["clock"]["zh"] == "单位签收 剩1时30分"
    ok(await step(officer, lead["id"], "sign"))
    (line,) = await orders(officer)
    assert (line["turn"], line["may_sign"], line["clock"]["kind"]) == ("in_hand", False, "order_contact")
    clock.advance(days=3)
    assert (await orders(await sit(Role.DEPARTMENT_OFFICER, "chengguan")))[0]["clock"]["late"]


async def test_a_confidential_order_shows_the_edited_copy_and_no_place(public: Desk, sit: Sit) -> None:
    street, officer = await sit(Role.STREET_DISPATCHER, town.WEST), await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    issue = await raised(public, confidential=True, text="三栋老赵违建", place_text="我家门口")
    ok(await street.step(issue["id"], "edit_copy", text="某栋疑似违建"))
    await dispatch(street, issue["id"], "chengguan")
    (line,) = await orders(officer)
    assert (line["what"], line["place"]) == ("某栋疑似违建", "1栋")


async def test_an_objection_waits_for_others_once_the_reporter_was_reached(public: Desk, sit: Sit) -> None:
    street, officer = await sit(Role.STREET_DISPATCHER, town.WEST), await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    _, (lead, *_) = await dispatched(public, street)
    ok(await step(officer, lead["id"], "object", ground="not_our_duty", evidence="依据三定方案"))
    (line,) = await orders(officer)
    assert (line["turn"], line["clock"]["kind"]) == ("in_hand", "order_contact")
    ok(await step(officer, lead["id"], "contact_meanwhile", way="phone"))
    (line,) = await orders(officer)
    assert (line["turn"], line["clock"]["kind"]) == ("waiting", "arbiter")


async def test_a_signing_of_an_order_is_undone_within_two_minutes(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    street, officer = await sit(Role.STREET_DISPATCHER, town.WEST), await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    _, (lead, *_) = await dispatched(public, street)
    before = (await orders(officer))[0]["clock"]
    assert "unsign" in ok(await step(officer, lead["id"], "sign"))["allowed_steps"]
    clock.advance(seconds=100)
    undone = ok(await step(officer, lead["id"], "unsign"))
    assert (undone["state"], undone["signed_at"]) == ("issued", None)
    (line,) = await orders(officer)
    assert (line["turn"], line["clock"]["due_at"]) == ("to_sign", before["due_at"])
    async with system_work(runtime, HERE) as work:
        mine = select(Wait).where(Wait.kind == "order_sign")
        (wait,) = await work.session.scalars(mine)
    assert wait.ended_at is None
    assert wait.wake_at is not None
    ok(await step(officer, lead["id"], "sign"))
    clock.advance(seconds=121)
    late = await step(officer, lead["id"], "unsign")
    assert (late.status_code, late.json()["code"]) == (409, "order_signed_for_good")
    assert "unsign" not in ok(await officer.get(f"/orders/{lead['id']}"))["allowed_steps"]


@pytest.fixture
async def seats(sit: Sit, public: Desk, runtime: Runtime) -> Town:
    return await Town(sit, public, runtime).open()


async def test_a_report_in_says_what_where_and_which_clock_ends_next(seats: Town, clock: FixedClock) -> None:
    whistle = await blow(seats.street)
    (line,) = await report_ins(seats.lead)
    assert (line["number"], line["title"], line["place"]) == (whistle["number"], "路口缺少公共厕所", "三岔口社区")
    assert (line["turn"], line["may_sign"], line["clock"]["zh"]) == ("to_sign", True, "报到签收 剩1时")
    ok(await move(seats.lead, line["id"], "sign"))
    (line,) = await report_ins(seats.lead)
    assert (line["turn"], line["clock"]["kind"]) == ("in_hand", "ri_contact")
    soon = (clock.now() + timedelta(hours=2)).isoformat()
    await give(seats.street, whistle["id"], "chengguan", soon)
    assert (await report_ins(seats.lead))[0]["clock"]["kind"] == "task"


async def test_a_unit_that_is_done_waits_for_the_street(seats: Town) -> None:
    whistle = await blow(seats.street)
    await complete(seats.lead, report_in_of(whistle, "chengguan")["id"])
    (line,) = await report_ins(seats.lead)
    assert line["turn"] == "waiting"


async def test_a_signing_of_a_report_in_is_undone_within_two_minutes(seats: Town, clock: FixedClock) -> None:
    whistle = await blow(seats.street)
    report_in = report_in_of(whistle, "chengguan")["id"]
    due = (await report_ins(seats.lead))[0]["clock"]["due_at"]
    ok(await move(seats.lead, report_in, "sign"))
    clock.advance(seconds=119)
    assert (await move(seats.assist, report_in, "unsign")).json()["code"] == "not_own_unit"
    assert ok(await move(seats.lead, report_in, "unsign"))["state"] == "notified"
    assert (await report_ins(seats.lead))[0]["clock"]["due_at"] == due
    ok(await move(seats.lead, report_in, "sign"))
    clock.advance(seconds=121)
    assert (await move(seats.lead, report_in, "unsign")).json()["code"] == "signed_for_good"


async def test_a_signing_that_was_only_deemed_cannot_be_undone(seats: Town) -> None:
    whistle = await blow(seats.street)
    await seats.ring(hours=1)
    report_in = report_in_of(whistle, "chengguan")["id"]
    assert "unsign" not in ok(await seats.lead.get(f"/report-ins/{report_in}"))["allowed_steps"]
    assert (await move(seats.lead, report_in, "unsign")).status_code == 409


async def test_the_new_due_date_is_shown_before_more_time_is_asked_for(public: Desk, sit: Sit) -> None:
    street, officer = await sit(Role.STREET_DISPATCHER, town.WEST), await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    issue, _ = await dispatched(public, street)
    said = ok(await officer.get(f"/issues/{issue['id']}/extension-options"))
    assert (said["granted"], said["most"]) == (0, 2)
    assert [one["days"] for one in said["options"]] == [1, 3, 5, 10]
    assert said["options"][0]["zh"] == "11月30日(周一)17:30"  # Friday the 27th and one working day
    asked = await officer.step(issue["id"], "ask_extension", until=said["options"][0]["until"], reason="等配件")
    assert asked.status_code in (200, 403), asked.text
