"""Whose turn it is: a whistle that waits for its street has a clock that says so (CASES 2.3).

It waits for the street when the work was submitted, when every unit is done and nobody submits, when it was
verified and nobody closes, and when no lead is left to answer for the whole.
"""

from app.clocks import waits
from app.clocks.house import house_of
from app.clocks.waits import wait_row
from app.core.work import Work
from app.whistles.kinds import ReportInState, UnitRole, WhistleState
from app.whistles.models import ReportIn, Whistle
from app.whistles.taking import parts_of
from app.whistles.workflow import RUNNING

CLOCK = "whistle_check"
THROUGH = (ReportInState.DONE, ReportInState.LEFT)


async def waits_for_street(work: Work, whistle: Whistle) -> bool:
    """Whether nobody but the street can move the locked whistle on."""
    if whistle.state == WhistleState.VERIFYING:
        return True
    if whistle.state not in RUNNING:
        return False
    report_ins = await parts_of(work, ReportIn, whistle.id)
    standing = [one for one in report_ins if one.state != ReportInState.RELEASED]
    led = any(one.role == UnitRole.LEAD for one in standing)
    return not led or all(one.state in THROUGH for one in standing)


async def mind(work: Work, whistle: Whistle, *, anew: bool = False) -> None:
    """Start or stop the street's clock by where the whistle stands; `anew`: it waits for something else now."""
    if anew:
        await waits.stop(work, whistle.id, CLOCK)
    wanted = await waits_for_street(work, whistle)
    running = await waits.running(work, whistle.id, CLOCK)
    if running and not wanted:
        await waits.stop(work, whistle.id, CLOCK)
    elif wanted and not running:
        house = await house_of(work)
        clock = wait_row(work, house, ("whistle", whistle.id), CLOCK, unit_id=whistle.street_unit_id)
        await waits.start(work, [clock])
