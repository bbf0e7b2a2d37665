"""What belongs together: incidents, further areas and units; and what a desk mends about an issue."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from geoalchemy2 import WKBElement
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.core.errors import Invalid, NotFound
from app.core.geometry import to_wgs84
from app.core.work import Work
from app.grid.locate import ewkb_point
from app.grid.models import Area, AreaCode, AreaLevel
from app.issues import events
from app.issues.intake import UnknownArea, UnknownCategory, UnknownUnit
from app.issues.kinds import PartyRole
from app.issues.models import Category, Issue, IssueParty
from app.issues.records import Incident, IssueArea, IssueLink
from app.issues.step_schemas import (
    AddAreaStep,
    ChangeKindStep,
    CommentStep,
    EditCopyStep,
    GroupStep,
    NoteStep,
    PartyStep,
    SuperviseStep,
    TurnToStep,
)
from app.issues.taking import supervised, take
from app.people.models import Guest, Unit


class UnknownIncident(NotFound):
    """No such incident is open."""

    code = "unknown_incident"
    zh = "没有这个突发事件,或已结束。"
    en = "There is no such incident, or it has ended."


class KindUnchanged(Invalid):
    """Nothing was named that differs."""

    code = "kind_unchanged"
    zh = "请至少更改类型、类别或紧急程度之一。"
    en = "Change at least one of type, category and urgency."


class NotAParty(NotFound):
    """The unit has no part in this matter."""

    code = "not_a_party"
    zh = "该单位不是本事项的协办单位。"
    en = "That unit has no part in this matter."


async def group(work: Work, issue: Issue, form: GroupStep) -> None:
    """Under an incident, a known one or a new one: one push, one message to all reporters (CASES 1c)."""
    incident_id = form.incident_id
    if incident_id is None:
        if form.name is None:
            raise UnknownIncident("incident_id")
        incident_id = await _open_incident(work, issue, form.name)
    else:
        known = (Incident.id == incident_id, Incident.ended_at.is_(None))
        if await work.session.scalar(select(Incident.id).where(*known)) is None:
            raise UnknownIncident("incident_id")
    event = partial(events.IssueGrouped, incident_id=incident_id)
    await take(work, issue, "group", event, detail={"incident": str(incident_id)}, incident_id=incident_id)


async def _open_incident(work: Work, issue: Issue, name: str) -> UUID:
    incident_id = work.new_id()
    row = {
        "id": incident_id, "name": name, "category": issue.category, "street_id": issue.street_id,
        "outline": None, "opened_by": work.actor.post_id, "opened_at": work.clock.now(), "ended_at": None,
    }  # fmt: skip
    await work.put(Incident, [row])
    return incident_id


async def ungroup(work: Work, issue: Issue, form: NoteStep) -> None:
    """Not of that cause after all."""
    said = {"incident": str(issue.incident_id)}
    await take(work, issue, "ungroup", events.IssueUngrouped, detail=said, words=form.note, incident_id=None)


async def supervise(work: Work, issue: Issue, form: SuperviseStep) -> None:
    """On the superior's list, by hand."""
    await supervised(work, issue, "by_hand", form.reason)


async def turn_to(work: Work, issue: Issue, form: TurnToStep) -> None:
    """What it turned into is linked, so that the result comes back to the reporter."""
    row = {
        "id": work.new_id(), "issue_id": issue.id, "kind": form.kind, "title": form.title,
        "target_id": form.target_id, "post_id": work.actor.post_id, "at": work.clock.now(), "ended_at": None,
    }  # fmt: skip
    said = {"kind": str(form.kind), "link": str(row["id"])}
    await take(
        work, issue, "turn_to", events.IssueTurned, detail=said, words=form.reason, beside={IssueLink: [row]}
    )


async def edit_copy(work: Work, issue: Issue, form: EditCopyStep) -> None:
    """The text a handler may read instead of a confidential reporter's own."""
    await take(work, issue, "edit_copy", events.CopyEdited, words=None, edited_text=form.text)


async def change_kind(work: Work, issue: Issue, form: ChangeKindStep) -> None:
    """Type, category, urgency: mended, with the old ones on the trail."""
    wanted = {"type": form.type, "category": form.category, "urgency": form.urgency}
    changed: dict[str, Any] = {k: str(v) for k, v in wanted.items() if v is not None and v != getattr(issue, k)}
    if not changed:
        raise KindUnchanged("category")
    said = {k: [getattr(issue, k), v] for k, v in changed.items()}
    if "category" in changed:
        named = (Category.code == changed["category"], Category.retired_at.is_(None))
        version = await work.session.scalar(
            select(Category.version).where(*named).order_by(Category.version.desc()).limit(1)
        )
        if version is None:
            raise UnknownCategory("category")
        changed["category_version"] = version
    await take(work, issue, "change_kind", events.KindChanged, detail=said, words=form.reason, **changed)


async def add_area(work: Work, issue: Issue, form: AddAreaStep) -> None:
    """A second area: its desk and the street above it see the matter and may comment (CASES 1a)."""
    query = select(Area.id, Area.level, Area.path).join(AreaCode, AreaCode.area_id == Area.id)
    area = (await work.session.execute(query.where(AreaCode.code == form.area_code))).first()
    if area is None or area.level == AreaLevel.DISTRICT:
        raise UnknownArea("area_code")
    now = work.clock.now()
    row: dict[str, Any] = {
        "issue_id": issue.id,
        "area_id": area.id,
        "role": form.role,
        "since": now,
        "point": None,
    }
    if form.point is not None:
        form.point.check()
        place = to_wgs84(form.point.lon, form.point.lat, form.point.crs)
        row["point"] = WKBElement(ewkb_point(*place), extended=True)
    await work.session.execute(insert(IssueArea).values(row).on_conflict_do_nothing())
    desks = await _desks_above(work, area.path)
    guests = [{"area_id": desk, "subject_id": issue.id, "through": issue.id, "since": now} for desk in desks]
    if guests:
        await work.session.execute(insert(Guest).values(guests).on_conflict_do_nothing())
    said = {"area": str(area.id), "role": str(form.role)}
    await take(work, issue, "add_area", events.AreaAdded, detail=said)


async def _desks_above(work: Work, path: Sequence[UUID]) -> list[UUID]:
    levels = [str(AreaLevel.COMMUNITY), str(AreaLevel.STREET)]
    query = select(Area.id).where(Area.id.in_(list(path)), Area.level.in_(levels)).order_by(Area.id)
    return list(await work.session.scalars(query))


async def unit_of(work: Work, code: str) -> UUID:
    """A unit at work, by its code."""
    found = await work.session.scalar(select(Unit.id).where(Unit.code == code, Unit.dissolved_at.is_(None)))
    if found is None:
        raise UnknownUnit("unit")
    return UUID(str(found))


async def add_party(work: Work, issue: Issue, form: PartyStep) -> None:
    """A unit is let in to help: it sees the matter and may comment."""
    unit_id = await unit_of(work, form.unit)
    row = {"issue_id": issue.id, "unit_id": unit_id, "role": PartyRole.ASSIST, "since": work.clock.now()}
    row["through"] = issue.id
    await work.session.execute(insert(IssueParty).values(row).on_conflict_do_nothing())
    await take(work, issue, "add_party", events.PartyAdded, detail={"unit": str(unit_id)}, words=form.reason)


async def release_party(work: Work, issue: Issue, form: PartyStep) -> None:
    """A helping unit is let go and sees it no more; who leads is not a party to let go."""
    unit_id = await unit_of(work, form.unit)
    helping = delete(IssueParty).where(
        IssueParty.issue_id == issue.id, IssueParty.unit_id == unit_id, IssueParty.role != PartyRole.LEAD
    )
    if (await work.session.execute(helping.returning(IssueParty.unit_id))).first() is None:
        raise NotAParty("unit")
    said = {"unit": str(unit_id)}
    event = partial(events.PartyReleased, unit_id=unit_id)
    await take(work, issue, "release_party", event, detail=said, words=form.reason)


async def comment(work: Work, issue: Issue, form: CommentStep) -> None:
    """A note among staff."""
    await take(work, issue, "comment", events.IssueCommented, words=form.text)
