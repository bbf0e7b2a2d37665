"""After the moment: open work on old ground is re-homed in batches, each a transaction, until none is left."""

from datetime import timedelta
from functools import partial

from app.changes import events
from app.changes.carrying import OnGround
from app.changes.kinds import ChangeState
from app.changes.models import AreaChange
from app.changes.workflow import CHANGE
from app.clocks import waits
from app.clocks.house import house_of
from app.clocks.waits import wait_row
from app.core.work import Work
from app.core.workflow import advance
from app.grid.moves import Moved

AT_ONCE = 50  # open matters re-homed in one transaction
AGAIN = timedelta(seconds=2)  # when something is still on its way that began before the moment


async def settle(work: Work, on_ground: OnGround, change: AreaChange) -> None:
    """Re-home some of what lies on old ground; the last of it, when nothing that began before the moment runs any
    more, settles the change. The clock rings again until then.
    """
    if change.state != ChangeState.IN_EFFECT or change.moment is None:
        return
    moved = Moved.read(change.id, change.moment, change.effect or {})
    still = await work.oldest_running() <= (change.effect_xid or 0)  # asked first: what ends now is seen below
    done, left = await on_ground.rehome(work, moved, AT_ONCE)
    change.moved += done
    await work.session.flush()
    if done or left or still:
        await ring_again(work, change, later=not done)
        return
    await waits.stop(work, change.id)
    event = partial(events.ChangeSettled, street_id=change.street_id, post_id=change.drafted_post)
    now = work.clock.now()
    await advance(work, CHANGE, change, "settle", event, detail={"moved": change.moved}, settled_at=now)


async def ring_again(work: Work, change: AreaChange, *, later: bool) -> None:
    """Another clock in the place of the one that rings now."""
    await waits.stop(work, change.id)
    due = work.clock.now() + (AGAIN if later else timedelta())
    row = wait_row(work, await house_of(work), (CHANGE.kind, change.id), "settle", due_at=due)
    await waits.start(work, [row])
