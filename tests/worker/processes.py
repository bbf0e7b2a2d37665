"""Real worker processes of one test: forked quickly, killed by their id."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from app.core.settings import Settings
from tests.conftest import ROOT


class Processes:
    """Workers on a test's own database; `clock_file` is the time they know instead of the machine's."""

    def __init__(self, settings: Settings, clock_file: Path | None = None) -> None:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}
        secret = settings.secret.get_secret_value() if settings.secret else ""
        own = {"WANGGE_DATABASE_URL": settings.database_url.get_secret_value(), "WANGGE_SECRET": secret}
        self.environment = plain | own | {"WANGGE_DATA_DIR": str(settings.data_dir), "PYTHONPATH": str(ROOT)}
        self.said = settings.data_dir / "stderr"
        words = [str(Path(__file__).with_name("forks.py")), *([str(clock_file)] if clock_file else [])]
        self.forks = self._start(*words, stdin=subprocess.PIPE)
        self.alive: set[int] = set()

    def _start(self, *words: str, **more: Any) -> "subprocess.Popen[str]":
        given: dict[str, Any] = {"stdout": subprocess.PIPE, "text": True, "cwd": ROOT, "env": self.environment}
        with self.said.open("a") as said:
            started: subprocess.Popen[str] = subprocess.Popen(
                [sys.executable, *words], stderr=said, **given, **more
            )
        return started

    def command(self) -> "subprocess.Popen[str]":
        """`wangge worker`, as an operator starts it."""
        return self._start("-c", "from app.cli import main; main()", "worker")

    def _says(self) -> str:
        assert self.forks.stdout
        return self.forks.stdout.readline().strip()

    async def ready(self) -> None:
        assert await asyncio.to_thread(self._says) == "ready"

    async def fork(self) -> int:
        assert self.forks.stdin
        self.forks.stdin.write("one\n")
        self.forks.stdin.flush()
        pid = int(await asyncio.to_thread(self._says))
        self.alive.add(pid)
        return pid

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        self.alive.discard(pid)

    def end(self) -> None:
        for pid in list(self.alive):
            with suppress(ProcessLookupError):
                self.kill(pid)
        for stream in (self.forks.stdin, self.forks.stdout):
            if stream:
                stream.close()
        self.forks.kill()
        self.forks.wait()
