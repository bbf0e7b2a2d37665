"""Units leave a whistle: at its end, before it, or because they are no more; their tasks fall to the street."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.clocks import waits
from app.core.work import Work, by_itself
from app.issues.actions import let_out
from app.whistles import turns
from app.whistles.kinds import ReportInState, TaskState
from app.whistles.models import ReportIn, Whistle
from app.whistles.records import Task
from app.whistles.taking import Told, lock_whistle, parts_of, take_part
from app.whistles.workflow import R_FINAL


async def let_go(work: Work, whistle: Whistle, report_ins: Sequence[ReportIn], why: str = "") -> None:
    """Report-ins end: who is done leaves, everybody else is dismissed and sees the matters behind it no more."""
    now = work.clock.now()
    for one in report_ins:
        if one.state in R_FINAL:
            continue
        done = one.state == ReportInState.DONE
        await (waits.stop if done else waits.drop)(work, one.id)
        name, outcome = ("leave", None) if done else ("dismiss", "dismissed")
        await take_part(by_itself(work), whistle, one, name, Told(why=why), ended_at=now, outcome=outcome)
        if not done:
            await let_out(work, one.id)


async def tasks_fall_back(work: Work, whistle: Whistle, unit_id: UUID) -> None:
    """What a unit that is out had still to do is the street's, until the street gives it to another unit."""
    for task in await parts_of(work, Task, whistle.id):
        if task.unit_id == unit_id and task.state != TaskState.DONE:
            await pass_on(by_itself(work), whistle, task, whistle.street_unit_id)


async def pass_on(work: Work, whistle: Whistle, task: Task, unit_id: UUID, words: str | None = None) -> None:
    """Another unit has the task from now on, by the date it had."""
    told = Told({"from": str(task.unit_id), "to": str(unit_id)}, words)
    task.unit_id = unit_id
    for wait in await waits.running(work, task.id):
        wait.unit_id = unit_id
    await take_part(work, whistle, task, "reassign", told)


async def dismiss_unit(work: Work, unit_id: UUID) -> int:
    """A unit that was dissolved leaves every whistle it was called to; returns how many report-ins that were."""
    mine = (ReportIn.unit_id == unit_id, ReportIn.ended_at.is_(None))
    query = select(ReportIn.whistle_id).where(*mine).order_by(ReportIn.whistle_id)
    called_to = (await work.session.scalars(query)).all()
    for whistle_id in called_to:
        whistle = await lock_whistle(work, whistle_id)
        report_ins = await parts_of(work, ReportIn, whistle_id)
        await let_go(work, whistle, [one for one in report_ins if one.unit_id == unit_id], "dissolved")
        await tasks_fall_back(work, whistle, unit_id)
        await turns.mind(work, whistle)
    return len(called_to)
