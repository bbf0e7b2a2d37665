"""The bad files an import must name: how each is made, what is said when it is read, and the one finding it gives.

Made by code, so that each can be read here and no binary lies in the repository. `BAD_FILES.md` is the table.
"""

import gzip
import json
import stat
import struct
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter
from shapely import Polygon

from app.layers.findings import Code
from tests.layers.drawn_files import CODES, NAMES, squares, write

Make = Callable[[Path], Path]


@dataclass(frozen=True)
class Bad:
    """What the person says is `asked`: crs, encoding, layer, level. `also` may come with the named one.

    `together` asks for the checks of the areas against each other too.
    """

    title: str
    make: Make
    code: Code
    asked: dict[str, Any] = field(default_factory=dict)
    also: frozenset[Code] = frozenset()
    together: bool = False


def shapefile(folder: Path, encoding: str = "UTF-8", cpg: str | None = None, **more: Any) -> Path:
    """Three streets; a .cpg of its own word, none for an empty one."""
    path = write(folder / "streets.shp", encoding=encoding, **more)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    if cpg == "":
        path.with_suffix(".cpg").unlink()
    return path


def zipped(folder: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    path = folder / "layer.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def geojson(*shapes: Any, **props: Any) -> bytes:
    rows = [
        {"type": "Feature", "properties": {"code": str(at), "name": "x", **props}, "geometry": shape}
        for at, shape in enumerate(shapes, start=1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": rows}).encode()


def ring(*points: Sequence[float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(point) for point in points]]}


SQUARE = ((102.0, 24.0), (102.01, 24.0), (102.01, 24.01), (102.0, 24.01), (102.0, 24.0))
BOWTIE = (SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0])
DATELINE = ((179.9, 24), (-179.9, 24), (-179.9, 24.1), (179.9, 24.1), (179.9, 24))
SLIVER = (SQUARE[0], SQUARE[1], (102.005, 24.0), SQUARE[0])
SPIKE = (*SQUARE[:2], (102.02, 24.0), SQUARE[1], *SQUARE[2:])


def text(name: str, content: bytes) -> Make:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def shape_file(*shapes: Any, **props: Any) -> Make:
    return text("streets.geojson", geojson(*shapes, **props))


def damaged(folder: Path) -> Path:
    whole = write(folder / "streets.gpkg")
    whole.write_bytes(whole.read_bytes()[:100] + b"\xff" * 4000)
    return whole


def cut_shp(folder: Path) -> Path:
    path = shapefile(folder)
    path.write_bytes(path.read_bytes()[:110])
    return path


def lone_shp(folder: Path) -> Path:
    path = shapefile(folder)
    path.with_suffix(".dbf").unlink()
    return path


def two_layers(folder: Path) -> Path:
    path = write(folder / "two.gpkg", layer="streets")
    return write(path, layer="grids", append=True)


def narrow(folder: Path) -> Path:
    """A column of five bytes, as other programs make it: the second character of the name is cut in two."""
    path = write(folder / "streets.shp", {"code": ["1"], "name": ["街道"]}, squares(1))
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace("街道".encode(), "街道".encode()[:5] + b" "))
    return path


def prj(folder: Path) -> Path:
    path = shapefile(folder)
    path.with_suffix(".prj").unlink()
    return path


def symlink(folder: Path) -> Path:
    member = zipfile.ZipInfo("streets.geojson")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return zipped(folder, (member, b"/etc/passwd"))


def encrypted(folder: Path) -> Path:
    """The flag of a password on the one member, in both of its headers."""
    raw = bytearray(zipped(folder, ("streets.geojson", geojson(ring(*SQUARE)))).read_bytes())
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        where = raw.index(magic) + at
        raw[where : where + 2] = struct.pack("<H", 1)
    (folder / "layer.zip").write_bytes(raw)
    return folder / "layer.zip"


def workbook(folder: Path, rows: Sequence[Sequence[object]]) -> Path:
    path = folder / "list.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return path


def xlsx_bomb(folder: Path) -> Path:
    path = workbook(folder, [["编码"], ["1"]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/more.xml", b" " * (30 << 20))
    return path


VRT = (
    b'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/vsicurl/http://127.0.0.1:PORT/a.geojson'
    b"</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
)
HEADER = "编码,名称,级别\n"
CSV = (HEADER + "".join(f"{code},{name},街道\n" for code, name in zip(CODES, NAMES, strict=True))).encode
LOST: list[list[object]] = [["编码", "名称"], [530114004005001001, "一栋"]]

ENCODINGS = [
    Bad("Shapefile in GBK without .cpg", lambda f: shapefile(f, "GBK", ""), Code.ENCODING_UNKNOWN),
    Bad("Shapefile in GBK, .cpg says UTF-8", lambda f: shapefile(f, "GBK", "UTF-8"), Code.ENCODING_CONTRADICTED),
    Bad("Shapefile in GBK, .cpg says Big5", lambda f: shapefile(f, "GBK", "BIG5"), Code.ENCODING_CONTRADICTED),
    Bad("Shapefile in UTF-8, .cpg says GBK", lambda f: shapefile(f, "UTF-8", "936"), Code.ENCODING_CONTRADICTED),
    Bad("Shapefile, .cpg says Latin-1", lambda f: shapefile(f, "GBK", "ISO-8859-1"), Code.ENCODING_CONTRADICTED),
    Bad(
        "Shapefile in GBK, the person says UTF-8", lambda f: shapefile(f, "GBK", ""), Code.ENCODING_WRONG,
        {"encoding": "utf-8"},
    ),
    Bad("Shapefile with a name cut within a character", narrow, Code.TEXT_CUT),
    Bad("CSV in GBK, nothing said", text("list.csv", CSV("gbk")), Code.ENCODING_UNKNOWN, {"level": None}),
    Bad(
        "CSV in Big5, the person says KOI8-R",
        text("list.csv", "編碼,名稱\n1,板橋里\n".encode("big5")), Code.ENCODING_WRONG, {"encoding": "koi8-r"},
    ),
    Bad("GeoJSON in GBK", text("a.geojson", '{"type":"Feature","名":1}'.encode("gbk")), Code.NOT_GEOJSON),
]  # fmt: skip

SYSTEMS = [
    Bad("Shapefile without .prj", prj, Code.CRS_NOT_STATED),
    Bad("Shapefile, .prj is CGCS2000, declared EPSG:4547", shapefile, Code.CRS_MISMATCH, {"crs": "epsg:4547"},
        frozenset({Code.OUT_OF_WORLD})),
    Bad("GeoPackage in Web Mercator, declared WGS84", lambda f: write(f / "a.gpkg", crs="EPSG:3857"),
        Code.CRS_MISMATCH),
    Bad("GeoPackage in WGS84, declared GCJ-02", lambda f: write(f / "a.gpkg", crs="EPSG:4326"), Code.CRS_MISMATCH,
        {"crs": "gcj02"}),
    Bad("GeoJSON naming EPSG:4547, declared WGS84",
        text("a.geojson", geojson(ring(*SQUARE)).replace(b'"features"', b'"crs": {"properties": {"name": '
             b'"urn:ogc:def:crs:EPSG::4547"}}, "features"')), Code.CRS_MISMATCH),
    Bad("Declared Xian 1980, which reaches WGS84 by no public way", shape_file(ring(*SQUARE)), Code.CRS_BLURRED,
        {"crs": "epsg:4610"}),
    Bad("Projected metres declared as degrees", shape_file(ring(*((x * 4e3, y * 1e5) for x, y in SQUARE))),
        Code.OUT_OF_WORLD),
    Bad("Latitude before longitude", shape_file(ring(*((y, x) for x, y in SQUARE))), Code.OUT_OF_WORLD),
    Bad("Northing before easting in EPSG:4543",
        shape_file(ring((2745000, 480000), (2745100, 480000), (2745100, 480100), (2745000, 480000))),
        Code.OUT_OF_WORLD, {"crs": "epsg:4543"}),
    Bad("Easting with its zone number, declared without",
        shape_file(ring((34480000, 2745000), (34480100, 2745000), (34480100, 2745100), (34480000, 2745000))),
        Code.OUT_OF_WORLD, {"crs": "epsg:4543"}),
    Bad("Across longitude 180", shape_file(ring(*DATELINE)),
        Code.ANTIMERIDIAN),
]  # fmt: skip

RINGS = [
    Bad("Ring crossing itself", shape_file(ring(*BOWTIE)), Code.RING_BROKEN),
    Bad("Ring not closed", shape_file(ring(*SQUARE[:-1])), Code.RING_BROKEN),
    Bad("Ring of three points", shape_file(ring(SQUARE[0], SQUARE[1], SQUARE[0])), Code.RING_BROKEN),
    Bad("Ring with a spike", shape_file(ring(*SPIKE)), Code.RING_BROKEN),
    Bad("Sliver without an area", shape_file(ring(*SLIVER)), Code.RING_BROKEN),
    Bad("Hole outside its shell",
        shape_file({"type": "Polygon", "coordinates": [SQUARE, [[x + 1, y] for x, y in SQUARE]]}),
        Code.HOLE_OUTSIDE_SHELL),
    Bad("Coordinate that is no number", text("a.geojson", geojson(ring(*SQUARE)).replace(b"24.01", b"NaN", 1)),
        Code.NOT_FINITE),
    Bad("Empty polygon", shape_file({"type": "Polygon", "coordinates": []}), Code.EMPTY_GEOMETRY),
    Bad("A line for an area", shape_file({"type": "LineString", "coordinates": SQUARE}), Code.NOT_POLYGON),
    Bad("Heights", shape_file(ring(*((x, y, 1890.0) for x, y in SQUARE))), Code.HAS_Z),
    Bad("WKT cut off in a CSV", text("a.csv", b'code,name,wkt\n1,x,"POLYGON ((102 24, 102.1 24"\n'),
        Code.GEOMETRY_UNREADABLE),
    Bad("Bowtie in a GeoPackage", lambda f: write(f / "a.gpkg", {"code": ["1"], "name": ["x"]},
                                                   [Polygon(BOWTIE)]), Code.RING_BROKEN),
]  # fmt: skip

TABLES = [
    Bad("xlsx whose 18-digit code is a number", lambda f: workbook(f, LOST), Code.LOST_DIGITS),
    Bad("CSV whose code a spreadsheet wrote as 5.3E+17", text("a.csv", b"code,name\n5.30114E+17,x\n"),
        Code.LOST_DIGITS),
    Bad("List without a code column", text("a.csv", "序号,备注\n1,x\n".encode()), Code.NO_CODE_COLUMN),
    Bad("List with one header twice", text("a.csv", "编码,名称,名称\n1,x,y\n".encode()), Code.DOUBLE_HEADER),
    Bad("List with a header and nothing below", text("a.csv", "编码,名称\n".encode()), Code.EMPTY_TABLE),
    Bad("Row with a stray comma", text("a.csv", "编码,名称\n1,x,y\n".encode()), Code.RAGGED_ROW,
        also=frozenset({Code.EMPTY_TABLE})),
    Bad("Row without a level, none declared", text("a.csv", "编码,名称,级别\n1,x,片区\n".encode()), Code.NO_LEVEL,
        {"level": None}),
    Bad("Row of a prefecture in a district's list", text("a.csv", "编码,名称,级别\n5301,昆明市,地级市\n".encode()),
        Code.ABOVE_THE_GROUND, {"level": None}),
    Bad("Row without a code", text("a.csv", "编码,名称\n,x\n".encode()), Code.NO_CODE),
    Bad("Row without a name", text("a.csv", "编码,名称\n1,\n".encode()), Code.NO_NAME),
    Bad("Quotation mark never closed", text("a.csv", b'code,name\n1,"x\n'), Code.NOT_READABLE),
    Bad("Workbook that is none", text("a.xls", b"\xd0\xcf\x11\xe0" + b"\x00" * 600), Code.NOT_READABLE),
]  # fmt: skip

ARCHIVES = [
    Bad("zip climbing out of its folder", lambda f: zipped(f, ("../../etc/cron.d/x.geojson", b"{}")),
        Code.ARCHIVE_SLIP),
    Bad("zip with a Windows path", lambda f: zipped(f, ("C:\\a\\x.geojson", b"{}")), Code.ARCHIVE_SLIP),
    Bad("zip with a symbolic link", symlink, Code.ARCHIVE_SYMLINK),
    Bad("zip of thirty megabytes of nothing", lambda f: zipped(f, ("a.geojson", b" " * (30 << 20))),
        Code.ARCHIVE_BOMB),
    Bad("zip of a thousand members", lambda f: zipped(f, *((f"{at}.txt", b"") for at in range(1000))),
        Code.ARCHIVE_BOMB),
    Bad("xlsx that is a bomb", xlsx_bomb, Code.ARCHIVE_BOMB),
    Bad("zip in a zip", lambda f: zipped(f, ("inner.zip", b"PK\x03\x04")), Code.ARCHIVE_NESTED),
    Bad("zip in a zip under another ending",
        lambda f: zipped(f, ("a.gpkg", zipped(f, ("b.csv", b"x")).read_bytes())),
        Code.ARCHIVE_NESTED),
    Bad("zip with a password", encrypted, Code.ARCHIVE_ENCRYPTED),
    Bad("zip cut off", lambda f: text("a.zip", zipped(f, ("a.csv", b"x" * 99)).read_bytes()[:-30])(f),
        Code.ARCHIVE_DAMAGED),
    Bad("zip with two layers", lambda f: zipped(f, ("a.json", b"{}"), ("b.json", b"{}")), Code.ARCHIVE_MIXED),
    Bad("zip with nothing to read", lambda f: zipped(f, ("readme.txt", b"x")), Code.ARCHIVE_EMPTY),
    Bad("zip with a VRT", lambda f: zipped(f, ("a.vrt", VRT)), Code.ARCHIVE_EMPTY),
]  # fmt: skip

FILES = [
    Bad("VRT with a source on the network", text("a.vrt", VRT), Code.UNKNOWN_FORMAT),
    Bad("VRT under the ending of a GeoPackage", text("a.gpkg", VRT), Code.UNKNOWN_FORMAT),
    Bad("VRT in a zip under the ending of a Shapefile",
        lambda f: zipped(f, ("a.shp", VRT), ("a.dbf", b""), ("a.shx", b"")), Code.UNKNOWN_FORMAT),
    Bad("A picture", text("a.geojson", b"\x89PNG\r\n\x1a\n" + b"\x00" * 99), Code.UNKNOWN_FORMAT),
    Bad("GeoPackage overwritten after its first page", damaged, Code.NOT_READABLE),
    Bad("Shapefile cut off", cut_shp, Code.NOT_READABLE),
    Bad("Shapefile without its table", lone_shp, Code.MISSING_SISTER),
    Bad("GeoPackage of two layers, none named", two_layers, Code.WHICH_LAYER),
    Bad("GeoPackage, a layer named that is not there", two_layers, Code.NO_SUCH_LAYER, {"layer": "wards"}),
    Bad("GeoJSON cut off", text("a.geojson", geojson(ring(*SQUARE))[:-9]), Code.NOT_GEOJSON),
    Bad("GeoJSON nested a hundred thousand deep", text("a.geojson", b"[" * 100_000), Code.NOT_GEOJSON),
    Bad("gzip cut off", text("a.gz", gzip.compress(geojson(ring(*SQUARE)), mtime=0)[:-20]), Code.NOT_GEOJSON),
]  # fmt: skip

BAD = [*ENCODINGS, *SYSTEMS, *RINGS, *TABLES, *ARCHIVES, *FILES]
