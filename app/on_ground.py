"""What every feature keeps on the ground, for a change of it: counted, carried along, re-homed; on one page.

The order matters: households after their doors, phones after their posts.
"""

from uuid import UUID

from app.changes.carrying import OnGround
from app.core.work import Work
from app.dispatch.owning import dissolve_unit
from app.households import ground as households
from app.issues import rehoming as issues
from app.sync import ground as phones
from app.visits import ground as visits
from app.whistles import ground as whistles
from app.whistles.letting_go import dismiss_unit


async def end_unit(work: Work, unit_id: UUID) -> None:
    """The office of an area that has ended: its orders go back to the desk, its report-ins end."""
    await dissolve_unit(work, unit_id)
    await dismiss_unit(work, unit_id)


ON_GROUND = OnGround(
    counts={
        "open_issues": issues.open_on,
        "dwellings": households.doors_on,
        "households": households.households_on,
        "visit_tasks": visits.tasks_on,
    },
    carry=(households.carry_ground, visits.carry_ground, phones.carry_ground, whistles.carry_ground),
    rehome=issues.rehome_ground,
    end_unit=end_unit,
)
