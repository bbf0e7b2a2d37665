"""Rounds over a list of points without a signal: the list is on the phone, the round counts once, no track."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.issues.models import Issue
from app.people.models import Role
from app.visits.records import Patrol, PatrolFinding
from app.worker.turns import drain
from tests import town
from tests.conftest import Sit
from tests.phones.conftest import Enrol
from tests.phones.phone import Phone
from tests.visits.homes import HERE, count
from tests.visits.test_patrols import listed

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]


def points_of(phone: Phone) -> tuple[str, list[dict[str, Any]]]:
    """The one list a phone holds, and its points in their order."""
    ((list_id, said),) = phone.held("patrol_list").items()
    return list_id, said["points"]


async def test_a_round_without_a_signal(phone_of: Enrol, sit: Sit, runtime: Runtime, clock: FixedClock) -> None:
    """Made at eight, sent at noon by a clock three days fast: counted at eight, once, with its one issue."""
    await listed(runtime, sit)
    phone = await phone_of()
    await phone.pull()
    list_id, points = points_of(phone)
    assert [(one["text"], one["finding"]) for one in points] == [
        ("河边护栏", None), ("3-2-101", None), ("3-2-102", None),
    ]  # fmt: skip
    assert points[0]["lon"] == pytest.approx(town.point(town.IN_B1)["lon"])
    made_at = clock.now()
    phone.clock.skew = timedelta(days=3)
    made = phone.patrol(list_id, [
        {"point_id": points[1]["id"], "finding": "reported", "note": "水管冻裂漏水"},
        {"point_id": points[0]["id"], "finding": "mended"},
    ])  # fmt: skip
    clock.advance(hours=4)
    assert await phone.sync()
    assert [one.status for one in phone.sent] == ["applied"]
    phone.outbox = [*phone.sent]  # the answer was lost
    (again,) = await phone.push()
    assert (again["status"], list(again["server_value"]["issues"])) == ("duplicate", [points[1]["id"]])

    async with system_work(runtime, HERE) as work:
        (row,) = list(await work.session.scalars(select(Patrol)))
        (issue,) = list(await work.session.scalars(select(Issue)))
        assert str(row.id) == made.body["entity_id"]
        assert abs((row.at - made_at).total_seconds()) < 1
        assert row.occurred_at - row.at > timedelta(days=2)
        assert (str(row.post_id), str(row.device_id)) == (phone.post_id, phone.device_id)
        assert (issue.text, issue.place_text, issue.occurred_at) == ("水管冻裂漏水", "3-2-101", row.at)
    assert await count(runtime, PatrolFinding) == 2
    await drain(runtime, HERE)
    await phone.pull()
    _, points = points_of(phone)
    assert [one["finding"] for one in points] == ["mended", "reported", None]
    assert await phone.agrees()


async def test_a_round_over_a_list_that_ended_meanwhile(phone_of: Enrol, sit: Sit, runtime: Runtime) -> None:
    """What was seen was seen; the list leaves the phone."""
    leader, made = await listed(runtime, sit)
    phone = await phone_of()
    await phone.pull()
    list_id, points = points_of(phone)
    phone.patrol(list_id, [{"point_id": points[0]["id"], "finding": "fine"}])
    assert (await leader.post(f"/patrol-lists/{made['id']}/end")).status_code == 200
    assert await phone.sync()
    assert [one.status for one in phone.sent] == ["applied"]
    assert not phone.held("patrol_list")
    assert await phone.agrees()


async def test_what_is_wrong_with_a_round_is_said_and_kept(phone_of: Enrol, sit: Sit, runtime: Runtime) -> None:
    """A point of no list, a report without words, a foreign list, a helper's phone, an id used before."""
    await listed(runtime, sit)
    phone = await phone_of()
    await phone.pull()
    list_id, points = points_of(phone)
    fine = {"point_id": points[0]["id"], "finding": "fine"}
    first = phone.patrol(list_id, [fine])
    phone.patrol(list_id, [fine, fine])
    phone.patrol(list_id, [{"point_id": points[0]["id"], "finding": "reported"}])
    phone.patrol(phone.fresh(), [fine])
    await phone.push()
    assert [one.code for one in phone.attention] == ["unknown_point", "report_needs_words", "forbidden"]
    for role, ground in ((Role.GRID_WORKER, town.G2), (Role.CLEANER, town.G1)):
        other = await phone_of(role, ground)
        await other.pull()
        assert not other.held("patrol_list")
        other.patrol(list_id, [fine])
        await other.push()
        assert [one.code for one in other.attention] == ["forbidden"]
        assert await other.agrees()
    leader = await phone_of(Role.GRID_LEADER, town.G1)
    taken = leader.enter("patrol.create", first.body["entity_id"], {"list_id": list_id, "findings": [fine]})
    await leader.push()
    assert (taken.status, taken.code) == ("rejected", "patrol_id_taken")
    assert await count(runtime, Patrol) == 1
