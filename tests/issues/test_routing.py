"""Who gets a report when people are away, gone, second, or accused; each choice is explained (DESIGN 4)."""

import csv
from importlib.resources import files
from typing import Any
from uuid import UUID

import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.issues.models import Issue
from app.people.models import Rank, Role
from tests import town
from tests.conftest import Desk, Sit, find_post
from tests.issues.acts import HERE, account_of, appointed, assert_problem, away, raised, unit_named, vacate

pytestmark = pytest.mark.anyio

G1_LADDER = [
    (Role.GRID_WORKER, town.G1),
    (Role.GRID_LEADER, town.G1),
    (Role.COMMUNITY_OFFICER, town.C1),
    (Role.COMMUNITY_SECRETARY, town.C1),
    (Role.STREET_DISPATCHER, town.WEST),
    (Role.STREET_SECRETARY, town.WEST),
    (Role.DISTRICT_SUPERVISOR, HERE),
    (Role.DISTRICT_ADMIN, HERE),
]


def why(receipt: dict[str, Any]) -> list[tuple[str, str]]:
    return [(reason["role"], reason["why"]) for reason in receipt["explanation"]]


def of_buildings() -> str:
    text = files("app.issues").joinpath("categories.csv").read_text("utf-8")
    return next(row["code"] for row in csv.DictReader(text.splitlines()) if row["building"] == "yes")


async def test_a_building_matter_goes_to_the_building_leader_any_other_to_the_worker(public: Desk) -> None:
    building = await raised(public, town.IN_B1, category=of_buildings())
    assert building["holder"]["role"] == "building_leader"
    assert why(building) == [("building_leader", "holds")]
    assert (await raised(public, town.IN_B1))["holder"]["role"] == "grid_worker"
    no_leader = await raised(public, town.IN_B2, category=of_buildings())
    assert why(no_leader) == [("building_leader", "no_post"), ("grid_worker", "holds")]


async def test_each_vacancy_climbs_one_rung_and_says_so(public: Desk, runtime: Runtime) -> None:
    for gone in range(len(G1_LADDER)):
        receipt = await raised(public, town.IN_B1)
        role, ground = G1_LADDER[gone]
        _, post = await find_post(runtime, HERE, role, ground)
        assert receipt["holder"]["post_id"] == str(post)
        assert why(receipt) == [(str(r), "no_post") for r, _ in G1_LADDER[:gone]] + [(str(role), "holds")]
        assert all(one["zh"] and one["en"] for one in receipt["explanation"])
        await vacate(runtime, (role, ground))
    last = await raised(public, town.IN_B1)
    assert (last["holder"], last["state"]) == (None, "raised")
    assert last["place"]["placement"] == "placed"
    assert why(last)[-1] == ("desk", "nobody")


async def test_away_with_a_deputy_the_post_keeps_it_away_without_it_climbs(
    public: Desk, runtime: Runtime, clock: FixedClock
) -> None:
    await away(runtime, Role.GRID_WORKER, town.G1, town.login_name(Role.GRID_WORKER, town.G2), hours=2)
    receipt = await raised(public, town.IN_B1)
    assert receipt["holder"]["deputy"] is True
    assert why(receipt) == [("grid_worker", "deputy")]
    clock.advance(hours=2)
    assert (await raised(public, town.IN_B1))["holder"]["deputy"] is False
    await away(runtime, Role.GRID_WORKER, town.G1, None, hours=2)
    assert why(await raised(public, town.IN_B1)) == [
        ("grid_worker", "away_without_deputy"),
        ("grid_leader", "holds"),
    ]
    clock.advance(hours=2)
    assert why(await raised(public, town.IN_B1)) == [("grid_worker", "holds")], "at that very second"


async def test_rank_b_steps_in_only_when_a_cannot(public: Desk, runtime: Runtime) -> None:
    second = await appointed(runtime, Role.GRID_WORKER, town.G1, town.login_name(Role.CLEANER, town.G1), Rank.B)
    first = await raised(public, town.IN_B1)
    assert first["holder"]["post_id"] != str(second)
    await away(runtime, Role.GRID_WORKER, town.G1)
    then = await raised(public, town.IN_B1)
    assert then["holder"]["post_id"] == str(second)
    assert why(then) == [("grid_worker", "away_without_deputy"), ("grid_worker", "holds")]


async def test_a_small_grid_without_a_worker_is_served_by_the_large_grids(public: Desk, runtime: Runtime) -> None:
    large = await raised(public, area_code=town.SMALL_A)
    _, post = await find_post(runtime, HERE, Role.GRID_WORKER, town.LARGE)
    assert large["holder"]["post_id"] == str(post)
    own = await appointed(runtime, Role.GRID_WORKER, town.SMALL_A, town.login_name(Role.CLEANER, town.G1))
    assert (await raised(public, area_code=town.SMALL_A))["holder"]["post_id"] == str(own)
    assert (await raised(public, area_code=town.SMALL_B))["holder"]["post_id"] == str(post)


async def test_the_respondents_line_is_passed_over_and_sees_nothing(public: Desk, sit: Sit) -> None:
    """The community is accused: its desk and every grid below step aside, the street takes it."""
    receipt = await raised(public, town.IN_B1, type="tipoff", respondent_unit=town.C1)
    assert why(receipt) == [
        ("grid_worker", "recused"),
        ("grid_leader", "recused"),
        ("community_officer", "recused"),
        ("community_secretary", "recused"),
        ("street_dispatcher", "holds"),
    ]
    for role, ground in ((Role.GRID_WORKER, town.G1), (Role.COMMUNITY_SECRETARY, town.C1)):
        desk = await sit(role, ground)
        assert (await desk.get(f"/issues/{receipt['id']}")).status_code == 404
        assert (await desk.get("/issues")).json()["items"] == []
        assert (await desk.post(f"/issues/{receipt['id']}/reporter", {"purpose": "核实"})).status_code == 404
        assert (await desk.step(receipt["id"], "comment", text="知道了")).status_code == 404
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    assert (await street.get(f"/issues/{receipt['id']}")).status_code == 200


async def test_when_the_street_is_accused_the_district_takes_it(public: Desk, sit: Sit) -> None:
    receipt = await raised(public, town.IN_B1, type="complaint", respondent_unit=town.WEST)
    assert receipt["holder"]["role"] == "district_supervisor"
    assert (await (await sit(Role.STREET_SECRETARY, town.WEST)).get(f"/issues/{receipt['id']}")).status_code == 404
    assert (await (await sit(Role.DISTRICT_ADMIN, HERE)).get(f"/issues/{receipt['id']}")).status_code == 200


async def test_what_is_assigned_by_hand_still_passes_the_respondents_line_over(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    receipt = await raised(public, town.IN_B1, type="tipoff", respondent_unit=town.C1)
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    for role, ground in ((Role.GRID_WORKER, town.G1), (Role.COMMUNITY_OFFICER, town.C1)):
        _, post = await find_post(runtime, HERE, role, ground)
        answer = await street.step(receipt["id"], "assign", post_id=str(post), reason="由社区处理")
        assert_problem(answer, 422, "post_stands_aside", "post_id")
    _, post = await find_post(runtime, HERE, Role.STREET_SECRETARY, town.WEST)
    assert (await street.step(receipt["id"], "assign", post_id=str(post), reason="书记办理")).status_code == 200


async def test_placing_anew_keeps_the_respondents_line_out(public: Desk, sit: Sit) -> None:
    answer = await public.post(
        "/issues", {"text": "举报", "type": "tipoff", "respondent_unit": town.C1, "district": HERE}
    )
    admin = await sit(Role.DISTRICT_ADMIN, HERE)
    placed = await admin.step(answer.json()["id"], "locate", area_code=town.G1, reason="地址核实")
    assert placed.json()["holder"]["role"] == "street_dispatcher"


async def test_a_unit_nobody_knows_cannot_be_a_respondent(public: Desk, runtime: Runtime) -> None:
    said = {"text": "投诉", "respondent_unit": "no-such-unit", "district": HERE, "point": town.point(town.IN_B1)}
    assert_problem(await public.post("/issues", said), 422, "unknown_unit", "respondent_unit")
    assert await unit_named(runtime, town.C1)


async def test_the_choice_is_stored_and_shown_as_it_was(public: Desk, sit: Sit, runtime: Runtime) -> None:
    receipt = await raised(public, town.IN_B1)
    await vacate(runtime, (Role.GRID_LEADER, town.G1))
    desk = await sit(Role.GRID_WORKER, town.G1)
    shown = (await desk.get(f"/issues/{receipt['id']}")).json()
    assert (shown["explanation"], shown["place"]) == (receipt["explanation"], receipt["place"])
    async with system_work(runtime, HERE) as work:
        kept = await work.session.get_one(Issue, UUID(receipt["id"]))
        assert str(kept.holder_id) == receipt["holder"]["post_id"]
        assert "王" not in str(kept.explanation)
    assert await account_of(runtime, town.login_name(Role.GRID_WORKER, town.G1))
