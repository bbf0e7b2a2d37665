"""Open matters follow the ground when it changes (DESIGN 2): placed by a point they are located anew, placed by a
sign or a door they go where that leads; whoever serves the new ground keeps them, else the ladder gives them on.

Closed matters are left as they are. Every move is an act on the matter's trail, with its event. Some at a time, so
that nobody waits: what is still left, also what was placed on the old ground a moment after it ended, is found by
the same question again.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import aliased

from app.clocks import waits
from app.clocks.models import Wait
from app.clocks.waits import wait_row
from app.core.work import Work, by_itself
from app.grid.models import Area, AreaLevel, Boundary, Dwelling
from app.grid.moves import Moved
from app.issues import events, explaining, placing, situation
from app.issues.intake import route
from app.issues.kinds import State
from app.issues.models import Issue
from app.issues.routing import Choice
from app.issues.situation import Situation
from app.issues.taking import supervised, take
from app.issues.workflow import LIVE, UNSETTLED
from app.people.models import Post
from app.people.queries import in_force

LEVELS = ("street_id", "community_id", "grid_id", "building_group_id")
UNSEEN: dict[str, Any] = {"unscoped": True}  # who brings a report in may not see the ground it has left
BY = Issue.explanation["place"]["by"].astext
OPEN = (Issue.closed_at.is_(None), Issue.state.in_([str(state) for state in LIVE]))


async def open_on(work: Work, areas: Sequence[UUID]) -> int:
    """How many open matters lie on these areas or in them, on whatever desk."""
    below = select(Area.id).where(Area.path.overlap(list(areas)))
    query = select(func.count()).select_from(Issue).where(*OPEN, Issue.area_id.in_(below))
    return await work.session.scalar(query.execution_options(**UNSEEN)) or 0


async def rehome_ground(work: Work, moved: Moved, most: int) -> tuple[int, int]:
    """Re-home at most so many of what a change left on old ground: how many were, and how many are left."""
    query = _on_old_ground(_of_change(moved)).where(Issue.street_id.in_(moved.streets))
    found = await work.session.scalars(query.order_by(Issue.id).limit(most))
    ids = list(found)
    done = 0
    for issue in await _locked(work, ids):
        await rehome_one(work, issue)
        done += 1
    return done, len(ids) - done


async def follow_ground(work: Work, issue_id: UUID) -> None:
    """The same for one matter a phone brings in long after, placed where it was then: at once, if that ground has
    ended or stands elsewhere now.
    """
    query = _on_old_ground(false()).where(Issue.id == issue_id).execution_options(**UNSEEN)
    if await work.session.scalar(query) is not None:
        for issue in await _locked(work, [issue_id]):
            await rehome_one(work, issue, keep=False)  # nobody has begun on it yet


async def _locked(work: Work, ids: Sequence[UUID]) -> list[Issue]:
    """Those nobody else is at just now."""
    query = select(Issue).where(Issue.id.in_(ids), *OPEN).order_by(Issue.id)
    held = query.with_for_update(skip_locked=True).execution_options(populate_existing=True, **UNSEEN)
    return list(await work.session.scalars(held))


def _on_old_ground(redrawn: ColumnElement[bool]) -> Select[UUID]:
    """Open matters whose area has ended or stands under others, or that `redrawn` says."""
    street, door = aliased(Area), aliased(Dwelling)
    elsewhere = or_(*(getattr(Issue, name).is_distinct_from(getattr(Area, name)) for name in LEVELS))
    on_area = and_(Area.id.is_not(None), or_(Area.valid_to.is_not(None), elsewhere))
    unplaced = and_(Issue.area_id.is_(None), street.valid_to.is_not(None))
    door_moved = and_(
        BY == "code", door.area_id.is_not(None), door.area_id.is_distinct_from(Issue.area_id), redrawn
    )
    by_point = and_(BY == "point", redrawn, _outside_its_area())
    return (
        select(Issue.id)
        .outerjoin(Area, Area.id == Issue.area_id)
        .outerjoin(street, street.id == Issue.street_id)
        .outerjoin(door, door.id == Issue.dwelling_id)
        .where(*OPEN, or_(on_area, unplaced, door_moved, by_point))
    )


def _of_change(moved: Moved) -> ColumnElement[bool]:
    """Matters on the areas whose outline the change has altered."""
    return Issue.area_id.in_(moved.outlines) if moved.outlines else false()


def _outside_its_area() -> ColumnElement[bool]:
    """The point lies no longer in the outline its area has now."""
    now = and_(Boundary.area_id == Issue.area_id, func.upper_inf(Boundary.valid))
    holds = select(Boundary.id).where(now, func.ST_Covers(Boundary.geom, Issue.point)).correlate(Issue)
    return and_(Issue.point.is_not(None), ~holds.exists())


async def rehome_one(work: Work, issue: Issue, *, keep: bool = True) -> None:
    """Place one locked matter on the ground as it is, and see that somebody there has it: who has it already, if
    his post serves that ground and he may `keep` it, else whom the ladder gives.
    """
    read = await _read_anew(work, issue)
    area = read.area
    choice = route(read, confidential=issue.confidential, aside=await placing.standing_aside(work, issue))
    serves = issue.holder_id is not None and any(post.post_id == issue.holder_id for post in read.posts)
    stays = serves and (keep or choice.post_id == issue.holder_id)
    kept = explaining.stored(read, choice)
    if stays or choice.post_id is None:
        kept |= {"holder": issue.explanation.get("holder"), "reasons": issue.explanation.get("reasons", [])}
    said = {"area": str(area["id"]), "from": str(issue.area_id), "boundary": str(area["boundary_id"])}
    event = partial(
        events.IssueRehomed, from_street_id=issue.street_id, street_id=area["street_id"], raised_at=issue.raised_at
    )
    values = {"boundary_id": area["boundary_id"], "area_id": area["id"], "district_id": area["district_id"]}
    values |= {name: area[name] for name in LEVELS}
    values |= {"placement": str(read.placement), "explanation": kept}
    await take(by_itself(work), issue, "rehome", event, detail=said, **values)
    if not stays and issue.state != State.SCREENING:
        await _give_on(work, issue, read, choice)


async def _read_anew(work: Work, issue: Issue) -> Situation:
    """By its point, if that is how it was placed and an area has it; else where its door, area or desk leads."""
    facts = placing.facts_of_issue(work, issue)
    cursor = await work.cursor()
    place = issue.explanation.get("place") or {}
    if place.get("by") == "point" and issue.point is not None:
        xy = select(func.ST_X(Issue.point), func.ST_Y(Issue.point)).where(Issue.id == issue.id)
        lon, lat = (await work.session.execute(xy.execution_options(**UNSEEN))).one()
        read = await situation.read(cursor, replace(facts, lon=lon, lat=lat, accuracy_m=issue.accuracy_m or 0.0))
        if read.located or issue.area_id is None:
            return read
    return await situation.read(cursor, replace(facts, area_code=await _leads_to(work, issue)))


async def _leads_to(work: Work, issue: Issue) -> str | None:
    """The code of the living area that its door is on, that its own area has become, or over it."""
    door = select(Dwelling.area_id).where(Dwelling.id == issue.dwelling_id)
    by_door = await work.session.scalar(door.execution_options(**UNSEEN)) if issue.dwelling_id else None
    ground = by_door or issue.area_id or issue.street_id or issue.district_id
    now = aliased(Area)
    query = (
        select(now.code)
        .select_from(Area)
        .join(now, now.id == func.coalesce(Area.successor_id, Area.id))
        .where(Area.id == ground if ground else Area.level == AreaLevel.DISTRICT, now.valid_to.is_(None))
        .order_by(now.code)
        .limit(1)
    )
    found: str | None = await work.session.scalar(query)
    return found


async def _give_on(work: Work, issue: Issue, read: Situation, choice: Choice) -> None:
    """To whom the ladder gives it on the new ground. Without anybody there it stays with who has it, or waits on
    the desk list, and the superior hears of it.
    """
    own = by_itself(work)
    if choice.post_id is not None and issue.state in UNSETTLED:
        await placing.give(own, issue, read.house, choice)
        return
    if choice.post_id is not None and issue.holder_id is not None:
        said = {"holder": str(choice.post_id), "why": "ground_changed"}
        event = partial(events.HolderChanged, holder_id=choice.post_id)
        await take(own, issue, "hand_over", event, detail=said, holder_id=choice.post_id)
        return
    if choice.post_id is None and not await _held(work, issue):
        waiting = await waits.running(work, issue.id, "desk")
        if not waiting and issue.state in UNSETTLED:
            desk: dict[Any, Any] = {Wait: [wait_row(work, read.house, ("issue", issue.id), "desk")]}
            await work.append(desk)
        if issue.supervised_at is None:
            await supervised(own, issue, "ground_changed")


async def _held(work: Work, issue: Issue) -> bool:
    mine = select(Post.id).where(Post.id == issue.holder_id, in_force(work.clock.now()))
    return issue.holder_id is not None and await work.session.scalar(mine) is not None
