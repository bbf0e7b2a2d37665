"""A report on its way in, with what may follow at once: a finding that is fixed already, a neighbour's me-too."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.core.errors import Invalid
from app.core.files import Photo
from app.core.idempotency import Claim
from app.core.scope import Scope, rescope
from app.core.work import PUBLIC, Work
from app.core.workflow import lock
from app.issues import handling, intake
from app.issues.intake import Raised
from app.issues.kinds import IssueType, State
from app.issues.merging import CannotMergeInto, join
from app.issues.models import Issue
from app.issues.schemas import RaiseIssue
from app.issues.step_schemas import FixStep
from app.issues.taking import ready
from app.issues.workflow import LIVE

FOR_STAFF = ("upstream_number", "upstream_due", "fixed_on_spot", "dwelling_id")


class ForStaff(Invalid):
    """A field that only a signed-in post may fill."""

    code = "for_staff"
    zh = "该字段仅供工作人员填写,请删除后提交。"
    en = "Only staff may fill this field; leave it out."


async def enter(
    work: Work, form: RaiseIssue, claim: Claim, photos: Sequence[Photo], *, screening: bool,
    placed_at: datetime | None = None,
) -> Raised:  # fmt: skip
    """Raise it; then, once and in the same transaction, close a finding or join the matter it repeats."""
    if work.actor.role == PUBLIC:
        for name in FOR_STAFF:
            if getattr(form, name) is not None:
                raise ForStaff(name)
    if form.fixed_on_spot is not None and form.type != IssueType.FINDING:
        raise intake.NotAFinding("type")
    raised = await intake.raise_issue(work, form, claim, photos, screening=screening, placed_at=placed_at)
    if raised.replayed:
        return raised
    if form.fixed_on_spot is not None:
        issue = await lock(work, Issue, raised.issue_id)
        fixed = FixStep(text=form.fixed_on_spot)
        ready(work, issue, "fix_on_spot", fixed)
        await handling.fix_on_spot(work, issue, fixed)
        raised.row["closing"] = issue.closing
    elif form.same_as is not None:
        await _me_too(work, raised, form.same_as)
        raised.row["merged_into"] = form.same_as
    return raised


async def _me_too(work: Work, raised: Raised, target_id: Any) -> None:
    """The own report, with its own reporter and link, as a part of the one that was offered."""
    if work.actor.role == PUBLIC:
        rescope(work.session, Scope(subject=raised.issue_id, subjects=(target_id,)))
    query = select(Issue).where(Issue.id == target_id).with_for_update()
    target = await work.session.scalar(query)
    if target is None or target.state not in LIVE or target.confidential or target.id == raised.issue_id:
        raise CannotMergeInto("same_as")
    issue = await lock(work, Issue, raised.issue_id)
    if issue.state not in (State.RAISED, State.ASSIGNED, State.SCREENING):
        raise CannotMergeInto("same_as")
    await join(work, issue, target.id)
