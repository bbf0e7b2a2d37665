"""Whistles, report-ins and who may see them. What hangs on a whistle is in `records`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    and_,
    false,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column

from app.core.audit import GENESIS
from app.core.clock import Limit, Measure
from app.core.db import Base
from app.core.scope import Scope, Scoped
from app.grid.models import one_of
from app.whistles.kinds import BoundBy, ReportInState, Source, UnitRole, WhistleState

GROUND = ("street_id", "community_id")


class WhistleKind(Base):
    """A kind of whistle, the district's own to change (R2.1): a change ends this row and begins another."""

    __tablename__ = "whistle_kind"
    __table_args__ = (
        Index(
            "whistle_kind_now", "code", unique=True, postgresql_where=literal_column("valid_to is null")
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(60))
    level: Mapped[str] = mapped_column(String(20))
    roles: Mapped[list[Any]]
    needs_secretary: Mapped[bool] = mapped_column(Boolean)
    needs_ratifying: Mapped[bool] = mapped_column(Boolean)
    at_once: Mapped[bool] = mapped_column(Boolean)
    priority: Mapped[int] = mapped_column(SmallInteger)
    limits: Mapped[dict[str, Any]]
    example: Mapped[bool] = mapped_column(Boolean)
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]

    def limit(self, link: str) -> Limit:
        """The limit of one link: `sign`, `contact`, `report_in` or `finish`."""
        amount, unit = self.limits[link]
        return Limit(amount, Measure(unit))


class WhistleBand(Base):
    """Between which rates of whistles to issues a street is neither shy nor hasty (R2.7); never a target."""

    __tablename__ = "whistle_band"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    per: Mapped[int] = mapped_column(Integer)
    low: Mapped[int] = mapped_column(Integer)
    high: Mapped[int] = mapped_column(Integer)
    days: Mapped[int] = mapped_column(Integer)
    example: Mapped[bool] = mapped_column(Boolean)
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]


class Whistle(Scoped, Base):
    """One call of a street to several units about one matter."""

    __tablename__ = "whistle"
    __table_args__ = (
        CheckConstraint(one_of("state", WhistleState), name="state"),
        CheckConstraint(one_of("source", Source), name="source"),
        Index("whistle_street", "street_id", "opened_at", "id"),
        Index("whistle_community", "community_id", "opened_at", "id"),
        Index("whistle_all", "opened_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    kind_id: Mapped[UUID] = mapped_column(ForeignKey("whistle_kind.id"))
    state: Mapped[str] = mapped_column(String(30))
    version: Mapped[int] = mapped_column(Integer)
    trail_hash: Mapped[bytes] = mapped_column(LargeBinary, default=GENESIS)
    salt: Mapped[bytes]
    back_to: Mapped[str | None] = mapped_column(String(30))
    source: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(60))
    text: Mapped[str]
    tried: Mapped[str]
    legal_basis: Mapped[str | None] = mapped_column(String(400))
    list_code: Mapped[str | None] = mapped_column(String(40))
    place_text: Mapped[str | None] = mapped_column(String(400))
    point: Mapped[Any] = mapped_column(Geometry("POINT", 4326, spatial_index=False), nullable=True)
    area_id: Mapped[UUID] = mapped_column(ForeignKey("area.id"))
    street_id: Mapped[UUID]
    community_id: Mapped[UUID | None]
    street_unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    meeting_at: Mapped[datetime | None]
    meeting_place: Mapped[str | None] = mapped_column(String(400))
    wanted: Mapped[list[Any]]
    requested_by: Mapped[UUID | None]
    requested_unit_id: Mapped[UUID | None]
    blown_by: Mapped[UUID | None]
    submitted_by: Mapped[UUID | None]
    opened_at: Mapped[datetime]
    blown_at: Mapped[datetime | None]
    ratified_at: Mapped[datetime | None]
    raised_at: Mapped[datetime | None]
    supervised_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    review_at: Mapped[datetime | None]
    holds: Mapped[int] = mapped_column(SmallInteger)
    closed_at: Mapped[datetime | None]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """On the post's ground, or called to it; never where its own unit is complained of."""
        if scope.unlimited:
            return true()
        grants: list[ColumnElement[bool]] = [true()] if scope.everything else _on_ground(cls, scope)
        if scope.units:
            grants.append(cls.id.in_(select(WhistleParty.whistle_id).where(WhistleParty.unit_id.in_(scope.units))))
        if not grants:
            return false()
        granted = or_(*grants)
        if scope.recused:
            accused = select(WhistleIssue.whistle_id).where(WhistleIssue.respondent_unit_id.in_(scope.recused))
            granted = and_(granted, cls.id.not_in(accused))
        if scope.excluded:
            aside = select(WhistleIssue.whistle_id).where(WhistleIssue.issue_id.in_(scope.excluded))
            granted = and_(granted, cls.id.not_in(scope.excluded), cls.id.not_in(aside))
        return granted


def _on_ground(cls: type[Whistle], scope: Scope) -> list[ColumnElement[bool]]:
    """Whistles of the post's street or community, and those its office was called to from elsewhere."""
    grants: list[ColumnElement[bool]] = []
    for column in GROUND:
        if ids := scope.areas.get(column):
            called = select(WhistleParty.whistle_id).where(WhistleParty.area_id.in_(ids))
            grants += [getattr(cls, column).in_(ids), cls.id.in_(called)]
    return grants


class WhistleParty(Base):
    """A unit let in on a whistle; written when it is called, read by `Whistle.visible_to`."""

    __tablename__ = "whistle_party"
    __table_args__ = (Index(None, "unit_id", "whistle_id"), Index(None, "area_id", "whistle_id"))

    whistle_id: Mapped[UUID] = mapped_column(ForeignKey("whistle.id"), primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    area_id: Mapped[UUID | None]
    since: Mapped[datetime]


class WhistleIssue(Base):
    """That a whistle is about an issue; one may have several of the other. Ids only."""

    __tablename__ = "whistle_issue"
    __table_args__ = (Index(None, "issue_id"),)

    whistle_id: Mapped[UUID] = mapped_column(ForeignKey("whistle.id"), primary_key=True)
    issue_id: Mapped[UUID] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    respondent_unit_id: Mapped[UUID | None]


class OfWhistle(Scoped):
    """Seen with its whistle: the rule of a row that hangs on one."""

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        if scope.unlimited:
            return true()
        seen = select(Whistle.id).where(Whistle.visible_to(scope))
        column: ColumnElement[UUID] = cls.whistle_id  # type: ignore[attr-defined]
        return column.in_(seen)


def street_of(whistle_id: Any) -> Any:
    """The unit of the street whose whistle a row hangs on, read with the row."""
    mine = select(Whistle.street_unit_id).where(Whistle.id == whistle_id).correlate_except(Whistle)
    return column_property(mine.scalar_subquery(), expire_on_flush=False)


class ReportIn(OfWhistle, Base):
    """One unit's duty in one whistle, link by link (R2.3); lateness is read from its clocks, never typed."""

    __tablename__ = "report_in"
    __table_args__ = (
        CheckConstraint(one_of("state", ReportInState), name="state"),
        CheckConstraint(one_of("role", UnitRole), name="role"),
        CheckConstraint(one_of("bound_by", BoundBy), name="bound_by"),
        Index(
            "report_in_open", "whistle_id", "unit_id", unique=True,
            postgresql_where=literal_column("ended_at is null"),
        ),
        Index("report_in_inbox", "unit_id", "notified_at", "id"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    whistle_id: Mapped[UUID] = mapped_column(ForeignKey("whistle.id"))
    street_unit_id: Mapped[UUID] = street_of(whistle_id)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[str] = mapped_column(String(20))
    bound_by: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(30))
    version: Mapped[int] = mapped_column(Integer)
    trail_hash: Mapped[bytes] = mapped_column(LargeBinary, default=GENESIS)
    back_to: Mapped[str | None] = mapped_column(String(30))
    notified_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    deemed: Mapped[bool] = mapped_column(Boolean)
    contacted_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    arrived_name: Mapped[str | None] = mapped_column(String(60))
    arrived_mode: Mapped[str | None] = mapped_column(String(20))
    arrived_by: Mapped[UUID | None]
    disputed_by: Mapped[UUID | None]
    finished_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    refused_by: Mapped[UUID | None]
    bound: Mapped[bool] = mapped_column(Boolean)
    escalated_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    ended_at: Mapped[datetime | None]
