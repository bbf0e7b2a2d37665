"""What has become of an issue, for the phones of its grid: a second later, and for the grid it has left."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core.outbox import Outbox
from app.core.work import Work
from app.feed.actions import change_row
from app.feed.models import Change, ChangeKind
from app.issues.models import Issue
from app.sync.models import HeldIssue


async def feed_issue(work: Work, event: Outbox) -> None:
    """Told to the grid it lies on while it is open and not confidential; taken back from the grid it was on."""
    issue = await work.session.get(Issue, event.subject_id)
    if issue is None:
        return
    shown = issue.closed_at is None and not issue.confidential
    grid = issue.grid_id if shown else None
    before = await work.session.scalar(select(HeldIssue.grid_id).where(HeldIssue.issue_id == issue.id))
    rows = []
    if before is not None and before != grid:
        rows.append(change_row(work, "issue", issue.id, grid_id=before, kind=ChangeKind.EVICT))
    if grid is not None:
        rows.append(change_row(work, "issue", issue.id, grid_id=grid))
    await work.put(Change, rows)
    held = {"issue_id": issue.id, "grid_id": grid, "seq": event.seq}
    new = insert(HeldIssue).values(held)
    await work.session.execute(new.on_conflict_do_update(index_elements=["issue_id"], set_=held))
