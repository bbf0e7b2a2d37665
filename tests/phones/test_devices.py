"""Tokens that end, phones that change hands, are revoked, lose their store: the outbox outlives all of it."""

import random  # noqa: TID251  # the jitter of many phones, by a seed
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.audit import Trail
from app.core.clock import FixedClock
from app.core.outbox import Outbox
from app.core.work import Runtime, Work, open_city, system_work
from app.people import actions
from app.people.models import Role
from app.sync import ledger, measuring
from app.sync.models import Op, SealedOutbox
from app.sync.sealing import seal_outbox
from tests import town
from tests.conftest import Sit, find_post
from tests.phones.conftest import Enrol, NewPhone
from tests.phones.phone import canonical, reseal
from tests.phones.ticking import pause
from tests.visits.homes import HERE, count, homes, visit_rows

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]


async def test_token_expired_mid_batch(
    phone_of: Enrol, runtime: Runtime, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two operations of a batch the quarter of an hour is over: renewed, and the same batch once more."""
    there = await homes(runtime, *map(str, range(6)))
    phone = await phone_of()
    ops = [phone.enter("household.edit", str(one), {"fields": {"kind": "tenant"}}, base_rev=1) for one in there]
    locking, turns = ledger.lock_phone, iter([1, 1, 14, 0, 0, 0])

    async def slowly(work: Work) -> None:
        await locking(work)
        clock.advance(minutes=next(turns, 0))

    monkeypatch.setattr(ledger, "lock_phone", slowly)
    results = await phone.push()
    assert Counter(one["status"] for one in results) == {"duplicate": 3, "applied": 3}
    assert not phone.outbox
    assert await count(runtime, Op) == len(ops)


async def test_refresh_expired_14_days(phone_of: Enrol, sit: Sit, runtime: Runtime, clock: FixedClock) -> None:
    """Away for two weeks: nothing to do. For five: capture goes on, its holder signs in, all is sent as theirs."""
    (home,) = await homes(runtime)
    phone = await phone_of()
    before = phone.device_id
    phone.visit(home)
    clock.advance(days=14)
    assert await phone.sync()
    clock.advance(days=35)
    phone.visit(home)
    assert not await phone.sync()
    assert phone.locked
    phone.visit(home)
    desk = await sit(Role.GRID_WORKER, town.G1)
    await phone.enrol(desk.token or "", desk.post_id)
    assert await phone.sync()
    assert (phone.device_id, len(await visit_rows(runtime, home))) == (before, 3)
    assert {one.status for one in phone.sent[-2:]} == {"applied"}


async def test_cursor_expired_with_outbox(phone_of: Enrol, sit: Sit, runtime: Runtime, clock: FixedClock) -> None:
    """Sixty-one days away: what is unsent goes first and whole, then the ground is fetched anew."""
    (home,) = await homes(runtime)
    phone = await phone_of()
    await phone.pull()
    old = phone.cursor
    op = phone.visit(home)
    clock.advance(days=61)
    desk = await sit(Role.GRID_WORKER, town.G1)
    await phone.enrol(desk.token or "", desk.post_id)
    status, body = await phone.signed("GET", f"/sync/pull?cursor={old}")
    assert (status, body["code"]) == (410, "cursor_expired")
    assert await phone.sync()
    assert [one.status for one in phone.sent] == ["applied"]
    assert phone.held("visit").keys() == {op.body["entity_id"]}
    assert await phone.agrees()


async def test_page_crash(phone_of: Enrol, runtime: Runtime) -> None:
    """Killed between a page and its cursor: the page comes again and changes nothing."""
    await homes(runtime, *map(str, range(5)))
    phone = await phone_of()
    await phone.pull(limit=2)
    whole = dict(phone.copy)
    again = await phone_of()
    status, page = await again.signed("GET", "/sync/pull?limit=2")
    assert status == 200
    again._apply(page)
    again.cursor = None  # the tab is gone before it was written down
    await again.pull(limit=2)
    again._apply(page)  # and an old page of the same store overwrites with the same
    assert again.copy == whole
    cursor = again.cursor
    await again.pull()
    assert cursor
    assert again.copy == whole
    assert await again.agrees()


async def test_storage_evicted(phone_of: Enrol, sit: Sit, runtime: Runtime) -> None:
    """The browser clears its database: a marker tells, the same phone goes on, what is lost is said and told."""
    (home,) = await homes(runtime)
    phone = await phone_of()
    before = phone.device_id
    phone.visit(home)
    assert await phone.sync()
    phone.visit(home)
    phone.visit(home)
    phone.lose_store()
    desk = await sit(Role.GRID_WORKER, town.G1)
    await phone.enrol(desk.token or "", desk.post_id)
    assert phone.missing == [2, 3]
    assert phone.device_id == before
    phone.visit(home)
    assert await phone.sync()
    assert await phone.agrees()
    assert len(await visit_rows(runtime, home)) == 2
    async with system_work(runtime, HERE) as work:
        (told,) = list(await work.session.scalars(select(Outbox).where(Outbox.event == "seqs_missing")))
        mine = (Trail.subject_id == UUID(before), Trail.step == "lose_operations")
        assert (await work.session.scalars(select(Trail).where(*mine))).one() is not None
    assert told.payload["count"] == 2


async def test_an_enrolment_lost_on_the_way(phone_of: Enrol, sit: Sit, runtime: Runtime) -> None:
    """A store that was not lost says nothing of losses; somebody else's former phone is not taken over."""
    (home,) = await homes(runtime)
    phone = await phone_of()
    phone.visit(home)
    desk = await sit(Role.GRID_WORKER, town.G1)
    await phone.enrol(desk.token or "", desk.post_id)
    assert phone.missing == []
    former = phone.device_id
    other = await phone_of(Role.GRID_WORKER, town.G2)
    other.device_id, other.store_lost, other.seq = former, True, 9
    desk = await sit(Role.GRID_WORKER, town.G2)
    await other.enrol(desk.token or "", desk.post_id)
    assert other.device_id != former
    assert other.missing == []
    assert await phone.sync()


async def test_other_user_logs_in(phone_of: Enrol, sit: Sit, new_phone: NewPhone, runtime: Runtime) -> None:
    """B on A's phone: what A had not sent is handed in sealed and taken as A's; it never goes as B's."""
    (home,) = await homes(runtime)
    a = await phone_of()
    made = a.visit(home)
    assert await a.hand_in() == 202
    b = new_phone()
    desk = await sit(Role.GRID_WORKER, town.G2)
    b.device_id = a.device_id
    await b.enrol(desk.token or "", desk.post_id)
    assert b.device_id != a.device_id
    status, body = await b.call("POST", "/sync/push", a.envelope(a.outbox))
    assert (status, body["code"]) == (403, "other_device")
    assert await visit_rows(runtime, home) == []
    office = await sit(Role.GRID_LEADER, town.G1)
    assert (await office.post(f"/devices/{a.device_id}/outbox/take")).status_code == 200
    (row,) = await visit_rows(runtime, home)
    assert (str(row.id), str(row.post_id)) == (made.body["entity_id"], a.post_id)


async def test_logout_with_outbox(phone_of: Enrol, sit: Sit, runtime: Runtime) -> None:
    """Handed to the server for later, sealed; the office lets it take effect, once."""
    (home,) = await homes(runtime)
    phone = await phone_of()
    made = phone.visit(home)
    assert await phone.hand_in() == 202
    assert await phone.call("POST", f"/devices/{phone.device_id}/wiped") == (204, {})
    assert await visit_rows(runtime, home) == []
    office = await sit(Role.GRID_LEADER, town.G1)
    taken = await office.post(f"/devices/{phone.device_id}/outbox/take")
    assert [one["status"] for one in taken.json()["results"]] == ["applied"], taken.text
    (row,) = await visit_rows(runtime, home)
    assert (str(row.id), str(row.post_id)) == (made.body["entity_id"], phone.post_id)
    assert (await office.post(f"/devices/{phone.device_id}/outbox/take")).status_code == 404


async def test_an_outbox_made_on_another_phone_is_nobodys_to_take(
    phone_of: Enrol, sit: Sit, runtime: Runtime
) -> None:
    """A's envelope handed in under B's token: kept, and taken for neither of the two."""
    (home,) = await homes(runtime)
    a, b = await phone_of(), await phone_of(Role.GRID_LEADER, town.G1)
    a.visit(home)
    plain = canonical(a.envelope(a.outbox)).encode()
    blob = seal_outbox(b.outbox_key, plain, b"twelve bytes")
    assert (await b.call("PUT", f"/devices/{b.device_id}/outbox", blob))[0] == 202
    office = await sit(Role.STREET_DISPATCHER, town.WEST)
    taken = await office.post(f"/devices/{b.device_id}/outbox/take")
    assert (taken.status_code, taken.json()["code"]) == (409, "outbox_of_other")
    assert (await office.post(f"/devices/{a.device_id}/outbox/take")).status_code == 404
    assert await visit_rows(runtime, home) == []
    assert await count(runtime, SealedOutbox) == 1
    assert await a.sync()
    assert len(await visit_rows(runtime, home)) == 1


async def test_an_outbox_of_many_batches_is_taken_whole(phone_of: Enrol, sit: Sit, runtime: Runtime) -> None:
    """Three weeks on a hill: more than one batch holds, one of them spoilt, two of them in want of each other."""
    (home,) = await homes(runtime)
    phone = await phone_of()
    first = phone.visit(home, "not_home")
    for _ in range(118):
        phone.visit(home)
    phone.outbox[60].body["payload"]["result"] = "shouted"
    reseal(phone.outbox[60].body)
    phone.enter("visit.amend", first.body["entity_id"], {"base_rev": 1, "result": "met"})
    phone.outbox.reverse()
    assert await phone.hand_in() == 202
    office = await sit(Role.GRID_LEADER, town.G1)
    taken = await office.post(f"/devices/{phone.device_id}/outbox/take")
    assert taken.status_code == 200, taken.text
    told = [one["status"] for one in taken.json()["results"]]
    assert [told.count(status) for status in ("applied", "rejected", "waiting")] == [118, 1, 1]
    rows = await visit_rows(runtime, home)
    assert len(rows) == 118
    (row,) = [one for one in rows if str(one.id) == first.body["entity_id"]]
    assert (row.result, row.rev) == ("met", 2), "what waited was taken up when its visit came"
    assert await count(runtime, Op) == 120


async def test_device_revoked_with_outbox(phone_of: Enrol, sit: Sit, runtime: Runtime) -> None:
    """Revoked while away: told so by any call; sealed outbox up, wiped, acknowledged; each is on the trail."""
    (home,) = await homes(runtime)
    phone = await phone_of()
    phone.visit(home)
    office = await sit(Role.STREET_DISPATCHER, town.WEST)
    assert (await office.post(f"/devices/{phone.device_id}/revoke")).status_code == 200
    assert not await phone.sync()
    assert phone.revoked
    assert await visit_rows(runtime, home) == []
    assert await phone.hand_in() == 202
    assert await phone.hand_in() == 202, "its answer was lost: again is the same"
    assert (await phone.call("POST", f"/devices/{phone.device_id}/wiped"))[0] == 204
    taken = await office.post(f"/devices/{phone.device_id}/outbox/take")
    assert [one["status"] for one in taken.json()["results"]] == ["applied"]
    assert len(await visit_rows(runtime, home)) == 1
    async with system_work(runtime, HERE) as work:
        trail = select(Trail.step).where(Trail.subject_id == UUID(phone.device_id)).order_by(Trail.seq)
        steps = list(await work.session.scalars(trail))
    assert [step for step in steps if step != "seal_outbox"] == ["enrol", "revoke", "wipe", "take_outbox"]
    assert steps.count("seal_outbox") == 2, "two seals differ, what is in them does not"


async def test_password_changed_elsewhere(phone_of: Enrol, runtime: Runtime) -> None:
    """Every session ends: the phone renews its own. With the account disabled it waits, and loses nothing."""
    (home,) = await homes(runtime)
    phone = await phone_of()
    account, _ = await find_post(runtime, HERE, Role.GRID_WORKER, town.G1)
    phone.visit(home)
    async with open_city(runtime) as session:
        await actions.revoke_all(session, account, runtime.clock.now())
    assert await phone.sync()
    phone.visit(home)
    async with open_city(runtime) as session:
        await actions.disable_account(session, account, runtime.clock.now())
    assert not await phone.sync()
    assert phone.locked
    assert len(phone.outbox) == 1
    assert len(await visit_rows(runtime, home)) == 1


async def test_scope_over_limit(
    new_phone: NewPhone, sit: Sit, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A post of a whole street works online; ground with more households than one can know is refused in words."""
    await homes(runtime, "501", "502", "503")
    phone = new_phone()
    desk = await sit(Role.STREET_DISPATCHER, town.WEST)
    said = {"name": "红米", "app_build": "test-1"}
    status, body = await phone.call("POST", "/devices", said, desk.token)
    assert (status, body["code"]) == (403, "online_first")
    monkeypatch.setattr(measuring, "MOST_HOUSEHOLDS", 2)
    desk = await sit(Role.GRID_WORKER, town.G1)
    status, body = await phone.call("POST", "/devices", said, desk.token)
    assert (status, body["code"]) == (422, "scope_too_large")
    assert body["data"] == {"households": 3, "most": 2}


async def test_gps_denied(phone_of: Enrol, runtime: Runtime) -> None:
    """No position, a poor one, one that came late: the visit is a visit."""
    there = await homes(runtime, "501", "502", "503")
    phone = await phone_of()
    fixes: list[Any] = [None, {"lon": 102.81, "lat": 24.81, "acc_m": 4000}, {"lon": 102.81, "lat": 24.81}]
    for home, geo in zip(there, fixes, strict=True):
        phone.enter("visit.create", phone.fresh(), {"household_id": str(home), "result": "met"}, geo=geo)
    await phone.flush()
    assert [one.status for one in phone.sent] == ["applied"] * 3


def test_storm_0900() -> None:
    """Five hundred phones that were told 503 at once come back over a minute and more, and not in another wave."""
    chance = random.Random(9)  # noqa: S311  # a test's own order
    for attempt in range(4):
        seconds = sorted(pause(attempt, chance.random()).total_seconds() for _ in range(500))
        assert seconds[-1] - seconds[0] >= 55
        each = Counter(int(one) for one in seconds)
        assert max(each.values()) <= 25, "a twentieth of them in any second"
    assert max(pause(20, 1.0).total_seconds() for _ in range(1)) == 600
