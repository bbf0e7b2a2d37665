"""Reading requests: the list, one in full with its preview, its outlines for a map."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import Select, func, select, tuple_

from app.changes import drafting
from app.changes.carrying import OnGround
from app.changes.content import read_content
from app.changes.faults import as_finding, errors
from app.changes.kinds import ChangeState, Part
from app.changes.models import AreaChange, ChangedGround
from app.changes.plan import Plan
from app.changes.planning import plan_for
from app.changes.preview import preview_of
from app.changes.schemas import (
    AreaChangeOut,
    ChangeFilter,
    ChangeFinding,
    ChangeLine,
    ChangeWord,
    PreviewOut,
    TrailLine,
    TriedChange,
)
from app.changes.words import KIND_WORDS, STATE_WORDS, STEP_WORDS
from app.changes.workflow import CHANGE
from app.core.audit import Trail
from app.core.errors import NotFound, Problem
from app.core.paging import BadCursor, cut, decode
from app.core.work import Work
from app.core.workflow import allowed_steps
from app.grid.models import Area, AreaCode, Boundary

PLANNED = frozenset({ChangeState.DRAFT, ChangeState.SUBMITTED, ChangeState.STREET_AGREED, ChangeState.SCHEDULED})
BESIDES = frozenset({"redraft", "withdraw"})  # what may be done with a request without bringing it further


async def get_change(work: Work, change_id: UUID) -> AreaChange:
    """The request, if the scope sees it."""
    found: AreaChange | None = await work.session.scalar(select(AreaChange).where(AreaChange.id == change_id))
    if found is None:
        raise NotFound
    return found


async def page(work: Work, wanted: ChangeFilter) -> tuple[list[ChangeLine], str | None]:
    """Requests, newest first."""
    query = _narrowed(wanted).order_by(AreaChange.drafted_at.desc(), AreaChange.id.desc()).limit(wanted.limit + 1)
    if wanted.cursor is not None:
        at, change_id = decode(wanted.cursor, 2)
        try:
            query = query.where(tuple_(AreaChange.drafted_at, AreaChange.id) < tuple_(at, UUID(change_id)))
        except ValueError:
            raise BadCursor("cursor") from None
    rows = (await work.session.scalars(query)).all()
    shown, more = cut(rows, wanted.limit, lambda row: (row.drafted_at.isoformat(), str(row.id)))
    codes = await _codes(work, [one.id for one in shown])
    lines = [ChangeLine(**line_of(one, codes.get(one.id, {}), allowed_steps(CHANGE, work, one))) for one in shown]
    return lines, more


def _narrowed(wanted: ChangeFilter) -> Select[Any]:
    query = select(AreaChange)
    if wanted.state is not None:
        query = query.where(AreaChange.state == wanted.state)
    if wanted.kind is not None:
        query = query.where(AreaChange.kind == wanted.kind)
    if wanted.area is not None:
        named = select(AreaCode.area_id).where(AreaCode.code == wanted.area).scalar_subquery()
        inside = select(ChangedGround.change_id).join(Area, Area.id == ChangedGround.area_id)
        query = query.where(AreaChange.id.in_(inside.where(Area.path.any(named))))
    return query


def line_of(change: AreaChange, codes: dict[str, str], steps: list[str]) -> dict[str, Any]:
    """The fields of a row; `codes` with the names of the areas it is about."""
    said = {name: getattr(change, name) for name in ChangeLine.model_fields if hasattr(AreaChange, name)}
    return said | {
        "kind_words": word(change.kind, KIND_WORDS), "state_words": word(change.state, STATE_WORDS),
        "areas": list(codes), "names": list(codes.values()), "errors": errors(change.findings),
        "awaits_me": not BESIDES.issuperset(steps),
    }  # fmt: skip


def word(code: str, words: dict[str, tuple[str, str]]) -> ChangeWord:
    """A code with both its words."""
    zh, en = words.get(code, (code, code))
    return ChangeWord(code=code, zh=zh, en=en)


async def _codes(work: Work, changes: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    query = (
        select(ChangedGround.change_id, Area.code, Area.name)
        .join(Area, Area.id == ChangedGround.area_id)
        .where(ChangedGround.change_id.in_(list(changes)), ChangedGround.part == Part.SUBJECT)
        .order_by(Area.code)
    )
    found: dict[UUID, dict[str, str]] = {}
    for row in await work.session.execute(query):
        found.setdefault(row.change_id, {})[row.code] = row.name
    return found


async def in_full(work: Work, change: AreaChange, on_ground: OnGround) -> AreaChangeOut:
    """Everything of a request that has been loaded."""
    acts = (Trail.subject_kind == CHANGE.kind, Trail.subject_id == change.id)
    trail = await work.session.scalars(select(Trail).where(*acts).order_by(Trail.seq))
    codes = (await _codes(work, [change.id])).get(change.id, {})
    street = await work.session.scalar(select(Area.code).where(Area.id == change.street_id))
    plain = {name: getattr(change, name) for name in AreaChangeOut.model_fields if hasattr(AreaChange, name)}
    steps = allowed_steps(CHANGE, work, change)
    shown = line_of(change, codes, steps)
    return AreaChangeOut(
        **{**plain, **shown, "content": read_content(change.content)},
        street=street,
        allowed_steps=steps,
        preview=await _preview(work, change, on_ground),
        trail=[_act(row) for row in trail],
    )


def _act(row: Trail) -> TrailLine:
    zh, en = STEP_WORDS.get(row.step, (row.step, row.step))
    plain = {name: getattr(row, name) for name in TrailLine.model_fields if hasattr(Trail, name)}
    return TrailLine(**plain, zh=zh, en=en)


async def _preview(work: Work, change: AreaChange, on_ground: OnGround) -> PreviewOut | None:
    """While it is still to come; a content that no longer fits the ground says so."""
    if change.state not in PLANNED:
        return None
    try:
        plan = await plan_for(work, read_content(change.content))
    except Problem as problem:
        bare = ChangeFinding.model_validate(as_finding(problem))
        return PreviewOut(areas=[], handed=[], counts={}, posts=[], gaps=[], told=[], findings=[bare])
    return await preview_of(work, plan, on_ground, change.accept)


async def try_out(work: Work, form: TriedChange, on_ground: OnGround) -> PreviewOut:
    """The preview of a request that is not kept: the checks of an editor while it draws."""
    plan = await drafting.looked_at(work, form.content, form.change)
    return await preview_of(work, plan, on_ground, form.accept)


async def shapes(work: Work, change: AreaChange) -> list[dict[str, Any]]:
    """GeoJSON features of a request: outlines before and after, told apart by `when`."""
    if change.moment is not None:
        return await _shapes_then(work, change)
    try:
        plan = await plan_for(work, read_content(change.content))
    except Problem:
        return []
    return _shapes_planned(plan)


def _shapes_planned(plan: Plan) -> list[dict[str, Any]]:
    known = plan.ground.by_id
    concerned = dict.fromkeys([*(one.id for one in plan.subjects), *plan.ended, *plan.reshaped])
    found = [_feature(known[one].code, known[one].name, known[one].level, "before", known[one].shape)
             for one in concerned]  # fmt: skip
    found += [
        _feature(plan.code_after(known[one]), known[one].name, known[one].level, "after",
                 plan.shape_after(known[one]))
        for one in concerned if one not in plan.ended
    ]  # fmt: skip
    found += [_feature(new.code, new.name, new.level, "after", new.shape) for new in plan.made]
    return [one for one in found if one["geometry"] is not None]


def _feature(code: str, name: str, level: str, when: str, shape: Any) -> dict[str, Any]:
    said = None if shape is None else shapely.geometry.mapping(shape)
    return {
        "type": "Feature", "geometry": said,
        "properties": {"code": code, "name": name, "level": level, "when": when},
    }  # fmt: skip


async def _shapes_then(work: Work, change: AreaChange) -> list[dict[str, Any]]:
    """Outlines that ended and those that began at the moment."""
    lower, upper = _bound("lower"), _bound("upper")
    mine = select(ChangedGround.area_id).where(ChangedGround.change_id == change.id)
    query = (
        select(Area.code, Area.name, Area.level, (upper == change.moment).label("old"), _wkb())
        .join(Area, Area.id == Boundary.area_id)
        .where(Boundary.area_id.in_(mine), (upper == change.moment) | (lower == change.moment))
        .order_by(Area.code, lower)
    )
    rows = (await work.session.execute(query)).all()
    return [
        _feature(row.code, row.name, row.level, "before" if row.old else "after", shapely.from_wkb(bytes(row.wkb)))
        for row in rows
    ]


def _bound(which: str) -> Any:
    return getattr(func, which)(Boundary.valid)


def _wkb() -> Any:
    return func.ST_AsBinary(Boundary.geom).label("wkb")
