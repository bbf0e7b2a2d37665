"""What a whistle does when something happened elsewhere, a second later and once."""

from uuid import UUID

from sqlalchemy import select

from app.core.outbox import Outbox
from app.core.work import Work
from app.core.workflow import lock
from app.issues import handing
from app.issues.kinds import State
from app.issues.models import Issue
from app.whistles.handling import recall
from app.whistles.kinds import WhistleState
from app.whistles.models import Whistle, WhistleIssue
from app.whistles.taking import Told, lock_whistle, take
from app.whistles.workflow import W_FINAL


async def reporter_said_no(work: Work, event: Outbox) -> None:
    """A reporter is not satisfied: the units are called back; with no whistle left, the street goes on alone."""
    issue: Issue = await lock(work, Issue, event.subject_id)
    if issue.state != State.WHISTLED:
        return
    mine = select(WhistleIssue.whistle_id).where(WhistleIssue.issue_id == issue.id)
    blown = select(Whistle.id).where(Whistle.id.in_(mine), Whistle.blown_at.is_not(None))
    found = list(await work.session.scalars(blown.where(Whistle.closed_at.is_(None)).order_by(Whistle.id)))
    if not found:
        await handing.whistle_left(work, issue)
    for whistle_id in found:
        whistle = await lock_whistle(work, whistle_id)
        if whistle.state == WhistleState.VERIFYING:
            told = Told({"issue": str(issue.id)}, why="reporter_said_no")
            await take(work, whistle, "return_for_rework", told, verified_at=None)
            await recall(work, whistle)


async def supervise(work: Work, event: Outbox) -> None:
    """A unit that did not come, or a refusal nobody decided on, puts the whole on the district's list."""
    whistle = await lock_whistle(work, UUID(event.payload["whistle_id"]))
    if whistle.supervised_at is None and whistle.state not in W_FINAL:
        told = Told({"report_in": str(event.subject_id)}, why=event.event)
        await take(work, whistle, "supervise", told, supervised_at=work.clock.now())
