"""A household over HTTP, from its registration behind a door to its moving out (DESIGN 2, 6; CASES 1f, 3)."""

from typing import Any
from uuid import UUID

import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.people.models import Role
from app.worker.housekeeping import plan_day, rehome
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit
from tests.households.homes import HEAD, HERE, WIFE, assert_chains, home, reads
from tests.issues.acts import assert_problem
from tests.journeys.people import COMMUNITY, LEADER, STREET, WORKER, done, seats
from tests.visits.homes import end_post, homes, tasks, visited

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
OFFICER = (Role.DEPARTMENT_OFFICER, "chengguan")
PURPOSE = {"purpose": "安排本月探访"}
MONTHLY, LISTED = "living_alone_month", "contact_duty_month"
MOST = 60


async def lives_alone(by: Desk, runtime: Runtime, room: str = "501", *people: dict[str, Any]) -> str:
    """A registered household with a need, its plan reckoned by the worker process."""
    made = await home(by, room, *people)
    done(await by.post(f"/households/{made['id']}/care-needs", {"kind": "living_alone", "consent": True}))
    await drain(runtime, HERE)
    return str(made["id"])


async def due(desk: Desk, household: str) -> list[dict[str, Any]]:
    lines = done(await desk.get("/visits/due", params={"limit": 100}))["items"]  # a list has sixty
    return [line for line in lines if line["household_id"] == household]


async def test_what_is_known_of_people_is_shown_masked_and_opened_for_a_purpose(
    sit: Sit, runtime: Runtime
) -> None:
    worker, community, street = await seats(sit, WORKER, COMMUNITY, STREET)
    household = await lives_alone(worker, runtime, "501", HEAD, WIFE)
    answer = await worker.get("/households")
    (line,) = done(answer)["items"]
    assert (line["id"], line["head"], line["phone"], line["residents"]) == (household, "曾**", "166****5678", 2)
    full = await worker.get(f"/households/{household}")
    for text in (answer.text, full.text):
        assert not [secret for secret in (*HEAD.values(), WIFE["phone"]) if len(secret) > 4 and secret in text]

    path = f"/households/{household}/care-needs"
    assert_problem(await worker.post(path, {"kind": "aged_80", "consent": False}), 422, "consent_needed")
    assert (await community.post(f"{path}/read", {})).status_code == 422, "no reading without a purpose"
    assert_problem(await street.post(f"{path}/read", PURPOSE), 403, "forbidden")
    (need,) = done(await community.post(f"{path}/read", PURPOSE))
    assert (need["kind"], need["consent"]) == ("living_alone", True)
    head = done(full)["members"][0]["id"]
    assert done(await community.post(f"/residents/{head}/unmask", PURPOSE))["phone"] == HEAD["phone"]
    read = await reads(runtime)
    noted = sorted((what, subjects) for what, why, _, subjects in read if why == PURPOSE["purpose"])
    assert noted == [("care_needs", [UUID(household)]), ("resident", [UUID(head)])]

    (line,) = await due(worker, household)
    assert line["of_duty"] is False
    assert "独居" not in str(line), "a due list never says for which need"
    await assert_chains(runtime)


async def test_a_month_of_calls_amended_for_a_day_and_ended_by_a_refusal(
    sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    worker, leader = await seats(sit, WORKER, LEADER)
    household = await lives_alone(worker, runtime)
    first = await visited(worker, UUID(household), result="not_home", follow_up_on="2026-11-22")
    assert first["covers"] == 0
    assert await tasks(runtime, UUID(household)) == {MONTHLY: "open"}

    clock.advance(days=2)
    second = await visited(worker, UUID(household), way="phone", note="无变化")
    assert (second["covers"], second["rev"]) == (1, 1)
    assert await tasks(runtime, UUID(household)) == {MONTHLY: "covered"}
    path, said = f"/visits/{second['id']}/amend", {"base_rev": 1, "result": "refused"}
    assert_problem(await leader.post(path, said), 403, "not_the_author")
    amended = done(await worker.post(path, said))
    assert (amended["rev"], amended["result"], amended["at"]) == (2, "refused", second["at"])
    assert_problem(await worker.post(path, said), 409, "visit_moved_on")
    assert await tasks(runtime, UUID(household)) == {MONTHLY: "refused"}, "the tasks follow what is said now"
    clock.advance(hours=24, minutes=1)
    assert_problem(await worker.post(path, said | {"base_rev": 2}), 409, "too_late_to_amend")

    await plan_day(runtime, HERE)
    assert not [line for line in await due(worker, household) if line["from_day"] < "2026-12-01"], (
        "its month is over"
    )
    clock.advance(days=10)
    await plan_day(runtime, HERE)
    (line,) = await due(worker, household)
    assert (line["from_day"], line["to_day"]) == ("2026-12-01", "2026-12-31")
    seen = done(await worker.get(f"/households/{household}/visits"))["items"]
    assert [one["result"] for one in seen] == ["refused", "not_home"]


async def test_a_duplicate_is_merged_and_its_id_and_visits_lead_on(sit: Sit, runtime: Runtime) -> None:
    worker, leader = await seats(sit, WORKER, LEADER)
    kept = await lives_alone(worker, runtime)
    said = {"area_code": town.B1, "building": "三幢", "entrance": "2", "room": "0501"}
    assert_problem(await worker.post("/dwellings", said), 409, "door_known")
    double = await lives_alone(worker, runtime, "1501")  # the same head, behind a door that was misread
    visit = await visited(worker, UUID(double))
    assert_problem(await worker.post(f"/households/{double}/merge", {"into": kept}), 403, "forbidden")
    assert done(await leader.post(f"/households/{double}/merge", {"into": kept}))["id"] == kept
    await drain(runtime, HERE)

    answer = done(await worker.get(f"/households/{double}"))
    assert (answer["id"], answer["aliases"], answer["residents"]) == (kept, [double], 1)
    assert await tasks(runtime, UUID(kept)) == {MONTHLY: "covered"}, "what was done for the double counts"
    moved = done(await worker.get(f"/visits/{visit['id']}"))
    assert (moved["household_id"], moved["said_household_id"]) == (kept, double)
    later = await visited(worker, UUID(double), way="phone")
    assert (later["household_id"], later["said_household_id"]) == (kept, double)
    await assert_chains(runtime)


async def test_who_moves_out_is_called_on_no_more(sit: Sit, runtime: Runtime, clock: FixedClock) -> None:
    (worker,) = await seats(sit, WORKER)
    household = await lives_alone(worker, runtime)
    assert await due(worker, household)
    clock.advance(days=1)
    gone = done(await worker.post(f"/households/{household}/end", {"empty": True}))
    assert gone["until"] is not None
    await drain(runtime, HERE)
    assert await due(worker, household) == []
    assert done(await worker.get(f"/dwellings/{gone['dwelling']['id']}"))["use"] == "empty"
    edit = await worker.call("PATCH", f"/households/{household}", json={"base_rev": gone["rev"], "kind": "tenant"})
    assert_problem(edit, 409, "household_ended")
    assert [one["id"] for one in done(await worker.get("/households", params={"ended": True}))["items"]] == [
        household
    ]
    assert done(await worker.get("/households"))["items"] == []


async def test_a_list_of_sixty_is_called_on_together_and_handed_over(
    sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    worker, leader, officer = await seats(sit, WORKER, LEADER, OFFICER)
    household = await lives_alone(worker, runtime)
    others = await homes(runtime, *(str(600 + place) for place in range(MOST)))
    assert_problem(await officer.get(f"/households/{household}"), 403, "forbidden")
    for one in (household, *others[: MOST - 1]):
        done(await leader.post("/duties", {"post_id": str(officer.post_id), "household_id": str(one)}))
    full = await leader.post("/duties", {"post_id": str(officer.post_id), "household_id": str(others[-1])})
    assert_problem(full, 409, "duty_list_full")
    assert done(await officer.get(f"/households/{household}"))["id"] == household
    assert {line["of_duty"] for line in await due(officer, household)} == {True}

    both = await visited(officer, UUID(household), companions=[str(worker.post_id)])
    assert both["covers"] == 2, "one visit serves the officer's list and the grid's plan"
    assert await tasks(runtime, UUID(household)) == {MONTHLY: "covered", LISTED: "covered"}

    clock.advance(days=1)
    await end_post(runtime, officer.post_id)
    assert await rehome(runtime, HERE) == MOST
    handed = done(await worker.get("/duties"))
    assert len(handed) == MOST
    open_ones = [line for line in done(await worker.get("/visits/due", params={"limit": 200}))["items"]
                 if line["of_duty"]]  # fmt: skip
    assert {line["household_id"] for line in open_ones} >= {str(one) for one in others[: MOST - 1]}
    assert {line["post_id"] for line in open_ones} == {str(worker.post_id)}
