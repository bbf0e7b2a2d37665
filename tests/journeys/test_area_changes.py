"""The ground changes under open work: what becomes of matters, holders, codes, posts, doors, tasks and phones."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.clocks.models import Wait
from app.core.audit import Trail
from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.grid.locate import agreed, hits, owner_by_point, point_parameters
from app.grid.models import Area, Dwelling
from app.households.models import Household
from app.issues.models import Issue
from app.issues.workflow import FINAL
from app.people.models import Post, Role
from app.visits.models import VisitTask
from tests import town
from tests.changes import acts
from tests.conftest import Desk, Sit, find_post, report
from tests.issues.acts import raised
from tests.visits.homes import needing

pytestmark = pytest.mark.anyio
HERE = town.DISTRICTS[0]


async def issues(runtime: Runtime) -> dict[str, Issue]:
    async with system_work(runtime, HERE) as work:
        return {str(one.id): one for one in await work.session.scalars(select(Issue))}


async def without_anybody(runtime: Runtime) -> list[UUID]:
    """Open matters that neither a held post nor a running desk clock has."""
    async with system_work(runtime, HERE) as work:
        now = work.clock.now()
        waits = select(Wait.subject_id).where(Wait.ended_at.is_(None), Wait.kind.in_(["desk", "screening"]))
        held = select(Post.id).where(Post.valid_from <= now, (Post.valid_to.is_(None)) | (Post.valid_to > now))
        query = select(Issue.id).where(
            Issue.closed_at.is_(None), Issue.state.not_in([str(one) for one in FINAL]),
            Issue.id.not_in(waits), Issue.holder_id.is_(None) | Issue.holder_id.not_in(held),
        )  # fmt: skip
        return list(await work.session.scalars(query))


async def located(runtime: Runtime, place: tuple[float, float], at: Any) -> dict[str, Any]:
    """What owns a point at a time."""
    async with system_work(runtime, HERE) as work:
        hit = hits()
        owner = owner_by_point(hit, agreed(hit))
        parameters = {**point_parameters(*place, 0), "at": at, "category": None}
        return dict((await work.session.execute(select(owner), parameters)).mappings().one())


async def steps_of(runtime: Runtime, issue: str) -> list[str]:
    async with system_work(runtime, HERE) as work:
        query = select(Trail.step).where(Trail.subject_id == UUID(issue)).order_by(Trail.seq)
        return list(await work.session.scalars(query))


async def test_a_split_rehomes_what_is_open_and_leaves_what_is_closed(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    worker = await sit(Role.GRID_WORKER, town.G1)
    in_west = await raised(public, town.IN_B1)
    in_east = await raised(public, town.IN_B2)
    by_sign = await raised(public, area_code=town.B2)
    found = await worker.post("/issues", report(town.IN_B2, type="finding"))
    fixed = found.json()
    done = await worker.step(fixed["id"], "fix_on_spot", text="已清理。")
    assert done.status_code == 200, done.text
    closed_before = (await issues(runtime))[fixed["id"]]
    at = clock.now() + timedelta(hours=1)
    change = await acts.approved(sit, acts.halves(), at)
    assert change["preview"]["counts"]["open_issues"] == 3
    assert change["preview"]["gaps"] == [acts.NEW_GRID]
    await acts.came(runtime)
    before = await issues(runtime)
    assert before[in_east["id"]].holder_id == worker.post_id

    clock.advance(hours=1)
    await acts.came(runtime)
    after = await issues(runtime)
    new = await acts.area_of(runtime, acts.NEW_GRID)
    officer = (await find_post(runtime, HERE, Role.COMMUNITY_OFFICER, town.C1))[1]
    assert after[in_west["id"]].holder_id == worker.post_id, "his post still serves that ground"
    assert (after[in_west["id"]].version, after[in_west["id"]].boundary_id) == (
        before[in_west["id"]].version, before[in_west["id"]].boundary_id,
    ), "what stays where it was is left alone"  # fmt: skip
    for one in (in_east, by_sign):
        assert (after[one["id"]].grid_id, after[one["id"]].holder_id) == (new.id, officer)
        assert (await steps_of(runtime, one["id"]))[-2:] == ["rehome", "assign"]
    closed = after[fixed["id"]]
    assert (closed.version, closed.grid_id, closed.holder_id) == (
        closed_before.version, closed_before.grid_id, closed_before.holder_id,
    )  # fmt: skip
    assert await without_anybody(runtime) == []
    seen = await acts.read(await sit(Role.DISTRICT_ADMIN, HERE), change)
    assert (seen["state"], seen["moved"], seen["preview"]) == ("settled", 2, None)
    assert [one["step"] for one in seen["trail"]] == [
        "draft", "submit", "agree", "approve", "take_effect", "settle",
    ]  # fmt: skip
    then = await located(runtime, town.IN_B2, at - timedelta(seconds=1))
    now = await located(runtime, town.IN_B2, at)
    assert (then["grid_id"], now["grid_id"]) == ((await acts.area_of(runtime, town.G1)).id, new.id)
    assert then["id"] == now["id"], "the building is who it was"


async def test_a_merge_carries_posts_codes_doors_tasks_and_matters(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    home = await needing(runtime, ground=town.G2)
    twin = await needing(runtime, ground=town.ISLAND)  # the same door on the other grid
    in_island = await raised(public, town.IN_ISLAND)
    by_code = await raised(public, area_code=town.ISLAND)
    worker = await sit(Role.GRID_WORKER, town.ISLAND)
    when = clock.now() + timedelta(minutes=5)
    said = {"kind": "merge", "areas": [town.G2, town.ISLAND], "code": town.G2, "name": "第二网格"}
    change = await acts.approved(sit, said, when)
    assert change["preview"]["posts"] == [{"area": town.ISLAND, "role": "grid_worker", "count": 1, "to": town.G2}]
    island = await acts.area_of(runtime, town.ISLAND)
    clock.advance(minutes=5)
    await acts.came(runtime)
    one = await acts.area_of(runtime, town.G2)
    after = await issues(runtime)
    for issue in (in_island, by_code):
        assert (after[issue["id"]].grid_id, after[issue["id"]].holder_id) == (one.id, worker.post_id)
    async with system_work(runtime, HERE) as work:
        for model in (Household, VisitTask):
            assert set(await work.session.scalars(select(model.grid_id))) == {one.id}, model
        assert await work.session.scalar(select(func.count()).select_from(Dwelling)) == 2
        assert set(await work.session.scalars(select(Dwelling.area_id))) == {one.id}
        post = await work.session.get_one(Post, worker.post_id)
        assert post.area_id == one.id
    assert home != twin
    old = (await public.get(f"/areas/{town.ISLAND}", params={"district": HERE})).json()
    assert [kin["code"] for kin in old["became"]] == [town.G2]
    assert old["valid_to"] is not None
    late = await raised(public, area_code=town.ISLAND)
    assert (await issues(runtime))[late["id"]].grid_id == one.id, "an old sign leads to what its area has become"
    then = await located(runtime, town.IN_ISLAND, when - timedelta(seconds=1))
    assert then["id"] == island.id
    assert (await located(runtime, town.IN_ISLAND, when))["id"] == one.id
    assert await without_anybody(runtime) == []


async def test_a_request_that_no_longer_fits_goes_back_to_the_district(
    sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    later = await acts.approved(sit, acts.halves(), clock.now() + timedelta(hours=2))
    said = {"kind": "merge", "areas": [town.G1, town.G2], "code": town.G2, "name": "合并网格"}
    await acts.approved(sit, said)
    await acts.came(runtime)
    clock.advance(hours=2)
    await acts.came(runtime)
    seen = await acts.read(await sit(Role.DISTRICT_ADMIN, HERE), later)
    assert (seen["state"], seen["effective_at"]) == ("street_agreed", None)
    assert [one["code"] for one in seen["findings"]] == ["no_such_area"]
    async with system_work(runtime, HERE) as work:
        fresh = select(Area.id).where(Area.code == acts.NEW_GRID)
        assert await work.session.scalar(fresh) is None
