"""A person lets an operation take effect that did not by itself: late, strayed, or without what it waited for."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from app.core.clock import ClockQuality, Moment
from app.core.errors import Conflict, NotFound
from app.core.work import Actor, Work
from app.households.kinds import ReviewDecision
from app.households.reviews import locked_review
from app.people.models import Post
from app.sync import ledger
from app.sync.applying import Asked, WaitsFor
from app.sync.kinds import OpType
from app.sync.models import Op
from app.sync.schemas import OpIn, OpResult
from app.sync.verbs import VERBS


class StillWaits(Conflict):
    """What it needs has not come; it may be kept as it is."""

    code = "still_waits"
    zh = "该操作所依赖的内容仍未到达,暂不能采用。"
    en = "What the operation needs has still not come; it cannot be taken yet."


class BodyGone(Conflict):
    """Older than half a year: only its id is left."""

    code = "body_gone"
    zh = "该操作的内容已超过保存期限。"
    en = "The content of the operation is past its retention."


async def take(work: Work, review_id: UUID) -> OpResult:
    """As its author, on the ground of who decides; the card and the ledger say that it was taken."""
    review = await locked_review(work, review_id)
    op = await work.session.get(Op, review.op_id) if review.op_id else None
    if op is None:
        raise NotFound("op_id")
    if op.body_sealed is None:
        raise BodyGone("op_id")
    said = OpIn.model_validate(ledger.body_of(work, op.body_sealed))
    verb = VERBS[OpType(said.type)]
    moment = Moment(said.occurred_at, op.at or op.received_at, ClockQuality.UNKNOWN)
    asked = Asked(said, verb.form.model_validate(said.payload), moment, op.device_id, decided=True)
    try:
        result = await verb.handler(await _as_author(work, op), asked)
    except WaitsFor:
        raise StillWaits("op_id") from None
    await ledger.settle(work, op.op_id, result)
    review.decision, review.decided_at = ReviewDecision.TAKEN, work.clock.now()
    review.decided_by = work.actor.post_id
    await work.session.flush()
    return result


async def _as_author(work: Work, op: Op) -> Work:
    role = await work.session.scalar(select(Post.role).where(Post.id == op.post_id))
    author = Actor(role or work.actor.role, op.account_id, op.post_id, (), op.device_id)
    return replace(work, actor=author)
