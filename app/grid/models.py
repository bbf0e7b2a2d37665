"""Tables of the ground (DESIGN 2). All but the doors are open: no personal columns stand here (HOUSE 4.4)."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Uuid,
    false,
    literal_column,
    or_,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.fields import Code, Name
from app.core.scope import Scope, Scoped


class AreaLevel(StrEnum):
    """The five levels; the rural twins are the same levels with `rural` set."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    BUILDING_GROUP = "building_group"


LEVELS = tuple(AreaLevel)
DEPTH = {level: depth for depth, level in enumerate(LEVELS)}


class GridKind(StrEnum):
    """General grids cover the ground; a dedicated one (market, campus…) may lie over them."""

    GENERAL = "general"
    DEDICATED = "dedicated"


class Source(StrEnum):
    """Where a boundary comes from."""

    SURVEYED = "surveyed"
    DRAWN = "drawn"
    DERIVED = "derived"


class OrgKind(StrEnum):
    """Kinds of party organisation; joint and temporary ones come later."""

    WORK_COMMITTEE = "work_committee"
    COMMITTEE = "committee"
    GENERAL_BRANCH = "general_branch"
    BRANCH = "branch"
    PARTY_GROUP = "party_group"


def one_of(column: str, words: Iterable[StrEnum]) -> str:
    """The CHECK text that keeps a column to an enumeration (no PG enums: SCALE 5.6)."""
    return f"{column} in ({', '.join(repr(str(word)) for word in words)})"


class Area(Base):
    """A piece of ground by identity; its shape is in `Boundary`, its public name is `code`.

    The level columns hold the area itself and its ancestors, so that nothing walks the tree on a hot path;
    `grid_id` is the innermost grid; `path` is every ancestor from the top down to itself, outer grids too. The row
    says how the area stands now, or stood last; earlier states are in `lineage`.
    """

    __tablename__ = "area"
    __table_args__ = (
        CheckConstraint(one_of("level", AreaLevel), name="level"),
        CheckConstraint(one_of("kind", GridKind), name="kind"),
        Index(None, "parent_id"),
        Index(None, "level", "code"),
        Index("area_successor", "successor_id", postgresql_where=literal_column("successor_id is not null")),
        Index("area_code_now", "code", unique=True, postgresql_where=literal_column("valid_to is null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20), default=GridKind.GENERAL)
    rural: Mapped[bool] = mapped_column(Boolean, default=False)
    code: Mapped[Code]
    name: Mapped[Name]
    label: Mapped[str | None] = mapped_column(String(30))
    governed_by: Mapped[str | None] = mapped_column(String(60))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("area.id"))
    district_id: Mapped[UUID | None]
    street_id: Mapped[UUID | None]
    community_id: Mapped[UUID | None]
    grid_id: Mapped[UUID | None]
    building_group_id: Mapped[UUID | None]
    path: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    successor_id: Mapped[UUID | None]  # of one that has ended: the living area its codes lead to


class Boundary(Base):
    """One dated polygon of an area. `(area_id, version)` is the version an issue keeps."""

    __tablename__ = "boundary"
    __table_args__ = (
        CheckConstraint(one_of("source", Source), name="source"),
        ExcludeConstraint(("area_id", "="), ("valid", "&&"), name="boundary_one_at_a_time", using="gist"),
        Index("boundary_geom", "geom", postgresql_using="gist"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("area.id"))
    version: Mapped[int] = mapped_column(Integer)
    geom: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON", 4326, spatial_index=False))
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    source: Mapped[str] = mapped_column(String(20))
    area_m2: Mapped[float] = mapped_column(Float)


class AreaCode(Base):
    """Every code an area ever had, dated and never reused: old codes resolve for ever (DOMAIN R3.2)."""

    __tablename__ = "area_code"

    code: Mapped[Code] = mapped_column(primary_key=True)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("area.id"))
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]


class GridCategory(Base):
    """The categories a dedicated grid owns; others stay with the general grid below it."""

    __tablename__ = "grid_category"

    area_id: Mapped[UUID] = mapped_column(ForeignKey("area.id"), primary_key=True)
    category: Mapped[str] = mapped_column(String(40), primary_key=True)


class Overlap(Base):
    """An accepted overlap of two siblings: who owns the shared ground (HOUSE 4.13)."""

    __tablename__ = "overlap"

    loser_id: Mapped[UUID] = mapped_column(ForeignKey("area.id"), primary_key=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("area.id"), primary_key=True)
    m2: Mapped[float] = mapped_column(Float)
    since: Mapped[datetime]


class DwellingUse(StrEnum):
    """What a door is used for."""

    HOME = "home"
    SHOP = "shop"
    EMPTY = "empty"
    DORMITORY = "dormitory"
    OFFICE = "office"
    OTHER = "other"


class Estate(Base):
    """A managed compound 小区; it crosses grids, and a grid holds several (DESIGN 2)."""

    __tablename__ = "estate"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    address: Mapped[str | None] = mapped_column(String(400))
    street_id: Mapped[UUID | None] = mapped_column(ForeignKey("area.id"), index=True)
    firm_unit_id: Mapped[UUID | None]
    outline: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON", 4326, spatial_index=False), nullable=True)
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]


class Dwelling(Scoped, Base):
    """A door: building, entrance, room, lived in or not. Its parent is any leaf area of the ground.

    `door` is the key of the three (app/grid/doors.py): two spellings of one door have one key. `origin_id` tells
    doors apart that came to one ground by a change of it and look alike there.
    """

    __tablename__ = "dwelling"
    __table_args__ = (
        CheckConstraint(one_of("use", DwellingUse), name="use"),
        Index(
            "dwelling_door",
            "area_id",
            "origin_id",
            "building",
            "entrance",
            "room",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index(None, "estate_id"),
        Index("dwelling_of_grid", "grid_id", "door", "id"),
        Index("dwelling_of_community", "community_id", "door", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("area.id"))
    street_id: Mapped[UUID | None]
    community_id: Mapped[UUID | None]
    grid_id: Mapped[UUID | None]
    building_group_id: Mapped[UUID | None]
    estate_id: Mapped[UUID | None] = mapped_column(ForeignKey("estate.id"))
    code: Mapped[str | None] = mapped_column(String(32), unique=True)
    building: Mapped[str] = mapped_column(String(30), default="", server_default="")
    entrance: Mapped[str] = mapped_column(String(30), default="", server_default="")
    room: Mapped[str] = mapped_column(String(30), default="", server_default="")
    door: Mapped[str] = mapped_column(String(300), default="", server_default="")
    use: Mapped[str] = mapped_column(String(20))
    point: Mapped[Any] = mapped_column(Geometry("POINT", 4326, spatial_index=False), nullable=True)
    since: Mapped[datetime]
    rev: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    origin_id: Mapped[UUID | None]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """On the post's ground; a department sees no doors."""
        if scope.everything:
            return true()
        grants = [getattr(cls, column).in_(ids) for column, ids in scope.areas.items()]
        return or_(*grants) if grants else false()


class PartyOrg(Base):
    """A party organisation: a tree of its own beside the areas."""

    __tablename__ = "party_org"
    __table_args__ = (CheckConstraint(one_of("kind", OrgKind), name="kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[Name]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("party_org.id"))


class PartyOrgArea(Base):
    """Which ground an organisation leads, from when to when."""

    __tablename__ = "party_org_area"

    org_id: Mapped[UUID] = mapped_column(ForeignKey("party_org.id"), primary_key=True)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("area.id"), primary_key=True)
    valid_from: Mapped[datetime] = mapped_column(primary_key=True)
    valid_to: Mapped[datetime | None]
