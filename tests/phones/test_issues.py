"""Issues on a phone: raised without a signal, told to the grid they lie on, stepped by compare-and-set."""

import hashlib
from typing import Any

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.work import Runtime, Work, system_work
from app.issues.actions import STEPS
from app.issues.models import Issue
from app.issues.records import IssuePhoto, Remark
from app.people.models import Role
from app.sync import ledger
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit, report
from tests.phones.conftest import Enrol
from tests.phones.faults import cut_line
from tests.phones.phone import Phone
from tests.visits.homes import HERE

pytestmark = pytest.mark.anyio


def raising(phone: Phone, place: Any = town.IN_B1, **more: Any) -> Any:
    said = {"text": "楼道灯不亮。", "point": town.point(place)}
    return phone.enter("issue.create", phone.fresh(), {"issue": said, **more})


async def only_issue(runtime: Runtime) -> Issue:
    async with system_work(runtime, HERE) as work:
        (issue,) = list(await work.session.scalars(select(Issue)))
    return issue


async def test_an_issue_noted_without_a_signal_is_placed_once(
    phone_of: Enrol, runtime: Runtime, clock: FixedClock
) -> None:
    phone = await phone_of()
    op = raising(phone)
    clock.advance(hours=5)
    await phone.flush()
    issue = await only_issue(runtime)
    assert phone.redirects[op.body["entity_id"]] == str(issue.id)
    assert issue.occurred_at is not None
    assert issue.occurred_at < issue.raised_at
    phone.outbox = [*phone.sent]
    results = await phone.push()
    assert [one["status"] for one in results] == ["duplicate"]
    assert (await only_issue(runtime)).id == issue.id

    await drain(runtime, HERE)
    await phone.pull()
    held = phone.held("issue")[str(issue.id)]
    assert held["number"] == issue.number
    assert await phone.agrees()


async def test_an_issue_leaves_the_phone_of_the_grid_it_leaves(
    phone_of: Enrol, public: Desk, sit: Sit, runtime: Runtime
) -> None:
    here, there = await phone_of(), await phone_of(Role.GRID_WORKER, town.G2)
    number = (await public.post("/issues", report(town.IN_B1))).json()["id"]
    await drain(runtime, HERE)
    await here.pull()
    await there.pull()
    assert list(here.held("issue")) == [number]
    assert not there.held("issue")

    desk = await sit(Role.COMMUNITY_OFFICER, town.C1)
    moved = await desk.step(number, "locate", point=town.point(town.IN_G2), reason="点位有误。")
    assert moved.status_code == 200, moved.text
    await drain(runtime, HERE)
    await here.pull()
    await there.pull()
    assert not here.held("issue")
    assert list(there.held("issue")) == [number]
    assert await here.agrees()
    assert await there.agrees()


async def test_what_is_confidential_never_comes_on_a_phone(
    phone_of: Enrol, public: Desk, runtime: Runtime
) -> None:
    await public.post("/issues", report(town.IN_B1, type="tipoff", confidential=True))
    await drain(runtime, HERE)
    phone = await phone_of()
    await phone.pull()
    assert not phone.held("issue")


async def test_issue_closed_while_handling(phone_of: Enrol, public: Desk, sit: Sit, runtime: Runtime) -> None:
    number = (await public.post("/issues", report(town.IN_B1))).json()["id"]
    phone = await phone_of()
    said = {"step": "accept", "expected_state": "assigned"}
    phone.enter("issue.step", number, said)
    desk = await sit(Role.COMMUNITY_OFFICER, town.C1)
    assert (await desk.step(number, "take_over", reason="社区直接办理。")).status_code == 200
    answer = {"step": "answer", "expected_state": "handling", "form": {"text": "灯已换好。", "result": "solved"}}
    phone.enter("issue.step", number, answer)
    before = await only_issue(runtime)
    await phone.flush()
    assert [one.status for one in phone.sent][-1] == "conflict"
    after = await only_issue(runtime)
    assert after.state == before.state
    async with system_work(runtime, HERE) as work:
        words = list(await work.session.scalars(select(Remark.text).where(Remark.step == "comment")))
    assert any("灯已换好" in text for text in words)


async def test_a_photo_that_comes_after_its_issue_is_shown_with_it(
    phone_of: Enrol, runtime: Runtime, jpeg: bytes
) -> None:
    phone = await phone_of()
    media = phone.fresh()
    raising(phone, media=[media])
    await phone.flush()
    headers = {"Authorization": f"Bearer {phone.access}", "X-SHA256": hashlib.sha256(jpeg).hexdigest()}
    for _ in range(2):
        answer = await phone.send("PUT", f"/api/v1/media/{media}", headers=headers, content=jpeg)
        assert answer.status_code == 200, answer.content
    issue = await only_issue(runtime)
    async with system_work(runtime, HERE) as work:
        photos = list(await work.session.scalars(select(IssuePhoto).where(IssuePhoto.issue_id == issue.id)))
    assert len(photos) == 1
    wrong = {**headers, "X-SHA256": "0" * 64}
    answer = await phone.send("PUT", f"/api/v1/media/{phone.fresh()}", headers=wrong, content=jpeg)
    assert answer.status_code == 422


async def test_a_phone_knows_the_buttons_of_an_issue_and_its_next_clock(
    phone_of: Enrol, public: Desk, runtime: Runtime
) -> None:
    """As the record is: its holder may go on with it, another of the grid may look; as over HTTP."""
    number = (await public.post("/issues", report(town.IN_B1))).json()["id"]
    await drain(runtime, HERE)
    phone, leader = await phone_of(), await phone_of(Role.GRID_LEADER, town.G1)
    await phone.pull()
    await leader.pull()
    held = phone.held("issue")[number]
    assert "accept" in held["steps"]
    assert "accept" not in leader.held("issue")[number]["steps"]
    _, shown = await phone.signed("GET", f"/issues/{number}")
    assert held["steps"] == [step for step in shown["allowed_steps"] if step in STEPS]
    first = min((one for one in shown["clocks"] if one["ended_at"] is None), key=lambda one: str(one["due_at"]))
    assert held["clock"]["kind"] == first["kind"]
    assert held["others"] == 0

    phone.enter("issue.step", number, {"step": "accept", "expected_state": held["state"]})
    await phone.flush()
    await drain(runtime, HERE)
    await phone.pull()
    assert "accept" not in phone.held("issue")[number]["steps"]
    assert await phone.agrees()


async def test_a_matter_that_others_met_too_says_how_many(
    phone_of: Enrol, public: Desk, sit: Sit, runtime: Runtime
) -> None:
    kept = (await public.post("/issues", report(town.IN_B1))).json()
    other = (await public.post("/issues", report(town.IN_G2))).json()["id"]
    desk = await sit(Role.COMMUNITY_OFFICER, town.C1)
    merged = await desk.step(other, "merge", into=kept["number"], reason="同一盏灯。")
    assert merged.status_code == 200, merged.text
    await drain(runtime, HERE)
    phone = await phone_of()
    await phone.pull()
    assert phone.held("issue")[kept["id"]]["others"] == 1
    assert await phone.agrees()


async def test_what_follows_on_an_operation_put_off_is_put_off_too(
    phone_of: Enrol, public: Desk, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line to the database is cut under the first of two steps: the second is not judged before it, and is no
    conflict of its author with himself.
    """
    number = (await public.post("/issues", report(town.IN_B1))).json()["id"]
    phone = await phone_of()
    phone.enter("issue.step", number, {"step": "accept", "expected_state": "assigned"})
    answer = {"step": "answer", "expected_state": "handling", "form": {"text": "灯已换好。", "result": "solved"}}
    phone.enter("issue.step", number, answer)
    locking, cuts = ledger.lock_phone, [True]

    async def cut_once(work: Work) -> None:
        if cuts:
            cuts.clear()
            await cut_line(work)
        await locking(work)

    with monkeypatch.context() as broken:
        broken.setattr(ledger, "lock_phone", cut_once)
        results = await phone.push()
    assert [one["status"] for one in results] == ["retry", "retry"]
    await phone.flush()
    assert [one.status for one in phone.sent] == ["applied", "applied"]
    async with system_work(runtime, HERE) as work:
        assert await work.session.scalar(select(Issue.state)) == "answered"
