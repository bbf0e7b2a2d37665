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
    LargeBinary,
    String,
    Text,
    Uuid,
    false,
    literal_column,
    or_,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.core.audit import GENESIS
from app.core.db import Base
from app.core.fields import Code, Name
from app.core.scope import Scope, Scoped
from app.grid.addresses import keys_of, sought_of


class AreaLevel(StrEnum):
    """The five levels; the rural twins are the same levels with `rural` set."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    BUILDING_GROUP = "building_group"


LEVELS = tuple(AreaLevel)
NAMED = "level = 'community' and valid_to is null"  # what is looked up by its name, not by its code
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
        Index("area_named", "name", postgresql_where=literal_column(NAMED)),
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


class AgreementState(StrEnum):
    """How far two sides have come; the dates alone say when an agreed one counts."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    DECLINED = "declined"
    ENDED = "ended"


class BorderAgreement(Base):
    """Which of two neighbours leads on a river, a road or a strip between them, from–to (CASES 2.4).

    `drawn` is the line or polygon as it was given, `ground` what it covers: the polygon, or the line with
    `buffer_m` on both sides. It counts where and while `agreed_at` is set and `valid` holds the moment.
    """

    __tablename__ = "border_agreement"
    __table_args__ = (
        CheckConstraint(one_of("state", AgreementState), name="state"),
        CheckConstraint("lead_id <> other_id", name="sides"),
        Index("border_agreement_ground", "ground", postgresql_using="gist"),
        Index(None, "lead_id"),
        Index(None, "other_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    trail_hash: Mapped[bytes] = mapped_column(LargeBinary, default=GENESIS)
    state: Mapped[str] = mapped_column(String(20))
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("area.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("area.id"))
    drawn: Mapped[Any] = mapped_column(Geometry("GEOMETRY", 4326, spatial_index=False))
    ground: Mapped[Any] = mapped_column(Geometry("MULTIPOLYGON", 4326, spatial_index=False))
    buffer_m: Mapped[float | None] = mapped_column(Float)
    basis: Mapped[str] = mapped_column(String(400))
    valid: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime]
    lead_post: Mapped[UUID | None]
    lead_at: Mapped[datetime | None]
    other_post: Mapped[UUID | None]
    other_at: Mapped[datetime | None]
    agreed_at: Mapped[datetime | None]
    ended_why: Mapped[str | None] = mapped_column(String(400))


class DwellingUse(StrEnum):
    """What a door is used for."""

    HOME = "home"
    SHOP = "shop"
    EMPTY = "empty"
    DORMITORY = "dormitory"
    OFFICE = "office"
    OTHER = "other"


def _keys(context: Any) -> list[str]:
    said = context.get_current_parameters()
    return keys_of(said["name"], said.get("aliases") or (), said.get("address"))


def _sought(context: Any) -> str:
    said = context.get_current_parameters()
    return sought_of(said["name"], said.get("aliases") or (), said.get("address"))


class Estate(Base):
    """A managed compound 小区; it crosses grids, and a grid holds several (DESIGN 2).

    `keys` is what equals for every spelling of its name, other names and address (app/grid/addresses.py), `sought`
    the same as lines of text, for a part of a name; both are filled in when it is inserted.
    """

    __tablename__ = "estate"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    aliases: Mapped[list[str]] = mapped_column(ARRAY(String(60)), default=list, server_default="{}")
    address: Mapped[str | None] = mapped_column(String(400))
    keys: Mapped[list[str]] = mapped_column(ARRAY(Text), default=_keys, server_default="{}")
    sought: Mapped[str] = mapped_column(Text, default=_sought, server_default="")
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
        Index("dwelling_of_estate", "estate_id", "door", "id"),
        Index("dwelling_by_door", "door", "id"),
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
