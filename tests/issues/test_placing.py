"""Where a report lands: every kind of place, and what the reader is told of it (DESIGN 2, "Locating")."""

import pytest

from app.core.work import Runtime, system_work
from app.issues.models import Issue
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, assert_problem, raised

pytestmark = pytest.mark.anyio


def chain(receipt: dict[str, object]) -> list[str]:
    return [link["code"] for link in receipt["place"]["chain"]]  # type: ignore[index]


async def desk_list(desk: Desk, which: str = "unplaced") -> list[str]:
    return [line["id"] for line in (await desk.get("/issues", params={"desk": which})).json()["items"]]


async def test_well_inside_a_building_group_it_is_placed_down_to_it(public: Desk) -> None:
    receipt = await raised(public, town.IN_B2)
    assert chain(receipt) == [HERE, town.WEST, town.C1, town.G1, town.B2]
    assert receipt["place"]["placement"] == "placed"
    assert receipt["place"]["near_border"] is False
    assert receipt["place"]["boundary_id"]
    assert receipt["state"] == "assigned"


async def test_an_accuracy_circle_over_the_border_names_both_grids(public: Desk) -> None:
    near = (102.81, 24.8499)  # about eleven metres south of the second grid
    exact = await raised(public, near)
    assert (exact["place"]["placement"], len(exact["place"]["candidates"])) == ("placed", 1)
    receipt = await raised(public, point=town.point(near, accuracy_m=50))
    assert receipt["place"]["placement"] == "near_border"
    assert receipt["place"]["near_border"] is True
    touched = receipt["place"]["candidates"]
    assert [(one["code"], one["covers"]) for one in touched] == [(town.G1, True), (town.G2, False)]
    assert chain(receipt)[3] == town.G1, "the covering grid owns it, whoever else is near"


async def test_on_the_border_itself_the_lowest_code_owns(public: Desk) -> None:
    receipt = await raised(public, town.ON_BORDER)
    assert receipt["place"]["near_border"] is True
    assert {one["code"] for one in receipt["place"]["candidates"]} == {town.G1, town.G2}
    assert all(one["covers"] for one in receipt["place"]["candidates"])
    assert chain(receipt)[3] == town.G1
    again = await raised(public, town.ON_BORDER)
    assert chain(again) == chain(receipt)


async def test_far_outside_it_goes_to_the_districts_desk_with_the_nearest_grid(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    receipt = await raised(public, town.FAR_AWAY)
    place = receipt["place"]
    assert (place["placement"], receipt["holder"], receipt["state"]) == ("outside", None, "raised")
    assert place["outside"]["nearest"]["code"] == town.FIELD
    assert place["outside"]["distance_m"] == pytest.approx(88_180, rel=0.01)
    assert receipt["explanation"][-1] == {
        "role": "desk",
        "why": "nobody",
        "zh": "无人可承办,列入待定位、待派单列表。",
        "en": "Nobody can take it; it is on the desk list.",
    }
    assert receipt["id"] in await desk_list(await sit(Role.DISTRICT_SUPERVISOR, HERE))
    assert receipt["id"] not in await desk_list(await sit(Role.STREET_DISPATCHER, town.EAST))
    async with system_work(runtime, HERE) as work:
        kept = await work.session.get_one(Issue, receipt["id"])
        assert (kept.placement, kept.area_id, kept.street_id) == ("outside", None, None)
        assert kept.district_id is not None


async def test_just_outside_it_goes_to_the_nearest_streets_desk(public: Desk, sit: Sit) -> None:
    receipt = await raised(public, (102.795, 24.81))  # 500 m west of the first street
    assert receipt["place"]["placement"] == "outside"
    assert receipt["place"]["outside"]["distance_m"] == pytest.approx(506, abs=15)
    for seat in ((Role.STREET_DISPATCHER, town.WEST), (Role.DISTRICT_SUPERVISOR, HERE)):
        assert receipt["id"] in await desk_list(await sit(*seat))
    assert receipt["id"] not in await desk_list(await sit(Role.STREET_DISPATCHER, town.EAST))


async def test_without_point_or_code_it_is_on_the_districts_desk_list(public: Desk, sit: Sit) -> None:
    answer = await public.post("/issues", {"text": "不知道在哪里", "district": HERE, "place_text": "桥头"})
    receipt = answer.json()
    assert (receipt["place"]["placement"], receipt["place"]["by"], receipt["holder"]) == ("no_point", "none", None)
    for which in ("unplaced", "unassigned"):
        assert receipt["id"] in await desk_list(await sit(Role.DISTRICT_ADMIN, HERE), which)
    assert receipt["id"] not in await desk_list(await sit(Role.STREET_DISPATCHER, town.WEST))


async def test_where_no_grid_is_drawn_it_is_coarse_held_by_the_street_and_on_its_list(
    public: Desk, sit: Sit
) -> None:
    receipt = await raised(public, town.NO_GRID)
    assert (receipt["place"]["placement"], chain(receipt)) == ("coarse", [HERE, town.EAST])
    assert receipt["holder"]["role"] == "street_dispatcher"
    assert receipt["id"] in await desk_list(await sit(Role.STREET_DISPATCHER, town.EAST))


async def test_a_point_in_the_hole_belongs_to_the_island(public: Desk) -> None:
    receipt = await raised(public, town.IN_ISLAND)
    assert chain(receipt) == [HERE, town.WEST, town.C1, town.ISLAND]
    assert receipt["place"]["placement"] == "placed"


async def test_the_market_owns_its_own_category_and_nothing_else(public: Desk, sit: Sit) -> None:
    market = await sit(Role.GRID_WORKER, town.MARKET)
    own = await raised(public, town.IN_MARKET, category=town.ORDERLY)
    assert chain(own)[-1] == town.MARKET
    assert own["holder"]["post_id"] == str(market.post_id)
    for category in (None, "public_toilet"):
        other = await raised(public, town.IN_MARKET, category=category)
        assert town.MARKET not in chain(other)
        assert town.LARGE in chain(other)
        assert other["holder"]["post_id"] != str(market.post_id)
    beside = await raised(public, town.IN_SMALL_A, category=town.ORDERLY)
    assert town.MARKET not in chain(beside)


@pytest.mark.parametrize(
    ("code", "expected", "role"),
    [
        (town.B1, [HERE, town.WEST, town.C1, town.G1, town.B1], "grid_worker"),
        (town.G2, [HERE, town.WEST, town.C1, town.G2], "grid_worker"),
        (town.SMALL_A, [HERE, town.WEST, town.C2, town.LARGE, town.SMALL_A], "grid_worker"),
        (town.FIELD, [HERE, town.EAST, town.VILLAGE, town.FIELD], "grid_worker"),
        (town.C1, [HERE, town.WEST, town.C1], "community_officer"),
        (town.NAMELESS, [HERE, town.EAST, town.NAMELESS], "street_dispatcher"),
        (town.VILLAGE, [HERE, town.EAST, town.VILLAGE], "street_dispatcher"),
        (town.WEST, [HERE, town.WEST], "street_dispatcher"),
        (HERE, [HERE], "district_supervisor"),
    ],
)
async def test_by_the_code_of_an_area(public: Desk, code: str, expected: list[str], role: str) -> None:
    receipt = await raised(public, area_code=code)
    assert (chain(receipt), receipt["place"]["by"]) == (expected, "code")
    assert receipt["holder"]["role"] == role


async def test_a_community_known_only_by_name_has_no_boundary_and_is_placed_all_the_same(public: Desk) -> None:
    receipt = await raised(public, area_code=town.NAMELESS)
    assert receipt["place"]["boundary_id"] is None
    assert receipt["state"] == "assigned"


async def test_a_code_is_more_certain_than_a_phones_point(public: Desk) -> None:
    receipt = await raised(public, town.IN_FIELD, area_code=town.B1)
    assert chain(receipt)[-1] == town.B1


async def test_of_nested_grids_the_innermost_owns_and_there_is_no_border_between_them(public: Desk) -> None:
    receipt = await raised(public, town.IN_SMALL_A)
    assert chain(receipt) == [HERE, town.WEST, town.C2, town.LARGE, town.SMALL_A]
    assert receipt["place"]["placement"] == "placed"


async def test_the_rural_chain_ends_at_the_grid(public: Desk) -> None:
    receipt = await raised(public, town.IN_FIELD)
    assert chain(receipt) == [HERE, town.EAST, town.VILLAGE, town.FIELD]
    assert receipt["holder"]["role"] == "grid_worker"


@pytest.mark.parametrize(("crs", "lon", "lat"), [
    ("gcj02", 102.811448, 24.806966), ("bd09", 102.817923, 24.812984), ("cgcs2000", 102.81, 24.81),
])  # fmt: skip
async def test_points_of_chinese_maps_are_turned_to_the_same_ground(
    public: Desk, sit: Sit, crs: str, lon: float, lat: float
) -> None:
    receipt = await raised(public, point={"lon": lon, "lat": lat, "crs": crs})
    assert chain(receipt)[-1] == town.B1
    desk = await sit(Role.GRID_WORKER, town.G1)
    whole = (await desk.get(f"/issues/{receipt['id']}")).json()
    assert (whole["lon"], whole["lat"]) == (pytest.approx(102.81, abs=1e-5), pytest.approx(24.81, abs=1e-5))


async def test_the_dry_run_says_what_the_report_would_get_and_stores_nothing(public: Desk, sit: Sit) -> None:
    for place in (town.IN_B1, town.ON_BORDER, town.NO_GRID, town.FAR_AWAY, town.IN_FIELD):
        dry = await public.post("/locate", {"point": town.point(place), "district": HERE})
        assert dry.status_code == 200, dry.text
        wet = await raised(public, place)
        said = dry.json()
        assert said["place"] == wet["place"]
        assert (said["holder"], said["explanation"]) == (wet["holder"], wet["explanation"])
        assert said["due_at"] == "2026-11-27T09:30:00Z", "five working days, till the office closes"
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    assert len((await admin.get("/issues")).json()["items"]) == 5


async def test_the_dry_run_of_staff_is_in_their_district(sit: Sit, public: Desk) -> None:
    desk = await sit(Role.GRID_WORKER, town.G1, "990001")
    assert (await desk.post("/locate", {"area_code": town.G1})).status_code == 200
    wrong = await desk.post("/locate", {"area_code": town.G1, "district": HERE})
    assert_problem(wrong, 422, "other_district", "district")
    assert_problem(await public.post("/locate", {"area_code": town.G1}), 422, "district_required", "district")
    unknown = await public.post("/locate", {"area_code": "999999", "district": HERE})
    assert_problem(unknown, 422, "unknown_area", "area_code")


async def test_the_dry_run_of_a_time_before_the_boundaries_finds_none(public: Desk) -> None:
    said = {"point": town.point(town.IN_B1), "district": HERE, "at": "2020-01-01T00:00:00+08:00"}
    assert (await public.post("/locate", said)).json()["place"]["placement"] == "outside"


async def test_staff_raise_in_their_own_district_only(sit: Sit) -> None:
    desk = await sit(Role.GRID_WORKER, town.G1)
    assert_problem(await desk.post("/issues", {"text": "路灯不亮", "district": "990001"}), 422, "other_district")
    assert (await desk.post("/issues", {"text": "路灯不亮", "district": HERE})).status_code == 201
    assert (await desk.post("/issues", {"text": "路灯不亮"})).status_code == 201
