"""Who is who: tokens and accounts in the directory, posts and their ground in the district."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.core.audit import Trail
from app.core.crypto import token_hash
from app.core.scope import Scope
from app.grid.models import Area, AreaLevel
from app.people.models import Absence, Account, ContactDuty, Guest, Post, Recusal, Role, Seat, Token, Unit

GIVEN_BY = frozenset({"assign_inside", "hand_over"})  # acts that name the post which goes on
LEVEL_COLUMN = {
    AreaLevel.STREET: "street_id",
    AreaLevel.COMMUNITY: "community_id",
    AreaLevel.GRID: "grid_id",
    AreaLevel.BUILDING_GROUP: "building_group_id",
}


@dataclass(frozen=True)
class Bearer:
    """What a valid token says."""

    account_id: UUID
    post_id: UUID
    district: str
    device_id: UUID | None = None


async def bearer_of(session: AsyncSession, token: str, now: datetime) -> Bearer | None:
    """The bearer of a token that is known, unexpired, not revoked, of an account that is not disabled.

    The one statement of a request that reads the directory: when that moves to another database, it moves alone.
    """
    query = (
        select(Token.account_id, Token.post_id, Token.district, Token.device_id)
        .join(Account, Account.id == Token.account_id)
        .where(Token.hash == token_hash(token), Token.expires_at > now)
        .where(Token.revoked_at.is_(None), Account.disabled_at.is_(None))
    )
    row = (await session.execute(query)).first()
    return Bearer(*row) if row else None


def in_force(now: datetime) -> ColumnElement[bool]:
    """Posts held at `now`."""
    return and_(Post.valid_from <= now, or_(Post.valid_to.is_(None), Post.valid_to > now))


def acts_in(account_id: UUID, now: datetime) -> ColumnElement[bool]:
    """Posts an account may act in: its own, and those it deputises for while their holder is away."""
    deputising = select(Absence.post_id).where(
        Absence.deputy_id == account_id, Absence.starts_at <= now, Absence.ends_at > now
    )
    return or_(Post.account_id == account_id, Post.id.in_(deputising))


@dataclass(frozen=True)
class Standing:
    """The active post with its ground, enough to build actor and scope."""

    role: str
    area_id: UUID | None
    unit_id: UUID | None
    level: str | None
    grids: tuple[UUID, ...]
    line: tuple[UUID, ...]
    office: UUID | None
    excluded: tuple[UUID, ...] = ()
    let_in: tuple[UUID, ...] = ()


async def standing_of(session: AsyncSession, bearer: Bearer, now: datetime) -> Standing | None:
    """The bearer's post as it stands now; None when it has ended or is no longer theirs to act in."""
    inner, outer, office = aliased(Area), aliased(Area), aliased(Unit)
    middle = select(outer.id).where(outer.parent_id == Post.area_id, outer.level == AreaLevel.GRID).correlate(Post)
    nested = (
        select(func.array_agg(inner.id))
        .where(inner.level == AreaLevel.GRID, or_(inner.parent_id == Post.area_id, inner.parent_id.in_(middle)))
        .correlate(Post)
        .scalar_subquery()
    )
    seats = select(Seat.unit_id).where(
        Seat.account_id == bearer.account_id, or_(Seat.until.is_(None), Seat.until > now)
    )
    above = or_(Unit.area_id == func.any(Area.path), Unit.id == Post.unit_id, Unit.id.in_(seats))
    line = select(func.array_agg(Unit.id)).where(above).correlate(Post, Area).scalar_subquery()
    query = (
        select(
            Post.role, Post.area_id, Post.unit_id, Area.level, nested, line, office.id, *_exceptions(bearer, now)
        )
        .outerjoin(Area, Area.id == Post.area_id)
        .outerjoin(office, office.area_id == Post.area_id)
        .where(Post.id == bearer.post_id, in_force(now), acts_in(bearer.account_id, now))
    )
    row = (await session.execute(query)).first()
    if row is None:
        return None
    role, area_id, unit_id, level, grids, line_units, office_id, aside, guest, listed = row
    inner_grids, line_of_command = tuple(grids or ()), tuple(line_units or ())
    single = (tuple(aside or ()), (*(guest or ()), *(listed or ())))
    return Standing(role, area_id, unit_id, level, inner_grids, line_of_command, office_id, *single)


def _exceptions(bearer: Bearer, now: datetime) -> tuple[Any, Any, Any]:
    """Single matters the account stands aside from, those its area was let in on, and the households on the post's
    list of contact duty; nearly always none.
    """
    aside = select(func.array_agg(Recusal.subject_id)).where(Recusal.account_id == bearer.account_id)
    guest = select(func.array_agg(Guest.subject_id)).where(Guest.area_id == Post.area_id).correlate(Post)
    running = or_(ContactDuty.until.is_(None), ContactDuty.until > now)
    duty = (ContactDuty.post_id == Post.id, ContactDuty.since <= now, running)
    listed = select(func.array_agg(ContactDuty.household_id)).where(*duty).correlate(Post)
    return aside.scalar_subquery(), guest.scalar_subquery(), listed.scalar_subquery()


def listed_for(post_id: UUID | None, now: datetime) -> Select[UUID]:
    """The households on a post's list of contact duty 包联."""
    running = or_(ContactDuty.until.is_(None), ContactDuty.until > now)
    mine = (ContactDuty.post_id == post_id, ContactDuty.since <= now, running)
    return select(ContactDuty.household_id).where(*mine)


def scope_of(standing: Standing) -> Scope:
    """What a post may see: its level's column, or its unit's matters; the line of command is recused."""
    if standing.unit_id is not None:
        return Scope(
            units=(standing.unit_id,),
            subjects=standing.let_in,
            recused=standing.line,
            excluded=standing.excluded,
        )
    if standing.level == AreaLevel.DISTRICT:
        return Scope(everything=True, recused=standing.line, excluded=standing.excluded)
    if standing.area_id is None:
        return Scope()
    inner = standing.grids if standing.level == AreaLevel.GRID else ()
    column = LEVEL_COLUMN[AreaLevel(standing.level or "")]
    return Scope(
        areas={column: (standing.area_id, *inner)},
        subjects=standing.let_in,
        recused=standing.line,
        excluded=standing.excluded,
    )


def posts_of(account_id: UUID, now: datetime) -> Select[*tuple[Any, ...]]:
    """Every post an account may act in now, main posts first."""
    own = Post.account_id == account_id
    shown = (Area.code.label("area_code"), Area.name.label("area_name"))
    shown_unit = (Unit.code.label("unit_code"), Unit.name.label("unit_name"))
    return (
        select(Post.id, Post.role, Post.rank, *shown, *shown_unit, (~own).label("deputy"))
        .outerjoin(Area, Area.id == Post.area_id)
        .outerjoin(Unit, Unit.id == Post.unit_id)
        .where(in_force(now), acts_in(account_id, now))
        .order_by((~own), Post.rank, Post.valid_from, Post.id)
    )


async def account_named(session: AsyncSession, username: str) -> Account | None:
    """The account with that login name, disabled ones too."""
    found: Account | None = await session.scalar(select(Account).where(Account.username == username))
    return found


async def names_of(session: AsyncSession, accounts: Sequence[UUID]) -> dict[UUID, str]:
    """Display names, for staff eyes only."""
    rows = await session.execute(select(Account.id, Account.display_name).where(Account.id.in_(accounts)))
    return {row.id: row.display_name for row in rows}


async def signed_by(work: Any, subject_id: UUID) -> str | None:
    """The person whose act `sign` stands last on the trail of a subject that was loaded (UX I5)."""
    mine = (Trail.subject_id == subject_id, Trail.step == "sign")
    query = select(Account.display_name).join(Trail, Trail.account_id == Account.id).where(*mine)
    found: str | None = await work.session.scalar(query.order_by(Trail.seq.desc()).limit(1))
    return found


async def handed_to(work: Any, trail: Sequence[Any]) -> str | None:
    """Who in the unit has a subject by the last act that gave it to a post; None while nobody was named."""
    named = (row.detail.get("to") or row.detail.get("post") for row in reversed(trail) if row.step in GIVEN_BY)
    post_id = next(named, None)
    found = await shown_holder(work.session, UUID(post_id), work.clock.now()) if post_id else None
    return found.display_name if found else None


async def shown_holder(session: AsyncSession, post_id: UUID, now: datetime) -> Any:
    """Who acts in a post now (the deputy while its holder is away): role, display name, sealed work phone and the
    name of its office or unit; None when the post or its account is gone.
    """
    acting = func.coalesce(Absence.deputy_id, Post.account_id)
    away = and_(Absence.post_id == Post.id, Absence.starts_at <= now, Absence.ends_at > now)
    query = (
        select(
            Post.role,
            Account.display_name,
            Account.work_phone,
            func.coalesce(Unit.name, Area.name).label("office"),
        )
        .outerjoin(Absence, away)
        .join(Account, Account.id == acting)
        .outerjoin(Unit, Unit.id == Post.unit_id)
        .outerjoin(Area, Area.id == Post.area_id)
        .where(Post.id == post_id)
        .limit(1)
    )
    return (await session.execute(query)).first()


async def departments(session: AsyncSession) -> Sequence[Unit]:
    """Units that are not dissolved, by code."""
    return (await session.scalars(select(Unit).where(Unit.dissolved_at.is_(None)).order_by(Unit.code))).all()


PRIVILEGED = frozenset({Role.DISTRICT_ADMIN})
