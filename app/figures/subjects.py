"""Kind of subject -> its matter: what hangs on an issue is counted and listed with it."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Subquery, select, union_all

from app.dispatch.models import WorkOrder
from app.issues.models import Issue

MATTER_OF: Mapping[str, Callable[[], Any]] = {
    "issue": lambda: select(Issue.id.label("subject_id"), Issue.id.label("issue_id")),
    "order": lambda: select(WorkOrder.id.label("subject_id"), WorkOrder.issue_id.label("issue_id")),
}


def matters() -> Subquery:
    """Subjects with their matters, as far as the reader sees them."""
    return union_all(*(matter() for matter in MATTER_OF.values())).subquery("matter")
