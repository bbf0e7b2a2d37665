"""The lists of the supervision desk: what is on which, for whom, page by page and by an index."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from cluster import Cluster
from sqlalchemy import insert, select, update

from app.clocks.models import Wait
from app.core.clock import FixedClock
from app.core.db import DIALECT, table_of
from app.core.outbox import Outbox
from app.core.work import Runtime, system_work
from app.figures.kinds import Supervised
from app.figures.supervision import LISTS, minded, page_of
from app.issues.models import Issue
from app.people.models import Role
from app.worker.housekeeping import add_up
from tests import town
from tests.conftest import Desk, Sit
from tests.core.aids import as_role
from tests.dispatch.desks import dispatched
from tests.figures.acts import CONTACT, changed, excluded
from tests.issues.acts import HERE, assert_problem, raised
from tests.timeline import live
from tests.whistles.acts import blow

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
MANY = 20_000


async def listed(desk: Desk, which: str, limit: int = 2) -> list[str]:
    """One list, page by page."""
    found: list[str] = []
    cursor = None
    while True:
        params = {"list": which, "limit": limit} | ({"cursor": cursor} if cursor else {})
        answer = await desk.get("/supervision", params=params)
        assert answer.status_code == 200, answer.text
        found += [line["id"] for line in answer.json()["items"]]
        if (cursor := answer.json()["next_cursor"]) is None:
            return found


async def counts(desk: Desk) -> dict[str, int]:
    """How long every list is, without the empty ones."""
    answer = await desk.get("/supervision/counts")
    assert answer.status_code == 200, answer.text
    said: dict[str, int] = answer.json()
    assert set(said) == set(Supervised)
    return {name: count for name, count in said.items() if count}


async def test_every_list_holds_what_it_is_for(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    now = clock.now()
    ids = [UUID((await raised(public))["id"]) for _ in range(9)]
    far = {"due_at": now + timedelta(days=60)}
    shapes: Sequence[tuple[str, dict[str, Any]]] = [
        ("overdue", far),
        ("over_hopped", far | {"hops": 3}),
        ("over_hopped", far | {"reworks": 4}),
        ("dormant", far | {"touched_at": now - timedelta(days=30, seconds=1)}),
        ("held_review", far | {"state": "held_open", "review_at": now + timedelta(days=6)}),
        ("supervised", far | {"supervised_at": now}),
        ("", far | {"hops": 2, "touched_at": now - timedelta(days=29)}),
        ("", far | {"state": "held_open", "review_at": now + timedelta(days=8)}),
        ("", far | {"state": "closed", "closed_at": now, "supervised_at": now, "hops": 9}),
    ]
    for issue_id, (_, columns) in zip(ids, shapes, strict=True):
        await changed(runtime, issue_id, **columns)
    async with system_work(runtime, HERE) as work:
        ending = update(Wait).where(~((Wait.subject_id == ids[0]) & (Wait.kind == "solve")))
        await work.session.execute(ending.values(ended_at=now, wake_at=None))
        late = update(Wait).where(Wait.subject_id == ids[0], Wait.kind == "solve")
        await work.session.execute(late.values(due_at=now - timedelta(minutes=1)))
    desk = await sit(Role.STREET_SECRETARY, town.WEST)
    wanted: dict[str, set[str]] = {}
    for issue_id, (which, _) in zip(ids, shapes, strict=True):
        if which:
            wanted.setdefault(which, set()).add(str(issue_id))
    assert await counts(desk) == {which: len(found) for which, found in wanted.items()}
    for which in Supervised:
        assert set(await listed(desk, which)) == wanted.get(which, set()), which
    east = await sit(Role.STREET_DISPATCHER, town.EAST)
    assert await counts(east) == {}, "another street sees none of it"
    for which in Supervised:
        assert await listed(east, which) == []


async def test_soon_is_what_some_clock_ends_within_a_day(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    """The sign clock ends after two working hours; contact after a day; a paused clock waits for nobody."""
    first = await raised(public)
    clock.advance(minutes=5)
    second, stopped = await raised(public), await raised(public)
    async with system_work(runtime, HERE) as work:
        paused = update(Wait).where(Wait.subject_id == UUID(stopped["id"]))
        await work.session.execute(paused.values(paused_at=clock.now(), wake_at=None))
    desk = await sit(Role.COMMUNITY_SECRETARY, town.C1)
    assert await listed(desk, "soon", 1) == [first["id"], second["id"]], "the soonest first, each once"
    assert await counts(desk) == {"soon": 2}
    answer = await desk.get("/supervision", params={"list": "soon"})
    assert "text" not in answer.json()["items"][0]


async def test_overdue_is_what_somebody_owes_now_and_not_what_was_answered_in_time(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    """Answered on the first day; a question to the reporter stands still; held open to a day; left alone."""
    answered, asked, held, left = [await raised(public, contact=CONTACT) for _ in range(4)]
    worker, desk = await sit(Role.GRID_WORKER, town.G1), await sit(Role.STREET_SECRETARY, town.WEST)
    for one in (answered, asked, held, left):
        assert (await worker.step(one["id"], "accept")).status_code == 200
        assert (await worker.step(one["id"], "contact", way="phone")).status_code == 200
    assert (await worker.step(answered["id"], "answer", text="已修好")).status_code == 200
    clock.advance(days=6)
    assert (await worker.step(asked["id"], "request_info", text="几单元?")).status_code == 200
    said = {"text": "列入计划", "review_on": "2026-12-20"}
    assert (await desk.step(held["id"], "hold_open", **said)).status_code == 200
    clock.advance(days=2)
    assert set(await listed(desk, "overdue")) == {answered["id"], left["id"]}, "nobody asked the reporter yet"
    word = {"way": "phone", "reached": False}
    officer = await sit(Role.COMMUNITY_OFFICER, town.C1)
    assert (await officer.step(answered["id"], "revisit", **word)).status_code == 200
    async with system_work(runtime, HERE) as work:
        await work.session.execute(
            update(Wait).where(Wait.kind == "revisit").values(ended_at=clock.now(), wake_at=None)
        )
    assert await listed(desk, "overdue") == [left["id"]], "past its due time, and nobody here owes anything"
    await add_up(runtime, HERE)
    (line,) = (await (await sit(Role.AUDITOR, HERE)).get("/figures/ledger")).json()["items"]
    assert line["late"] == 1


async def test_a_refusal_under_review_is_on_the_lists_until_it_is_decided(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    receipt = await raised(public)
    community, street = await sit(Role.COMMUNITY_OFFICER, town.C1), await sit(Role.STREET_SECRETARY, town.WEST)
    await community.step(receipt["id"], "not_accept", reason="beyond_duty", text="请向法院起诉。")
    assert await counts(street) == {}
    await public.post(f"/follow/{receipt['follow_token']}/request_review", {"text": "请复核"})
    await live(runtime, clock, days=10)
    assert await counts(street) == {"overdue": 1, "supervised": 1}
    assert await listed(street, "supervised") == await listed(street, "overdue") == [receipt["id"]]
    assert (await street.step(receipt["id"], "uphold", text="维持。")).status_code == 200
    assert await counts(street) == {}


async def test_a_request_waits_on_the_list_until_the_second_person_has_decided(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    waiting, agreed, refused = [UUID((await raised(public))["id"]) for _ in range(3)]
    await excluded(runtime, waiting, agreed=None)
    await excluded(runtime, agreed, agreed=True)
    await excluded(runtime, refused, agreed=False)
    street, east = await sit(Role.STREET_SECRETARY, town.WEST), await sit(Role.STREET_DISPATCHER, town.EAST)
    assert await listed(street, "decisions") == [str(waiting)]
    assert await listed(east, "decisions") == []


async def test_deemed_signed_is_an_order_and_a_call_until_the_unit_moves(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    """The row says in words where and who, and leads to the whistle that runs."""
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    ordered, (order,) = await dispatched(public, street)
    called = await raised(public)
    whistle = await blow(street, called["id"])
    assert await listed(street, "deemed") == []
    await live(runtime, clock, days=2)
    street = await sit(Role.STREET_DISPATCHER, town.WEST)
    assert set(await listed(street, "deemed")) == {ordered["id"], called["id"]}
    answer = await street.get("/supervision", params={"list": "deemed"})
    lines = {line["id"]: line for line in answer.json()["items"]}
    assert (lines[ordered["id"]]["place"], lines[ordered["id"]]["lead_unit"]) == ("第一网格", "区城市管理局")
    assert lines[ordered["id"]]["whistle_id"] is None
    assert lines[called["id"]]["whistle_id"] == whistle["id"]
    unit = await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    assert (await unit.post(f"/orders/{order['id']}/steps/contact", {"way": "phone"})).status_code == 200
    assert await listed(street, "deemed") == [called["id"]]


async def test_what_failed_twelve_times_waits_for_a_person(public: Desk, sit: Sit, runtime: Runtime) -> None:
    by_clock, by_event, _ = [UUID((await raised(public))["id"]) for _ in range(3)]
    async with system_work(runtime, HERE) as work:
        now = work.clock.now()
        stuck = update(Wait).where(Wait.subject_id == by_clock, Wait.kind == "solve")
        await work.session.execute(stuck.values(parked_at=now, wake_at=None))
        stuck = update(Outbox).where(Outbox.subject_id == by_event)
        await work.session.execute(stuck.values(parked_at=now))
    desk = await sit(Role.DISTRICT_SUPERVISOR, HERE)
    assert set(await listed(desk, "parked", 1)) == {str(by_clock), str(by_event)}
    assert (await counts(desk))["parked"] == 2


async def test_the_desk_is_for_the_offices(sit: Sit) -> None:
    for seat in ((Role.GRID_WORKER, town.G1), (Role.GRID_LEADER, town.G1), (Role.DEPARTMENT_OFFICER, "chengguan")):
        desk = await sit(*seat)
        for path in (
            "/supervision/counts",
            "/supervision?list=overdue",
            "/figures/rates",
        ):
            assert_problem(await desk.get(path), 403, "forbidden")
    desk = await sit(Role.AUDITOR, HERE)
    assert_problem(await desk.get("/supervision?list=workers"), 422, "invalid_field")
    assert_problem(await desk.get("/supervision?list=overdue&cursor=x"), 422, "bad_cursor")


@pytest.fixture
async def crowded(public: Desk, runtime: Runtime, cluster: Cluster, database: str) -> None:
    """A matter copied so often that a plan without an index shows; one in a hundred is on some list."""
    issue = UUID((await raised(public))["id"])
    async with system_work(runtime, HERE) as work:
        whole = await work.session.get_one(Issue, issue)
        columns = {column.name: getattr(whole, column.name) for column in table_of(Issue).columns}
        now = work.clock.now()
        clock = (await work.session.scalars(select(Wait).where(Wait.kind == "solve"))).one()
        running = {column.name: getattr(clock, column.name) for column in table_of(Wait).columns}
        rows, clocks = [], []
        for place in range(MANY):
            own = columns | {"id": work.new_id(), "number": f"W{place:019d}"}
            own |= {"due_at": now + timedelta(minutes=place + 1), "touched_at": now}
            due = {"due_at": now + timedelta(days=2 + place), "wake_at": now + timedelta(days=1 + place)}
            clocks.append(running | due | {"id": work.new_id(), "subject_id": own["id"]})
            rows.append(own | (_odd(now) if place % 100 == 0 else {}))
        await work.session.execute(insert(Issue), rows)
        await work.session.execute(insert(Wait), clocks)
    with as_role(cluster.url("owner", database)) as owner:
        owner.execute("analyze issue")
        owner.execute("analyze wait")


def _odd(now: Any) -> dict[str, Any]:
    return {
        "due_at": now - timedelta(days=2), "hops": 4, "touched_at": now - timedelta(days=40),
        "supervised_at": now, "state": "held_open", "review_at": now,
    }  # fmt: skip


INDEXES = {
    Supervised.OVERDUE: "wait_running",
    Supervised.OVER_HOPPED: "issue_hopped",
    Supervised.DORMANT: "issue_touched",
    Supervised.HELD_REVIEW: "issue_review",
    Supervised.SUPERVISED: "issue_supervised",
    Supervised.SOON: "wait_running",
    Supervised.PARKED: "wait_parked",
    Supervised.DECISIONS: "second_word_open",
    Supervised.DEEMED: "work_order_queue",
}


@pytest.mark.usefixtures("crowded")
async def test_every_list_has_its_index(runtime: Runtime, cluster: Cluster, database: str) -> None:
    async with system_work(runtime, HERE) as work:
        numbers = await minded(work)
        now = work.clock.now()
    with as_role(cluster.url("owner", database)) as owner:
        for which, index in INDEXES.items():
            made = page_of(LISTS[which](now, numbers), 50, None).compile(
                dialect=DIALECT, compile_kwargs={"literal_binds": True}
            )
            (plan,) = owner.execute(f"explain (format json) {made}".encode()).fetchone() or ([],)
            used = set(_indexes(plan[0]["Plan"]))
            assert any(name.startswith(index) for name in used), (which, used, json.dumps(plan)[:1500])
            assert "Seq Scan on issue" not in json.dumps(plan)


def _indexes(node: dict[str, Any]) -> list[str]:
    own = [node["Index Name"]] if "Index Name" in node else []
    return own + [name for below in node.get("Plans", []) for name in _indexes(below)]
