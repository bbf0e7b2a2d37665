"""What the worker does with an order when a clock rings and nobody has acted (CASES 2.3).

An act touches the order alone: the issue is locked before its orders everywhere else, so what follows for the
issue comes by an event, a moment later.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from app.clocks import waits
from app.clocks.firing import Act
from app.clocks.models import Wait
from app.core.work import Work
from app.core.workflow import advance
from app.dispatch import events
from app.dispatch.kinds import OrderState
from app.dispatch.models import WorkOrder
from app.dispatch.workflow import OPEN, ORDER


def _of(order: WorkOrder, event: type[events.OfOrder], **more: Any) -> partial[events.OfOrder]:
    return partial(event, issue_id=order.issue_id, unit_id=order.unit_id, **more)


async def unsigned(work: Work, order: WorkOrder, wait: Wait, _rung: str) -> None:
    """Deemed signed for; the clocks run on, and the lateness stays with the unit."""
    if order.state == OrderState.ISSUED:
        await waits.stop(work, order.id, wait.kind)
        said, now = {"late": [wait.kind]}, work.clock.now()
        event = _of(order, events.OrderDeemedSigned)
        await advance(work, ORDER, order, "deem_sign", event, detail=said, deemed=True, signed_at=now)


async def arbiter_silent(work: Work, order: WorkOrder, wait: Wait, _rung: str) -> None:
    """The interim lead is bound for the time being; the arbiter may still decide, and its lateness is kept."""
    if order.state == OrderState.OBJECTED:
        said = {"late": [wait.kind]}
        event = _of(order, events.ArbiterSilent)
        signed = order.signed_at or work.clock.now()
        await advance(work, ORDER, order, "bind_meanwhile", event, detail=said, signed_at=signed)


async def review_waits(work: Work, order: WorkOrder, wait: Wait, _rung: str) -> None:
    """The head is away: any other officer of the unit may release the answer."""
    if order.state == OrderState.IN_REVIEW:
        said = {"late": [wait.kind]}
        event = _of(order, events.ReviewOpened)
        await advance(work, ORDER, order, "open_review", event, detail=said, review_open=True)


async def remind(work: Work, order: WorkOrder, wait: Wait, rung: str) -> None:
    """A rung of the ladder: on the trail once, and told to whom the rung is for."""
    if order.state in OPEN:
        said = {"clock": wait.kind, "rung": rung, "due": wait.due_at.isoformat()}
        event = _of(order, events.OrderReminded, clock=wait.kind, rung=rung)
        await advance(work, ORDER, order, "remind", event, detail=said)


BY_KIND: Mapping[str, Act] = {
    "order_sign": unsigned,
    "order_contact": remind,
    "order_solve": remind,
    "assist": remind,
    "arbiter": arbiter_silent,
    "release": review_waits,
}
