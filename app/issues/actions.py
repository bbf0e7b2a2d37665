"""The verbs of an issue after it was raised: one function a step, each taking the locked row through `advance`."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from geoalchemy2 import WKBElement
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from app.core.crypto import digest
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.geometry import to_wgs84
from app.core.work import Work
from app.core.workflow import Stale, advance, refusal
from app.grid.locate import ewkb_point
from app.grid.models import Area
from app.issues import events, explaining, situation
from app.issues.intake import UnknownArea, route
from app.issues.kinds import PartyRole, State, Verdict
from app.issues.models import Issue, IssueParty
from app.issues.queries import knows_reporter
from app.issues.records import Rating, Remark, Reporter, Unmasking
from app.issues.routing import LADDER, Choice
from app.issues.schemas import (
    AcceptStep,
    AnswerStep,
    AssignStep,
    CommentStep,
    ContactOut,
    ContactStep,
    LocateStep,
    RateStep,
    StepInput,
)
from app.issues.situation import Facts, Situation
from app.issues.workflow import DESKS, ISSUE
from app.people.models import Post, Unit
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
    """The post is in the respondent's line of command."""

    code = "post_stands_aside"
    zh = "该岗位涉及被反映方,应当回避,请分派给其他岗位。"
    en = "That post is in the respondent's line and stands aside; assign another one."


class AlreadyWith(Conflict):
    """The post has it already."""

    code = "already_with_post"
    zh = "该事项已由此岗位承办。"
    en = "That post holds it already."


async def say(
    work: Work, issue: Issue, step: str, text: str | None, *, to_reporter: bool = False
) -> dict[str, Any]:
    """Keep words said with a step; returns what the trail holds of them, a salted digest."""
    if text is None:
        return {}
    row = {
        "id": work.new_id(),
        "issue_id": issue.id,
        "step": step,
        "text": text,
        "to_reporter": to_reporter,
        "post_id": work.actor.post_id,
        "at": work.clock.now(),
    }
    await work.put(Remark, [row])
    return {"words": digest(bytes(issue.salt), text)}


def ready(work: Work, issue: Issue, name: str, form: StepInput) -> None:
    """Refuse a step before anything else is read: by role, by version, by state and guard, in this order."""
    step = ISSUE.step(name)
    if work.actor.role not in step.by:
        raise Forbidden(step=name, role=work.actor.role)
    if form.expected_version not in (None, issue.version):
        raise Stale("expected_version", version=issue.version)
    if (problem := refusal(ISSUE, step, work, issue)) is not None:
        raise problem


async def locate(work: Work, issue: Issue, form: LocateStep) -> None:
    """Place an issue anew and route it again; the boundary version and the reasons are kept anew too."""
    facts, place = _facts_for(work, issue, form)
    read = await situation.read(await work.cursor(), facts)
    if form.area_code is not None and not read.located:
        raise UnknownArea("area_code")
    if not read.located:
        raise OutsideAnyArea("point", **_nearest(read))
    choice = route(read)
    area = read.area
    placed = {name: area[name] for name in ("boundary_id", "community_id", "grid_id", "building_group_id")}
    placed |= {"street_id": area["street_id"], "district_id": area["district_id"], "area_id": area["id"]}
    placed |= {"placement": str(read.placement), "explanation": explaining.stored(read, choice), **place}
    event = partial(
        events.IssueLocated,
        from_street_id=issue.street_id,
        street_id=area["street_id"],
        raised_at=issue.raised_at,
    )
    said = {"area": str(area["id"]), "boundary": str(area["boundary_id"]), "placement": str(read.placement)}
    changed = choice.post_id != issue.holder_id
    if choice.post_id is None:
        placed["holder_id"] = None  # nobody of the new ground: it is on the desk list, no longer with the old one
    await advance(
        work, ISSUE, issue, "locate", event, expected_version=form.expected_version, detail=said, **placed
    )
    await say(work, issue, "locate", form.reason)
    if changed and choice.post_id is not None:
        await _hand_over(work, issue, choice)


def _nearest(read: Situation) -> dict[str, Any]:
    beyond = read.outside or {"nearest": {"name": "-"}, "distance_m": "?"}
    return {"nearest": beyond["nearest"]["name"], "distance_m": beyond["distance_m"]}


def _facts_for(work: Work, issue: Issue, form: LocateStep) -> tuple[Facts, dict[str, Any]]:
    if form.point is None and form.area_code is None:
        raise NothingToLocateBy("point")
    now = work.clock.now()
    facts = Facts(now, now, issue.type, issue.urgency, issue.category, respondent=issue.respondent_unit_id)
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


async def _hand_over(work: Work, issue: Issue, choice: Choice) -> None:
    """The second act of locating: the holder the new ground gives."""
    event = partial(events.IssueAssigned, holder_id=choice.post_id)
    said = {"holder": str(choice.post_id), "why": choice.reasons[-1]["why"]}
    await advance(work, ISSUE, issue, "assign", event, detail=said, holder_id=choice.post_id)


async def assign(work: Work, issue: Issue, form: AssignStep) -> None:
    """Give it to another post on the issue's ground."""
    if form.post_id == issue.holder_id:
        raise AlreadyWith("post_id")
    role = await _role_on_ground(work, issue, form.post_id)
    reasons = [*issue.explanation["reasons"], {"role": str(work.actor.role), "why": "designated"}]
    holder = {"post_id": str(form.post_id), "role": role, "deputy": False}
    kept = {**issue.explanation, "holder": holder, "reasons": reasons}
    event = partial(events.IssueAssigned, holder_id=form.post_id)
    said = {"holder": str(form.post_id), "why": "designated"}
    await advance(
        work, ISSUE, issue, "assign", event,
        expected_version=form.expected_version, detail=said, holder_id=form.post_id, explanation=kept,
    )  # fmt: skip
    await say(work, issue, "assign", form.reason)


async def _role_on_ground(work: Work, issue: Issue, post_id: UUID) -> str:
    """The role of a post above, on or inside the issue's ground; the respondent's line is refused."""
    ground, own = aliased(Area), aliased(Area)
    query = (
        select(Post.role, ground.path)
        .join(ground, ground.id == Post.area_id)
        .join(own, or_(own.path.contains(ground.path), ground.path.contains(own.path)))
        .where(own.id == issue.area_id, Post.id == post_id, in_force(work.clock.now()))
        .where(Post.role.in_([str(role) for role in LADDER]))
    )
    found = (await work.session.execute(query)).first()
    if found is None:
        raise NotOnGround("post_id")
    if issue.respondent_unit_id is not None:
        accused = await work.session.scalar(select(Unit.area_id).where(Unit.id == issue.respondent_unit_id))
        if accused in found.path:
            raise StandsAside("post_id")
    return str(found.role)


async def accept(work: Work, issue: Issue, form: AcceptStep) -> None:
    """Seen and taken on."""
    await advance(work, ISSUE, issue, "accept", events.IssueAccepted, expected_version=form.expected_version)


async def contact(work: Work, issue: Issue, form: ContactStep) -> None:
    """Reached the reporter or the place; the first one stops the contact clock (R1.4)."""
    said = {"way": form.way}
    first = issue.contacted_at or work.clock.now()
    await advance(
        work, ISSUE, issue, "contact", events.ReporterContacted,
        expected_version=form.expected_version, detail=said, contacted_at=first,
    )  # fmt: skip
    await say(work, issue, "contact", form.note)


async def answer(work: Work, issue: Issue, form: AnswerStep) -> None:
    """The answer goes to the reporter, whose word is asked for next."""
    event = partial(events.IssueAnswered, street_id=issue.street_id)
    said = {"result": form.result, "words": digest(bytes(issue.salt), form.text)}
    now = work.clock.now()
    await advance(
        work, ISSUE, issue, "answer", event,
        expected_version=form.expected_version, detail=said, answered_at=now,
        contacted_at=issue.contacted_at or now,
    )  # fmt: skip
    await say(work, issue, "answer", form.text, to_reporter=True)


async def rate(work: Work, issue: Issue, form: RateStep) -> None:
    """Solved closes the issue; partly or not returns it to its holder (DOMAIN R5.4)."""
    said = {"verdict": str(form.verdict), "satisfaction": form.satisfaction}
    version = form.expected_version
    if form.verdict == Verdict.SOLVED:
        event = partial(events.IssueRated, street_id=issue.street_id)
        await advance(
            work,
            ISSUE,
            issue,
            "rate",
            event,
            expected_version=version,
            detail=said,
            closed_at=work.clock.now(),
        )
    else:
        rework = events.IssueReworked
        await advance(
            work, ISSUE, issue, "rework", rework, expected_version=version, detail=said, answered_at=None
        )
    row = {"id": work.new_id(), "issue_id": issue.id, "at": work.clock.now(), "contacted": form.contacted}
    await work.put(Rating, [row | {"verdict": form.verdict, "satisfaction": form.satisfaction}])
    await say(work, issue, "rate", form.note)


async def comment(work: Work, issue: Issue, form: CommentStep) -> None:
    """A note among staff."""
    said = {"words": digest(bytes(issue.salt), form.text)}
    await advance(
        work,
        ISSUE,
        issue,
        "comment",
        events.IssueCommented,
        expected_version=form.expected_version,
        detail=said,
    )
    await say(work, issue, "comment", form.text)


async def involve(work: Work, issue_id: UUID, unit_id: UUID, role: PartyRole) -> None:
    """Let a unit in on an issue; harmless when it is in already."""
    row = {"issue_id": issue_id, "unit_id": unit_id, "role": role, "since": work.clock.now()}
    await work.session.execute(insert(IssueParty).values(row).on_conflict_do_nothing())


async def unmask(work: Work, issue: Issue, purpose: str) -> ContactOut:
    """The contact in clear, after writing down who saw it and why; confidential ones never to the handler."""
    if not knows_reporter(work, issue):
        raise NotFound("reporter")
    if issue.state == State.CLOSED and work.actor.role not in DESKS:
        raise NotFound("reporter")
    kept = await work.session.scalar(select(Reporter).where(Reporter.issue_id == issue.id))
    if kept is None:
        raise NotFound("reporter")
    row = {"id": work.new_id(), "issue_id": issue.id, "purpose": purpose, "at": work.clock.now()}
    await work.put(Unmasking, [row | {"account_id": work.actor.account_id, "post_id": work.actor.post_id}])
    name, phone = kept.name_sealed, kept.phone_sealed
    return ContactOut(
        name=work.keys.unseal(name, "reporter.name") if name else None,
        phone=work.keys.unseal(phone, "reporter.phone") if phone else None,
    )


Taking = Callable[[Work, Issue, Any], Awaitable[None]]
STEPS: dict[str, tuple[type[StepInput], Taking]] = {
    "locate": (LocateStep, locate),
    "assign": (AssignStep, assign),
    "accept": (AcceptStep, accept),
    "contact": (ContactStep, contact),
    "answer": (AnswerStep, answer),
    "rate": (RateStep, rate),
    "comment": (CommentStep, comment),
}
