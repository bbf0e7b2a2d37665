"""What is past its period is gone; a hold keeps it; the trail verifies as before (R6.4, TRUST 32)."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.audit import verify
from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.households.models import CareNeed, Resident
from app.issues.models import Issue
from app.privacy import retention
from app.privacy.models import RetentionRun
from app.worker.housekeeping import retain
from tests.conftest import Desk, Sit
from tests.households.homes import assert_chains, said
from tests.issues.acts import assert_problem
from tests.privacy.lives import ADMIN, COMMUNITY, HERE, SECRETS, leftovers, lived, reported

pytestmark = pytest.mark.anyio

SIX_YEARS = {"days": 6 * 365 + 30}


async def left_home(sit: Sit, mine: dict[str, Any]) -> None:
    """They have moved out of the district."""
    desk = await sit(*COMMUNITY)
    for card in said(await desk.get("/reviews"))["items"]:
        said(await desk.post(f"/reviews/{card['id']}/decide", {"decision": "kept"}))
    said(await desk.post(f"/households/{mine['id']}/end", {}))


async def test_after_every_period_nothing_of_a_person_is_left(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "TURN", 1)  # so that each row has a turn of its own
    await reported(public, sit, runtime)
    await left_home(sit, await lived(sit, runtime))
    before = await leftovers(runtime)
    assert {"issue", "reporter", "remark", "resident", "household", "visit", "review"} <= before.keys()
    assert set().union(*before.values()) == set(SECRETS), "the canary really was everywhere"
    clock.advance(**SIX_YEARS)
    ended = await retain(runtime, HERE)
    assert {"reporter_contact", "issue_words", "residents", "care_needs", "visit_words"} <= ended.keys()
    assert await leftovers(runtime) == {}
    assert await retain(runtime, HERE) == {}, "nothing ends twice"
    await assert_chains(runtime)
    async with system_work(runtime, HERE) as work:
        assert [one async for one in verify(work.session, "issue", Issue)][:-1] == []


async def test_a_dry_run_counts_what_a_run_then_ends(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    await reported(public, sit, runtime)
    await left_home(sit, await lived(sit, runtime))
    clock.advance(days=400)
    async with system_work(runtime, HERE) as work:
        counted = {one.code: one.due for one in await retention.due(work) if one.due}
    assert await leftovers(runtime), "a dry run ends nothing"
    assert await retain(runtime, HERE) == counted
    told = said(await (await sit(*ADMIN)).get("/privacy/retention/runs"))
    assert told[0]["ended"] == counted


async def test_a_hold_keeps_a_household_until_it_is_released(
    sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    mine = await lived(sit, runtime)
    await left_home(sit, mine)
    form = {"subject_kind": "household", "subject_id": mine["id"], "basis": "调查令"}
    held = said(await (await sit(*ADMIN)).post("/privacy/holds", form))
    assert_problem(await (await sit(*ADMIN)).post("/privacy/holds", form), 409, "held_already", "subject_id")
    clock.advance(**SIX_YEARS)
    await retain(runtime, HERE)
    kept = await leftovers(runtime)
    assert {"resident", "household", "visit"} <= kept.keys()
    lines = {one["code"]: one for one in said(await (await sit(*ADMIN)).get("/privacy/retention"))}
    assert (lines["residents"]["held"], lines["residents"]["due"]) == (1, 0)
    said(await (await sit(*ADMIN)).post(f"/privacy/holds/{held['id']}/release"))
    await retain(runtime, HERE)
    assert await leftovers(runtime) == {}


async def test_who_still_lives_there_is_not_forgotten(sit: Sit, runtime: Runtime, clock: FixedClock) -> None:
    mine = await lived(sit, runtime)
    clock.advance(**SIX_YEARS)
    ended = await retain(runtime, HERE)
    assert {"residents", "care_needs", "household_notes"} & ended.keys() == set()
    assert "visit_words" in ended
    async with system_work(runtime, HERE) as work:
        person = (
            await work.session.scalars(select(Resident).where(Resident.household_id == UUID(mine["id"])))
        ).one()
        assert work.keys.unseal(person.name_sealed or b"", "resident.name") == "金丝雀"
        assert list(await work.session.scalars(select(CareNeed.until))) == [None]


async def test_an_open_matter_keeps_its_contact(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    receipt = await reported(public, sit, runtime)
    said(await public.post(f"/follow/{receipt['follow_token']}/reopen", {"reason": "又漏了"}), 200)
    clock.advance(**SIX_YEARS)
    assert "reporter_contact" not in await retain(runtime, HERE)


async def test_periods_are_the_districts_own_within_the_floors(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    await reported(public, sit, runtime)
    admin = await sit(*ADMIN)
    form = {"days": 10, "basis": "评估意见"}
    short = await admin.call("PUT", "/privacy/retention/reporter_contact", json=form)
    assert_problem(short, 422, "period_too_short", "days")
    assert_problem(await admin.call("PUT", "/privacy/retention/nothing", json=form), 422, "unknown_class", "code")
    assert (
        await admin.call("PUT", "/privacy/retention/reporter_contact", json=form | {"days": 40})
    ).status_code == 204
    clock.advance(days=39)
    assert "reporter_contact" not in await retain(runtime, HERE)
    clock.advance(days=2)
    assert (await retain(runtime, HERE))["reporter_contact"] == 1


async def test_a_run_is_due_once_a_day(runtime: Runtime, clock: FixedClock) -> None:
    async def is_time() -> bool:
        async with system_work(runtime, HERE) as work:
            return await retention.is_time(work)

    assert await is_time()
    await retain(runtime, HERE)
    assert not await is_time()
    clock.advance(hours=25)
    assert await is_time()
    async with system_work(runtime, HERE) as work:
        assert len(list(await work.session.scalars(select(RetentionRun)))) == 1
