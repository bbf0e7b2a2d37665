#!/usr/bin/env python3
"""What `make run` runs: database, schema, demo district, API and worker, in the foreground until Ctrl-C."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for a start by path, from any folder

from scripts.cluster import ROOT, Cluster, ClusterError
from scripts.find_postgres import PostgresMissingError

HOST = "127.0.0.1"
READY_WITHIN_S = 120.0
STOP_WITHIN_S = 10.0
LOOK_EVERY_S = 0.1
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
SETTLED_AFTER_S = 60.0


class ServeError(Exception):
    """Ends the run; the message is for the person at the terminal."""


class StopAskedError(Exception):
    """Ctrl-C or SIGTERM came while a step was still running."""


def say(text: str) -> None:
    print(text, flush=True)


class Child:
    """One `wangge` process and, when it dies unasked, the pause before the next one."""

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        self.command = command
        self.name = " ".join(["wangge", *command[1:]])
        self.environment = environment
        self.pause = FIRST_PAUSE_S
        self.start()

    def start(self) -> None:
        self.began = time.monotonic()
        self.again_at: float | None = None
        # A session of its own: Ctrl-C in the terminal reaches this program only, which then stops in order.
        self.process = subprocess.Popen(self.command, env=self.environment, cwd=ROOT, start_new_session=True)

    def restart_if_dead(self) -> None:
        now = time.monotonic()
        if self.again_at is not None:
            if now >= self.again_at:
                self.start()
        elif (code := self.process.poll()) is not None:
            if now - self.began > SETTLED_AFTER_S:
                self.pause = FIRST_PAUSE_S
            say(f"serve: `{self.name}` ended with code {code}, starting it again in {self.pause:.0f} s")
            self.again_at = now + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE_S)

    def ask_to_stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()

    def wait_or_kill(self, until: float) -> None:
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            say(f"serve: `{self.name}` does not stop, killing it")
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Service:
    """The steps of a run in their order, on a database that is already up."""

    def __init__(self, cli: Path, port: int, environment: Mapping[str, str], stop: threading.Event) -> None:
        self.cli = cli
        self.port = port
        self.environment = environment
        self.stop = stop
        self.children: list[Child] = []

    def run(self) -> None:
        try:
            self.finish("district", "migrate")
            self.finish("demo")
            self.start("serve", "--port", str(self.port))
            self.start("worker")
            self.wait_until_ready()
            self.announce()
            while not self.stop.wait(LOOK_EVERY_S):
                for child in self.children:
                    child.restart_if_dead()
        except StopAskedError:
            say("serve: stopped before it was ready")
        finally:
            self.stop_children()

    def start(self, *words: str) -> Child:
        child = Child([str(self.cli), *words], self.environment)
        self.children.append(child)
        return child

    def finish(self, *words: str) -> None:
        """Runs a command to its end, yet stops it when the run is asked to stop."""
        step = self.start(*words)
        while (code := step.process.poll()) is None:
            if self.stop.wait(LOOK_EVERY_S):
                raise StopAskedError
        if code:
            raise ServeError(f"`{step.name}` failed with code {code}")
        self.children.remove(step)

    def wait_until_ready(self) -> None:
        answer = "no answer"
        give_up = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < give_up:
            for child in self.children:
                if (code := child.process.poll()) is not None:
                    raise ServeError(f"`{child.name}` ended with code {code} before the service was ready")
            with suppress(OSError, http.client.HTTPException):
                status, answer = self.readiness()
                if status == http.HTTPStatus.OK:
                    return
            if self.stop.wait(LOOK_EVERY_S):
                raise StopAskedError
        raise ServeError(f"not ready after {READY_WITHIN_S:.0f} s; /readyz says: {answer}")

    def readiness(self) -> tuple[int, str]:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            reply = connection.getresponse()
            return reply.status, reply.read(2000).decode(errors="replace")
        finally:
            connection.close()

    def announce(self) -> None:
        here = f"http://{HOST}:{self.port}"
        say(
            "\n"
            "wangge is running, Ctrl-C stops it\n"
            f"  resident   {here}/r/\n"
            f"  worker     {here}/w/\n"
            f"  street     {here}/d/\n"
            f"  department {here}/i/\n"
            f"  health     {here}/healthz\n"
            f"  OpenAPI    {here}/openapi.json\n"
        )

    def stop_children(self) -> None:
        for child in self.children:
            child.ask_to_stop()
        until = time.monotonic() + STOP_WITHIN_S
        for child in self.children:
            child.wait_or_kill(until)


def port_from(environment: Mapping[str, str]) -> int:
    text = environment.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise ServeError(f"PORT must be a number from 1 to 65535, not {text!r}")
    return int(text)


def refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            message = f"port {port} cannot be used ({error.strerror}); choose another: PORT=8001 make run"
            raise ServeError(message) from error


def with_cluster(environment: Mapping[str, str], cluster: Cluster) -> dict[str, str]:
    """The environment that leads to the private cluster, free of libpq's own variables, which mix in."""
    kept = {name: value for name, value in environment.items() if not name.startswith("PG")}
    return kept | {"WANGGE_DATABASE_URL": cluster.url("app"), "WANGGE_OWNER_URL": cluster.url("owner")}


def serve(cli: Path, environment: Mapping[str, str], stop: threading.Event) -> None:
    if not cli.exists():
        raise ServeError(f"{cli} is missing; run scripts/setup first")
    port = port_from(environment)
    refuse_taken(port)
    data_dir = Path(environment.get("WANGGE_DATA_DIR") or ROOT / ".data").resolve()
    common = {"WANGGE_PUBLIC_URL": f"http://{HOST}:{port}", **environment, "WANGGE_DATA_DIR": str(data_dir)}
    if environment.get("WANGGE_DATABASE_URL"):
        if not environment.get("WANGGE_OWNER_URL"):
            raise ServeError("WANGGE_DATABASE_URL is set, so WANGGE_OWNER_URL must be set too (for migrations)")
        Service(cli, port, common, stop).run()
        return
    cluster = Cluster(testing=False, data_dir=data_dir)
    started_here = cluster.up()
    try:
        Service(cli, port, with_cluster(common, cluster), stop).run()
    finally:
        if started_here:
            cluster.down()


def main() -> int:
    stop = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: stop.set())
    try:
        serve(Path(sys.executable).with_name("wangge"), os.environ, stop)
    except (ServeError, ClusterError, PostgresMissingError, OSError) as error:
        print(f"serve: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
