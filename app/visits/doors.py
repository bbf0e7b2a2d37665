"""Door and masked head of households a reader has been shown already, for lists."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.work import Work
from app.grid.doors import door_of
from app.grid.models import Dwelling
from app.households.kinds import Relation
from app.households.models import Household, Resident


@dataclass(frozen=True)
class Shown:
    """What a list says of a household."""

    door: str | None = None
    head: str | None = None


NOBODY = Shown()


async def shown_of(work: Work, households: Iterable[UUID | None]) -> dict[UUID, Shown]:
    """By household. Read past the scope: contact duty 包联 shows households, but no doors of their ground."""
    ids = {household for household in households if household is not None}
    if not ids:
        return {}
    head = (
        select(Resident.name_masked)
        .where(Resident.household_id == Household.id, Resident.until.is_(None))
        .where(Resident.relation == Relation.HEAD)
        .order_by(Resident.since, Resident.id)
        .limit(1)
        .correlate(Household)
        .scalar_subquery()
    )
    query = (
        select(Household.id, Dwelling.building, Dwelling.entrance, Dwelling.room, head.label("head"))
        .join(Dwelling, Dwelling.id == Household.dwelling_id)
        .where(Household.id.in_(ids))
        .execution_options(unscoped=True)
    )
    rows = await work.session.execute(query)
    return {row.id: Shown(_label(row), row.head) for row in rows}


async def labels_of(work: Work, dwellings: Iterable[UUID | None]) -> dict[UUID, str | None]:
    """The labels of doors without a household, as the scope shows them."""
    ids = {dwelling for dwelling in dwellings if dwelling is not None}
    if not ids:
        return {}
    query = select(Dwelling.id, Dwelling.building, Dwelling.entrance, Dwelling.room).where(Dwelling.id.in_(ids))
    return {row.id: _label(row) for row in await work.session.execute(query)}


def _label(row: Any) -> str | None:
    return door_of(row.building, row.entrance, row.room).label or None
