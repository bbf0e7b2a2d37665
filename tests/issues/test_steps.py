"""The steps after raising: who, from where, with what effect on row, trail and outbox (DESIGN 9.5)."""

from typing import Any
from uuid import UUID

import anyio
import pytest
from sqlalchemy import select

from app.core.audit import Trail, verify
from app.core.clock import FixedClock
from app.core.outbox import Outbox
from app.core.work import Runtime, system_work
from app.issues.models import Issue
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit, find_post
from tests.issues.acts import HERE, assert_problem, away, raised, rows, vacate

pytestmark = pytest.mark.anyio


async def assert_one_chain(runtime: Runtime) -> None:
    """State changes, trail rows and events are equally many, and every chain holds (TRUST 38)."""
    async with system_work(runtime, HERE) as work:
        found = [one async for one in verify(work.session, "issue", Issue)]
        acts = [tuple(row) for row in await work.session.execute(select(Trail.subject_id, Trail.seq))]
        events = [tuple(row) for row in await work.session.execute(select(Outbox.subject_id, Outbox.seq))]
        versions = await work.session.scalars(select(Issue.version))
    assert found == [len(acts)]
    assert sorted(acts) == sorted(events)
    assert sum(versions) == len(acts)


async def test_the_dispatcher_places_a_lost_report_and_it_is_routed_at_once(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    lost = await raised(public, town.FAR_AWAY)
    admin = await sit(Role.DISTRICT_SUPERVISOR, HERE)
    worker = await sit(Role.GRID_WORKER, town.G1)
    assert (await worker.get(f"/issues/{lost['id']}")).status_code == 404
    answer = await admin.step(
        lost["id"], "locate", point=town.point(town.IN_B1), reason="电话核实", expected_version=1
    )
    said = answer.json()
    assert (said["state"], said["version"], said["place"]["placement"]) == ("assigned", 3, "placed")
    assert said["holder"]["post_id"] == str(worker.post_id)
    assert (said["lon"], said["lat"]) == town.IN_B1
    assert [act["step"] for act in said["trail"]] == ["raise", "locate", "assign"]
    assert said["remarks"][0]["text"] == "电话核实"
    assert "电话核实" not in str(said["trail"])
    assert (await worker.get(f"/issues/{lost['id']}")).status_code == 200
    assert lost["id"] not in str((await admin.get("/issues", params={"desk": "unplaced"})).json())
    await assert_one_chain(runtime)


async def test_placing_anew_moves_it_out_of_the_old_grids_sight(public: Desk, sit: Sit, runtime: Runtime) -> None:
    receipt = await raised(public, town.IN_B1)
    old, new = await sit(Role.GRID_WORKER, town.G1), await sit(Role.GRID_WORKER, town.FIELD)
    await old.step(receipt["id"], "accept")
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    moved = await admin.step(receipt["id"], "locate", point=town.point(town.IN_FIELD), reason="位置有误")
    assert moved.json()["state"] == "assigned", "the new holder has to accept anew"
    assert (await old.get(f"/issues/{receipt['id']}")).status_code == 404
    assert (await new.step(receipt["id"], "accept")).status_code == 200
    await assert_one_chain(runtime)


async def test_a_desk_may_send_it_to_ground_it_does_not_see(public: Desk, sit: Sit, runtime: Runtime) -> None:
    receipt = await raised(public, town.IN_FIELD)
    east, west = await sit(Role.STREET_DISPATCHER, town.EAST), await sit(Role.STREET_DISPATCHER, town.WEST)
    moved = await east.step(receipt["id"], "locate", point=town.point(town.IN_B1), reason="属乌龙街道")
    assert moved.status_code == 200, moved.text
    assert moved.json()["place"]["chain"][-1]["code"] == town.B1
    assert (await east.get(f"/issues/{receipt['id']}")).status_code == 404
    assert (await west.get(f"/issues/{receipt['id']}")).json()["lon"] == town.IN_B1[0]
    await assert_one_chain(runtime)


async def test_placing_within_the_same_hands_changes_no_holder(public: Desk, sit: Sit) -> None:
    receipt = await raised(public, town.IN_B1)
    worker, street = await sit(Role.GRID_WORKER, town.G1), await sit(Role.STREET_DISPATCHER, town.WEST)
    await worker.step(receipt["id"], "accept")
    said = (await street.step(receipt["id"], "locate", point=town.point(town.IN_B2), reason="在二栋")).json()
    assert (said["state"], said["holder"]["post_id"]) == ("handling", str(worker.post_id))
    assert [act["step"] for act in said["trail"]] == ["raise", "assign", "accept", "locate"]
    assert said["place"]["chain"][-1]["code"] == town.B2


async def test_a_place_nobody_serves_takes_it_from_its_old_holder(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    receipt = await raised(public, town.IN_B1)
    street = await sit(Role.STREET_SECRETARY, town.WEST)
    everybody = [
        (Role.GRID_WORKER, town.G2),
        (Role.COMMUNITY_OFFICER, town.C1),
        (Role.COMMUNITY_SECRETARY, town.C1),
    ]
    everybody += [
        (Role.STREET_DISPATCHER, town.WEST),
        (Role.DISTRICT_SUPERVISOR, HERE),
        (Role.DISTRICT_ADMIN, HERE),
    ]
    await vacate(runtime, *everybody)
    await away(runtime, Role.STREET_SECRETARY, town.WEST)
    said = (await street.step(receipt["id"], "locate", point=town.point(town.IN_G2), reason="在二网格")).json()
    assert said["holder"] is None
    line = (await street.get("/issues", params={"desk": "unassigned"})).json()["items"]
    assert [one["id"] for one in line] == [receipt["id"]]
    assert line[0]["holder_id"] is None


async def test_a_place_outside_everything_is_refused_with_the_nearest_grid(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    receipt = await raised(public, town.IN_B1)
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    before = await rows(runtime)
    answer = await admin.step(receipt["id"], "locate", point=town.point(town.FAR_AWAY), reason="核实")
    said = assert_problem(answer, 422, "outside_any_area", "point")
    assert said["data"]["nearest"] == "村民一组"
    for bad, code, field in (
        ({}, "nothing_to_locate_by", "point"),
        ({"area_code": "nowhere"}, "unknown_area", "area_code"),
        ({"point": {"lon": 24.8, "lat": 102.8}}, "axes_swapped", "point"),
        ({"point": town.point(town.IN_B1, accuracy_m=5000)}, "accuracy_too_wide", "point.accuracy_m"),
    ):
        assert_problem(await admin.step(receipt["id"], "locate", reason="核实", **bad), 422, code, field)
    assert await rows(runtime) == before


async def test_assigning_is_to_a_post_on_above_or_inside_its_ground(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    receipt = await raised(public, town.IN_B1)
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    allowed = [(Role.GRID_LEADER, town.G1), (Role.BUILDING_LEADER, town.B1), (Role.COMMUNITY_OFFICER, town.C1),
               (Role.DISTRICT_ADMIN, HERE)]  # fmt: skip
    refused = [(Role.GRID_WORKER, town.G2), (Role.STREET_DISPATCHER, town.EAST), (Role.CLEANER, town.G1),
               (Role.AUDITOR, HERE), (Role.DEPARTMENT_OFFICER, "chengguan")]  # fmt: skip
    for role, ground in refused:
        _, post = await find_post(runtime, HERE, role, ground)
        answer = await street.step(receipt["id"], "assign", post_id=str(post), reason="改派")
        assert_problem(answer, 422, "post_not_on_ground", "post_id")
    for role, ground in allowed:
        _, post = await find_post(runtime, HERE, role, ground)
        said = (await street.step(receipt["id"], "assign", post_id=str(post), reason="改派")).json()
        assert said["holder"] == {"post_id": str(post), "role": str(role), "deputy": False}
        assert said["explanation"][-1]["why"] == "designated"
        answer = await street.step(receipt["id"], "assign", post_id=str(post), reason="再派")
        assert_problem(answer, 409, "already_with_post", "post_id")
    await assert_one_chain(runtime)


async def test_a_community_matter_may_be_given_to_a_grid_inside_it(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    receipt = await raised(public, area_code=town.C1)
    desk = await sit(Role.COMMUNITY_OFFICER, town.C1)
    _, post = await find_post(runtime, HERE, Role.GRID_WORKER, town.G2)
    assert (await desk.step(receipt["id"], "assign", post_id=str(post), reason="属二网格")).status_code == 200
    _, other = await find_post(runtime, HERE, Role.GRID_WORKER, town.LARGE)
    answer = await desk.step(receipt["id"], "assign", post_id=str(other), reason="别的社区")
    assert_problem(answer, 422, "post_not_on_ground", "post_id")


async def test_what_has_no_ground_cannot_be_assigned_before_it_is_placed(public: Desk, sit: Sit) -> None:
    receipt = await raised(public, town.FAR_AWAY)
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    answer = await admin.step(receipt["id"], "assign", post_id=str(admin.post_id), reason="先办")
    assert_problem(answer, 403, "not_placed")
    offered = (await admin.get(f"/issues/{receipt['id']}")).json()["allowed_steps"]
    assert "locate" in offered
    assert "assign" not in offered


async def test_the_first_contact_stops_its_clock_once(public: Desk, sit: Sit, clock: FixedClock) -> None:
    receipt = await raised(public, town.IN_B1)
    worker = await sit(Role.GRID_WORKER, town.G1)
    await worker.step(receipt["id"], "accept")
    clock.advance(minutes=5)
    first = (await worker.step(receipt["id"], "contact", way="phone")).json()["contacted_at"]
    clock.advance(minutes=5)
    again = (await worker.step(receipt["id"], "contact", way="door", note="上门")).json()
    assert again["contacted_at"] == first
    clock.advance(minutes=5)
    answered = (await worker.step(receipt["id"], "answer", text="已修好")).json()
    assert answered["contacted_at"] == first
    assert answered["answered_at"] > first


async def test_every_wrong_turn_is_refused_and_changes_nothing(public: Desk, sit: Sit, runtime: Runtime) -> None:
    receipt = await raised(public, town.IN_B1)
    issue = receipt["id"]
    worker, street = await sit(Role.GRID_WORKER, town.G1), await sit(Role.STREET_DISPATCHER, town.WEST)
    auditor, sibling = await sit(Role.AUDITOR, HERE), await sit(Role.GRID_WORKER, town.G2)
    before = await rows(runtime)
    assert_problem(await worker.step(issue, "answer", text="没签收"), 409, "wrong_state", "state")
    assert_problem(await worker.step(issue, "contact", way="phone"), 409, "wrong_state", "state")
    assert_problem(await street.step(issue, "accept"), 403, "not_holder")
    assert_problem(await auditor.step(issue, "comment", text="看看"), 403, "forbidden")
    assert_problem(await worker.step(issue, "rate", verdict="solved", satisfaction=5), 404, "no_such_route")
    assert_problem(await worker.step(issue, "assign", post_id=str(UUID(int=1)), reason="推走"), 403, "forbidden")
    assert_problem(
        await worker.step(issue, "locate", point=town.point(town.FAR_AWAY), reason="推"), 403, "forbidden"
    )
    assert_problem(await sibling.step(issue, "accept"), 404, "not_found")
    assert_problem(await worker.step(str(UUID(int=9)), "accept"), 404, "not_found")
    assert_problem(await auditor.step(issue, "comment", text="看看", expected_version=1), 403, "forbidden")
    assert_problem(await worker.step(issue, "accept", expected_version=1), 409, "stale", "expected_version")
    assert_problem(await worker.step(issue, "accept", expected_version=2**63), 409, "stale", "expected_version")
    assert_problem(await worker.step(issue, "rework"), 404, "no_such_route")
    assert_problem(await worker.step(issue, "close"), 404, "no_such_route")
    assert await rows(runtime) == before


async def test_of_many_at_once_one_takes_the_step(public: Desk, sit: Sit, runtime: Runtime) -> None:
    receipt = await raised(public, town.IN_B1)
    worker = await sit(Role.GRID_WORKER, town.G1)
    statuses: list[int] = []

    async def accept() -> None:
        statuses.append((await worker.step(receipt["id"], "accept", expected_version=2)).status_code)

    async with anyio.create_task_group() as tasks:
        for _ in range(12):
            tasks.start_soon(accept)
    assert sorted(statuses) == [200] + [409] * 11
    await assert_one_chain(runtime)


async def test_a_repeated_step_with_its_key_is_taken_once(public: Desk, sit: Sit, runtime: Runtime) -> None:
    receipt = await raised(public, town.IN_B1)
    worker = await sit(Role.GRID_WORKER, town.G1)
    key = {"Idempotency-Key": "step-key-00000001"}
    path = f"/issues/{receipt['id']}/steps/comment"
    first = await worker.post(path, {"text": "已通知物业"}, headers=key)
    again = await worker.post(path, {"text": "已通知物业"}, headers=key)
    assert first.json() == again.json()
    assert len(again.json()["remarks"]) == 1
    other = await worker.post(path, {"text": "别的话"}, headers=key)
    assert_problem(other, 422, "idempotency_key_reused", "Idempotency-Key")
    elsewhere = (await raised(public, town.IN_B1))["id"]
    moved = await worker.post(f"/issues/{elsewhere}/steps/comment", {"text": "已通知物业"}, headers=key)
    assert_problem(moved, 422, "idempotency_key_reused", "Idempotency-Key")
    await assert_one_chain(runtime)


async def test_a_refused_step_gives_its_key_back(public: Desk, sit: Sit) -> None:
    receipt = await raised(public, town.IN_B1)
    worker = await sit(Role.GRID_WORKER, town.G1)
    key = {"Idempotency-Key": "step-key-00000002"}
    path = f"/issues/{receipt['id']}/steps/answer"
    assert_problem(await worker.post(path, {"text": "已修好"}, headers=key), 409, "wrong_state")
    await worker.step(receipt["id"], "accept")
    assert (await worker.post(path, {"text": "已修好"}, headers=key)).json()["state"] == "answered"


async def test_the_buttons_are_what_the_steps_allow(public: Desk, sit: Sit) -> None:
    receipt = await raised(public, town.IN_B1)
    expected: dict[tuple[Role, str], list[str]] = {
        (Role.GRID_WORKER, town.G1): ["accept", "hand_up", "recuse", "comment"],
        (Role.GRID_LEADER, town.G1): ["assign", "recuse", "comment"],
        (Role.STREET_DISPATCHER, town.WEST): [
            "locate", "assign", "not_accept", "merge", "take_over", "dispatch", "transfer", "exclude",
            "approve_exclusion", "decline_exclusion", "group", "set_verify_after", "change_kind",
            "add_area", "add_party", "release_party", "recuse", "comment",
        ],
        (Role.AUDITOR, HERE): [],
    }  # fmt: skip
    for seat, steps in expected.items():
        seen: dict[str, Any] = (await (await sit(*seat)).get(f"/issues/{receipt['id']}")).json()
        assert seen["allowed_steps"] == steps, seat


async def test_an_issue_in_full_says_what_a_desk_needs(public: Desk, sit: Sit) -> None:
    receipt = await raised(
        public, town.IN_B1, category="public_toilet", occurred_at="2026-11-20T08:00:00", place_text="三岔口",
        urgency="urgent", contact={"phone": "13800001234"},
    )  # fmt: skip
    seen = (await (await sit(Role.GRID_WORKER, town.G1)).get(f"/issues/{receipt['id']}")).json()
    assert (seen["number"], seen["place"], seen["version"]) == (receipt["number"], receipt["place"], 2)
    assert (seen["urgency"], seen["place_text"], seen["channel"]) == ("urgent", "三岔口", "qr")
    assert seen["occurred_at"].startswith("2026-11-20T08:00:00")
    assert seen["reporter"] == "138****1234"
    assert [act["step"] for act in seen["trail"]] == ["raise", "assign"]
    assert seen["due_at"].startswith("2026-11-21T01:00"), "urgent: within a day"
