"""Contact duty 包联: a post's list of at most 60 households, given, ended, and handed over when the post ends.

Nothing is orphaned: the next on the ladder with room takes the households over with what is still to be done.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, update

from app.core.errors import Conflict, Invalid, NotFound
from app.core.fields import Schema
from app.core.work import Work
from app.feed.actions import change_row
from app.feed.models import Change, ChangeKind
from app.grid.models import Area
from app.households.models import Household
from app.issues.routing import LADDER
from app.issues.schemas import example
from app.people.models import ContactDuty, Post, Role
from app.people.privacy import note_read
from app.people.queries import in_force
from app.visits import reckoning
from app.visits.doors import NOBODY, shown_of
from app.visits.plans import own_household

MOST = 60  # households on one list (DESIGN 6)
TAKEN_IN = 200  # duties of ended posts handed over in one turn
RUNGS = tuple(role for role in LADDER if role != Role.BUILDING_LEADER)


class ListIsFull(Conflict):
    """The post has as many households as one can know."""

    code = "duty_list_full"
    zh = "该岗位的包联户已达上限 {most} 户,请分给其他岗位。"
    en = "The post has {most} households on its list; give this one to another post."


class OnTheListAlready(Conflict):
    """Given before."""

    code = "on_the_list_already"
    zh = "这一户已在该岗位的包联名单中。"
    en = "The household is on this post's list already."


class UnknownDutyPost(Invalid):
    """Nobody holds this post now."""

    code = "unknown_duty_post"
    zh = "没有这个岗位,或岗位已结束。"
    en = "There is no such post, or it has ended."


class NewDuty(Schema):
    """Which household comes on which post's list."""

    model_config = example(
        post_id="0199aa00-0000-7000-8000-000000000003", household_id="0199aa00-0000-7000-8000-000000000001"
    )

    post_id: UUID
    household_id: UUID


class DutyOut(Schema):
    """A household on a list."""

    post_id: UUID
    household_id: UUID
    door: str | None
    head: str | None
    since: datetime
    until: datetime | None


def running(now: datetime) -> ColumnElement[bool]:
    """Duties that hold now."""
    return or_(ContactDuty.until.is_(None), ContactDuty.until > now) & (ContactDuty.since <= now)


async def give(work: Work, form: NewDuty) -> DutyOut:
    """Put a household of one's ground on a post's list; its tasks follow at once."""
    household = await own_household(work, form.household_id)
    post = await work.session.scalar(
        select(Post.id).where(Post.id == form.post_id, in_force(work.clock.now())).with_for_update()
    )
    if post is None:
        raise UnknownDutyPost("post_id")
    if household.id in set(await work.session.scalars(_list_of(work, post))):
        raise OnTheListAlready("household_id")
    if await _length(work, post) >= MOST:
        raise ListIsFull("post_id", most=MOST)
    await _put_on(work, post, household)
    await reckoning.reckon(work, [household.id])
    return (await _shown(work, await _rows(work, post, household.id)))[0]


async def end(work: Work, form: NewDuty) -> DutyOut:
    """Take a household of one's ground off a post's list; its open tasks end with it."""
    household = await own_household(work, form.household_id)
    found = await _rows(work, form.post_id, household.id)
    if not found:
        raise NotFound
    await _take_off(work, form.post_id, household.id)
    await reckoning.reckon(work, [household.id])
    (shown,) = await _shown(work, found)
    return shown.model_copy(update={"until": work.clock.now()})


async def listed(work: Work, post_id: UUID | None) -> list[DutyOut]:
    """The list of a post: one's own, or of any post as far as its households are in one's sight."""
    post = post_id or work.actor.post_id
    query = select(ContactDuty).join(Household, Household.id == ContactDuty.household_id)
    rows = await work.session.scalars(
        query.where(ContactDuty.post_id == post, running(work.clock.now())).order_by(ContactDuty.household_id)
    )
    found = await _shown(work, list(rows))
    households = [duty.household_id for duty in found]
    await note_read(work, "duties", "household", households, ("door", "head"), "visits")
    return found


async def hand_over_orphans(work: Work) -> int:
    """Lists of posts that have ended go to the next on the ladder; how many households moved."""
    now = work.clock.now()
    ended = select(Post.id).where(Post.valid_to <= now)
    query = select(ContactDuty.post_id, ContactDuty.household_id).where(
        ContactDuty.post_id.in_(ended), running(now)
    )
    orphans = (await work.session.execute(query.order_by(ContactDuty.household_id).limit(TAKEN_IN))).all()
    moved = [household for post, household in orphans if await _hand_over(work, post, household)]
    if moved:
        await reckoning.reckon(work, moved)
    return len(moved)


async def _hand_over(work: Work, post: UUID, household_id: UUID) -> bool:
    await reckoning.hold(work, [household_id])
    household = await work.session.get(Household, household_id)
    if household is None or household.until is not None:
        await _take_off(work, post, household_id)
        return True
    following = await _next(work, post, household)
    if following is None:
        return False  # nobody holds a post there: it waits for one, and stays on the list meanwhile
    await _take_off(work, post, household_id)
    if household_id not in set(await work.session.scalars(_list_of(work, following))):
        await _put_on(work, following, household)
    await reckoning.pass_on(work, household_id, post, following)
    return True


async def _next(work: Work, post: UUID, household: Household) -> UUID | None:
    """The first post of the ladder on the household's ground with room; when all are full, the desk highest up."""
    leaf = household.building_group_id or household.grid_id or household.community_id or household.street_id
    around = await work.session.scalar(select(Area.path).where(Area.id == leaf)) or []
    query = (
        select(Post.id, Post.role, func.cardinality(Area.path).label("depth"))
        .join(Area, Area.id == Post.area_id)
        .where(Area.id.in_(around), Post.role.in_(RUNGS), in_force(work.clock.now()), Post.id != post)
        .order_by(Post.rank, Post.valid_from, Post.id)
    )
    rows = (await work.session.execute(query)).all()
    rungs = sorted(rows, key=lambda row: (RUNGS.index(Role(row.role)), -row.depth))
    for row in rungs:
        if await _length(work, row.id) < MOST:
            return UUID(str(row.id))
    return rungs[-1].id if rungs else None


async def _length(work: Work, post: UUID) -> int:
    mine = (ContactDuty.post_id == post, running(work.clock.now()))
    return await work.session.scalar(select(func.count()).select_from(ContactDuty).where(*mine)) or 0


def _list_of(work: Work, post: UUID) -> Select[UUID]:
    return select(ContactDuty.household_id).where(ContactDuty.post_id == post, running(work.clock.now()))


async def _rows(work: Work, post: UUID, household: UUID) -> Sequence[ContactDuty]:
    mine = (ContactDuty.post_id == post, ContactDuty.household_id == household, running(work.clock.now()))
    return (await work.session.scalars(select(ContactDuty).where(*mine))).all()


async def _put_on(work: Work, post: UUID, household: Household) -> None:
    row = {"post_id": post, "household_id": household.id, "since": work.clock.now(), "until": None}
    told = change_row(work, "household", household.id, grid_id=household.grid_id, household_id=household.id)
    await work.append({ContactDuty: [row], Change: [told]})


async def _take_off(work: Work, post: UUID, household: UUID) -> None:
    """The evict names the post whose phones it is meant for: others keep their copy."""
    mine = (ContactDuty.post_id == post, ContactDuty.household_id == household, running(work.clock.now()))
    await work.session.execute(update(ContactDuty).where(*mine).values(until=work.clock.now()))
    evict = change_row(
        work, "household", household, grid_id=None, household_id=household, kind=ChangeKind.EVICT, to_id=post
    )
    await work.put(Change, [evict])


async def _shown(work: Work, rows: Sequence[ContactDuty]) -> list[DutyOut]:
    shown = await shown_of(work, [row.household_id for row in rows])
    return [
        DutyOut(
            post_id=row.post_id, household_id=row.household_id, since=row.since, until=row.until,
            door=shown.get(row.household_id, NOBODY).door, head=shown.get(row.household_id, NOBODY).head,
        )
        for row in rows
    ]  # fmt: skip
