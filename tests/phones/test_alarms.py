"""What happens to phones and who has to know: the desk that may act, once, and nothing of a person in it."""

from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import FixedClock
from app.core.work import Runtime
from app.people.models import Role
from app.sync import measuring
from app.worker.turns import drain
from tests import town
from tests.conftest import Desk, Sit
from tests.notices.acts import notices, told
from tests.phones.conftest import Enrol, NewPhone
from tests.phones.phone import reseal
from tests.visits.homes import HERE, homes, on_duty

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
SIGN_ON = {"name": "红米", "app_build": "test-1"}


async def of_street(sit: Sit) -> list[dict[str, Any]]:
    return await notices(await sit(Role.STREET_DISPATCHER, town.WEST))


async def test_ground_too_large_is_told_to_the_street_and_not_to_the_worker(
    new_phone: NewPhone, sit: Sit, runtime: Runtime, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused three times in a day: one notice. The next day it is said again, on the same unread notice."""
    await homes(runtime, "501", "502", "503")
    monkeypatch.setattr(measuring, "MOST_HOUSEHOLDS", 2)
    desk, phone = await sit(Role.GRID_WORKER, town.G1), new_phone()
    for _ in range(3):
        status, body = await phone.call("POST", "/devices", SIGN_ON, desk.token)
        assert (status, body["code"]) == (422, "scope_too_large")
    await drain(runtime, HERE)
    assert await told(sit) == {"street": ["scope_refused"]}
    (notice,) = await of_street(sit)
    assert (notice["subject_kind"], notice["subject_id"]) == ("post", str(desk.post_id))
    assert notice["times"] == 1
    assert "住户过多" in notice["title"]
    clock.advance(days=1)
    await phone.call("POST", "/devices", SIGN_ON, desk.token)
    await drain(runtime, HERE)
    assert [one["times"] for one in await of_street(sit)] == [2]


async def test_ground_that_has_grown_is_told_when_the_phone_begins_anew(
    phone_of: Enrol, sit: Sit, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Near the limit the phone works and the street hears of it; past it a first sync is refused, too."""
    await homes(runtime, "501", "502", "503")
    monkeypatch.setattr(measuring, "WARN_HOUSEHOLDS", 2)
    phone = await phone_of()
    assert await phone.pull() > 0
    await drain(runtime, HERE)
    assert await told(sit) == {"street": ["scope_near_limit"]}
    monkeypatch.setattr(measuring, "MOST_HOUSEHOLDS", 2)
    assert await phone.pull() == 0, "what it holds it goes on with"
    phone.cursor = None
    status, body = await phone.signed("GET", "/sync/pull")
    assert (status, body["code"]) == (422, "scope_too_large")
    await drain(runtime, HERE)
    assert await told(sit) == {"street": ["scope_near_limit", "scope_refused"]}


async def test_two_bodies_under_one_id_are_told_once(phone_of: Enrol, sit: Sit, runtime: Runtime) -> None:
    one, other = await homes(runtime, "501", "502")
    phone = await phone_of()
    first = phone.visit(one)
    await phone.push()
    second = phone.visit(other)
    second.body["op_id"] = first.id
    reseal(second.body)
    for _ in range(2):  # its answer was lost the first time
        phone.outbox = [second]
        await phone.push()
    await drain(runtime, HERE)
    assert await told(sit) == {"street": ["op_id_reused"]}
    assert [notice["times"] for notice in await of_street(sit)] == [1]


async def test_a_cleared_store_is_told(phone_of: Enrol, sit: Sit, runtime: Runtime) -> None:
    (home,) = await homes(runtime)
    phone = await phone_of()
    phone.visit(home)
    phone.lose_store()
    desk = await sit(Role.GRID_WORKER, town.G1)
    await phone.enrol(desk.token or "", desk.post_id)
    assert phone.missing == [1]
    await drain(runtime, HERE)
    assert await told(sit) == {"street": ["entries_lost"]}


async def test_a_revoked_phone_from_the_word_to_the_wipe(phone_of: Enrol, sit: Sit, runtime: Runtime) -> None:
    """Its holder hears that it was revoked; the street, what was handed in and that nothing is left on it."""
    (home,) = await homes(runtime)
    phone = await phone_of()
    phone.visit(home)
    office = await sit(Role.STREET_DISPATCHER, town.WEST)
    await office.post(f"/devices/{phone.device_id}/revoke")
    await drain(runtime, HERE)
    assert await told(sit) == {"worker": ["device_revoked"]}
    await phone.hand_in()
    await phone.call("POST", f"/devices/{phone.device_id}/wiped")
    await drain(runtime, HERE)
    assert await told(sit) == {"worker": ["device_revoked"], "street": ["device_wiped", "outbox_sealed"]}
    listed = (await office.get("/devices")).json()
    assert [one["waiting_outbox"] for one in listed] == [True], "where the notice leads"


async def test_who_signs_off_alarms_nobody_by_it(phone_of: Enrol, sit: Sit, runtime: Runtime) -> None:
    await homes(runtime)
    phone = await phone_of()
    await phone.call("POST", f"/devices/{phone.device_id}/wiped")
    await drain(runtime, HERE)
    assert await told(sit) == {}


async def test_a_stolen_token_is_told_to_both(phone_of: Enrol, sit: Sit, runtime: Runtime) -> None:
    phone = await phone_of()
    old = phone.refresh_token
    assert await phone.renew()
    assert (await phone.signed("GET", "/devices/me"))[0] == 200
    await phone.push()
    await phone.pull()
    phone.visit((await homes(runtime))[0])
    await phone.push()  # what was given for the last one is in use
    status, body = await phone.call("POST", "/devices/refresh", {"refresh_token": old}, token="-")
    assert (status, body["code"]) == (401, "reauth_required")
    await drain(runtime, HERE)
    assert await told(sit) == {"worker": ["device_revoked"], "street": ["device_stolen"]}


async def test_a_phone_of_no_ground_is_the_districts_matter(
    phone_of: Enrol, sit: Sit, runtime: Runtime, clock: FixedClock
) -> None:
    """A department's post with a list of households lies on no street: the district's desk hears, and may act."""
    (home,) = await homes(runtime)
    await on_duty(runtime, home, Role.DEPARTMENT_OFFICER, "chengguan")
    phone = await phone_of(Role.DEPARTMENT_OFFICER, "chengguan")
    phone.visit(home)
    clock.advance(seconds=timedelta(minutes=1).total_seconds())
    assert await phone.hand_in() == 202
    await drain(runtime, HERE)
    assert await told(sit) == {"district": ["outbox_sealed"]}
    admin: Desk = await sit(Role.DISTRICT_ADMIN, HERE)
    assert (await admin.post(f"/devices/{phone.device_id}/outbox/take")).status_code == 200
