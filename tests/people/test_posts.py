"""Who holds what: units and posts as pickers and the desk's page of posts read them."""

from typing import Any

import pytest

from app.core.work import Runtime
from app.people.models import Rank, Role
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, appointed, away

pytestmark = pytest.mark.anyio


async def posts_for(desk: Desk, **asked: Any) -> dict[tuple[str, str], dict[str, Any]]:
    answer = await desk.get("/posts", params={"limit": 200, **asked})
    assert answer.status_code == 200, answer.text
    return {(line["role"], line["ground"]["code"]): line for line in answer.json()["items"]}


async def test_units_are_found_by_name_code_and_kind(sit: Sit, public: Desk) -> None:
    desk = await sit(Role.GRID_WORKER, town.G1)
    all_units = (await desk.get("/units", params={"limit": 200})).json()
    assert [unit["code"] for unit in all_units] == sorted(unit["code"] for unit in all_units)
    assert {"code": "chengguan", "name": "区城市管理局", "kind": "department", "vertical": False} in all_units
    for asked, found in (
        ({"q": "管理"}, ["chengguan"]),
        ({"q": "shui"}, ["shuiwu"]),
        ({"kind": "department"}, ["chengguan", "shuiwu"]),
        ({"kind": "department", "limit": 1}, ["chengguan"]),
        ({"q": "100%"}, []),
        ({"q": "_"}, []),
    ):
        assert [unit["code"] for unit in (await desk.get("/units", params=asked)).json()] == found, asked
    assert (await public.get("/units")).status_code == 401
    assert (await desk.get("/units", params={"kind": "kingdom"})).status_code == 422


async def test_own_ground_is_told_in_full_and_the_rest_only_whom_to_turn_to(sit: Sit, public: Desk) -> None:
    seen = await posts_for(await sit(Role.COMMUNITY_OFFICER, town.C1))
    own = {key for key, line in seen.items() if line["in_full"]}
    assert own == {(role, ground) for role, ground in town.POSTS if ground.startswith(town.C1)}
    brief = seen.keys() - own
    assert brief >= {
        (Role.STREET_DISPATCHER, town.WEST), (Role.COMMUNITY_OFFICER, town.C2),
        (Role.DEPARTMENT_HEAD, "chengguan"), (Role.DISTRICT_SUPERVISOR, HERE),
    }  # fmt: skip
    assert not brief & {(Role.GRID_WORKER, town.LARGE), (Role.GRID_WORKER, town.FIELD)}
    assert (Role.STREET_DISPATCHER, town.EAST) not in brief
    above = seen[Role.STREET_DISPATCHER, town.WEST]
    assert above["holder"] == "测试street_dispatcher"
    assert above["ground"] == {"code": town.WEST, "name": "乌龙街道", "unit": False}
    assert all(above[name] is None for name in ("rank", "on_leave_until", "deputy", "valid_from", "valid_to"))
    assert seen[Role.GRID_WORKER, town.G1]["rank"] == "A"
    assert seen[Role.GRID_WORKER, town.G1]["valid_from"] is not None
    assert (await public.get("/posts")).status_code == 401


async def test_a_department_sees_its_own_in_full_and_the_offices_it_works_with(sit: Sit) -> None:
    seen = await posts_for(await sit(Role.DEPARTMENT_OFFICER, "chengguan"))
    own = {key for key, line in seen.items() if line["in_full"]}
    assert own == {(Role.DEPARTMENT_OFFICER, "chengguan"), (Role.DEPARTMENT_HEAD, "chengguan")}
    assert {(Role.DEPARTMENT_OFFICER, "shuiwu"), (Role.COMMUNITY_OFFICER, town.C1)} <= seen.keys()
    assert (Role.GRID_WORKER, town.G1) not in seen


async def test_the_district_sees_every_post_in_full(sit: Sit) -> None:
    for role in (Role.DISTRICT_ADMIN, Role.DISTRICT_SUPERVISOR, Role.AUDITOR):
        seen = await posts_for(await sit(role, HERE))
        assert seen.keys() == {*town.POSTS, *town.OF_UNITS}
        assert all(line["in_full"] for line in seen.values())


async def test_leave_and_deputy_are_shown_on_own_ground_only(sit: Sit, runtime: Runtime) -> None:
    await away(runtime, Role.GRID_WORKER, town.G1, deputy=f"grid_leader-{town.G1}")
    worker = (Role.GRID_WORKER, town.G1)
    shown = (await posts_for(await sit(Role.STREET_DISPATCHER, town.WEST)))[worker]
    assert (shown["on_leave_until"], shown["deputy"]) == ("2026-11-20T09:00:00Z", "测试grid_leader")
    beside = (await posts_for(await sit(Role.GRID_WORKER, town.G2)))[worker]
    assert (beside["holder"], beside["on_leave_until"], beside["deputy"]) == ("测试grid_worker", None, None)


async def test_posts_are_found_by_area_unit_role_and_word(sit: Sit, runtime: Runtime) -> None:
    desk = await sit(Role.DISTRICT_ADMIN, HERE)
    below = await posts_for(desk, area=town.C2)
    assert below.keys() == {seat for seat in town.POSTS if seat[1].startswith(town.C2)}
    assert (await posts_for(desk, unit="shuiwu")).keys() == {(Role.DEPARTMENT_OFFICER, "shuiwu")}
    assert (await posts_for(desk, role="auditor")).keys() == {(Role.AUDITOR, HERE)}
    assert (await posts_for(desk, q="测试clean")).keys() == {(Role.CLEANER, town.G1)}
    assert (await posts_for(desk, q="市场")).keys() == {(Role.GRID_WORKER, town.MARKET)}
    assert await posts_for(desk, q="%") == {}
    assert await posts_for(desk, area="nowhere") == {}
    await appointed(runtime, Role.GRID_WORKER, town.G1, f"cleaner-{town.G1}", Rank.B)
    pages: list[list[str]] = []
    cursor = None
    while cursor or not pages:
        page = (await desk.get("/posts", params={"limit": 7} | ({"cursor": cursor} if cursor else {}))).json()
        pages.append([line["id"] for line in page["items"]])
        cursor = page["next_cursor"]
    assert [len(page) for page in pages[:-1]] == [7] * (len(pages) - 1)
    assert len({line for page in pages for line in page}) == len([*town.POSTS, *town.OF_UNITS]) + 1
    for bad in ("x", "WyJhIiwiYiIsImMiXQ"):
        assert (await desk.get("/posts", params={"cursor": bad})).json()["code"] == "bad_cursor"


async def test_me_says_what_the_active_post_may_do(sit: Sit, public: Desk) -> None:
    dispatcher = (await (await sit(Role.STREET_DISPATCHER, town.WEST)).get("/me")).json()["capabilities"]
    worker = (await (await sit(Role.GRID_WORKER, town.G1)).get("/me")).json()["capabilities"]
    assert dispatcher == sorted(dispatcher)
    assert {"keep_posts", "call_whistles", "see_figures"} <= set(dispatcher)
    assert {"make_visits", "use_phone", "edit_households"} <= set(worker)
    assert not {"keep_posts", "call_whistles", "see_figures"} & set(worker)
    said = {"username": f"auditor-{HERE}", "password": town.PASSWORD, "district": HERE}
    signed_in = (await public.post("/login", said)).json()
    assert "audit_reads" in signed_in["me"]["capabilities"]
    assert "see_households" not in signed_in["me"]["capabilities"]
