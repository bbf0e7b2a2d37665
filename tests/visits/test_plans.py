"""Which tasks there are, what covers them, what ends them, and who does them when a post is gone."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from app.core.clock import FixedClock
from app.core.outbox import Event
from app.core.work import Runtime, system_work
from app.feed.models import Change
from app.households.models import CareNeed, Household
from app.people.models import ContactDuty, Role
from app.visits.models import OptOut, Visit, VisitRevision, VisitTask
from app.worker.housekeeping import plan_day, rehome, retain
from app.worker.turns import drain
from tests import town
from tests.conftest import Sit, find_post
from tests.visits.homes import (
    HERE,
    count,
    end_post,
    fed,
    home,
    homes,
    merge,
    need,
    needing,
    on_duty,
    reckoned,
    tasks,
    visited,
)

pytestmark = pytest.mark.anyio
DECEMBER, NOVEMBER = date(2026, 12, 15), date(2026, 11, 15)


async def test_a_need_makes_tasks_for_this_stretch_and_the_next(runtime: Runtime) -> None:
    household = await needing(runtime, "dependent", "living_alone", "disabled")
    async with system_work(runtime, HERE) as work:
        query = select(VisitTask).where(VisitTask.household_id == household).order_by(VisitTask.starts_on)
        found = [(task.starts_on, task.ends_on, task.due_on) for task in await work.session.scalars(query)]
    assert found == [
        (date(2026, 10, 1), date(2026, 12, 31), date(2026, 12, 31)),
        (date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 30)),
        (date(2026, 11, 16), date(2026, 11, 22), date(2026, 11, 22)),
        (date(2026, 11, 23), date(2026, 11, 29), date(2026, 11, 29)),
        (date(2026, 12, 1), date(2026, 12, 31), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 3, 31), date(2027, 3, 31)),
    ]
    made, told = await count(runtime, VisitTask), await count(runtime, Change)
    await reckoned(runtime, household)
    await plan_day(runtime, HERE)
    assert (await count(runtime, VisitTask), await count(runtime, Change)) == (made, told), "twice changes nothing"


async def test_the_night_follows_the_calendar_of_the_office(runtime: Runtime, clock: FixedClock) -> None:
    household = await needing(runtime, "dependent")
    clock.advance(hours=(datetime(2026, 11, 22, 15, 59, tzinfo=UTC) - clock.now()).total_seconds() / 3600)
    await plan_day(runtime, HERE)
    assert await tasks(runtime, household, date(2026, 11, 30)) == {}
    clock.advance(minutes=1)  # Monday in Kunming, still Sunday in London
    await plan_day(runtime, HERE)
    assert await tasks(runtime, household, date(2026, 11, 30)) == {"dependent_week": "open"}


async def test_an_event_of_a_household_reckons_it(runtime: Runtime) -> None:
    (household,) = await homes(runtime)

    class HouseholdChanged(Event):
        name = "household_changed"

    async with system_work(runtime, HERE) as work:
        await need(work, household)
        from app.core.outbox import Outbox  # noqa: PLC0415  # beside its one use

        await work.put(Outbox, [work.outbox_row(HouseholdChanged(household, work.clock.now()), 1)])
    assert await tasks(runtime, household) == {}
    await drain(runtime, HERE)
    assert await tasks(runtime, household) == {"living_alone_month": "open"}


async def test_a_need_that_ends_takes_its_open_tasks_along_and_leaves_what_was_done(
    runtime: Runtime, sit: Sit
) -> None:
    household = await needing(runtime, "living_alone", "disabled")
    await _end_needs(runtime)
    await reckoned(runtime, household)
    assert await tasks(runtime, household) == {"living_alone_month": "cancelled", "disabled_quarter": "cancelled"}
    await visited(await sit(Role.GRID_WORKER, town.G1), household)
    assert await tasks(runtime, household) == {"living_alone_month": "covered", "disabled_quarter": "covered"}
    await reckoned(runtime, household)
    assert await tasks(runtime, household) == {"living_alone_month": "covered", "disabled_quarter": "covered"}
    assert await tasks(runtime, household, DECEMBER) == {
        "living_alone_month": "cancelled", "disabled_quarter": "covered",
    }  # fmt: skip


async def _end_needs(runtime: Runtime) -> None:
    async with system_work(runtime, HERE) as work:
        await work.session.execute(update(CareNeed).values(until=work.clock.now()))


async def test_only_the_right_kind_covers_and_nobody_home_covers_nothing(runtime: Runtime, sit: Sit) -> None:
    household = await needing(runtime)
    worker = await sit(Role.GRID_WORKER, town.G1)
    for said in ({"result": "not_home"}, {"kind": "publicity"}, {"kind": "safety_check"}):
        assert (await visited(worker, household, **said))["covers"] == 0
    assert await tasks(runtime, household) == {"living_alone_month": "open"}
    assert (await visited(worker, household, kind="follow_up", way="video", advice=["measured"]))["covers"] == 1


async def test_a_refusal_ends_the_stretch_and_a_later_welcome_covers_it(
    runtime: Runtime, sit: Sit, clock: FixedClock
) -> None:
    household = await needing(runtime, "living_alone", "dependent")
    worker = await sit(Role.GRID_WORKER, town.G1)
    assert (await visited(worker, household, result="refused", way="phone"))["covers"] == 2
    assert await tasks(runtime, household) == {"living_alone_month": "refused", "dependent_week": "refused"}
    await reckoned(runtime, household)
    assert set((await tasks(runtime, household)).values()) == {"refused"}
    clock.advance(days=4)
    await reckoned(runtime, household)
    assert await tasks(runtime, household) == {"living_alone_month": "refused", "dependent_week": "open"}
    await visited(await sit(Role.GRID_WORKER, town.G1), household)
    assert await tasks(runtime, household) == {"living_alone_month": "covered", "dependent_week": "covered"}


async def test_who_wants_no_visits_is_left_alone_until_asked_again(
    runtime: Runtime, sit: Sit, clock: FixedClock
) -> None:
    household = await needing(runtime)
    worker = await sit(Role.GRID_WORKER, town.G1)
    path = f"/households/{household}/opt-outs"
    past = await worker.post(path, {"until": "2026-11-01T00:00:00+08:00"})
    assert (past.status_code, past.json()["code"]) == (422, "opt_out_already_over")
    kept = await worker.post(path, {"until": "2026-12-10T00:00:00+08:00"})
    assert kept.status_code == 201, kept.text
    assert await tasks(runtime, household) == {"living_alone_month": "cancelled"}
    clock.advance(days=13)
    await plan_day(runtime, HERE)
    assert await tasks(runtime, household, date(2027, 1, 5)) == {}
    clock.advance(days=10)
    await plan_day(runtime, HERE)
    assert await tasks(runtime, household) == {"living_alone_month": "open"}
    worker = await sit(Role.GRID_WORKER, town.G1)
    again = (await worker.post(path, {})).json()
    assert await tasks(runtime, household) == {"living_alone_month": "cancelled"}
    assert (await worker.post(f"/opt-outs/{again['id']}/end")).status_code == 200
    assert await tasks(runtime, household) == {"living_alone_month": "open"}
    assert await count(runtime, OptOut) == 2


async def test_a_grave_change_is_called_on_within_a_day(runtime: Runtime, sit: Sit, clock: FixedClock) -> None:
    (household,) = await homes(runtime)
    worker = await sit(Role.GRID_WORKER, town.G1)
    await visited(worker, household)
    clock.advance(minutes=30)
    path = f"/households/{household}/major-change"
    assert (await worker.post(path, {})).status_code == 204
    assert await tasks(runtime, household) == {"major_change": "open"}, "an earlier visit knew nothing of it"
    (line,) = (await worker.get("/visits/due")).json()["items"]
    assert (line["due_at"], line["priority"]) == ("2026-11-21T01:30:00Z", 1)
    clock.advance(hours=1)
    await visited(worker, household)
    assert await tasks(runtime, household) == {"major_change": "covered"}
    clock.advance(minutes=1)
    assert (await worker.post(path, {})).status_code == 204
    assert await tasks(runtime, household) == {"major_change": "open"}, "a second change asks again"
    clock.advance(hours=25)
    worker = await sit(Role.GRID_WORKER, town.G1)
    assert (await worker.get("/visits/due")).json()["items"][0]["group"] == "overdue"
    assert (await visited(worker, household))["covers"] == 1, "late, and done"


async def test_a_household_that_moves_takes_its_open_tasks_to_the_other_grid(runtime: Runtime, sit: Sit) -> None:
    household = await needing(runtime, "living_alone", "disabled")
    await visited(await sit(Role.GRID_WORKER, town.G1), household, occurred_at="2026-10-05T10:00:00+08:00")
    async with system_work(runtime, HERE) as work:
        other = await home(work, "9", town.G2)
        there = await work.session.get_one(Household, other)
        mine = await work.session.get_one(Household, household)
        old = mine.grid_id
        mine.grid_id, mine.building_group_id = there.grid_id, None
        await work.session.flush()
    await reckoned(runtime, household)
    async with system_work(runtime, HERE) as work:
        rows = await work.session.scalars(select(VisitTask).where(VisitTask.household_id == household))
        found = {(task.state, task.grid_id) for task in rows}
        (one,) = await work.session.scalars(
            select(VisitTask.id).where(
                VisitTask.household_id == household, VisitTask.starts_on == NOVEMBER.replace(day=1)
            )
        )
    assert found == {("open", there.grid_id), ("covered", old)}, "what was done stays where it was done"
    assert sorted(kind for kind, _ in await fed(runtime, "task", one)) == ["evict", "upsert", "upsert"]
    assert ("evict", old) in await fed(runtime, "task", one)
    worker = await sit(Role.GRID_WORKER, town.G2)
    assert {line["household_id"] for line in (await worker.get("/visits/due")).json()["items"]} == {str(household)}


async def test_a_household_that_has_gone_is_called_on_no_more(runtime: Runtime) -> None:
    household = await needing(runtime)
    async with system_work(runtime, HERE) as work:
        await work.session.execute(update(Household).values(until=work.clock.now()))
    await plan_day(runtime, HERE)
    assert await tasks(runtime, household) == {"living_alone_month": "cancelled"}


async def test_a_merge_makes_one_task_of_two_and_keeps_what_was_done(runtime: Runtime, sit: Sit) -> None:
    gone, living = await needing(runtime, room="501"), await needing(runtime, room="502")
    await visited(await sit(Role.GRID_WORKER, town.G1), gone)
    post = await on_duty(runtime, gone, Role.PIONEER, town.B1)
    await merge(runtime, gone, living)
    assert await tasks(runtime, living) == {"living_alone_month": "covered", "contact_duty_month": "open"}
    assert set((await tasks(runtime, gone)).values()) == {"cancelled"}
    async with system_work(runtime, HERE) as work:
        rows = await work.session.execute(select(ContactDuty.household_id).where(ContactDuty.until.is_(None)))
        assert [(row.household_id, post) for row in rows] == [(living, post)]
    await reckoned(runtime, gone)
    assert await tasks(runtime, living) == {"living_alone_month": "covered", "contact_duty_month": "open"}


async def test_a_contact_duty_is_covered_by_its_own_post_or_with_it(
    runtime: Runtime, sit: Sit, clock: FixedClock
) -> None:
    household = await needing(runtime)
    post = await on_duty(runtime, household, Role.PIONEER, town.B1)
    worker = await sit(Role.GRID_WORKER, town.G1)
    await visited(worker, household)
    assert await tasks(runtime, household) == {"living_alone_month": "covered", "contact_duty_month": "open"}
    clock.advance(minutes=1)
    assert (await visited(worker, household, companions=[str(post)]))["covers"] == 1
    assert await tasks(runtime, household) == {"living_alone_month": "covered", "contact_duty_month": "covered"}


async def test_a_list_has_sixty_households_at_most(runtime: Runtime, sit: Sit) -> None:
    households = await homes(runtime, *(str(number) for number in range(61)))
    leader = await sit(Role.GRID_LEADER, town.G1)
    _, pioneer = await find_post(runtime, HERE, Role.PIONEER, town.B1)
    async with system_work(runtime, HERE) as work:
        await work.put(ContactDuty, [
            {"post_id": pioneer, "household_id": one, "since": work.clock.now(), "until": None}
            for one in households[:59]
        ])  # fmt: skip

    async def give(household: object, post: object = pioneer) -> tuple[int, str | None]:
        answer = await leader.post("/duties", {"post_id": str(post), "household_id": str(household)})
        return answer.status_code, answer.json().get("code")

    assert await give(households[59]) == (201, None)
    assert await give(households[59]) == (409, "on_the_list_already")
    assert await give(households[60]) == (409, "duty_list_full")
    (elsewhere,) = await homes(runtime, ground=town.G2)
    assert (await give(elsewhere))[0] == 404
    assert await give(households[60], households[0]) == (422, "unknown_duty_post")
    ended = await leader.post("/duties/end", {"post_id": str(pioneer), "household_id": str(households[59])})
    assert ended.status_code == 200
    assert await tasks(runtime, households[59]) == {"contact_duty_month": "cancelled"}
    assert await give(households[60]) == (201, None)
    mine = (await (await sit(Role.PIONEER, town.B1)).get("/duties")).json()
    assert len(mine) == 60


async def test_the_list_of_an_ended_post_goes_on_with_all_that_is_open(
    runtime: Runtime, sit: Sit, clock: FixedClock
) -> None:
    first, second = await homes(runtime, "501", "502")
    for household in (first, second):
        post = await on_duty(runtime, household, Role.DEPARTMENT_OFFICER, "chengguan")
    await visited(await sit(Role.DEPARTMENT_OFFICER, "chengguan"), second)
    clock.advance(days=17)  # 7 December: November is missed
    await plan_day(runtime, HERE)
    await end_post(runtime, post)
    assert await rehome(runtime, HERE) == 2
    assert await rehome(runtime, HERE) == 0
    _, worker = await find_post(runtime, HERE, Role.GRID_WORKER, town.G1)
    async with system_work(runtime, HERE) as work:
        running = select(ContactDuty.post_id, ContactDuty.household_id).where(ContactDuty.until.is_(None))
        assert {tuple(row) for row in await work.session.execute(running)} == {(worker, first), (worker, second)}
        rows = (await work.session.scalars(select(VisitTask).where(VisitTask.state == "open"))).all()
    assert {(row.post_id, row.household_id, row.starts_on.month) for row in rows} == {
        (worker, first, 11), (worker, first, 12), (worker, first, 1), (worker, second, 12), (worker, second, 1),
    }  # fmt: skip
    assert await tasks(runtime, second, NOVEMBER) == {"contact_duty_month": "covered"}


async def test_the_words_of_a_visit_live_for_a_year(runtime: Runtime, sit: Sit, clock: FixedClock) -> None:
    (household,) = await homes(runtime)
    worker = await sit(Role.GRID_WORKER, town.G1)
    said = await visited(worker, household, note="旧话")
    await worker.post(f"/visits/{said['id']}/amend", {"base_rev": 1, "note": "新话"})
    clock.advance(days=365)
    await retain(runtime, HERE)
    async with system_work(runtime, HERE) as work:
        assert await work.session.scalar(select(Visit.note)) == "新话"
    clock.advance(seconds=1)
    await retain(runtime, HERE)
    async with system_work(runtime, HERE) as work:
        assert await work.session.scalar(select(Visit.note)) is None
        (kept,) = await work.session.scalars(select(VisitRevision.said))
    assert "note" not in kept
    assert kept["result"] == "met"


async def test_the_due_list_shows_when_and_where_and_never_why(
    runtime: Runtime, sit: Sit, clock: FixedClock
) -> None:
    weekly = await needing(runtime, "dementia", room="101")
    monthly = await needing(runtime, "living_alone", room="102")
    await needing(runtime, "living_alone", room="103", ground=town.G2)
    worker = await sit(Role.GRID_WORKER, town.G1)
    answer = await worker.get("/visits/due")
    lines = answer.json()["items"]
    assert [(line["household_id"], line["group"], line["words"]) for line in lines] == [
        (str(weekly), "week", "可办 11月16–22日"), (str(monthly), "later", "可办 11月1–30日"),
    ]  # fmt: skip
    assert (lines[0]["door"], lines[0]["head"]) == ("3-2-101", "曾**")
    for word in ("dementia", "失智", "care", "rule", "living_alone", "独居"):
        assert word not in answer.text
    page = (await worker.get("/visits/due", params={"limit": 1})).json()
    rest = (await worker.get("/visits/due", params={"limit": 1, "cursor": page["next_cursor"]})).json()
    assert [one["id"] for one in page["items"] + rest["items"]] == [line["id"] for line in lines]
    assert rest["next_cursor"] is None
    clock.advance(days=2)  # Sunday
    worker = await sit(Role.GRID_WORKER, town.G1)
    assert (await worker.get("/visits/due")).json()["items"][0]["group"] == "today"


async def test_leave_counts_what_falls_due_before_the_return(runtime: Runtime, sit: Sit) -> None:
    """A Friday: the weekly one by Sunday, the monthly one by the thirtieth; what others have is not counted."""
    await needing(runtime, "dementia", room="101")
    await needing(runtime, "living_alone", room="102")
    await needing(runtime, "dementia", room="103", ground=town.G2)
    worker = await sit(Role.GRID_WORKER, town.G1)
    counted = []
    for day in (21, 23, 30):
        answer = await worker.post("/me/absence", {"until": f"2026-11-{day}T18:00:00+08:00"})
        counted.append(answer.json()["in_hand"]["visits"])
        assert (await worker.post("/me/absence/end")).status_code == 200
    assert counted == [0, 1, 2]
    desk = await sit(Role.DISTRICT_ADMIN, town.DISTRICTS[0])
    said = {"until": "2026-11-30T18:00:00+08:00"}
    assert (await desk.post(f"/posts/{worker.post_id}/absence", said)).json()["in_hand"]["visits"] == 2


async def test_what_was_missed_is_shown_once_and_made_good_by_the_next_visit(
    runtime: Runtime, sit: Sit, clock: FixedClock
) -> None:
    household = await needing(runtime)

    async def groups() -> list[str]:
        worker = await sit(Role.GRID_WORKER, town.G1)
        return [line["group"] for line in (await worker.get("/visits/due")).json()["items"]]

    clock.advance(days=15)  # 5 December: within the grace of five days
    await plan_day(runtime, HERE)
    assert await groups() == ["later"]
    clock.advance(days=1)
    assert await groups() == ["overdue"]
    clock.advance(days=31)  # 6 January: two months missed
    await plan_day(runtime, HERE)
    assert await groups() == ["overdue"]
    await visited(await sit(Role.GRID_WORKER, town.G1), household)
    assert await groups() == ["later"], "February's"
    assert await tasks(runtime, household, NOVEMBER) == {"living_alone_month": "open"}, "missed stays missed"


async def test_a_post_away_from_the_ground_sees_its_own_list_only(runtime: Runtime, sit: Sit) -> None:
    household = await needing(runtime)
    await needing(runtime, room="502")
    await on_duty(runtime, household, Role.DEPARTMENT_OFFICER, "chengguan")
    officer = await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    (line,) = (await officer.get("/visits/due")).json()["items"]
    assert (line["household_id"], line["of_duty"]) == (str(household), True)
    await visited(await sit(Role.GRID_WORKER, town.G1), household)
    seen = (await officer.get(f"/households/{household}/visits")).json()["items"]
    assert len(seen) == 1
    supervisor = await sit(Role.DISTRICT_SUPERVISOR, "530114")
    assert (await supervisor.get("/visits/due")).json()["items"] == []
    assert (await supervisor.get("/visits")).json()["items"] == []
