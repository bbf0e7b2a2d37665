"""What a post sees: its ground with everything inside, or its unit's matters."""

from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.work import Runtime, open_work, system_work
from app.issues.actions import involve
from app.issues.kinds import PartyRole
from app.issues.models import Issue
from app.issues.records import Reporter
from app.people.login import identify_by
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, appointed, let_in, raised, unit_named

pytestmark = pytest.mark.anyio


async def seen_by(desk: Desk) -> set[str]:
    return {line["id"] for line in (await desk.get("/issues", params={"limit": 100})).json()["items"]}


async def test_a_worker_of_an_outer_grid_sees_its_inner_grids_and_not_the_other_way(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    await appointed(runtime, Role.GRID_WORKER, town.SMALL_A, "cleaner-" + town.G1)
    await appointed(runtime, Role.GRID_WORKER, town.SMALL_B, "order_aide-" + town.G1)
    in_a = (await raised(public, area_code=town.SMALL_A))["id"]
    in_b = (await raised(public, area_code=town.SMALL_B))["id"]
    in_market = (await raised(public, town.IN_MARKET, category=town.ORDERLY))["id"]
    large = (await raised(public, area_code=town.LARGE))["id"]
    assert await seen_by(await sit(Role.GRID_WORKER, town.LARGE)) == {in_a, in_b, large}
    assert await seen_by(await sit(Role.GRID_WORKER, town.MARKET)) == {in_market}
    assert await seen_by(await sit(Role.COMMUNITY_OFFICER, town.C2)) == {in_a, in_b, in_market, large}
    for login, mine in (("cleaner-" + town.G1, in_a), ("order_aide-" + town.G1, in_b)):
        desk = await sit(Role(login.partition("-")[0]), town.G1)
        posts = (await desk.get("/me")).json()["posts"]
        small = next(post["id"] for post in posts if post["role"] == "grid_worker")
        desk.token = (await desk.post("/me/post", {"post": small})).json()["token"]
        assert await seen_by(desk) == {mine}
        assert (await desk.get(f"/issues/{large}")).status_code == 404


async def test_each_level_sees_what_lies_below_it(public: Desk, sit: Sit) -> None:
    b1, b2 = (await raised(public, town.IN_B1))["id"], (await raised(public, town.IN_B2))["id"]
    g2, island = (await raised(public, town.IN_G2))["id"], (await raised(public, town.IN_ISLAND))["id"]
    field, lost = (await raised(public, town.IN_FIELD))["id"], (await raised(public, town.FAR_AWAY))["id"]
    coarse = (await raised(public, town.NO_GRID))["id"]
    expected = {
        (Role.BUILDING_LEADER, town.B1): {b1},
        (Role.GRID_WORKER, town.G1): {b1, b2},
        (Role.GRID_WORKER, town.ISLAND): {island},
        (Role.COMMUNITY_SECRETARY, town.C1): {b1, b2, g2, island},
        (Role.STREET_DISPATCHER, town.WEST): {b1, b2, g2, island},
        (Role.STREET_DISPATCHER, town.EAST): {field, coarse},
        (Role.DISTRICT_SUPERVISOR, HERE): {b1, b2, g2, island, field, lost, coarse},
        (Role.AUDITOR, HERE): {b1, b2, g2, island, field, lost, coarse},
        (Role.DEPARTMENT_HEAD, "chengguan"): set(),
    }
    for (role, ground), seen in expected.items():
        assert await seen_by(await sit(role, ground)) == seen, (role, ground)


async def test_a_unit_sees_what_it_was_called_to_and_nothing_else(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    called, other = (await raised(public, town.IN_B1))["id"], (await raised(public, town.IN_B1))["id"]
    officer = await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    assert await seen_by(officer) == set()
    await let_in(runtime, called, "chengguan")
    assert await seen_by(officer) == {called}
    assert await seen_by(await sit(Role.DEPARTMENT_HEAD, "chengguan")) == {called}
    assert await seen_by(await sit(Role.DEPARTMENT_OFFICER, "shuiwu")) == set()
    assert (await officer.get(f"/issues/{called}")).status_code == 200
    assert (await officer.get(f"/issues/{other}")).status_code == 404
    assert (await officer.step(called, "comment", text="收到")).status_code == 200


async def test_what_hangs_on_an_issue_is_seen_with_it_and_never_alone(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    """The second wall: even a query that forgets to load the issue first gets nothing of another's."""
    await raised(public, town.IN_B1, contact={"name": "王芳"})
    desks = [(await sit(Role.GRID_WORKER, ground), seen) for ground, seen in ((town.G1, 1), (town.G2, 0))]
    for desk, seen in desks:
        async with open_work(runtime, HERE, identify_by(runtime, desk.token or "", "")) as work:
            assert len((await work.session.scalars(select(Reporter))).all()) == seen
            assert len((await work.session.execute(select(Reporter.masked))).all()) == seen
            assert len((await work.session.scalars(select(Issue))).all()) == seen


async def test_calling_a_unit_twice_is_harmless(public: Desk, sit: Sit, runtime: Runtime) -> None:
    issue = (await raised(public, town.IN_B1))["id"]
    unit = await unit_named(runtime, "chengguan")
    async with system_work(runtime, HERE) as work:
        for _ in range(2):
            await involve(work, UUID(issue), unit, PartyRole.ASSIST)
    assert await seen_by(await sit(Role.DEPARTMENT_OFFICER, "chengguan")) == {issue}


async def test_a_unit_never_sees_what_it_is_accused_of_even_when_called(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    issue = (await raised(public, town.IN_B1, type="tipoff", respondent_unit="chengguan"))["id"]
    await let_in(runtime, issue, "chengguan")
    assert await seen_by(await sit(Role.DEPARTMENT_OFFICER, "chengguan")) == set()
    await let_in(runtime, issue, "shuiwu")
    assert await seen_by(await sit(Role.DEPARTMENT_OFFICER, "shuiwu")) == {issue}
