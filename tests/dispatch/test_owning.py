"""Objections are decided by another person of another unit, then nobody returns it again (DOMAIN R1.5)."""

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.dispatch import owning
from app.dispatch.models import WorkOrder
from app.issues.models import Issue
from app.people.models import Role
from app.worker.turns import catch_up, drain
from tests import town
from tests.conftest import Desk, Sit
from tests.dispatch.desks import (
    assert_chains,
    clocks,
    contacted,
    dispatch,
    dispatched,
    listed,
    objected,
    ok,
    orders,
    row_of,
    seats,
    step,
)
from tests.issues.acts import HERE, assert_problem, jpeg, raised, unit_named

pytestmark = pytest.mark.anyio

CHOSEN = {"reason": "依据职责清单"}


async def test_the_objector_goes_on_meanwhile_and_the_residents_clock_never_stops(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    who = await seats(sit)
    receipt, (lead,) = await dispatched(public, who.street)
    said = await objected(who.officer, lead)
    assert (said["state"], said["allowed_steps"]) == ("objected", ["contact_meanwhile"])
    assert set(await clocks(runtime, lead)) == {"order_contact", "order_solve", "arbiter"}
    await ok(who.officer, lead, "contact_meanwhile", way="secured", note="已设置围挡")
    assert set(await clocks(runtime, lead)) == {"order_solve", "arbiter"}
    page = (await who.street.get(f"/issues/{receipt['id']}")).json()
    assert {clock["kind"] for clock in page["clocks"] if clock["ended_at"] is None} == {"solve"}


async def test_the_same_unit_is_designated_and_bound(public: Desk, sit: Sit, runtime: Runtime) -> None:
    who = await seats(sit)
    _, (lead,) = await dispatched(public, who.street)
    await objected(who.officer, lead)
    kept = await ok(who.supervisor, lead, "designate", lead_unit="chengguan", **CHOSEN)
    assert (kept["state"], kept["binding"], kept["wrong_owner"]) == ("signed", True, False)
    answer = await step(who.officer, lead, "object", ground="not_our_area", evidence="再议")
    assert_problem(answer, 409, "order_is_binding")
    assert_problem(
        await step(who.admin, lead, "designate", lead_unit="shuiwu", **CHOSEN), 409, "nothing_to_decide"
    )
    assert "arbiter" not in await clocks(runtime, lead)
    await ok(who.officer, lead, "contact", way="door")
    await ok(who.officer, lead, "finish", text="已办")
    await assert_chains(runtime)


async def test_another_unit_is_designated_by_a_binding_order(public: Desk, sit: Sit, runtime: Runtime) -> None:
    who = await seats(sit)
    receipt, (lead, helper) = await dispatched(public, who.street, assist=["shuiwu"])
    await objected(who.officer, lead)
    gone = await ok(who.supervisor, lead, "designate", lead_unit="shuiwu", **CHOSEN)
    assert (gone["state"], gone["wrong_owner"]) == ("released", True)
    (after,) = await orders(who.street, receipt["id"])  # who assisted leads now, with one order
    assert (after["binding"], after["role"], after["unit_id"]) == (True, "lead", helper["unit_id"])
    issue = (await who.water.get(f"/issues/{receipt['id']}")).json()
    assert issue["state"] == "dispatched"
    assert await clocks(runtime, lead) == {}
    await ok(who.water, after, "sign")
    answer = await step(who.water, after, "object", ground="not_our_area", evidence="也不是")
    assert_problem(answer, 409, "order_is_binding")
    assert_problem(await step(who.officer, lead, "sign"), 409, "wrong_state")
    await assert_chains(runtime)


async def test_neither_dispatcher_nor_objector_nor_their_units_decide(public: Desk, sit: Sit) -> None:
    who = await seats(sit)
    _, (by_street,) = await dispatched(public, who.street)
    await objected(who.officer, by_street)
    answer = await step(who.secretary, by_street, "designate", lead_unit="chengguan", **CHOSEN)
    assert_problem(answer, 403, "own_decision")  # another person, but of the dispatcher's office
    _, (by_district,) = await dispatched(public, who.supervisor)
    await objected(who.officer, by_district)
    answer = await step(who.supervisor, by_district, "designate", lead_unit="chengguan", **CHOSEN)
    assert_problem(answer, 403, "own_decision")
    answer = await step(who.secretary, by_district, "designate", lead_unit="chengguan", **CHOSEN)
    assert_problem(answer, 403, "not_under_street", "lead_unit")
    await ok(who.admin, by_district, "designate", lead_unit="chengguan", **CHOSEN)


async def test_the_street_secretary_decides_between_communities_of_the_street(public: Desk, sit: Sit) -> None:
    who = await seats(sit)
    receipt, (lead,) = await dispatched(public, who.supervisor, town.C1)
    await objected(who.community, lead)
    answer = await step(who.secretary, lead, "designate", lead_unit="shuiwu", **CHOSEN)
    assert_problem(answer, 403, "not_under_street")
    await ok(who.secretary, lead, "designate", lead_unit=town.C2, **CHOSEN)
    neighbours = await sit(Role.COMMUNITY_OFFICER, town.C2)
    (after,) = await orders(neighbours, receipt["id"])
    await ok(neighbours, after, "sign")


async def test_the_catalogue_binds_the_arbiter_too(public: Desk, sit: Sit, runtime: Runtime) -> None:
    await listed(runtime, not_to_community=True)
    who = await seats(sit)
    _, (lead,) = await dispatched(public, who.street, category="e0102")
    await objected(who.officer, lead)
    answer = await step(who.supervisor, lead, "designate", lead_unit=town.C1, **CHOSEN)
    assert_problem(answer, 422, "community_may_not_lead")
    assert_problem(await step(who.supervisor, lead, "designate", lead_unit="none", **CHOSEN), 422, "unknown_unit")
    assert (await row_of(runtime, lead)).state == "objected"


async def test_a_silent_arbiter_leaves_the_interim_lead_bound_and_the_leaders_know(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    who = await seats(sit)
    receipt, (lead,) = await dispatched(public, who.street)
    await objected(who.officer, lead)
    clock.advance(days=3, hours=10)  # Friday to Monday night
    await catch_up(runtime, HERE)
    await drain(runtime, HERE)
    who = await seats(sit)
    said = (await who.officer.get(f"/orders/{lead['id']}")).json()
    assert said["state"] == "signed"
    silent = [act for act in said["trail"] if act["step"] == "bind_meanwhile"]
    assert [act["detail"] for act in silent] == [{"late": ["arbiter"]}]
    async with system_work(runtime, HERE) as work:
        issue = await work.session.get_one(Issue, UUID(receipt["id"]))
    assert issue.supervised_at is not None
    answer = await step(who.officer, lead, "object", ground="not_our_area", evidence="再议")
    assert_problem(answer, 409, "objected_before")
    await ok(who.officer, lead, "contact", way="phone")
    decided = await ok(who.supervisor, lead, "designate", lead_unit="chengguan", **CHOSEN)
    assert (decided["state"], decided["binding"]) == ("handling", True)  # what it has begun goes on
    assert "arbiter" in decided["trail"][-1]["detail"]["late"]
    await assert_chains(runtime)


async def test_three_hops_are_supervised_without_anybody_asking(public: Desk, sit: Sit, runtime: Runtime) -> None:
    who = await seats(sit)
    receipt = await raised(public, town.IN_B1)
    for hop in range(3):
        async with system_work(runtime, HERE) as work:
            issue = await work.session.get_one(Issue, UUID(receipt["id"]))
        assert (issue.hops, issue.supervised_at) == (hop, None)
        await dispatch(who.street, receipt["id"], ("chengguan", "shuiwu")[hop % 2])
        await who.street.step(receipt["id"], "recall", reason="改派")
    async with system_work(runtime, HERE) as work:
        issue = await work.session.get_one(Issue, UUID(receipt["id"]))
    assert (issue.hops, issue.supervised_at is not None) == (3, True)


async def test_a_dissolved_unit_leaves_nothing_behind(public: Desk, sit: Sit, runtime: Runtime) -> None:
    who = await seats(sit)
    led, (lead, helper) = await dispatched(public, who.street, assist=["shuiwu"])
    assisted, (other, theirs) = await dispatched(public, who.street, "shuiwu", ["chengguan"])
    await contacted(who.officer, lead)
    waiting, (paused,) = await dispatched(public, who.street, contact={"name": "王芳", "phone": "13800001234"})
    answer = await who.officer.step(waiting["id"], "request_info", text="请补充位置")
    assert answer.status_code == 200, answer.text
    unit = await unit_named(runtime, "chengguan")
    async with system_work(runtime, HERE) as work:
        assert await owning.dissolve_unit(work, unit) == 3
    states = [(await row_of(runtime, order)).state for order in (lead, helper, other, theirs, paused)]
    assert states == ["released", "issued", "issued", "released", "released"]
    assert (await who.street.get(f"/issues/{led['id']}")).json()["state"] == "handling"
    assert (await who.street.get(f"/issues/{assisted['id']}")).json()["state"] == "dispatched"
    await drain(runtime, HERE)
    await who.street.step(waiting["id"], "go_on")
    await drain(runtime, HERE)
    assert (await who.street.get(f"/issues/{waiting['id']}")).json()["state"] == "handling"
    receipt = await raised(public, town.IN_B1)
    answer = await who.street.step(receipt["id"], "dispatch", lead_unit="chengguan", reason="职责")
    assert_problem(answer, 422, "unknown_unit")
    async with system_work(runtime, HERE) as work:
        open_there = select(WorkOrder.id).where(WorkOrder.unit_id == unit, WorkOrder.finished_at.is_(None))
        assert (await work.session.scalars(open_there)).all() == []
    await assert_chains(runtime)


async def test_the_terms_are_known_before_and_evidence_is_shown_with_the_objection(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    who = await seats(sit)
    _, (lead,) = await dispatched(public, who.street)
    terms = (await who.officer.get(f"/orders/{lead['id']}/objection")).json()
    until = (await row_of(runtime, lead)).object_until
    assert until is not None
    assert datetime.fromisoformat(terms["until"]) == until
    assert terms["deciders"] == ["district_supervisor", "district_admin"], "never the office that dispatched it"
    path, photo = f"/orders/{lead['id']}/evidence", {"photos": ("a.jpg", jpeg(8, 8), "image/jpeg")}
    assert_problem(await who.street.call("POST", path, files=photo), 403, "not_units_order")
    same = {"Idempotency-Key": "evidence-0123456789abcdef"}
    shown = [await who.officer.call("POST", path, files=photo, headers=same) for _ in "ab"]
    assert [one.status_code for one in shown] == [201, 201]
    said = await objected(who.officer, lead, legal_basis="区政府三定方案第三条")
    (one,) = (await who.supervisor.get(path)).json()
    assert (await who.supervisor.get(f"{path}/{one['id']}")).headers["content-type"] == "image/jpeg"
    page = (await who.supervisor.get(f"/issues/{said['issue_id']}")).json()
    assert any("三定方案第三条" in remark["text"] for remark in page["remarks"])
    await ok(who.supervisor, lead, "designate", lead_unit="chengguan", **CHOSEN)
    assert_problem(await who.officer.call("POST", path, files=photo), 409, "nothing_objected")
