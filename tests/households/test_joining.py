"""Moving, merging and splitting: ids lead on for ever, nothing is lost, phones of the old ground forget."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.work import Runtime, system_work
from app.households.models import Household
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
    found,
    give_duty,
    home,
    said,
)
from tests.issues.acts import assert_problem

pytestmark = pytest.mark.anyio


async def kinds(runtime: Runtime, entity: str) -> list[tuple[str, Any]]:
    return [(kind, grid) for _, kind, grid in await changes(runtime, entity)]


async def test_who_moves_to_another_grid_is_forgotten_by_the_old_one(sit: Sit, runtime: Runtime) -> None:
    community, worker = await sit(*COMMUNITY), await sit(Role.GRID_WORKER, town.G1)
    made = await home(community)
    there = await door(community, "101", town.G2)
    moved = said(await community.post(f"/households/{made['id']}/move", {"dwelling_id": there}))
    assert moved["dwelling"]["id"] == there
    (resident,) = (one["id"] for one in moved["members"])
    for entity in (made["id"], resident):
        (up, old), (evict, left), (again, new) = await kinds(runtime, entity)
        assert (up, evict, again) == ("upsert", "evict", "upsert")
        assert old == left != new
    assert (await worker.get(f"/households/{made['id']}")).status_code == 404
    assert await found(community, "3-2-101") == [made["id"]]
    assert await found(community, "3-2-501") == []
    assert_problem(await worker.post(f"/households/{made['id']}/move", {"dwelling_id": there}), 403, "forbidden")
    await assert_chains(runtime)


async def merged(by: Desk, gone: str, into: str) -> Any:
    return said(await by.post(f"/households/{gone}/merge", {"into": into}))


async def test_a_merged_id_leads_on_for_ever_and_by_one_step(sit: Sit, runtime: Runtime) -> None:
    community = await sit(*COMMUNITY)
    names = ("王一", "王二", "王三", "王四")
    homes = [await home(community, f"50{n}", {"name": name}) for n, name in enumerate(names, 1)]
    a, b, c, d = (one["id"] for one in homes)
    await merged(community, a, b)
    await merged(community, b, c)
    await merged(community, d, a)
    for alias in (a, b, d):
        seen = said(await community.get(f"/households/{alias}"))
        assert seen["id"] == c
    assert set(seen["aliases"]) == {a, b, d}
    assert {one["name"] for one in seen["members"]} == {"王*"}
    assert seen["residents"] == 4
    for gone, into in ((c, a), (a, c), (c, c)):
        assert_problem(await community.post(f"/households/{gone}/merge", {"into": into}), 422, "same_household")
    async with system_work(runtime, HERE) as work:
        rows = (await work.session.execute(select(Household.id, Household.merged_into))).all()
    assert {row.merged_into for row in rows} == {UUID(c), None}
    assert (await changes(runtime, a))[-1][:2] == ("household", "redirect")
    assert await found(community, "3-2-501") == []
    assert await found(community, "王二") == [c]
    await assert_chains(runtime)


async def test_somebody_recorded_twice_is_one_and_what_differs_waits(sit: Sit, runtime: Runtime) -> None:
    community = await sit(*COMMUNITY)
    kept = await home(community, "501", {"name": "曾国强", "relation": "head", "id_number": HEAD["id_number"]})
    gone = await home(community, "502", HEAD | {"name": "曾国祥"}, WIFE)
    now = await merged(community, gone["id"], kept["id"])
    assert [(one["name"], one["relation"]) for one in now["members"]] == [("曾**", "head"), ("李**", "spouse")]
    assert now["phone"] == "166****5678"
    (card,) = said(await community.get("/reviews"))["items"]
    assert (card["field"], card["household_id"]) == ("name", kept["id"])
    said(await community.post(f"/reviews/{card['id']}/decide", {"decision": "kept"}))
    assert await found(community, "国强") == [kept["id"]]
    assert await found(community, "国祥") == []
    await assert_chains(runtime)


async def test_care_needs_and_contact_duty_go_along(sit: Sit, runtime: Runtime) -> None:
    community = await sit(*COMMUNITY)
    gone, kept = await home(community, "501"), await home(community, "502", WIFE)
    for one in (gone, kept):
        for kind in ("living_alone",) if one is kept else ("living_alone", "aged_80"):
            said(await community.post(f"/households/{one['id']}/care-needs", {"kind": kind, "consent": True}))
    officer = await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    await give_duty(runtime, officer.post_id, gone["id"])
    await merged(community, gone["id"], kept["id"])
    needs = said(await community.post(f"/households/{gone['id']}/care-needs/read", {"purpose": "核对"}))
    assert sorted(one["kind"] for one in needs if one["until"] is None) == ["aged_80", "living_alone"]
    assert [one["id"] for one in said(await officer.get("/households"))["items"]] == [kept["id"]]


async def test_a_split_takes_some_and_leaves_some(sit: Sit, runtime: Runtime) -> None:
    community = await sit(*COMMUNITY)
    made = await home(community, "501", HEAD, WIFE)
    head, wife = (one["id"] for one in made["members"])
    path = f"/households/{made['id']}/split"
    for wrong in ([head, wife], ["019a9f2c-0000-7000-8000-000000000001"]):
        assert_problem(await community.post(path, {"residents": wrong}), 422, "nobody_left")
    own = said(await community.post(path, {"residents": [wife], "kind": "tenant"}))
    assert (own["id"] != made["id"], own["residents"], own["kind"]) == (True, 1, "tenant")
    assert own["dwelling"] == made["dwelling"]
    left = said(await community.get(f"/households/{made['id']}"))
    assert [one["id"] for one in left["members"]] == [head]
    assert await found(community, "秀英") == [own["id"]]
    assert await found(community, "16698765432") == [own["id"]]
    await assert_chains(runtime)


async def test_edits_of_a_merged_household_land_on_the_living_one(sit: Sit) -> None:
    community = await sit(*COMMUNITY)
    gone, kept = await home(community, "501"), await home(community, "502", WIFE)
    await merged(community, gone["id"], kept["id"])
    path = f"/households/{gone['id']}"
    told = said(await community.call("PATCH", path, json={"base_rev": 1, "kind": "tenant"}))
    assert (told["household"]["id"], told["household"]["kind"]) == (kept["id"], "tenant")
    added = said(await community.post(f"{path}/residents", {"name": "曾小宝", "relation": "child"}))
    assert added["household"]["id"] == kept["id"]
