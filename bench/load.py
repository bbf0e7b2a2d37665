"""The load generator: wrk with a Lua body, one thread, so many connections for so many seconds."""

import json
import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.database import DISTRICT
from bench.ground import Size

SCRIPT = Path(__file__).with_name("intake.lua")
MARGIN = 1e-6  # degrees: the very edge of the district is nobody's question here


class NoGeneratorError(Exception):
    """wrk is missing; the message says how to get it."""


@dataclass(frozen=True)
class Slice:
    """One run of the generator: rate, latencies in milliseconds, requests answered."""

    requests: int
    seconds: float
    p50: float
    p95: float

    @property
    def rps(self) -> float:
        return self.requests / self.seconds


def ensure_wrk() -> str:
    """Path of wrk, installed first when that needs no question."""
    if (found := shutil.which("wrk")) is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("bench: installing wrk", file=sys.stderr)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (("update",), ("install", "-y", "--no-install-recommends", "wrk")):
            subprocess.run(["apt-get", "-qq", *words], env=environment, stdout=sys.stderr, check=False)
        found = shutil.which("wrk")
    if found is None:
        raise NoGeneratorError(
            "wrk is needed to measure intake; install it: apt-get install wrk (brew install wrk)"
        )
    return found


def create_issues(url: str, size: Size, connections: int, seconds: float, accuracy_m: float) -> Slice:
    """Creates with random points in the coverage; any refused or broken request makes the slice void."""
    west, south, east, north = size.box
    box = [west + MARGIN, south + MARGIN, east - MARGIN, north - MARGIN]
    words = [str(random.randrange(10**9)), DISTRICT, *(f"{edge:.7f}" for edge in box), str(accuracy_m)]
    span = f"{max(1, round(seconds))}s"
    command = [ensure_wrk(), "-t1", f"-c{connections}", f"-d{span}", "--timeout", "10s", "-s", str(SCRIPT), url]
    done = subprocess.run([*command, "--", *words], capture_output=True, text=True, check=False, timeout=120)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        raise RuntimeError(f"wrk failed: {done.stdout[-400:]} {done.stderr[-400:]}")
    said = json.loads(lines[-1])
    if said["refused"] or said["broken"] or not said["requests"]:
        raise RuntimeError(f"requests were refused or broken, so the slice says nothing: {said}")
    return Slice(said["requests"], said["seconds"], said["p50"], said["p95"])
