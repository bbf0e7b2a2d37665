"""What time does to the protocol's own rows: waiting operations, lost photos, old bodies, old changes."""

from datetime import timedelta

from sqlalchemy import delete, exists, select

from app.core.work import Work
from app.feed.models import Change
from app.households.kinds import ReviewReason
from app.sync import media
from app.sync.kinds import Status
from app.sync.ledger import settle
from app.sync.models import Op
from app.sync.reviewing import open_card
from app.sync.schemas import OpResult

WAITS = timedelta(days=5)
CHANGES_KEPT = timedelta(days=90)  # longer than a cursor is good for
TURN = 200


async def give_up_waiting(work: Work) -> int:
    """What an operation waits for has not come in five days: a person decides, the raw body is kept."""
    old = (Op.status == str(Status.WAITING), Op.received_at < work.clock.now() - WAITS)
    query = select(Op).where(*old).order_by(Op.received_at).limit(TURN).with_for_update(skip_locked=True)
    found = list(await work.session.scalars(query))
    for op in found:
        await open_card(work, op, ReviewReason.LOST_DEPENDENCY)
        await settle(work, op.op_id, OpResult(op_id=op.op_id, status=Status.DEFERRED, code="lost_dependency"))
    return len(found)


async def forget_old(work: Work) -> None:
    """Changes no cursor can ask for any more, photos nobody names. Bodies end by `app.privacy`, ids never."""
    await work.session.execute(delete(Change).where(Change.at < work.clock.now() - CHANGES_KEPT))
    await media.sweep(work)


async def is_waiting(work: Work) -> bool:
    """Whether any operation waits."""
    return bool(await work.session.scalar(select(exists().where(Op.status == str(Status.WAITING)))))
