"""Two people at one record while neither has a signal (SYNC 3d)."""

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.households.joining import merge
from app.households.members import clear
from app.households.models import Household, Resident, Review
from app.households.reviews import offered_by
from app.households.schemas import MergeHousehold
from app.issues.models import Issue
from app.people.models import Role
from tests import town
from tests.phones.conftest import Enrol
from tests.phones.phone import Phone
from tests.visits.homes import HERE, homes, needing, on_duty, tasks, visit_rows

pytestmark = pytest.mark.anyio
OLD, NEW = "16600000001", "16600000002"


async def two(phone_of: Enrol) -> tuple[Phone, Phone]:
    """The worker's and the leader's phone, both with the ground as it is."""
    phones = await phone_of(), await phone_of(Role.GRID_LEADER, town.G1)
    for phone in phones:
        await phone.pull()
    return phones


async def resident(runtime: Runtime, home: object) -> Resident:
    async with system_work(runtime, HERE) as work:
        found: Resident | None = await work.session.scalar(select(Resident).where(Resident.household_id == home))
    assert found is not None
    return found


async def test_two_workers_same_field(phone_of: Enrol, runtime: Runtime) -> None:
    """Two telephone numbers: the stored one stays, the other waits for a person's eyes, once."""
    (home,) = await homes(runtime)
    one, other = await two(phone_of)
    who = str((await resident(runtime, home)).id)
    for phone, number in ((one, OLD), (other, NEW)):
        phone.enter("resident.edit", who, {"fields": {"phone": number}}, base_rev=1)
    assert await one.sync()
    assert await other.sync()
    assert [phone.sent[0].status for phone in (one, other)] == ["applied", "conflict"]
    other.enter("resident.edit", who, {"fields": {"phone": NEW}}, base_rev=1)
    assert await other.sync()
    async with system_work(runtime, HERE) as work:
        (card,) = list(await work.session.scalars(select(Review)))
        stored = clear(work.keys, await work.session.get_one(Resident, card.entity_id))
        assert (stored["phone"], offered_by(work, card), card.reason) == (OLD, NEW, "field_conflict")
        assert card.op_id is not None
    assert await one.agrees()
    assert await other.agrees()


async def test_two_workers_disjoint(phone_of: Enrol, runtime: Runtime) -> None:
    (home,) = await homes(runtime)
    one, other = await two(phone_of)
    who = str((await resident(runtime, home)).id)
    one.enter("resident.edit", who, {"fields": {"phone": OLD}}, base_rev=1)
    other.enter("resident.edit", who, {"fields": {"name": "曾国强"}}, base_rev=1)
    assert await one.sync()
    assert await other.sync()
    assert [phone.sent[0].status for phone in (one, other)] == ["applied", "merged"]
    assert await one.sync()
    assert one.held("resident")[who]["name"] == "曾国强"
    async with system_work(runtime, HERE) as work:
        assert list(await work.session.scalars(select(Review))) == []


async def test_two_notes_the_later_one_stands(phone_of: Enrol, runtime: Runtime, clock: FixedClock) -> None:
    """By the corrected time of writing, not by the order of arrival."""
    (home,) = await homes(runtime)
    one, other = await two(phone_of)
    clock.advance(minutes=10)
    one.enter("household.edit", str(home), {"fields": {"note": "早写的"}}, base_rev=1)
    clock.advance(minutes=10)
    other.enter("household.edit", str(home), {"fields": {"note": "晚写的"}}, base_rev=1)
    assert await other.sync()
    assert await one.sync()
    assert [phone.sent[0].status for phone in (one, other)] == ["applied", "applied"]
    async with system_work(runtime, HERE) as work:
        row = await work.session.get_one(Household, home)
        assert work.keys.unseal(row.note_sealed or b"", "household.note") == "晚写的"


async def test_task_done_twice(phone_of: Enrol, runtime: Runtime) -> None:
    """Two visits to one household on one day: both are visits, one covers."""
    alone = await needing(runtime)
    one, other = await two(phone_of)
    for phone in (one, other):
        phone.visit(alone)
    assert await one.sync()
    assert await other.sync()
    assert len(await visit_rows(runtime, alone)) == 2
    assert (await tasks(runtime, alone))["living_alone_month"] == "covered"
    assert await one.sync()
    assert one.held("task") == other.held("task")


async def test_what_http_refuses_a_phone_does_not_do(phone_of: Enrol, runtime: Runtime) -> None:
    """A cleaner on the ground, a department's officer with a list: they visit their list and edit nobody."""
    home, other = await homes(runtime, "501", "502")
    await on_duty(runtime, home, Role.CLEANER, town.G1)
    phone = await phone_of(Role.CLEANER, town.G1)
    who = str((await resident(runtime, home)).id)
    phone.visit(home)
    phone.enter("household.edit", str(home), {"fields": {"kind": "tenant"}}, base_rev=1)
    phone.enter("resident.edit", who, {"fields": {"phone": NEW}}, base_rev=1)
    phone.enter("resident.add", phone.fresh(), {"household_id": str(home), "resident": {"name": "李某"}})
    phone.enter("delete.ask", str(home), {"household_id": str(home)})
    phone.visit(other)
    await phone.flush()
    assert [one.status for one in phone.sent] == ["applied"] + ["rejected"] * 5
    async with system_work(runtime, HERE) as work:
        assert (await work.session.get_one(Household, home)).kind == "permanent"


async def test_a_household_of_the_list_is_merged_offline(phone_of: Enrol, runtime: Runtime) -> None:
    """The list names the living household alone; a visit to the one that is gone counts for it."""
    gone, kept = await homes(runtime, "501", "502", ground=town.G2)
    await on_duty(runtime, gone, Role.DEPARTMENT_OFFICER, "chengguan")
    phone = await phone_of(Role.DEPARTMENT_OFFICER, "chengguan")
    await phone.pull()
    phone.visit(gone)
    async with system_work(runtime, HERE) as work:
        await merge(work, gone, MergeHousehold(into=kept))
    assert await phone.sync()
    assert [one.status for one in phone.sent] == ["rerouted"]
    assert set(phone.held("household")) == {str(kept)}
    assert len(await visit_rows(runtime, kept)) == 1


async def test_a_step_names_the_phones_own_issue(phone_of: Enrol, runtime: Runtime) -> None:
    """Raised, accepted and answered without a signal; and the steps arrive first."""
    phone = await phone_of()
    said = {"issue": {"text": "楼道灯不亮。", "point": town.point(town.IN_B1)}}
    raised = phone.enter("issue.create", phone.fresh(), said)
    own = raised.body["entity_id"]
    phone.enter("issue.step", own, {"step": "accept", "expected_state": "assigned"})
    done = {"step": "answer", "expected_state": "handling", "form": {"text": "灯已换好。", "result": "solved"}}
    phone.enter("issue.step", own, done)
    phone.outbox = [*phone.outbox[1:], raised]
    await phone.push(most=2)
    assert [one.status for one in phone.outbox] == ["waiting", "waiting", "new"]
    assert await phone.sync()
    async with system_work(runtime, HERE) as work:
        (issue,) = list(await work.session.scalars(select(Issue)))
    assert issue.state == "answered"
