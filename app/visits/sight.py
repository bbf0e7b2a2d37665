"""Whose households, visits and tasks a post works with: those of its ground, or of its list of contact duty alone.

The scope shows a helper or a department's post on the ground more than it may visit; this narrows it.
"""

from typing import Any

from sqlalchemy import ColumnElement, true

from app.core.work import Work
from app.people.capabilities import ON_GROUND


def by_duty_only(work: Work) -> bool:
    """Whether the active post works from its list of contact duty 包联 alone; the service itself never does."""
    return work.actor.account_id is not None and work.actor.role not in ON_GROUND


def workable(work: Work, household_id: Any) -> ColumnElement[bool]:
    """That a row belongs to a household the post works with; `household_id` is the row's column."""
    if not by_duty_only(work):
        return true()
    condition: ColumnElement[bool] = household_id.in_(work.scope.subjects)
    return condition
