"""Whom a request would touch: areas and square metres, posts, numbers of what hangs on the ground, who is told."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import func, select

from app.changes.carrying import OnGround
from app.changes.faults import told
from app.changes.ground import Lies
from app.changes.plan import Plan
from app.changes.schemas import ChangeFinding, Handed, PostFate, PreviewOut, Told, TouchedArea
from app.core.geometry import area_m2
from app.core.work import Work
from app.grid.models import Area, AreaLevel
from app.people.models import Post, Role
from app.people.queries import in_force

LEAST_M2 = 1.0
BEGINS, ENDS, REDRAWN, MOVED, RENAMED, STAYS = "begins", "ends", "redrawn", "moved", "renamed", "stays"


async def preview_of(work: Work, plan: Plan, on_ground: OnGround, accept: list[str]) -> PreviewOut:
    """Everything of it; the counts are numbers over the whole of the touched ground, whoever asks."""
    touched = plan.touched or [one.id for one in plan.subjects]
    counts = {name: await count(work, touched) for name, count in on_ground.counts.items()}
    posts = await _posts(work, plan)
    return PreviewOut(
        areas=_areas(plan),
        handed=_handed(plan),
        counts={**counts, "posts": sum(one.count for one in posts)},
        posts=posts,
        gaps=_gaps(plan),
        told=await _told(work, plan),
        findings=[ChangeFinding.model_validate(one) for one in told(plan.faults, accept)],
    )


def _areas(plan: Plan) -> list[TouchedArea]:
    ids = list(dict.fromkeys([*(one.id for one in plan.subjects), *plan.touched]))
    found = [_touched(plan, plan.ground.by_id[one]) for one in ids]
    for new in plan.made:
        size = _size(new.shape)
        found.append(
            TouchedArea(
                code=new.code, name=new.name, level=new.level, fate=BEGINS, m2_before=None, m2_after=size,
                code_after=new.code, name_after=new.name, parent_after=new.parent_code,
            )
        )  # fmt: skip
    return found


def _touched(plan: Plan, one: Lies) -> TouchedArea:
    said = plan.said.get(one.id, {})
    gone = one.id in plan.ended
    fates = (
        (gone, ENDS), (one.id in plan.reshaped, REDRAWN), (one.id in plan.under, MOVED), (bool(said), RENAMED),
    )  # fmt: skip
    return TouchedArea(
        code=one.code, name=one.name, level=one.level,
        fate=next((fate for holds, fate in fates if holds), STAYS),
        m2_before=_size(one.shape), m2_after=None if gone else _size(plan.shape_after(one)),
        code_after=None if gone else plan.code_after(one), name_after=None if gone else said.get("name", one.name),
        parent_after=None if gone else plan.parent_after(one),
    )  # fmt: skip


def _size(shape: Any) -> float | None:
    return None if shape is None else round(area_m2(shape), 1)


def _handed(plan: Plan) -> list[Handed]:
    """From each outline that ends or changes to each that takes some of it, within one level."""
    before = [plan.ground.by_id[one] for one in (*plan.ended, *plan.reshaped)]
    after = {plan.code_after(plan.ground.by_id[one]): (plan.ground.by_id[one].level, shape)
             for one, shape in plan.reshaped.items()}  # fmt: skip
    after |= {new.code: (new.level, new.shape) for new in plan.made if new.shape is not None}
    found = []
    for one in before:
        for code, (level, shape) in after.items():
            if one.shape is None or level != one.level or code == plan.code_after(one):
                continue
            if (m2 := area_m2(shapely.intersection(one.shape, shape))) >= LEAST_M2:
                found.append(Handed(from_code=one.code, to_code=code, m2=round(m2, 1)))
    return found


async def _posts(work: Work, plan: Plan) -> list[PostFate]:
    """Of the areas that end or give their posts away; those of other areas stay."""
    query = (
        select(Post.area_id, Post.role, func.count().label("count"))
        .where(Post.area_id.in_(plan.posts), in_force(work.clock.now()))
        .group_by(Post.area_id, Post.role)
        .order_by(Post.area_id, Post.role)
    )
    known = plan.ground.by_id
    return [
        PostFate(area=known[row.area_id].code, role=row.role, count=row.count, to=plan.posts[row.area_id])
        for row in await work.session.execute(query)
    ]


def _gaps(plan: Plan) -> list[str]:
    """New grids, and ended ones' successors, that nobody's worker post would be over."""
    fresh = [new.code for new in plan.made if new.level == AreaLevel.GRID]
    brought = {code for code in plan.posts.values() if code}
    bare = [code for code in fresh if code not in brought]
    given = [one for one, to in plan.posts.items() if one not in plan.ended and to is not None]
    return sorted([*bare, *(plan.ground.by_id[one].code for one in given)])


async def _told(work: Work, plan: Plan) -> list[Told]:
    """Who works on the touched ground, and the desks above it."""
    ids: set[UUID] = {one.id for one in (*plan.subjects, *plan.receivers)} | set(plan.touched)
    above = {step for one in ids if one in plan.ground.by_id for step in plan.ground.by_id[one].path}
    query = (
        select(Area.code, Area.name, Post.role, func.count().label("count"))
        .join(Area, Area.id == Post.area_id)
        .where(Post.area_id.in_(ids | above), in_force(work.clock.now()), Post.role != Role.AUDITOR)
        .group_by(Area.code, Area.name, Post.role)
        .order_by(Area.code, Post.role)
    )
    rows: list[Mapping[str, Any]] = [row._asdict() for row in await work.session.execute(query)]
    return [Told(area=row["code"], name=row["name"], role=row["role"], count=row["count"]) for row in rows]
