"""What the worker does with a change of the ground when its clock rings."""

from collections.abc import Mapping
from functools import partial

from app.changes import events
from app.changes.carrying import OnGround
from app.changes.effect import take_effect
from app.changes.kinds import ChangeState
from app.changes.models import AreaChange
from app.changes.settling import settle
from app.changes.workflow import CHANGE
from app.clocks import waits
from app.clocks.firing import Act
from app.clocks.models import Wait
from app.core.work import Work
from app.core.workflow import advance


def acts(on_ground: OnGround) -> Mapping[str, Act]:
    """Kind of clock -> what is done, with what others keep on the ground."""

    async def effect(work: Work, change: AreaChange, _wait: Wait, _rung: str) -> None:
        await take_effect(work, on_ground, change)

    async def settling(work: Work, change: AreaChange, _wait: Wait, _rung: str) -> None:
        await settle(work, on_ground, change)

    return {"take_effect": effect, "settle": settling, "agree": street_silent, "approve": remind}


async def street_silent(work: Work, change: AreaChange, _wait: Wait, _rung: str) -> None:
    """The street said nothing in its days: the district decides without it."""
    if change.state == ChangeState.SUBMITTED:
        await waits.stop(work, change.id)
        event = partial(events.ChangeAgreed, street_id=change.street_id, post_id=change.drafted_post, why="silent")
        await advance(work, CHANGE, change, "deem_agreed", event)


async def remind(work: Work, change: AreaChange, _wait: Wait, rung: str) -> None:
    """The district has not decided."""
    if change.state == ChangeState.STREET_AGREED:
        event = partial(events.ChangeReminded, street_id=change.street_id, post_id=change.drafted_post, why=rung)
        await advance(work, CHANGE, change, "remind", event, detail={"rung": rung})
