"""Who is told of a whistle: the units called, the street and the district; and where a refusal is listed."""

from datetime import datetime

import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.people.models import Role
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit
from tests.figures.test_supervision import listed
from tests.issues.acts import HERE, raised
from tests.notices.acts import notices
from tests.whistles.acts import blow, move, report_in_of

pytestmark = pytest.mark.anyio


async def test_a_unit_called_is_told_and_its_refusal_goes_up(
    public: Desk, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    receipt = await raised(public, town.IN_B1)
    secretary = await sit(Role.STREET_SECRETARY, town.WEST)
    whistle = await blow(secretary, receipt["id"])
    clock.advance(hours=11)  # the office is closed
    await drain(runtime, HERE)
    unit = await sit(Role.DEPARTMENT_OFFICER, "chengguan")
    (called,) = [one for one in await notices(unit) if one["kind"] == "called"]
    assert (called["subject_kind"], called["subject_id"]) == ("whistle", whistle["id"])
    assert datetime.fromisoformat(called["ring_at"]) > clock.now()
    head = await sit(Role.DEPARTMENT_HEAD, "chengguan")
    report_in = report_in_of(whistle, "chengguan")["id"]
    said = {"ground": "not_our_duty", "reason": "不属本单位职责。", "legal_basis": "区政府三定方案第三条"}
    answer = await move(head, report_in, "refuse", **said)
    assert answer.status_code == 200, answer.text
    await drain(runtime, HERE)
    district = await sit(Role.DISTRICT_SUPERVISOR, HERE)
    for desk in (await sit(Role.STREET_DISPATCHER, town.WEST), district):
        assert "unit_refused" in [one["kind"] for one in await notices(desk)]
    assert await notices(await sit(Role.STREET_DISPATCHER, town.EAST)) == []
    assert await listed(district, "refused") == [receipt["id"]]
