"""One step for many matters: on which of them it may be taken, and why not on the others (UX 1a)."""

from uuid import UUID

from sqlalchemy import select

from app.core.work import Work
from app.core.workflow import Step, refusal
from app.desk.schemas import ManySteps, MayStep
from app.issues.models import Issue
from app.issues.workflow import ISSUE

UNSEEN = ("没有找到,或不在您的范围内。", "Not found, or out of your sight.")


async def preview(work: Work, form: ManySteps) -> list[MayStep]:
    """Every matter that was chosen, in the order given; `NotFound` for a step there is not."""
    step = ISSUE.step(form.step)
    rows = await work.session.scalars(select(Issue).where(Issue.id.in_(form.ids)))
    found = {row.id: row for row in rows}
    return [_may(work, step, one, found.get(one)) for one in form.ids]


def _may(work: Work, step: Step, issue_id: UUID, issue: Issue | None) -> MayStep:
    if issue is None:
        return MayStep(id=issue_id, number="", version=0, may=False, zh=UNSEEN[0], en=UNSEEN[1])
    problem = refusal(ISSUE, step, work, issue)
    zh, en = problem.words if problem else (None, None)
    return MayStep(id=issue.id, number=issue.number, version=issue.version, may=problem is None, zh=zh, en=en)
