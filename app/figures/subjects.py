"""Kind of subject -> its matter: what hangs on an issue is counted and listed with it."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Subquery, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on

from app.dispatch.models import WorkOrder
from app.issues.models import Issue
from app.whistles.models import ReportIn, WhistleIssue


def _of_report_in() -> Any:
    """A report-in counts once, with the first issue of its whistle."""
    first = (
        select(ReportIn.id.label("subject_id"), WhistleIssue.issue_id)
        .ext(distinct_on(ReportIn.id))
        .join(WhistleIssue, WhistleIssue.whistle_id == ReportIn.whistle_id)
        .order_by(ReportIn.id, WhistleIssue.issue_id)
        .subquery("called")
    )
    return select(first.c.subject_id, first.c.issue_id)


MATTER_OF: Mapping[str, Callable[[], Any]] = {
    "issue": lambda: select(Issue.id.label("subject_id"), Issue.id.label("issue_id")),
    "order": lambda: select(WorkOrder.id.label("subject_id"), WorkOrder.issue_id.label("issue_id")),
    "report_in": _of_report_in,
}


def matters() -> Subquery:
    """Subjects with their matters, as far as the reader sees them."""
    return union_all(*(matter() for matter in MATTER_OF.values())).subquery("matter")
