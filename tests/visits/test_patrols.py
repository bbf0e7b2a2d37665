"""Lists of points, rounds with findings, and the issue a reported one becomes."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.core.work import Runtime, system_work
from app.grid.models import Dwelling
from app.issues.models import Issue
from app.people.models import Role
from app.visits.records import Patrol, PatrolFinding
from tests import town
from tests.conftest import Desk, Sit
from tests.visits.homes import HERE, count, fed, homes

pytestmark = pytest.mark.anyio
LIST = {"name": "空置房防冻巡查", "basis": "冬季防冻工作安排", "every_days": 7}
ROUND = UUID(int=55)


async def listed(runtime: Runtime, sit: Sit) -> tuple[Desk, dict[str, Any]]:
    """A list of two empty doors and a place in words."""
    await homes(runtime, "101", "102", "103")
    await homes(runtime, "104", ground=town.G2)
    async with system_work(runtime, HERE) as work:
        empty = Dwelling.room.in_(("101", "102", "104"))
        await work.session.execute(update(Dwelling).where(empty).values(use="empty"))
    leader = await sit(Role.GRID_LEADER, town.G1)
    place = {"text": "河边护栏", "point": town.point(town.IN_B1)}
    said = LIST | {"area_code": town.G1, "empty_dwellings": True, "points": [place]}
    answer = await leader.post("/patrol-lists", said)
    assert answer.status_code == 201, answer.text
    return leader, answer.json()


async def test_empty_dwellings_come_on_the_list_by_themselves(runtime: Runtime, sit: Sit) -> None:
    _, made = await listed(runtime, sit)
    assert (made["points"], made["last_at"], made["every_days"]) == (3, None, 7)
    worker = await sit(Role.GRID_WORKER, town.G1)
    full = (await worker.get(f"/patrol-lists/{made['id']}")).json()
    assert [point["text"] for point in full["at_points"]] == ["河边护栏", "3-2-101", "3-2-102"]
    assert [kind for kind, _ in await fed(runtime, "patrol_list", made["id"])] == ["upsert"]
    assert (await (await sit(Role.GRID_WORKER, town.G2)).get("/patrol-lists")).json() == []


async def test_a_round_keeps_findings_and_a_reported_one_becomes_an_issue(runtime: Runtime, sit: Sit) -> None:
    _, made = await listed(runtime, sit)
    worker = await sit(Role.GRID_WORKER, town.G1)
    path = f"/patrol-lists/{made['id']}"
    place, first, second = [point["id"] for point in (await worker.get(path)).json()["at_points"]]
    said = {"id": str(ROUND), "findings": [
        {"point_id": first, "finding": "reported", "note": "水管冻裂漏水"},
        {"point_id": place, "finding": "mended"}, {"point_id": second, "finding": "not_reached"},
    ]}  # fmt: skip
    done = await worker.post(f"{path}/patrols", said)
    assert done.status_code == 201, done.text
    assert (await worker.post(f"{path}/patrols", said)).json() == done.json()
    assert (await count(runtime, Patrol), await count(runtime, PatrolFinding), await count(runtime, Issue)) == (
        1,
        3,
        1,
    )
    async with system_work(runtime, HERE) as work:
        issue = (await work.session.scalars(select(Issue))).one()
        assert (issue.type, issue.text, issue.place_text) == ("finding", "水管冻裂漏水", "3-2-101")
        assert issue.dwelling_id is not None
        kept = {column.name for column in PatrolFinding.__table__.columns}
    assert not kept & {"at", "seq", "place", "order"}, "no order, no times between, no track"
    full = (await worker.get(path)).json()
    assert [point["finding"] for point in full["at_points"]] == ["mended", "reported", "not_reached"]
    assert full["at_points"][1]["issue_id"] == str(issue.id)
    assert full["last_at"] is not None


async def test_what_is_wrong_with_a_round_or_a_list_is_said(runtime: Runtime, sit: Sit) -> None:
    leader, made = await listed(runtime, sit)
    path = f"/patrol-lists/{made['id']}"
    (point, *_) = [one["id"] for one in (await leader.get(path)).json()["at_points"]]
    fine = {"point_id": point, "finding": "fine"}
    for findings, code in (
        ([fine, fine], "unknown_point"),
        ([{"point_id": str(ROUND), "finding": "fine"}], "unknown_point"),
        ([{"point_id": point, "finding": "reported"}], "report_needs_words"),
    ):
        answer = await leader.post(f"{path}/patrols", {"findings": findings})
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    for more, status, code in (
        ({"area_code": town.G1}, 422, "no_points"),
        ({"area_code": town.G2, "empty_dwellings": True}, 403, "not_your_ground"),
        ({"area_code": town.G1, "points": [{}]}, 422, "unknown_point"),
        ({"area_code": town.G1, "points": [{"dwelling_id": str(ROUND)}]}, 422, "unknown_point"),
    ):
        answer = await leader.post("/patrol-lists", LIST | more)
        assert (answer.status_code, answer.json()["code"]) == (status, code), more
    worker = await sit(Role.GRID_WORKER, town.G1)
    mine = await worker.post(f"{path}/patrols", {"id": str(ROUND), "findings": [fine]})
    other = await leader.post(f"{path}/patrols", {"id": str(ROUND), "findings": [fine]})
    assert (mine.status_code, other.status_code, other.json()["code"]) == (201, 409, "patrol_id_taken")
    assert (await leader.post(f"{path}/end")).status_code == 200
    assert (await leader.get("/patrol-lists")).json() == []
    assert "tombstone" in [kind for kind, _ in await fed(runtime, "patrol_list", made["id"])]
