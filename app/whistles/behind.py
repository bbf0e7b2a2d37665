"""The issues behind a whistle, locked before it, and the other whistles blown for the same issue.

They are read past the scope: an issue that has moved to other ground since, or whose respondent the reader stands
aside from, must still be set free when its whistle ends. Nothing of them is shown.
"""

from uuid import UUID

from sqlalchemy import select

from app.core.audit import Trail
from app.core.work import Work
from app.issues import handing
from app.issues.kinds import State
from app.issues.models import Issue
from app.whistles.models import Whistle, WhistleIssue
from app.whistles.records import WhistleWords

PAST_SCOPE = {"unscoped": True, "populate_existing": True}


async def lock_issues(work: Work, whistle_id: UUID) -> list[Issue]:
    """The issues of a whistle, locked in one order (the issue always before the whistle)."""
    mine = select(WhistleIssue.issue_id).where(WhistleIssue.whistle_id == whistle_id)
    query = select(Issue).where(Issue.id.in_(mine)).order_by(Issue.id).with_for_update()
    return list(await work.session.scalars(query.execution_options(**PAST_SCOPE)))


async def others_open(work: Work, issue_id: UUID, whistle_id: UUID, *, unverified: bool = False) -> bool:
    """Whether another whistle is at work for the issue (`unverified`: still has to bring its answer)."""
    query = (
        select(Whistle.id)
        .join(WhistleIssue, WhistleIssue.whistle_id == Whistle.id)
        .where(WhistleIssue.issue_id == issue_id, Whistle.id != whistle_id)
        .where(Whistle.blown_at.is_not(None), Whistle.closed_at.is_(None))
    )
    if unverified:
        query = query.where(Whistle.verified_at.is_(None))
    found = await work.session.scalar(query.limit(1).execution_options(unscoped=True))
    return found is not None


async def set_free(work: Work, issues: list[Issue], whistle_id: UUID) -> None:
    """The street goes on by itself with every issue no other whistle is blown for.

    Where another whistle was verified and only waited for this one, its answer goes out now.
    """
    for issue in issues:
        if issue.state != State.WHISTLED or await others_open(work, issue.id, whistle_id, unverified=True):
            continue
        if (given := await _verified(work, issue.id, whistle_id)) is None:
            await handing.whistle_left(work, issue)
        else:
            await handing.whistle_answered(work, issue, *given)


async def _verified(work: Work, issue_id: UUID, whistle_id: UUID) -> tuple[str, str] | None:
    """Text and result of the whistle for the issue that was verified last, this one apart."""
    last = (
        select(Whistle.id)
        .join(WhistleIssue, WhistleIssue.whistle_id == Whistle.id)
        .where(WhistleIssue.issue_id == issue_id, Whistle.id != whistle_id)
        .where(Whistle.verified_at.is_not(None), Whistle.closed_at.is_(None))
        .order_by(Whistle.verified_at.desc())
        .limit(1)
    )
    other = await work.session.scalar(last.execution_options(unscoped=True))
    if other is None:
        return None
    said = select(WhistleWords.text).where(WhistleWords.subject_id == other, WhistleWords.step == "verify")
    acts = select(Trail.detail).where(
        Trail.subject_kind == "whistle", Trail.subject_id == other, Trail.step == "verify"
    )
    latest = said.order_by(WhistleWords.at.desc(), WhistleWords.id.desc()).limit(1)
    text = (await work.session.scalars(latest.execution_options(unscoped=True))).one()
    detail = (await work.session.scalars(acts.order_by(Trail.seq.desc()).limit(1))).one()
    return text, detail["result"]


async def answer(work: Work, issues: list[Issue], whistle_id: UUID, text: str, result: str) -> None:
    """The reporters are asked, unless another whistle for the same issue still has its part to bring."""
    for issue in issues:
        if issue.state == State.WHISTLED and not await others_open(work, issue.id, whistle_id, unverified=True):
            await handing.whistle_answered(work, issue, text, result)


async def all_asked(work: Work, issues: list[Issue], whistle_id: UUID) -> bool:
    """Whether every reporter was asked, or will be by another whistle (R2.5)."""
    for issue in issues:
        if issue.state == State.WHISTLED and not await others_open(work, issue.id, whistle_id, unverified=True):
            return False
    return True
