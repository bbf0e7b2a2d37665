"""Areas from files into a district: read, check, store by COPY in the caller's transaction, or change nothing.

All levels of one run are checked together. A code that is known keeps its area: an unchanged shape is left as it
is, a changed one becomes the next boundary version. Moving an area under another parent is a change request, not
an import, and is refused (DESIGN 2).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import shapely
from psycopg import AsyncCursor
from psycopg.types.range import Range
from shapely import MultiPolygon
from sqlalchemy import delete, func, select, update

from app.core.errors import Conflict, Invalid
from app.core.geometry import Crs, area_m2
from app.core.work import Work
from app.grid.locate import CHAIN, SRID
from app.grid.models import DEPTH, Area, AreaLevel, Boundary, GridKind, Overlap, Source
from app.layers.checks import KnownArea, check_layer, rulings
from app.layers.checks import Overlap as Ruling
from app.layers.features import Asked, Feature
from app.layers.findings import Finding, Level, softened
from app.layers.opening import read_layer
from app.layers.systems import System

LEVEL_COLUMN = dict(zip(AreaLevel, CHAIN, strict=True))
AREA_COLUMNS = (
    "id", "level", "kind", "rural", "code", "name", "label", "parent_id", *CHAIN, "path", "valid_from",
)  # fmt: skip
AREA_TYPES = ["uuid", *["text"] * 2, "bool", *["text"] * 3, *["uuid"] * 6, "uuid[]", "timestamptz"]
BOUNDARY_COLUMNS = ("id", "area_id", "version", "geom", "valid", "source", "area_m2")
BOUNDARY_TYPES = ["uuid", "uuid", "int4", "bytea", "tstzrange", "text", "float8"]
CODE_COLUMNS = ("code", "area_id", "valid_from")
CODE_TYPES = ["text", "uuid", "timestamptz"]


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


@dataclass(frozen=True)
class Layer:
    """One file and the level it holds; none when its rows say theirs."""

    path: Path
    level: AreaLevel | None
    kind: GridKind = GridKind.GENERAL


@dataclass(frozen=True)
class Fields:
    """Which properties hold what, and in which coordinates."""

    code: str = "code"
    parent: str = "parent_code"
    name: str = "name"
    crs: System = Crs.WGS84
    source: Source = Source.SURVEYED
    encoding: str | None = None
    layer: str | None = None


@dataclass(frozen=True)
class Plan:
    """What a run read, what is wrong with it, and the ground it was checked against."""

    features: list[Feature]
    findings: list[Finding]
    overlaps: list[Ruling]
    source: Source
    known: Sequence["_Known"] = ()

    @property
    def errors(self) -> int:
        return sum(one.level is Level.ERROR for one in self.findings)


@dataclass
class Stored:
    """How many areas a run made, reshaped, renamed, or found as they were."""

    made: int = 0
    reshaped: int = 0
    renamed: int = 0
    unchanged: int = 0
    ruled: int = 0


@dataclass
class _Rows:
    areas: list[tuple[Any, ...]] = field(default_factory=list)
    boundaries: list[tuple[Any, ...]] = field(default_factory=list)
    codes: list[tuple[Any, ...]] = field(default_factory=list)


@dataclass(frozen=True)
class _Known:
    """An area in the database, as far as an import compares it."""

    id: UUID
    code: str
    level: str
    kind: str
    name: str
    parent_code: str | None
    path: list[UUID]
    chain: Mapping[str, UUID | None]
    version: int
    wkb: bytes | None


def read_layers(layers: Iterable[Layer], fields: Fields) -> tuple[list[Feature], list[Finding]]:
    """Features of all files, outer levels first, with what is wrong with each alone. Any format."""
    features: list[Feature] = []
    findings: list[Finding] = []
    for layer in sorted(layers, key=lambda one: -1 if one.level is None else DEPTH[one.level]):
        found, faults = read_layer(layer.path, layer.path.name, _asked(layer, fields))
        features += found
        findings += faults
    return features, findings


def _asked(layer: Layer, fields: Fields) -> Asked:
    return Asked(
        layer.level, fields.crs, layer.kind, fields.code, fields.parent, fields.name, fields.encoding, fields.layer
    )


async def plan(
    work: Work, features: list[Feature], findings: list[Finding], accept: Sequence[str], source: Source
) -> Plan:
    """Check features against each other and against what the district holds."""
    known = await _known(work)
    checked = check_layer(features, {one.code: _as_known_area(one) for one in known}, accept)
    return Plan(features, [*softened(findings, accept), *checked], rulings(checked), source, known)


def _as_known_area(one: _Known) -> KnownArea:
    shape = cast("MultiPolygon", shapely.from_wkb(one.wkb)) if one.wkb is not None else None
    return KnownArea(one.code, one.parent_code, one.level, shape, one.kind)


async def _known(work: Work) -> list[_Known]:
    parent = select(Area.id, Area.code).subquery()
    current = (Boundary.area_id == Area.id) & func.upper_inf(Boundary.valid)
    query = (
        select(
            Area.id, Area.code, Area.level, Area.kind, Area.name, parent.c.code.label("parent_code"), Area.path,
            *(getattr(Area, name) for name in CHAIN),
            func.coalesce(Boundary.version, 0).label("version"), func.ST_AsBinary(Boundary.geom).label("wkb"),
        )
        .outerjoin(parent, parent.c.id == Area.parent_id)
        .outerjoin(Boundary, current)
        .where(Area.valid_to.is_(None))
    )  # fmt: skip
    rows = await work.session.execute(query)
    return [
        _Known(
            row.id, row.code, row.level, row.kind, row.name, row.parent_code, row.path,
            {name: getattr(row, name) for name in CHAIN}, row.version,
            None if row.wkb is None else bytes(row.wkb),
        )
        for row in rows
    ]  # fmt: skip


async def store(work: Work, planned: Plan) -> Stored:
    """Write a plan made in the same transaction; `ImportRefused` when it has errors. Everything or nothing."""
    if planned.errors:
        raise ImportRefused(errors=planned.errors)
    known = {one.code: one for one in planned.known}
    done, rows = Stored(), _Rows()
    placed: dict[str, tuple[UUID, list[UUID], Mapping[str, UUID | None]]] = {
        one.code: (one.id, one.path, one.chain) for one in known.values()
    }
    for feature in _parents_first(planned.features):
        if feature.code in known:
            await _compare(work, feature, known[feature.code], planned.source, rows, done)
        else:
            placed[feature.code] = _new_area(work, feature, placed, planned.source, rows)
            done.made += 1
    await _copy(await work.cursor(), rows)
    done.ruled = await _rule(work, planned.overlaps, {code: one[0] for code, one in placed.items()})
    return done


def _parents_first(features: Sequence[Feature]) -> list[Feature]:
    by_code = {feature.code: feature for feature in features}

    def steps_up(feature: Feature) -> int:
        steps, above = 0, feature.parent_code
        while above in by_code:  # cycles were refused by the checks
            steps, above = steps + 1, by_code[above].parent_code
        return steps

    return sorted(features, key=lambda one: (DEPTH[AreaLevel(one.level)], steps_up(one)))


def _new_area(
    work: Work, feature: Feature, placed: Mapping[str, Any], source: Source, rows: _Rows
) -> tuple[UUID, list[UUID], Mapping[str, UUID | None]]:
    area_id, now = work.new_id(), work.clock.now()
    above = placed.get(feature.parent_code or "")
    parent_id, path, chain = above or (None, [], dict.fromkeys(CHAIN))
    own_chain = {**chain, LEVEL_COLUMN[AreaLevel(feature.level)]: area_id}
    own_path = [*path, area_id]
    label = feature.props.get("label")
    rows.areas.append((
        area_id, feature.level, feature.kind, feature.props.get("rural") is True, feature.code, feature.name[:60],
        str(label)[:30] if label else None, parent_id, *own_chain.values(), own_path, now,
    ))  # fmt: skip
    rows.codes.append((feature.code, area_id, now))
    if feature.geometry is not None:
        rows.boundaries.append(_boundary(work, area_id, 1, feature, source, now))
    return area_id, own_path, own_chain


def _boundary(
    work: Work, area_id: UUID, version: int, feature: Feature, source: Source, now: datetime
) -> tuple[Any, ...]:
    shape = feature.geometry
    wkb = shapely.to_wkb(shapely.set_srid(shape, SRID), include_srid=True)
    m2 = area_m2(shape) if shape is not None else 0.0
    return (work.new_id(), area_id, version, wkb, Range(now, None), str(source), m2)


async def _compare(work: Work, feature: Feature, old: _Known, source: Source, rows: _Rows, done: Stored) -> None:
    if (feature.level, feature.parent_code or old.parent_code) != (old.level, old.parent_code):
        raise AreaMoved(feature.code, area=feature.code)
    renamed = feature.name[:60] != old.name
    reshaped = feature.geometry is not None and shapely.to_wkb(feature.geometry) != old.wkb
    if renamed:
        await work.session.execute(update(Area).where(Area.id == old.id).values(name=feature.name[:60]))
        done.renamed += 1
    if reshaped:
        now = work.clock.now()
        ended = func.tstzrange(func.lower(Boundary.valid), now)
        current = update(Boundary).where(Boundary.area_id == old.id, func.upper_inf(Boundary.valid))
        await work.session.execute(current.values(valid=ended))
        rows.boundaries.append(_boundary(work, old.id, old.version + 1, feature, source, now))
        done.reshaped += 1
    if not renamed and not reshaped:
        done.unchanged += 1


async def _copy(cursor: AsyncCursor[Any], rows: _Rows) -> None:
    await cursor.execute("set local statement_timeout = 0")
    for table, columns, types, values in (
        ("area", AREA_COLUMNS, AREA_TYPES, rows.areas),
        ("boundary", BOUNDARY_COLUMNS, BOUNDARY_TYPES, rows.boundaries),
        ("area_code", CODE_COLUMNS, CODE_TYPES, rows.codes),
    ):
        if not values:
            continue
        statement = f"copy {table} ({', '.join(columns)}) from stdin (format binary)"
        async with cursor.copy(statement) as copy:
            copy.set_types(types)
            for row in values:
                await copy.write_row(row)


async def _rule(work: Work, overlaps: Sequence[Ruling], ids: Mapping[str, UUID]) -> int:
    """Store who owns each accepted overlap; rulings of an earlier run over the same pairs are replaced."""
    if not overlaps:
        return 0
    rows: list[dict[str, Any]] = []
    for one in overlaps:
        loser = one.code_b if one.owner == one.code_a else one.code_a
        row = {"loser_id": ids[loser], "owner_id": ids[one.owner], "m2": one.m2, "since": work.clock.now()}
        rows.append(row)
    losers = {row["loser_id"] for row in rows}
    await work.session.execute(delete(Overlap).where(Overlap.loser_id.in_(losers)))
    await work.put(Overlap, rows)
    return len(rows)
