"""Giving and ending posts, leave and deputies: who may, over which ground, and the trail of it.

A street keeps the posts on its ground below its own, the district's administrator the others. Nobody gives
anything to himself, and the posts that hold the rights of others (administrator, auditor) are given at the
command line by the operator, so that two persons stand behind each (CASES 3).
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import AwareDatetime, Field
from sqlalchemy import delete, or_, select, update

from app.core.audit import Act, Trail, chain
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.fields import Code, Schema, Username
from app.core.log import log
from app.core.outbox import Outbox
from app.core.work import Work
from app.grid.models import Area, AreaLevel
from app.people import actions, events
from app.people.capabilities import COMMUNITY, GRID, HELPERS, STREET
from app.people.models import HELD_BY_POSTS, Absence, Account, Membership, Post, Rank, Role, Unit
from app.people.posts import PostLine, line_of, on_ground_of, reach_of
from app.people.queries import in_force

KIND = "post"  # as a subject of the trail
LONGEST = timedelta(days=366)
GUARDED = frozenset({Role.DISTRICT_ADMIN, Role.AUDITOR})
OF_GROUND = GRID | COMMUNITY | HELPERS | {Role.BUILDING_LEADER}
KEEPS: dict[str, frozenset[Role]] = {
    Role.STREET_DISPATCHER: OF_GROUND,
    Role.STREET_SECRETARY: OF_GROUND | {Role.STREET_DISPATCHER},
    Role.DISTRICT_ADMIN: frozenset(HELD_BY_POSTS) - GUARDED,
}
HOUSES = frozenset({AreaLevel.GRID, AreaLevel.BUILDING_GROUP})
LEVELS: dict[Role, frozenset[AreaLevel]] = {
    **dict.fromkeys(GRID, frozenset({AreaLevel.GRID})),
    Role.BUILDING_LEADER: frozenset({AreaLevel.BUILDING_GROUP}),
    **dict.fromkeys(HELPERS, HOUSES),
    **dict.fromkeys(COMMUNITY, frozenset({AreaLevel.COMMUNITY})),
    **dict.fromkeys(STREET, frozenset({AreaLevel.STREET})),
    Role.DISTRICT_SUPERVISOR: frozenset({AreaLevel.DISTRICT}),
}  # a department's roles are over a unit


Count = Callable[[Work, UUID, datetime], Awaitable[int]]
"""How much of one kind a post has in hand, up to the time of its return."""


class NewPost(Schema):
    """An account by its login name, a role, and the area or the unit it is over."""

    username: Username = Field(examples=["wangfang"])
    role: Role = Field(examples=["grid_worker"])
    area: Code | None = Field(None, examples=["530114004001001"])
    unit: Code | None = None
    rank: Rank = Rank.A


class NewAbsence(Schema):
    """Away from `since`, or now, until then; the deputy is named by a post of theirs on the same area or unit."""

    since: AwareDatetime | None = Field(None, examples=["2026-12-01T09:00:00+08:00"])
    until: AwareDatetime = Field(examples=["2026-12-07T09:00:00+08:00"])
    deputy_post: UUID | None = None


class InHand(Schema):
    """What a post has in hand: open matters, open orders, and visits that fall due before it is back."""

    issues: int
    orders: int
    visits: int


class AbsenceOut(Schema):
    """The leave as it stands, and what the deputy finds."""

    post: PostLine
    in_hand: InHand


class KeptRole(Schema):
    """A role the caller gives and ends, and what it is over: areas of these levels, or a unit."""

    role: Role
    levels: list[AreaLevel]
    unit: bool


class NotKept(Forbidden):
    """A post of this role is not the caller's to keep."""

    code = "post_not_kept"
    zh = "该类岗位不由当前岗位管理。"
    en = "Posts of this role are not kept by yours."


class OutsideOwnGround(Forbidden):
    """The area or unit is not on the caller's ground."""

    code = "outside_own_ground"
    zh = "只能管理本辖区内的岗位。"
    en = "You may only keep posts on your own ground."


class TwoPersons(Forbidden):
    """Nobody gives himself a post or a deputy's place; the posts over others' rights take a second person."""

    code = "two_persons"
    zh = "不能给自己任命岗位或指定自己代理;管理员和审计岗位由运维人员另行办理。"
    en = "Nobody appoints himself or makes himself deputy; administrators and auditors come from the operator."


class UnknownAccount(Invalid):
    """No such account here, or it is disabled."""

    code = "unknown_account"
    zh = "没有这个登录名,或账号已停用。"
    en = "There is no such login name here, or the account is disabled."


class BadGround(Invalid):
    """Neither or both of area and unit, an unknown one, or one the role does not fit."""

    code = "bad_ground"
    zh = "请填写一个在册的区域或单位,且须与岗位角色相符。"
    en = "Name one area or one unit that is there and that the role fits."


class AlreadyAppointed(Conflict):
    """The account holds this post."""

    code = "already_appointed"
    zh = "该账号已在此岗位上。"
    en = "The account holds this post already."


class AlreadyAway(Conflict):
    """One leave at a time."""

    code = "already_away"
    zh = "该岗位已登记离岗,请先结束该次离岗。"
    en = "A leave is put down for this post already; end that one first."


class NotAway(Conflict):
    """There is no leave to end."""

    code = "not_away"
    zh = "该岗位当前未离岗。"
    en = "The holder is not away."


class BadUntil(Invalid):
    """Past, or further off than a year."""

    code = "bad_until"
    zh = "返岗时间须晚于离岗开始时间,且不超过 {days} 天。"
    en = "The time of return lies after the beginning, at most {days} days ahead."


class BadSince(Invalid):
    """A leave is put down before it begins."""

    code = "bad_since"
    zh = "离岗开始时间不能早于现在。"
    en = "A leave cannot begin in the past."


class UnknownDeputy(Invalid):
    """Not a post held by somebody else on the same area or unit."""

    code = "unknown_deputy"
    zh = "代理人须为同一区域或单位的在岗人员,且不是本人。"
    en = "The deputy is somebody else who holds a post on the same area or unit."


class OnlyDeputising(Forbidden):
    """The caller acts in a post that is another's."""

    code = "only_deputising"
    zh = "代理期间不能为该岗位办理离岗。"
    en = "Whoever deputises cannot take leave for the holder."


async def appoint(work: Work, form: NewPost) -> PostLine:
    """A post from now on for an account that is there."""
    _check_role(work, form.role)
    ground = await _ground(work, form)
    account_id = await _account(work, form.username)
    if account_id == work.actor.account_id:
        raise TwoPersons("username")
    same = (
        Post.account_id == account_id,
        Post.role == form.role,
        Post.area_id.is_not_distinct_from(ground.area_id),
    )
    alike = select(Post.id).where(
        *same, Post.unit_id.is_not_distinct_from(ground.unit_id), in_force(work.clock.now())
    )
    await work.hold(f"posts of {account_id}")
    if (await work.session.execute(alike.limit(1))).first() is not None:
        raise AlreadyAppointed("username")
    post_id = await actions.appoint(work, account_id, form.role, ground, form.rank)
    await actions.join_district(work.session, account_id, work.district, work.clock.now())
    await note(work, await _locked(work, post_id), Act("appoint", None, "held", {}), events.PostGiven)
    return await line_of(work, post_id)


def kept_roles(work: Work) -> list[KeptRole]:
    """What a form for a new post may offer; `appoint` has the last word."""
    kept = KEEPS.get(work.actor.role, frozenset())
    over = {role: [level for level in AreaLevel if level in LEVELS.get(role, frozenset())] for role in kept}
    return [KeptRole(role=role, levels=over[role], unit=role not in LEVELS) for role in Role if role in kept]


async def end(work: Work, post: Post) -> PostLine:
    """A locked post ends; issues it had in hand go to the next on the ladder, as the worker does it."""
    await actions.end_post(work, post.id)
    await note(work, post, Act("end", "held", "ended", {}), events.PostEnded)
    return await line_of(work, post.id)


async def leave(work: Work, post_id: UUID, form: NewAbsence) -> PostLine:
    """Somebody else's leave, by who keeps the post; nobody makes himself the deputy."""
    deputy_id = await go(work, await kept_post(work, post_id), form)
    if deputy_id == work.actor.account_id:
        raise TwoPersons("deputy_post")
    return await line_of(work, post_id)


async def leave_own(work: Work, form: NewAbsence) -> PostLine:
    """One's own leave from the active post."""
    post = await own_post(work)
    await go(work, post, form)
    return await line_of(work, post.id)


async def come_back(work: Work, post_id: UUID) -> PostLine:
    """The leave ends now, by who keeps the post."""
    return await _back(work, await kept_post(work, post_id))


async def come_back_own(work: Work) -> PostLine:
    """One's own leave from the active post ends now."""
    return await _back(work, await own_post(work))


def _check_role(work: Work, role: str) -> None:
    if role in GUARDED and work.actor.role == Role.DISTRICT_ADMIN:
        raise TwoPersons("role")
    if role not in KEEPS.get(work.actor.role, frozenset()):
        raise NotKept("role")


async def _ground(work: Work, form: NewPost) -> actions.Ground:
    """The area or unit named, if it is there, fits the role and is the caller's."""
    if form.area is not None and form.unit is None:
        query = select(Area.id, Area.level, Area.path).where(Area.code == form.area, Area.valid_to.is_(None))
        area = (await work.session.execute(query)).first()
        if area is None or AreaLevel(area.level) not in LEVELS.get(form.role, frozenset()):
            raise BadGround("area")
        if not work.scope.everything and (await reach_of(work)).area_id not in area.path:
            raise OutsideOwnGround("area")
        return actions.Ground(area_id=area.id)
    there = select(Unit.id).where(Unit.code == form.unit, Unit.dissolved_at.is_(None), Unit.area_id.is_(None))
    unit_id = await work.session.scalar(there)
    if form.area is not None or unit_id is None or form.role in LEVELS:
        raise BadGround("unit")
    return actions.Ground(unit_id=unit_id)


async def _account(work: Work, username: str) -> UUID:
    """An account of this district, or a new one of none: those of other districts are not there."""
    elsewhere = select(Membership.account_id).where(Membership.account_id == Account.id)
    here = or_(elsewhere.where(Membership.district == work.district).exists(), ~elsewhere.exists())
    named = select(Account.id).where(Account.username == username, Account.disabled_at.is_(None), here)
    found: UUID | None = await work.session.scalar(named)
    if found is None:
        raise UnknownAccount("username")
    return found


async def _locked(work: Work, post_id: UUID | None) -> Post:
    query = select(Post).where(Post.id == post_id, in_force(work.clock.now()))
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    post: Post | None = await work.session.scalar(query)
    if post is None:
        raise NotFound
    return post


async def kept_post(work: Work, post_id: UUID) -> Post:
    """A post on the caller's ground, of a role the caller keeps, locked."""
    own = on_ground_of(work, await reach_of(work))
    on_ground = select(Post.id).outerjoin(Area, Area.id == Post.area_id).where(Post.id == post_id, own)
    if (await work.session.execute(on_ground)).first() is None:
        raise NotFound
    post = await _locked(work, post_id)
    _check_role(work, post.role)
    return post


async def own_post(work: Work) -> Post:
    """One's own active post, locked; `OnlyDeputising` in another's."""
    post = await _locked(work, work.actor.post_id)
    if post.account_id != work.actor.account_id:
        raise OnlyDeputising
    return post


async def go(work: Work, post: Post, form: NewAbsence) -> UUID | None:
    """Put the leave down; returns the deputy's account."""
    now = work.clock.now()
    since = form.since or now
    if since < now:
        raise BadSince("since")
    if not since < form.until <= now + LONGEST:
        raise BadUntil("until", days=LONGEST.days)
    if await _leave_of(work, post.id) is not None:
        raise AlreadyAway
    deputy_id = await colleague_of(work, post, form.deputy_post) if form.deputy_post else None
    await actions.leave(work, post.id, form.until, deputy_id, since)
    deputy = str(form.deputy_post) if form.deputy_post else None
    detail = {"since": since.isoformat(), "until": form.until.isoformat(), "deputy": deputy}
    more = {"until": form.until.isoformat(), "deputy_id": deputy_id}
    await note(work, post, Act("leave", "held", "away", detail), events.LeaveBegun, **more)
    return deputy_id


async def colleague_of(work: Work, post: Post, other: UUID, field: str = "deputy_post") -> UUID:
    """The account of somebody else's post on the same ground; beside an administrator or auditor only another."""
    beside = (Post.area_id == post.area_id) if post.area_id else (Post.unit_id == post.unit_id)
    query = select(Post.account_id, Post.role).where(Post.id == other, beside, in_force(work.clock.now()))
    found = (await work.session.execute(query)).first()
    guarded = post.role in GUARDED and found is not None and found.role != post.role
    if found is None or found.account_id == post.account_id or guarded:
        raise UnknownDeputy(field)
    return UUID(str(found.account_id))


class Leave(NamedTuple):
    """A leave that runs or is to come."""

    starts_at: datetime
    ends_at: datetime


async def _leave_of(work: Work, post_id: UUID) -> Leave | None:
    now = work.clock.now()
    running = (Absence.post_id == post_id, Absence.ends_at > now)
    row = (await work.session.execute(select(Absence.starts_at, Absence.ends_at).where(*running))).first()
    return Leave(*row) if row else None


async def _back(work: Work, post: Post) -> PostLine:
    now, running = work.clock.now(), await _leave_of(work, post.id)
    if running is None:
        raise NotAway
    same = (Absence.post_id == post.id, Absence.starts_at == running.starts_at)
    if running.starts_at < now:
        await work.session.execute(update(Absence).where(*same).values(ends_at=now))
    else:
        await work.session.execute(delete(Absence).where(*same))  # taken back before it began: it never was
    await note(work, post, Act("come_back", "away", "held", {}), events.LeaveEnded)
    return await line_of(work, post.id)


async def note(work: Work, post: Post, act: Act, event: type[events.OfPost], **more: Any) -> None:
    """One act on the trail of a locked post, and its event."""
    (row,) = chain(work, KIND, post.id, (post.version, bytes(post.trail_hash)), [act], work.clock.now())
    post.version, post.trail_hash = row["seq"], row["hash"]
    await work.session.flush()
    over: dict[str, Any] = {name: getattr(post, name) for name in ("account_id", "role", "area_id", "unit_id")}
    said = event(post.id, row["at"], **over, **more)
    await work.append({Trail: [row], Outbox: [work.outbox_row(said, row["seq"])]})
    log().info("post_kept", act=act.step, post_id=str(post.id), role=post.role, district=work.district)
