#!/usr/bin/env python3
"""The private PostgreSQL with PostGIS below the data folder: nothing to configure, nothing on the network.

For development, tests and the demo on one machine. A real deployment names its own server in
WANGGE_DATABASE_URL and WANGGE_OWNER_URL instead. Standard library only: it runs before anything is installed.
"""

import argparse
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for a start by path, from any folder

from scripts.find_postgres import EXTENSIONS, PostgresMissingError, find_servers, major_of

ROOT = Path(__file__).resolve().parent.parent
# Not the temp folder of the environment: all callers must meet at one socket, and its path must stay short.
SOCKET_HOME = Path("/tmp")  # noqa: S108 - the folder made in it is 0700 and its owner is checked
# Where the data goes when root works in a folder that the account running the server may not enter.
CLOSED_HOME = Path("/var/lib/wangge")
# Where the tests' server keeps its data when there is room: a clone a test is 25 MB written and thrown away.
MEMORY_HOME = Path("/dev/shm")  # noqa: S108 - a folder in it that is not ours is left alone
MEMORY_ROOM = 4 << 30  # bytes
SOCKET = ".s.PGSQL.5432"
START_RETRIES = (0.3, 0.7, 1.5)
# What PostgreSQL calls a fast and an immediate stop, and how long each is given.
WAYS_TO_STOP = ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0))

# Words of the server's configuration, one setting each.
COMMON = "listen_addresses='' unix_socket_permissions=0700 max_connections=100 jit=off timezone=Asia/Shanghai"
DURABLE = "shared_buffers=256MB fsync=on synchronous_commit=on full_page_writes=on"
THROWAWAY = (
    "shared_buffers=128MB fsync=off synchronous_commit=off full_page_writes=off autovacuum=off"
    " wal_level=minimal max_wal_senders=0 checkpoint_timeout=1h max_wal_size=1GB"
)
ACCESS = "local all all trust\nlocal replication cluster trust\n"

ROLES = (
    "create role owner login createdb nosuperuser",
    "create role app login nocreatedb nosuperuser",
    "create database wangge owner owner",
)
DATABASE = (
    *(f"create extension {name} schema public" for name in EXTENSIONS),
    "revoke create on schema public from public",
    "grant usage on schema public to public",
    "checkpoint",  # the tests' cluster commits late: a kill now must not undo what counts as finished
)


class ClusterError(Exception):
    """What keeps the cluster from running, in words for the person at the terminal."""


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int

    def may_enter(self, folder: Path) -> bool:
        info = folder.stat()
        bit = 0o100 if info.st_uid == self.uid else 0o010 if info.st_gid == self.gid else 0o001
        return bool(info.st_mode & bit)


def account_for(data: Path) -> Account:
    """PostgreSQL refuses to run as root, so root drops to whom the data belongs, else to a system account."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    with suppress(FileNotFoundError):
        info = data.stat()
        if info.st_uid != 0:
            return Account(info.st_uid, info.st_gid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise ClusterError("running as root, and there is no user postgres or nobody to run the server")


def short_hash(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:10]


def in_memory(root: Path) -> Path | None:
    """A folder for a copy of the project on the memory file system, if it is there already or there is room."""
    folder = MEMORY_HOME / f"wangge-{short_hash(root)}"
    with suppress(OSError):
        if folder.exists():
            return folder if folder.lstat().st_uid == os.geteuid() and not folder.is_symlink() else None
        if min(shutil.disk_usage(MEMORY_HOME).free, memory_left()) >= MEMORY_ROOM:
            return folder
    return None


def memory_left() -> int:
    """Bytes a process may still take; 0 where the system does not say."""
    with suppress(OSError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return 0


def command_line(pid: int) -> str:
    """Empty for a process that is gone or a zombie, which kill(pid, 0) would still call alive."""
    if not Path("/proc/self").exists():
        listing = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
        return subprocess.run(listing, capture_output=True, text=True, check=False).stdout.strip() + " "
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


class Cluster:
    """One data folder and its server. Any method may be called at any time, by several processes at once."""

    def __init__(self, testing: bool, data_dir: Path | None = None) -> None:
        self.testing = testing
        self.name = "pg-test" if testing else "pg"
        told = data_dir or os.environ.get("WANGGE_DATA_DIR")
        wanted = Path(told) if told else (testing and in_memory(ROOT)) or ROOT / ".data"
        self.base = self._reachable(wanted.resolve())
        self.data = self.base / self.name
        self.account = account_for(self.data)
        self.pid_file = self.data / "postmaster.pid"
        self.log = self.base / f"{self.name}.log"
        # Stands while the folder is being made. A folder without it is complete, or not ours to delete.
        self.unfinished = self.base / f"{self.name}.unfinished"
        self.socket_dir = SOCKET_HOME / f"wangge-{short_hash(self.data)}-{self.account.uid}"

    def url(self, role: str = "app", database: str = "wangge") -> str:
        return f"postgresql://{role}@/{database}?host={self.socket_dir}"

    def up(self) -> bool:
        """True when this call started the server, False when it was up already."""
        if self.is_up():
            return False
        with self._alone():
            if self.is_up():
                return False
            server = self._server()
            self._end_leftovers()
            if self.unfinished.exists() or not self.data.exists():
                self._make(server)
            else:
                self._start(server)
            return True

    def down(self) -> None:
        if self.base.exists():
            with self._alone():
                self._end_leftovers()

    def wipe(self) -> None:
        """Deletes the database for good, whatever version made it."""
        if self.base.exists():
            with self._alone():
                self._end_leftovers()
                for folder in filter(Path.exists, (self.data, self.socket_dir)):
                    shutil.rmtree(folder)
                for file in (self.log, self.unfinished):
                    file.unlink(missing_ok=True)

    def status(self) -> str:
        state = "up" if self.is_up() else "down"
        moved = " (the account of the server may not enter the data folder)" if self._is_moved() else ""
        made_by = self._made_by() or "none yet"
        return f"{state}: {self.data}{moved}\nPostgreSQL: {made_by}\nsocket: {self.socket_dir}"

    def is_up(self) -> bool:
        if self.unfinished.exists() or not self._accepts() or self._replaced():
            return False
        # What pg_ctl waits for as well: a socket is there before recovery is over.
        return self._lines(self.pid_file)[7:8] == ["ready   "]

    def _reachable(self, wanted: Path) -> Path:
        account = account_for(wanted / self.name)
        above = [folder for folder in wanted.parents if folder.exists()]
        if os.geteuid() == 0 and not all(account.may_enter(folder) for folder in above):
            return CLOSED_HOME / short_hash(wanted)
        return wanted

    def _is_moved(self) -> bool:
        return CLOSED_HOME in self.base.parents

    def _accepts(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
            probe.settimeout(1)
            probe.connect(str(self.socket_dir / SOCKET))
            return True
        return False

    def _replaced(self) -> bool:
        """A package upgrade under the running server: its new backends fail to load their libraries."""
        with suppress(OSError):
            pid = self._lock_pid(self.pid_file)
            return str(Path(f"/proc/{pid}/exe").readlink()).endswith(" (deleted)")
        return False

    def _lines(self, file: Path) -> list[str]:
        with suppress(FileNotFoundError, NotADirectoryError):
            return file.read_text().splitlines()
        return []

    def _lock_pid(self, file: Path) -> int:
        first = (self._lines(file) or ["0"])[0].strip().lstrip("-")
        return int(first) if first.isdigit() else 0

    def _runs_here(self, pid: int) -> bool:
        """Pids are reused, by this very account too: only the command line tells."""
        return bool(pid) and f" -D {self.data} " in command_line(pid)

    def _made_by(self) -> str:
        return "".join(self._lines(self.data / "PG_VERSION")).strip()

    def _server(self) -> Path:
        servers = find_servers()
        made_by = self._made_by()
        if not made_by or self.unfinished.exists():
            return servers[0]
        for bindir in servers:
            if major_of(bindir) == made_by:
                return bindir
        raise ClusterError(
            f"{self.data} was made by PostgreSQL {made_by}, but this machine has {major_of(servers[0])}."
            f" Install {made_by} with PostGIS and dump it, or give the data up with: scripts/cluster.py wipe"
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Starts at the same moment queue here; the later ones then find the server up."""
        self._folder_for_all()
        with (self.base / f"{self.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.lock_fd = lock.fileno()
            yield

    def _folder_for_all(self) -> None:
        self.base.mkdir(parents=True, exist_ok=True)
        if os.geteuid() != 0:
            return
        for folder in (self.base, self.base.parent) if self._is_moved() else (self.base,):
            if not self.account.may_enter(folder):  # a strict umask; passing through shows nothing
                folder.chmod(folder.stat().st_mode | 0o011)

    def _own_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        info = folder.lstat()
        if info.st_uid == 0 and os.geteuid() == 0 and not folder.is_symlink():
            os.chown(folder, self.account.uid, self.account.gid)
        elif info.st_uid != self.account.uid or folder.is_symlink():
            raise ClusterError(f"{folder} belongs to another user (uid {info.st_uid})")
        folder.chmod(0o700)

    def _make(self, bindir: Path) -> None:
        self.unfinished.touch()
        shutil.rmtree(self.data, ignore_errors=True)  # what an interrupted first start left
        self._own_folder(self.data)
        # C.UTF-8 rather than C, which knows no Chinese letters; not every container has zh_CN generated.
        locale = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
        kind = ("--no-sync",) if self.testing else ("--data-checksums",)
        known = ("-U", "cluster", "-A", "trust", "-E", "UTF8", f"--locale={locale}")
        self._run(bindir / "initdb", "-D", self.data, *known, *kind)
        (self.data / "pg_hba.conf").write_text(ACCESS)
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write("include 'wangge.conf'\n")
        self._start(bindir)
        for database, statements in (("postgres", ROLES), ("wangge", DATABASE)):
            commands = [word for statement in statements for word in ("-c", statement)]
            target = ("-h", self.socket_dir, "-U", "cluster", "-d", database)
            self._run(bindir / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *target, *commands)
        self.unfinished.unlink()

    def _start(self, bindir: Path) -> None:
        self._own_folder(self.data)
        self._own_folder(self.socket_dir)
        # Written at each start, so that a moved folder and a newer release bring their own settings.
        kind = THROWAWAY if self.testing else DURABLE
        settings = f"{COMMON} {kind} unix_socket_directories='{self.socket_dir}'"
        (self.data / "wangge.conf").write_text("\n".join(settings.split()) + "\n")
        self.log.touch()
        for file in (self.log, self.data / "wangge.conf"):
            file.chmod(0o600)
            os.chown(file, self.account.uid, self.account.gid)
        command = ("-D", self.data, "-l", self.log, "-w", "-t", "120", "start")
        for pause in START_RETRIES:  # the children of a killed server hold its memory for a moment
            if self._run(bindir / "pg_ctl", *command, must=False) == 0:
                return
            time.sleep(pause)
        tail = "\n".join(self._lines(self.log)[-12:])
        raise ClusterError(f"the server does not start, {self.log} ends with:\n{tail}")

    def _end_leftovers(self) -> None:
        """Stops a server of this folder, even one whose socket was swept away, and drops dead lock files."""
        for lock in (self.pid_file, self.socket_dir / f"{SOCKET}.lock"):
            pid = self._lock_pid(lock)
            if self._runs_here(pid) and not any(self._ends(pid, *way) for way in WAYS_TO_STOP):
                raise ClusterError(f"the server of {self.data} (pid {pid}) does not stop")
            lock.unlink(missing_ok=True)
        (self.socket_dir / SOCKET).unlink(missing_ok=True)

    def _ends(self, pid: int, by: signal.Signals, patience: float) -> bool:
        """By signal instead of pg_ctl, whose package may be gone or of another version by now."""
        with suppress(ProcessLookupError):
            os.kill(pid, by)
        give_up = time.monotonic() + patience
        while running := self._runs_here(pid):
            if time.monotonic() > give_up:
                break
            time.sleep(0.02)
        return not running

    def _run(self, program: Path, *args: str | Path, must: bool = True) -> int:
        """Runs a server program as its account, without the caller's language, PG* settings or Ctrl-C."""
        drop = os.geteuid() == 0
        done = subprocess.run(
            [program, *args],
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", "HOME": "/"},
            stdin=subprocess.DEVNULL,
            # pg_ctl hands its output on to the server: a pipe there would be held open until the server ends
            stdout=subprocess.PIPE if must else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # initdb keeps the lock should this process be killed; pg_ctl would hand it to the server for good
            pass_fds=(self.lock_fd,) if must else (),
            user=self.account.uid if drop else None,
            group=self.account.gid if drop else None,
            extra_groups=[] if drop else None,
            text=True,
            check=False,
        )
        if must and done.returncode:
            raise ClusterError(f"{program.name} failed ({done.returncode}): {done.stdout.strip()}")
        return done.returncode


def perform(verb: str, cluster: Cluster, role: str) -> int:
    began = time.monotonic()
    if verb == "install":
        find_servers()
    elif verb == "down":
        cluster.down()
    elif verb == "wipe":
        cluster.wipe()
    elif verb == "status":
        print(cluster.status())
        return 0 if cluster.is_up() else 1
    if verb == "up":
        state = "started" if cluster.up() else "was up already"
        print(f"cluster: {state}, {time.monotonic() - began:.2f} s", file=sys.stderr)
    if verb in {"up", "url"}:
        print(cluster.url(role))
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="The private PostgreSQL with PostGIS of this working copy.")
    parser.add_argument("verb", choices=("install", "up", "down", "url", "status", "wipe"))
    parser.add_argument("--test", action="store_true", help="the throw-away one of the tests")
    parser.add_argument("--role", default="app", help="whose URL is printed: app, owner or cluster")
    asked = parser.parse_args()
    try:
        return perform(asked.verb, Cluster(testing=asked.test), asked.role)
    except (ClusterError, PostgresMissingError, OSError) as error:
        print(f"cluster: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
