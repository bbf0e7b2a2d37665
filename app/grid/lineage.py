"""What areas were before and what became of them: rows kept when a change of the ground takes effect (R3.2, R3.6).

An area's own row says how it stands now. `AreaPast` holds how it stood before each change, so that a point or a
code of an earlier time is told with the names and the chain of then; `AreaLineage` says from which area the ground
of another came.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, ForeignKey, Index, String, Uuid, and_, case, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.fields import Code, Name
from app.core.work import Work
from app.grid.models import Area

KEPT = ("code", "name", "path", "district_id", "street_id", "community_id", "grid_id", "building_group_id")
"""Columns that may have been others in the past."""


class AreaPast(Base):
    """How an area stood from `since` until `until`, when a change rewrote its row."""

    __tablename__ = "area_past"
    __table_args__ = (Index(None, "change_id"),)

    area_id: Mapped[UUID] = mapped_column(ForeignKey("area.id"), primary_key=True)
    until: Mapped[datetime] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    change_id: Mapped[UUID]
    code: Mapped[Code]
    name: Mapped[Name]
    label: Mapped[str | None] = mapped_column(String(30))
    rural: Mapped[bool] = mapped_column(Boolean)
    governed_by: Mapped[str | None] = mapped_column(String(60))
    parent_id: Mapped[UUID | None]
    district_id: Mapped[UUID | None]
    street_id: Mapped[UUID | None]
    community_id: Mapped[UUID | None]
    grid_id: Mapped[UUID | None]
    building_group_id: Mapped[UUID | None]
    path: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))


class AreaLineage(Base):
    """Ground of one area went to another by a change, at a moment; `main` is where it leads when one is wanted."""

    __tablename__ = "area_lineage"
    __table_args__ = (Index(None, "to_id"), Index(None, "change_id"))

    from_id: Mapped[UUID] = mapped_column(ForeignKey("area.id"), primary_key=True)
    to_id: Mapped[UUID] = mapped_column(ForeignKey("area.id"), primary_key=True)
    change_id: Mapped[UUID] = mapped_column(primary_key=True)
    main: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime]


def stood_then(at: ColumnElement[datetime]) -> ColumnElement[bool]:
    """The condition of an outer join from an area to how it stood at that time, if it stood otherwise."""
    return and_(AreaPast.area_id == Area.id, AreaPast.since <= at, AreaPast.until > at)


def then(name: str) -> ColumnElement[Any]:
    """A column of the area as it was at the time of `stood_then`."""
    now: ColumnElement[Any] = getattr(Area, name)
    if name not in KEPT:
        return now
    return case((AreaPast.area_id.is_not(None), getattr(AreaPast, name)), else_=now).label(name)


async def became(work: Work, area_id: UUID) -> Sequence[Mapping[str, Any]]:
    """The areas its ground went to: code, name, when; the one it leads to first."""
    return await _related(work, AreaLineage.to_id, AreaLineage.from_id == area_id)


async def came_from(work: Work, area_id: UUID) -> Sequence[Mapping[str, Any]]:
    """The areas its ground came from."""
    return await _related(work, AreaLineage.from_id, AreaLineage.to_id == area_id)


async def _related(work: Work, other: Any, which: ColumnElement[bool]) -> Sequence[Mapping[str, Any]]:
    query = (
        select(Area.code, Area.name, AreaLineage.at)
        .join(AreaLineage, other == Area.id)
        .where(which)
        .order_by(AreaLineage.at, AreaLineage.main.desc(), Area.code)
    )
    return [row._asdict() for row in await work.session.execute(query)]
