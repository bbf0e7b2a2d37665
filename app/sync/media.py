"""Photos with the phone's own ids: an idempotent PUT with a checksum. Sent before its visit, a photo waits a week.

No resumable protocol: a photo is made small on the phone (400 kB aimed at, 2 MB at most), so that sending it again
costs less than keeping upload states on both sides. What is kept is re-encoded like every photo of the service.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select, update

from app.core.errors import Conflict, Invalid, NotFound
from app.core.files import Photo
from app.core.work import Work
from app.issues.intake import photo_rows
from app.issues.records import IssuePhoto
from app.sync.ledger import lock_phone
from app.sync.models import Device, Media, WantedMedia
from app.sync.schemas import MediaOut
from app.visits.models import VisitPhoto

MOST_BYTES = 2_000_000
KEPT_UNBOUND = timedelta(days=7)


class WrongChecksum(Invalid):
    """The bytes are not those the phone meant to send: send them again."""

    code = "wrong_checksum"
    zh = "照片在传输中损坏(校验值不符),请重新上传,照片仍保留在本机。"
    en = "The photo was damaged on the way (checksum differs); send it again, it is still on the phone."


class MediaIdReused(Conflict):
    """Another photo has this id."""

    code = "media_id_reused"
    zh = "该照片编号已用于另一张照片,请换一个编号。"
    en = "This media id belongs to another photo; take a new one."


def check_sum(data: bytes, said: str) -> None:
    """`WrongChecksum` unless the bytes hash to what was said."""
    if hashlib.sha256(data).hexdigest() != said:
        raise WrongChecksum("Content-Digest")


def own_phones(work: Work) -> Select[UUID]:
    """The phones of the holder: one that had to be enrolled anew goes on with what the former has sent."""
    mine = select(Device.id).where(Device.account_id == work.actor.account_id)
    return mine.execution_options(unscoped=True)


async def _is_own(work: Work, media: Media) -> bool:
    query = own_phones(work).where(Device.id == media.device_id)
    return await work.session.scalar(query) is not None


async def find(work: Work, media_id: UUID) -> Media:
    """The phone's own photo; `NotFound` tells it to send."""
    mine = (Media.id == media_id, Media.device_id.in_(own_phones(work)))
    query = select(Media).where(*mine).execution_options(unscoped=True)
    found: Media | None = await work.session.scalar(query)
    if found is None:
        raise NotFound("media_id")
    return found


async def keep(work: Work, media_id: UUID, said_sha256: str, photo: Photo) -> MediaOut:
    """Store a photo's row; sent again it is the same, with other bytes it is refused."""
    await lock_phone(work)  # with its visit on another connection, one of the two finds the other
    known = await work.session.get(Media, media_id)
    if known is not None:
        if known.said_sha256 != said_sha256 or not await _is_own(work, known):
            raise MediaIdReused("media_id")
        return out(known)
    named = select(VisitPhoto.visit_id).where(VisitPhoto.media_id == media_id).execution_options(unscoped=True)
    entity = await work.session.scalar(named) or await _issue_waiting(work, media_id, photo)
    now = work.clock.now()
    row: dict[str, Any] = {
        "id": media_id, "device_id": work.actor.device_id, "said_sha256": said_sha256, "sha256": photo.sha256,
        "width": photo.width, "height": photo.height, "size": photo.size, "at": now, "entity_id": entity,
        "bound_at": now if entity else None,
    }  # fmt: skip
    await work.put(Media, [row])
    if entity is not None:
        here = (VisitPhoto.media_id == media_id, VisitPhoto.visit_id == entity)
        arrived = update(VisitPhoto).where(*here).values(sha256=photo.sha256, missing_since=None)
        await work.session.execute(arrived.execution_options(synchronize_session=False, unscoped=True))
    return MediaOut(id=media_id, sha256=photo.sha256, bound=entity is not None)


def out(media: Media) -> MediaOut:
    """What the phone is told of a stored photo."""
    return MediaOut(id=media.id, sha256=media.sha256, bound=media.bound_at is not None)


async def _issue_waiting(work: Work, media_id: UUID, photo: Photo) -> UUID | None:
    """The issue that named this photo before it came: it stands there from now on."""
    wanted = await work.session.get(WantedMedia, media_id)
    if wanted is None:
        return None
    await work.put(IssuePhoto, photo_rows(work, wanted.issue_id, [photo]))
    await work.session.delete(wanted)
    return wanted.issue_id


async def bind(work: Work, entity_id: UUID, media_ids: Sequence[UUID]) -> None:
    """Photos that came before what they belong to."""
    if not media_ids:
        return
    mine = (Media.id.in_(media_ids), Media.device_id.in_(own_phones(work)), Media.bound_at.is_(None))
    bound = update(Media).where(*mine).values(entity_id=entity_id, bound_at=work.clock.now())
    told = bound.returning(Media.id, Media.sha256).execution_options(unscoped=True)  # by whose phone, not where
    rows = await work.session.execute(told)
    for row in rows.all():
        here = (VisitPhoto.media_id == row.id, VisitPhoto.visit_id == entity_id)
        arrived = update(VisitPhoto).where(*here).values(sha256=row.sha256, missing_since=None)
        await work.session.execute(arrived.execution_options(synchronize_session=False, unscoped=True))


async def sweep(work: Work) -> int:
    """Remove photos that nothing has asked for in a week; returns how many. Their files are swept apart."""
    old = (Media.bound_at.is_(None), Media.at < work.clock.now() - KEPT_UNBOUND)
    gone = await work.session.execute(delete(Media).where(*old).returning(Media.id))
    return len(gone.all())


async def count_unbound(work: Work) -> int:
    """Photos that wait for what they belong to."""
    return await work.session.scalar(select(func.count(Media.id)).where(Media.bound_at.is_(None))) or 0
