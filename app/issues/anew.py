"""A matter that begins anew: the limit it gets, and what of its life before no longer stands."""

from typing import Any

from sqlalchemy import or_, update

from app.clocks import waits
from app.clocks.house import House
from app.clocks.models import Extension
from app.clocks.waits import wait_row
from app.core.work import Work
from app.issues.kinds import Decision
from app.issues.models import Issue
from app.issues.records import SecondWord


def solve_clock(work: Work, house: House, issue: Issue) -> dict[str, Any]:
    """The row of a fresh clock of solving. An order from upstream keeps the end it came with while that is to come
    (DESIGN 4, R5.5); everything else has the district's limit.
    """
    due = issue.upstream_due
    ahead = due if due is not None and due > work.clock.now() else None
    return wait_row(work, house, ("issue", issue.id), "solve", post_id=issue.holder_id, due_at=ahead)


async def requests_lapse(work: Work, issue: Issue) -> None:
    """Nobody has to decide any more on more time or a reasoned close: the matter has moved past them."""
    await waits.drop(work, issue.id, "approval", "extension")
    await extensions_lapse(work, issue)
    await _lapse(work, issue, SecondWord.kind == Decision.REASONED_CLOSE, SecondWord.decided_at.is_(None))


async def extensions_lapse(work: Work, issue: Issue) -> None:
    """More time that was asked for, and that nobody needs now, counts as not granted."""
    waiting = (Extension.subject_id == issue.id, Extension.decided_at.is_(None))
    await work.session.execute(
        update(Extension).where(*waiting).values(decided_at=work.clock.now(), granted=False)
    )


async def begins(work: Work, issue: Issue) -> None:
    """Requests lapse; so do the reasons for leaving it out of the rates, which were those of a life that is over
    (R1.10).
    """
    await requests_lapse(work, issue)
    await waits.drop(work, issue.id, "exclusion", "verify_after")
    pending = SecondWord.decided_at.is_(None)
    await _lapse(work, issue, or_(SecondWord.kind == Decision.EXCLUSION, pending))


async def _lapse(work: Work, issue: Issue, *which: Any) -> None:
    """Also of a report that comes out of another's hands, which the actor's own scope may not show."""
    standing = (SecondWord.issue_id == issue.id, SecondWord.lapsed_at.is_(None), *which)
    ending = update(SecondWord).where(*standing).values(lapsed_at=work.clock.now())
    await work.session.execute(ending.execution_options(unscoped=True, synchronize_session=False))
