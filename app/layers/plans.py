"""What an import carries from reading to storing, and how it tells how far it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import shapely

from app.grid.models import Source
from app.layers.checks import Overlap
from app.layers.features import Feature
from app.layers.findings import Finding, Level
from app.layers.ground import Ground, KnownArea

Tell = Callable[[str, int, int], None]  # what is being done, how many are done, of how many (0: not known)


def quietly(_what: str, _done: int, _of: int) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Known:
    """An area in the database, as far as an import compares it."""

    id: UUID
    code: str
    level: str
    kind: str
    name: str
    parent_code: str | None
    path: Sequence[UUID]
    chain: Sequence[UUID | None]
    version: int
    wkb: bytes | None

    def as_area(self) -> KnownArea:
        """The same for the checks."""
        shape: Any = shapely.from_wkb(self.wkb) if self.wkb is not None else None
        return KnownArea(self.code, self.parent_code, self.level, shape, self.kind)


@dataclass(frozen=True)
class Plan:
    """What a run read, what is wrong with it, and the ground it was checked against."""

    features: list[Feature]
    findings: list[Finding]
    overlaps: list[Overlap]
    source: Source
    at: datetime
    known: Mapping[str, Known]

    @property
    def errors(self) -> int:
        return sum(one.level is Level.ERROR for one in self.findings)

    def ground(self) -> Ground:
        """Everything that was looked at, for pictures."""
        return Ground(self.features, {code: one.as_area() for code, one in self.known.items()})
