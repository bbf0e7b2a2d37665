"""Households, their residents, care needs, and what waits for a person's decision."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    String,
    false,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base
from app.core.scope import Scope, Scoped
from app.grid.models import one_of
from app.households.kinds import HouseholdKind, Relation, ReviewDecision, ReviewReason


class Household(Scoped, Base):
    """People keeping one home behind a door, from-to. Level columns are its dwelling's.

    `version` and `trail_hash` are the head of its trail; `rev` is the version of its fields that phones see, and
    `field_revs` says at which of them each field was last changed, which is all a three-way merge has to know.
    `keys` are keyed hashes of what it is searched by.
    """

    __tablename__ = "household"
    __table_args__ = (
        CheckConstraint(one_of("kind", HouseholdKind), name="kind"),
        Index("household_of_grid", "grid_id", "id", postgresql_where=literal_column("until is null")),
        Index("household_of_community", "community_id", "id", postgresql_where=literal_column("until is null")),
        Index(None, "dwelling_id"),
        Index("household_keys", "keys", postgresql_using="gin"),
        Index("household_merged", "merged_into", postgresql_where=literal_column("merged_into is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    dwelling_id: Mapped[UUID] = mapped_column(ForeignKey("dwelling.id"))
    street_id: Mapped[UUID | None]
    community_id: Mapped[UUID | None]
    grid_id: Mapped[UUID | None]
    building_group_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(String(20))
    note_sealed: Mapped[bytes | None]
    note_at: Mapped[datetime | None]
    keys: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    version: Mapped[int] = mapped_column(Integer)
    trail_hash: Mapped[bytes]
    rev: Mapped[int] = mapped_column(Integer)
    field_revs: Mapped[dict[str, Any]]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("household.id"))
    changed_at: Mapped[datetime]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """On the post's ground, or on its list of contact duty 包联; a department sees no other."""
        if scope.everything:
            return true()
        grants: list[ColumnElement[bool]] = [getattr(cls, level).in_(ids) for level, ids in scope.areas.items()]
        if scope.subjects:
            grants.append(cls.id.in_(scope.subjects))
        return or_(*grants) if grants else false()


class OfHousehold(Scoped):
    """Seen with its household: the rule of a row that hangs on one."""

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        if scope.everything:
            return true()
        seen = select(Household.id).where(Household.visible_to(scope))
        column: ColumnElement[UUID] = cls.household_id  # type: ignore[attr-defined]
        return column.in_(seen)


class Resident(OfHousehold, Base):
    """A member of a household: as little as the work needs, sealed, with its own end."""

    __tablename__ = "resident"
    __table_args__ = (
        CheckConstraint(one_of("relation", Relation), name="relation"),
        Index(None, "household_id"),
        Index("resident_phone", "phone_hash", postgresql_where=literal_column("phone_hash is not null")),
        Index(
            "resident_id_number", "id_number_hash", postgresql_where=literal_column("id_number_hash is not null")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"))
    relation: Mapped[str] = mapped_column(String(20))
    name_sealed: Mapped[bytes | None]
    name_masked: Mapped[str] = mapped_column(String(60))
    phone_sealed: Mapped[bytes | None]
    phone_hash: Mapped[bytes | None]
    phone_masked: Mapped[str | None] = mapped_column(String(30))
    id_number_sealed: Mapped[bytes | None]
    id_number_hash: Mapped[bytes | None]
    id_number_masked: Mapped[str | None] = mapped_column(String(20))
    rev: Mapped[int] = mapped_column(Integer)
    field_revs: Mapped[dict[str, Any]]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    anonymised_at: Mapped[datetime | None]


class CareKind(Base):
    """One kind of care need 关爱需求, from a closed list: a new one has a basis, an end and two approvers."""

    __tablename__ = "care_kind"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    aim: Mapped[str] = mapped_column(String(400))
    basis: Mapped[str] = mapped_column(String(400))
    proposed_by: Mapped[UUID | None]
    approved_by: Mapped[UUID | None]
    valid_from: Mapped[datetime | None]
    valid_to: Mapped[datetime | None]


class CareNeed(OfHousehold, Base):
    """That a household, or one of it, needs help. Read only through `care.read`, which logs who and why."""

    __tablename__ = "care_need"
    __table_args__ = (
        Index("care_need_current", "household_id", "kind", postgresql_where=literal_column("until is null")),
        Index("care_need_kind", "kind", postgresql_where=literal_column("until is null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"))
    resident_id: Mapped[UUID | None] = mapped_column(ForeignKey("resident.id"))
    kind: Mapped[str] = mapped_column(ForeignKey("care_kind.code"))
    consent: Mapped[bool] = mapped_column(Boolean)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    noted_by: Mapped[UUID | None]


class Review(Scoped, Base):
    """A card for the grid leader: two versions of a field, a late assignment, a lost dependency. No value is lost.

    `offered_sealed` is what was not taken; `op_id` the operation it came with. One about no known household
    has the ground of the post it came from.
    """

    __tablename__ = "review"
    __table_args__ = (
        CheckConstraint(one_of("reason", ReviewReason), name="reason"),
        CheckConstraint(one_of("decision", ReviewDecision), name="decision"),
        Index("review_open", "household_id", postgresql_where=literal_column("decided_at is null")),
        Index(None, "op_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("household.id"))
    street_id: Mapped[UUID | None]
    community_id: Mapped[UUID | None]
    grid_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(String(30))
    entity: Mapped[str] = mapped_column(String(20))
    entity_id: Mapped[UUID]
    field: Mapped[str | None] = mapped_column(String(30))
    offered_sealed: Mapped[bytes | None]
    op_id: Mapped[UUID | None]
    opened_by: Mapped[UUID | None]
    opened_at: Mapped[datetime]
    decision: Mapped[str | None] = mapped_column(String(20))
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """With its household, or on the ground it came from."""
        if scope.everything:
            return true()
        seen = select(Household.id).where(Household.visible_to(scope))
        ground = [getattr(cls, level).in_(ids) for level, ids in scope.areas.items() if hasattr(cls, level)]
        return or_(cls.household_id.in_(seen), *ground) if ground or scope.subjects else false()
