"""A made-up coverage: a jittered lattice of grids with shared edges, twenty vertices each, and what lies above.

Four by five grids make a community, five by five communities a street; the district is the whole. One worker
post stands on each grid, one officer on each community, one dispatcher on each street.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray
from psycopg.types.range import Range

from bench.database import DISTRICT, SCHEMA

CELL = 0.002  # degrees: a grid is about 200 m wide
WEST, SOUTH = 102.0, 24.0
PIECES = 5  # straight pieces an edge is broken into
ACROSS, DOWN = 5, 4  # grids of a community
STREET = 5  # communities of a street, each way
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
LEVELS = ("district", "street", "community", "grid")
COLUMNS = {
    "area": (
        "id level kind rural code name parent_id district_id street_id community_id grid_id path valid_from",
        "uuid text text bool text text uuid uuid uuid uuid uuid uuid[] timestamptz",
    ),
    "area_code": ("code area_id valid_from", "text uuid timestamptz"),
    "boundary": ("id area_id version geom valid source area_m2", "uuid uuid int4 bytea tstzrange text float8"),
    "unit": ("id kind code name area_id vertical", "uuid text text text uuid bool"),
    "post": ("id account_id role area_id rank valid_from", "uuid uuid text uuid text timestamptz"),
}
ROLES = {"grid": "grid_worker", "community": "community_officer", "street": "street_dispatcher"}
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Size:
    """How many grids, counted in whole streets."""

    wide: int
    high: int

    @property
    def grids(self) -> int:
        return self.wide * self.high

    @property
    def box(self) -> tuple[float, float, float, float]:
        return WEST, SOUTH, WEST + self.wide * CELL, SOUTH + self.high * CELL


SMALL = Size(50, 20)  # 1,000 grids, 2 streets
LARGE = Size(700, 560)  # 392,000 grids, 784 streets


@dataclass(frozen=True)
class Place:
    """One area before its shape: who it is and what it lies in, top down, itself last."""

    level: str
    code: str
    ids: tuple[UUID, ...]
    rows: slice
    columns: slice


def _numbered(kind: int, level: int, number: int) -> UUID:
    """Repeatable, and scattered as real ids are: a GiST index over a plain count takes minutes to build."""
    return UUID(bytes=blake2b(f"{kind}/{level}/{number}".encode(), digest_size=16).digest())


def numbered(number: int) -> UUID:
    """An id for a row that is no place of ours."""
    return _numbered(9, 0, number)


class Lattice:
    """The edges, each made once, so that neighbours share every vertex."""

    def __init__(self, size: Size) -> None:
        rng = np.random.default_rng(530114)
        x, y = np.meshgrid(np.arange(size.wide + 1.0), np.arange(size.high + 1.0))
        x[:, 1:-1] += rng.uniform(-0.15, 0.15, x[:, 1:-1].shape)
        y[1:-1, :] += rng.uniform(-0.15, 0.15, y[1:-1, :].shape)
        corners = np.stack((x, y), axis=-1)
        self.flat = self._broken(corners[:, :-1], corners[:, 1:], rng, axis=1)
        self.flat[0, :, :, 1], self.flat[-1, :, :, 1] = 0, size.high
        self.steep = self._broken(corners[:-1], corners[1:], rng, axis=0)
        self.steep[:, 0, :, 0], self.steep[:, -1, :, 0] = 0, size.wide

    @staticmethod
    def _broken(start: Floats, end: Floats, rng: np.random.Generator, axis: int) -> Floats:
        along = np.linspace(0, 1, PIECES + 1)[:, None]
        points = start[:, :, None] * (1 - along) + end[:, :, None] * along
        points[:, :, 1:-1, axis] += rng.uniform(-0.06, 0.06, (*points.shape[:2], PIECES - 1))
        return np.asarray(points)

    def ring(self, rows: slice, columns: slice) -> Floats:
        """The outline of a block of grids, counter-clockwise, closed."""
        low = self.flat[rows.start, columns].reshape(-1, 2)
        right = self.steep[rows, columns.stop].reshape(-1, 2)
        high = self.flat[rows.stop, columns].reshape(-1, 2)[::-1]
        left = self.steep[rows, columns.start].reshape(-1, 2)[::-1]
        joined = np.concatenate((low, right, high, left))
        kept = np.append(True, (np.diff(joined, axis=0) != 0).any(axis=1))
        return np.asarray(joined[kept] * CELL + (WEST, SOUTH))

    def grids(self) -> list[bytes]:
        """Every grid as EWKB, row by row."""
        low, high = self.flat[:-1], self.flat[1:, :, ::-1]
        right, left = self.steep[:, 1:], self.steep[:, :-1, ::-1]
        rings = np.concatenate([side[:, :, :-1] for side in (low, right, high, left)], axis=2)
        rings = np.concatenate((rings, rings[:, :, :1]), axis=2).reshape(-1, 4 * PIECES + 1, 2)
        polygons: Any = shapely.polygons(rings * CELL + (WEST, SOUTH))
        return _ewkb(shapely.multipolygons(polygons, indices=np.arange(len(polygons))))


def _ewkb(shapes: Any) -> list[bytes]:
    encoded = shapely.to_wkb(shapely.set_srid(shapes, 4326), include_srid=True)
    return [bytes(one) for one in encoded]


def _blocks(size: Size, level: str) -> Iterator[tuple[slice, slice]]:
    deep, wide = {
        "district": (size.high, size.wide),
        "street": (DOWN * STREET, ACROSS * STREET),
        "community": (DOWN, ACROSS),
        "grid": (1, 1),
    }[level]
    for row in range(0, size.high, deep):
        for column in range(0, size.wide, wide):
            yield slice(row, row + deep), slice(column, column + wide)


def places(size: Size) -> Iterator[Place]:
    """Every area, from the top down."""
    at: dict[tuple[str, int, int], tuple[UUID, ...]] = {}
    steps = {"street": (DOWN * STREET, ACROSS * STREET), "community": (DOWN, ACROSS)}
    for depth, level in enumerate(LEVELS):
        for number, (rows, columns) in enumerate(_blocks(size, level)):
            above: tuple[UUID, ...] = ()
            if depth:
                upper = LEVELS[depth - 1]
                deep, wide = steps.get(upper, (size.high, size.wide))
                above = at[upper, rows.start // deep, columns.start // wide]
            ids = (*above, _numbered(1, depth, number))
            deep, wide = steps.get(level, (size.high, size.wide) if not depth else (1, 1))
            at[level, rows.start // deep, columns.start // wide] = ids
            code = DISTRICT if level == "district" else f"{DISTRICT}-{depth}-{number:06d}"
            yield Place(level, code, ids, rows, columns)


def load(connection: psycopg.Connection, size: Size) -> None:
    """COPY areas, codes, grid boundaries, units and posts into the district; indexes return afterwards."""
    everywhere = list(places(size))
    shapes = Lattice(size).grids()
    grids = [place for place in everywhere if place.level == "grid"]
    with connection.transaction():
        connection.execute(f"set local search_path = {SCHEMA}, public")
        connection.execute("set local session_replication_role = replica")  # our own rows refer rightly
        _copy(connection, "area", map(_area, everywhere))
        _copy(connection, "area_code", ((one.code, one.ids[-1], BEGAN) for one in everywhere))
        connection.execute("alter table boundary drop constraint boundary_one_at_a_time")
        connection.execute("drop index boundary_geom")
        _copy(connection, "boundary", map(_boundary, grids, shapes))
        connection.execute("create index boundary_geom on boundary using gist (geom)")
        rule = "exclude using gist (area_id with =, valid with &&)"
        connection.execute(f"alter table boundary add constraint boundary_one_at_a_time {rule}")
        _copy(connection, "unit", _units(everywhere))
        _copy(connection, "post", _posts(everywhere))
    tidy(connection)


def add_upper_boundaries(connection: psycopg.Connection, size: Size) -> None:
    """Shapes of district, streets and communities too, as a real import brings them."""
    lattice = Lattice(size)
    upper = [place for place in places(size) if place.level != "grid"]
    rings = [lattice.ring(place.rows, place.columns) for place in upper if place.level != "district"]
    shapes = [shapely.MultiPolygon([shapely.box(*size.box)])]  # the outer edge of the lattice is straight
    shapes += [shapely.MultiPolygon([shapely.Polygon(ring)]) for ring in rings]
    with connection.transaction():
        connection.execute(f"set local search_path = {SCHEMA}, public")
        _copy(connection, "boundary", map(_boundary, upper, _ewkb(np.array(shapes))))
    tidy(connection)


def tidy(connection: psycopg.Connection) -> None:
    """Statistics and visibility as autovacuum would leave them."""
    for table in COLUMNS:
        connection.execute(f"vacuum analyze {SCHEMA}.{table}")


def _area(place: Place) -> tuple[Any, ...]:
    own = (*place.ids, None, None, None)[:4]
    parent = place.ids[-2] if len(place.ids) > 1 else None
    kind = ("general", False)
    return (
        place.ids[-1], place.level, *kind, place.code, place.code, parent, *own, list(place.ids), BEGAN,
    )  # fmt: skip


def _boundary(place: Place, shape: bytes) -> tuple[Any, ...]:
    boundary_id = UUID(bytes=blake2b(place.ids[-1].bytes, digest_size=16).digest())
    return boundary_id, place.ids[-1], 1, shape, Range(BEGAN, None), "drawn", 40_000.0


def _units(everywhere: Iterable[Place]) -> Iterator[tuple[Any, ...]]:
    for number, place in enumerate(one for one in everywhere if one.level in ("street", "community")):
        yield _numbered(3, 0, number), "office", place.code, place.code, place.ids[-1], False


def _posts(everywhere: Iterable[Place]) -> Iterator[tuple[Any, ...]]:
    for number, place in enumerate(one for one in everywhere if one.level in ROLES):
        area_id = place.ids[-1]
        yield _numbered(4, 0, number), _numbered(5, 0, number), ROLES[place.level], area_id, "A", BEGAN


def _copy(connection: psycopg.Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    columns, types = (words.split() for words in COLUMNS[table])
    order = f"copy {table} ({', '.join(columns)}) from stdin (format binary)"
    with connection.cursor() as cursor, cursor.copy(order) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)
