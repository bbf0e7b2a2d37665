import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # scripts/ is no installed package

from scripts import cluster as cluster_module
from scripts import find_postgres
from scripts.cluster import Cluster, ClusterError
from scripts.find_postgres import PostgresMissingError, choose_server, find_servers

PROGRAM = Path(cluster_module.__file__)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Open to the account of the server, unlike pytest's own temporary folders."""
    made = Path(tempfile.mkdtemp(prefix="wg-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def cluster(folder: Path) -> Iterator[Cluster]:
    made = Cluster(testing=True, data_dir=folder)
    yield made
    made.wipe()


@pytest.fixture
def durable(folder: Path) -> Iterator[Cluster]:
    made = Cluster(testing=False, data_dir=folder)
    yield made
    made.wipe()


def ask(cluster: Cluster, statement: str, role: str = "app") -> list[tuple[object, ...]]:
    with psycopg.connect(cluster.url(role), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def server_pid(cluster: Cluster) -> int:
    return int(cluster.pid_file.read_text().split()[0])


def until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.005)


def program(cluster: Cluster, verb: str = "up") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, PROGRAM, verb, "--test"],
        env={**os.environ, "WANGGE_DATA_DIR": str(cluster.base)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_cold_start_is_quick_and_the_data_outlives_a_stop(cluster: Cluster) -> None:
    began = time.monotonic()
    assert cluster.up() is True
    assert time.monotonic() - began < 5
    assert cluster.up() is False
    assert cluster.status().startswith("up: ")
    ask(cluster, "create table kept (id int)", "owner")
    cluster.down()
    assert cluster.status().startswith("down: ")
    assert cluster.up() is True
    assert ask(cluster, "select count(*) from kept", "owner") == [(0,)]


def test_the_tests_database_is_in_memory_where_there_is_room(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "MEMORY_HOME", folder)
    monkeypatch.setattr(cluster_module, "memory_left", lambda: 1 << 50)
    monkeypatch.setattr(cluster_module, "MEMORY_ROOM", 1)
    monkeypatch.delenv("WANGGE_DATA_DIR", raising=False)
    assert Cluster(testing=True).base.parent == folder
    assert folder not in Cluster(testing=False).base.parents
    monkeypatch.setattr(cluster_module, "MEMORY_ROOM", 1 << 60)
    assert folder not in Cluster(testing=True).base.parents
    there = folder / f"wangge-{cluster_module.short_hash(cluster_module.ROOT)}"
    there.symlink_to(folder)
    monkeypatch.setattr(cluster_module, "MEMORY_ROOM", 1)
    assert folder not in Cluster(testing=True).base.parents, "somebody else's folder"


def test_roles_can_do_what_they_must_and_no_more(cluster: Cluster) -> None:
    cluster.up()
    rights = "select rolsuper, rolcreatedb, rolbypassrls from pg_roles where rolname = current_user"
    assert ask(cluster, rights, "app") == [(False, False, False)]
    assert ask(cluster, rights, "owner") == [(False, True, False)]
    extensions = "select extname::text from pg_extension where extnamespace = 'public'::regnamespace order by 1"
    assert ask(cluster, extensions) == [("btree_gist",), ("postgis",)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(cluster, "create table public.mine (id int)", "app")


def test_nothing_listens_on_the_network_and_the_socket_is_private(cluster: Cluster) -> None:
    cluster.up()
    assert ask(cluster, "show listen_addresses") == [("",)]
    assert cluster.socket_dir.stat().st_mode & 0o777 == 0o700


def test_the_normal_cluster_is_durable(durable: Cluster) -> None:
    durable.up()
    for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
        assert ask(durable, f"show {setting}") == [("on",)]


def test_what_was_committed_survives_a_killed_server(durable: Cluster) -> None:
    durable.up()
    ask(durable, "create table kept (id int)", "owner")
    os.kill(server_pid(durable), signal.SIGKILL)
    until(lambda: not durable.is_up())
    assert durable.up() is True
    assert ask(durable, "select count(*) from kept", "owner") == [(0,)]


def test_the_roles_survive_a_server_killed_right_after_its_first_start(cluster: Cluster) -> None:
    cluster.up()
    os.kill(server_pid(cluster), signal.SIGKILL)
    until(lambda: not cluster.is_up())
    cluster.up()
    assert ask(cluster, "select postgis_version() is not null", "app") == [(True,)]


def test_a_swept_socket_folder_brings_a_restart(cluster: Cluster) -> None:
    cluster.up()
    before = server_pid(cluster)
    shutil.rmtree(cluster.socket_dir)
    assert cluster.up() is True
    assert server_pid(cluster) != before
    assert ask(cluster, "select 1") == [(1,)]


def test_a_lock_file_with_a_reused_pid_does_not_block(cluster: Cluster) -> None:
    cluster.up()
    cluster.down()
    cluster.pid_file.write_text(f"{os.getpid()}\n{cluster.data}\n")
    assert cluster.up() is True


def test_a_server_whose_package_was_replaced_is_restarted(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.up()
    before = server_pid(cluster)
    monkeypatch.setattr(Path, "readlink", lambda _: Path("/usr/lib/postgres (deleted)"))
    assert cluster.up() is True
    assert server_pid(cluster) != before


def test_three_starts_at_once_make_one_cluster(cluster: Cluster) -> None:
    starts = [program(cluster) for _ in range(3)]
    said = [start.communicate(timeout=30) for start in starts]
    assert [start.returncode for start in starts] == [0, 0, 0]
    assert {url.strip() for url, _ in said} == {cluster.url()}
    assert sum("started" in notes for _, notes in said) == 1


def test_an_interrupted_first_start_is_done_again(cluster: Cluster) -> None:
    first = program(cluster)
    until((cluster.data / "base").exists)
    first.kill()
    first.communicate()
    assert cluster.unfinished.exists()
    assert cluster.up() is True
    assert ask(cluster, "select 1") == [(1,)]


def test_a_half_made_folder_is_made_again(cluster: Cluster) -> None:
    cluster.data.mkdir()
    (cluster.data / "PG_VERSION").write_text("9\n")
    cluster.unfinished.touch()
    assert cluster.up() is True
    assert ask(cluster, "select 1") == [(1,)]


def test_data_of_another_version_is_refused_and_kept(cluster: Cluster) -> None:
    cluster.data.mkdir()
    (cluster.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(ClusterError, match="was made by PostgreSQL 9, but this machine has"):
        cluster.up()
    assert (cluster.data / "PG_VERSION").read_text() == "9\n"


def test_works_below_a_closed_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "CLOSED_HOME", folder / "elsewhere")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    cluster = Cluster(testing=True, data_dir=closed / "data")
    try:
        cluster.up()
        assert ask(cluster, "select 1") == [(1,)]
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        cluster.wipe()


def test_wipe_leaves_no_data_and_no_server(cluster: Cluster) -> None:
    cluster.up()
    pid = server_pid(cluster)
    cluster.wipe()
    assert cluster_module.command_line(pid) == ""
    assert not cluster.data.exists()
    assert not cluster.socket_dir.exists()


def test_without_postgres_one_message_names_the_ways_out() -> None:
    with pytest.raises(PostgresMissingError) as missing:
        choose_server([Path("/nowhere/bin")])
    for way in ("apt-get install", "PG_BINDIR", "WANGGE_DATABASE_URL", "WANGGE_OWNER_URL"):
        assert way in str(missing.value)


def test_a_server_without_postgis_is_named(folder: Path) -> None:
    (folder / "initdb").touch()
    with pytest.raises(PostgresMissingError, match=f"the PostgreSQL in {folder} has no PostGIS"):
        choose_server([folder])


def test_only_root_gets_packages_installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apt = folder / "apt-get"
    apt.write_text(f'#!/bin/sh\necho "$@" >>{folder}/asked\n')
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    monkeypatch.setattr(find_postgres, "candidates", list)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(PostgresMissingError):
        find_servers()
    assert not (folder / "asked").exists()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(PostgresMissingError):
        find_servers()
    assert "install -y --no-install-recommends postgresql postgresql-postgis" in (folder / "asked").read_text()
