"""What a revoked phone had not sent: kept sealed, opened only when somebody of its office takes it (SYNC 3e).

It is taken in the name of the phone it was handed in for, with that phone's holder and under that phone's lock. An
outbox whose envelope names another phone is therefore nobody's to take: whoever held both phones could otherwise
let one person's work count as another's. It may hold more than one batch; it is judged batch by batch.
"""

import hashlib
import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, ValidationError
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
from app.sync.schemas import MOST_OPS, OpResult, Push, PushOut
from app.sync.sealing import NotSealed, open_outbox

MOST_BYTES = 4 * 1024 * 1024
MOST_SEALED = 5000  # operations in one outbox: a phone is warned at 300


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


class OutboxOfOther(Conflict):
    """Handed in for this phone, made on another."""

    code = "outbox_of_other"
    zh = "封存内容来自另一部手机,不能以本机名义接收,原件已保留,请联系管理员。"
    en = "The outbox was made on another phone and is not taken for this one; it is kept, ask the administrator."


class WholeOutbox(Push):
    """A whole outbox in one envelope."""

    ops: Annotated[list[dict[str, Any]], Field(max_length=MOST_SEALED)]


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
    oldest = select(SealedOutbox).where(*waiting).order_by(SealedOutbox.at).limit(1).with_for_update()
    found = await work.session.scalar(oldest)
    if found is None:
        raise NothingHandedIn("device_id")
    try:
        form = WholeOutbox.model_validate(json.loads(open_outbox(work.keys, bytes(found.body_sealed))))
    except (ValidationError, ValueError, NotSealed):
        raise OutboxSpoilt("device_id") from None
    if form.device_id != device.id:
        raise OutboxOfOther("device_id")
    result = await _judge(work, device, form, found.at)
    found.decided_at, found.decided_by, found.taken = work.clock.now(), work.actor.account_id, True
    await devices.note(work, device, Act("take_outbox", "revoked", "revoked", {}), events.OutboxTaken)
    return result


async def _judge(work: Work, device: Device, form: WholeOutbox, at: datetime) -> PushOut:
    """Each batch of it as if it had just been sent; the answers in one."""

    async def who(_: AsyncSession) -> Bearer:
        return Bearer(device.account_id, device.post_id, work.district, device.id)

    epoch = await devices.store_epoch(work)
    results: list[OpResult] = []
    for start in range(0, max(len(form.ops), 1), MOST_OPS):
        said = Push(**form.model_dump(exclude={"ops"}), ops=form.ops[start : start + MOST_OPS])
        batch = Batch(work.runtime, work.district, who, "", said, at, device.enrolled_at, epoch)
        last = await pushing.push(batch)
        results += last.results
    return last.model_copy(update={"results": results})
