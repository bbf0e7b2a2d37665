"""The demonstration's figures as it shows them over HTTP, against a plain reckoning of its rows (issue 4)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import psycopg
import pytest
from cluster import Cluster
from sqlalchemy import select, update

from app import districts
from app.cli import demo
from app.cli.drawn_ground import DISTRICT
from app.core.clock import office_day
from app.core.settings import Settings
from app.core.work import Runtime, Work, open_city, system_work
from app.figures.models import FigureSetting
from app.figures.recounting_visits import differences, recount
from app.grid.models import Area, AreaLevel
from app.households.models import CareNeed, Household
from app.people import actions
from app.people.models import Account, ContactDuty, Post, Role
from app.visits.kinds import Period
from app.visits.models import OptOut, PlanRule, VisitTask
from app.visits.periods import span_of
from tests.conftest import Desk
from tests.journeys.people import done

pytestmark = pytest.mark.anyio
HERE = DISTRICT
PARTS = ("due", "covered", "refused", "overdue", "opted_out")
PRIORITY = {Period.ONCE: 1, Period.WEEK: 2, Period.MONTH: 3, Period.QUARTER: 4}
LEVELS = (AreaLevel.COMMUNITY, AreaLevel.GRID)


@pytest.fixture
async def district(cluster: Cluster, database: str, settings: Settings, runtime: Runtime) -> Runtime:
    """The demonstration, made anew in place of the town."""
    with psycopg.connect(cluster.url("cluster", database), autocommit=True) as fresh:
        fresh.execute(f"drop schema t_{HERE} cascade")
        fresh.execute("delete from directory.membership")
        fresh.execute("delete from directory.district where code = %s", [HERE])
    assert settings.owner_url is not None
    owner = settings.owner_url.get_secret_value()
    districts.register(owner, HERE, "呈贡区", demo=True, now=runtime.clock.now())
    await demo.fill(runtime)
    return runtime


async def sit(runtime: Runtime, browser: httpx2.AsyncClient, post: Any) -> Desk:
    async with open_city(runtime) as session:
        token, _ = await actions.issue_token(session, runtime, post.account_id, HERE, post.id)
    return Desk(browser, token, post.id, HERE)


async def post_of(runtime: Runtime, name: str) -> Any:
    async with open_city(runtime) as session:
        account = await session.scalar(select(Account.id).where(Account.username == name))
    async with system_work(runtime, HERE) as work:
        return await work.session.scalar(select(Post).where(Post.account_id == account))


async def hidden_below(runtime: Runtime, few: int) -> None:
    async with system_work(runtime, HERE) as work:
        await work.session.execute(update(FigureSetting).values(value=few))


async def shown(desk: Desk, level: AreaLevel, day: date) -> dict[tuple[UUID, UUID], dict[str, Any]]:
    groups = done(await desk.get("/visits/coverage", params={"level": str(level), "on": day.isoformat()}))
    assert not any(group["hidden"] for group in groups)
    keys = [(UUID(group["area_id"]), UUID(group["rule_id"])) for group in groups]
    return {key: {part: group[part] for part in PARTS} for key, group in zip(keys, groups, strict=True)}


async def test_coverage_is_what_the_rows_say(district: Runtime, browser: httpx2.AsyncClient) -> None:
    await hidden_below(district, 0)
    street, community = [
        await sit(district, browser, await post_of(district, name)) for name in ("chenming", "lijuan")
    ]
    today = office_day(district.clock.now())
    async with system_work(district, HERE) as work:
        assert await differences(work) == []
        own = await work.session.scalar(select(Area.id).where(Area.code == "530114004005"))
        for level in LEVELS:
            for day in (today, today - timedelta(days=40), today - timedelta(days=80)):
                again = await recount(work, day, level)
                assert await shown(street, level, day) == again, (level, day)
                assert sum(numbers["covered"] for numbers in again.values()) > 40
        again = await recount(work, today, AreaLevel.COMMUNITY)
    assert sum(numbers["opted_out"] for numbers in again.values()) > 0
    mine = await shown(community, AreaLevel.COMMUNITY, today)
    assert mine == {key: numbers for key, numbers in again.items() if key[0] == own}
    assert mine
    for (area, rule), numbers in mine.items():
        for part, number in numbers.items():
            asked = {"rule_id": rule, "area_id": area, "part": part, "level": "community", "purpose": "核对探访"}
            page = done(await community.get("/visits/coverage/rows", params=asked))
            assert len({line["household_id"] for line in page["items"]}) == number, part


async def assert_asked_for(work: Work, rules: dict[UUID, PlanRule], tasks: Iterable[VisitTask]) -> None:
    """Who has a need or is on a list has each rule's running task, but for those who want to be left alone."""
    today, now = office_day(work.clock.now()), work.clock.now()
    recurring = [rule for rule in rules.values() if rule.period != Period.ONCE]
    lived = set(await work.session.scalars(select(Household.id).where(Household.until.is_(None))))
    needs = (await work.session.execute(select(CareNeed.household_id, CareNeed.kind))).all()
    lists = (await work.session.execute(select(ContactDuty.household_id, ContactDuty.post_id))).all()
    alone = set(await work.session.scalars(select(OptOut.household_id)))
    reached: set[tuple[UUID, UUID, UUID | None]]
    reached = {(rule.id, home, None) for rule in recurring for home, kind in needs if kind == rule.care_kind}
    reached |= {(rule.id, home, post) for rule in recurring for home, post in lists if rule.for_duty}
    starts = {rule.id: span_of(Period(rule.period), today).starts_on for rule in recurring}
    running = [task for task in tasks if task.state != "cancelled" and starts.get(task.rule_id) == task.starts_on]
    made = {(task.rule_id, task.household_id, task.post_id) for task in running}
    assert made == {one for one in reached if one[1] in lived - alone}
    assert len(made) > 150
    assert {task.due_at < now for task in tasks if task.due_at} == {True, False}, "one overdue, one not yet"


def listed(tasks: Iterable[VisitTask], rules: dict[UUID, PlanRule], now: datetime) -> list[dict[str, Any]]:
    """A due list by hand: of each household, plan and post what was missed last, else what comes next."""
    today = office_day(now)

    def overdue(task: VisitTask) -> bool:
        if task.due_at is not None:
            return task.due_at < now
        return task.due_on + timedelta(days=rules[task.rule_id].grace_days) < today

    by_plan: dict[Any, list[VisitTask]] = defaultdict(list)
    for task in tasks:
        by_plan[task.rule_id, task.household_id, task.post_id].append(task)
    chosen = []
    for plan in by_plan.values():
        open_ones: list[VisitTask] = []
        for task in sorted(plan, key=lambda task: task.starts_on):
            if task.state in ("covered", "refused") or (task.state == "open" and overdue(task)):
                open_ones.clear()  # what was missed before is made up, or told by the later miss
            if task.state == "open" and (overdue(task) or task.due_on >= today):
                open_ones.append(task)
        chosen += open_ones[:1]
    sunday = today + timedelta(days=6 - today.weekday())

    def group(task: VisitTask) -> int:
        return 0 if overdue(task) else 1 if task.due_on == today else 2 if task.due_on <= sunday else 3

    def order(task: VisitTask) -> Any:
        return group(task), PRIORITY[Period(rules[task.rule_id].period)], task.due_on, task.id

    return [
        {"id": str(task.id), "household_id": str(task.household_id), "due_on": task.ends_on.isoformat(),
         "group": ("overdue", "today", "week", "later")[group(task)]}
        for task in sorted(chosen, key=order)
    ]  # fmt: skip


async def pages(desk: Desk) -> list[dict[str, Any]]:
    """The whole list, some lines at a time."""
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = done(await desk.get("/visits/due", params={"limit": 7} | ({"cursor": cursor} if cursor else {})))
        found += [
            {"id": line["id"], "household_id": line["household_id"], "due_on": line["to_day"],
             "group": line["group"]}
            for line in page["items"]
        ]  # fmt: skip
        cursor = page["next_cursor"]
        if cursor is None:
            return found


async def test_every_due_list_is_what_the_rows_say(district: Runtime, browser: httpx2.AsyncClient) -> None:
    async with system_work(district, HERE) as work:
        assert await differences(work) == []
        rules = {rule.id: rule for rule in await work.session.scalars(select(PlanRule))}
        tasks = list(await work.session.scalars(select(VisitTask)))
        await assert_asked_for(work, rules, tasks)
        callers = (Role.GRID_WORKER, Role.DEPARTMENT_OFFICER)
        posts = list(await work.session.scalars(select(Post).where(Post.role.in_(callers))))
    groups: set[str] = set()
    for post in posts:
        mine = [
            task for task in tasks
            if (post.role == Role.GRID_WORKER and task.grid_id == post.area_id and task.post_id is None)
            or task.post_id == post.id
        ]  # fmt: skip
        wanted = listed(mine, rules, district.clock.now())
        assert await pages(await sit(district, browser, post)) == wanted, post.role
        groups |= {line["group"] for line in wanted}
    assert len(posts) > 38
    assert groups >= {"overdue", "week", "later"}
