"""A storm, a wish that cannot be met yet, an order from the hotline, a committee complained of, a tip-off."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.people.actions import add_units
from app.people.models import Role, Seat, Unit, UnitKind
from tests import town
from tests.conftest import Desk, Sit, find_post
from tests.issues.acts import HERE, assert_problem, let_in
from tests.journeys.people import (
    COMMUNITY,
    DISTRICT,
    SECRETARY,
    STREET,
    WORKER,
    acts,
    done,
    say,
    seats,
    see,
    step,
    tell,
)
from tests.timeline import live

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]


async def test_forty_reports_of_one_flooded_estate_become_one_project(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    worker, street, secretary = await seats(sit, WORKER, STREET, SECRETARY)
    receipts = [
        await tell(worker, f"地下车库进水,第{n}户", contact={"phone": f"138000{n:05d}"}, category="e0102")
        for n in range(40)
    ]
    first = await step(street, receipts[0]["id"], "group", name="11月暴雨内涝")
    incident = first["incident_id"]
    for receipt in receipts[1:]:
        await step(street, receipt["id"], "group", incident_id=incident)
    grouped = done(await street.get("/issues", params={"incident": incident, "limit": "100"}))
    assert len(grouped["items"]) == 40
    main, *others = [receipt["id"] for receipt in receipts]
    for other in others:
        await step(street, other, "merge", into=receipts[0]["number"], reason="同一成因")
    seen = await see(street, main)
    assert (seen["words"]["reports"], seen["supervised_at"] is not None) == (40, True)
    await step(worker, main, "accept")
    await step(street, main, "turn_to", kind="project", title="排水管网改造", reason="需立项")
    await step(secretary, main, "hold_open", text="已列入改造项目,完工后再问。", review_on="2027-02-01")
    await live(runtime, clock, days=75)
    await step(street, main, "set_verify_after", on="2027-06-15")
    await step(worker, main, "answer", text="排水管网已改造完成。", result="solved")
    for receipt in receipts:
        page = await say(public, receipt)
    assert page["state"] == "closed"
    assert page["merged_into"] == receipts[0]["number"]
    await live(runtime, clock, days=140)
    asked = await see(street, main)
    assert asked["state"] == "answered", "asked again after the next rain"
    assert asked["words"] == {"reports": 40, "solved": 0, "not_solved": 0}
    page = await say(public, receipts[7], "no")
    assert page["state"] == "handling", "one who stands in water again is enough"


async def test_a_wish_is_explained_held_open_reviewed_and_done_later(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    receipt = await tell(public, "希望加装电梯", type="wish", contact={"phone": "13800001234"})
    worker, secretary = await seats(sit, WORKER, SECRETARY)
    await step(worker, receipt["id"], "accept")
    await step(worker, receipt["id"], "triage", way="cannot_now", note="需业主表决和资金")
    await step(secretary, receipt["id"], "hold_open", text="需业主表决,两个月后复查。", review_on="2027-01-20")
    page = done(await public.get(f"/follow/{receipt['follow_token']}"))
    assert (page["state"], page["review_at"][:10]) == ("held_open", "2027-01-20")
    assert [said["text"] for said in page["replies"]] == ["需业主表决,两个月后复查。"]
    before = (await see(worker, receipt["id"]))["clocks"]
    await live(runtime, clock, days=62)
    seen = await see(worker, receipt["id"])
    assert (seen["state"], seen["holds"]) == ("handling", 1)
    assert "remind" not in acts(seen)[: acts(seen).index("resume")], "no rung rings while it is held open"
    solve = next(one for one in before if one["kind"] == "solve")
    assert solve["paused_at"] is not None
    await step(worker, receipt["id"], "answer", text="业主已表决通过,电梯已开工。", result="interim")
    assert (await say(public, receipt))["state"] == "closed"


async def test_an_order_from_the_hotline_keeps_its_number_and_goes_back_there(public: Desk, sit: Sit) -> None:
    street, worker = await seats(sit, STREET, WORKER)
    receipt = await tell(
        street, "路灯不亮", upstream_number="12345-2026-778", upstream_due="2026-11-24T10:00:00Z",
        contact={"phone": "13800001234"},
    )  # fmt: skip
    seen = await see(street, receipt["id"])
    assert (seen["channel"], seen["upstream_number"]) == ("hotline", "12345-2026-778")
    assert seen["due_at"] == "2026-11-24T10:00:00Z", "the due time of the order, not ours"
    await step(worker, receipt["id"], "accept")
    await step(worker, receipt["id"], "answer", text="路灯已修复。")
    asked = await (await sit(*COMMUNITY)).step(receipt["id"], "revisit", way="phone", reached=False)
    assert_problem(asked, 409, "closed_upstream")
    page = await say(public, receipt)
    assert page["state"] == "answered", "the reporter's word is kept; the order is closed where it came from"
    sent = await step(street, receipt["id"], "submit", text="已修复,请审核。")
    assert sent["state"] == "submitted"
    back = await step(street, receipt["id"], "upstream_return", reason="照片不清")
    assert (back["state"], back["reworks"]) == ("handling", 1)
    await step(worker, receipt["id"], "answer", text="已补充说明。")
    await step(street, receipt["id"], "submit", text="已补充。")
    closed = await step(street, receipt["id"], "upstream_close")
    assert (closed["state"], closed["closing"]) == ("closed", "upstream")
    own = await tell(public, "井盖松动")
    await step(worker, own["id"], "accept")
    assert_problem(await street.step(own["id"], "submit", text="x"), 409, "not_from_upstream")


async def test_an_officer_on_the_accused_committee_neither_sees_nor_handles_it(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    account, post = await find_post(runtime, HERE, *COMMUNITY)
    async with system_work(runtime, HERE) as work:
        await add_units(work, UnitKind.OWNERS_COMMITTEE, [("yeweihui-1", "一号院业委会")])
        unit = await work.session.scalar(select(Unit.id).where(Unit.code == "yeweihui-1"))
        since = work.clock.now() - timedelta(days=30)
        await work.put(Seat, [{"account_id": account, "unit_id": unit, "since": since, "until": None}])
    receipt = await tell(
        public, "业委会账目不公开", area_code=town.C1, place=None, type="complaint", respondent_unit="yeweihui-1"
    )
    assert receipt["holder"]["role"] == "community_secretary"
    assert receipt["holder"]["post_id"] != str(post)
    officer, secretary, street = await seats(sit, COMMUNITY, (Role.COMMUNITY_SECRETARY, town.C1), STREET)
    assert (await officer.get(f"/issues/{receipt['id']}")).status_code == 404
    assert receipt["id"] not in str(done(await officer.get("/issues")))
    refused = await street.step(receipt["id"], "assign", post_id=str(post), reason="分派")
    assert_problem(refused, 422, "post_stands_aside", "post_id")
    await step(secretary, receipt["id"], "accept")
    moved = await step(secretary, receipt["id"], "recuse", reason="与业委会主任有亲属关系")
    assert moved["holder"]["role"] == "street_dispatcher"
    assert (await secretary.get(f"/issues/{receipt['id']}")).status_code == 404
    answered = await step(street, receipt["id"], "accept")
    assert answered["state"] == "handling"
    (district,) = await seats(sit, DISTRICT)
    await step(district, receipt["id"], "recuse", reason="曾任该业委会顾问")
    assert (await district.get(f"/issues/{receipt['id']}")).status_code == 404, "the whole district but this one"
    assert receipt["id"] not in str(done(await district.get("/issues")))
    assert done(await district.get("/issues"))["items"] == []
    other = await tell(public, "路灯不亮")
    assert (await see(district, other["id"]))["id"] == other["id"]


async def test_a_confidential_tip_off_never_reaches_the_unit_it_is_about(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    original = "城管局某中队收取摊贩好处费,我在学海路口卖水果"
    receipt = await tell(
        public, original, type="tipoff", confidential=True, respondent_unit="chengguan", category="e0102",
        contact={"name": "王芳", "phone": "13800001234"},
    )  # fmt: skip
    assert receipt["holder"]["role"] == "street_dispatcher"
    accused, worker, street, district = await seats(
        sit, (Role.DEPARTMENT_OFFICER, "chengguan"), WORKER, STREET, DISTRICT
    )
    await let_in(runtime, receipt["id"], "chengguan")  # even a mistaken invitation shows nothing to the accused
    assert (await accused.get(f"/issues/{receipt['id']}")).status_code == 404
    seen = await see(worker, receipt["id"])
    for hidden in (original, "王", "1234", "学海路口"):
        assert hidden not in str(seen)
    assert (seen["lon"], seen["reporter"], seen["edited"]) == (None, None, True)
    assert original[:6] not in str(done(await worker.get("/issues")))
    assert done(await worker.get("/issues", params={"q": "好处费"}))["items"] == []
    assert_problem(await street.step(receipt["id"], "transfer", to="纪检", reason="移送"), 409, "copy_missing")
    await step(street, receipt["id"], "edit_copy", text="有群众反映执法人员收费不规范。")
    assert (await see(worker, receipt["id"]))["text"] == "有群众反映执法人员收费不规范。"
    done(await street.post(f"/issues/{receipt['id']}/reporter", {"purpose": "代为联系核实"}))
    await step(street, receipt["id"], "relay_contact", way="phone", words="反映人补充:每周一上午。")
    page = done(await public.get(f"/follow/{receipt['follow_token']}"))
    assert page["identity_opened"] == 1, "the reporter sees how often they were named"
    sent = await step(district, receipt["id"], "transfer", to="区纪委监委", reason="属纪检职责")
    assert sent["state"] == "transferred"
    closed = await step(district, receipt["id"], "confirm_transfer", number="JW-3", text="已移送,由其答复。")
    assert closed["closing"] == "transferred"
