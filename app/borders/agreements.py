"""Border agreements: proposed by one side, agreed by the other's secretary, ended by either (CASES 2.4).

A side speaks through a post whose ground holds it. Who holds both sides speaks for neither by proposing: then a
secretary has to agree for each. The ground counts from the moment both have agreed, never for the time before.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from geoalchemy2 import WKBElement
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import aliased

from app.borders.schemas import AgreementOut, EndAgreement, NewAgreement, SideOut
from app.core.audit import GENESIS, Act, Trail, chain
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.geometry import metres_per_degree
from app.core.work import Work
from app.core.workflow import lock
from app.grid.locate import ewkb
from app.grid.models import AgreementState, Area, AreaCode, AreaLevel, BorderAgreement, Boundary
from app.people.models import Role

KIND = "border_agreement"
SECRETARIES = frozenset({Role.COMMUNITY_SECRETARY, Role.STREET_SECRETARY})
LEVELS = frozenset({AreaLevel.STREET, AreaLevel.COMMUNITY, AreaLevel.GRID})
SHAPES = frozenset({"LineString", "MultiLineString", "Polygon", "MultiPolygon"})
STATE_WORDS: dict[str, tuple[str, str]] = {
    AgreementState.PROPOSED: ("待对方同意", "proposed"),
    AgreementState.AGREED: ("已商定", "agreed"),
    AgreementState.DECLINED: ("对方不同意", "declined"),
    AgreementState.ENDED: ("已终止", "ended"),
}
MOST_CORNERS = 5000
USUAL_BUFFER_M = 20.0


class UnknownSide(Invalid):
    """No living street, community or grid of this district has the code."""

    code = "unknown_side"
    zh = "本区县没有这个街道、社区或网格。对方属于其他区县的,请用“移送”办理,不能签订边界协议。"
    en = (
        "No street, community or grid of this district has this code; to another district a matter is transferred."
    )


class NotNeighbours(Invalid):
    """One side lies within the other, or the drawn ground does not reach both."""

    code = "not_neighbours"
    zh = "协议范围必须同时涉及双方的地界,且双方不能互为上下级。"
    en = "The drawn ground has to reach both sides, and neither side may lie within the other."


class BadShape(Invalid):
    """Not a line or polygon that can be drawn on a map."""

    code = "bad_drawing"
    zh = "请提供有效的线或面(GeoJSON,WGS84,顶点不超过 {most} 个)。"
    en = "Give a valid line or polygon (GeoJSON, WGS84, at most {most} corners)."


class WrongDates(Invalid):
    """It would end before it begins."""

    code = "wrong_dates"
    zh = "结束时间必须晚于开始时间,且不能早于现在。"
    en = "The end has to be after the beginning, and not before now."


class NotYourSide(Forbidden):
    """The active post speaks for no side that still has to agree."""

    code = "not_your_side"
    zh = "须由尚未同意的一方的社区或街道书记办理,且不能是提出人本人。"
    en = "A secretary of the side that has not agreed yet has to do this, and not who proposed it."


class AgreementSettled(Conflict):
    """It is not open any more, or not in force."""

    code = "agreement_settled"
    zh = "该边界协议当前状态为“{state_zh}”,不能执行此操作。"
    en = "The agreement is {state_en}; this cannot be done any more."


def on_ground(work: Work, area: Any) -> bool:
    """Areas are open, so the scope is asked here and not by the session."""
    return work.scope.everything or any(getattr(area, level) in ids for level, ids in work.scope.areas.items())


async def propose(work: Work, form: NewAgreement) -> UUID:
    """A proposal in the name of the side the post serves."""
    lead, other = await _side(work, form.lead_code, "lead_code"), await _side(work, form.other_code, "other_code")
    mine = [on_ground(work, side) for side in (lead, other)]
    if not any(mine):
        raise NotYourSide("lead_code")
    if lead.id in other.path or other.id in lead.path:
        raise NotNeighbours("other_code")
    now = work.clock.now()
    begins = max(form.valid_from or now, now)
    if form.valid_to is not None and form.valid_to <= begins:
        raise WrongDates("valid_to")
    drawn, ground = shapes_of(form)
    await _reaches(work, ground, lead, other)
    post, alone = work.actor.post_id, not all(mine)
    row: dict[str, Any] = {
        "id": work.new_id(), "state": AgreementState.PROPOSED, "lead_id": lead.id, "other_id": other.id,
        "drawn": WKBElement(ewkb(drawn), extended=True), "ground": WKBElement(ewkb(ground), extended=True),
        "buffer_m": _buffer_of(form, drawn), "basis": form.basis, "valid": Range(begins, form.valid_to),
        "proposed_by": work.actor.account_id, "proposed_at": now, "agreed_at": None, "ended_why": None,
        "lead_post": post if alone and mine[0] else None, "lead_at": now if alone and mine[0] else None,
        "other_post": post if alone and mine[1] else None, "other_at": now if alone and mine[1] else None,
    }  # fmt: skip
    said = {"lead": str(lead.id), "other": str(other.id)}
    act = Act("propose", None, AgreementState.PROPOSED, said)
    (first,) = chain(work, KIND, row["id"], (0, GENESIS), [act], now)
    await work.put(BorderAgreement, [row | {"version": first["seq"], "trail_hash": first["hash"]}])
    await work.append({Trail: [first]})
    made: UUID = row["id"]
    return made


async def _side(work: Work, code: str, field: str) -> Area:
    query = select(Area).join(AreaCode, AreaCode.area_id == Area.id).where(AreaCode.code == code)
    area: Area | None = await work.session.scalar(query.where(Area.valid_to.is_(None)))
    if area is None or area.level not in LEVELS:
        raise UnknownSide(field)
    return area


def shapes_of(form: NewAgreement) -> tuple[BaseGeometry, MultiPolygon]:
    """What was drawn, and the ground it covers: a line with its buffer on both sides."""
    try:
        drawn = shapely.from_geojson(json.dumps(form.geometry))
    except (shapely.GEOSException, ValueError):
        raise BadShape("geometry", most=MOST_CORNERS) from None
    kind, corners = drawn.geom_type, shapely.get_num_coordinates(drawn)
    bounds = drawn.bounds if not drawn.is_empty else (181.0, 0, 0, 0)
    inside = bounds[0] >= -180 and bounds[2] <= 180 and bounds[1] >= -85 and bounds[3] <= 85  # noqa: PLR2004  # degrees
    if kind not in SHAPES or not inside or corners > MOST_CORNERS or not shapely.is_valid(drawn):
        raise BadShape("geometry", most=MOST_CORNERS)
    drawn = shapely.force_2d(drawn)
    metres = _buffer_of(form, drawn)
    ground = drawn if metres is None else buffered(drawn, metres)
    return drawn, MultiPolygon(shapely.get_parts(ground).tolist())


def _buffer_of(form: NewAgreement, drawn: BaseGeometry) -> float | None:
    return (form.buffer_m or USUAL_BUFFER_M) if "Line" in drawn.geom_type else None


def buffered(line: BaseGeometry, metres: float) -> BaseGeometry:
    """The strip along a line, so many metres on both sides at its own latitude."""
    east, north = metres_per_degree(shapely.centroid(line).y)
    scale = np.array([east, north])
    plane = shapely.transform(line, lambda xy: xy * scale)
    return shapely.transform(shapely.buffer(plane, metres), lambda xy: xy / scale)


async def _reaches(work: Work, ground: MultiPolygon, lead: Area, other: Area) -> None:
    """The ground touches every side that is drawn."""
    now = (func.upper_inf(Boundary.valid), Boundary.area_id.in_([lead.id, other.id]))
    here = func.ST_GeomFromEWKB(ewkb(ground))
    query = select(func.bool_and(func.ST_Intersects(Boundary.geom, here))).where(*now)
    if not await work.session.scalar(query):
        raise NotNeighbours("geometry")


async def agree(work: Work, agreement_id: UUID) -> None:
    """A secretary agrees for the side, or sides, that have not; when both have, it is in force from its date."""
    agreement, sides = await _open(work, agreement_id)
    now = work.clock.now()
    for name in sides:
        setattr(agreement, f"{name}_post", work.actor.post_id)
        setattr(agreement, f"{name}_at", now)
    state = AgreementState.PROPOSED
    if agreement.lead_at is not None and agreement.other_at is not None:
        state, agreement.agreed_at = AgreementState.AGREED, now
        last = agreement.valid.upper
        if last is not None and last <= now:
            raise WrongDates("valid_to")
        agreement.valid = Range(max(agreement.valid.lower or now, now), last)
    await _note(work, agreement, "agree", state, {"sides": sorted(sides)})


async def decline(work: Work, agreement_id: UUID) -> None:
    """A secretary of the asked side says no."""
    agreement, sides = await _open(work, agreement_id)
    await _note(work, agreement, "decline", AgreementState.DECLINED, {"sides": sorted(sides)})


async def end(work: Work, agreement_id: UUID, form: EndAgreement) -> None:
    """Either side's secretary ends it from a moment on; what it placed before stays as it was placed."""
    agreement = await _locked(work, agreement_id)
    lead, other = await _sides(work, agreement)
    if "end" not in _allowed(work, agreement, lead, other):
        _refuse(agreement, agreement.state == AgreementState.AGREED)
    now = work.clock.now()
    begins, last = agreement.valid.lower, form.at or now
    if last < now:
        raise WrongDates("at")
    agreement.valid = Range(min(begins or last, last), last)
    agreement.ended_why = form.reason
    await _note(work, agreement, "end", AgreementState.ENDED, {})


async def _locked(work: Work, agreement_id: UUID) -> BorderAgreement:
    agreement: BorderAgreement = await lock(work, BorderAgreement, agreement_id)
    lead, other = await _sides(work, agreement)
    if not (on_ground(work, lead) or on_ground(work, other)):
        raise NotFound("agreement_id")
    return agreement


async def _open(work: Work, agreement_id: UUID) -> tuple[BorderAgreement, list[str]]:
    """A proposal, and the sides the active post may answer for."""
    agreement = await _locked(work, agreement_id)
    sides = _asked(work, agreement, *(await _sides(work, agreement)))
    if not sides:
        _refuse(agreement, agreement.state == AgreementState.PROPOSED)
    return agreement, sides


def _refuse(agreement: BorderAgreement, right_state: bool) -> None:
    if right_state:
        raise NotYourSide("agreement_id")
    zh, en = STATE_WORDS[agreement.state]
    raise AgreementSettled(state_zh=zh, state_en=en)


def _asked(work: Work, agreement: BorderAgreement, lead: Any, other: Any) -> list[str]:
    mine = work.actor.role in SECRETARIES and work.actor.account_id != agreement.proposed_by
    if not mine or agreement.state != AgreementState.PROPOSED:
        return []
    open_sides = [("lead", lead, agreement.lead_at), ("other", other, agreement.other_at)]
    return [name for name, side, at in open_sides if at is None and on_ground(work, side)]


def _allowed(work: Work, agreement: BorderAgreement, lead: Any, other: Any) -> list[str]:
    if _asked(work, agreement, lead, other):
        return ["agree", "decline"]
    speaks = work.actor.role in SECRETARIES | {Role.DISTRICT_ADMIN} and (
        on_ground(work, lead) or on_ground(work, other)
    )
    return ["end"] if speaks and agreement.state == AgreementState.AGREED else []


async def _sides(work: Work, agreement: BorderAgreement) -> tuple[Area, Area]:
    return (
        await work.session.get_one(Area, agreement.lead_id),
        await work.session.get_one(Area, agreement.other_id),
    )


async def _note(
    work: Work, agreement: BorderAgreement, step: str, state: AgreementState, said: dict[str, Any]
) -> None:
    act = Act(step, agreement.state, state, said)
    head = (agreement.version, bytes(agreement.trail_hash))
    (row,) = chain(work, KIND, agreement.id, head, [act], work.clock.now())
    agreement.state, agreement.version, agreement.trail_hash = state, row["seq"], row["hash"]
    await work.session.flush()
    await work.append({Trail: [row]})


async def listed(work: Work, code: str | None) -> list[AgreementOut]:
    """The agreements of the post's ground, or of one area on it, the latest first."""
    lead, other = aliased(Area), aliased(Area)
    query = _rows(lead, other)
    grants = [getattr(side, level).in_(ids) for side in (lead, other) for level, ids in work.scope.areas.items()]
    if not work.scope.everything:
        query = query.where(or_(*grants)) if grants else query.where(BorderAgreement.id.is_(None))
    if code is not None:
        named = select(AreaCode.area_id).where(AreaCode.code == code).scalar_subquery()
        query = query.where(or_(named == func.any(lead.path), named == func.any(other.path)))
    query = query.order_by(BorderAgreement.proposed_at.desc(), BorderAgreement.id).limit(200)
    return [_out(work, row) for row in await work.session.execute(query)]


async def in_full(work: Work, agreement_id: UUID) -> AgreementOut:
    """One agreement, for who serves one of its sides."""
    query = _rows(aliased(Area), aliased(Area)).where(BorderAgreement.id == agreement_id)
    row = (await work.session.execute(query)).first()
    if row is None or not (on_ground(work, row[1]) or on_ground(work, row[2])):
        raise NotFound("agreement_id")
    return _out(work, row)


def _rows(lead: Any, other: Any) -> Select[Any]:
    return (
        select(BorderAgreement, lead, other, func.ST_AsGeoJSON(BorderAgreement.drawn, 7))
        .join(lead, lead.id == BorderAgreement.lead_id)
        .join(other, other.id == BorderAgreement.other_id)
    )


def _out(work: Work, row: Sequence[Any]) -> AgreementOut:
    one, lead, other, drawn = row
    now: datetime = work.clock.now()
    begins, last = one.valid.lower, one.valid.upper
    counts = one.agreed_at is not None and (begins is None or begins <= now) and (last is None or now < last)
    zh, en = STATE_WORDS[one.state]
    return AgreementOut(
        id=one.id, state=one.state, state_zh=zh, state_en=en,
        lead=SideOut(code=lead.code, name=lead.name, level=lead.level, agreed_at=one.lead_at),
        other=SideOut(code=other.code, name=other.name, level=other.level, agreed_at=one.other_at),
        basis=one.basis, geometry=json.loads(drawn), buffer_m=one.buffer_m, valid_from=begins, valid_to=last,
        in_force=counts and not one.valid.isempty, proposed_at=one.proposed_at, agreed_at=one.agreed_at,
        ended_why=one.ended_why, allowed=_allowed(work, one, lead, other),
    )  # fmt: skip
