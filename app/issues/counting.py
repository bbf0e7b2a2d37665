"""Counts per street and day, recomputed from the trail: what the subscribers' counts must equal."""

from typing import Any

from sqlalchemy import Date, cast, delete, func, select

from app.core.audit import Trail
from app.core.work import Work
from app.issues.models import Issue
from app.issues.records import IssueDay
from app.issues.workflow import ISSUE

COUNTED = {
    "raised": ("raise",),
    "answered": ("answer", "return_answer", "whistle_answer", "verify"),
    "closed": ("close", "fix_on_spot", "approve_close", "upstream_close", "confirm_transfer"),
}


ALL_COUNTED = [step for steps in COUNTED.values() for step in steps]


async def recount(work: Work) -> list[dict[str, Any]]:
    """The same figures from the trail: what the counts must equal once the outbox is empty.

    Answers and closings are counted where the issue is now; a move between streets after them is the one
    difference, and `rebuild` settles it.
    """
    day = cast(func.timezone("Asia/Shanghai", Trail.at), Date)
    counts = [func.count().filter(Trail.step.in_(steps)).label(name) for name, steps in COUNTED.items()]
    query = (
        select(Issue.street_id, day.label("day"), *counts)
        .join(Trail, (Trail.subject_id == Issue.id) & (Trail.subject_kind == ISSUE.kind))
        .where(
            Trail.step.in_([step for steps in COUNTED.values() for step in steps]), Issue.street_id.is_not(None)
        )
        .group_by(Issue.street_id, day)
        .order_by(Issue.street_id, day)
    )
    return [row._asdict() for row in await work.session.execute(query)]


async def rebuild(work: Work) -> int:
    """Replace the counts by a recount; returns how many rows there are."""
    rows = await recount(work)
    await work.session.execute(delete(IssueDay))
    if rows:
        await work.put(IssueDay, rows)
    return len(rows)
