import pytest
from shapely import Polygon
from shapely.geometry import shape
from sqlalchemy import update

from app.core.work import Runtime, system_work
from app.grid.models import Area
from tests import town
from tests.conftest import Desk

pytestmark = pytest.mark.anyio
HERE = {"district": "530114"}


async def test_the_tree_page_by_page(public: Desk) -> None:
    seen: list[str] = []
    cursor: str | None = None
    while True:
        asked = HERE | {"limit": "5"} | ({"cursor": cursor} if cursor else {})
        page = (await public.get("/areas", params=asked)).json()
        seen += [one["code"] for one in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == sorted(one.code for one in town.features())


async def test_filters_by_level_parent_and_name(public: Desk) -> None:
    grids = (await public.get("/areas", params=HERE | {"level": "grid", "parent": town.C1})).json()["items"]
    assert [one["code"] for one in grids] == [town.G1, town.G2, town.ISLAND]
    named = (await public.get("/areas", params=HERE | {"q": "市场"})).json()["items"]
    assert [(one["code"], one["kind"]) for one in named] == [(town.MARKET, "dedicated")]
    none = (await public.get("/areas", params=HERE | {"q": "%"})).json()["items"]
    assert none == []


async def test_one_area_with_its_chain(public: Desk) -> None:
    area = (await public.get(f"/areas/{town.B1}", params=HERE)).json()
    assert [link["code"] for link in area["chain"]] == ["530114", town.WEST, town.C1, town.G1, town.B1]
    assert area["parent_code"] == town.G1
    assert area["boundary_version"] == 1
    assert area["area_m2"] == pytest.approx(2_527 * 5_538, rel=0.01)
    village = (await public.get(f"/areas/{town.VILLAGE}", params=HERE)).json()
    assert (village["rural"], village["children"]) == (True, 1)
    nameless = (await public.get(f"/areas/{town.NAMELESS}", params=HERE)).json()
    assert (nameless["has_boundary"], nameless["area_m2"]) == (False, None)


async def test_children_are_the_next_level_only(public: Desk) -> None:
    page = (await public.get(f"/areas/{town.LARGE}/children", params=HERE)).json()
    assert [one["code"] for one in page["items"]] == [town.SMALL_A, town.SMALL_B]


async def test_shapes_keep_their_shared_borders_when_simplified(public: Desk) -> None:
    asked = HERE | {"level": "grid", "parent": town.C1, "zoom": "12"}
    answer = await public.get("/areas.geojson", params=asked)
    assert answer.headers["content-type"] == "application/geo+json"
    parts = [shape(one["geometry"]) for one in answer.json()["features"]]
    assert len(parts) == 3
    whole = parts[0].union(parts[1]).union(parts[2])
    assert whole.area == pytest.approx(sum(part.area for part in parts))
    assert isinstance(whole, Polygon)
    assert not list(whole.interiors)


@pytest.mark.parametrize(
    ("path", "asked", "status", "code"),
    [
        ("/areas/999", HERE, 404, "not_found"),
        ("/area", HERE, 404, "no_such_route"),
        ("/areas/", HERE, 404, "no_such_route"),
        ("/areas/a'b", HERE, 422, "invalid_field"),
        ("/areas", {}, 422, "district_required"),
        ("/areas", {"district": "110000"}, 422, "unknown_district"),
        ("/areas", {"district": "abc"}, 422, "unknown_district"),
        ("/areas", HERE | {"cursor": "AAAA"}, 422, "bad_cursor"),
        ("/areas", HERE | {"level": "planet"}, 422, "invalid_field"),
        ("/areas.geojson", HERE, 422, "invalid_field"),
    ],
)
async def test_bad_questions_have_clear_answers(
    public: Desk, path: str, asked: dict[str, str], status: int, code: str
) -> None:
    answer = await public.get(path, params=asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["title"] != answer.json()["title_en"]


async def test_a_code_resolves_after_its_area_has_ended(public: Desk, runtime: Runtime) -> None:
    async with system_work(runtime, "530114") as work:
        ended = update(Area).where(Area.code == town.B2).values(valid_to=work.clock.now())
        await work.session.execute(ended)
    assert (await public.get(f"/areas/{town.B2}", params=HERE)).json()["name"] == "2栋"
    left = (await public.get(f"/areas/{town.G1}/children", params=HERE)).json()["items"]
    assert [one["code"] for one in left] == [town.B1]
