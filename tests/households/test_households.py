"""Doors, households and residents at the desk: written once, masked, every act on the trail."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.audit import Trail
from app.core.work import Runtime, system_work
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.households.homes import (
    COMMUNITY,
    HEAD,
    HERE,
    WIFE,
    assert_chains,
    changes,
    door,
    give_duty,
    home,
    reads,
    said,
    worker_and_leader,
)
from tests.issues.acts import assert_problem

pytestmark = pytest.mark.anyio


async def test_a_household_is_shown_masked_and_the_reading_is_written_down(sit: Sit, runtime: Runtime) -> None:
    worker, _ = await worker_and_leader(sit)
    made = await home(worker, "501", HEAD, WIFE, note="家有两只猫")
    assert (made["head"], made["phone"], made["residents"]) == ("曾**", "166****5678", 2)
    assert [one["id_number"] for one in made["members"]] == ["**************0011", None]
    assert made["note"] == "家有两只猫"
    listed = said(await worker.get("/households"))["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert listed[0]["dwelling"]["building"] == "3栋"
    kinds = sorted((what, [str(one) for one in ids]) for what, _, _, ids in await reads(runtime))
    assert kinds == [("household", [made["id"]]), ("households", [made["id"]])]
    assert await changes(runtime, made["id"]) == [
        ("household", "upsert", UUID(str(await _grid(runtime, town.G1))))
    ]
    await assert_chains(runtime)


async def _grid(runtime: Runtime, code: str) -> Any:
    from app.grid.queries import get_area  # noqa: PLC0415  # beside its one use

    async with system_work(runtime, HERE) as work:
        return (await get_area(work, code)).id


@pytest.mark.parametrize("spelled", [
    ("3幢", "2", "501"), ("３号楼", "２单元", "５０１室"), ("三栋", "二单元", "0501"), ("3栋", "", "501"),
])  # fmt: skip
async def test_one_door_in_another_spelling_is_offered_and_made_only_anyway(
    sit: Sit, spelled: tuple[str, str, str]
) -> None:
    worker, _ = await worker_and_leader(sit)
    first = await door(worker)
    form = dict(zip(("building", "entrance", "room"), spelled, strict=True)) | {"area_code": town.G1}
    answer = await worker.post("/dwellings", form)
    assert_problem(answer, 409, "door_known")
    assert answer.json()["data"]["dwelling_id"] == first
    assert said(await worker.post("/dwellings", form | {"anyway": True}))["id"] != first


async def test_doors_are_listed_in_their_natural_order_and_found_in_any_spelling(sit: Sit) -> None:
    worker, _ = await worker_and_leader(sit)
    for building, room in (("10栋", "101"), ("2栋", "1001"), ("2栋", "201")):
        await door(worker, room, building=building)
    listed = said(await worker.get("/dwellings", params={"limit": 2}))
    assert [(one["building"], one["room"]) for one in listed["items"]] == [("2栋", "201"), ("2栋", "1001")]
    rest = said(await worker.get("/dwellings", params={"limit": 2, "cursor": listed["next_cursor"]}))
    assert [one["building"] for one in rest["items"]] == ["10栋"]
    for spelled in ("2幢2单元201", "2-2-201", "２号楼２０１"):
        (hit,) = said(await worker.get("/dwellings", params={"door": spelled}))["items"]
        assert hit["room"] == "201", spelled
    assert len(said(await worker.get("/dwellings", params={"building": "2号楼"}))["items"]) == 2
    counted = said(await worker.get("/dwellings/buildings"))
    assert [(one["building"], one["dwellings"]) for one in counted] == [("2栋", 2), ("10栋", 1)]


async def test_a_door_lies_on_the_own_ground_and_not_in_a_street(sit: Sit) -> None:
    worker, _ = await worker_and_leader(sit)
    form = {"building": "1", "room": "1"}
    assert_problem(await worker.post("/dwellings", form | {"area_code": town.G2}), 422, "unknown_door_area")
    assert_problem(await worker.post("/dwellings", {"area_code": town.G1}), 422, "no_door")
    community = await sit(*COMMUNITY)
    assert_problem(await community.post("/dwellings", form | {"area_code": town.WEST}), 422, "unknown_door_area")


async def test_an_empty_door_becomes_a_home_and_is_empty_again(sit: Sit) -> None:
    worker, _ = await worker_and_leader(sit)
    dwelling = await door(worker, use="empty")
    made = said(await worker.post("/households", {"dwelling_id": dwelling, "residents": [HEAD]}))
    assert made["dwelling"]["use"] == "home"
    ended = said(await worker.post(f"/households/{made['id']}/end", {"empty": True}))
    assert ended["until"] is not None
    assert ended["members"] == []
    assert said(await worker.get(f"/dwellings/{dwelling}"))["use"] == "empty"
    answer = await worker.call("PATCH", f"/households/{made['id']}", json={"base_rev": 1, "kind": "tenant"})
    assert_problem(answer, 409, "household_ended")


async def test_a_repeated_key_makes_one_household(sit: Sit) -> None:
    worker, _ = await worker_and_leader(sit)
    form = {"dwelling_id": await door(worker), "residents": [HEAD]}
    key = {"Idempotency-Key": "household-0001"}
    first, again = [await worker.post("/households", form, headers=key) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert len(said(await worker.get("/households"))["items"]) == 1


async def edit(by: Desk, resident: str, base_rev: int, **fields: Any) -> Any:
    return said(await by.call("PATCH", f"/residents/{resident}", json={"base_rev": base_rev} | fields))


async def test_two_edits_of_one_phone_keep_the_stored_one_and_open_a_card(sit: Sit, runtime: Runtime) -> None:
    worker, leader = await worker_and_leader(sit)
    made = await home(worker)
    (resident,) = (one["id"] for one in made["members"])
    assert (await edit(worker, resident, 1, phone="16611112222"))["written"] == ["phone"]
    told = await edit(worker, resident, 1, phone="16633334444", name="曾国")
    assert (told["written"], told["conflicts"]) == (["name"], ["phone"])
    assert told["household"]["phone"] == "166****2222"
    again = await edit(worker, resident, 1, phone="16633334444")
    assert again["conflicts"] == ["phone"]
    (card,) = said(await leader.get("/reviews"))["items"]
    assert (card["stored"], card["offered"], card["field"]) == ("166****2222", "166****4444", "phone")
    assert_problem(await worker.get("/reviews"), 403, "forbidden")
    decided = said(await leader.post(f"/reviews/{card['id']}/decide", {"decision": "taken"}))
    assert decided["stored"] == "166****4444"
    assert_problem(await leader.post(f"/reviews/{card['id']}/decide", {"decision": "kept"}), 409, "review_decided")
    assert said(await leader.get("/reviews"))["items"] == []
    await assert_chains(runtime)


async def test_the_same_value_said_twice_is_no_conflict_and_no_act(sit: Sit, runtime: Runtime) -> None:
    worker, _ = await worker_and_leader(sit)
    made = await home(worker)
    (resident,) = (one["id"] for one in made["members"])
    await edit(worker, resident, 1, phone="166-1111-2222")
    before = await _acts(runtime, made["id"])
    told = await edit(worker, resident, 0, phone="+86 16611112222".replace(" ", ""))
    assert (told["written"], told["conflicts"]) == ([], [])
    assert await _acts(runtime, made["id"]) == before


async def _acts(runtime: Runtime, household: str) -> list[str]:
    async with system_work(runtime, HERE) as work:
        mine = select(Trail.step).where(Trail.subject_id == UUID(household)).order_by(Trail.seq)
        return list(await work.session.scalars(mine))


async def test_a_second_head_waits_for_a_decision(sit: Sit, runtime: Runtime) -> None:
    worker, leader = await worker_and_leader(sit)
    made = await home(worker)
    told = said(await worker.post(f"/households/{made['id']}/residents", WIFE | {"relation": "head"}))
    assert told["conflicts"] == ["relation"]
    assert [one["relation"] for one in told["household"]["members"]] == ["head", "other"]
    (card,) = said(await leader.get("/reviews"))["items"]
    said(await leader.post(f"/reviews/{card['id']}/decide", {"decision": "taken"}))
    now = said(await leader.get(f"/households/{made['id']}"))
    assert [(one["relation"], one["name"]) for one in now["members"]] == [("head", "李**"), ("other", "曾**")]
    await assert_chains(runtime)


async def test_of_two_notes_the_later_one_stands(sit: Sit) -> None:
    worker, _ = await worker_and_leader(sit)
    made = await home(worker)
    path = f"/households/{made['id']}"
    for note in ("先写的", "后写的"):
        said(await worker.call("PATCH", path, json={"base_rev": 1, "note": note}))
    assert said(await worker.get(path))["note"] == "后写的"
    cleared = said(await worker.call("PATCH", path, json={"base_rev": 3, "note": None, "kind": "tenant"}))
    assert cleared["written"] == ["kind", "note"]
    assert cleared["household"]["note"] is None


async def test_unmasking_takes_a_purpose_and_leaves_a_row(sit: Sit, runtime: Runtime) -> None:
    worker, _ = await worker_and_leader(sit)
    made = await home(worker)
    (resident,) = (one["id"] for one in made["members"])
    assert_problem(await worker.post(f"/residents/{resident}/unmask", {}), 422, "invalid_field")
    clear = said(await worker.post(f"/residents/{resident}/unmask", {"purpose": "电话核实"}))
    assert clear == {"name": "曾国强", "phone": "16612345678", "id_number": "530114195001010011"}
    row = ("resident", "电话核实", ["id_number", "name", "phone"], [UUID(resident)])
    assert row in await reads(runtime)
    neighbour = await sit(Role.BUILDING_LEADER, town.B1)
    assert_problem(await neighbour.post(f"/residents/{resident}/unmask", {"purpose": "x"}), 403, "forbidden")


async def test_care_needs_are_read_with_a_purpose_only(sit: Sit, runtime: Runtime) -> None:
    worker, _ = await worker_and_leader(sit)
    made = await home(worker)
    path = f"/households/{made['id']}/care-needs"
    need = {"kind": "living_alone", "consent": True}
    assert_problem(await worker.post(path, need | {"consent": False}), 422, "consent_needed")
    assert_problem(await worker.post(path, need | {"kind": "petitioner"}), 422, "unknown_care_kind")
    first, again = [said(await worker.post(path, need))["id"] for _ in range(2)]
    assert first == again
    assert "living_alone" not in (await worker.get(f"/households/{made['id']}")).text
    assert "living_alone" not in (await worker.get("/households")).text
    assert_problem(await worker.post(f"{path}/read", {}), 422, "invalid_field")
    (seen,) = said(await worker.post(f"{path}/read", {"purpose": "安排探访"}))
    assert (seen["kind"], seen["name"]) == ("living_alone", "独居")
    assert ("care_needs", "安排探访") in [row[:2] for row in await reads(runtime)]
    assert (await worker.post(f"/care-needs/{first}/end")).status_code == 204
    (seen,) = said(await worker.post(f"{path}/read", {"purpose": "安排探访"}))
    assert seen["until"] is not None
    async with system_work(runtime, HERE) as work:
        details = [str(row) for row in await work.session.scalars(select(Trail.detail))]
    assert not any("living_alone" in row or "曾" in row or "1661234" in row for row in details)
    await assert_chains(runtime)


async def test_a_list_of_contact_duty_shows_its_households_and_no_other(sit: Sit, runtime: Runtime) -> None:
    worker, _ = await worker_and_leader(sit)
    mine, other = await home(worker, "501"), await home(worker, "502", WIFE)
    officer = await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    assert_problem(await officer.get("/households"), 403, "forbidden")
    await give_duty(runtime, officer.post_id, mine["id"])
    (seen,) = said(await officer.get("/households"))["items"]
    assert (seen["id"], seen["dwelling"]["room"], seen["head"]) == (mine["id"], "501", "曾**")
    assert (await officer.get(f"/households/{other['id']}")).status_code == 404
    (resident,) = (one["id"] for one in other["members"])
    assert (await officer.post(f"/residents/{resident}/unmask", {"purpose": "找人"})).status_code == 404
    supervisor = await sit(Role.DISTRICT_SUPERVISOR, HERE)
    await give_duty(runtime, supervisor.post_id, mine["id"])
    assert [one["id"] for one in said(await supervisor.get("/households"))["items"]] == [mine["id"]]
    assert (await supervisor.get(f"/households/{other['id']}")).status_code == 404
    assert_problem(await officer.post(f"/households/{mine['id']}/end", {}), 403, "forbidden")
