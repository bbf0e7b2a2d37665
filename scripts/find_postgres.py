"""Finds a PostgreSQL server that has PostGIS, or installs one where that needs no question.

Standard library only: it runs before anything is installed.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

EXTENSIONS = ("postgis", "btree_gist")

WAYS_OUT = """{what}. There are three ways out:
  1. install the packages:   apt-get install postgresql postgresql-postgis   (macOS: brew install postgis)
  2. PG_BINDIR=<folder>      the folder with initdb of a PostgreSQL that has PostGIS
  3. WANGGE_DATABASE_URL and WANGGE_OWNER_URL   of a server that is already running"""


class PostgresMissingError(Exception):
    """No complete server is on this machine; the message says what to do about it."""


def candidates() -> list[Path]:
    """Folders that may hold a server, the best first: named, Debian, Red Hat, Homebrew, on the PATH."""
    found = [Path(named)] if (named := os.environ.get("PG_BINDIR")) else []
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin"):
        found += sorted(Path("/").glob(pattern), key=_version_in_path, reverse=True)
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    return found


def _version_in_path(bindir: Path) -> float:
    number = re.search(r"[\d.]*\d", bindir.parent.name)
    return float(number[0]) if number else 0.0


def servers_among(bindirs: Sequence[Path]) -> list[Path]:
    return [bindir for bindir in dict.fromkeys(bindirs) if (bindir / "initdb").exists()]


def has_extensions(bindir: Path) -> bool:
    controls = [f"{name}.control" for name in EXTENSIONS]
    return any(all((folder / name).exists() for name in controls) for folder in _extension_folders(bindir))


def _extension_folders(bindir: Path) -> Iterator[Path]:
    yield Path("/usr/share/postgresql", bindir.parent.name, "extension")  # Debian; saves starting pg_config
    if (pg_config := bindir / "pg_config").exists():
        yield Path(_first_words(pg_config, "--sharedir"), "extension")


def _first_words(program: Path, flag: str) -> str:
    return subprocess.run([program, flag], capture_output=True, text=True, check=False).stdout.strip()


def major_of(bindir: Path) -> str:
    number = re.search(r"\d+", _first_words(bindir / "postgres", "--version"))
    return number[0] if number else "unknown"


def choose_server(bindirs: Sequence[Path]) -> list[Path]:
    """The servers among these folders that have PostGIS; without any, the three ways out as an error."""
    servers = servers_among(bindirs)
    complete = [bindir for bindir in servers if has_extensions(bindir)]
    if not complete:
        lacking = f"the PostgreSQL in {servers[0]} has no PostGIS" if servers else "no PostgreSQL found here"
        raise PostgresMissingError(WAYS_OUT.format(what=lacking))
    return complete


def install_packages(servers: Sequence[Path]) -> None:
    """Adds PostGIS to the newest server that is there, else the distribution's own pair."""
    major = servers[0].parent.name if servers else ""
    names = [f"postgresql-{major}-postgis-3"] if major.isdigit() else ["postgresql", "postgresql-postgis"]
    print("postgres: installing", *names, file=sys.stderr)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    patient = ("apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120")
    for command in (("update",), ("install", "-y", "--no-install-recommends", *names)):
        # A failure is not fatal here: what is missing afterwards is said by choose_server.
        subprocess.run([*patient, *command], env=environment, stdout=sys.stderr, check=False)


def find_servers() -> list[Path]:
    """The complete servers of this machine; root gets the packages installed when there is none."""
    try:
        return choose_server(candidates())
    except PostgresMissingError:
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise
        install_packages(servers_among(candidates()))
        return choose_server(candidates())
