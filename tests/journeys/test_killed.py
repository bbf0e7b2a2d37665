"""Server and worker are killed in the middle of a replay: nothing acknowledged is lost, nothing is there twice."""

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from cluster import Cluster

from app.core.settings import Settings
from tests import town
from tests.journeys import processes

ROWS = int(os.environ.get("KILL_ROWS", "240"))
KILLS = 3
MAP = "id=id,text=text,lon=lon,lat=lat"


def _write(path: Path) -> None:
    places = [town.IN_B1, town.IN_G2, town.IN_ISLAND, town.IN_SMALL_A, town.IN_FIELD, town.FAR_AWAY]
    with path.open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["id", "text", "lon", "lat"])
        rows.writerows([number, f"第{number}件", *places[number % len(places)]] for number in range(ROWS))


def _replay(settings: Settings, folder: Path, port: int) -> subprocess.Popen[bytes]:
    words = ["replay", "rows.csv", "--map", MAP, "--district", "530114", "--journal", "journal.jsonl"]
    words += ["--url", f"http://127.0.0.1:{port}", "--username", "district_admin-530114"]
    env = processes.environment(settings) | {"REPLAY_PASSWORD": town.PASSWORD}
    return subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", *words], env=env, cwd=folder
    )


def _journal(folder: Path) -> list[dict[str, str]]:
    path = folder / "journal.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _count(database: psycopg.Connection, query: str) -> int:
    row = database.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def _wait_for_rows(folder: Path, rows: int) -> None:
    deadline = time.monotonic() + 60
    while len(_journal(folder)) < rows:
        assert time.monotonic() < deadline, "the replay does not get on"
        time.sleep(0.02)


@pytest.mark.usefixtures("template")
def test_killed_server_and_worker_lose_and_repeat_nothing(
    cluster: Cluster, database: str, settings: Settings, tmp_path: Path
) -> None:
    _write(tmp_path / "rows.csv")
    port = processes.free_port()
    serve = ("serve", "--port", str(port), "--processes", "1")
    server, worker = processes.start(settings, *serve), processes.start(settings, "worker")
    try:
        processes.wait_for(f"http://127.0.0.1:{port}/healthz")
        replay = _replay(settings, tmp_path, port)
        for kill in range(1, KILLS + 1):
            _wait_for_rows(tmp_path, ROWS * kill // (KILLS + 1))
            processes.kill(server)
            processes.kill(worker)
            if kill == KILLS // 2:
                replay.kill()  # the client too: it goes on from its journal
                replay.wait()
                replay = _replay(settings, tmp_path, port)
            server, worker = processes.start(settings, *serve), processes.start(settings, "worker")
        assert replay.wait(120) == 0
        with psycopg.connect(cluster.url("cluster", database), options="-c search_path=t_530114") as rows:
            _check(rows, tmp_path)
    finally:
        processes.kill(server)
        processes.kill(worker)
    assert "0 differ" in processes.command(settings, ["counts", "check", "--district", "530114"], tmp_path)
    assert f"{2 * ROWS - ROWS // 6} rows read, whole" in processes.command(settings, ["trail", "verify"], tmp_path)


def _check(rows: psycopg.Connection, folder: Path) -> None:
    acknowledged = {line["number"] for line in _journal(folder)}
    assert len(acknowledged) == ROWS
    stored = {row[0] for row in rows.execute("select number from issue").fetchall()}
    assert stored == acknowledged
    deadline = time.monotonic() + 30
    while _count(rows, "select count(*) from outbox where done_at is null"):
        assert time.monotonic() < deadline, "events are left"
        rows.rollback()
        time.sleep(0.1)
    assert _count(rows, "select count(*) from outbox") == _count(rows, "select count(*) from trail")
    raised = "select count(*) from outbox where event = 'issue_raised'"
    assert (
        _count(rows, raised)
        == _count(rows, "select count(*) from delivery where handler = 'issues.subscribers.count_raised'")
        == ROWS
    )
    counted = _count(rows, "select sum(raised) from issue_day")
    assert counted == _count(rows, "select count(*) from issue where street_id is not null")
