"""Answers that were lost on the way: from the ledger, for the phone that asked or its holder's next one."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.core.work import Work
from app.sync import devices
from app.sync.models import Op
from app.sync.schemas import LookupOut, OpResult


async def lookup(work: Work, op_ids: Sequence[UUID]) -> LookupOut:
    """Stored results of the holder's own operations; an id that is absent never came."""
    mine = (Op.op_id.in_(op_ids), Op.account_id == work.actor.account_id)
    found = await work.session.scalars(select(Op).where(*mine).order_by(Op.seq, Op.op_id))
    results = [
        OpResult.model_validate(op.result or {"op_id": op.op_id, "status": op.status, "code": op.code})
        for op in found
    ]
    return LookupOut(store_epoch=await devices.store_epoch(work), results=results)
