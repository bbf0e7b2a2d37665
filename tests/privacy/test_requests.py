"""A person asks for their own: copy, correction, deletion, and an answer in time (PIPL 44-50, TRUST 34)."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.notices.models import Notice
from app.privacy import requests
from app.worker.turns import drain
from tests.conftest import Desk, Sit
from tests.households.homes import assert_chains, reads, said
from tests.issues.acts import assert_problem
from tests.privacy.lives import ADMIN, COMMUNITY, HERE, PERSON, STREET, WORDS, WORKER, leftovers, lived, reported

pytestmark = pytest.mark.anyio


async def asked(sit: Sit, resident: str, kind: str, **more: Any) -> dict[str, Any]:
    """A resident's request, taken at the door by the grid's worker."""
    form = {"kind": kind, "resident_id": resident, "identity": "in_person"} | more
    found: dict[str, Any] = said(await (await sit(*WORKER)).post("/privacy/requests", form))
    return found


async def test_a_copy_holds_every_class_and_its_reading_is_written_down(sit: Sit, runtime: Runtime) -> None:
    mine = await lived(sit, runtime)
    head = mine["members"][0]["id"]
    request = await asked(sit, head, "copy")
    desk = await sit(*COMMUNITY)
    copy = said(await desk.get(f"/privacy/requests/{request['id']}/copy"))["classes"]
    (person,) = copy["residents"]
    assert {name: person[name] for name in ("name", "phone", "id_number")} == {
        name: PERSON[name] for name in ("name", "phone", "id_number")
    }
    assert [one["kind"] for one in copy["care_needs"]] == ["living_alone"]
    assert copy["household_notes"][0]["note"] == "台阶上有花"
    assert [one["offered"] for one in copy["review_offers"]] == ["16612340000"]
    assert [one["note"] for one in copy["visit_words"]] == ["台阶上有花,已提醒"]
    assert "电话随访" in [one["purpose"] for one in copy["reads"]]
    assert "copy" in [what for what, *_ in await reads(runtime)]
    said(await desk.post(f"/privacy/requests/{request['id']}/answer", {"decision": "done"}))
    assert_problem(await desk.get(f"/privacy/requests/{request['id']}/copy"), 409, "request_answered")


async def test_the_same_request_is_taken_once(sit: Sit, runtime: Runtime) -> None:
    head = (await lived(sit, runtime))["members"][0]["id"]
    first, second = await asked(sit, head, "delete"), await asked(sit, head, "delete", said="请删除")
    assert first["id"] == second["id"]
    form = {"kind": "delete", "resident_id": head, "identity": "follow_link"}
    assert_problem(await (await sit(*WORKER)).post("/privacy/requests", form), 422, "link_only", "identity")


async def test_a_correction_is_written_through_the_household(sit: Sit, runtime: Runtime) -> None:
    head = (await lived(sit, runtime))["members"][0]["id"]
    request = await asked(sit, head, "correct", said="号码换了")
    desk = await sit(*COMMUNITY)
    path = f"/privacy/requests/{request['id']}/answer"
    assert_problem(await desk.post(path, {"decision": "done"}), 422, "correction_needed", "correction")
    said(await desk.post(path, {"decision": "done", "correction": {"base_rev": 1, "phone": "16612345555"}}))
    clear = said(await desk.post(f"/residents/{head}/unmask", {"purpose": "核对"}))
    assert clear["phone"] == "16612345555"
    await assert_chains(runtime)


async def test_deleting_leaves_nothing_but_what_the_office_did(sit: Sit, runtime: Runtime) -> None:
    mine = await lived(sit, runtime)
    head = mine["members"][0]["id"]
    request = await asked(sit, head, "delete")
    desk = await sit(*COMMUNITY)
    said(await desk.post(f"/privacy/requests/{request['id']}/answer", {"decision": "done"}))
    of_person = tuple(PERSON[name] for name in ("name", "phone", "id_number"))
    assert await leftovers(runtime, words=of_person) == {}
    assert said(await desk.get("/households", params={"q": "8888"}))["items"] == []
    assert said(await desk.get(f"/households/{mine['id']}"))["members"] == []
    await assert_chains(runtime)


async def test_a_hold_stands_against_deleting(sit: Sit, runtime: Runtime) -> None:
    mine = await lived(sit, runtime)
    request = await asked(sit, mine["members"][0]["id"], "delete")
    form = {"subject_kind": "household", "subject_id": mine["id"], "basis": "调查令"}
    said(await (await sit(*ADMIN)).post("/privacy/holds", form))
    desk = await sit(*COMMUNITY)
    path = f"/privacy/requests/{request['id']}/answer"
    assert_problem(await desk.post(path, {"decision": "done"}), 409, "legal_hold")
    assert_problem(await desk.post(path, {"decision": "refused"}), 422, "reason_needed", "reason")
    answered = said(await desk.post(path, {"decision": "refused", "reason": "依法保全中"}))
    assert answered["reason"] == "依法保全中"
    assert said(await desk.get("/privacy/requests"))["items"] == []
    assert len(said(await desk.get("/privacy/requests?decided=true"))["items"]) == 1


async def test_a_reporter_reads_and_ends_the_own_report_by_the_link(
    public: Desk, sit: Sit, runtime: Runtime
) -> None:
    receipt = await reported(public, sit, runtime)
    link = f"/follow/{receipt['follow_token']}"
    copy = said(await public.get(f"{link}/copy"))["classes"]
    assert copy["reporter_contact"] == [{"name": PERSON["name"], "phone": PERSON["phone"]}]
    assert copy["issue_words"][0]["text"] == WORDS
    assert len(copy["issue_photos"]) == 1
    request = said(await public.post(f"{link}/requests", {"kind": "delete"}))
    desk = await sit(*STREET)
    said(await desk.post(f"/privacy/requests/{request['id']}/answer", {"decision": "done"}))
    assert await leftovers(runtime) == {}
    page = said(await public.get(link))
    assert page["state"] == "closed", "what the office did stays"


async def test_an_open_report_is_deleted_when_it_is_over(public: Desk, sit: Sit, runtime: Runtime) -> None:
    receipt = await reported(public, sit, runtime)
    link = f"/follow/{receipt['follow_token']}"
    said(await public.post(f"{link}/reopen", {"reason": "又漏了"}))
    request = said(await public.post(f"{link}/requests", {"kind": "delete"}))
    path = f"/privacy/requests/{request['id']}/answer"
    assert_problem(await (await sit(*STREET)).post(path, {"decision": "done"}), 409, "matter_still_open")
    correct = said(await public.post(f"{link}/requests", {"kind": "correct"}))
    path = f"/privacy/requests/{correct['id']}/answer"
    form = {"decision": "done", "correction": {"base_rev": 1, "name": "某某"}}
    assert_problem(await (await sit(*STREET)).post(path, form), 409, "not_correctable")


async def test_what_is_not_answered_in_time_is_told_once(sit: Sit, runtime: Runtime, clock: FixedClock) -> None:
    request = await asked(sit, (await lived(sit, runtime))["members"][0]["id"], "access")

    async def told() -> list[tuple[str, int]]:
        await drain(runtime, HERE)
        async with system_work(runtime, HERE) as work:
            mine = select(Notice.kind, Notice.times).where(Notice.subject_id == UUID(request["id"]))
            return sorted((row.kind, row.times) for row in await work.session.execute(mine))

    assert await told() == [("person_asked", 1)]
    clock.advance(days=16)
    for expected in (1, 0):
        async with system_work(runtime, HERE) as work:
            assert await requests.remind(work) == expected
    assert await told() == [("person_asked", 1), ("person_unanswered", 1), ("person_unanswered", 1)]
    (line,) = said(await (await sit(*COMMUNITY)).get("/privacy/requests"))["items"]
    assert line["overdue"] is True
