"""Where an issue belongs and in whose hands it is: locate, assign, hand up, take over, stand aside."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from geoalchemy2 import WKBElement
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from app.clocks import waits
from app.clocks.house import House, house_of
from app.clocks.models import Wait
from app.clocks.waits import wait_row
from app.core.errors import Conflict, Invalid
from app.core.geometry import to_wgs84
from app.core.outbox import Event
from app.core.scope import EVERYTHING
from app.core.work import Work, by_itself
from app.grid.locate import ewkb_point
from app.grid.models import Area, AreaLevel
from app.issues import events, explaining, situation
from app.issues.intake import UnknownArea, assigned, route
from app.issues.kinds import State
from app.issues.models import Issue
from app.issues.routing import LADDER, Choice
from app.issues.situation import Facts, Situation
from app.issues.step_schemas import AssignStep, LocateStep, NoteStep, ReasonStep
from app.issues.taking import supervised, take
from app.issues.workflow import UNSETTLED
from app.people.models import Post, Recusal, Role, Seat, Unit
from app.people.queries import in_force


class NothingToLocateBy(Invalid):
    """Neither a point nor a code was given."""

    code = "nothing_to_locate_by"
    zh = "请给出坐标或区域代码。"
    en = "Give a point or the code of an area."


class OutsideAnyArea(Invalid):
    """The new place is as unplaced as the old one."""

    code = "outside_any_area"
    zh = "该位置不在任何区域内,最近的网格是 {nearest},相距 {distance_m} 米。"
    en = "That place lies in no area; the nearest grid is {nearest}, {distance_m} m away."


class NotOnGround(Invalid):
    """The post does not serve the issue's ground."""

    code = "post_not_on_ground"
    zh = "该岗位不负责此地段,或已不在岗。"
    en = "That post does not serve this ground, or is no longer held."


class StandsAside(Invalid):
    """The post is in the respondent's line of command, or its holder stands aside from this matter."""

    code = "post_stands_aside"
    zh = "该岗位涉及被反映方,应当回避,请分派给其他岗位。"
    en = "That post is in the respondent's line and stands aside; assign another one."


class AlreadyWith(Conflict):
    """The post has it already."""

    code = "already_with_post"
    zh = "该事项已由此岗位承办。"
    en = "That post holds it already."


class NobodyAbove(Conflict):
    """There is no desk further up that could take it."""

    code = "nobody_above"
    zh = "上级没有可承接的在岗人员,请联系街道值班室。"
    en = "No desk further up can take it; ask the street's duty office."


@dataclass(frozen=True)
class Into:
    """Into whose hands, and why, as it is kept with the issue."""

    post_id: UUID
    role: str
    why: str
    deputy: bool = False


async def locate(work: Work, issue: Issue, form: LocateStep) -> None:
    """Place an issue anew and route it again; the boundary version and the reasons are kept anew too."""
    facts, place = _facts_for(work, issue, form)
    read = await situation.read(await work.cursor(), facts)
    if form.area_code is not None and not read.located:
        raise UnknownArea("area_code")
    if not read.located:
        raise OutsideAnyArea("point", **_nearest(read))
    choice = route(read, confidential=issue.confidential, aside=await standing_aside(work, issue))
    area = read.area
    placed = {name: area[name] for name in ("boundary_id", "community_id", "grid_id", "building_group_id")}
    placed |= {"street_id": area["street_id"], "district_id": area["district_id"], "area_id": area["id"]}
    placed |= {"placement": str(read.placement), "explanation": explaining.stored(read, choice), **place}
    changed = choice.post_id != issue.holder_id and issue.state != State.SCREENING
    event = partial(
        events.IssueLocated, from_street_id=issue.street_id, street_id=area["street_id"], raised_at=issue.raised_at
    )
    said = {"area": str(area["id"]), "boundary": str(area["boundary_id"]), "placement": str(read.placement)}
    if choice.post_id is None:
        placed["holder_id"] = None  # nobody of the new ground: it is on the desk list, no longer with the old one
    await take(work, issue, "locate", event, detail=said, words=form.reason, **placed)
    if changed and choice.post_id is not None:
        anywhere = replace(work, scope=EVERYTHING)  # who may move it to other ground may give it to a post there
        await give(anywhere, issue, read.house, choice)


def _nearest(read: Situation) -> dict[str, Any]:
    beyond = read.outside or {"nearest": {"name": "-"}, "distance_m": "?"}
    return {"nearest": beyond["nearest"]["name"], "distance_m": beyond["distance_m"]}


def facts_of_issue(work: Work, issue: Issue) -> Facts:
    """What is known of it now, but for its place."""
    now = work.clock.now()
    return Facts(now, now, issue.type, issue.urgency, issue.category, respondent=issue.respondent_unit_id)


def _facts_for(work: Work, issue: Issue, form: LocateStep) -> tuple[Facts, dict[str, Any]]:
    facts = facts_of_issue(work, issue)
    if form.area_code is not None:
        return replace(facts, area_code=form.area_code), {}
    point = form.point
    if point is None:
        raise NothingToLocateBy("point")
    point.check()
    lon, lat = to_wgs84(point.lon, point.lat, point.crs)
    kept = {"point": WKBElement(ewkb_point(lon, lat), extended=True), "accuracy_m": point.accuracy_m}
    placed = replace(facts, lon=lon, lat=lat, accuracy_m=point.accuracy_m or 0.0)
    return placed, kept | {"point_source": point.source or "map"}


async def give(work: Work, issue: Issue, house: House, choice: Choice) -> None:
    """Assign it to whom the ladder chose; the clock of signing starts for them."""
    if choice.post_id is None:
        return
    kept = {**issue.explanation, "holder": explaining.holder(choice), "reasons": list(choice.reasons)}
    event: Any = lambda *, subject_id, at: assigned(subject_id, at, choice)  # noqa: E731  # a named partial says less
    why = choice.reasons[-1]["why"]
    said = {"holder": str(choice.post_id), "why": why}
    await _into(work, issue, house, "assign", event, choice.post_id, detail=said, explanation=kept)


async def _into(
    work: Work, issue: Issue, house: House, step: str, event: Callable[..., Event], post_id: UUID, **more: Any
) -> None:
    await waits.stop(work, issue.id, "desk")
    await waits.drop(work, issue.id, "sign")
    clock = wait_row(work, house, ("issue", issue.id), "sign", post_id=post_id)
    await take(work, issue, step, event, clocks=[clock], holder_id=post_id, **more)


async def choose_anew(work: Work, issue: Issue, **minding: Any) -> tuple[Situation, Choice]:
    """Whom the ladder gives now, on the ground as it stands; `minding` as in `routing.Asked`."""
    ground = issue.area_id or issue.street_id or issue.district_id
    wanted = Area.id == ground if ground else Area.level == AreaLevel.DISTRICT
    code = await work.session.scalar(select(Area.code).where(wanted).order_by(Area.code).limit(1))
    read = await situation.read(await work.cursor(), replace(facts_of_issue(work, issue), area_code=code))
    aside = await standing_aside(work, issue)
    return read, route(read, confidential=issue.confidential, aside=aside, **minding)


async def standing_aside(work: Work, issue: Issue) -> frozenset[UUID]:
    """Accounts that stood aside from this matter, or sit on the respondent's own body."""
    gone = select(Recusal.account_id).where(Recusal.subject_id == issue.id)
    seated = select(Seat.account_id).where(Seat.unit_id == issue.respondent_unit_id, Seat.until.is_(None))
    return frozenset(await work.session.scalars(gone.union(seated)))


async def accused_ground(work: Work, issue: Issue) -> UUID | None:
    """The area whose office is complained of: its posts and those below it are one line of command (DESIGN 3)."""
    found: UUID | None = await work.session.scalar(select(Unit.area_id).where(Unit.id == issue.respondent_unit_id))
    return found


async def tried(work: Work, issue: Issue) -> frozenset[UUID]:
    """Posts it was given to since it was last free to choose."""
    had = select(Wait.post_id).where(Wait.subject_id == issue.id, Wait.kind == "sign", Wait.post_id.is_not(None))
    return frozenset(post for post in await work.session.scalars(had) if post)


async def assign(work: Work, issue: Issue, form: AssignStep) -> None:
    """Give it to another post on the issue's ground."""
    if form.post_id == issue.holder_id:
        raise AlreadyWith("post_id")
    role = await _role_on_ground(work, issue, form.post_id)
    into = Into(form.post_id, role, "designated")
    event = partial(events.IssueAssigned, holder_id=form.post_id, why="designated")
    await _hand(work, issue, "assign", event, into, form.reason)


async def _hand(
    work: Work, issue: Issue, step: str, event: Callable[..., Event], into: Into, words: str | None
) -> None:
    house = await house_of(work, issue)
    said = {"holder": str(into.post_id), "why": into.why}
    await _into(
        work, issue, house, step, event, into.post_id,
        detail=said, words=words, explanation=_explained(work, issue, into),
    )  # fmt: skip


def _explained(work: Work, issue: Issue, into: Into) -> dict[str, Any]:
    """The stored explanation with one more reason: who decided, or (for the ladder) who it is with."""
    who = str(work.actor.role) if into.why == "designated" else into.role
    holder = {"post_id": str(into.post_id), "role": into.role, "deputy": into.deputy}
    return {**issue.explanation, "holder": holder,
            "reasons": [*issue.explanation["reasons"], {"role": who, "why": into.why}]}  # fmt: skip


async def _role_on_ground(work: Work, issue: Issue, post_id: UUID) -> str:
    """The role of a post above, on or inside the issue's ground; who stands aside is refused."""
    ground, own = aliased(Area), aliased(Area)
    query = (
        select(Post.role, Post.account_id, ground.path)
        .join(ground, ground.id == Post.area_id)
        .join(own, or_(own.path.contains(ground.path), ground.path.contains(own.path)))
        .where(own.id == issue.area_id, Post.id == post_id, in_force(work.clock.now()))
        .where(Post.role.in_([str(role) for role in LADDER]))
    )
    found = (await work.session.execute(query)).first()
    if found is None:
        raise NotOnGround("post_id")
    aside = await standing_aside(work, issue)
    if found.account_id in aside or await accused_ground(work, issue) in found.path:
        raise StandsAside("post_id")
    return str(found.role)


async def admit(work: Work, issue: Issue, form: NoteStep) -> None:
    """A true report after all: it goes the way of every other."""
    await waits.stop(work, issue.id, "screening")
    await take(work, issue, "admit", events.IssueAdmitted, words=form.note)
    await route_or_desk(work, issue)


async def route_or_desk(work: Work, issue: Issue, **minding: Any) -> None:
    """To whom the ladder gives; what has no place or nobody waits on the desk list, with a clock on that."""
    read, choice = await choose_anew(work, issue, **minding)
    if issue.area_id is not None and choice.post_id is not None:
        await give(work, issue, read.house, choice)
    else:
        await waits.start(work, [wait_row(work, read.house, ("issue", issue.id), "desk")])


async def hand_up(work: Work, issue: Issue, form: ReasonStep) -> None:
    """One level up: worker to community, community to street, street to district."""
    _, choice = await choose_anew(work, issue, above=_top_of_level(work.actor.role))
    if choice.post_id is None or choice.role is None:
        raise NobodyAbove
    event = partial(events.IssueHandedUp)
    into = Into(choice.post_id, choice.role, "handed_up", choice.reasons[-1]["why"] == "deputy")
    await _hand(work, issue, "hand_up", event, into, form.reason)


def _top_of_level(role: str) -> str:
    """The last rung of the ladder on the actor's own level; what is above it is the next level."""
    levels = (
        (Role.BUILDING_LEADER, Role.GRID_WORKER, Role.GRID_LEADER),
        (Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY),
        (Role.STREET_DISPATCHER, Role.STREET_SECRETARY),
    )
    return next((str(level[-1]) for level in levels if role in level), role)


async def take_over(work: Work, issue: Issue, form: ReasonStep) -> None:
    """The superior leads from now on 提级办理; nobody has to sign for it."""
    if work.actor.post_id is None:
        raise NotOnGround("post_id")
    await waits.stop(work, issue.id, "desk")
    await waits.drop(work, issue.id, "sign")
    into = Into(work.actor.post_id, str(work.actor.role), "took_over")
    await take(
        work, issue, "take_over", events.IssueTakenOver, words=form.reason,
        holder_id=into.post_id, explanation=_explained(work, issue, into),
    )  # fmt: skip


async def recuse(work: Work, issue: Issue, form: ReasonStep) -> None:
    """The actor stands aside: sees it no more, and whoever is next on the ladder has it (DESIGN 3)."""
    held = issue.holder_id == work.actor.post_id
    row = {"account_id": work.actor.account_id, "subject_id": issue.id, "by_post": work.actor.post_id}
    mine = insert(Recusal).values(row | {"at": work.clock.now()}).on_conflict_do_nothing()
    await work.session.execute(mine)
    await take(work, issue, "recuse", events.IssueRecused, words=form.reason)
    if held:
        await rehome(work, issue, "recused")


async def rehome(work: Work, issue: Issue, why: str) -> None:
    """Out of the hands it is in: to the next on the ladder, or supervised when nobody is left. What waits for
    somebody else (a unit, the reporter) keeps its state.
    """
    gone = frozenset({issue.holder_id} if issue.holder_id else ())
    read, choice = await choose_anew(work, issue, tried=gone)
    if choice.post_id is None:
        if issue.supervised_at is None:
            await supervised(by_itself(work), issue, why)
    elif issue.state in UNSETTLED:
        await give(by_itself(work), issue, read.house, choice)
    else:
        kept = {**issue.explanation, "holder": explaining.holder(choice), "reasons": list(choice.reasons)}
        said = {"holder": str(choice.post_id), "why": why}
        event = partial(events.HolderChanged, holder_id=choice.post_id)
        more: dict[str, Any] = {"holder_id": choice.post_id, "explanation": kept}
        await take(by_itself(work), issue, "hand_over", event, detail=said, **more)
