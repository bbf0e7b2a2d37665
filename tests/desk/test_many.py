"""One step for many matters: the preview says which, and why not the others."""

import pytest

from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit
from tests.issues.acts import HERE, assert_problem, raised
from tests.issues.test_budgets import counted, work_of

pytestmark = pytest.mark.anyio
NOBODY = "00000000-0000-0000-0000-000000000007"


async def test_the_preview_says_which_and_why_not(public: Desk, sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    street, admin = await sit(Role.STREET_DISPATCHER, town.WEST), await sit(Role.DISTRICT_ADMIN, HERE)
    fresh, gone = (await raised(public, town.IN_B1))["id"], (await raised(public, town.IN_B1))["id"]
    elsewhere = (await raised(public, town.IN_FIELD))["id"]
    said = {"reason": "属职责范围", "lead_unit": "chengguan"}
    assert (await street.step(gone, "dispatch", **said)).status_code == 200
    chosen = {"step": "dispatch", "ids": [fresh, gone, elsewhere, NOBODY]}
    answer = await street.post("/issues/allowed", chosen)
    assert answer.status_code == 200, answer.text
    rows = answer.json()
    assert [row["may"] for row in rows] == [True, False, False, False]
    assert "已派单" in rows[1]["zh"]
    assert rows[2]["number"] == rows[3]["number"] == ""
    assert {row["zh"] for row in rows[2:]} == {rows[2]["zh"]}, "out of sight looks like not there"
    assert [row["may"] for row in (await admin.post("/issues/allowed", chosen)).json()] == [
        True,
        False,
        True,
        False,
    ]
    with counted(monkeypatch) as sent:
        await street.post("/issues/allowed", chosen)
    assert len(work_of(sent)) == 2, sent
    assert_problem(await street.post("/issues/allowed", {"step": "dance", "ids": [fresh]}), 404, "not_found")
    many = [NOBODY] * 201
    assert (await street.post("/issues/allowed", {"step": "dispatch", "ids": many})).status_code == 422
