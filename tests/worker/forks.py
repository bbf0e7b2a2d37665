"""Starts worker processes quickly: imports once, then forks one at each line on standard input and says its pid."""

import asyncio
import os
import signal
import sys

from app.core.settings import load
from app.worker import main

if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the killed ones
    print("ready", flush=True)
    for _ in sys.stdin:
        if (pid := os.fork()) == 0:
            asyncio.run(main(load()))
            os._exit(0)
        print(pid, flush=True)
