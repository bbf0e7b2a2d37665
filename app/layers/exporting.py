"""Any part of the ground as a file: GeoJSON, GeoPackage, or a sheet. Brought in again, it changes nothing.

Codes, names, kinds, labels, rural, parents and shapes are written as they are stored, coordinates to the last
digit. Parents stand before their children.
"""

import io
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import anyio
import numpy as np
import shapely
import xlsxwriter
from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from app.core.clock import SHANGHAI
from app.core.errors import Invalid
from app.core.work import Work
from app.grid.models import Area, AreaLevel, Boundary, GridKind
from app.grid.queries import get_area
from app.layers.facts import KIND_HEADER, KIND_WORDS, LABEL_HEADER, NO, RURAL_HEADER, YES

AT_ONCE: Final = 2_000
MOST_IN_A_SHEET: Final = 1_000_000  # rows xlsx has, with the header and some to spare
MOST_OVER_HTTP: Final = 20_000
FIELDS: Final = ("code", "parent_code", "name", "level", "kind", "rural", "label")
LEVEL_WORDS: Final = {
    AreaLevel.DISTRICT: "区县", AreaLevel.STREET: "街道", AreaLevel.COMMUNITY: "社区", AreaLevel.GRID: "网格",
    AreaLevel.BUILDING_GROUP: "楼栋",
}  # fmt: skip
HEADERS: Final = (
    ("编码", 22), ("上级编码", 20), ("名称", 24), ("层级", 8), (KIND_HEADER, 8), (RURAL_HEADER, 8),
    (LABEL_HEADER, 12), ("面积(平方米)", 16), ("已有边界", 10),
)  # fmt: skip


class TooManyAreas(Invalid):
    """More areas than one file of this kind holds."""

    code = "too_many_areas"
    zh = "区域超过 {most} 个,请选择下级区域分别导出,或用命令行导出。"
    en = "More than {most} areas; export smaller parts one by one, or use the command line."


class UnknownExport(Invalid):
    """A file of a kind that is not written."""

    code = "unknown_export"
    zh = "导出文件名应以 .geojson、.gpkg 或 .xlsx 结尾。"
    en = "The export's name has to end in .geojson, .gpkg or .xlsx."


async def areas_of(work: Work, code: str | None) -> AsyncIterator[Sequence[Any]]:
    """The area of a code with all below it, or the whole district: rows in pieces, parents first."""
    parent = aliased(Area)
    current = and_(Boundary.area_id == Area.id, func.upper_inf(Boundary.valid))
    query = (
        select(
            Area.code, parent.code.label("parent_code"), Area.name, Area.level, Area.kind, Area.rural, Area.label,
            Boundary.area_m2, func.ST_AsBinary(Boundary.geom).label("wkb"),
        )
        .outerjoin(parent, parent.id == Area.parent_id)
        .outerjoin(Boundary, current)
        .where(Area.valid_to.is_(None))
        .order_by(func.cardinality(Area.path), Area.code)
    )  # fmt: skip
    if code is not None:
        query = query.where(Area.path.contains([(await get_area(work, code)).id]))
    found = await work.session.stream(query.execution_options(yield_per=AT_ONCE))
    async for some in found.partitions():
        yield some


async def rows_of(work: Work, code: str | None, most: int) -> list[Any]:
    """The same in one list; `TooManyAreas` beyond `most`."""
    rows: list[Any] = []
    async for some in areas_of(work, code):
        rows += some
        if len(rows) > most:
            raise TooManyAreas("code", most=most)
    return rows


HEAD: Final = '{"type": "FeatureCollection", "features": [\n'
TAIL: Final = "\n]}\n"


def geojson_of(rows: Sequence[Any]) -> str:
    """A FeatureCollection of RFC 7946, one feature a line."""
    return HEAD + ",\n".join(features_of(rows)) + TAIL


def features_of(rows: Sequence[Any]) -> Iterator[str]:
    """Each row as a feature; coordinates have as many digits as it takes to read the same number back."""
    shapes = shapely.from_wkb([None if row.wkb is None else bytes(row.wkb) for row in rows])
    for row, shape in zip(rows, shapes, strict=True):
        properties = {name: getattr(row, name) for name in FIELDS}
        geometry = None if shape is None else shapely.geometry.mapping(shape)
        yield json.dumps({"type": "Feature", "properties": properties, "geometry": geometry}, ensure_ascii=False)


def write_geopackage(rows: Sequence[Any], path: Path) -> None:
    """One layer `areas` in WGS84; areas without a boundary stand in it without a shape."""
    import pyogrio.raw  # noqa: PLC0415  # GDAL is loaded by who writes one, never by the service

    columns = [np.array([getattr(row, name) for row in rows], dtype=object) for name in FIELDS]
    columns[FIELDS.index("rural")] = np.array([row.rural for row in rows], dtype=bool)
    shapes = np.array([None if row.wkb is None else bytes(row.wkb) for row in rows], dtype=object)
    pyogrio.raw.write(
        path, shapes, columns, FIELDS, layer="areas", driver="GPKG", geometry_type="MultiPolygon",
        crs="EPSG:4326",
    )  # fmt: skip


def sheet_of(rows: Sequence[Any], told: Sequence[tuple[str, str]]) -> bytes:
    """A workbook whose cells are text, so that no code loses digits: areas, and the sheet 说明."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet("区域")
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1})
        as_text = book.add_format({"num_format": "@"})
        for place, (name, width) in enumerate(HEADERS):
            page.write_string(0, place, name, bold)
            page.set_column(place, place, width)
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(_cells(row)):
                page.write_string(number, place, value, as_text)
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, max(len(rows), 1), len(HEADERS) - 1)
        about = book.add_worksheet("说明")
        about.set_column(0, 0, 14)
        about.set_column(1, 1, 60)
        for number, (name, value) in enumerate(told):
            about.write_string(number, 0, name, bold)
            about.write_string(number, 1, value, as_text)
    return out.getvalue()


def about(work: Work, code: str | None, count: int) -> list[tuple[str, str]]:
    """The sheet 说明: of when, of what, by which post."""
    at = work.clock.now().astimezone(SHANGHAI)
    return [
        ("数据截至", f"{at:%Y-%m-%d %H:%M}"), ("范围", code or "全区"), ("区域数", str(count)),
        ("导出岗位", str(work.actor.post_id or "命令行")),
        ("说明", "编码为文本;本表不含边界图形,再次导入不改变已有边界。"),
    ]  # fmt: skip


async def export(work: Work, code: str | None, path: Path) -> int:
    """A part of the ground into a file, in the form its ending asks for; how many areas it holds."""
    match path.suffix.lower():
        case ".geojson" | ".json":
            return await _stream(work, code, path)
        case ".xlsx":
            rows = await rows_of(work, code, MOST_IN_A_SHEET)
            await anyio.Path(path).write_bytes(sheet_of(rows, about(work, code, len(rows))))
        case ".gpkg":
            rows = await rows_of(work, code, MOST_IN_A_SHEET)
            write_geopackage(rows, path)
        case _:
            raise UnknownExport("file")
    return len(rows)


async def _stream(work: Work, code: str | None, path: Path) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        async for some in areas_of(work, code):
            for feature in features_of(some):
                file.write((",\n" if count else "") + feature)
                count += 1
        file.write(TAIL)
    return count


def _cells(row: Any) -> tuple[str, ...]:
    return (
        row.code, row.parent_code or "", row.name, LEVEL_WORDS[AreaLevel(row.level)],
        KIND_WORDS[GridKind(row.kind)], YES if row.rural else NO, row.label or "",
        "" if row.area_m2 is None else f"{row.area_m2:.1f}", YES if row.wkb is not None else NO,
    )  # fmt: skip
