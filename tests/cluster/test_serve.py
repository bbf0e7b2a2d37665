import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # scripts/ is no installed package

from scripts.serve import ServeError, serve

# Stands in for the command line: notes what it was asked, answers /readyz, and ends when told to.
FAKE_CLI = """#!{python}
import http.server, os, pathlib, sys, time
words = " ".join(sys.argv[1:])
folder = pathlib.Path(os.environ["WANGGE_DATA_DIR"])
with (folder / "asked").open("a") as asked:
    print(words, os.getpid(), file=asked)
if words == os.environ.get("FAILS"):
    sys.exit(3)
if words == "worker":
    time.sleep(60)
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        lives = "worker " in (folder / "asked").read_text() and os.environ.get("FAILS") != "worker"
        self.send_response(200 if lives else 503)  # as the real one: not ready without a living worker
        self.end_headers()
    def log_message(self, *args):
        pass
if sys.argv[1] == "serve":
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[3])), Ready).serve_forever()
"""


class Run:
    """`serve` in a thread, with a fake command line and a database it need not bring up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cli = folder / "wangge"
        self.cli.write_text(FAKE_CLI.format(python=sys.executable))
        self.cli.chmod(0o755)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.environment = {
            "PATH": os.environ["PATH"],
            "PORT": str(self.port),
            "WANGGE_DATA_DIR": str(folder),
            "WANGGE_DATABASE_URL": "postgresql://app@elsewhere/wangge",
            "WANGGE_OWNER_URL": "postgresql://owner@elsewhere/wangge",
        }
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.serve)

    def serve(self) -> None:
        serve(self.cli, self.environment, self.stop)

    def asked(self) -> list[tuple[str, int]]:
        noted = self.folder / "asked"
        lines = noted.read_text().splitlines() if noted.exists() else []
        return [(words, int(pid)) for words, pid in (line.rsplit(" ", 1) for line in lines)]

    def commands(self) -> list[str]:
        return [words for words, _ in self.asked()]

    def end(self) -> None:
        self.stop.set()
        if self.thread.ident:
            self.thread.join(15)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made = Run(tmp_path)
    yield made
    made.end()


def until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def announcement(capfd: pytest.CaptureFixture[str]) -> str:
    said = ""

    def complete() -> bool:
        nonlocal said
        said += capfd.readouterr().out
        return "openapi.json" in said

    until(complete)
    return said


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_runs_the_steps_in_order_says_where_and_stops_its_children(
    run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    run.thread.start()
    said = announcement(capfd)
    assert f"http://127.0.0.1:{run.port}/openapi.json" in said
    until(lambda: len(run.commands()) == 4)
    assert run.commands()[:2] == ["district migrate", "demo"]
    assert sorted(run.commands()[2:]) == [f"serve --port {run.port}", "worker"]
    run.end()
    assert all(is_gone(pid) for _, pid in run.asked())


def test_a_child_that_dies_is_started_again(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    run.thread.start()
    announcement(capfd)
    until(lambda: "worker" in run.commands())
    os.kill(dict(run.asked())["worker"], signal.SIGKILL)
    until(lambda: run.commands().count("worker") == 2)
    assert "`wangge worker` ended with code -9, starting it again in" in capfd.readouterr().out


@pytest.mark.parametrize("step", ["district migrate", "demo", "worker"])
def test_a_step_that_fails_ends_the_run(run: Run, step: str) -> None:
    run.environment["FAILS"] = step
    with pytest.raises(ServeError, match=f"`wangge {step}` (failed|ended) with code 3"):
        run.serve()
    assert all(is_gone(pid) for _, pid in run.asked())


def test_a_taken_port_is_one_message_and_nothing_is_started(run: Run) -> None:
    with socket.create_server(("127.0.0.1", run.port)), pytest.raises(ServeError, match="cannot be used"):
        run.serve()
    assert run.commands() == []


@pytest.mark.parametrize("port", ["none", "0", "65536"])
def test_a_port_that_is_none_is_refused(run: Run, port: str) -> None:
    run.environment["PORT"] = port
    with pytest.raises(ServeError, match="PORT must be a number"):
        run.serve()


def test_an_own_database_needs_both_urls(run: Run) -> None:
    del run.environment["WANGGE_OWNER_URL"]
    with pytest.raises(ServeError, match="WANGGE_OWNER_URL must be set too"):
        run.serve()
