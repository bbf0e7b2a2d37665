"""A breach drill: one stolen login, and what it saw, whose, is told from the log (TRUST 31, 35, PIPL 57)."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.privacy.inventory import INVENTORY
from tests import town
from tests.conftest import Desk, Sit
from tests.households.homes import home, said
from tests.issues.acts import assert_problem
from tests.privacy.lives import ADMIN, AUDITOR, COMMUNITY, STREET, WORKER, lived, reported

pytestmark = pytest.mark.anyio


def between(clock: FixedClock, **more: str) -> dict[str, str]:
    """From an hour ago to a minute from now."""
    now = clock.now()
    return {"from": (now - timedelta(hours=1)).isoformat(), "to": (now + timedelta(minutes=1)).isoformat()} | more


async def test_a_stolen_login_is_followed_to_every_record_it_saw(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    mine = await lived(sit, runtime)
    await home(await sit(*COMMUNITY), "901", area=town.B1)
    receipt = await reported(public, sit, runtime)
    clock.advance(hours=2)
    thief = await sit(*WORKER)
    listed = [one["id"] for one in said(await thief.get("/households"))["items"]]
    said(await thief.post(f"/residents/{mine['members'][0]['id']}/unmask", {"purpose": "核对"}))
    said(await (await sit(*STREET)).post(f"/issues/{receipt['id']}/reporter", {"purpose": "回访"}))
    auditor = await sit(*AUDITOR)
    whose = between(clock, post=str(thief.post_id))
    seen = said(await auditor.get("/privacy/breach-scope", params=whose))["items"]
    assert {(one["subject_kind"], one["subject_id"]) for one in seen} == {
        *(("household", one) for one in listed), ("resident", mine["members"][0]["id"]),
    }  # fmt: skip
    (person,) = [one for one in seen if one["subject_kind"] == "resident"]
    assert person["fields"] == ["id_number", "name", "phone"]
    pages, cursor = [], ""
    while cursor is not None:
        more = whose | {"limit": "1"} | ({"cursor": cursor} if cursor else {})
        page = said(await auditor.get("/privacy/breach-scope", params=more))
        pages += page["items"]
        cursor = page["next_cursor"]
    assert pages == seen, "page by page it is the same list"
    assert_problem(
        await auditor.get("/privacy/breach-scope", params=between(clock)), 422, "nobody_named", "account"
    )


async def test_who_read_a_household_between_two_times(sit: Sit, runtime: Runtime, clock: FixedClock) -> None:
    mine = await lived(sit, runtime)
    clock.advance(hours=2)
    worker = await sit(*WORKER)
    said(await worker.get(f"/households/{mine['id']}"))
    said(await worker.post(f"/residents/{mine['members'][0]['id']}/unmask", {"purpose": "核对"}))
    auditor = await sit(*AUDITOR)
    for ground in ({"household": mine["id"]}, {"area": town.C1}):
        readers = said(await auditor.get("/privacy/readers", params=between(clock, **ground)))
        assert {(one["post_id"], one["what"], one["households"], one["times"]) for one in readers} == {
            (str(worker.post_id), "household", 1, 1), (str(worker.post_id), "resident", 1, 1),
        }  # fmt: skip
    assert said(await auditor.get("/privacy/readers", params=between(clock, area=town.EAST))) == []
    assert_problem(await auditor.get("/privacy/readers", params=between(clock)), 422, "one_ground", "household")


async def test_the_auditor_pages_through_the_log_and_nobody_else_does(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    receipt = await reported(public, sit, runtime)
    await lived(sit, runtime)
    said(await (await sit(*STREET)).post(f"/issues/{receipt['id']}/reporter", {"purpose": "回访"}))
    auditor = await sit(*AUDITOR)
    whole = said(await auditor.get("/privacy/reads", params=between(clock)))["items"]
    assert {"reporter", "resident", "household"} <= {one["what"] for one in whole}
    first = said(await auditor.get("/privacy/reads", params=between(clock, limit="2")))
    rest = said(await auditor.get("/privacy/reads", params=between(clock, cursor=first["next_cursor"])))
    assert first["items"] + rest["items"] == whole
    of_issue = said(await auditor.get("/privacy/reads", params=between(clock, subject=receipt["id"])))["items"]
    assert {(one["purpose"], tuple(one["fields"]), one["subjects"]) for one in of_issue} == {
        ("回电话", ("name", "phone"), 1), ("回访", ("name", "phone"), 1),
    }  # fmt: skip
    assert (await (await sit(*ADMIN)).get("/privacy/reads", params=between(clock))).status_code == 403
    assert_problem(
        await auditor.get("/privacy/reads", params=between(clock, cursor="x" * 30)), 422, "bad_cursor", "cursor"
    )


async def test_the_assessment_names_every_class_with_its_rows(public: Desk, sit: Sit, runtime: Runtime) -> None:
    await reported(public, sit, runtime)
    await lived(sit, runtime)
    admin = await sit(*ADMIN)
    lines = {one["code"]: one for one in said(await admin.get("/privacy/impact"))}
    assert lines.keys() == INVENTORY.keys()
    assert lines["residents"]["rows"] == 1
    assert lines["care_needs"]["readers"] == sorted(
        ["community_officer", "community_secretary", "grid_leader", "grid_worker"]
    )
    assert lines["op_bodies"]["readers"] == []
    blob = (await admin.get("/privacy/impact.xlsx")).content
    page, notes = load_workbook(io.BytesIO(blob)).worksheets
    assert [row[0].value for row in page.iter_rows(min_row=2)] == list(INVENTORY)
    assert any("PIPL 56" in str(row[1].value) for row in notes.iter_rows())
