"""Files good row by row whose areas do not lie together: overlaps, gaps, slivers, children outside, circles."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shapely import box
from shapely.geometry import mapping

from app.core.geometry import metres_per_degree
from app.layers.findings import Code
from tests.layers.bad_files import Bad, Make
from tests.layers.drawn_files import SOUTH, WEST

EAST_M, NORTH_M = metres_per_degree(SOUTH)
Row = tuple[str, str | None, str, dict[str, Any] | None]


def field(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """A box in metres from one corner of Chenggong."""
    return mapping(
        box(WEST + west / EAST_M, SOUTH + south / NORTH_M, WEST + east / EAST_M, SOUTH + north / NORTH_M)
    )


def ground(*rows: Row) -> Make:
    """Code, parent, level and boundary of each area, outer ones first."""

    def make(folder: Path) -> Path:
        features = [
            {
                "type": "Feature",
                "properties": {"code": code, "parent_code": parent, "name": code, "level": level},
                "geometry": shape,
            }
            for code, parent, level, shape in rows
        ]
        path = folder / "ground.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        return path

    return make


BLOCK: Row = ("S", None, "street", field(0, 0, 1000, 1000))


def halves(west_to: float, east_from: float, border: float = 1000) -> Sequence[Row]:
    """A street of two communities whose shared border, so many metres long, is drawn at two places."""
    return (
        ("S", None, "street", field(0, 0, 1000, border)),
        ("A", "S", "community", field(0, 0, west_to, border)),
        ("B", "S", "community", field(east_from, 0, 1000, border)),
    )


def bad(title: str, code: Code, *rows: Row, also: frozenset[Code] = frozenset()) -> Bad:
    return Bad(title, ground(*rows), code, {"level": None}, also, together=True)


GROUND = [
    bad("Siblings overlapping by ten metres", Code.OVERLAP, *halves(510, 500)),
    bad("Siblings overlapping by one centimetre along a kilometre", Code.OVERLAP, *halves(500.01, 500)),
    bad("Siblings overlapping by one centimetre along 80 metres", Code.NARROW_OVERLAP, *halves(500.01, 500, 80)),
    bad("One outline under two codes", Code.OVERLAP, BLOCK, ("T", None, "street", BLOCK[3])),
    bad("A gap of ten metres between siblings", Code.GAP, *halves(490, 500)),
    bad("A gap of twenty centimetres between siblings", Code.NARROW_GAP, *halves(499.8, 500)),
    bad(
        "A child with a twentieth outside its parent", Code.OUTSIDE_PARENT, BLOCK,
        ("A", "S", "community", field(0, 0, 1053, 1000)),
    ),
    bad(
        "A child far from its parent", Code.OUTSIDE_PARENT, BLOCK,
        ("A", "S", "community", field(2000, 0, 3000, 1000)), also=frozenset({Code.GAP}),
    ),
    bad("A code on two areas", Code.DUPLICATE_CODE, ("A", None, "street", None), ("A", None, "street", None)),
    bad("A parent that is nowhere", Code.ORPHAN, ("A", "X", "community", field(0, 0, 10, 10))),
    bad("An area that is its own parent", Code.CYCLE, ("A", "A", "grid", field(0, 0, 10, 10))),
    bad("Three areas in a circle", Code.CYCLE, *(
        (code, above, "grid", None) for code, above in (("A", "B"), ("B", "C"), ("C", "A"))
    )),
    bad(
        "A parent without a boundary", Code.NO_PARENT_GEOMETRY, ("S", None, "street", None),
        ("A", "S", "community", field(0, 0, 10, 10)),
    ),
]  # fmt: skip
