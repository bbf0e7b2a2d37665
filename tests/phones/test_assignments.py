"""Ground that changes hands or shape while a phone is away (SYNC 3d)."""

from datetime import timedelta
from uuid import UUID

import pytest
from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, box
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import Range
from structlog.testing import capture_logs

from app.core.audit import Trail
from app.core.clock import FixedClock
from app.core.work import Runtime, open_city, system_work
from app.feed.actions import change_row
from app.feed.models import Change
from app.grid.models import Boundary, Dwelling
from app.grid.queries import get_area
from app.households.joining import merge
from app.households.models import Household, Resident, Review
from app.households.recording import LEVELS
from app.households.schemas import MergeHousehold
from app.issues.models import Issue
from app.people import actions
from app.people.models import Role
from app.visits import reckoning
from app.worker.turns import drain
from tests import town
from tests.changes import acts
from tests.conftest import Sit, find_post
from tests.phones.conftest import Enrol, NewPhone
from tests.phones.phone import reseal
from tests.visits.homes import HERE, count, homes, needing, on_duty, tasks, visit_rows

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]


async def given_to(runtime: Runtime, role: Role, ground: str, account_of: tuple[Role, str]) -> UUID:
    """The post ends now; another person holds the ground from here on."""
    _, old = await find_post(runtime, HERE, role, ground)
    account, _ = await find_post(runtime, HERE, *account_of)
    async with system_work(runtime, HERE) as work:
        await actions.end_post(work, old)
        over = actions.Ground(area_id=(await get_area(work, ground)).id)
        return await actions.appoint(work, account, role, over)


async def session_in(runtime: Runtime, person: tuple[Role, str], post_id: UUID) -> str:
    """That person, signed in at a desk in another of their posts."""
    account, _ = await find_post(runtime, HERE, *person)
    async with open_city(runtime) as session:
        token, _ = await actions.issue_token(session, runtime, account, HERE, post_id)
    return token


async def test_worker_reassigned_offline(
    phone_of: Enrol, new_phone: NewPhone, runtime: Runtime, clock: FixedClock
) -> None:
    alone = await needing(runtime)
    (late,) = await homes(runtime, "502")
    a = await phone_of()
    await a.pull()
    assert a.held("household")
    clock.advance(hours=2)
    morning = a.visit(alone)
    clock.advance(hours=1)
    new_post = await given_to(runtime, Role.GRID_WORKER, town.G1, (Role.GRID_WORKER, town.G2))
    clock.advance(hours=5)
    evening = a.visit(late, "not_home")
    assert await a.sync()
    assert [one.status for one in a.sent] == ["applied", "applied"], "made in good faith, within three days"
    (row,) = await visit_rows(runtime, alone)
    assert (str(row.id), str(row.post_id)) == (morning.body["entity_id"], a.post_id)
    assert (await tasks(runtime, alone))["living_alone_month"] == "covered"
    assert not a.copy, "what is no longer A's ground leaves A's phone"
    assert await a.agrees()

    b = new_phone()
    await b.enrol(await session_in(runtime, (Role.GRID_WORKER, town.G2), new_post), new_post)
    assert await b.sync()
    assert {morning.body["entity_id"], evening.body["entity_id"]} <= set(b.held("visit"))
    assert set(b.held("household")) == {str(alone), str(late)}
    assert await b.agrees()

    clock.advance(days=3)
    stale = a.visit(late)
    assert await a.sync()
    assert (a.sent[-1].id, a.sent[-1].status) == (stale.id, "deferred"), "a person decides; never silent"
    assert await count(runtime, Review) == 1
    assert len(await visit_rows(runtime, late)) == 1


async def test_a_deputys_work_is_good_for_three_days_after(
    new_phone: NewPhone, runtime: Runtime, clock: FixedClock
) -> None:
    """A deputy's work is taken, also a little later; its phone then holds nothing of the post."""
    (home,) = await homes(runtime)
    listed = (await homes(runtime, "502", ground=town.G2))[0]
    post = await on_duty(runtime, listed, Role.GRID_WORKER, town.G1)
    deputy, _ = await find_post(runtime, HERE, Role.GRID_WORKER, town.G2)
    async with system_work(runtime, HERE) as work:
        await actions.leave(work, post, clock.now() + timedelta(hours=8), deputy)
    phone = new_phone()
    await phone.enrol(await session_in(runtime, (Role.GRID_WORKER, town.G2), post), post)
    await phone.pull()
    assert set(phone.held("household")) == {str(home), str(listed)}
    clock.advance(hours=7)
    phone.visit(home)
    clock.advance(hours=2)
    phone.visit(home)
    await phone.sync()
    assert [one.status for one in phone.sent] == ["applied", "applied"]
    assert not phone.copy
    assert await phone.agrees()
    clock.advance(days=4)
    phone.visit(home)
    await phone.sync()
    assert phone.sent[-1].status == "deferred"
    assert len(await visit_rows(runtime, home)) == 2


async def redrawn(runtime: Runtime) -> None:
    """From now on the west of the second grid belongs to the third."""
    async with system_work(runtime, HERE) as work:
        now = work.clock.now()
        for code, west, east in ((town.ISLAND, 102.80, 102.82), (town.G2, 102.82, 102.85)):
            shape = box(west, 24.85, east, 24.90)
            area = await get_area(work, code)
            mine = (Boundary.area_id == area.id, Boundary.valid.contains(now))
            old = (await work.session.execute(select(Boundary).where(*mine))).scalar_one()
            version, since = old.version, old.valid.lower
            ended = update(Boundary).where(Boundary.id == old.id).values(valid=Range(since, now))
            await work.session.execute(ended)
            await work.put(Boundary, [{
                "id": work.new_id(), "area_id": area.id, "version": version + 1, "valid": Range(now, None),
                "geom": from_shape(MultiPolygon([shape]), 4326), "source": "drawn", "area_m2": 1.0,
            }])  # fmt: skip
            await work.put(Change, [change_row(work, "grid", area.id, grid_id=area.id)])


async def test_grid_split_offline(phone_of: Enrol, runtime: Runtime, clock: FixedClock) -> None:
    """Noted before the border was redrawn, it goes to the grid it lay in then; noted after, to the new one."""
    phone = await phone_of(Role.GRID_WORKER, town.G2)
    await phone.pull()
    clock.advance(hours=1)
    said = {"issue": {"text": "楼道灯不亮。", "point": town.point(town.IN_G2)}}
    before = phone.enter("issue.create", phone.fresh(), said)
    clock.advance(hours=1)
    await redrawn(runtime)
    clock.advance(hours=1)
    after = phone.enter("issue.create", phone.fresh(), said)
    clock.advance(hours=3)
    assert await phone.sync()
    assert [one.status for one in phone.sent] == ["applied", "applied"]
    async with system_work(runtime, HERE) as work:
        grids = {str(issue.id): issue.grid_id for issue in await work.session.scalars(select(Issue))}
        first, second = (await get_area(work, town.G2)).id, (await get_area(work, town.ISLAND)).id
    ids = [phone.redirects[op.body["entity_id"]] for op in (before, after)]
    assert [grids[one] for one in ids] == [first, second]
    await drain(runtime, HERE)
    await phone.sync()
    assert set(phone.held("issue")) == {ids[0]}
    assert await phone.agrees()


async def rehomed(runtime: Runtime, home: UUID, ground: str) -> None:
    """The door itself is counted to another grid, as a redrawn border leaves it."""
    async with system_work(runtime, HERE) as work:
        area = await get_area(work, ground)
        levels = {level: getattr(area, level) for level in LEVELS}
        dwelling = await work.session.scalar(select(Household.dwelling_id).where(Household.id == home))
        await work.session.execute(update(Dwelling).where(Dwelling.id == dwelling).values(**levels))
        await work.session.execute(update(Household).where(Household.id == home).values(**levels))
        await reckoning.reckon(work, [home])


async def test_tasks_follow_their_household_over_a_border(phone_of: Enrol, runtime: Runtime) -> None:
    alone = await needing(runtime)
    here, there = await phone_of(), await phone_of(Role.GRID_WORKER, town.G2)
    await here.pull()
    await there.pull()
    assert here.held("task")
    await rehomed(runtime, alone, town.G2)
    await here.pull()
    await there.pull()
    assert not here.held("task")
    assert len(there.held("task")) == 2


async def test_household_merged_offline(phone_of: Enrol, runtime: Runtime) -> None:
    gone, kept = await homes(runtime, "501", "502")
    phone = await phone_of()
    await phone.pull()
    phone.visit(gone)
    note = phone.enter("household.edit", str(gone), {"fields": {"note": "白天上班,晚上在家。"}}, base_rev=1)
    async with system_work(runtime, HERE) as work:
        await merge(work, gone, MergeHousehold(into=kept))
        await reckoning.reckon(work, [gone])
    assert await phone.sync()
    assert [one.status for one in phone.sent] == ["rerouted", "rerouted"]
    assert phone.redirects[str(gone)] == str(kept), "an open draft follows"
    assert set(phone.held("household")) == {str(kept)}
    (row,) = await visit_rows(runtime, kept)
    assert (row.said_household_id, row.household_id) == (gone, kept)
    assert phone.held("household")[str(kept)]["note"] == note.body["payload"]["fields"]["note"]
    assert await phone.agrees()


async def test_household_moved_then_edited(phone_of: Enrol, sit: Sit, runtime: Runtime) -> None:
    """Moved out of A's grid by its community while A was away: what A enters of it waits for a person."""
    (home,) = await homes(runtime)
    (door,) = await homes(runtime, "601", ground=town.G2)
    phone = await phone_of()
    await phone.pull()
    resident = next(iter(phone.held("resident")))
    async with system_work(runtime, HERE) as work:
        target = await work.session.scalar(select(Household.dwelling_id).where(Household.id == door))
    office = await sit(Role.COMMUNITY_OFFICER, town.C1)
    moved = await office.post(f"/households/{home}/move", {"dwelling_id": str(target)})
    assert moved.status_code == 200, moved.text
    phone.visit(home)
    phone.enter("household.edit", str(home), {"fields": {"kind": "tenant"}}, base_rev=1)
    phone.enter("resident.edit", resident, {"fields": {"phone": "16612345678"}}, base_rev=1)
    assert await phone.sync()
    assert {one.status for one in phone.sent} == {"deferred"}
    assert await count(runtime, Review) == 3
    assert not phone.held("household")
    assert not phone.held("resident")
    assert await phone.agrees()


async def test_household_deleted_mid_visit(phone_of: Enrol, sit: Sit, runtime: Runtime) -> None:
    """They moved out meanwhile: the visit stands, an edit of nobody is shown as refused, both are kept."""
    (home,) = await homes(runtime)
    phone = await phone_of()
    await phone.pull()
    phone.visit(home, "not_home")
    phone.enter("household.edit", str(home), {"fields": {"kind": "tenant"}}, base_rev=1)
    leader = await sit(Role.GRID_LEADER, town.G1)
    assert (await leader.post(f"/households/{home}/end", {})).status_code == 200
    assert await phone.sync()
    assert [(one.status, one.code) for one in phone.sent] == [("applied", None), ("rejected", "household_ended")]
    assert [one.code for one in phone.attention] == ["household_ended"]
    assert len(await visit_rows(runtime, home)) == 1
    assert await phone.agrees()


async def test_forged_grid_id(phone_of: Enrol, runtime: Runtime) -> None:
    """A household, a resident, a post of somebody else's: the claim is worth nothing and leaves a line."""
    (foreign,) = await homes(runtime, ground=town.G2)
    phone = await phone_of()
    _, other_post = await find_post(runtime, HERE, Role.GRID_WORKER, town.G2)
    async with system_work(runtime, HERE) as work:
        resident = await work.session.scalar(select(Resident.id).where(Resident.household_id == foreign))
    phone.visit(foreign)
    phone.enter("household.edit", str(foreign), {"fields": {"kind": "tenant"}}, base_rev=1)
    phone.enter("resident.edit", str(resident), {"fields": {"phone": "16612345678"}}, base_rev=1)
    forged = phone.visit(foreign)
    forged.body["assignment_id"] = str(other_post)
    reseal(forged.body)
    with capture_logs() as lines:
        await phone.flush()
    assert {one.status for one in phone.attention} == {"rejected"}
    assert len(phone.attention) == 4
    assert await visit_rows(runtime, foreign) == []
    assert sum(line["event"] in ("foreign_ground_claimed", "op_forbidden") for line in lines) >= 4


async def test_grid_merged_away_offline(phone_of: Enrol, runtime: Runtime, clock: FixedClock, sit: Sit) -> None:
    """Noted in a grid that is no more when it comes in: placed where it lay then, and followed to what that has
    become; the worker's phone learns that its ground is another and begins anew.
    """
    phone = await phone_of(Role.GRID_WORKER, town.ISLAND)
    await phone.pull()
    clock.advance(hours=1)
    said = {"issue": {"text": "楼道灯不亮。", "point": town.point(town.IN_ISLAND)}}
    note = phone.enter("issue.create", phone.fresh(), said)
    clock.advance(hours=1)
    merging = {"kind": "merge", "areas": [town.G2, town.ISLAND], "code": town.G2, "name": "第二网格"}
    await acts.approved(sit, merging)
    await acts.came(runtime)
    clock.advance(hours=1)
    assert await phone.sync()
    assert [one.status for one in phone.sent] == ["applied"]
    async with system_work(runtime, HERE) as work:
        issue = (await work.session.scalars(select(Issue))).one()
        merged = (await get_area(work, town.G2)).id
        steps = select(Trail.step).where(Trail.subject_id == issue.id).order_by(Trail.seq)
        assert list(await work.session.scalars(steps)) == ["raise", "assign", "rehome", "assign"]
    _, other = await find_post(runtime, HERE, Role.GRID_WORKER, town.G2)
    first = min(other, UUID(phone.post_id))  # two of one rank on the merged ground: the lower number has it
    assert (issue.grid_id, issue.holder_id) == (merged, first)
    await drain(runtime, HERE)
    await phone.sync()
    assert set(phone.held("issue")) == {phone.redirects[note.body["entity_id"]]}
    assert await phone.agrees()
