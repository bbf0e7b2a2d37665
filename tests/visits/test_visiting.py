"""Making a visit, amending it for a day, and the issue it led to."""

from datetime import date
from uuid import UUID, uuid5

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock, Moment
from app.core.work import Runtime, Work, system_work
from app.grid.models import Dwelling
from app.grid.queries import get_area
from app.issues.models import Issue
from app.people.models import Role
from app.people.privacy import PersonalRead
from app.visits import actions
from app.visits.actions import AdviceIsForFollowUps, NowhereVisited, Said, UnknownCompanion, UnknownHousehold
from app.visits.kinds import Advice, Result
from app.visits.models import Visit, VisitCompanion, VisitPhoto, VisitRevision
from app.visits.schemas import NewVisit, VisitPhotoIn
from tests import town
from tests.conftest import Sit
from tests.issues.test_budgets import counted
from tests.visits.homes import (
    HERE,
    LEVELS,
    as_desk,
    count,
    fed,
    homes,
    merge,
    needing,
    on_duty,
    reckoned,
    tasks,
    visit_rows,
    visited,
)

pytestmark = pytest.mark.anyio
MINE = UUID(int=77)


async def test_three_taps_are_a_visit_and_cover_what_is_due(runtime: Runtime, sit: Sit) -> None:
    household = await needing(runtime, "living_alone", "aged_80")
    worker = await sit(Role.GRID_WORKER, town.G1)
    said = await visited(worker, household)
    assert (said["door"], said["head"], said["way"], said["covers"]) == ("3-2-501", "曾**", "door", 2)
    assert await tasks(runtime, household) == {"living_alone_month": "covered", "aged_80_quarter": "covered"}
    (told,) = await fed(runtime, "visit", said["id"])
    assert told[0] == "upsert"
    assert told[1] is not None


async def test_the_same_id_again_makes_nothing(runtime: Runtime, sit: Sit) -> None:
    household = await needing(runtime)
    worker = await sit(Role.GRID_WORKER, town.G1)
    first = await visited(worker, household, id=str(MINE))
    again = await visited(worker, household, id=str(MINE), result="refused")
    assert again == first
    assert len(await visit_rows(runtime, household)) == 1
    assert len(await fed(runtime, "visit", MINE)) == 1
    leader = await sit(Role.GRID_LEADER, town.G1)
    answer = await leader.post("/visits", {"id": str(MINE), "household_id": str(household), "result": "met"})
    assert (answer.status_code, answer.json()["code"]) == (409, "visit_id_taken")


async def test_two_visits_on_one_day_are_two_visits_and_one_coverage(
    runtime: Runtime, sit: Sit, clock: FixedClock
) -> None:
    household = await needing(runtime)
    worker = await sit(Role.GRID_WORKER, town.G1)
    first = await visited(worker, household)
    clock.advance(minutes=1)
    second = await visited(worker, household)
    assert (first["covers"], second["covers"]) == (1, 0)
    assert len(await visit_rows(runtime, household)) == 2


async def test_a_household_of_other_ground_is_not_there(runtime: Runtime, sit: Sit) -> None:
    (household,) = await homes(runtime, ground=town.G2)
    worker = await sit(Role.GRID_WORKER, town.G1)
    answer = await worker.post("/visits", {"household_id": str(household), "result": "met"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_household")
    assert (await worker.get(f"/households/{household}/visits")).status_code == 404
    pioneer = await sit(Role.PIONEER, town.B1)
    (near,) = await homes(runtime, "502")
    answer = await pioneer.post("/visits", {"household_id": str(near), "result": "met"})
    assert answer.status_code == 422, "a helper on the ground visits only its own list"


async def test_any_post_visits_the_households_of_its_list(runtime: Runtime, sit: Sit) -> None:
    household = await needing(runtime, "living_alone", ground=town.G2)
    await on_duty(runtime, household, Role.DEPARTMENT_OFFICER, "chengguan")
    officer = await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    said = await visited(officer, household, kind="visit", way="phone")
    assert said["covers"] == 2, "one visit serves the grid's plan and the list's"
    assert said["door"] == "3-2-501"
    raised = await officer.post(f"/visits/{said['id']}/issue", {"text": "楼道堆物,请清理。"})
    assert raised.status_code == 201, raised.text


async def test_a_merged_household_is_followed(runtime: Runtime, sit: Sit) -> None:
    gone, living = await homes(runtime, "501", "502")
    worker = await sit(Role.GRID_WORKER, town.G1)
    before = await visited(worker, gone)
    await merge(runtime, gone, living)
    after = await visited(worker, gone)
    for said in (before, after):
        read = (await worker.get(f"/visits/{said['id']}")).json()
        assert (read["household_id"], read["said_household_id"]) == (str(living), str(gone))
    listed = (await worker.get(f"/households/{gone}/visits")).json()["items"]
    assert {line["id"] for line in listed} == {before["id"], after["id"]}


async def test_a_batch_is_one_statement_however_long(
    runtime: Runtime, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    household = await needing(runtime)
    worker, leader = await sit(Role.GRID_WORKER, town.G1), await sit(Role.GRID_LEADER, town.G1)
    forms = [
        NewVisit(
            id=uuid5(MINE, str(place)), household_id=household, result=Result.MET, companions=[leader.post_id],
            photos=[VisitPhotoIn(media_id=uuid5(MINE, f"p{place}"))],
        )
        for place in range(50)
    ]  # fmt: skip
    async with as_desk(runtime, worker) as work:
        with counted(monkeypatch) as sent:
            made = await actions.make_visits(work, [Said(form, Moment.of(work.clock)) for form in forms])
        assert [one.replayed for one in made] == [False] * 50
    assert sum("insert into visit" in one for one in sent) == 1
    assert len(sent) == 3, "who may and who came along are asked once for all; the write is one more"
    assert (await count(runtime, VisitCompanion), await count(runtime, VisitPhoto)) == (50, 50)
    assert await tasks(runtime, household) == {"living_alone_month": "covered"}
    async with as_desk(runtime, worker) as work:
        again = await actions.make_visits(work, [Said(form, Moment.of(work.clock)) for form in reversed(forms)])
    assert [one.replayed for one in again] == [True] * 50
    assert (await count(runtime, Visit), await count(runtime, VisitCompanion)) == (50, 50)


async def test_one_wrong_visit_stops_its_batch(runtime: Runtime, sit: Sit) -> None:
    (household,) = await homes(runtime)
    worker = await sit(Role.GRID_WORKER, town.G1)
    good = NewVisit(household_id=household, result=Result.MET)
    for wrong, problem in (
        (NewVisit(household_id=MINE, result=Result.MET), UnknownHousehold),
        (NewVisit(result=Result.MET), NowhereVisited),
        (good.model_copy(update={"companions": [MINE]}), UnknownCompanion),
        (good.model_copy(update={"advice": [Advice.MEASURED]}), AdviceIsForFollowUps),
    ):
        with pytest.raises(problem):
            async with as_desk(runtime, worker) as work:
                await actions.make_visits(
                    work, [Said(good, Moment.of(work.clock)), Said(wrong, Moment.of(work.clock))]
                )
    assert await count(runtime, Visit) == 0


async def test_its_author_amends_it_for_a_day(runtime: Runtime, sit: Sit, clock: FixedClock) -> None:
    household = await needing(runtime)
    worker = await sit(Role.GRID_WORKER, town.G1)
    said = await visited(worker, household, note="门口有台阶")
    assert said["amendable"]
    path = f"/visits/{said['id']}/amend"
    amended = (await worker.post(path, {"base_rev": 1, "result": "not_home", "note": None})).json()
    assert (amended["result"], amended["note"], amended["rev"], amended["covers"]) == ("not_home", None, 2, 0)
    assert await tasks(runtime, household) == {"living_alone_month": "open"}
    async with system_work(runtime, HERE) as work:
        kept = (await work.session.scalars(select(VisitRevision))).one()
        assert (kept.rev, kept.said["result"], kept.said["note"]) == (1, "met", "门口有台阶")
    stale = await worker.post(path, {"base_rev": 1, "result": "met"})
    assert (stale.status_code, stale.json()["code"]) == (409, "visit_moved_on")
    leader = await sit(Role.GRID_LEADER, town.G1)
    other = await leader.post(path, {"base_rev": 2, "result": "met"})
    assert (other.status_code, other.json()["code"]) == (403, "not_the_author")
    health = await worker.post(path, {"base_rev": 2, "advice": ["measured"]})
    assert (health.status_code, health.json()["code"]) == (422, "advice_is_for_follow_ups")
    clock.advance(hours=24)
    worker = await sit(Role.GRID_WORKER, town.G1)
    assert (await worker.post(path, {"base_rev": 2, "result": "met"})).json()["covers"] == 1
    clock.advance(seconds=1)
    late = await worker.post(path, {"base_rev": 3, "result": "refused"})
    assert (late.status_code, late.json()["code"]) == (409, "too_late_to_amend")
    assert len(await fed(runtime, "visit", said["id"])) == 3


async def test_an_issue_is_raised_once_at_the_door(runtime: Runtime, sit: Sit) -> None:
    (household,) = await homes(runtime)
    worker = await sit(Role.GRID_WORKER, town.G1)
    said = await visited(worker, household)
    path, key = f"/visits/{said['id']}/issue", {"Idempotency-Key": "visit-issue-0001"}
    first = await worker.post(path, {"text": "老人家中燃气软管老化。"}, headers=key)
    again = await worker.post(path, {"text": "老人家中燃气软管老化。"}, headers=key)
    assert first.status_code == 201, first.text
    assert again.json() == first.json() | {"replayed": True}
    async with system_work(runtime, HERE) as work:
        issue = (await work.session.scalars(select(Issue))).one()
        assert (issue.channel, str(issue.dwelling_id)) == ("worker", (await _visit(runtime, said["id"])))
        assert issue.building_group_id is not None
    assert (await worker.get(f"/visits/{said['id']}")).json()["issue_id"] == first.json()["issue_id"]
    other = await worker.post(path, {"text": "另一件事。"})
    assert (other.status_code, other.json()["code"]) == (409, "visit_has_issue")
    assert await count(runtime, Issue) == 1


async def _visit(runtime: Runtime, visit_id: str) -> str:
    async with system_work(runtime, HERE) as work:
        return str(await work.session.scalar(select(Visit.dwelling_id).where(Visit.id == UUID(visit_id))))


async def test_a_judgement_of_a_person_is_pointed_out_and_kept(runtime: Runtime, sit: Sit) -> None:
    (household,) = await homes(runtime)
    worker = await sit(Role.GRID_WORKER, town.G1)
    said = await visited(worker, household, note="缠访多年,脑子有问题")
    assert said["hints"] == ["缠访", "脑子有问题"]
    assert (await visited(worker, household, note="轮椅无法通过门槛"))["hints"] == []


async def test_a_note_is_shown_on_its_visit_and_in_no_list(runtime: Runtime, sit: Sit) -> None:
    (household,) = await homes(runtime)
    worker = await sit(Role.GRID_WORKER, town.G1)
    said = await visited(worker, household, note="唯一的话")
    lists = ("/visits", f"/households/{household}/visits")
    for path in lists:
        assert "唯一的话" not in (await worker.get(path)).text
    assert (await worker.get(f"/visits/{said['id']}")).json()["note"] == "唯一的话"
    async with system_work(runtime, HERE) as work:
        reads = (await work.session.scalars(select(PersonalRead.what).order_by(PersonalRead.id))).all()
    assert sorted(reads) == ["visit", "visit", "visits.list", "visits.list"]


async def test_an_empty_dwelling_may_be_visited(runtime: Runtime, sit: Sit) -> None:
    async with system_work(runtime, HERE) as work:
        await homes_door(work)
    worker = await sit(Role.GRID_WORKER, town.G1)
    async with system_work(runtime, HERE) as work:
        door = await work.session.scalar(select(Dwelling.id))
    answer = await worker.post("/visits", {"dwelling_id": str(door), "result": "not_home"})
    assert (answer.status_code, answer.json()["door"]) == (201, "9-1-101")
    other = await (await sit(Role.GRID_WORKER, town.G2)).post(
        "/visits", {"dwelling_id": str(door), "result": "met"}
    )
    assert other.status_code == 422


async def homes_door(work: Work) -> None:
    area = await get_area(work, town.B1)
    await work.put(Dwelling, [{
        "id": work.new_id(), "area_id": area.id, **{level: getattr(area, level) for level in LEVELS},
        "estate_id": None, "code": None, "building": "9", "entrance": "1", "room": "101", "use": "empty",
        "point": None, "since": work.clock.now(),
    }])  # fmt: skip


async def test_a_late_visit_covers_the_month_it_was_made_in(runtime: Runtime, sit: Sit, clock: FixedClock) -> None:
    household = await needing(runtime)
    clock.advance(days=12)  # 2 December
    await reckoned(runtime, household)
    worker = await sit(Role.GRID_WORKER, town.G1)
    await visited(worker, household, occurred_at="2026-11-30T23:50:00+08:00")
    assert await tasks(runtime, household, date(2026, 11, 30)) == {"living_alone_month": "covered"}
    assert await tasks(runtime, household) == {"living_alone_month": "open"}
    await visited(worker, household, occurred_at="2026-12-01T00:10:00+08:00")  # still November in London
    assert await tasks(runtime, household) == {"living_alone_month": "covered"}
