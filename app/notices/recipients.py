"""From "the street" to the one desk that reads it: staffed, above the matter, and not standing aside."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.core.work import Work
from app.grid.models import Area, AreaLevel
from app.issues.models import Issue
from app.notices.rules import Happened, Rule, To
from app.people.models import Post, Role, Unit
from app.people.queries import in_force

DESKS: dict[AreaLevel, tuple[Role, ...]] = {
    AreaLevel.GRID: (Role.GRID_LEADER,),
    AreaLevel.COMMUNITY: (Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY),
    AreaLevel.STREET: (Role.STREET_DISPATCHER, Role.STREET_SECRETARY),
    AreaLevel.DISTRICT: (Role.DISTRICT_SUPERVISOR, Role.DISTRICT_ADMIN),
}
READS: dict[Role, Role] = {role: roles[0] for roles in DESKS.values() for role in roles}
UPWARD = tuple(DESKS)
NAMED_AS = {To.UNIT: "unit_id", To.POST: "post_id", To.COPY: "copied_to"}
ABOVE: dict[str, AreaLevel] = {
    Role.BUILDING_LEADER: AreaLevel.GRID,
    Role.GRID_WORKER: AreaLevel.GRID,
    Role.GRID_LEADER: AreaLevel.COMMUNITY,
    Role.COMMUNITY_OFFICER: AreaLevel.STREET,
    Role.COMMUNITY_SECRETARY: AreaLevel.STREET,
}


ASKED_BY = {"appeal": "not_accept", "approval": "ask_close", "exclusion": "exclude", "extension": "ask_extension"}
BY_OFFICES = frozenset({"appeal", "approval", "exclusion", "verifying"})  # for the street at least


@dataclass(frozen=True)
class Addressee:
    """A post, a unit, or the desk of an area (`role` is the desk's first role; the others read with it)."""

    post_id: UUID | None = None
    unit_id: UUID | None = None
    area_id: UUID | None = None
    role: str | None = None


async def resolve(work: Work, happened: Happened, rule: Rule) -> list[Addressee]:
    """Everybody meant, each once; whoever cannot be found is left out, but a desk above always is."""
    clock = rule.clock or happened.rang[0] or ""
    decider = [await _decider(work, happened, clock)] if To.DECIDER in rule.to else []
    found = [*decider, *[await _one(work, happened, to) for to in rule.to if to != To.DECIDER]]
    return list(dict.fromkeys(one for one in found if one is not None))


async def _one(work: Work, happened: Happened, to: To) -> Addressee | None:
    if to in (To.UNIT, To.POST, To.COPY):
        named = happened.payload.get(NAMED_AS[to])
        return await _named(work, to, UUID(named)) if named else None
    if to == To.PREVIOUS:
        return Addressee(post_id=happened.previous) if happened.previous else None
    if to == To.HOLDER:
        return await _holder(work, happened)
    level = AreaLevel.DISTRICT if to == To.DISTRICT else AreaLevel.STREET
    if to == To.SUPERIOR and happened.issue is not None:
        level = await _level_above(work, happened.issue)
    return await desk(work, happened, level)


async def _named(work: Work, to: To, named: UUID) -> Addressee | None:
    """Whom the event itself names: a unit, a post, or an area, whose very desk is meant."""
    if to == To.UNIT:
        return Addressee(unit_id=named)
    if to == To.POST:
        return Addressee(post_id=named)
    level = await work.session.scalar(select(Area.level).where(Area.id == named))
    return Addressee(area_id=named, role=DESKS[AreaLevel(level)][0]) if level else None


async def _holder(work: Work, happened: Happened) -> Addressee | None:
    issue = happened.issue
    if "holder_id" not in happened.payload and issue is not None and issue.lead_unit_id is not None:
        return Addressee(unit_id=issue.lead_unit_id)
    if happened.holder is None:
        return await desk(work, happened, AreaLevel.STREET)  # nobody holds it: it lies on the desk's list
    return Addressee(post_id=happened.holder)


async def _decider(work: Work, happened: Happened, clock: str) -> Addressee | None:
    """The lowest staffed desk that may decide: never of the office that asked or refused (CASES 2.2, 2.4)."""
    issue = happened.issue
    if issue is None:
        return await desk(work, happened, AreaLevel.STREET)
    asker = happened.posts.get(ASKED_BY.get(clock, ""))
    if clock == "verifying" and issue.lead_unit_id is None:
        asker = issue.holder_id
    office = await work.session.scalar(select(Post.area_id).where(Post.id == asker)) if asker else None
    lowest = AreaLevel.STREET
    if clock not in BY_OFFICES:
        level = await _level_above(work, issue)
        lowest = AreaLevel.COMMUNITY if level == AreaLevel.GRID else level
        if await _of_district(work, issue):
            lowest = AreaLevel.STREET
    return await desk(work, happened, lowest, without=office)


async def _of_district(work: Work, issue: Issue) -> bool:
    """Held by the district itself: nobody is above it, and another office is below."""
    role = await work.session.scalar(select(Post.role).where(Post.id == issue.holder_id))
    return issue.lead_unit_id is None and role in DESKS[AreaLevel.DISTRICT]


async def _level_above(work: Work, issue: Issue) -> AreaLevel:
    """The level over who works on it: over a unit, the street that dispatched it."""
    if issue.lead_unit_id is not None or issue.holder_id is None:
        return AreaLevel.STREET
    role = await work.session.scalar(select(Post.role).where(Post.id == issue.holder_id))
    return ABOVE.get(role or "", AreaLevel.DISTRICT)


async def desk(
    work: Work, happened: Happened, lowest: AreaLevel, *, without: UUID | None = None
) -> Addressee | None:
    """The first staffed desk from that level up, but not of the area `without`; at last the district's, which is
    there for everything.
    """
    places = await _places(work, happened, lowest)
    whole = places.get(AreaLevel.DISTRICT)
    places = {level: area_id for level, area_id in places.items() if area_id != without}
    here = (Post.area_id.in_(places.values()), in_force(work.clock.now()))
    posts = (await work.session.execute(select(Post.area_id, Post.role).where(*here))).all()
    for level, area_id in places.items():
        if any(post.area_id == area_id and post.role in DESKS[level] for post in posts):
            return Addressee(area_id=area_id, role=DESKS[level][0])
    return Addressee(area_id=whole, role=DESKS[AreaLevel.DISTRICT][0]) if whole else None


async def _places(work: Work, happened: Happened, lowest: AreaLevel) -> dict[AreaLevel, UUID]:
    """The areas over the matter from that level up, without the line of command of who is accused (DESIGN 3)."""
    whole = select(Area.id).where(Area.level == AreaLevel.DISTRICT, Area.valid_to.is_(None)).limit(1)
    district = await work.session.scalar(whole)
    ground = {level: happened.area(level) for level in UPWARD} | {AreaLevel.DISTRICT: district}
    issue = happened.issue
    levels = UPWARD[UPWARD.index(lowest) :]
    if issue is not None and issue.respondent_unit_id is not None:
        accused = await work.session.scalar(select(Unit.area_id).where(Unit.id == issue.respondent_unit_id))
        inside = [place for place, level in enumerate(levels) if accused is not None and ground[level] == accused]
        levels = levels[inside[0] + 1 :] if inside else levels
    return {level: area_id for level in levels if (area_id := ground[level]) is not None}
