"""What a new or re-placed issue needs to know, read in one statement: place, chain, posts, category, limit.

`grid.locate` says which area owns the place; the posts on its chain, the category and the limit are joined on.
Each of the three forms (by point, by code, by nothing) is built once and sent on the driver's cursor (HOUSE 1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from psycopg import AsyncCursor
from sqlalchemy import CTE, DateTime, String, and_, bindparam, case, cast, false, func, literal, null, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by
from sqlalchemy.orm import aliased

from app.clocks.house import House, house_json, read_house
from app.core.db import Statement, compiled
from app.grid import locate
from app.grid.models import Area
from app.issues.kinds import Placement
from app.issues.models import Category
from app.issues.routing import LADDER, Candidate
from app.people.models import Absence, Post, Seat, Unit

STREET_REACH_M = 1000  # a point this near to a grid goes to that street's desk, a farther one to the district's
LADDER_ROLES = [str(role) for role in LADDER]


@dataclass(frozen=True)
class Facts:
    """What is known of an issue when it is placed; times in UTC, the point in WGS84."""

    now: datetime
    at: datetime
    type: str
    urgency: str
    category: str | None = None
    area_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float = 0
    respondent: UUID | None = None

    @property
    def by(self) -> str:
        if self.area_code is not None:
            return "code"
        return "none" if self.lon is None else "point"

    def at_time(self, at: datetime) -> "Facts":
        """The same facts with the boundaries valid then."""
        return replace(self, at=at)


@dataclass(frozen=True)
class Situation:
    """The answer. `area` holds the owner's columns (all None when nothing covers the point)."""

    by: str
    area: Mapping[str, Any]
    chain: list[dict[str, Any]]
    candidates: list[dict[str, Any]]
    posts: list[Candidate]
    category_version: int | None
    building: bool
    house: House
    accused_area: UUID | None
    outside: dict[str, Any] | None = None
    agreement: dict[str, Any] | None = None

    @property
    def located(self) -> bool:
        """Whether an area of the ground owns it, so that it can be routed."""
        return self.by != "none" and self.area["id"] is not None

    @property
    def placement(self) -> Placement:
        if self.by == "none":
            return Placement.NO_POINT
        if not self.located:
            return Placement.OUTSIDE
        if self.by == "point" and self.area["grid_id"] is None:
            return Placement.COARSE
        return Placement.NEAR_BORDER if len(self.candidates) > 1 else Placement.PLACED


async def read(cursor: AsyncCursor[Any], facts: Facts) -> Situation:
    """The situation of an issue with these facts; a point outside everything costs one statement more."""
    parameters: dict[str, Any] = {
        "now": facts.now, "at": facts.at, "type": facts.type, "urgency": facts.urgency,
        "category": facts.category, "area_code": facts.area_code, "respondent": facts.respondent,
    }  # fmt: skip
    if facts.lon is not None and facts.lat is not None:
        parameters |= locate.point_parameters(facts.lon, facts.lat, facts.accuracy_m)
    row = await statement(facts.by).row(cursor, parameters)
    situation = _as_situation(facts.by, row or ())
    if facts.by == "point" and not situation.located:
        return await _beyond(cursor, parameters, situation)
    return situation


def _as_situation(by: str, row: Any) -> Situation:
    width = len(locate.SAID)
    area = dict(zip(locate.SAID, row, strict=False))
    chain, candidates, posts, category, house, accused, agreement = row[width:]
    known = category or {}
    return Situation(
        by, area, chain or [], candidates, [_candidate(post) for post in posts or []],
        known.get("version"), known.get("building", False), read_house(house), accused,
        agreement=agreement,
    )  # fmt: skip


def _candidate(post: dict[str, Any]) -> Candidate:
    deputy = post["deputy_id"]
    return Candidate(
        UUID(post["post_id"]), post["role"], post["rank"], UUID(post["account_id"]), post["depth"],
        tuple(UUID(area) for area in post["path"]), post["away"], UUID(deputy) if deputy else None, post["seated"],
    )  # fmt: skip


async def _beyond(cursor: AsyncCursor[Any], parameters: dict[str, Any], situation: Situation) -> Situation:
    row = await nearest_statement().row(cursor, parameters)
    if row is None:
        return situation
    near = dict(zip((*locate.CARRIED, "distance_m"), row, strict=True))
    outside = {
        "nearest": {"code": near["code"], "name": near["name"]},
        "distance_m": round(near["distance_m"], 1),
    }
    desk = {"district_id": near["district_id"]}
    if near["distance_m"] <= STREET_REACH_M:
        desk["street_id"] = near["street_id"]
    return replace(situation, area={**situation.area, **desk}, outside=outside)


def _now() -> Any:
    return bindparam("now", type_=DateTime(timezone=True))


def _line_if_asked(path: Any) -> Any:
    """The areas above a post, which only matter when somebody there is complained of."""
    respondent = bindparam("respondent", type_=Unit.id.type)
    return case((respondent.is_not(None), func.to_jsonb(path)), else_=cast(literal("[]"), JSONB))


def _seated() -> Any:
    """Whether the post's holder sits on the body of whom is complained of."""
    respondent = bindparam("respondent", type_=Unit.id.type)
    sits = select(Seat.unit_id).where(Seat.account_id == Post.account_id, Seat.unit_id == respondent)
    now_on = sits.where(or_(Seat.until.is_(None), Seat.until > _now())).correlate(Post)
    return case((respondent.is_not(None), now_on.exists()), else_=false())


def _posts_on(owner: CTE) -> Any:
    ground = aliased(Area, name="ground")
    away = and_(Absence.post_id == Post.id, Absence.starts_at <= _now(), Absence.ends_at > _now())
    said = func.jsonb_build_object(
        "post_id", Post.id, "role", Post.role, "rank", Post.rank, "account_id", Post.account_id,
        "depth", func.cardinality(ground.path), "path", _line_if_asked(ground.path),
        "away", Absence.post_id.is_not(None), "deputy_id", Absence.deputy_id, "seated", _seated(),
    )  # fmt: skip
    return (
        select(func.jsonb_agg(said))
        .select_from(Post)
        .join(ground, ground.id == Post.area_id)
        .outerjoin(Absence, away)
        .where(
            Post.area_id == func.any(owner.c.path),
            Post.role == func.any(literal(LADDER_ROLES, ARRAY(String))),
        )
        .where(Post.valid_from <= _now(), or_(Post.valid_to.is_(None), Post.valid_to > _now()))
        .correlate(owner)
        .scalar_subquery()
    )


def _category() -> Any:
    named = Category.code == bindparam("category", type_=String)
    return (
        select(func.jsonb_build_object("version", Category.version, "building", Category.building))
        .where(named, Category.retired_at.is_(None))
        .order_by(Category.version.desc())
        .limit(1)
        .scalar_subquery()
    )


def _chain_of(owner: CTE) -> Any:
    above = aliased(Area, name="above")
    said = func.jsonb_build_object("level", above.level, "code", above.code, "name", above.name)
    return (
        select(func.jsonb_agg(aggregate_order_by(said, func.cardinality(above.path))))
        .where(above.id == func.any(owner.c.path))
        .correlate(owner)
        .scalar_subquery()
    )


@cache
def statement(by: str) -> Statement:
    """The situation statement for `point`, `code` or `none`."""
    touched: Any = cast(literal("[]"), JSONB)
    led: Any = cast(null(), JSONB)
    if by == "point":
        hit = locate.hits()
        agreement = locate.agreed(hit)
        owner = locate.owner_by_point(hit, agreement)
        led = locate.led_by(agreement, owner)
        touched = locate.candidates(hit, owner)
    else:
        owner = locate.owner_by_code() if by == "code" else locate.owner_of_nothing()
    one = select(literal(1).label("one")).subquery("one")
    accused = select(Unit.area_id).where(Unit.id == bindparam("respondent", type_=Unit.id.type)).scalar_subquery()
    owned = [owner.c[name] for name in locate.SAID]
    query = select(
        *owned, _chain_of(owner), touched, _posts_on(owner), _category(), house_json(), accused, led
    ).select_from(one.outerjoin(owner, literal(value=True)))
    return Statement(compiled(query))


@cache
def nearest_statement() -> Statement:
    """The nearest grid, compiled once."""
    return Statement(compiled(locate.nearest()))
