"""A server restored to an earlier point while phones have already thrown away what it forgot (SYNC 3c)."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from cluster import Cluster
from sqlalchemy import func, select

from app.core.clock import FixedClock
from app.core.work import Runtime, system_work
from app.districts import renew_store, store_epochs
from app.people.models import Role
from app.sync.models import Media, Op
from app.visits.models import Visit, VisitPhoto
from tests import town
from tests.conftest import Desk, Sit
from tests.phones.conftest import NewPhone
from tests.phones.phone import Phone
from tests.visits.homes import HERE, homes

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
PHONES = int(os.environ.get("WANGGE_PHONES", "10"))  # a hundred by hand
GROUNDS = (town.G1, town.G2, town.ISLAND, town.LARGE, town.FIELD)
LEAVES = (town.B1, town.G2, town.ISLAND, town.SMALL_A, town.FIELD)


class Store:
    """The test's database, copied aside and put back."""

    def __init__(self, cluster: Cluster, database: str, runtime: Runtime) -> None:
        self.cluster, self.database, self.runtime = cluster, database, runtime
        self.aside = f"{database}_aside"

    async def _copy(self, source: str, target: str) -> None:
        await self.runtime.engine.dispose()
        with psycopg.connect(self.cluster.url("cluster", "postgres"), autocommit=True) as admin:
            admin.execute(f"drop database if exists {target} with (force)")
            admin.execute(f"create database {target} template {source} owner owner strategy file_copy")

    async def save(self) -> None:
        await self._copy(self.database, self.aside)

    async def restore(self) -> None:
        """Back to the copy, in a new life of the store: `wangge store renew`, before any phone is let in."""
        await self._copy(self.aside, self.database)
        await renew_store(self.runtime)

    def drop(self) -> None:
        with psycopg.connect(self.cluster.url("cluster", "postgres"), autocommit=True) as admin:
            admin.execute(f"drop database if exists {self.aside} with (force)")


async def count(runtime: Runtime, model: Any, *where: Any) -> int:
    async with system_work(runtime, HERE) as work:
        return await work.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


async def test_server_restored_behind_phones(
    cluster: Cluster, database: str, runtime: Runtime, clock: FixedClock, sit: Sit,
    new_phone: NewPhone, jpeg: bytes,
) -> None:  # fmt: skip
    there = {ground: (await homes(runtime, ground=leaf))[0] for ground, leaf in zip(GROUNDS, LEAVES, strict=True)}
    desks = {ground: await sit(Role.GRID_WORKER, ground) for ground in GROUNDS}
    store, phones = Store(cluster, database, runtime), [new_phone() for _ in range(PHONES)]
    where = [GROUNDS[number % len(GROUNDS)] for number in range(PHONES)]

    async def enrol(phone: Phone, desk: Desk) -> None:
        await phone.enrol(desk.token or "", desk.post_id)

    async def all_sync() -> None:
        for phone in phones:
            assert await phone.sync(), (phone.outbox, phone.locked)

    early = PHONES * 9 // 10
    for phone, ground in list(zip(phones, where, strict=True))[:early]:
        await enrol(phone, desks[ground])
        phone.visit(there[ground])
        assert await phone.sync()
    await store.save()
    clock.advance(hours=1)
    for phone, ground in list(zip(phones, where, strict=True))[early:]:
        await enrol(phone, desks[ground])  # the restored store will not know these at all
    for phone, ground in zip(phones, where, strict=True):
        media = phone.fresh()
        phone.photos[media] = jpeg
        phone.visit(there[ground], photos=[{"media_id": media}])
    await all_sync()
    whole = PHONES + early
    assert (await count(runtime, Visit), await count(runtime, Media)) == (whole, PHONES)

    try:
        await store.restore()
        assert await count(runtime, Visit) == early, "what was acknowledged is gone here"
        clock.advance(hours=1)
        await _come_back(phones, where, desks, enrol)
        await all_sync()
        assert await count(runtime, Visit) == await count(runtime, Op) == whole
        assert await count(runtime, Op, Op.status != "applied") == 0
        assert await count(runtime, VisitPhoto, VisitPhoto.missing_since.is_(None)) == PHONES
        await all_sync()
        for phone in phones:
            assert await phone.agrees()
        assert await count(runtime, Visit) == whole, "sent twice, there once"
    finally:
        await runtime.engine.dispose()
        store.drop()


async def test_a_store_that_was_not_renewed_stays_behind(
    cluster: Cluster, database: str, runtime: Runtime, clock: FixedClock, sit: Sit, new_phone: NewPhone
) -> None:
    """What the command is for: put back without it, the phone goes on and what it had sent is gone for good."""
    (home,) = await homes(runtime, ground=town.B1)
    desk, phone = await sit(Role.GRID_WORKER, town.G1), new_phone()
    await phone.enrol(desk.token or "", desk.post_id)
    store = Store(cluster, database, runtime)
    await store.save()
    phone.visit(home)
    assert await phone.sync()
    try:
        await store._copy(store.aside, store.database)
        clock.advance(minutes=1)
        assert await phone.sync()
        assert await count(runtime, Visit) == 0
        before = (await store_epochs(runtime))[0]
        renewed = await renew_store(runtime)
        lives = await store_epochs(runtime)
        assert (lives[0].epoch, lives[1].epoch) == (renewed, before.epoch), "the latest, whatever the clock says"
        await phone.sync()
        await phone.sync()
        assert await count(runtime, Visit) == 1
        assert not phone.outbox
    finally:
        await runtime.engine.dispose()
        store.drop()


async def _come_back(
    phones: list[Phone], where: list[str], desks: dict[str, Desk], enrol: Callable[[Phone, Desk], Awaitable[None]]
) -> None:
    """The first call after the restore. A phone whose token is younger than the copy has its holder sign in again;
    one the store still knows is the same phone afterwards.
    """
    known = 0
    for phone, ground in zip(phones, where, strict=True):
        if not await phone.sync() and phone.locked:
            before = phone.device_id
            await enrol(phone, desks[ground])
            known += phone.device_id == before
    assert known == PHONES * 9 // 10
