"""What a revoked phone had not sent: kept sealed, opened only when somebody of its office takes it (SYNC 3e)."""

import hashlib
import json
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.audit import Act
from app.core.errors import Conflict, NotFound
from app.core.work import Work
from app.people.queries import Bearer
from app.sync import devices, events, pushing
from app.sync.batch import Batch
from app.sync.models import Device, SealedOutbox
from app.sync.schemas import Push, PushOut
from app.sync.sealing import NotSealed, open_outbox

MOST_BYTES = 4 * 1024 * 1024


class NothingHandedIn(NotFound):
    """No outbox of this phone waits."""

    code = "no_outbox"
    zh = "该手机没有待接收的封存内容。"
    en = "Nothing of this phone waits to be taken."


class OutboxSpoilt(Conflict):
    """It opens, and is no outbox."""

    code = "outbox_spoilt"
    zh = "封存内容可以打开,但格式不对,原件已保留,请联系管理员。"
    en = "It opens but is no outbox; the original is kept, ask the administrator."


async def hand_in(work: Work, device_id: UUID, blob: bytes) -> None:
    """Keep it; handed in again it is the same. What cannot be opened is refused, so that the phone keeps it."""
    device = await devices.own(work, device_id)
    open_outbox(work.keys, blob)
    row = {
        "id": work.new_id(), "device_id": device_id, "sha256": hashlib.sha256(blob).hexdigest(),
        "body_sealed": blob, "at": work.clock.now(), "decided_at": None, "decided_by": None, "taken": None,
    }  # fmt: skip
    made = insert(SealedOutbox).values(row).on_conflict_do_nothing().returning(SealedOutbox.id)
    if await work.session.scalar(made) is not None:
        state = "revoked" if device.revoked_at else "active"
        await devices.note(work, device, Act("seal_outbox", state, state, {}), events.OutboxSealed)


async def take(work: Work, device_id: UUID) -> PushOut:
    """Judge what was handed in under its holder's account, as of the moment it was handed in."""
    device = await work.session.scalar(select(Device).where(Device.id == device_id))
    if device is None:
        raise NotFound
    waiting = (SealedOutbox.device_id == device_id, SealedOutbox.decided_at.is_(None))
    found = await work.session.scalar(select(SealedOutbox).where(*waiting).order_by(SealedOutbox.at).limit(1))
    if found is None:
        raise NothingHandedIn("device_id")
    try:
        form = Push.model_validate(json.loads(open_outbox(work.keys, bytes(found.body_sealed))))
    except (ValidationError, ValueError, NotSealed):
        raise OutboxSpoilt("device_id") from None

    async def who(_: AsyncSession) -> Bearer:
        return Bearer(device.account_id, device.post_id, work.district, device.id)

    epoch = await devices.store_epoch(work)
    batch = Batch(work.runtime, work.district, who, "", form, found.at, device.enrolled_at, epoch)
    result = await pushing.push(batch)
    found.decided_at, found.decided_by, found.taken = work.clock.now(), work.actor.account_id, True
    await devices.note(work, device, Act("take_outbox", "revoked", "revoked", {}), events.OutboxTaken)
    return result
