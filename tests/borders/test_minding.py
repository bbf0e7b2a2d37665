"""Dedicated grids with their own categories in every case of R3.3; estates by the names an office gives them."""

from typing import Any

import pytest

from app.core.work import Runtime
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.grid.test_places import settle
from tests.issues.acts import assert_problem

pytestmark = pytest.mark.anyio
HERE = town.DISTRICTS[0]
MARKETS = f"/dedicated-grids/{town.MARKET}/categories"
MARKET_EDGE = (102.87, 24.88)  # on the market's own border, inside one of the small grids
JUST_INSIDE = (102.8702, 24.88)


async def owner(public: Desk, place: tuple[float, float], category: str | None, **more: Any) -> dict[str, Any]:
    form = {"point": town.point(place, **more), "category": category, "district": HERE}
    said: dict[str, Any] = (await public.post("/locate", form)).json()["place"]
    return said


@pytest.mark.parametrize("place", [town.IN_MARKET, MARKET_EDGE])
async def test_over_general_grids_a_dedicated_one_owns_its_categories_alone(
    public: Desk, place: tuple[float, float]
) -> None:
    for category, code in ((town.ORDERLY, town.MARKET), ("public_toilet", town.SMALL_B), (None, town.SMALL_B)):
        said = await owner(public, place, category)
        assert (said["chain"][-1]["code"], said["near_border"]) == (code, False)


async def test_near_its_border_the_market_has_no_rival_of_its_kind_and_the_grids_below_have_each_other(
    public: Desk,
) -> None:
    own = await owner(public, JUST_INSIDE, town.ORDERLY, accuracy_m=60)
    assert (own["placement"], [one["code"] for one in own["candidates"]]) == ("placed", [town.MARKET])
    other = await owner(public, (102.875, 24.8502), "public_toilet", accuracy_m=60)
    assert (other["placement"], other["near_border"]) == ("near_border", True)
    assert [(one["code"], one["covers"]) for one in other["candidates"]] == [
        (town.SMALL_A, False), (town.SMALL_B, True),
    ]  # fmt: skip
    outside = await owner(public, (102.8695, 24.88), town.ORDERLY)
    assert outside["chain"][-1]["code"] == town.SMALL_B


async def test_a_desk_sets_what_a_dedicated_grid_owns(public: Desk, sit: Sit) -> None:
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    assert (await street.get(MARKETS)).json()["categories"] == [town.ORDERLY]
    said = await street.call("PUT", MARKETS, json={"categories": ["public_toilet", "e0103", "e0103"]})
    assert said.json()["categories"] == ["e0103", "public_toilet"]
    assert (await owner(public, town.IN_MARKET, "public_toilet"))["chain"][-1]["code"] == town.MARKET
    assert (await owner(public, town.IN_MARKET, town.ORDERLY))["chain"][-1]["code"] == town.SMALL_B
    wrong = await street.call("PUT", MARKETS, json={"categories": ["e0103", "no_such"]})
    assert_problem(wrong, 422, "unknown_category", "categories.1")
    general = await street.call("PUT", f"/dedicated-grids/{town.G1}/categories", json={"categories": []})
    assert_problem(general, 422, "not_dedicated", "code")
    east = await sit(Role.STREET_DISPATCHER, town.EAST)
    assert_problem(await east.call("PUT", MARKETS, json={"categories": []}), 404, "not_found", "code")


async def test_an_estate_is_found_by_the_names_its_street_gives_it(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    await settle(runtime)
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    (shao,) = (await street.get("/estates", params={"q": "韶光"})).json()
    assert (shao["aliases"], shao["address"]) == (["老机械厂宿舍"], "学海路12号")
    assert (await located(public, "二号大院1栋"))["addresses"] == []
    named = {"aliases": ["2号大院"], "address": "学海路十四号"}
    assert (await street.call("PUT", f"/estates/{shao['id']}/names", json=named)).status_code == 200
    for text in ("二号大院1栋", "学海路14号1栋"):
        (one,) = (await located(public, text))["addresses"]
        assert (one["label"], one["certain"]) == ("韶光花园小区 1栋", True)
    left = (await located(public, "学海路12号"))["addresses"]
    assert {(one["closeness"], one["certain"]) for one in left} == {("part_of_name", False)}
    east = await sit(Role.STREET_DISPATCHER, town.EAST)
    assert (await east.get("/estates")).json() == []
    refused = await east.call("PUT", f"/estates/{shao['id']}/names", json=named)
    assert_problem(refused, 404, "not_found", "estate_id")


async def located(public: Desk, text: str) -> dict[str, Any]:
    said: dict[str, Any] = (await public.post("/locate", {"text": text, "district": HERE})).json()
    return said
