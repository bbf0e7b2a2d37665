"""Accounts live in schema `directory`; posts and units in the district they belong to (DESIGN 3, 9.2)."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, literal_column
from sqlalchemy.orm import Mapped, mapped_column

from app.core.audit import GENESIS
from app.core.db import Base
from app.core.fields import Code, DistrictCode, Name, Username
from app.grid.models import one_of


class Role(StrEnum):
    """What a post does. `public` and `system` have no account."""

    PUBLIC = "public"
    SYSTEM = "system"
    GRID_WORKER = "grid_worker"
    GRID_LEADER = "grid_leader"
    BUILDING_LEADER = "building_leader"
    PIONEER = "pioneer"
    ORDER_AIDE = "order_aide"
    CLEANER = "cleaner"
    COMMUNITY_OFFICER = "community_officer"
    COMMUNITY_SECRETARY = "community_secretary"
    STREET_DISPATCHER = "street_dispatcher"
    STREET_SECRETARY = "street_secretary"
    DEPARTMENT_OFFICER = "department_officer"
    DEPARTMENT_HEAD = "department_head"
    DISTRICT_SUPERVISOR = "district_supervisor"
    DISTRICT_ADMIN = "district_admin"
    AUDITOR = "auditor"


HELD_BY_POSTS = tuple(role for role in Role if role not in (Role.PUBLIC, Role.SYSTEM))


class UnitKind(StrEnum):
    """Kinds of organisation that can be a party to an issue."""

    OFFICE = "office"  # the unit row of a street or community
    DEPARTMENT = "department"
    STATIONED = "stationed_unit"
    INSTITUTION = "institution"
    PROPERTY_FIRM = "property_firm"
    OWNERS_COMMITTEE = "owners_committee"
    VOLUNTEER_TEAM = "volunteer_team"
    ENTERPRISE = "enterprise"


class Rank(StrEnum):
    """A is the main holder, B the second (AB角)."""

    A = "A"
    B = "B"


DIRECTORY = {"schema": "directory"}


class Account(Base):
    """A person's login. The only table with a staff member's name and work phone."""

    __tablename__ = "account"
    __table_args__ = DIRECTORY

    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[Username] = mapped_column(unique=True)
    display_name: Mapped[Name]
    work_phone: Mapped[bytes | None]
    password_hash: Mapped[str]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Membership(Base):
    """That an account has posts in a district; the posts themselves are in that district's schema."""

    __tablename__ = "membership"
    __table_args__ = DIRECTORY

    account_id: Mapped[UUID] = mapped_column(ForeignKey("directory.account.id"), primary_key=True)
    district: Mapped[DistrictCode] = mapped_column(primary_key=True)
    since: Mapped[datetime]


class Token(Base):
    """A session, stored as a hash, bound to account, district and post, revocable at once (HOUSE 4.1)."""

    __tablename__ = "token"
    __table_args__ = (
        Index(None, "account_id"),
        Index("token_of_device", "device_id", postgresql_where=literal_column("device_id is not null")),
        DIRECTORY,
    )

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("directory.account.id"))
    district: Mapped[DistrictCode]
    post_id: Mapped[UUID]
    device_id: Mapped[UUID | None]  # a phone's: its access token ends with the device
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class LoginAttempt(Base):
    """Failed guesses in the running hour of one bucket (an account, an address, or both): never a lock."""

    __tablename__ = "login_attempt"
    __table_args__ = DIRECTORY

    bucket: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime]
    next_at: Mapped[datetime]


class KnownAddress(Base):
    """A keyed hash of an address from which an account has signed in: its owner is let past a siege."""

    __tablename__ = "known_address"
    __table_args__ = DIRECTORY

    account_id: Mapped[UUID] = mapped_column(ForeignKey("directory.account.id"), primary_key=True)
    address_hash: Mapped[bytes] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class Unit(Base):
    """Any organisation. Each street and community has one too (`area_id`), so that it can be a party."""

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint(one_of("kind", UnitKind), name="kind"),
        Index("unit_of_area", "area_id", unique=True, postgresql_where=literal_column("dissolved_at is null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Name]
    area_id: Mapped[UUID | None] = mapped_column(ForeignKey("area.id"))
    vertical: Mapped[bool] = mapped_column(Boolean, default=False)
    dissolved_at: Mapped[datetime | None]


class Post(Base):
    """A role over an area or of a unit, from–to. Work is bound to posts, not to persons."""

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint(one_of("role", HELD_BY_POSTS), name="role"),
        CheckConstraint(one_of("rank", Rank), name="rank"),
        CheckConstraint("(area_id is null) <> (unit_id is null)", name="over_one"),
        Index(None, "area_id", "role"),
        Index(None, "unit_id", "role"),
        Index(None, "account_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(String(30))
    area_id: Mapped[UUID | None] = mapped_column(ForeignKey("area.id"))
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    rank: Mapped[str] = mapped_column(String(1), default=Rank.A)
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=0)
    trail_hash: Mapped[bytes] = mapped_column(LargeBinary, default=GENESIS)


class Absence(Base):
    """The holder of a post is away; the deputy acts through the same post meanwhile."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="order"), Index(None, "deputy_id"))

    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime]
    deputy_id: Mapped[UUID | None]


class DutyShift(Base):
    """Who is on duty for a unit from–to, through which post, and the leading officer (值班表, CASES 2.4)."""

    __tablename__ = "duty_shift"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="order"), Index(None, "unit_id", "starts_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"))
    leader_post_id: Mapped[UUID | None] = mapped_column(ForeignKey("post.id"))
    call_number: Mapped[str | None] = mapped_column(String(30))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Seat(Base):
    """That an account sits on a unit's body (an owners' committee): it stands aside where that unit is accused."""

    __tablename__ = "seat"
    __table_args__ = (Index(None, "unit_id"),)

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class Recusal(Base):
    """That an account stands aside from one matter: it neither sees nor handles it any more (DESIGN 3)."""

    __tablename__ = "recusal"
    __table_args__ = (Index(None, "subject_id"),)

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by_post: Mapped[UUID | None]


class ContactDuty(Base):
    """A household on the list of a post 包联: that post visits it and sees it, wherever it lies (DESIGN 6)."""

    __tablename__ = "contact_duty"
    __table_args__ = (Index(None, "household_id"),)

    post_id: Mapped[UUID] = mapped_column(ForeignKey("post.id"), primary_key=True)
    household_id: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    until: Mapped[datetime | None]


def _itself(row: Any) -> Any:
    """Let in by the desk of the matter, with no order and no report-in."""
    return row.get_current_parameters()["subject_id"]


class Guest(Base):
    """That the posts of an area may see one matter that lies on other ground (CASES 1a).

    `through` is what they were let in by, as of a party of the matter.
    """

    __tablename__ = "guest"
    __table_args__ = (Index(None, "through"),)

    area_id: Mapped[UUID] = mapped_column(ForeignKey("area.id"), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    through: Mapped[UUID] = mapped_column(primary_key=True, default=_itself)
    since: Mapped[datetime]
