"""Who holds which post over what, and which units there are: what pickers and the page of posts read.

Names of staff are for signed-in staff only. Of one's own ground and unit everything is said; of the line above,
of grounds beside and of units only who to turn to: role, ground and name.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true, tuple_

from app.core.errors import NotFound
from app.core.fields import Code, Name, Schema
from app.core.paging import BadCursor, Limit, cut, decode
from app.core.work import Work
from app.grid.models import Area, AreaLevel
from app.people.models import Absence, Account, Membership, Post, Rank, Role, Unit, UnitKind
from app.people.queries import in_force, names_of

Cursor = Annotated[str, Field(max_length=400)]
ALIKE = 200  # people of one name that a search looks at
OFFICES = (AreaLevel.DISTRICT, AreaLevel.STREET, AreaLevel.COMMUNITY)
CODE = func.coalesce(Area.code, Unit.code)


class UnitFilter(Schema):
    """Units by a part of their name or code, or of one kind."""

    q: Name | None = None
    kind: UnitKind | None = None
    limit: Limit = 50


class UnitOut(Schema):
    """A unit one may choose; `vertical` when it answers to its own superior, not to the district."""

    code: str
    name: str
    kind: UnitKind
    vertical: bool


class PostFilter(Schema):
    """Posts over an area and what lies in it, of a unit, of a role, or by a part of a name or code."""

    area: Code | None = None
    unit: Code | None = None
    role: Role | None = None
    q: Name | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class OverOut(Schema):
    """What a post is over: an area, or a unit."""

    code: str
    name: str
    unit: bool


class PostLine(Schema):
    """A post and who holds it. What follows `in_full` is said of one's own ground and unit only."""

    id: UUID
    role: Role
    ground: OverOut
    holder: str | None
    in_full: bool
    rank: Rank | None = None
    on_leave_from: datetime | None = None
    on_leave_until: datetime | None = None
    deputy: str | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True)
class Reach:
    """What the active post is over, and therefore beside and under."""

    area_id: UUID | None
    unit_id: UUID | None
    parent_id: UUID | None
    path: list[UUID]


async def units(work: Work, wanted: UnitFilter) -> list[UnitOut]:
    """Units that are not dissolved, by code."""
    query = select(Unit).where(Unit.dissolved_at.is_(None)).order_by(Unit.code).limit(wanted.limit)
    if wanted.kind is not None:
        query = query.where(Unit.kind == wanted.kind)
    if wanted.q is not None:
        query = query.where(or_(_holds(Unit.name, wanted.q), _holds(Unit.code, wanted.q)))
    return [UnitOut.model_validate(unit) for unit in await work.session.scalars(query)]


async def page(work: Work, wanted: PostFilter) -> tuple[list[PostLine], str | None]:
    """Posts held now that the caller may know of, by the code of their ground."""
    reach = await reach_of(work)
    query = _lines(work, reach).where(*await _conditions(work, wanted))
    if wanted.cursor is not None:
        query = query.where(tuple_(CODE, Post.role, Post.id) > _key_of(wanted.cursor))
    ordered = query.order_by(CODE, Post.role, Post.id).limit(wanted.limit + 1)
    rows, following = cut((await work.session.execute(ordered)).all(), wanted.limit, _key)
    return await _out(work, rows), following


async def line_of(work: Work, post_id: UUID) -> PostLine:
    """One post, also one that ends at this very moment."""
    query = _lines(work, await reach_of(work)).where(Post.id == post_id)
    row = (await work.session.execute(query)).one_or_none()
    if row is None:
        raise NotFound
    return (await _out(work, [row]))[0]


async def reach_of(work: Work) -> Reach:
    """The ground of the active post."""
    query = select(Post.area_id, Post.unit_id, Area.parent_id, Area.path).outerjoin(Area, Area.id == Post.area_id)
    found = (await work.session.execute(query.where(Post.id == work.actor.post_id))).one()
    return Reach(found.area_id, found.unit_id, found.parent_id, list(found.path or ()))


def on_ground_of(work: Work, reach: Reach) -> ColumnElement[bool]:
    """Posts over one's own ground, what lies in it, and one's own unit."""
    if work.scope.everything:
        return true()
    own: list[ColumnElement[bool]] = [Post.unit_id.in_(work.actor.units)]
    if reach.area_id is not None:
        own.append(Area.path.contains([reach.area_id]))
    return or_(*own)


def _known_to(work: Work, reach: Reach) -> ColumnElement[bool]:
    near = [on_ground_of(work, reach), Post.unit_id.is_not(None), Area.id.in_(reach.path)]
    if reach.unit_id is not None:
        near.append(Area.level.in_(OFFICES))
    if reach.parent_id is not None:
        near.append(Area.parent_id == reach.parent_id)
    return or_(*near)


def _lines(work: Work, reach: Reach) -> Select[Any]:
    now = work.clock.now()
    away = and_(Absence.post_id == Post.id, Absence.ends_at > now)  # at most one: it runs, or is to come
    full = func.coalesce(on_ground_of(work, reach), False).label("in_full")
    ground = (CODE.label("code"), func.coalesce(Area.name, Unit.name).label("name"))
    columns: tuple[Any, ...] = (Post, *ground, full, Absence.starts_at, Absence.ends_at, Absence.deputy_id)
    return (
        select(*columns)
        .outerjoin(Area, Area.id == Post.area_id)
        .outerjoin(Unit, Unit.id == Post.unit_id)
        .outerjoin(Absence, away)
        .where(_known_to(work, reach))
    )


async def _conditions(work: Work, wanted: PostFilter) -> list[ColumnElement[bool]]:
    found = [in_force(work.clock.now())]
    if wanted.area is not None:
        inside = select(Area.id).where(Area.code == wanted.area, Area.valid_to.is_(None)).scalar_subquery()
        found.append(inside == func.any(Area.path))
    if wanted.unit is not None:
        found.append(Unit.code == wanted.unit)
    if wanted.role is not None:
        found.append(Post.role == wanted.role)
    if wanted.q is not None:
        named = [_holds(column, wanted.q) for column in (Area.name, Area.code, Unit.name, Unit.code)]
        found.append(or_(*named, Post.account_id.in_(await _people_named(work, wanted.q))))
    return found


async def _people_named(work: Work, word: str) -> list[UUID]:
    """Accounts of this district by a part of their name; the directory is read on its own."""
    mine = select(Account.id).join(Membership, Membership.account_id == Account.id)
    here = mine.where(Membership.district == work.district, _holds(Account.display_name, word))
    return list(await work.session.scalars(here.order_by(Account.id).limit(ALIKE)))


def _holds(column: Any, word: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.contains(word, autoescape=True)
    return found


def _key(row: Any) -> tuple[str, ...]:
    return row.code, row.Post.role, str(row.Post.id)


def _key_of(cursor: str) -> Any:
    code, role, post_id = decode(cursor, 3)
    try:
        return tuple_(code, role, UUID(post_id))
    except ValueError:
        raise BadCursor("cursor") from None


async def _out(work: Work, rows: Any) -> list[PostLine]:
    whose = {row.Post.account_id for row in rows} | {row.deputy_id for row in rows if row.deputy_id}
    names = await names_of(work.session, sorted(whose)) if whose else {}
    return [_line(row, names) for row in rows]


def _line(row: Any, names: dict[UUID, str]) -> PostLine:
    post = row.Post
    over = OverOut(code=row.code, name=row.name, unit=post.unit_id is not None)
    line = PostLine(
        id=post.id, role=post.role, ground=over, holder=names.get(post.account_id), in_full=row.in_full
    )  # fmt: skip
    if not row.in_full:
        return line
    more = {"rank": Rank(post.rank), "valid_from": post.valid_from, "valid_to": post.valid_to}
    away = {"on_leave_from": row.starts_at, "on_leave_until": row.ends_at, "deputy": names.get(row.deputy_id)}
    return line.model_copy(update=more | away)
