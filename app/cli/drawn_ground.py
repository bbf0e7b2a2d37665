"""The demonstration's ground: real codes and names of 呈贡区 乌龙街道, with boundaries drawn by this script.

Codes and names are those of the statistics bureau's division list of 2021 (collected by
liyanjie2048/AdministrativeDivisionCn, MIT). No open polygons exist for these communities, so every line here is
drawn: cells around points of a low-discrepancy sequence, the same on every machine.
"""

from collections.abc import Iterator

import shapely
from shapely import MultiPolygon, Polygon

from app.grid.models import AreaLevel, GridKind
from app.layers.reading import Feature

DISTRICT, STREET = "530114", "530114004"
COMMUNITIES = {
    "530114004001": "乌龙社区",
    "530114004002": "上可乐社区",
    "530114004003": "下可乐社区",
    "530114004004": "松花社区",
    "530114004005": "三岔口社区",
    "530114004006": "七步场社区",
    "530114004007": "星浦社区",
    "530114004008": "春融社区",
    "530114004009": "彩云社区",
    "530114004010": "联大社区",
}
RURAL = "530114004006"  # drawn as a village: its grids are villager groups, with nothing below
NAMES_ONLY = "530114004007"  # has a name and a code, no boundary: many a district begins so
MARKET = "530114004009900"
GRIDS, BUILDINGS = 4, 4
OUTLINE = Polygon([
    (102.7935, 24.8410), (102.8075, 24.8302), (102.8340, 24.8330), (102.8585, 24.8365), (102.8720, 24.8500),
    (102.8690, 24.8705), (102.8560, 24.8880), (102.8290, 24.8935), (102.8040, 24.8860), (102.7920, 24.8650),
])  # fmt: skip
AROUND = Polygon([(102.77, 24.81), (102.90, 24.81), (102.91, 24.91), (102.77, 24.91)])
PLASTIC = 1.32471795724474602596  # the plane's golden ratio: points that keep their distance


def cells(ground: Polygon, count: int, offset: int) -> list[Polygon]:
    """`count` cells that share their borders and fill the ground, in order from west to east."""
    west, south, east, north = ground.bounds
    points: list[shapely.Point] = []
    step = offset
    while len(points) < count:
        step += 1
        x, y = (0.5 + step / PLASTIC) % 1, (0.5 + step / PLASTIC**2) % 1
        point = shapely.Point(west + x * (east - west), south + y * (north - south))
        if ground.contains(point):
            points.append(point)
    drawn = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=ground)
    parts = [_largest(cell.intersection(ground)) for cell in drawn.geoms]
    return sorted(parts, key=lambda part: (part.centroid.x, part.centroid.y))


def _largest(shape: shapely.Geometry) -> Polygon:
    parts: list[Polygon] = list(shapely.get_parts(shape))
    return max(parts, key=shapely.area)


def _feature(
    level: AreaLevel, code: str, parent: str | None, name: str, shape: Polygon | None, **more: object
) -> Feature:
    whole = None if shape is None else MultiPolygon([shape])
    kind = str(more.get("kind", GridKind.GENERAL))
    return Feature(f"drawn#{code}", code, parent, name, level, whole, more, kind)


def features() -> Iterator[Feature]:
    """The whole demonstration ground, from the district down."""
    yield _feature(AreaLevel.DISTRICT, DISTRICT, None, "呈贡区", AROUND)
    yield _feature(AreaLevel.STREET, STREET, DISTRICT, "乌龙街道", OUTLINE)
    shapes = cells(OUTLINE, len(COMMUNITIES), 3)
    for number, (code, shape) in enumerate(zip(COMMUNITIES, shapes, strict=True)):
        drawn = None if code == NAMES_ONLY else shape
        rural = code == RURAL
        name = COMMUNITIES[code].replace("社区", "村") if rural else COMMUNITIES[code]
        yield _feature(AreaLevel.COMMUNITY, code, STREET, name, drawn, rural=rural)
        if drawn is not None:
            yield from _grids(code, drawn, number, rural=rural)
        if code == MARKET[:12]:
            yield _market(shape)


def _grids(community: str, ground: Polygon, number: int, *, rural: bool) -> Iterator[Feature]:
    short = COMMUNITIES[community].removesuffix("社区")
    for place, shape in enumerate(cells(ground, GRIDS, 11 * number), start=1):
        code = f"{community}{place:03d}"
        name = f"{short}村民{place}组" if rural else f"{short}第{place}网格"
        yield _feature(AreaLevel.GRID, code, community, name, shape, rural=rural)
        if not rural:
            yield from _building_groups(code, name, shape, number + place)


def _building_groups(grid: str, name: str, ground: Polygon, offset: int) -> Iterator[Feature]:
    for place, shape in enumerate(cells(ground, BUILDINGS, 7 * offset), start=1):
        yield _feature(
            AreaLevel.BUILDING_GROUP, f"{grid}{place:03d}", grid, f"{name}{place}栋", shape, label="楼栋"
        )


def _market(community: Polygon) -> Feature:
    middle = community.representative_point()
    shape = _largest(middle.buffer(0.0012, quad_segs=4).intersection(community))
    name = "专属网格:彩云农贸市场"
    return _feature(AreaLevel.GRID, MARKET, MARKET[:12], name, shape, kind=GridKind.DEDICATED)
