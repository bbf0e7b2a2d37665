"""Each kind of change, asked for, approved and in effect; and what each refuses."""

from typing import Any
from uuid import UUID

import pytest
from shapely import box
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.grid.lineage import AreaLineage
from app.grid.models import Area, Boundary
from app.issues.models import Issue
from app.people.models import Post, Role, Unit
from tests import town
from tests.changes import acts
from tests.conftest import Desk, Sit, find_post
from tests.issues.acts import raised

pytestmark = pytest.mark.anyio
HERE = acts.HERE


async def seen(public: Desk, code: str) -> dict[str, Any]:
    answer = await public.get(f"/areas/{code}", params={"district": HERE})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def wrong(by: Desk, content: dict[str, Any], **more: Any) -> list[str]:
    """Codes of what is found wrong with a request that is only tried out."""
    said = {"content": content, "reason": "试一试。", **more}
    answer = await by.post("/area-changes/preview", said)
    assert answer.status_code == 200, answer.text
    return [one["code"] for one in answer.json()["findings"] if one["level"] == "error"]


async def test_redraw_moves_a_border_on_both_sides(sit: Sit, public: Desk, runtime: Runtime) -> None:
    line = 24.84
    west = [
        {"code": town.G1, "shape": acts.drawn(box(102.80, 24.80, 102.85, line))},
        {"code": town.G2, "shape": acts.drawn(box(102.80, line, 102.85, 24.90).difference(town.HOLE))},
        {"code": town.B1, "shape": acts.drawn(box(102.80, 24.80, 102.825, line))},
        {"code": town.B2, "shape": acts.drawn(box(102.825, 24.80, 102.85, line))},
    ]
    before = await seen(public, town.G1)
    one_sided = await wrong(await sit(Role.COMMUNITY_SECRETARY, town.C1), {"kind": "redraw", "redrawn": west[:1]})
    assert set(one_sided) == {"gap", "outside_parent"}, "bare ground, and buildings that reach out of their grid"
    change = await acts.approved(sit, {"kind": "redraw", "redrawn": west})
    handed = {(one["from_code"], one["to_code"]) for one in change["preview"]["handed"]}
    assert handed == {(town.G1, town.G2)}
    await acts.came(runtime)
    after = await seen(public, town.G1)
    assert after["area_m2"] < before["area_m2"]
    assert (after["boundary_version"], after["valid_to"]) == (2, None)
    late = await raised(public, (102.81, 24.845))
    assert late["place"]["chain"][-1]["code"] == town.G2, late


async def test_a_building_moves_with_its_ground(sit: Sit, public: Desk, runtime: Runtime) -> None:
    issue = await raised(public, town.IN_B2)
    said = {"kind": "move", "area": town.B2, "to": town.G2}
    change = await acts.approved(sit, said)
    assert {one["code"]: one["fate"] for one in change["preview"]["areas"]} == {
        town.B2: "moved", town.G1: "redrawn", town.G2: "redrawn",
    }  # fmt: skip
    await acts.came(runtime)
    moved = await acts.area_of(runtime, town.B2)
    second = await acts.area_of(runtime, town.G2)
    assert (moved.parent_id, moved.grid_id, moved.path[-2]) == (second.id, second.id, second.id)
    _, worker = await find_post(runtime, HERE, Role.GRID_WORKER, town.G2)
    async with system_work(runtime, HERE) as work:
        holder = await work.session.scalar(select(Issue.holder_id).where(Issue.id == UUID(issue["id"])))
    assert holder == worker


async def test_a_grid_moves_to_another_community_and_all_below_goes_along(sit: Sit, runtime: Runtime) -> None:
    await acts.of_district(sit, {"kind": "move", "area": town.G1, "to": town.C2, "code": f"{town.C2}008"})
    await acts.came(runtime)
    community, grid = await acts.area_of(runtime, town.C2), await acts.area_of(runtime, f"{town.C2}008")
    building = await acts.area_of(runtime, town.B1)
    assert building.path == [*community.path, grid.id, building.id]
    assert (building.community_id, building.grid_id) == (community.id, grid.id)
    async with system_work(runtime, HERE) as work:
        shape = select(Boundary.area_m2).where(Boundary.area_id == community.id).order_by(Boundary.version)
        first, second = list(await work.session.scalars(shape))
    assert second > first, "its ground came along"


async def test_a_name_and_a_governor_change(sit: Sit, public: Desk, runtime: Runtime) -> None:
    await acts.approved(sit, {"kind": "rename", "area": town.G1, "name": "春融网格"})
    await acts.of_district(sit, {"kind": "hand_over", "area": town.C2, "governed_by": "信息产业园管委会"})
    await acts.came(runtime)
    assert (await seen(public, town.G1))["name"] == "春融网格"
    async with system_work(runtime, HERE) as work:
        governed = await work.session.scalar(select(Area.governed_by).where(Area.code == town.C2))
    assert governed == "信息产业园管委会"


async def test_a_village_becomes_a_community(sit: Sit, public: Desk, runtime: Runtime) -> None:
    code = f"{town.EAST}002"
    said = {"kind": "upgrade", "area": town.VILLAGE, "code": code, "name": "山脚社区"}
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    change = await acts.asked(admin, said)
    await acts.take(admin, change, "submit")
    async with system_work(runtime, HERE) as work:
        assert await work.session.scalar(select(Post.id).where(Post.role == Role.STREET_SECRETARY)) is not None
    await runtime_days(runtime)
    await acts.came(runtime)  # nobody of that street says anything: the district decides
    await acts.take(await sit(Role.DISTRICT_SUPERVISOR, HERE), change, "approve")
    await acts.came(runtime)
    now, then = await seen(public, code), await seen(public, town.VILLAGE)
    assert (now["code"], now["rural"], now["level"]) == (code, False, "community")
    assert then == now, "the old code names it for ever"
    assert (await seen(public, town.FIELD))["rural"] is False
    async with system_work(runtime, HERE) as work:
        assert await work.session.scalar(select(Unit.name).where(Unit.code == town.VILLAGE)) == "山脚社区"


async def runtime_days(runtime: Runtime) -> None:
    """The street's days to answer in pass."""
    assert isinstance(runtime.clock, FixedClock)
    runtime.clock.advance(days=9)


@pytest.mark.usefixtures("long_sessions")
async def test_streets_open_close_and_are_renamed(sit: Sit, public: Desk, runtime: Runtime) -> None:
    new = f"{HERE}006"
    said = {"kind": "open", "level": "street", "code": new, "name": "万溪冲街道", "parent": HERE}
    await acts.of_district(sit, said)
    await acts.of_district(sit, {"kind": "rename", "area": town.WEST, "name": "乌龙新街道"})
    await acts.came(runtime)
    closing = {"kind": "close", "area": town.EAST, "into": [town.WEST]}
    await acts.of_district(sit, closing)
    in_field = await raised(public, town.IN_FIELD)
    await acts.came(runtime)
    assert (await seen(public, new))["level"] == "street"
    gone = await seen(public, town.EAST)
    assert [one["code"] for one in gone["became"]] == [town.WEST]
    village = await acts.area_of(runtime, town.VILLAGE)
    west = await acts.area_of(runtime, town.WEST)
    assert village.street_id == west.id
    shown = (await (await sit(Role.STREET_SECRETARY, town.WEST)).get(f"/issues/{in_field['id']}")).json()
    assert shown["id"] == in_field["id"], "the desk of the street that took it sees it"
    async with system_work(runtime, HERE) as work:
        ended = select(Unit.dissolved_at).where(Unit.code == town.EAST)
        assert await work.session.scalar(ended) is not None
        assert await work.session.scalar(select(Unit.id).where(Unit.code == new)) is not None
        assert await work.session.scalar(select(AreaLineage.main)) is True


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("pieces leave a strip", acts.split_of(
        town.G1, (town.G1, "甲", box(102.80, 24.80, 102.82, 24.85)), (acts.NEW_GRID, "乙", acts.EAST_HALF),
    ), "not_covered"),
    ("pieces overlap", acts.split_of(
        town.G1, (town.G1, "甲", box(102.80, 24.80, 102.83, 24.85)), (acts.NEW_GRID, "乙", acts.EAST_HALF),
    ), "pieces_overlap"),
    ("pieces reach out", acts.split_of(
        town.G1, (town.G1, "甲", box(102.80, 24.80, 102.825, 24.86)), (acts.NEW_GRID, "乙", acts.EAST_HALF),
    ), "beyond_old"),
    ("a building on the new border", acts.split_of(
        town.G1, (town.G1, "甲", box(102.80, 24.80, 102.82, 24.85)),
        (acts.NEW_GRID, "乙", box(102.82, 24.80, 102.85, 24.85)),
    ), "child_torn"),
    ("a code that was given", acts.split_of(
        town.G1, (town.G1, "甲", acts.WEST_HALF), (town.ISLAND, "乙", acts.EAST_HALF),
    ), "code_taken"),
    ("not siblings", {"kind": "merge", "areas": [town.G1, town.LARGE], "code": town.G1, "name": "甲"},
     "not_siblings"),
    ("not touching", {"kind": "merge", "areas": [town.G1, town.ISLAND], "code": town.G1, "name": "甲"},
     "not_touching"),
    ("under itself", {"kind": "move", "area": town.G1, "to": town.B1}, "parent_cycle"),
    ("under a building", {"kind": "move", "area": town.G2, "to": town.B1}, "bad_parent"),
    ("as it is", {"kind": "rename", "area": town.G1, "name": "第一网格"}, "no_change"),
    ("no village", {"kind": "upgrade", "area": town.C1}, "not_rural"),
    ("children left alone", {"kind": "close", "area": town.G1}, "has_children"),
]  # fmt: skip


async def test_what_cannot_be_is_found_and_not_submitted(sit: Sit) -> None:
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    found = {name: await wrong(admin, content) for name, content, _ in BAD}
    assert {name: code in found[name] for name, _, code in BAD} == {name: True for name, _, _ in BAD}, found
    change = await acts.asked(admin, BAD[0][1])
    answer = await admin.post(f"/area-changes/{change['id']}/steps/submit", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "change_has_faults")


async def test_a_moment_in_the_past_and_a_stale_version_are_refused(sit: Sit) -> None:
    change = await acts.asked(await sit(Role.COMMUNITY_SECRETARY, town.C1), acts.halves())
    change = await acts.take(await sit(Role.COMMUNITY_SECRETARY, town.C1), change, "submit")
    change = await acts.take(await sit(Role.STREET_SECRETARY, town.WEST), change, "agree")
    admin, route = await sit(Role.DISTRICT_ADMIN, HERE), f"/area-changes/{change['id']}/steps/approve"
    past = {"effective_at": "2026-11-19T00:00:00Z"}
    assert (await admin.post(route, past)).json()["code"] == "effective_in_the_past"
    assert (await admin.post(route, {"expected_version": 1})).json()["code"] == "stale"
    off = await (await sit(Role.COMMUNITY_SECRETARY, town.C1)).post(
        "/area-changes", {"content": {"kind": "rename", "area": town.C2, "name": "别处"}, "reason": "非本辖区。"}
    )
    assert (off.status_code, off.json()["code"]) == (403, "change_off_ground")
