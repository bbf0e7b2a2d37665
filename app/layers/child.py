"""The process that opens files nobody here has read before: GeoPackage, Shapefile, workbooks. Run as a script.

It imports nothing of this service and holds no secret: it starts without an environment, gives up network, new
programs, memory and time before the first byte of the file is read, and writes frames on its standard output (see
`isolation`, which reads them). Text goes out as the bytes the file holds, one character a byte; the encoding is
judged by whoever reads.

Never imported by the service: whoever imports it would load GDAL.
"""

import ctypes
import json
import os
import platform
import resource
import struct
import sys
from typing import Any, BinaryIO, Final

CPU_S: Final = 240
MEMORY: Final = 3 << 30
BATCH: Final = 5_000  # features in a frame
MOST_ROWS: Final = 2_000_000
RAW: Final = "ISO-8859-1"  # each byte is a character and back
FLAT: Final = 1e-3  # WGS84 and CGCS2000 flatten by 298.25722 to one, Krasovsky's ellipsoid by 298.3

# Everything pyogrio's GDAL knows but GeoPackage and Shapefile; a file can then not be read as anything else.
OTHERS: Final = (
    "PCIDSK,PDS4,VICAR,PDF,MBTiles,EEDA,OGCAPI,GDALG,MapInfo File,LVBAG,S57,DGN,OGR_VRT,CSV,GML,GPX,LIBKML,KML,"
    "GeoJSON,GeoJSONSeq,ESRIJSON,TopoJSON,OGR_GMT,SQLite,WAsP,OpenFileGDB,DXF,FlatGeobuf,GeoRSS,VFK,PGDUMP,OSM,GPSBabel,OGR_PDS,"
    "WFS,OAPIF,EDIGEO,Idrisi,ODS,XLSX,Elasticsearch,Carto,AmigoCloud,SXF,Selafin,JML,PLSCENES,CSW,VDV,MVT,NGW,MapML,GTFS,"
    "PMTiles,JSONFG,MiraMonVector,ADBC,AVCBin,AVCE00,AIVector,HTTP"
)
ALLOWED: Final = {"GPKG", "ESRI Shapefile", "MEM", "Memory"}

NEW_USER, NEW_NET = 0x10000000, 0x40000000
NO_NEW_PRIVILEGES, SECCOMP, BY_FILTER = 38, 22, 2
# Machine: its number for the kernel, and the calls socket, connect, execve, execveat, ptrace, io_uring_setup.
MACHINES: Final = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 101, 425)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 117, 425)),
}
LOAD, EQUAL, AT_LEAST, GIVE = 0x20, 0x15, 0x35, 0x06  # of the filter's language
ALLOW, REFUSE = 0x7FFF0000, 0x00050001  # the second is "operation not permitted"
OTHER_ABI: Final = 0x40000000


class _Unreadable(Exception):
    """Told to whoever asked, as a code and plain data."""

    def __init__(self, code: str, **data: object) -> None:
        self.told = {"code": code, **data}
        super().__init__(code)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def shut_in() -> bool:
    """Give up what a reader does not need; whether the network is really gone."""
    for limit, most in (
        (resource.RLIMIT_CPU, CPU_S), (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 64),
    ):  # fmt: skip
        resource.setrlimit(limit, (most, most))
    libc = ctypes.CDLL(None, use_errno=True)
    alone = hasattr(libc, "unshare") and libc.unshare(NEW_USER | NEW_NET) == 0
    return _filtered(libc) or alone


def isolated() -> None:
    """Shut in, or the file stays closed."""
    if not shut_in():
        raise _Unreadable("no_isolation", drivers=[])


def _filtered(libc: Any) -> bool:
    """Refuse sockets and new programs by a kernel filter; works in containers, where a new network may not."""
    machine = MACHINES.get(platform.machine())
    if machine is None or not hasattr(libc, "prctl"):
        return False
    kind, refused = machine
    left = len(refused)
    lines = [
        (LOAD, 0, 0, 4), (EQUAL, 1, 0, kind), (GIVE, 0, 0, REFUSE),
        (LOAD, 0, 0, 0), (AT_LEAST, left + 1, 0, OTHER_ABI),
        *((EQUAL, left - at, 0, call) for at, call in enumerate(refused)),
        (GIVE, 0, 0, ALLOW), (GIVE, 0, 0, REFUSE),
    ]  # fmt: skip
    packed = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in lines))
    program = _Program(len(lines), ctypes.addressof(packed))
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return bool(libc.prctl(SECCOMP, BY_FILTER, ctypes.byref(program), 0, 0) == 0)


def put(out: BinaryIO, kind: bytes, told: object, shapes: bytes = b"") -> None:
    """One frame: kind, two lengths, JSON, bytes."""
    text = json.dumps(told, ensure_ascii=False, allow_nan=True).encode()
    out.write(kind + struct.pack("<II", len(text), len(shapes)) + text + shapes)


def read_vectors(path: str, layer: str | None, declared: int | None, out: BinaryIO) -> None:
    """Head, then batches of properties and WKB, then the end."""
    os.environ.update(GDAL_SKIP=OTHERS, OGR_GEOJSON_MAX_OBJ_SIZE="1", CPL_VSIL_CURL_ALLOWED_EXTENSIONS="{noext}")
    import pyogrio  # noqa: PLC0415  # only now: the limits and the list of drivers come first

    strangers = set(pyogrio.list_drivers()) - ALLOWED
    if strangers:
        raise _Unreadable("no_isolation", drivers=sorted(strangers)[:5])
    layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    if layer is None and len(layers) != 1:
        raise _Unreadable("which_layer", layers=[_bytes(name) for name in layers[:20]], count=len(layers))
    if layer is not None and layer not in layers:
        raise _Unreadable("no_such_layer", layer=layer, layers=[_bytes(name) for name in layers[:20]])
    name = layer or layers[0]
    head = pyogrio.read_info(path, layer=name, encoding=RAW, force_feature_count=True)
    if head["features"] > MOST_ROWS:
        raise _Unreadable("too_many_rows", rows=int(head["features"]), limit=MOST_ROWS)
    told = {"fields": [str(one) for one in head["fields"]], "rows": int(head["features"]), "layer": name}
    put(out, b"H", {**told, **_stated(head["crs"], declared), "shapes": head["geometry_type"] is not None})
    for start in range(0, int(head["features"]), BATCH):
        _, _, shapes, columns = pyogrio.raw.read(
            path, layer=name, encoding=RAW, skip_features=start, max_features=BATCH, datetime_as_string=True
        )
        _put_batch(out, shapes, columns)


def _put_batch(out: BinaryIO, shapes: Any, columns: Any) -> None:
    values = [[_plain(value) for value in column.tolist()] for column in columns]
    blobs = [] if shapes is None else list(shapes)
    rows = len(blobs) or (len(values[0]) if values else 0)
    lengths = [-1 if blob is None else len(blob) for blob in blobs]
    joined = b"".join(blob for blob in blobs if blob is not None)
    put(out, b"B", {"rows": rows, "columns": values}, struct.pack(f"<{len(lengths)}i", *lengths) + joined)


def _stated(text: str | None, declared: int | None) -> dict[str, object]:
    """What the file says of its system, by number where it has one, and whether that is the declared one."""
    if not text:
        return {"crs": None, "epsg": None, "same": None}
    if text.startswith("EPSG:"):
        return {"crs": text, "epsg": int(text.removeprefix("EPSG:")), "same": None}
    from pyproj import CRS  # noqa: PLC0415  # rarely needed
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        crs = CRS.from_user_input(text)
        same = declared is not None and _alike(crs, CRS.from_epsg(declared))
    except CRSError:
        return {"crs": text[:60], "epsg": None, "same": False}
    return {"crs": crs.name[:60], "epsg": crs.to_epsg(), "same": same}


def _alike(one: Any, other: Any) -> bool:
    """The same ellipsoid, and the same place on it: names differ from program to program."""
    from pyproj import Transformer  # noqa: PLC0415

    a, b = one.ellipsoid, other.ellipsoid
    if abs(a.semi_major_metre - b.semi_major_metre) > 1 or abs(a.inverse_flattening - b.inverse_flattening) > FLAT:
        return False
    west, south, east, north = other.area_of_use.bounds if other.area_of_use else (73.0, 18.0, 135.0, 53.0)
    ways = [Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True) for crs in (one, other)]
    near = 1e-7 if other.is_geographic else 0.01
    for x, y in ((west, south), (east, north), ((west + east) / 2, (south + north) / 2)):
        (x1, y1), (x2, y2) = (way.transform(x, y) for way in ways)
        if not (abs(x1 - x2) < near and abs(y1 - y2) < near):
            return False
    return True


def read_sheet(path: str, sheet: str | None, out: BinaryIO) -> None:
    """Head with the names of the sheets, then the rows of one: the first that holds anything, or the named one."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError  # noqa: PLC0415

    try:
        with CalamineWorkbook.from_path(path) as book:
            names = book.sheet_names
            if sheet is not None and sheet not in names:
                raise _Unreadable("no_such_layer", layer=sheet, layers=[_bytes(name) for name in names[:20]])
            for name in names if sheet is None else [sheet]:
                rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True, nrows=MOST_ROWS)
                if rows:
                    break
            else:
                rows = []
    except PasswordError as error:
        raise _Unreadable("encrypted") from error
    except CalamineError as error:
        raise _Unreadable("unreadable", why=type(error).__name__) from error
    put(out, b"H", {"rows": len(rows), "layer": "", "fields": [], "crs": None, "epsg": None, "same": None})
    for start in range(0, len(rows), BATCH):
        put(out, b"B", {"table": [[_cell(value) for value in row] for row in rows[start : start + BATCH]]})


def _cell(value: Any) -> object:
    return value if isinstance(value, str | bool | int | float) else str(value)


def _plain(value: Any) -> object:
    if isinstance(value, bytes):
        return None  # a picture or the like in a table
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)


def _bytes(name: str) -> str:
    """A name already decoded, in the same one-character-a-byte form as everything else."""
    return name.encode("utf-8", "surrogateescape").decode(RAW)


def main() -> None:
    """`child.py {"kind": …, "path": …}`: frames on standard output, nothing anywhere else."""
    out = os.fdopen(os.dup(1), "wb")
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(quiet, stream)
    asked = json.loads(sys.argv[1])
    try:
        isolated()
        if asked["kind"] == "sheet":
            read_sheet(asked["path"], asked["layer"], out)
        else:
            read_vectors(asked["path"], asked["layer"], asked["epsg"], out)
        put(out, b"E", {})
    except _Unreadable as error:
        put(out, b"P", error.told)
    except MemoryError:
        put(out, b"P", {"code": "out_of_memory"})
    except Exception as error:  # noqa: BLE001  # whatever a library says of a hostile file
        put(out, b"P", {"code": "unreadable", "why": type(error).__name__})
    out.flush()


if __name__ == "__main__":
    main()
