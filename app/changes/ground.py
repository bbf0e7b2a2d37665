"""The ground as it lies now around a request: what planning and checking look at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import shapely
from shapely import MultiPolygon
from sqlalchemy import func, or_, select

from app.core.errors import Invalid
from app.core.work import Work
from app.grid.locate import CHAIN
from app.grid.models import Area, AreaCode, Boundary


class NoSuchArea(Invalid):
    """No area in force has this code."""

    code = "no_such_area"
    zh = "没有编码为 {area} 的在用区域。"
    en = "No area in force has the code {area}."


@dataclass(frozen=True)
class Lies:
    """One area as it lies now."""

    id: UUID
    code: str
    name: str
    level: str
    kind: str
    rural: bool
    label: str | None
    governed_by: str | None
    parent_id: UUID | None
    path: tuple[UUID, ...]
    chain: dict[str, UUID | None] = field(compare=False)
    shape: MultiPolygon | None = field(compare=False)


class Ground:
    """Areas read so far, by code and by id."""

    def __init__(self, lies: Iterable[Lies] = ()) -> None:
        self.by_id: dict[UUID, Lies] = {}
        self.by_code: dict[str, Lies] = {}
        self.add(lies)

    def add(self, lies: Iterable[Lies]) -> None:
        """More areas; those known already stay."""
        for one in lies:
            self.by_id.setdefault(one.id, one)
            self.by_code.setdefault(one.code, one)

    def named(self, code: str, place: str) -> Lies:
        """The area of a code in force; `NoSuchArea` names the field."""
        if code not in self.by_code:
            raise NoSuchArea(place, area=code)
        return self.by_code[code]

    def children(self, area_id: UUID) -> list[Lies]:
        """Those read that stand directly under it."""
        return [one for one in self.by_id.values() if one.parent_id == area_id]


COLUMNS = ("id", "code", "name", "level", "kind", "rural", "label", "governed_by", "parent_id", "path", *CHAIN)


async def read(work: Work, *which: Any) -> list[Lies]:
    """Areas in force that meet the conditions, with their outlines in force."""
    now = (Boundary.area_id == Area.id) & func.upper_inf(Boundary.valid)
    query = (
        select(*(getattr(Area, name) for name in COLUMNS), func.ST_AsBinary(Boundary.geom).label("wkb"))
        .outerjoin(Boundary, now)
        .where(Area.valid_to.is_(None), *which)
        .order_by(Area.code)
    )
    return [_lies(row) for row in await work.session.execute(query)]


def _lies(row: Any) -> Lies:
    said = row._asdict()
    shape = None if row.wkb is None else cast("MultiPolygon", shapely.from_wkb(bytes(row.wkb)))
    chain = {name: said[name] for name in CHAIN}
    plain = {name: said[name] for name in COLUMNS if name not in CHAIN and name != "path"}
    return Lies(**plain, path=tuple(row.path), chain=chain, shape=shape)


async def around(work: Work, codes: Iterable[str]) -> Ground:
    """The areas of these codes, all above them, those beside them and those directly below."""
    ground = Ground(await read(work, Area.code.in_(sorted(set(codes)))))
    named = list(ground.by_id.values())
    above = {step for one in named for step in one.path}
    beside = {one.parent_id for one in named if one.parent_id} | {one.id for one in named}
    if above or beside:
        ground.add(await read(work, or_(Area.id.in_(above), Area.parent_id.in_(beside))))
    return ground


async def near(work: Work, shapes: Sequence[MultiPolygon], levels: Iterable[str]) -> list[Lies]:
    """Areas of these levels whose outline may meet one of the shapes, whoever their parents are."""
    if not shapes:
        return []
    bounds = shapely.total_bounds(shapes)
    box = func.ST_MakeEnvelope(*(float(edge) for edge in bounds), 4326)
    here = select(Boundary.area_id).where(func.upper_inf(Boundary.valid), Boundary.geom.op("&&")(box))
    return await read(work, Area.level.in_(sorted(set(levels))), Area.id.in_(here))


async def below(work: Work, area_ids: Iterable[UUID]) -> list[Lies]:
    """Those directly below any of them."""
    wanted = list(area_ids)
    return await read(work, Area.parent_id.in_(wanted)) if wanted else []


async def used(work: Work, codes: Iterable[str]) -> set[str]:
    """Which of the codes were ever given."""
    query = select(AreaCode.code).where(AreaCode.code.in_(sorted(set(codes))))
    return set(await work.session.scalars(query))
