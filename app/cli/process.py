"""The two processes: `wangge serve` and `wangge worker`."""

import asyncio
from typing import Annotated

import typer

from app.core import log
from app.core.settings import load


def serve(
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8000,
    processes: Annotated[int, typer.Option(min=1, max=64, help="server processes")] = 2,
) -> None:
    """Serve the API until SIGTERM; requests in hand are finished first."""
    import uvicorn

    load()  # a wrong setting ends here in one line, not in every process
    uvicorn.run(
        "app.main:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=processes,
        access_log=False,  # paths hold follow tokens; our own line names the route
        log_level="warning",
        timeout_graceful_shutdown=10,
        timeout_worker_healthcheck=60,  # a loaded machine starts slowly; killing a starting process helps nobody
        proxy_headers=False,  # X-Forwarded-For is judged by core/http.py alone
        server_header=False,
    )


def worker() -> None:
    """Deliver events and keep house until SIGTERM."""
    from app.worker.loop import main

    settings = load()
    log.set_up(settings.log_level)
    asyncio.run(main(settings))
