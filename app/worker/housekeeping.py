"""What is done by the hour and by the day, whether anything happened or not; each of it may be done twice."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.core.files import PhotoStore
from app.core.idempotency import KEPT_DAYS, Idempotency
from app.core.work import Runtime, give_way, open_city, system_work
from app.dispatch.models import OrderEvidence
from app.districts import Heartbeat, district_codes
from app.figures import ledger
from app.issues.deadlines import rehome_orphans
from app.issues.records import IssuePhoto
from app.privacy import requests, retention
from app.privacy.inventory import INVENTORY
from app.sync import jobs as phones
from app.sync.models import Media
from app.visits import duties, plans
from app.visits.models import VisitPhoto
from app.whistles.records import ReportInEvidence, TaskPhoto

ORPHAN_AGE_S = 24 * 3600.0  # longer than any request that stores a photo before its row


async def rehome(runtime: Runtime, district: str) -> int:
    """Give open matters and contact duties of ended posts to the next on the ladder; how many there were."""
    async with system_work(runtime, district) as work:
        await give_way(work)
        found = await rehome_orphans(work)
    async with system_work(runtime, district) as work:
        return found + await duties.hand_over_orphans(work)


async def plan_day(runtime: Runtime, district: str) -> None:
    """Reckon the tasks of every household, some at a time, so that nobody on a phone waits long; doing it twice
    changes nothing.
    """
    after: UUID | None = None
    going = True
    while going:
        async with system_work(runtime, district) as work:
            after = await plans.reckon_next(work, after)
        going = after is not None


async def retain(runtime: Runtime, district: str) -> dict[str, int]:
    """End what is past its period (R6.4), some rows at a time; how many of each class. Again on the same day ends
    what has come since.
    """
    begun, ended = runtime.clock.now(), dict[str, int]()
    async with system_work(runtime, district) as work:
        days = await retention.periods(work)
    for code in INVENTORY:
        after: tuple[Any, ...] | None = None
        going = True
        while going:
            async with system_work(runtime, district) as work:
                keys = await retention.end_turn(work, code, begun - timedelta(days=days[code]), after)
            if keys:
                ended[code], after = ended.get(code, 0) + len(keys), keys[-1]
            going = len(keys) == retention.TURN
    async with system_work(runtime, district) as work:
        await retention.note_run(work, begun, ended)
    return ended


async def retain_daily(runtime: Runtime, district: str) -> None:
    """Once a day, as the rows say, also over a restart."""
    async with system_work(runtime, district) as work:
        due = await retention.is_time(work)
    if due:
        await retain(runtime, district)


async def tidy(runtime: Runtime, district: str) -> None:
    """Remove idempotency keys past their time, give up what phones wait for in vain, remind of persons' requests,
    and once a day end what is past its period.
    """
    before = runtime.clock.now() - timedelta(days=KEPT_DAYS)
    async with system_work(runtime, district) as work:
        await work.session.execute(delete(Idempotency).where(Idempotency.at < before))
    async with system_work(runtime, district) as work:
        await phones.give_up_waiting(work)
        await phones.forget_old(work)
    async with system_work(runtime, district) as work:
        await requests.remind(work)
    await retain_daily(runtime, district)


async def add_up(runtime: Runtime, district: str) -> bool:
    """Write the hour's row of a district's ledger; False when it is there."""
    async with system_work(runtime, district) as work:
        return await ledger.write_hour(work)


async def sweep_photos(runtime: Runtime, photos: PhotoStore) -> int:
    """Remove photo files that nothing in any district names, a day after they were written."""
    async with open_city(runtime) as session:
        codes = await district_codes(session)

    async def known(digests: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for code in codes:
            async with system_work(runtime, code) as work:
                for photo in (IssuePhoto, TaskPhoto, OrderEvidence, ReportInEvidence, Media, VisitPhoto):
                    named = select(photo.sha256).where(photo.sha256.in_(digests))
                    found |= {one for one in (await work.session.scalars(named)).all() if one}
        return found

    return await photos.sweep(known, ORPHAN_AGE_S, runtime.clock.now().timestamp())


async def beat(runtime: Runtime) -> None:
    """Note that the worker is alive, by the same clock that `/readyz` reads."""
    row = {"name": "worker", "at": runtime.clock.now()}
    async with open_city(runtime) as session:
        new = insert(Heartbeat).values(row)
        await session.execute(new.on_conflict_do_update(index_elements=["name"], set_={"at": row["at"]}))
