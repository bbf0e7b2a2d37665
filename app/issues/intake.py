"""Raising an issue: the hot path. Three statements after the district's path: situation, one write, nothing else.

The write is one statement of common table expressions on the driver's cursor: the idempotency key, the issue,
its trail rows, outbox events, reporter, party and photos stand or fall together (DESIGN 9.3, HOUSE 1). The key's
conflict is the replay; a loser of a race waits on it and then reads what the winner made.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from app.clocks.house import House
from app.clocks.models import Wait
from app.clocks.waits import wait_row
from app.core.audit import GENESIS, Act, Trail, chain
from app.core.clock import office_day
from app.core.crypto import digest, mask_name, mask_phone
from app.core.db import Base, Statement, append_parameters, insert_part, named_row, slots
from app.core.errors import Invalid, Unavailable
from app.core.files import Photo
from app.core.geometry import to_wgs84
from app.core.idempotency import Claim, Idempotency, used_for
from app.core.ids import issue_number
from app.core.outbox import Outbox
from app.core.work import PUBLIC, Work
from app.grid.locate import ewkb_point
from app.grid.models import Area, Dwelling
from app.issues import explaining, whereabouts
from app.issues.events import IssueAssigned, IssueRaised, IssueScreened
from app.issues.guards import ORIGINALS
from app.issues.kinds import Channel, State
from app.issues.models import Issue
from app.issues.records import IssuePhoto, Reporter
from app.issues.routing import Asked, Choice, choose
from app.issues.schemas import RaiseIssue
from app.issues.situation import Facts, Situation
from app.issues.whereabouts import Said
from app.people.models import Unit

DIGITS = (5, 5, 5, 6, 6)  # a crowded day asks for six (HOUSE 4.5)
MASK = 4  # a mask does not tell how long the name is


class UnknownCategory(Invalid):
    """Not in the tree, or retired."""

    code = "unknown_category"
    zh = "没有这个事项类别,或已停用。"
    en = "There is no such category, or it was retired."


class UnknownArea(Invalid):
    """No area has or had this code."""

    code = "unknown_area"
    zh = "没有这个区域代码。"
    en = "No area has this code."


class UnknownUnit(Invalid):
    """No unit has this code."""

    code = "unknown_unit"
    zh = "没有这个单位代码。"
    en = "No unit has this code."


class UnknownDwelling(Invalid):
    """No such door on the caller's ground."""

    code = "unknown_dwelling"
    zh = "没有这个房屋,或不在您的管理范围内。"
    en = "There is no such dwelling on your ground."


class NotAFinding(Invalid):
    """Only a finding is fixed on the spot."""

    code = "not_a_finding"
    zh = "现场解决只适用于巡查发现(type=finding)。"
    en = "Only a finding (type=finding) can be fixed on the spot."


class NoNumberLeft(Unavailable):
    """Several numbers in a row were taken; trying again takes others."""

    code = "no_number"


@dataclass(frozen=True)
class Raised:
    """What was made, or what the same key made before."""

    issue_id: UUID
    replayed: bool
    row: dict[str, Any]


async def raise_issue(
    work: Work, form: RaiseIssue, claim: Claim, photos: Sequence[Photo] = (), *, screening: bool = False,
    placed_at: datetime | None = None,
) -> Raised:  # fmt: skip
    """Place, assign and store an issue, or find what its key made before. `placed_at`: the borders of that moment
    count, when a phone without a signal noted it.
    """
    respondent = await _unit(work, form.respondent_unit)
    facts = facts_of(work, form, respondent)
    if form.dwelling_id is not None and facts.by == "none" and form.sign is None:
        facts = replace(facts, area_code=await _code_of_door(work, form.dwelling_id))
    if placed_at is not None:
        facts = facts.at_time(placed_at)
    where = await whereabouts.find(work, facts, Said(form.sign, facts.area_code, form.place_text))
    read = await whereabouts.read(work, where)
    if form.category is not None and read.category_version is None:
        raise UnknownCategory("category")
    if form.area_code is not None and not read.located:
        raise UnknownArea("area_code")
    choice = route(read, confidential=form.confidential)
    row = _issue_row(work, form, read, choice) | {"screening": screening, "respondent_unit_id": respondent}
    if where.place is not None:
        row["estate_id"] = form.estate_id or where.place.estate_id
        row["dwelling_id"] = form.dwelling_id or where.place.dwelling_id
    if screening:
        row["holder_id"] = None  # who would hold it is kept in the explanation; the desk looks at it first
    clocks = clocks_of(work, read.house, row)
    row["due_at"] = clocks[0]["due_at"]
    beside = {
        Wait: clocks,
        Reporter: _reporter_rows(work, form, row["id"]),
        IssuePhoto: photo_rows(work, row["id"], photos),
    }
    return await _store(work, claim, row, choice, beside)


def clocks_of(work: Work, house: House, row: dict[str, Any]) -> list[dict[str, Any]]:
    """The clocks a new issue starts with: solve first, contact, and who is waited for now."""
    first = "screening" if row["screening"] else "sign" if row["holder_id"] else "desk"
    due = {"solve": row.get("upstream_due")}
    return [
        wait_row(work, house, ("issue", row["id"]), kind, post_id=row["holder_id"], due_at=due.get(kind))
        for kind in ("solve", "contact", first)
    ]


def facts_of(work: Work, form: RaiseIssue, respondent: UUID | None = None) -> Facts:
    """The facts a form gives for placing it; the point turned to WGS84."""
    now = work.clock.now()
    lon = lat = None
    accuracy = 0.0
    if form.point is not None:
        form.point.check()
        lon, lat = to_wgs84(form.point.lon, form.point.lat, form.point.crs)
        accuracy = form.point.accuracy_m or 0.0
    return Facts(
        now=now, at=now, type=form.type, urgency=form.urgency, category=form.category,
        area_code=form.area_code, lon=lon, lat=lat, accuracy_m=accuracy, respondent=respondent,
    )  # fmt: skip


def route(read: Situation, *, confidential: bool = False, **minding: Any) -> Choice:
    """The holder; what could not be placed has none and stays on a desk list. A confidential report goes to a desk
    that may see its original (CASES 2.4).
    """
    posts = read.posts if read.located else []
    roles = frozenset(map(str, ORIGINALS)) if confidential else None
    asked = Asked(building=read.building, accused_area=read.accused_area, roles=roles, **minding)
    return choose(posts, asked)


async def _code_of_door(work: Work, dwelling_id: UUID) -> str:
    query = select(Area.code).join(Dwelling, Dwelling.area_id == Area.id).where(Dwelling.id == dwelling_id)
    code = await work.session.scalar(query)
    if code is None:
        raise UnknownDwelling("dwelling_id")
    return str(code)


async def _unit(work: Work, code: str | None) -> UUID | None:
    if code is None:
        return None
    found = await work.session.scalar(select(Unit.id).where(Unit.code == code))
    if found is None:
        raise UnknownUnit("respondent_unit")
    return UUID(str(found))


def _issue_row(work: Work, form: RaiseIssue, read: Situation, choice: Choice) -> dict[str, Any]:
    now = work.clock.now()
    facts = facts_of(work, form)
    located = read.area if read.located else dict.fromkeys(read.area)
    point = None if facts.lon is None or facts.lat is None else ewkb_point(facts.lon, facts.lat)
    return {
        "id": work.new_id(), "salt": work.ids.salt(), "version": 1, "state": State.RAISED,
        "type": form.type, "channel": form.channel or default_channel(work, form), "urgency": form.urgency,
        "category": form.category, "category_version": read.category_version,
        "text": form.text, "place_text": form.place_text,
        "point": point, "accuracy_m": form.point.accuracy_m if form.point else None,
        "point_source": form.point.source if form.point else None,
        "placement": read.placement, "area_id": located["id"], "boundary_id": located["boundary_id"],
        "district_id": read.area["district_id"], "street_id": read.area["street_id"],
        "community_id": located["community_id"], "grid_id": located["grid_id"],
        "building_group_id": located["building_group_id"],
        "holder_id": choice.post_id, "explanation": explaining.stored(read, choice),
        "confidential": form.confidential, "on_behalf_of": form.on_behalf_of, "head_count": form.head_count,
        "entered_by": work.actor.account_id, "occurred_at": form.occurred_at,
        "raised_at": now, "due_at": now, "touched_at": now,
        "contacted_at": None, "answered_at": None, "closed_at": None,
        "upstream_number": form.upstream_number, "upstream_due": form.upstream_due, "merged_into": None,
        "estate_id": form.estate_id, "dwelling_id": form.dwelling_id,
    }  # fmt: skip


def default_channel(work: Work, form: RaiseIssue) -> Channel:
    """How a call came in when it does not say."""
    if form.upstream_number is not None:
        return Channel.HOTLINE
    if work.actor.role == PUBLIC:
        return Channel.QR
    return Channel.DEPARTMENT if work.actor.role.startswith("department") else Channel.WORKER


def _reporter_rows(work: Work, form: RaiseIssue, issue_id: UUID) -> list[dict[str, Any]]:
    contact = form.contact
    if contact is None or not (contact.name or contact.phone):
        return []
    masked = [mask_name(contact.name)[:MASK]] if contact.name else []
    masked += [mask_phone(contact.phone)] if contact.phone else []
    return [{
        "id": work.new_id(), "issue_id": issue_id, "at": work.clock.now(), "masked": " ".join(masked),
        "name_sealed": work.keys.seal(contact.name, "reporter.name") if contact.name else None,
        "phone_sealed": work.keys.seal(contact.phone, "reporter.phone") if contact.phone else None,
        "phone_hash": work.keys.keyed_hash(contact.phone, "phone") if contact.phone else None,
    }]  # fmt: skip


def photo_rows(work: Work, issue_id: UUID, photos: Sequence[Photo]) -> list[dict[str, Any]]:
    """The rows of stored photos; their ids rise, so that they are shown in the order they were sent."""
    ids = sorted(work.new_id() for _ in photos)
    fixed = {"issue_id": issue_id, "at": work.clock.now()}
    return [
        {"id": photo_id, "sha256": p.sha256, "width": p.width, "height": p.height, "size": p.size, **fixed}
        for photo_id, p in zip(ids, photos, strict=True)
    ]


def _acts(row: dict[str, Any], choice: Choice) -> list[Act]:
    said = {"text": digest(row["salt"], row["text"]), "placement": str(row["placement"])}
    if row["area_id"] is not None:
        said |= {"area": str(row["area_id"]), "boundary": str(row["boundary_id"])}
    acts = [Act("raise", None, State.RAISED, said)]
    if row["screening"]:
        acts.append(Act("screen", State.RAISED, State.SCREENING, {}))
    elif choice.post_id is not None:
        holder = {"holder": str(choice.post_id), "why": choice.reasons[-1]["why"]}
        acts.append(Act("assign", State.RAISED, State.ASSIGNED, holder))
    return acts


def assigned(issue_id: UUID, at: datetime, choice: Choice) -> IssueAssigned:
    """The event of an assignment by the ladder; `gaps` are rungs where nobody could be found (CASES 2.3)."""
    gaps = sum(reason["why"] in ("no_post", "away_without_deputy") for reason in choice.reasons)
    return IssueAssigned(issue_id, at, choice.post_id, choice.reasons[-1]["why"], gaps)


async def _store(
    work: Work,
    claim: Claim,
    row: dict[str, Any],
    choice: Choice,
    beside: dict[type[Base], list[dict[str, Any]]],
) -> Raised:
    acts = _acts(row, choice)
    trail = chain(work, "issue", row["id"], (0, GENESIS), acts, row["raised_at"])
    row |= {"version": trail[-1]["seq"], "trail_hash": trail[-1]["hash"], "state": acts[-1].to_state}
    raised = IssueRaised(row["id"], row["raised_at"], street_id=row["street_id"])
    events = [work.outbox_row(raised, 1)]
    if row["screening"]:
        events.append(work.outbox_row(IssueScreened(row["id"], row["raised_at"]), 2))
    elif choice.post_id is not None:
        events.append(work.outbox_row(assigned(row["id"], row["raised_at"], choice), 2))
    tables: dict[type[Base], list[dict[str, Any]]] = {Trail: trail, Outbox: events, **beside}
    for digits in DIGITS:
        row["number"] = issue_number(office_day(row["raised_at"]), work.ids.digits(digits))
        claimed, made = await _write(work, claim, row, tables)
        if made:
            return Raised(row["id"], replayed=False, row=row)
        if not claimed:
            return await _replay(work, claim)
        await _give_back(work, claim)  # the number was taken: the key must be free for the next try
    raise NoNumberLeft


async def _give_back(work: Work, claim: Claim) -> None:
    mine = (Idempotency.owner == claim.owner, Idempotency.route == claim.route, Idempotency.key == claim.key)
    await work.session.execute(delete(Idempotency).where(*mine))


async def _replay(work: Work, claim: Claim) -> Raised:
    before = await used_for(work, claim)
    if before is None:
        raise Unavailable  # the winner rolled back after all: the same request may be sent again
    columns = (
        Issue.id,
        Issue.number,
        Issue.version,
        Issue.raised_at,
        Issue.due_at,
        Issue.screening,
        Issue.explanation,
        Issue.closing,
        Issue.merged_into,
    )
    query = select(*columns).where(Issue.id == before).execution_options(unscoped=True)
    found = (await work.session.execute(query)).one()
    return Raised(before, replayed=True, row=found._asdict())


async def _write(
    work: Work, claim: Claim, row: dict[str, Any], tables: dict[type[Base], list[dict[str, Any]]]
) -> tuple[bool, bool]:
    key = {"owner": claim.owner, "route": claim.route, "key": claim.key, "body_hash": claim.body_hash}
    parameters = named_row("k", {**key, "subject_id": row["id"], "at": row["raised_at"]})
    parameters |= named_row("i", row)
    parameters |= append_parameters(tables)
    shape = tuple((model, len(rows)) for model, rows in tables.items())
    claimed, made = await write_statement(shape).row(await work.cursor(), parameters)
    return claimed == 1, made == 1


@cache
def write_statement(shape: tuple[tuple[type[Base], int], ...]) -> Statement:
    """The one write for so many rows beside the issue, as SQL with named parameters."""
    parts = [
        insert_part("claim", Idempotency, f"values ({slots('k', Idempotency)})", "on conflict do nothing"),
        insert_part("made", Issue, f"select {slots('i', Issue)} from claim", "on conflict (number) do nothing"),  # noqa: S608
    ]
    for model, count in shape:
        for place in range(count):
            name = f"{model.__tablename__}{place}"
            parts.append(insert_part(name, model, f"select {slots(name, model)} from made"))  # noqa: S608
    counts = "select (select count(*) from claim), (select count(*) from made)"
    return Statement(f"with {', '.join(parts)} {counts}")
