"""Cutting an outline while somebody draws: the pieces, their codes, and what is no cut."""

from typing import Any

import pytest
from shapely import box, union_all
from shapely.geometry import shape

from app.people.models import Role
from tests import town
from tests.changes import acts
from tests.conftest import Desk, Sit

pytestmark = pytest.mark.anyio


def line(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": [list(one) for one in points]}


async def cut(by: Desk, area: str, knife: dict[str, Any], status: int = 200) -> Any:
    answer = await by.post("/area-changes/cut", {"area": area, "by": knife})
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_line_makes_two_pieces_that_are_the_area_and_need_no_mending(sit: Sit) -> None:
    desk = await sit(Role.COMMUNITY_SECRETARY, town.C1)
    # One end lies on the border itself, the other outside.
    said = await cut(desk, town.G1, line((102.8251, 24.80), (102.8249, 24.83), (102.825, 24.86)))
    pieces = said["pieces"]
    assert [one["code"] for one in pieces] == [town.G1, f"{town.C1}004"], "a code that no area ever had"
    assert said["m2"] == sorted(said["m2"], reverse=True)
    shapes = [shape(one["shape"]) for one in pieces]
    assert shapes[0].intersection(shapes[1]).area == 0
    assert union_all(shapes).symmetric_difference(box(102.80, 24.80, 102.85, 24.85)).area < 1e-12
    content = {"kind": "split", "area": town.G1, "pieces": pieces}
    tried = await desk.post("/area-changes/preview", {"content": content})
    assert tried.json()["findings"] == [], "without a reason, which may come later"


async def test_a_polygon_takes_its_piece_out_of_an_area_with_a_hole(sit: Sit) -> None:
    desk = await sit(Role.COMMUNITY_SECRETARY, town.C1)
    said = await cut(desk, town.G2, acts.drawn(box(102.79, 24.84, 102.826, 24.91)))
    kept, taken = (shape(one["shape"]) for one in said["pieces"])
    assert kept.union(taken).symmetric_difference(town.WITH_HOLE).area < 1e-12


async def test_a_line_over_an_area_with_a_hole_gives_every_side(sit: Sit) -> None:
    said = await cut(
        await sit(Role.COMMUNITY_SECRETARY, town.C1), town.G2, line((102.825, 24.84), (102.825, 24.91))
    )
    assert len(said["pieces"]) == 2, "the hole lies across the line"


@pytest.mark.parametrize(
    ("area", "knife", "code"),
    [
        (town.G1, line((102.81, 24.81), (102.82, 24.84)), "does_not_cut"),
        (town.G1, line((102.9, 24.81), (102.95, 24.84)), "does_not_cut"),
        (town.G1, acts.drawn(box(102.7, 24.7, 103, 25)), "does_not_cut"),
        (town.G1, line((102.81, 24.81)), "bad_line"),
        (town.G1, {"type": "LineString", "coordinates": [["a", "b"], [1, 2]]}, "bad_line"),
        (town.G1, {"type": "Point", "coordinates": [102.81, 24.81]}, "bad_line"),
        (town.NAMELESS, line((102.81, 24.79), (102.81, 24.86)), "nothing_to_cut"),
        (acts.HERE, line((102.81, 24.79), (102.81, 24.96)), "not_for_districts"),
    ],
)
async def test_what_is_no_cut_is_told(sit: Sit, area: str, knife: dict[str, Any], code: str) -> None:
    assert (await cut(await sit(Role.DISTRICT_ADMIN, acts.HERE), area, knife, 422))["code"] == code


async def test_the_list_names_the_areas_and_says_what_waits(sit: Sit) -> None:
    secretary = await sit(Role.COMMUNITY_SECRETARY, town.C1)
    change = await acts.asked(secretary, acts.halves())
    tried = {"content": acts.halves(), "change": change["id"]}
    assert (await secretary.post("/area-changes/preview", tried)).json()["findings"] == [], "not in its own way"
    (line_,) = (await secretary.get("/area-changes")).json()["items"]
    assert (line_["areas"], line_["names"], line_["awaits_me"]) == ([town.G1], ["第一网格"], True)
    await acts.take(secretary, change, "submit")
    (line_,) = (await secretary.get("/area-changes")).json()["items"]
    assert line_["awaits_me"] is False, "only to be withdrawn"
    (line_,) = (await (await sit(Role.STREET_SECRETARY, town.WEST)).get("/area-changes")).json()["items"]
    assert line_["awaits_me"] is True


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"parent": town.C1, "level": "grid"}, f"{town.C1}004"),
        ({"parent": town.C2, "level": "grid", "grid_kind": "dedicated"}, f"{town.C2}901"),
        ({"parent": town.LARGE, "level": "grid"}, f"{town.C2}004"),
        ({"parent": town.G1, "level": "building_group"}, f"{town.G1}003"),
        ({"parent": town.WEST, "level": "community"}, f"{town.WEST}003"),
    ],
)
async def test_a_new_area_is_offered_the_next_number_below_its_parent(
    sit: Sit, asked: dict[str, str], code: str
) -> None:
    desk = await sit(Role.DISTRICT_ADMIN, acts.HERE)
    answer = await desk.get("/area-changes/next-code", params=asked)
    assert (answer.status_code, answer.json()) == (200, {"code": code})


async def test_there_is_no_number_below_an_area_that_is_not(sit: Sit) -> None:
    desk = await sit(Role.COMMUNITY_SECRETARY, town.C1)
    answer = await desk.get("/area-changes/next-code", params={"parent": "530114099001", "level": "grid"})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_such_area")
