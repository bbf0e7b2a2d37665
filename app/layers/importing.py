"""Areas from files into a district: read, check, store by COPY in the caller's transaction, or change nothing.

All levels of one run are checked together. A code that is known keeps its area: an unchanged shape is left as it
is, a changed one becomes the next boundary version. Moving an area under another parent is a change request, not
an import, and is refused (DESIGN 2).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from app.core.geometry import Crs
from app.core.work import Work
from app.grid.locate import CHAIN
from app.grid.models import DEPTH, Area, AreaLevel, Boundary, GridKind, Source
from app.layers.checks import check_layer, rulings
from app.layers.coding import check_codes
from app.layers.features import Asked, Feature
from app.layers.findings import Finding, softened
from app.layers.opening import read_layer
from app.layers.plans import Known, Plan, Tell, quietly
from app.layers.repair import Repair, mended_borders
from app.layers.storing import AreaMoved, ImportRefused, Stored, store
from app.layers.systems import System

__all__ = [
    "AreaMoved", "Fields", "ImportRefused", "Layer", "Plan", "Stored", "plan", "read_layers", "store",
]  # fmt: skip


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
    repair: frozenset[Repair] = frozenset()


def read_layers(
    layers: Iterable[Layer], fields: Fields, tell: Tell = quietly
) -> tuple[list[Feature], list[Finding]]:
    """Features of all files, outer levels first, with what is wrong with each alone. Any format."""
    features: list[Feature] = []
    findings: list[Finding] = []
    ordered = sorted(layers, key=lambda one: -1 if one.level is None else DEPTH[one.level])
    for done, layer in enumerate(ordered):
        tell("files", done, len(ordered))
        found, faults = read_layer(layer.path, layer.path.name, _asked(layer, fields))
        features += found
        findings += faults
    tell("files", len(ordered), len(ordered))
    return features, findings


def _asked(layer: Layer, fields: Fields) -> Asked:
    return Asked(
        layer.level, fields.crs, layer.kind, fields.code, fields.parent, fields.name, fields.encoding,
        fields.layer, mend_rings=Repair.RINGS in fields.repair,
    )  # fmt: skip


async def plan(
    work: Work,
    features: list[Feature],
    findings: list[Finding],
    accept: Sequence[str],
    source: Source,
    *,
    repair: frozenset[Repair] = frozenset(),
    profile: str | None = None,
    tell: Tell = quietly,
) -> Plan:
    """Check features against each other and against what the district holds, mended first where asked.

    `profile` names a scheme of codes (app/grid/codes.py) the new ones are held to.
    """
    known = await _known(work)
    areas = {code: one.as_area() for code, one in known.items()}
    features, mended = mended_borders(features, areas, repair)
    coded = check_codes(features, areas, profile)
    checked = check_layer(features, areas, accept, tell)
    found = [*softened([*findings, *mended, *coded], accept), *checked]
    return Plan(features, found, rulings(checked), source, work.clock.now(), known)


async def _known(work: Work) -> dict[str, Known]:
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
    return {
        row.code: Known(
            row.id, row.code, row.level, row.kind, row.name, row.parent_code, row.path,
            tuple(getattr(row, name) for name in CHAIN), row.version,
            None if row.wkb is None else bytes(row.wkb),
        )
        for row in rows
    }  # fmt: skip
