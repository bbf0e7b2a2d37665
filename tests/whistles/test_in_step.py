"""A whistle and the issues behind it stay in step; what is undecided is not closed over (R2.4-R2.6, CASES 2.3)."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.clocks.models import Wait
from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.dispatch import owning
from app.people.models import Role
from app.whistles.letting_go import dismiss_unit
from app.whistles.models import WhistleKind
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit
from tests.dispatch import desks
from tests.issues.acts import HERE, assert_problem, unit_named
from tests.whistles.acts import ASSIST, LEAD, Town, act, arrive, blow, complete, give, move, ok, report_in_of
from tests.whistles.test_turns import after, told

pytestmark = pytest.mark.anyio
DAY = 24
DONE = {"text": "已完成", "result": "interim"}
NO = {"ground": "not_our_duty", "reason": "不属本局职责", "legal_basis": "三定方案第三条"}
WHY = {"reason": "说明"}


@pytest.fixture
async def people(sit: Sit, public: Desk, runtime: Runtime) -> Town:
    return await Town(sit, public, runtime).open()


async def state_of(people: Town, issue: str) -> str:
    return str(ok(await people.street.get(f"/issues/{issue}"))["state"])


async def verified(people: Town, whistle: str, report_in: str) -> None:
    await complete(people.lead, report_in)
    ok(await act(people.lead, whistle, "submit_work", text="已完成"))
    ok(await act(people.street, whistle, "verify", **DONE))


async def test_cancelling_the_last_that_was_waited_for_sends_the_answer_that_is_there(people: Town) -> None:
    issue = await people.issue()
    first = await blow(people.street, issue["id"], parties=[LEAD])
    second = await blow(people.street, issue["id"], parties=[{**ASSIST, "role": "lead"}])
    await verified(people, first["id"], report_in_of(first, "chengguan")["id"])
    assert await state_of(people, issue["id"]) == "whistled"
    ok(await act(people.street, second["id"], "cancel", **WHY))
    answered = ok(await people.street.get(f"/issues/{issue['id']}"))
    assert (answered["state"], answered["outcome"]) == ("answered", "interim")
    assert ok(await act(people.street, first["id"], "close"))["state"] == "closed"


async def test_what_the_reporters_were_asked_about_goes_back_by_their_word_only(people: Town) -> None:
    issue = await people.issue()
    whistle = await blow(people.street, issue["id"], parties=[LEAD])
    await verified(people, whistle["id"], report_in_of(whistle, "chengguan")["id"])
    assert_problem(await act(people.street, whistle["id"], "return_for_rework", **WHY), 409, "reporters_asked")
    assert await state_of(people, issue["id"]) == "answered"
    plain = await blow(people.street, parties=[LEAD])
    await verified(people, plain["id"], report_in_of(plain, "chengguan")["id"])
    again = ok(await act(people.street, plain["id"], "return_for_rework", **WHY))
    assert report_in_of(again, "chengguan")["state"] == "working"
    await people.ring()
    assert ("unit_recalled", None) in await told(people.lead)


async def test_it_does_not_close_over_what_the_district_owes_a_unit(people: Town) -> None:
    whistle = await blow(people.street, parties=[LEAD, ASSIST])
    refusing = report_in_of(whistle, "shuiwu")["id"]
    ok(await move(people.assist, refusing, "refuse", **NO))
    await verified(people, whistle["id"], report_in_of(whistle, "chengguan")["id"])
    assert_problem(await act(people.street, whistle["id"], "close"), 409, "undecided")
    ok(await move(people.district, refusing, "bind", **WHY))
    ok(await move(people.assist, refusing, "report_in", name="李工", mode="on_site"))
    ok(await move(people.street, refusing, "dispute_arrival", **WHY))
    assert_problem(await act(people.street, whistle["id"], "close"), 409, "undecided")
    ok(await move(people.district, refusing, "settle_arrival", came=True, **WHY))
    closed = ok(await act(people.street, whistle["id"], "close"))
    links = {
        score["link"]
        for score in closed["scores"]
        if score["unit_id"] == report_in_of(closed, "shuiwu")["unit"]["id"]
    }
    assert links == {"signed", "contacted", "reported_in"}  # for the rest there was time left


def contact_of(report_in: dict[str, Any]) -> tuple[str, str]:
    """When the contact was made, and how that is judged."""
    return next((link["done_at"], link["result"]) for link in report_in["links"] if link["link"] == "contacted")


async def test_contact_in_time_stays_in_time_after_a_refusal(people: Town) -> None:
    whistle = await blow(people.street, parties=[LEAD])
    report_in = report_in_of(whistle, "chengguan")["id"]
    ok(await move(people.lead, report_in, "sign"))
    first = contact_of(ok(await move(people.lead, report_in, "contact", way="phone")))
    ok(await move(people.lead, report_in, "refuse", **NO))
    await people.ring(hours=DAY * 3)
    ok(await move(people.district, report_in, "bind", **WHY))
    assert contact_of(ok(await move(people.lead, report_in, "contact", way="phone"))) == first


async def test_a_whistle_takes_the_matter_from_its_lead_and_from_who_never_signed(people: Town) -> None:
    unsigned, led = await people.issue(), await people.issue()
    await desks.dispatch(people.street, led["id"], "chengguan")
    for issue in (unsigned, led):
        whistle = await blow(people.secretary, issue["id"], parties=[{**ASSIST, "role": "lead"}])
        await drain(people.runtime, HERE)
        ok(await act(people.secretary, whistle["id"], "cancel", **WHY))
        await drain(people.runtime, HERE)
        back = ok(await people.street.get(f"/issues/{issue['id']}"))
        assert (back["state"], back["lead_unit_id"]) == ("handling", None)
    mine = ok(await people.secretary.get("/issues", params={"mine": True}))["items"]
    assert [line["id"] for line in mine] == [unsigned["id"]]
    assert ("whistle_over", None) in await told(people.secretary)
    assert ("whistle_over", None) not in await told(people.lead)


async def test_a_dissolved_unit_leaves_its_whistles_to_their_street(people: Town, clock: FixedClock) -> None:
    asked = await blow(
        people.community,
        (await people.issue())["id"],
        parties=[{**ASSIST, "role": "lead"}, LEAD | {"role": "assist"}],
    )
    whistle = await blow(people.street, parties=[{**ASSIST, "role": "lead"}, {"unit": "chengguan"}])
    await arrive(people.assist, report_in_of(whistle, "shuiwu")["id"])
    await give(people.street, whistle["id"], "shuiwu")
    unit = await unit_named(people.runtime, "shuiwu")
    async with system_work(people.runtime, HERE) as work:
        assert await owning.dissolve_unit(work, unit) == 0
        assert await dismiss_unit(work, unit) == 1
    seen = ok(await people.street.get(f"/whistles/{whistle['id']}"))
    assert report_in_of(seen, "shuiwu")["outcome"] == "dismissed"
    assert [one["unit"]["code"] for one in seen["tasks"]] == [town.WEST]
    async with system_work(people.runtime, HERE) as work:
        left = select(Wait.kind).where(Wait.unit_id == unit, Wait.ended_at.is_(None))
        assert list(await work.session.scalars(left)) == []
    assert_problem(await act(people.street, asked["id"], "confirm"), 422, "one_lead")
    parties = [{"unit": "chengguan", "role": "lead"}]
    assert len(ok(await act(people.street, asked["id"], "confirm", parties=parties))["report_ins"]) == 1
    later = await after(people, clock, whistle["id"], days=6)
    assert later["supervised_at"] is not None
    assert ("unit_dissolved", None) in await told(people.street)


async def test_a_unit_dissolved_before_it_was_told_can_be_let_go(people: Town) -> None:
    whistle = await blow(people.street, parties=[LEAD, ASSIST])
    unit = await unit_named(people.runtime, "shuiwu")
    async with system_work(people.runtime, HERE) as work:
        await owning.dissolve_unit(work, unit)
    gone = ok(await act(people.street, whistle["id"], "release_party", unit="shuiwu", **WHY))
    assert report_in_of(gone, "shuiwu")["state"] == "released"


async def test_a_no_to_the_answer_of_a_dissolved_unit_brings_the_matter_to_the_desk(
    people: Town, public: Desk, sit: Sit
) -> None:
    who = await desks.seats(sit)
    receipt, (order,) = await desks.dispatched(public, who.street)
    await desks.contacted(who.officer, order)
    await desks.ok(who.officer, order, "finish", text="已办")
    async with system_work(people.runtime, HERE) as work:
        await owning.dissolve_unit(work, await unit_named(people.runtime, "chengguan"))
    said = {"verdict": "not_solved", "satisfaction": 1}
    ok(await public.post(f"/follow/{receipt['follow_token']}/rate", said))
    await drain(people.runtime, HERE)
    back = ok(await who.street.get(f"/issues/{receipt['id']}"))
    assert (back["state"], back["lead_unit_id"]) == ("handling", None)
    assert (await desks.row_of(people.runtime, order)).state == "recalled"


async def test_an_emergency_asked_for_at_night_does_not_wait_for_monday(people: Town, clock: FixedClock) -> None:
    clock.advance(hours=12)  # nine on Friday evening
    await people.open()
    plain = await blow(people.community, (await people.issue())["id"])
    urgent = await blow(people.community, (await people.issue())["id"], kind="emergency")
    await after(people, clock, urgent["id"], minutes=31)
    assert ("whistle_waits", "whistle_confirm") in await told(people.street)
    changed = ok(await act(people.street, plain["id"], "change_kind", kind="emergency", **WHY))
    assert changed["state"] == "requested"
    async with system_work(people.runtime, HERE) as work:
        mine = (Wait.subject_id == UUID(plain["id"]), Wait.ended_at.is_(None))
        (wait,) = (await work.session.scalars(select(Wait).where(*mine))).all()
    assert (wait.due_at - wait.since).total_seconds() == 30 * 60


async def test_an_emergency_by_a_change_of_kind_is_ratified_too(people: Town, clock: FixedClock) -> None:
    plain, quiet = [await blow(people.street, parties=[LEAD]) for _ in range(2)]
    for whistle in (plain, quiet):
        ok(await act(people.street, whistle["id"], "change_kind", kind="emergency", **WHY))
    ok(await act(people.street, quiet["id"], "change_kind", kind="joint", **WHY))
    for whistle in (plain, quiet):
        await arrive(people.lead, report_in_of(whistle, "chengguan")["id"])
    assert (await after(people, clock, plain["id"], days=5))["supervised_at"] is not None
    assert ok(await people.district.get(f"/whistles/{quiet['id']}"))["supervised_at"] is None


async def test_a_kind_that_needs_the_secretary_is_not_blown_by_a_dispatcher(people: Town) -> None:
    async with system_work(people.runtime, HERE) as work:
        kind = (await work.session.scalars(select(WhistleKind).where(WhistleKind.code == "tough"))).one()
        kind.roles = [str(Role.STREET_DISPATCHER), str(Role.STREET_SECRETARY)]
        await work.session.flush()
    joint = await blow(people.street, parties=[LEAD])
    said = {"kind": "tough", **WHY}
    assert_problem(await act(people.street, joint["id"], "change_kind", **said), 403, "may_not_blow")
    assert ok(await act(people.secretary, joint["id"], "change_kind", **said))["kind"] == "tough"


async def test_everybody_called_hears_that_it_was_cancelled(people: Town) -> None:
    asked = await blow(people.community, (await people.issue())["id"])
    whistle = ok(await act(people.street, asked["id"], "confirm"))
    await complete(people.lead, report_in_of(whistle, "chengguan")["id"])
    ok(await act(people.street, whistle["id"], "cancel", **WHY))
    await people.ring()
    for desk in (people.lead, people.assist, people.community):
        assert ("whistle_cancelled", None) in await told(desk)
    other = await blow(people.street, parties=[LEAD, ASSIST])
    ok(await act(people.street, other["id"], "release_party", unit="shuiwu", **WHY))
    await people.ring()
    assert ("unit_dismissed", None) in await told(people.assist)
