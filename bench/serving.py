"""Servers under load: started as in production, two processes each; their CPU and memory read from /proc."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

from bench.database import SCHEMA, SECRET, Bench
from scripts.cluster import ROOT

HOST = "127.0.0.1"
PROCESSES = 2
POOL = 5
READY_WITHIN_S = 40
TICK = os.sysconf("SC_CLK_TCK")
OURS = ("app.main:from_environment", "--factory")
REFERENCE = ("bench.reference:app",)
# What `wangge serve` gives uvicorn, in its command line's words; the reference gets the same.
AS_SERVED = (
    "--workers", str(PROCESSES), "--no-access-log", "--log-level", "warning",
    "--timeout-graceful-shutdown", "10", "--no-proxy-headers", "--no-server-header",
)  # fmt: skip


class Server:
    """A running server and the processes below it."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid = pid
        self.url = f"http://{HOST}:{port}"

    def cpu_s(self) -> float:
        """CPU seconds used so far by the server and its children."""
        return cpu_s(self.pid)

    def cpu_of_each(self) -> list[float]:
        """The same, each process below the server for itself."""
        return [cpu_s(pid) for pid in below(self.pid)[1:]]

    def pss_mb(self) -> float:
        """Proportional memory of the largest process: one of the two that serve."""
        return max(_pss_kb(pid) for pid in below(self.pid)) / 1024


@contextmanager
def running(bench: Bench, kind: tuple[str, ...], database: str) -> Iterator[Server]:
    """A server on that database until the block ends; its log goes to a file, as in production."""
    port = _free_port()
    name = kind[0].partition(":")[0]
    command = [sys.executable, "-m", "uvicorn", *kind, "--host", HOST, "--port", str(port), *AS_SERVED]
    with (bench.folder / f"{name}-{database}.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=_environment(bench, database), stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait_until_ready(process, port, Path(log.name))
        yield Server(process.pid, port)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _environment(bench: Bench, database: str) -> Mapping[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("WANGGE_", "PG"))}
    url = bench.cluster.url("app", database)
    return kept | {
        "WANGGE_DATABASE_URL": url,
        "WANGGE_DATA_DIR": str(bench.folder),
        "WANGGE_SECRET": SECRET,
        "WANGGE_POOL_SIZE": str(POOL),
        "WANGGE_TRUSTED_PROXIES": f'["{HOST}"]',  # callers' addresses then come from X-Forwarded-For
        "BENCH_DSN": url,
        "BENCH_SCHEMA": SCHEMA,
        "BENCH_POOL": str(POOL),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    give_up = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < give_up and process.poll() is None:
        with suppress(OSError):
            connection = HTTPConnection(HOST, port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            connection.close()
            time.sleep(1)  # the other process is up a moment later
            return
        time.sleep(0.1)
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    raise RuntimeError(f"the server did not start; its log ends with:\n{tail}")


def below(pid: int) -> list[int]:
    """The process and all its descendants."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def cpu_s(pid: int) -> float:
    """User and system seconds of a process tree; those of children already gone are with their parents."""
    ticks = 0
    for one in below(pid):
        with suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / TICK


def _pss_kb(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
