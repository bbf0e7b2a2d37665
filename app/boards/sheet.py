"""The printed sign: one page a building group, its map in colour, its QR code, its people; A4 or A3."""

import json
import math
from collections.abc import Sequence
from datetime import date, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any, cast

import shapely
from shapely import MultiPolygon

from app.boards.schemas import BoardLine, BoardOut, Size
from app.printing.codes import qr_svg
from app.printing.compiling import as_pdf, as_pictures

TEMPLATE = Path(__file__).parent / "templates" / "sign.typ"
WIDE, HIGH = 1000.0, 620.0  # the map's own units; the template scales them to its paper
FILLS = ("#cfe8d5", "#fde7c4", "#d5e3f7", "#f6d9e4", "#e4dcf3", "#e3efc4", "#f9dcc9", "#d2ecec")
LONG_PREFIX = 3  # characters that all names of a map begin with: its title says them once
OWN, GRID_LINE, LINE = "#f4a21b", "#b42318", "#5b6b73"


async def print_boards(boards: Sequence[tuple[BoardLine, BoardOut]], size: Size, at: datetime) -> bytes:
    """One PDF with a page for each board."""
    return await as_pdf(TEMPLATE, _said(boards, size), at)


async def picture_boards(boards: Sequence[tuple[BoardLine, BoardOut]], size: Size, at: datetime) -> list[bytes]:
    """The same pages as pictures."""
    return await as_pictures(TEMPLATE, _said(boards, size), at)


def _said(boards: Sequence[tuple[BoardLine, BoardOut]], size: Size) -> dict[str, Any]:
    return {"size": size.lower(), "pages": [_page(line, board) for line, board in boards]}


def _page(line: BoardLine, board: BoardOut) -> dict[str, Any]:
    above = [one.name for one in board.chain if one.code != board.area_code]
    return {
        "title": board.name,
        "above": " · ".join(above),
        "code": board.area_code,
        "people": [
            {"role": one.role_zh + ("(代理)" if one.deputy else ""), "name": one.name, "phone": one.phone or ""}
            for one in board.people
        ],
        "supervision": board.supervision_phone or "",
        "phrase": board.phrase,
        "qr": qr_svg(line.url),
        "map": drawing(board.map) if board.map else "",
        "labels": labels(board.map) if board.map else [],
        "issued": _day(board.issued_on),
        "updated": _day(board.updated_on),
    }


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def drawing(said: dict[str, Any]) -> str:
    """The map as SVG: groups in quiet colours, the own one bright, the grid's border strong, names inside."""
    shapes = [(one["properties"], shapely.from_geojson(json.dumps(one["geometry"]))) for one in said["features"]]
    turn = _projection([shape for _, shape in shapes])
    groups = [(told, shape) for told, shape in shapes if told["level"] != "grid"]
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE:g} {HIGH:g}">']
    parts += [_path(shape, turn, "#f3f5f4", GRID_LINE, 5) for told, shape in shapes if told["level"] == "grid"]
    for place, (told, shape) in enumerate(groups):
        fill = OWN if told["own"] else FILLS[place % len(FILLS)]
        parts.append(_path(shape, turn, fill, LINE, 2))
    parts += [_path(shape, turn, "none", GRID_LINE, 5) for told, shape in shapes if told["level"] == "grid"]
    return "".join([*parts, "</svg>"])


def labels(said: dict[str, Any]) -> list[dict[str, Any]]:
    """Names of the groups, without what all begin with, and where they stand as shares of width and height."""
    shapes = [(one["properties"], shapely.from_geojson(json.dumps(one["geometry"]))) for one in said["features"]]
    turn = _projection([shape for _, shape in shapes])
    groups = [(told, shape) for told, shape in shapes if told["level"] != "grid"]
    known = _common([told["name"] for told, _ in groups]) if len(groups) > 1 else ""
    found = []
    for told, shape in groups:
        x, y = turn(*shapely.maximum_inscribed_circle(cast("MultiPolygon", shape)).coords[0])
        name = told["name"].removeprefix(known) if len(known) >= LONG_PREFIX else told["name"]
        found.append({"name": name or told["name"], "own": told["own"], "x": x / WIDE, "y": y / HIGH})
    return found


def _common(names: Sequence[str]) -> str:
    """What all of them begin with."""
    same = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in same)


def _projection(shapes: Sequence[Any]) -> Any:
    """Degrees to the map's units, north up, in true proportion at this latitude."""
    west, south, east, north = shapely.total_bounds(shapes)
    squeeze = math.cos(math.radians((south + north) / 2))
    wide, high = max((east - west) * squeeze, 1e-9), max(north - south, 1e-9)
    scale = min((WIDE - 20) / wide, (HIGH - 20) / high)
    left, top = (WIDE - wide * scale) / 2, (HIGH - high * scale) / 2

    def turn(lon: float, lat: float) -> tuple[float, float]:
        return float(left + (lon - west) * squeeze * scale), float(top + (north - lat) * scale)

    return turn


def _path(shape: Any, turn: Any, fill: str, line: str, width: int) -> str:
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    drawn = []
    for ring in rings:
        points = (turn(*point) for point in ring.coords)
        drawn.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z")
    path = "".join(drawn)
    return f'<path d="{path}" fill="{fill}" fill-rule="evenodd" stroke="{line}" stroke-width="{width}"/>'
