"""Patrols 巡查: lists of points, rounds with a finding for each. No order, no times between, no track (DESIGN 7).

What was reported at a point becomes an issue through the one intake, as a finding.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from app.core.clock import Moment
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.fields import Code, Name, Schema, Sentence
from app.core.geometry import to_wgs84
from app.core.idempotency import body_hash, claim_of
from app.core.work import Work
from app.feed.actions import change_row
from app.feed.models import Change, ChangeKind
from app.grid.doors import door_of
from app.grid.models import Area, Dwelling, DwellingUse
from app.grid.queries import get_area
from app.issues.intake import raise_issue
from app.issues.kinds import IssueType
from app.issues.schemas import Moment as Said
from app.issues.schemas import Point, RaiseIssue, example
from app.visits.doors import labels_of
from app.visits.kinds import Finding
from app.visits.records import Patrol, PatrolFinding, PatrolList, PatrolPoint
from app.visits.sight import by_duty_only

MOST_POINTS = 300
LEVELS = ("street_id", "community_id", "grid_id", "building_group_id")


class NotYourGround(Forbidden):
    """A list is for one's own ground."""

    code = "not_your_ground"
    zh = "只能为本辖区建立巡查清单。"
    en = "A patrol list is made for one's own ground."


class NoPoints(Invalid):
    """Nothing to look at, or too much for one round."""

    code = "no_points"
    zh = "巡查清单应有 1 至 {most} 个点位。"
    en = "A patrol list has 1 to {most} points."


class UnknownPoint(Invalid):
    """Not a point of this list, not a door of this ground, or named twice."""

    code = "unknown_point"
    zh = "点位不在该清单或辖区内,或重复填写。"
    en = "A point is not on this list or ground, or is named twice."


class ReportNeedsWords(Invalid):
    """Whoever handles it has to know what it is."""

    code = "report_needs_words"
    zh = "上报的点位须写明情况。"
    en = "A reported point needs words."


class PatrolIdTaken(Conflict):
    """The id belongs to another round."""

    code = "patrol_id_taken"
    zh = "该巡查编号已被使用,请换一个编号。"
    en = "This id belongs to another round; take a new one."


class NewPoint(Schema):
    """A door, or a place in words with or without a position."""

    text: Sentence | None = None
    dwelling_id: UUID | None = None
    point: Point | None = None


class NewPatrolList(Schema):
    """What is looked at on a ground, why, and about how often."""

    model_config = example(name="空置房防冻巡查", basis="冬季防冻工作安排", area_code="530114004001001",
                           empty_dwellings=True, every_days=7)  # fmt: skip

    name: Name
    basis: Sentence
    area_code: Code
    every_days: Annotated[int, Field(ge=1, le=366)] | None = None
    points: list[NewPoint] = Field(default_factory=list, max_length=MOST_POINTS)
    empty_dwellings: bool = False


class PatrolListOut(Schema):
    """A list without its points; `last_at` is the latest round, whoever made it."""

    id: UUID
    name: str
    basis: str
    grid_id: UUID | None
    every_days: int | None
    points: int
    last_at: datetime | None
    valid_to: datetime | None


class PointOut(Schema):
    """A point and what was last found there."""

    id: UUID
    text: str
    dwelling_id: UUID | None
    finding: Finding | None
    issue_id: UUID | None


class PatrolListInFull(PatrolListOut):
    """A list with its points."""

    at_points: list[PointOut]


class PointFinding(Schema):
    """What was found at one point; a report needs words."""

    point_id: UUID
    finding: Finding
    note: Sentence | None = None


Findings = Annotated[list[PointFinding], Field(min_length=1, max_length=MOST_POINTS)]


class NewPatrol(Schema):
    """A round over a list: a finding for each point looked at, in no order and without times."""

    model_config = example(findings=[{"point_id": "0199aa00-0000-7000-8000-000000000002", "finding": "fine"}])

    id: UUID | None = None
    findings: Findings
    occurred_at: Said | None = None


class FindingOut(Schema):
    """What was found, and the issue it became."""

    point_id: UUID
    finding: Finding
    note: str | None
    issue_id: UUID | None


class PatrolOut(Schema):
    """A round."""

    id: UUID
    list_id: UUID
    at: datetime
    findings: list[FindingOut]


async def make_list(work: Work, form: NewPatrolList) -> PatrolListOut:
    """A list for an area inside the caller's ground; its points are the named ones and the empty doors there."""
    area = await get_area(work, form.area_code)
    if not _inside(work, area):
        raise NotYourGround("area_code")
    row = {
        "id": work.new_id(), "name": form.name, "basis": form.basis, "every_days": form.every_days,
        **{level: getattr(area, level) for level in LEVELS}, "valid_from": work.clock.now(), "valid_to": None,
    }  # fmt: skip
    points = await _points_of(work, form, area, row["id"])
    if not 1 <= len(points) <= MOST_POINTS:
        raise NoPoints("points", most=MOST_POINTS)
    told = change_row(work, "patrol_list", row["id"], grid_id=area.grid_id)
    await work.put(PatrolList, [row])
    await work.put(PatrolPoint, points)
    await work.put(Change, [told])
    return (await _listed(work, select(PatrolList).where(PatrolList.id == row["id"])))[0]


def _inside(work: Work, area: Area) -> bool:
    return work.scope.everything or any(
        getattr(area, level) in ids for level, ids in work.scope.areas.items() if getattr(area, level) is not None
    )


async def _points_of(work: Work, form: NewPatrolList, area: Area, list_id: UUID) -> list[dict[str, Any]]:
    named = {point.dwelling_id for point in form.points if point.dwelling_id}
    doors = await labels_of(work, named)
    if named - doors.keys():
        raise UnknownPoint("points")
    rows = [_point_row(work, list_id, point, doors) for point in form.points]
    if form.empty_dwellings:
        there = [getattr(Dwelling, level) == getattr(area, level) for level in LEVELS if getattr(area, level)]
        query = select(Dwelling.id, Dwelling.building, Dwelling.entrance, Dwelling.room)
        query = query.where(Dwelling.use == DwellingUse.EMPTY, Dwelling.id.not_in(named), *there)
        empty = await work.session.execute(query.order_by(Dwelling.building, Dwelling.entrance, Dwelling.room))
        rows += [_door_row(work, list_id, door) for door in empty.fetchmany(MOST_POINTS + 1)]
    return [row | {"place": place} for place, row in enumerate(rows)]


def _door_row(work: Work, list_id: UUID, door: Any) -> dict[str, Any]:
    text = door_of(door.building, door.entrance, door.room).label or "空置房"
    return {"id": work.new_id(), "list_id": list_id, "text": text, "dwelling_id": door.id, "point": None}


def _point_row(work: Work, list_id: UUID, said: NewPoint, doors: Any) -> dict[str, Any]:
    text = said.text or (doors.get(said.dwelling_id) if said.dwelling_id else None)
    if text is None:
        raise UnknownPoint("points")
    point = None
    if said.point is not None:
        said.point.check("points.point")
        lon, lat = to_wgs84(said.point.lon, said.point.lat, said.point.crs)
        point = f"SRID=4326;POINT({lon} {lat})"
    return {"id": work.new_id(), "list_id": list_id, "text": text, "dwelling_id": said.dwelling_id, "point": point}


async def lists(work: Work) -> list[PatrolListOut]:
    """The lists in force on the post's ground."""
    if by_duty_only(work):
        return []
    now = work.clock.now()
    query = select(PatrolList).where(or_(PatrolList.valid_to.is_(None), PatrolList.valid_to > now))
    return await _listed(work, query.order_by(PatrolList.valid_from, PatrolList.id))


async def _listed(work: Work, query: Select[Any]) -> list[PatrolListOut]:
    points = select(func.count()).where(PatrolPoint.list_id == PatrolList.id).correlate(PatrolList)
    last = select(func.max(Patrol.at)).where(Patrol.list_id == PatrolList.id).correlate(PatrolList)
    columns = (points.scalar_subquery().label("points"), last.scalar_subquery().label("last_at"))
    plain = ("id", "name", "basis", "grid_id", "every_days", "valid_to")
    rows = await work.session.execute(query.add_columns(*columns))
    return [
        PatrolListOut(
            **{name: getattr(row.PatrolList, name) for name in plain}, points=row.points, last_at=row.last_at
        )
        for row in rows
    ]


async def get_list(work: Work, list_id: UUID) -> PatrolList:
    """The list, if it is of the post's ground."""
    found: PatrolList | None = await work.session.scalar(select(PatrolList).where(PatrolList.id == list_id))
    if found is None or by_duty_only(work):
        raise NotFound
    return found


async def in_full(work: Work, found: PatrolList) -> PatrolListInFull:
    """The list with what was last found at each point."""
    (out,) = await _listed(work, select(PatrolList).where(PatrolList.id == found.id))
    last = (
        select(PatrolFinding.point_id, PatrolFinding.finding, PatrolFinding.issue_id)
        .join(Patrol, Patrol.id == PatrolFinding.patrol_id)
        .where(Patrol.list_id == found.id)
        .ext(distinct_on(PatrolFinding.point_id))
        .order_by(PatrolFinding.point_id, Patrol.at.desc(), Patrol.id.desc())
    )
    findings = {row.point_id: row for row in await work.session.execute(last)}
    points = [
        PointOut(
            id=point.id, text=point.text, dwelling_id=point.dwelling_id,
            finding=getattr(findings.get(point.id), "finding", None),
            issue_id=getattr(findings.get(point.id), "issue_id", None),
        )
        for point in await _points(work, found.id)
    ]  # fmt: skip
    return PatrolListInFull(**out.model_dump(), at_points=points)


async def _points(work: Work, list_id: UUID) -> Sequence[PatrolPoint]:
    query = select(PatrolPoint).where(PatrolPoint.list_id == list_id).order_by(PatrolPoint.place)
    return (await work.session.scalars(query)).all()


async def end_list(work: Work, list_id: UUID) -> PatrolListOut:
    """Gone over no more; phones drop it."""
    found = await get_list(work, list_id)
    found.valid_to = found.valid_to or work.clock.now()
    await work.session.flush()
    told = change_row(work, "patrol_list", found.id, grid_id=found.grid_id, kind=ChangeKind.TOMBSTONE)
    await work.put(Change, [told])
    return (await _listed(work, select(PatrolList).where(PatrolList.id == list_id)))[0]


async def go_round(
    work: Work, list_id: UUID, form: NewPatrol, moment: Moment, device_id: UUID | None = None
) -> UUID:
    """Keep a round; its id known already makes nothing. Each reported point becomes an issue of its own."""
    found = await get_list(work, list_id)
    patrol_id = form.id or work.new_id()
    if await _made_before(work, patrol_id, found.id):
        return patrol_id
    points = {point.id: point for point in await _points(work, found.id)}
    named = [one.point_id for one in form.findings]
    if len(set(named)) < len(named) or set(named) - points.keys():
        raise UnknownPoint("findings")
    if any(one.finding == Finding.REPORTED and one.note is None for one in form.findings):
        raise ReportNeedsWords("findings")
    await work.put(Patrol, [{
        "id": patrol_id, "list_id": found.id, **{level: getattr(found, level) for level in LEVELS},
        "occurred_at": moment.said, "at": moment.at, "clock_quality": moment.quality,
        "received_at": work.clock.now(), "account_id": work.actor.account_id, "post_id": work.actor.post_id,
        "device_id": device_id,
    }])  # fmt: skip
    rows = [
        {"patrol_id": patrol_id, "point_id": one.point_id, "finding": one.finding, "note": one.note,
         "issue_id": await _report(work, found, points[one.point_id], one, moment)}
        for one in form.findings
    ]  # fmt: skip
    await work.put(PatrolFinding, rows)
    await work.put(Change, [change_row(work, "patrol_list", found.id, grid_id=found.grid_id)])
    return patrol_id


async def _made_before(work: Work, patrol_id: UUID, list_id: UUID) -> bool:
    query = select(Patrol.list_id, Patrol.account_id).where(Patrol.id == patrol_id)
    row = (await work.session.execute(query.execution_options(unscoped=True))).first()  # of any ground
    if row is not None and (row.list_id, row.account_id) != (list_id, work.actor.account_id):
        raise PatrolIdTaken("id")
    return row is not None


async def _report(
    work: Work, found: PatrolList, at: PatrolPoint, said: PointFinding, moment: Moment
) -> UUID | None:
    if said.finding != Finding.REPORTED:
        return None
    place: dict[str, Any] = {"dwelling_id": at.dwelling_id}
    if at.dwelling_id is None:
        leaf = next(getattr(found, level) for level in reversed(LEVELS) if getattr(found, level))
        place = {"area_code": await work.session.scalar(select(Area.code).where(Area.id == leaf))}
    form = RaiseIssue(
        text=said.note or "", type=IssueType.FINDING, place_text=at.text, occurred_at=moment.at, **place
    )
    claim = claim_of(work, "patrol finding", None, body_hash(str(at.id)))
    return (await raise_issue(work, form, claim)).issue_id


async def patrol_out(work: Work, patrol_id: UUID) -> PatrolOut:
    """A round with its findings."""
    patrol = await work.session.scalar(select(Patrol).where(Patrol.id == patrol_id))
    if patrol is None:
        raise NotFound
    rows = await work.session.scalars(
        select(PatrolFinding).where(PatrolFinding.patrol_id == patrol_id).order_by(PatrolFinding.point_id)
    )
    findings = [FindingOut.model_validate(row) for row in rows]
    return PatrolOut(id=patrol.id, list_id=patrol.list_id, at=patrol.at, findings=findings)
