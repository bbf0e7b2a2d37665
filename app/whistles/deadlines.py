"""What the worker does when a clock of a whistle rings and nobody has acted (CASES 2.3): a table of kind -> act.

Every act looks first whether its wait still matters. An act on a report-in or a task leaves its whistle alone: the
whole is locked before its parts, so what follows for the whistle is a subscriber's.
"""

from collections.abc import Mapping

from sqlalchemy import select

from app.clocks.firing import Act
from app.clocks.models import Wait
from app.core.work import Work
from app.issues.step_schemas import NoteStep
from app.whistles import handling, turns, working
from app.whistles.kinds import ReportInState, TaskState, WhistleState
from app.whistles.models import ReportIn, Whistle, WhistleKind
from app.whistles.records import Task
from app.whistles.taking import Told, take, take_part, whistle_of
from app.whistles.workflow import R_FINAL

LATE_RUNGS = ("overdue", "long_overdue")


def _rung(wait: Wait, rung: str) -> Told:
    said = {"clock": wait.kind, "rung": rung, "due": wait.due_at.isoformat(), "wait": str(wait.id)}
    return Told(said, why=f"{wait.kind}.{rung}")


async def remind_of_whistle(work: Work, whistle: Whistle, wait: Wait, rung: str) -> None:
    """On the trail once, and told to whom the rung is for."""
    await take(work, whistle, "remind", _rung(wait, rung))


async def unconfirmed(work: Work, whistle: Whistle, wait: Wait, rung: str) -> None:
    """A street that is silent on a community's whistle: its secretary is told, then the district has it."""
    if whistle.state != WhistleState.REQUESTED:
        return
    if rung == "due":
        await take(work, whistle, "remind", _rung(wait, rung))
        return
    await handling.raised(work, whistle, _rung(wait, rung))


async def unchecked(work: Work, whistle: Whistle, wait: Wait, rung: str) -> None:
    """The street does not look, close or call another lead: it is told, then the district looks at it."""
    if await turns.waits_for_street(work, whistle):
        await _told_then_supervised(work, whistle, wait, rung)


async def unanswered(work: Work, whistle: Whistle, wait: Wait, rung: str) -> None:
    """The district has not acted on what was raised to it: its desk is told, then it is supervised anew."""
    if whistle.state == WhistleState.RAISED:
        await _told_then_supervised(work, whistle, wait, rung)


async def _told_then_supervised(work: Work, whistle: Whistle, wait: Wait, rung: str) -> None:
    if rung == "due":
        await take(work, whistle, "remind", _rung(wait, rung))
    else:
        await take(work, whistle, "supervise", _rung(wait, rung), supervised_at=work.clock.now())


async def unratified(work: Work, whistle: Whistle, wait: Wait, rung: str) -> None:
    """Blown ahead of the secretary, who has not said yes: the district looks at it."""
    if whistle.ratified_at is None and whistle.closed_at is None:
        await take(work, whistle, "supervise", _rung(wait, rung), supervised_at=work.clock.now())


async def review(work: Work, whistle: Whistle, _wait: Wait, _rung_name: str) -> None:
    """Held open until today: it goes on by itself."""
    if whistle.state == WhistleState.HELD_OPEN:
        await handling.resume(work, whistle, NoteStep())


async def unsigned(work: Work, report_in: ReportIn, wait: Wait, rung: str) -> None:
    """Silence counts as signing; the lateness is kept and the other clocks run on."""
    if report_in.state == ReportInState.NOTIFIED:
        whistle = await whistle_of(work, report_in)
        now = work.clock.now()
        await take_part(work, whistle, report_in, "deem_sign", _rung(wait, rung), deemed=True, signed_at=now)


async def uncontacted(work: Work, report_in: ReportIn, wait: Wait, rung: str) -> None:
    """Nobody has spoken with the street."""
    if report_in.contacted_at is None and report_in.state not in R_FINAL:
        await take_part(work, await whistle_of(work, report_in), report_in, "remind", _rung(wait, rung))


async def not_arrived(work: Work, report_in: ReportIn, wait: Wait, rung: str) -> None:
    """Nobody has come: reminded, then told to the district once; of an emergency at the very limit."""
    if report_in.reported_at is not None or report_in.state in R_FINAL:
        return
    whistle = await whistle_of(work, report_in)
    at_once = await work.session.scalar(select(WhistleKind.at_once).where(WhistleKind.id == whistle.kind_id))
    late = rung in LATE_RUNGS or (at_once and rung == "due")
    if late and report_in.escalated_at is None:
        now = work.clock.now()
        await take_part(work, whistle, report_in, "escalate", _rung(wait, rung), escalated_at=now)
    else:
        await take_part(work, whistle, report_in, "remind", _rung(wait, rung))


async def unfinished(work: Work, report_in: ReportIn, wait: Wait, rung: str) -> None:
    """The unit's part is not done."""
    if report_in.finished_at is None and report_in.state not in R_FINAL:
        await take_part(work, await whistle_of(work, report_in), report_in, "remind", _rung(wait, rung))


async def undecided(work: Work, report_in: ReportIn, wait: Wait, rung: str) -> None:
    """The district is silent on a refusal: the unit stays called, and the whistle is supervised."""
    if report_in.state == ReportInState.REFUSED:
        whistle = await whistle_of(work, report_in)
        await take_part(work, whistle, report_in, "overdue_designation", _rung(wait, rung))


async def unsettled(work: Work, report_in: ReportIn, wait: Wait, rung: str) -> None:
    """The district is silent on an arrival the street disputes: the whistle is supervised."""
    if report_in.state == ReportInState.ARRIVAL_DISPUTED:
        whistle = await whistle_of(work, report_in)
        await take_part(work, whistle, report_in, "overdue_settlement", _rung(wait, rung))


async def review_task(work: Work, task: Task, wait: Wait, rung: str) -> None:
    """Held open until today: it is open again by itself, also when the whistle has closed (CASES 2.3)."""
    whistle = await whistle_of(work, task)
    if task.state == TaskState.HELD_OPEN and whistle.state not in (WhistleState.CANCELLED, WhistleState.DECLINED):
        await working.open_again(work, whistle, task, _rung(wait, rung))


async def remind_of_task(work: Work, task: Task, wait: Wait, rung: str) -> None:
    """A piece of the work is due."""
    await take_part(work, await whistle_of(work, task), task, "remind", _rung(wait, rung))


OF_WHISTLE: Mapping[str, Act] = {
    "whistle_confirm": unconfirmed,
    "ratify": unratified,
    "held": review,
    "whistle_check": unchecked,
    "raised": unanswered,
    "score_appeal": remind_of_whistle,
}
OF_REPORT_IN: Mapping[str, Act] = {
    "ri_sign": unsigned,
    "ri_contact": uncontacted,
    "arrive": not_arrived,
    "finish": unfinished,
    "designate": undecided,
    "settle": unsettled,
}
OF_TASK: Mapping[str, Act] = {"task": remind_of_task, "review": review_task}
