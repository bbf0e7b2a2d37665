"""Names of the ground and of offices by part, code or pinyin initials, from memory (UX 1a: Ctrl+K).

Areas and units are open and few change in a day, while no index of the database finds a name by the initials of
every reading of its characters: each process keeps the names of a district for a minute.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import select

from app.core.work import Runtime, Work
from app.desk.schemas import FoundKind
from app.grid.models import Area
from app.households.searching import initials_of
from app.people.models import Unit

KEPT = timedelta(seconds=60)
SHORTEST = 2  # one letter or character would find half the district


@dataclass(frozen=True)
class Named:
    """One area or unit; `readings` are the possible first letters of each character of its name."""

    kind: FoundKind
    code: str
    name: str
    hint: str
    readings: tuple[tuple[str, ...], ...]

    def fits(self, said: str) -> int | None:
        """How well it is meant by what was typed, 0 the best; None when it is not."""
        if self.code.lower() == said or self.name == said:
            return 0
        if self.name.startswith(said):
            return 1
        if len(said) < SHORTEST:
            return None
        if self._begins(said, 0):
            return 2
        if said in self.name or self.code.lower().startswith(said):
            return 3
        return 4 if any(self._begins(said, at) for at in range(1, len(self.readings))) else None

    def _begins(self, letters: str, at: int) -> bool:
        reach = self.readings[at : at + len(letters)]
        return len(reach) == len(letters) and all(one in some for one, some in zip(letters, reach, strict=True))


@dataclass
class _Kept:
    """The names of one district, and since when."""

    at: datetime
    names: list[Named] = field(default_factory=list)


_KEPT: WeakKeyDictionary[Runtime, dict[str, _Kept]] = WeakKeyDictionary()


async def matching(work: Work, said: str, most: int) -> list[Named]:
    """Areas and units that are meant, the best first, then by code."""
    typed = said.strip().lower()
    ranked = [(rank, one) for one in await _names(work) if (rank := one.fits(typed)) is not None]
    ranked.sort(key=lambda pair: (pair[0], len(pair[1].code), pair[1].code))
    return [one for _, one in ranked[:most]]


async def _names(work: Work) -> list[Named]:
    kept = _KEPT.setdefault(work.runtime, {})
    found = kept.get(work.district)
    if found is None or work.clock.now() - found.at >= KEPT:
        rows = await _rows(work)
        names = await asyncio.to_thread(lambda: [Named(*row, initials_of(row[2])) for row in rows])
        found = kept[work.district] = _Kept(work.clock.now(), names)
    return found.names


async def _rows(work: Work) -> list[tuple[FoundKind, str, str, str]]:
    """Areas that stand, each with its chain in words, and units at work."""
    areas = (await work.session.execute(select(*AREA).where(Area.valid_to.is_(None)))).all()
    names = {row.id: row.name for row in areas}
    units = await work.session.execute(
        select(Unit.code, Unit.name).where(Unit.dissolved_at.is_(None), Unit.area_id.is_(None))
    )
    found = [(FoundKind.AREA, row.code, row.name, _chain(row.path, names)) for row in areas]
    return [*found, *((FoundKind.UNIT, row.code, row.name, row.code) for row in units)]


AREA = (Area.id, Area.code, Area.name, Area.path)


def _chain(path: Iterable[object], names: dict[object, str]) -> str:
    """The areas above, without the district that they all share."""
    return " / ".join(names[one] for one in list(path)[1:-1] if one in names)
