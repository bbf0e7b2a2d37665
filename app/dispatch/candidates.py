"""Who comes next in question when a desk does not follow the catalogue's proposal (UX D2)."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.core.work import Work
from app.dispatch.catalogue import Proposal, item_for
from app.issues.models import Category, Issue
from app.people.models import Unit

MOST = 2


async def others(work: Work, issue: Issue, proposal: Proposal) -> list[tuple[str, Unit]]:
    """At most two units with the code of their reason: assistants of the line, the owner of the category above,
    the street's own office.
    """
    item = proposal.item
    wanted: list[tuple[str, UUID | str | None]] = []
    if item is not None:
        wanted += [("assists", code) for code in item.assist_units]
        above = await work.session.scalar(
            select(Category.parent_code)
            .where(Category.code == item.category, Category.retired_at.is_(None))
            .limit(1)
        )
        if (higher := await item_for(work, above)) is not None:
            wanted.append(("above", higher.owner_unit_id))
    units = await _units(work, issue, wanted)
    found: dict[UUID, tuple[str, Unit]] = {}
    for why, named in [*wanted, ("street", issue.street_id)]:
        unit = next((one for one in units if named in (one.id, one.code, one.area_id)), None)
        if unit is not None and (proposal.unit is None or unit.id != proposal.unit.id):
            found.setdefault(unit.id, (why, unit))
    return list(found.values())[:MOST]


async def _units(work: Work, issue: Issue, wanted: Sequence[tuple[str, UUID | str | None]]) -> Sequence[Unit]:
    """The units named by id, by code or as the street's own, those at work."""
    ids = [one for _, one in wanted if isinstance(one, UUID)]
    codes = [one for _, one in wanted if isinstance(one, str)]
    named = Unit.id.in_(ids) | Unit.code.in_(codes) | (Unit.area_id == issue.street_id)
    return (await work.session.scalars(select(Unit).where(named, Unit.dissolved_at.is_(None)))).all()
