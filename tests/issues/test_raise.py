import pytest

from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit, report

pytestmark = pytest.mark.anyio


async def test_a_report_is_placed_and_with_its_worker_before_the_reply(public: Desk, sit: Sit) -> None:
    worker = await sit(Role.GRID_WORKER, town.G1)
    answer = await public.post("/issues", report(town.IN_B1, contact={"name": "王芳", "phone": "13800001234"}))
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert said["state"] == "assigned"
    assert [link["code"] for link in said["place"]["chain"]] == [
        "530114",
        town.WEST,
        town.C1,
        town.G1,
        town.B1,
    ]
    assert said["holder"] == {"post_id": str(worker.post_id), "role": "grid_worker", "deputy": False}
    assert said["explanation"][-1]["why"] == "holds"
