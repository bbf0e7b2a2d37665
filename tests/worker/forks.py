"""Starts workers quickly: imports once, forks one at each line on standard input and answers its pid.

With the path of a clock file they know the time it says, and poll often, so that a month passes in seconds.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from sqlalchemy.orm import configure_mappers

from app.core import log
from app.core.crypto import Keys
from app.core.db import make_engine
from app.core.files import PhotoStore
from app.core.settings import load
from app.core.work import Runtime
from app.worker import loop
from tests.worker.clock_file import FileClock

OFTEN_S = 0.01


async def run(clock_file: Path) -> None:
    """A worker's own loop in a time of its own; only ever ended by a kill."""
    loop.CLOCKS_S = loop.POLL_S = OFTEN_S
    settings = load()
    runtime = Runtime(make_engine(settings), Keys.load(settings), FileClock(clock_file))
    await loop.Worker(runtime, PhotoStore(settings.data_dir / "photos")).run()


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the killed ones
    log.set_up("error")
    configure_mappers()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in sys.stdin:
        sys.stdout.flush()
        if (pid := os.fork()) == 0:
            os.environ["PGAPPNAME"] = f"worker-{os.getpid()}"
            asyncio.run(run(Path(sys.argv[1])) if sys.argv[1:] else loop.main(load()))
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
