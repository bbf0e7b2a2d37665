"""Starts workers quickly: imports once, forks one at each line on standard input and answers its pid."""

import asyncio
import os
import signal
import sys

from app.core import log
from app.core.settings import load
from app.worker import main

if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the killed ones
    log.set_up("error")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in sys.stdin:
        sys.stdout.flush()
        if (pid := os.fork()) == 0:
            asyncio.run(main(load()))
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
