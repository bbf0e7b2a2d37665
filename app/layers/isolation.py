"""Running the reading process: what it is given, how long it may take, and its frames as they come.

The child gets a copy of nothing but the file: no environment, no open descriptor, no word of the database. What it
says is taken as data of an unknown person: lengths are bounded, JSON and WKB are parsed, nothing is unpickled.
"""

import json
import struct
import subprocess  # our own script with our own interpreter
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

CHILD: Final = Path(__file__).with_name("child.py")
WALL_S: Final = 300.0
FRAME_LIMIT: Final = 512 << 20
TOTAL_LIMIT: Final = 2 << 30
_HEAD: Final = struct.Struct("<cII")
# Threads of number libraries would want more address space than the child has.
_ENVIRONMENT: Final = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "LC_ALL": "C.UTF-8",
    "PROJ_NETWORK": "OFF",
}


class NotRead(Exception):
    """The child refused the file, died over it, or ran out of what it may use. `told["code"]` says which."""

    def __init__(self, **told: object) -> None:
        self.told = told
        super().__init__(told.get("code"))


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: kind H (head), B (batch) or E (end), its JSON, and the bytes after it."""

    kind: str
    told: Mapping[str, Any]
    shapes: bytes


def frames(kind: str, path: Path, layer: str | None, epsg: int | None, wall_s: float = WALL_S) -> Iterator[Frame]:
    """What the child reads in a file, as it comes; raises NotRead, at the latest when the time is up."""
    asked = json.dumps({"kind": kind, "path": str(path), "layer": layer, "epsg": epsg})
    command = [sys.executable, "-I", "-X", "utf8", str(CHILD), asked]
    child = subprocess.Popen(  # noqa: S603  # fixed program, the request is data
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=_ENVIRONMENT, close_fds=True, cwd=path.parent, start_new_session=True,
    )  # fmt: skip
    late = threading.Event()

    def end() -> None:
        late.set()
        child.kill()

    watch = threading.Timer(wall_s, end)
    watch.start()
    try:
        yield from _heard(child, late)
    finally:
        watch.cancel()
        child.kill()
        if child.stdout is not None:
            child.stdout.close()
        child.wait()


def _heard(child: "subprocess.Popen[bytes]", late: threading.Event) -> Iterator[Frame]:
    if child.stdout is None:
        raise NotRead(code="unreadable", why="no pipe")
    total = 0
    while (frame := _next(child.stdout)) is not None:
        total += len(frame.shapes)
        if total > TOTAL_LIMIT:
            raise NotRead(code="out_of_memory")
        if frame.kind == "P":
            raise NotRead(**frame.told)
        yield frame
        if frame.kind == "E":
            return
    child.wait()
    raise NotRead(code="out_of_time" if late.is_set() or child.returncode == -_SIGXCPU else "died")


def _next(pipe: IO[bytes]) -> Frame | None:
    """The next whole frame; nothing when the child ended in the middle of one."""
    head = pipe.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, texts, shapes = _HEAD.unpack(head)
    if texts > FRAME_LIMIT or shapes > FRAME_LIMIT:
        raise NotRead(code="out_of_memory")
    text, blob = pipe.read(texts), pipe.read(shapes)
    if len(text) < texts or len(blob) < shapes:
        return None
    try:
        told = json.loads(text)
    except ValueError as error:
        raise NotRead(code="unreadable", why="frame") from error
    return Frame(kind.decode("ascii", "replace"), told if isinstance(told, dict) else {}, blob)


_SIGXCPU: Final = 24
