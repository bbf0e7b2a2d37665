"""An anonymous flood is slowed and marked, never dropped; staff and others are not held up (TRUST 43)."""

import httpx2
import pytest
from fastapi import FastAPI

from app.core.work import Runtime
from app.people.models import Role
from tests import town
from tests.conftest import Desk, Sit, report
from tests.issues.acts import HERE, assert_problem, jpeg, raised, rows

pytestmark = pytest.mark.anyio

FREE, MOST = 20, 60


async def test_a_flood_is_marked_for_screening_then_told_to_wait(
    app: FastAPI, public: Desk, sit: Sit, runtime: Runtime
) -> None:
    marks = [(await raised(public))["screening"] for _ in range(MOST)]
    assert marks == [False] * FREE + [True] * (MOST - FREE)
    before = await rows(runtime)
    answer = await public.post("/issues", report(town.IN_B1))
    assert_problem(answer, 429, "too_many_reports")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert await rows(runtime) == before
    assert before["issue"] == MOST, "what was sent is kept"
    worker = await sit(Role.GRID_WORKER, town.G1)
    assert (await raised(worker))["screening"] is False, "staff are not held up"
    transport = httpx2.ASGITransport(app=app, client=("192.0.2.77", 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as elsewhere:
        assert (await raised(Desk(elsewhere)))["screening"] is False, "others are not held up"
    suspects = (await worker.get("/issues", params={"screening": "true", "limit": 100})).json()["items"]
    assert len(suspects) == MOST - FREE
    assert (await worker.step(suspects[0]["id"], "accept")).status_code == 409 or suspects[0]["holder_id"]


async def test_a_forged_address_does_not_open_the_gate_again(public: Desk) -> None:
    for number in range(FREE):
        assert (await public.post("/issues", report(town.IN_B1))).status_code == 201, number
    forged = await public.post("/issues", report(town.IN_B1), headers={"X-Forwarded-For": "198.51.100.9"})
    assert forged.json()["screening"] is True


async def test_what_is_refused_for_its_form_does_not_count(public: Desk) -> None:
    for _ in range(FREE + 5):
        assert_problem(await public.post("/issues", {"text": " ", "district": HERE}), 422, "invalid_field", "text")
    assert (await raised(public))["screening"] is False


async def test_a_made_up_token_does_not_get_its_photos_decoded_or_stored(public: Desk, app: FastAPI) -> None:
    """Otherwise a stranger could fill the disk past the gate by sending any word as a token."""
    public.token = f"{HERE}.made-up"
    said = {"issue": (None, '{"text":"照片"}'), "photos": ("a.jpg", jpeg(), "image/jpeg")}
    assert_problem(await public.call("POST", "/issues", files=said), 401, "session_ended")
    path = "/issues/00000000-0000-0000-0000-000000000001/photos"
    assert_problem(await public.call("POST", path, files={"photos": ("a.jpg", jpeg())}), 401, "session_ended")
    root = app.state.photos.root
    assert not root.exists() or not list(root.rglob("*.jpg"))
