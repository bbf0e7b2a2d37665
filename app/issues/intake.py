"""Raising an issue: the hot path. Three statements after the district's path: situation, one write, nothing else.

The write is one statement of common table expressions on the driver's cursor: the idempotency key, the issue,
its trail rows, outbox events, reporter, party and photos stand or fall together (DESIGN 9.3, HOUSE 1). The key's
conflict is the replay; a loser of a race waits on it and then reads what the winner made.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import String, Text, delete, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from app.core.audit import GENESIS, Act, Trail, chain
from app.core.clock import office_day
from app.core.crypto import digest, mask_name, mask_phone
from app.core.db import Base, Statement, table_of
from app.core.errors import Invalid, Unavailable
from app.core.files import Photo
from app.core.geometry import to_wgs84
from app.core.idempotency import Claim, Idempotency, used_for
from app.core.ids import issue_number
from app.core.outbox import Outbox
from app.core.work import PUBLIC, Work
from app.grid.locate import ewkb_point
from app.issues import explaining, situation
from app.issues.events import IssueAssigned, IssueRaised
from app.issues.models import Channel, Issue, IssuePhoto, Reporter, State
from app.issues.routing import Choice, choose
from app.issues.schemas import RaiseIssue
from app.issues.situation import Facts, Situation
from app.people.models import Unit

DIGITS = (5, 5, 5, 6, 6)  # a crowded day asks for six (HOUSE 4.5)
MASK = 4  # a mask does not tell how long the name is
DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]


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
    work: Work, form: RaiseIssue, claim: Claim, photos: Sequence[Photo] = (), *, screening: bool = False
) -> Raised:
    """Place, assign and store an issue, or find what its key made before."""
    respondent = await _unit(work, form.respondent_unit)
    read = await situation.read(await work.cursor(), facts_of(work, form, respondent))
    if form.category is not None and read.category_version is None:
        raise UnknownCategory("category")
    if form.area_code is not None and not read.located:
        raise UnknownArea("area_code")
    choice = route(read)
    row = _issue_row(work, form, read, choice) | {"screening": screening, "respondent_unit_id": respondent}
    beside = {
        Reporter: _reporter_rows(work, form, row["id"]),
        IssuePhoto: photo_rows(work, row["id"], photos),
    }
    return await _store(work, claim, row, choice, beside)


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


def route(read: Situation) -> Choice:
    """The holder; what could not be placed has none and stays on a desk list."""
    posts = read.posts if read.located else []
    return choose(posts, building=read.building, accused_area=read.accused_area)


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
        "type": form.type, "channel": form.channel or default_channel(work), "urgency": form.urgency,
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
        "raised_at": now, "due_at": now + read.limit,
        "contacted_at": None, "answered_at": None, "closed_at": None,
    }  # fmt: skip


def default_channel(work: Work) -> Channel:
    """How a call came in when it does not say."""
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
    if choice.post_id is not None:
        holder = {"holder": str(choice.post_id), "why": choice.reasons[-1]["why"]}
        acts.append(Act("assign", State.RAISED, State.ASSIGNED, holder))
    return acts


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
    if choice.post_id is not None:
        events.append(work.outbox_row(IssueAssigned(row["id"], row["raised_at"], choice.post_id), 2))
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
    )
    query = select(*columns).where(Issue.id == before).execution_options(unscoped=True)
    found = (await work.session.execute(query)).one()
    return Raised(before, replayed=True, row=found._asdict())


async def _write(
    work: Work, claim: Claim, row: dict[str, Any], tables: dict[type[Base], list[dict[str, Any]]]
) -> tuple[bool, bool]:
    key = {"owner": claim.owner, "route": claim.route, "key": claim.key, "body_hash": claim.body_hash}
    parameters = _named("k", {**key, "subject_id": row["id"], "at": row["raised_at"]})
    parameters |= _named("i", row)
    shape = []
    for model, rows in tables.items():
        shape.append((model, len(rows)))
        for place, beside in enumerate(rows):
            parameters |= _named(f"{model.__tablename__}{place}", beside)
    cursor = await work.cursor()
    claimed, made = await write_statement(tuple(shape)).row(cursor, parameters)
    return claimed == 1, made == 1


def _named(prefix: str, row: dict[str, Any]) -> dict[str, Any]:
    return {f"{prefix}_{k}": Jsonb(v) if isinstance(v, dict) else v for k, v in row.items()}


@cache
def write_statement(shape: tuple[tuple[type[Base], int], ...]) -> Statement:
    """The one write for so many rows beside the issue, as SQL with named parameters."""
    parts = [
        _insert("claim", Idempotency, f"values ({_values('k', Idempotency)})", "on conflict do nothing"),
        _insert("made", Issue, f"select {_values('i', Issue)} from claim", "on conflict (number) do nothing"),  # noqa: S608
    ]
    for model, count in shape:
        for place in range(count):
            name = f"{model.__tablename__}{place}"
            parts.append(_insert(name, model, f"select {_values(name, model)} from made"))  # noqa: S608
    counts = "select (select count(*) from claim), (select count(*) from made)"
    return Statement(f"with {', '.join(parts)} {counts}")


def _insert(name: str, model: type[Base], rows: str, conflict: str = "") -> str:
    columns = ", ".join(_columns(model))
    table = model.__tablename__
    return f"{name} as (insert into {table} ({columns}) {rows} {conflict} returning 1)"  # our own names


def _columns(model: type[Base]) -> list[str]:
    left_to_defaults = {"xid", "tries", "done_at", "parked_at", "trouble"} if model is Outbox else set()
    return [column.name for column in table_of(model).columns if column.name not in left_to_defaults]


def _values(prefix: str, model: type[Base]) -> str:
    values = []
    for name in _columns(model):
        kind = model.__table__.c[name].type
        if isinstance(kind, String):
            kind = Text()  # a cast to a length cuts off in silence, the column's own length refuses
        slot = f"%({prefix}_{name})s"
        if name == "point":
            values.append(f"ST_GeomFromEWKB({slot}::bytea)")
        else:
            values.append(f"{slot}::{kind.compile(dialect=DIALECT)}")
    return ", ".join(values)
