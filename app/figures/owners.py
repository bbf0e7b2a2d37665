"""Who answers for a matter now: a post that is held, a unit that exists, a desk with somebody at it (TRUST 78)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select

from app.clocks.models import Wait
from app.grid.models import Area, AreaLevel
from app.issues.kinds import State
from app.issues.models import Issue
from app.people.models import Post, Role, Unit
from app.people.queries import in_force

STREET_DESK = (Role.STREET_DISPATCHER, Role.STREET_SECRETARY)
NOT_OWED = ("word", "awaiting", "verify_after", "review")  # the reporter's days, and days that were agreed on
DISTRICT_DESK = (Role.DISTRICT_SUPERVISOR, Role.DISTRICT_ADMIN)


def late_clocks(now: datetime) -> Select[Any, Any]:
    """Matters with a clock that runs past its end and that somebody here owes; `since` is the first such end."""
    running = (Wait.ended_at.is_(None), Wait.paused_at.is_(None), Wait.due_at < now)
    owed = (Wait.subject_kind == "issue", Wait.kind.not_in(NOT_OWED))
    first = select(Wait.subject_id.label("issue_id"), func.min(Wait.due_at).label("since"))
    return first.where(*running, *owed).group_by(Wait.subject_id)


def is_waiting() -> ColumnElement[bool]:
    """Somebody still has to do something about it: it is open, or a refusal that is under review."""
    reviewed = select(Wait.subject_id).where(Wait.kind == "appeal", Wait.ended_at.is_(None))
    open_here = Issue.closed_at.is_(None)
    refused = Issue.state == literal_column(f"'{State.NOT_ACCEPTED}'")  # as the index says it
    return and_(or_(open_here, refused), or_(open_here, Issue.id.in_(reviewed)))


def is_late(now: datetime) -> ColumnElement[bool]:
    """Past a limit that counts now: one that was met, dropped or stands still makes nothing late (R1.4)."""
    late = late_clocks(now).subquery("late")
    return and_(is_waiting(), Issue.id.in_(select(late.c.issue_id)))


def is_ownerless(now: datetime) -> ColumnElement[bool]:
    """Late, and nobody living answers for it."""
    held = select(Post.id).where(Post.id == Issue.holder_id, in_force(now)).exists()
    led = select(Unit.id).where(Unit.id == Issue.lead_unit_id, Unit.dissolved_at.is_(None)).exists()
    at_street = select(Post.id).where(Post.area_id == Issue.street_id, Post.role.in_(STREET_DESK), in_force(now))
    whole = select(Area.id).where(Area.level == AreaLevel.DISTRICT, Area.valid_to.is_(None))
    at_district = select(Post.id).where(Post.area_id.in_(whole), Post.role.in_(DISTRICT_DESK), in_force(now))
    listed = and_(
        Issue.holder_id.is_(None),
        Issue.lead_unit_id.is_(None),
        or_(at_street.exists(), and_(Issue.street_id.is_(None), at_district.exists())),
    )
    return and_(is_late(now), ~or_(held, led, listed))
