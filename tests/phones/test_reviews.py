"""What did not take effect by itself is kept, shown to a person, and taken in its author's name."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.households.models import Review
from app.people.models import Post, Role
from app.sync import jobs
from app.sync.models import Op
from tests import town
from tests.conftest import Sit
from tests.households.homes import HEAD, WIFE
from tests.households.homes import home as registered
from tests.phones.conftest import Enrol
from tests.visits.homes import HERE, homes, visit_rows

pytestmark = pytest.mark.anyio


async def cards(runtime: Runtime) -> list[Review]:
    async with system_work(runtime, HERE) as work:
        return list(await work.session.scalars(select(Review).order_by(Review.opened_at)))


async def test_a_visit_long_after_the_post_ended_is_taken_by_the_leader(
    phone_of: Enrol, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    (home,) = await homes(runtime, "501")
    phone = await phone_of()
    leader = await sit(Role.GRID_LEADER, town.G1)
    async with system_work(runtime, HERE) as work:
        ends = update(Post).where(Post.id == phone.post_id).values(valid_to=clock.now() + timedelta(hours=1))
        await work.session.execute(ends)
    clock.advance(hours=72)
    phone.visit(home)
    clock.advance(hours=2)
    phone.visit(home)
    await phone.flush()
    assert [one.status for one in phone.sent] == ["applied", "deferred"]
    assert len(await visit_rows(runtime, home)) == 1

    (card,) = await cards(runtime)
    assert card.reason == "late_assignment"
    leader = await sit(Role.GRID_LEADER, town.G1)
    refused = await leader.post(f"/reviews/{card.id}/decide", {"decision": "taken"})
    assert refused.json()["code"] == "operation_review"
    taken = await leader.post(f"/sync/reviews/{card.id}/take")
    assert taken.status_code == 200, taken.text
    rows = await visit_rows(runtime, home)
    assert len(rows) == 2
    assert {str(row.post_id) for row in rows} == {phone.post_id}
    again = await leader.post(f"/sync/reviews/{card.id}/take")
    assert again.status_code == 409
    async with system_work(runtime, HERE) as work:
        assert {op.status for op in await work.session.scalars(select(Op))} == {"applied"}


async def test_household_split_offline(phone_of: Enrol, sit: Sit, runtime: Runtime, clock: FixedClock) -> None:
    """Of which half is it? What was said of the whole goes before a person; who has heard of it says which."""
    leader = await sit(Role.GRID_LEADER, town.G1)
    made = await registered(leader, "501", HEAD, WIFE)
    home, wife = made["id"], made["members"][1]["id"]
    phone, aware = await phone_of(), await phone_of(Role.GRID_LEADER, town.G1)
    await phone.pull()
    clock.advance(minutes=5)
    phone.visit(home)
    phone.enter("household.edit", home, {"fields": {"kind": "tenant"}}, base_rev=1)
    child = {"household_id": home, "resident": {"name": "曾小强", "relation": "child"}}
    phone.enter("resident.add", phone.fresh(), child)
    phone.enter("resident.edit", wife, {"fields": {"phone": "16600000009"}}, base_rev=1)
    clock.advance(minutes=5)
    split = await leader.post(f"/households/{home}/split", {"residents": [wife]})
    assert split.status_code in (200, 201), split.text
    clock.advance(minutes=5)
    assert await phone.sync()
    assert [one.status for one in phone.sent] == ["deferred"] * 3 + ["merged"], "who she is, is no question"
    assert {one.code for one in phone.sent[:3]} == {"household_split"}
    assert await visit_rows(runtime, UUID(home)) == []
    found = await cards(runtime)
    assert {(card.reason, str(card.household_id)) for card in found} == {("split", home)}
    assert len(found) == 3
    await aware.pull()
    aware.visit(home)
    phone.visit(home)
    assert await aware.sync()
    assert await phone.sync()
    assert [one.status for one in (aware.sent[-1], phone.sent[-1])] == ["applied", "applied"]

    leader = await sit(Role.GRID_LEADER, town.G1)
    (card,) = [one for one in found if one.entity == "visit"]
    refused = await leader.post(f"/reviews/{card.id}/decide", {"decision": "taken"})
    assert refused.json()["code"] == "operation_review"
    taken = await leader.post(f"/sync/reviews/{card.id}/take")
    assert (taken.status_code, taken.json()["status"]) == (200, "applied"), taken.text
    assert len(await visit_rows(runtime, UUID(home))) == 3


async def test_a_split_of_a_foreign_household_is_no_answer(phone_of: Enrol, sit: Sit, runtime: Runtime) -> None:
    """What its holder may not see is refused as ever; the answer does not tell that it came apart."""
    office = await sit(Role.COMMUNITY_OFFICER, town.C1)
    made = await registered(office, "501", HEAD, WIFE, area=town.G2)
    phone = await phone_of()
    phone.visit(made["id"])
    await office.post(f"/households/{made['id']}/split", {"residents": [made["members"][1]["id"]]})
    await phone.push()
    assert [(one.status, one.code) for one in phone.attention] == [("rejected", "unknown_household")]
    assert await cards(runtime) == []


async def test_out_of_order_amend_first(phone_of: Enrol, runtime: Runtime) -> None:
    (home,) = await homes(runtime, "501")
    phone = await phone_of()
    made = phone.visit(home, "not_home")
    phone.enter("visit.amend", made.body["entity_id"], {"base_rev": 1, "result": "met"})
    phone.outbox.reverse()
    await phone.push(most=1)
    assert [one.status for one in phone.outbox] == ["waiting", "new"]
    await phone.flush()
    assert not phone.outbox
    (row,) = await visit_rows(runtime, home)
    assert (row.result, row.rev) == ("met", 2)


async def test_dependency_never_arrives(phone_of: Enrol, sit: Sit, runtime: Runtime, clock: FixedClock) -> None:
    await homes(runtime, "501")
    phone = await phone_of()
    phone.enter("visit.amend", phone.fresh(), {"base_rev": 1, "result": "met"})
    await phone.push()
    async with system_work(runtime, HERE) as work:
        assert await jobs.give_up_waiting(work) == 0
    clock.advance(days=5, minutes=1)
    async with system_work(runtime, HERE) as work:
        assert await jobs.give_up_waiting(work) == 1
    (card,) = await cards(runtime)
    assert card.reason == "lost_dependency"
    async with system_work(runtime, HERE) as work:
        (op,) = list(await work.session.scalars(select(Op)))
    assert op.status == "deferred"
    assert op.body_sealed is not None
    leader = await sit(Role.GRID_LEADER, town.G1)
    assert (await leader.post(f"/sync/reviews/{card.id}/take")).json()["code"] == "still_waits"
    await phone.renew()
    await phone.push()
    assert [one.status for one in phone.sent] == ["duplicate"]
