"""A grid split, over HTTP, from the draft to the moment and after it."""

from datetime import timedelta

import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.people.models import Role
from tests import town
from tests.changes import acts
from tests.conftest import Desk, Sit

pytestmark = pytest.mark.anyio


async def test_a_split_goes_from_draft_to_its_moment(
    sit: Sit, public: Desk, runtime: Runtime, clock: FixedClock
) -> None:
    at = clock.now() + timedelta(hours=2)
    change = await acts.approved(sit, acts.halves(), at)
    assert (change["state"], change["findings"]) == ("scheduled", [])
    await acts.came(runtime)
    assert (await public.get(f"/areas/{acts.NEW_GRID}", params={"district": acts.HERE})).status_code == 404
    clock.advance(hours=2)
    await acts.came(runtime)
    done = await acts.read(await sit(Role.DISTRICT_ADMIN, acts.HERE), change)
    assert done["state"] == "settled"
    new = (await public.get(f"/areas/{acts.NEW_GRID}", params={"district": acts.HERE})).json()
    assert [one["code"] for one in new["came_from"]] == [town.G1]
    old = (await public.get(f"/areas/{town.G1}", params={"district": acts.HERE})).json()
    assert old["boundary_version"] == 2
    building = (await public.get(f"/areas/{town.B2}", params={"district": acts.HERE})).json()
    assert building["parent_code"] == acts.NEW_GRID
