"""A plan into a district by COPY, in the caller's transaction: everything or nothing.

All-or-nothing is what makes a large import safe to cut off: nothing of it stays, and what a run before it stored
is recognised and left as it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import shapely
from psycopg import AsyncCursor
from psycopg.types.range import Range
from sqlalchemy import case, delete, func, update

from app.core.errors import Conflict, Invalid
from app.core.geometry import areas_m2
from app.core.work import Work
from app.grid.locate import CHAIN, SRID
from app.grid.models import DEPTH, Area, AreaLevel, Boundary, Overlap
from app.layers.checks import Overlap as Ruling
from app.layers.facts import is_rural, label_of
from app.layers.features import Feature
from app.layers.plane import array_of
from app.layers.plans import Plan, Tell, quietly

LEVEL_PLACE = {level: place for place, level in enumerate(AreaLevel)}
AREA_COLUMNS = (
    "id", "level", "kind", "rural", "code", "name", "label", "parent_id", *CHAIN, "path", "valid_from",
)  # fmt: skip
AREA_TYPES = ["uuid", *["text"] * 2, "bool", *["text"] * 3, *["uuid"] * 6, "uuid[]", "timestamptz"]
BOUNDARY_COLUMNS = ("id", "area_id", "version", "geom", "valid", "source", "area_m2")
BOUNDARY_TYPES = ["uuid", "uuid", "int4", "bytea", "tstzrange", "text", "float8"]
CODE_COLUMNS = ("code", "area_id", "valid_from")
CODE_TYPES = ["text", "uuid", "timestamptz"]
AT_ONCE = 2_000  # shapes encoded at one time, and rows between two words about progress
LONGEST_NAME, LONGEST_LABEL = 60, 30


class ImportRefused(Invalid):
    """The layer has errors; the findings say which feature, which pair, how many square metres."""

    code = "import_refused"
    zh = "有 {errors} 处错误,未导入任何内容。"
    en = "{errors} errors; nothing was imported."


class AreaMoved(Conflict):
    """A known area under another parent or of another level."""

    code = "area_moved"
    zh = "区域 {area} 已存在于另一上级或另一层级;调整归属请走变更流程,不能通过导入。"
    en = "Area {area} exists under another parent or level; move it by a change request, not by an import."


@dataclass
class Stored:
    """How many areas a run made, reshaped, renamed, or found as they were."""

    made: int = 0
    reshaped: int = 0
    renamed: int = 0
    unchanged: int = 0
    ruled: int = 0


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where an area stands: its id, its ancestors with itself, the level columns in order."""

    id: UUID
    path: Sequence[UUID]
    chain: Sequence[UUID | None]


@dataclass(frozen=True, slots=True)
class _Shape:
    """The next boundary of an area."""

    area_id: UUID
    version: int
    feature: Feature


async def store(work: Work, planned: Plan, tell: Tell = quietly) -> Stored:
    """Write a plan made in the same transaction; `ImportRefused` when it has errors. Everything or nothing."""
    if planned.errors:
        raise ImportRefused(errors=planned.errors)
    done, now = Stored(), work.clock.now()
    placed = {one.code: _Placed(one.id, one.path, one.chain) for one in planned.known.values()}
    ordered = _parents_first(planned.features)
    fresh = [one for one in ordered if one.code not in planned.known]
    for feature in fresh:
        placed[feature.code] = _place(work, feature, placed)
    changed = await _compare(work, (one for one in ordered if one.code in planned.known), planned, done)
    shapes = [_Shape(placed[one.code].id, 1, one) for one in fresh if one.geometry is not None]
    done.made = len(fresh)

    cursor = await work.cursor()
    await cursor.execute("set local statement_timeout = 0")
    areas = (_area_row(one, placed, now) for one in fresh)
    await _copy(cursor, "area", AREA_COLUMNS, AREA_TYPES, _told(areas, "areas", len(fresh), tell))
    codes = ((one.code, placed[one.code].id, now) for one in fresh)
    await _copy(cursor, "area_code", CODE_COLUMNS, CODE_TYPES, codes)
    count = len(shapes) + len(changed)
    boundaries = _boundary_rows(work, [*shapes, *changed], planned.source, now)
    boundaries = _told(boundaries, "boundaries", count, tell)
    await _copy(cursor, "boundary", BOUNDARY_COLUMNS, BOUNDARY_TYPES, boundaries)
    done.ruled = await _rule(work, planned.overlaps, placed)
    return done


def _parents_first(features: Sequence[Feature]) -> list[Feature]:
    by_code = {feature.code: feature for feature in features}

    def steps_up(feature: Feature) -> int:
        steps, above = 0, feature.parent_code
        while above in by_code:  # cycles were refused by the checks
            steps, above = steps + 1, by_code[above].parent_code
        return steps

    return sorted(features, key=lambda one: (DEPTH[AreaLevel(one.level)], steps_up(one)))


def _place(work: Work, feature: Feature, placed: Mapping[str, _Placed]) -> _Placed:
    area_id = work.new_id()
    above = placed.get(feature.parent_code or "")
    chain: list[UUID | None] = list(above.chain) if above else [None] * len(CHAIN)
    chain[LEVEL_PLACE[AreaLevel(feature.level)]] = area_id
    return _Placed(area_id, (*(above.path if above else ()), area_id), tuple(chain))


def _area_row(feature: Feature, placed: Mapping[str, _Placed], now: datetime) -> tuple[Any, ...]:
    own, above = placed[feature.code], placed.get(feature.parent_code or "")
    label = label_of(feature.props)
    return (
        own.id, feature.level, feature.kind, is_rural(feature.props), feature.code,
        feature.name[:LONGEST_NAME], label[:LONGEST_LABEL] if label else None, above.id if above else None,
        *own.chain, list(own.path), now,
    )  # fmt: skip


def _boundary_rows(work: Work, shapes: Sequence[_Shape], source: str, now: datetime) -> Iterator[tuple[Any, ...]]:
    valid = Range(now, None)
    for start in range(0, len(shapes), AT_ONCE):
        some = shapes[start : start + AT_ONCE]
        array = array_of([one.feature.geometry for one in some])
        sizes = areas_m2(array)
        blobs = shapely.to_wkb(shapely.set_srid(array, SRID), include_srid=True)
        for one, blob, m2 in zip(some, blobs, sizes.tolist(), strict=True):
            yield work.new_id(), one.area_id, one.version, blob, valid, str(source), m2


async def _compare(work: Work, features: Iterable[Feature], planned: Plan, done: Stored) -> list[_Shape]:
    """Names and shapes that differ from what is known: ends the old, says the new."""
    names: dict[UUID, str] = {}
    shapes: list[_Shape] = []
    for feature in features:
        old = planned.known[feature.code]
        if (feature.level, feature.parent_code or old.parent_code) != (old.level, old.parent_code):
            raise AreaMoved(feature.code, area=feature.code)
        renamed = feature.name[:LONGEST_NAME] != old.name
        reshaped = feature.geometry is not None and shapely.to_wkb(feature.geometry) != old.wkb
        if renamed:
            names[old.id] = feature.name[:LONGEST_NAME]
        if reshaped:
            shapes.append(_Shape(old.id, old.version + 1, feature))
        done.unchanged += not renamed and not reshaped
    done.renamed, done.reshaped = len(names), len(shapes)
    for start in range(0, len(names), AT_ONCE):
        some = dict(list(names.items())[start : start + AT_ONCE])
        said = update(Area).where(Area.id.in_(some)).values(name=case(some, value=Area.id))
        await work.session.execute(said)
    if shapes:
        ended = func.tstzrange(func.lower(Boundary.valid), work.clock.now())
        of = Boundary.area_id.in_([one.area_id for one in shapes])
        await work.session.execute(update(Boundary).where(of, func.upper_inf(Boundary.valid)).values(valid=ended))
    return shapes


def _told(rows: Iterable[tuple[Any, ...]], what: str, count: int, tell: Tell) -> Iterator[tuple[Any, ...]]:
    for done, row in enumerate(rows, start=1):
        yield row
        if done % AT_ONCE == 0 or done == count:
            tell(what, done, count)


async def _copy(
    cursor: AsyncCursor[Any], table: str, columns: Sequence[str], types: list[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    statement = f"copy {table} ({', '.join(columns)}) from stdin (format binary)"
    async with cursor.copy(statement) as copy:
        copy.set_types(types)
        for row in rows:
            await copy.write_row(row)


async def _rule(work: Work, overlaps: Sequence[Ruling], placed: Mapping[str, _Placed]) -> int:
    """Store who owns each accepted overlap; rulings of an earlier run over the same pairs are replaced."""
    if not overlaps:
        return 0
    rows: list[dict[str, Any]] = []
    for one in overlaps:
        loser = one.code_b if one.owner == one.code_a else one.code_a
        ids = {"loser_id": placed[loser].id, "owner_id": placed[one.owner].id}
        rows.append(ids | {"m2": one.m2, "since": work.clock.now()})
    losers = {row["loser_id"] for row in rows}
    await work.session.execute(delete(Overlap).where(Overlap.loser_id.in_(losers)))
    await work.put(Overlap, rows)
    return len(rows)
