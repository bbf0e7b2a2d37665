"""The main path: enrol, fetch the ground, visit offline, send, fetch what came of it."""

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.people.privacy import PersonalRead
from app.sync.models import Op
from app.visits.due import PRIORITY
from app.visits.kinds import Period
from tests import town
from tests.phones.conftest import Enrol
from tests.visits.homes import HERE, homes, needing, tasks, visit_rows

pytestmark = pytest.mark.anyio


async def test_a_phone_fetches_its_ground_and_sends_its_day(
    phone_of: Enrol, runtime: Runtime, clock: FixedClock
) -> None:
    (home,) = await homes(runtime, "501")
    alone = await needing(runtime, "living_alone", room="502")
    (elsewhere,) = await homes(runtime, "503", ground=town.G2)
    phone = await phone_of()

    await phone.pull(limit=3)
    assert set(phone.held("household")) == {str(home), str(alone)}
    assert phone.held("household")[str(alone)]["room"] == "502"
    assert {said["code"] for said in phone.held("grid").values()} == {town.G1}
    assert len(phone.held("task")) == 2  # this month's and the next
    assert all(said["late_after"] >= said["due_on"] for said in phone.held("task").values())
    assert {said["priority"] for said in phone.held("task").values()} == {PRIORITY[Period.MONTH]}
    assert await phone.agrees()

    clock.advance(hours=1)
    met = phone.visit(alone)
    phone.visit(home, "not_home")
    clock.advance(hours=3)
    await phone.flush()
    assert not phone.outbox
    assert [one.status for one in phone.sent] == ["applied", "applied"]

    (row,) = await visit_rows(runtime, alone)
    assert str(row.id) == met.body["entity_id"]
    assert row.at == row.occurred_at
    assert (await tasks(runtime, alone))["living_alone_month"] == "covered"
    assert await visit_rows(runtime, elsewhere) == []

    assert await phone.pull() > 0
    assert await phone.agrees()
    assert "covered" in {said["state"] for said in phone.held("task").values()}
    assert await phone.pull() == 0

    async with system_work(runtime, HERE) as work:
        ops = list(await work.session.scalars(select(Op).order_by(Op.seq)))
        reads = list(await work.session.scalars(select(PersonalRead)))
    assert [op.status for op in ops] == ["applied", "applied"]
    assert all(b"result" not in bytes(op.body_sealed or b"") for op in ops)
    assert {str(one) for read in reads for one in read.subject_ids} >= {str(home), str(alone)}
