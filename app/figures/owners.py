"""Who answers for a matter now: a post that is held, a unit that exists, a desk with somebody at it (TRUST 78)."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from app.grid.models import Area, AreaLevel
from app.issues.models import Issue
from app.people.models import Post, Role, Unit
from app.people.queries import in_force

STREET_DESK = (Role.STREET_DISPATCHER, Role.STREET_SECRETARY)
DISTRICT_DESK = (Role.DISTRICT_SUPERVISOR, Role.DISTRICT_ADMIN)


def is_late(now: datetime) -> ColumnElement[bool]:
    """Open past its limit."""
    return and_(Issue.closed_at.is_(None), Issue.due_at < now)


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
