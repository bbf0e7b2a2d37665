"""Real processes for journeys that kill them: `wangge serve` and `wangge worker` on a test's own database."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import httpx2

from app.core.settings import Settings

RUN = [sys.executable, "-c", "from app.cli import main; main()"]
PATIENCE_S = 30.0


def environment(settings: Settings) -> dict[str, str]:
    """What a process needs to work on the test's database, and nothing of the runner's own settings."""
    assert settings.owner_url is not None
    assert settings.secret is not None
    plain = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}
    return plain | {
        "WANGGE_DATABASE_URL": settings.database_url.get_secret_value(),
        "WANGGE_OWNER_URL": settings.owner_url.get_secret_value(),
        "WANGGE_SECRET": settings.secret.get_secret_value(),
        "WANGGE_DATA_DIR": str(settings.data_dir),
        "WANGGE_LOG_LEVEL": "error",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(settings: Settings, *words: str) -> subprocess.Popen[bytes]:
    """A `wangge` command in a process group of its own."""
    return subprocess.Popen([*RUN, *words], env=environment(settings), start_new_session=True)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for the process and all its children, as a power cut would."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_for(url: str) -> None:
    """Until a server answers there."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            if httpx2.get(url).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise TimeoutError(url)


def command(settings: Settings, words: Sequence[str], folder: Path, **more: str) -> str:
    """Run a `wangge` command to its end and return what it printed."""
    done = subprocess.run(
        [*RUN, *words], env=environment(settings) | more, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
