"""The process that opens strange files: it reaches nothing, and its end is told."""

import json
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.layers import isolation
from app.layers.features import Asked
from app.layers.findings import Code
from app.layers.isolation import NotRead, frames
from app.layers.opening import read_layer
from tests.layers.bad_files import VRT, zipped
from tests.layers.drawn_files import write

PROBE = """
import json, os, runpy, socket, subprocess, sys
child = runpy.run_path(sys.argv[1], run_name="probe")
child["isolated"]()
told = {"environment": sorted(set(os.environ) & {"WANGGE_DATABASE_URL", "WANGGE_SECRET"})}
for name, act in (
    ("connect", lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])), 1)),
    ("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)),
    ("unix", lambda: socket.socket(socket.AF_UNIX)),
    ("program", lambda: subprocess.run(["/bin/true"])),
    ("write", lambda: open(sys.argv[3], "wb", buffering=0).write(b"x")),
    ("memory", lambda: bytearray(4 << 30)),
):
    try:
        act()
        told[name] = "done"
    except (OSError, MemoryError) as error:
        told[name] = type(error).__name__
os.write(1, json.dumps(told).encode())
"""


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A door on this machine that counts who knocks."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as door:
        door.setblocking(False)
        yield door


def port_of(door: socket.socket) -> int:
    return int(door.getsockname()[1])


def hits(door: socket.socket) -> int:
    count = 0
    while True:
        try:
            door.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def test_the_child_reaches_no_network_program_disk_or_more_memory(listener: socket.socket, tmp_path: Path) -> None:
    words = [sys.executable, "-I", "-c", PROBE, str(isolation.CHILD), str(port_of(listener)), str(tmp_path / "x")]
    done = subprocess.run(words, capture_output=True, check=False, env={"WANGGE_SECRET": "x"})
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert told.pop("environment") == ["WANGGE_SECRET"]  # the probe's own; the next test is about the child's
    assert set(told) == {"connect", "udp", "unix", "program", "write", "memory"}
    assert "done" not in told.values()
    assert hits(listener) == 0


def test_the_child_is_given_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WANGGE_DATABASE_URL", "postgresql://x:y@127.0.0.1/z")
    monkeypatch.setattr(isolation, "CHILD", script(tmp_path, "head = {'env': sorted(os.environ)}"))
    (frame, *_) = frames("vector", tmp_path / "a.gpkg", None, None)
    assert set(frame.told["env"]) <= {
        "OPENBLAS_NUM_THREADS",
        "OMP_NUM_THREADS",
        "LC_ALL",
        "PROJ_NETWORK",
        "LC_CTYPE",
    }


def script(folder: Path, body: str) -> Path:
    """A child of our own making that sends `head` and ends well."""
    path = folder / "child.py"
    path.write_text(
        "import json, os, struct, time\nhead = {}\n" + body + "\n"
        "def put(kind, text):\n    os.write(1, kind + struct.pack('<II', len(text), 0) + text)\n"
        "put(b'H', json.dumps(head).encode())\nput(b'E', b'{}')\n"
    )
    return path


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("time.sleep(60)", "out_of_time"),
        ("os.kill(os.getpid(), 24)", "out_of_time"),
        ("os.kill(os.getpid(), 9)", "died"),
        ("os.write(1, b'H' + struct.pack('<II', 9, 0) + b'{}'); os._exit(0)", "died"),
        ("os.write(1, b'H' + struct.pack('<II', 4000000000, 0))", "out_of_memory"),
        ("os.write(1, b'P' + struct.pack('<II', 25, 0) + b'{\"code\": \"out_of_memory\"}')", "out_of_memory"),
    ],
)
def test_how_the_child_ended_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str, code: str
) -> None:
    monkeypatch.setattr(isolation, "CHILD", script(tmp_path, body))
    with pytest.raises(NotRead) as refused:
        list(frames("vector", tmp_path / "a.gpkg", None, None, wall_s=0.3 if "sleep" in body else 60))
    assert refused.value.told["code"] == code


@pytest.mark.parametrize("body", ["time.sleep(60)", "os.write(1, b'HHHHHHHHHHHHHHH')", "head = {'rows': 'x'}"])
def test_a_child_that_ends_ill_is_a_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, body: str) -> None:
    package = write(tmp_path / "a.gpkg")
    monkeypatch.setattr(isolation, "CHILD", script(tmp_path, body))
    monkeypatch.setattr(isolation.frames, "__defaults__", (0.3,))
    features, found = read_layer(package, package.name, Asked("street"))
    assert features == []
    assert {one.code for one in found} <= {Code.READER_STOPPED, Code.NOT_READABLE}
    assert found


def test_no_file_makes_anybody_call_out(listener: socket.socket, tmp_path: Path) -> None:
    vrt = VRT.replace(b"PORT", str(port_of(listener)).encode())
    for name in ("a.vrt", "a.gpkg", "a.shp", "a.geojson", "a.csv"):
        (tmp_path / name).write_bytes(vrt)
        features, found = read_layer(tmp_path / name, name, Asked("street"))
        assert (features, [one.code for one in found]) == ([], [Code.UNKNOWN_FORMAT])
    read_layer(zipped(tmp_path, ("a.vrt", vrt)), "layer.zip", Asked("street"))
    with pytest.raises(NotRead):  # even the child alone, given the path itself
        list(frames("vector", tmp_path / "a.vrt", None, None))
    package = virtual(write(tmp_path / "b.gpkg"), port_of(listener))
    address = f"/vsicurl/http://127.0.0.1:{port_of(listener)}/a.gpkg"
    for layer in (None, "called", address):
        features, _ = read_layer(package, "b.gpkg", Asked("street", layer=layer))
        assert features == []
    assert hits(listener) == 0


def virtual(package: Path, port: int) -> Path:
    """A GeoPackage with a table that would be read from the network, were GDAL to follow it."""
    sql = f"CREATE VIRTUAL TABLE called USING VirtualOGR('/vsicurl/http://127.0.0.1:{port}/a.geojson')"
    with sqlite3.connect(package) as database:
        database.execute("pragma writable_schema = on")
        database.execute("insert into sqlite_master values ('table', 'called', 'called', 0, ?)", (sql,))
        listed = "insert into gpkg_contents (table_name, data_type, identifier) values (?, 'attributes', ?)"
        database.execute(listed, ("called", "called"))
    database.close()
    return package
