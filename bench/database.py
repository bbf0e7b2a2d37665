"""The benchmark's own PostgreSQL: a private cluster in durable settings, databases made by our migrations."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from app import districts
from app.core.clock import SystemClock
from app.core.crypto import Keys
from app.core.db import OPTIONS, make_engine
from app.core.ids import SystemIds
from app.core.settings import Settings
from app.core.work import Runtime, schema_of, system_work
from app.issues.seeding import seed
from scripts.cluster import ROOT, Cluster
from scripts.find_postgres import find_servers

DISTRICT = "990099"  # reserved for what is not a real place (HOUSE 4.14)
SCHEMA = schema_of(DISTRICT)
SECRET = "made up for the benchmark, guards nothing 0123456789"  # noqa: S105
SHARED_MEMORY = 0.15  # of the machine's memory, at most four gigabytes
WRITTEN_BY_INTAKE = ("issue", "trail", "outbox", "reporter", "idempotency", "issue_photo", "delivery")


class Bench:
    """A cluster in a folder of its own, wiped when the run ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.cluster = Cluster(testing=False, data_dir=folder)
        self.bindir = find_servers()[0]

    def up(self) -> None:
        """A fresh cluster with memory for the layers; durability stays as in production."""
        self.cluster.wipe()
        self.cluster.up()
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        wanted = {
            "shared_buffers": f"{min(4096, int(memory * SHARED_MEMORY))}MB",
            "max_wal_size": "8GB",
            "checkpoint_timeout": "30min",
            "maintenance_work_mem": "512MB",
        }
        with self.admin("postgres") as admin:
            for name, value in wanted.items():
                change = sql.SQL("alter system set {} = {}").format(sql.Identifier(name), sql.Literal(value))
                admin.execute(change)
        self.cluster.down()
        self.cluster.up()

    @contextmanager
    def admin(self, database: str) -> Iterator[psycopg.Connection]:
        """A superuser's connection, each statement its own transaction."""
        with psycopg.connect(self.cluster.url("cluster", database), autocommit=True) as connection:
            yield connection

    @contextmanager
    def reader(self, database: str) -> Iterator[psycopg.Connection]:
        """Role app in the district's schema, as the service reads it."""
        path = f"{OPTIONS} -c search_path={SCHEMA},public"
        with psycopg.connect(self.cluster.url("app", database), autocommit=True, options=path) as connection:
            yield connection

    def make(self, name: str) -> None:
        """A database with one district, its layout as the migrations make it."""
        with self.admin("postgres") as admin:
            admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
            admin.execute(sql.SQL("create database {} owner owner").format(sql.Identifier(name)))
        with self.admin(name) as fresh:
            fresh.execute("create extension postgis")
            fresh.execute("create extension btree_gist")
            fresh.execute("revoke create on schema public from public")
        url = self.cluster.url("owner", name)
        districts.migrate_city(url)
        districts.register(url, DISTRICT, "测试区", demo=True, now=SystemClock().now())

    def drop(self, name: str) -> None:
        """Give the space back."""
        with self.admin("postgres") as admin:
            admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def settings(self, database: str, pool_size: int = 5) -> Settings:
        """Settings of a service on that database."""
        return Settings(
            database_url=self.cluster.url("app", database),
            owner_url=self.cluster.url("owner", database),
            data_dir=self.folder,
            secret=SECRET,
            pool_size=pool_size,
        )

    def runtime(self, database: str) -> Runtime:
        """The runtime of a process, for what is measured without HTTP."""
        return self.runtime_of(self.settings(database, pool_size=1))

    @staticmethod
    def runtime_of(settings: Settings) -> Runtime:
        """The same in a process that was only given settings."""
        return Runtime(make_engine(settings), Keys.load(settings), SystemClock(), SystemIds())

    async def seed(self, database: str) -> None:
        """Categories and the limit rule."""
        runtime = self.runtime(database)
        async with system_work(runtime, DISTRICT) as work:
            await seed(work)
        await runtime.engine.dispose()

    def forget_intake(self, database: str) -> None:
        """Empty what creates wrote: every slice begins alike, and five random digits stay enough."""
        tables = sql.SQL(", ").join(sql.Identifier(SCHEMA, name) for name in WRITTEN_BY_INTAKE)
        with self.admin(database) as admin:
            admin.execute(sql.SQL("truncate {} cascade").format(tables))

    def count(self, database: str, table: str) -> int:
        """Rows of a district's table."""
        with self.admin(database) as admin:
            counted = sql.SQL("select count(*) from {}").format(sql.Identifier(SCHEMA, table))
            row = admin.execute(counted).fetchone()
        return int(row[0]) if row else 0

    def facts(self) -> dict[str, str]:
        """The settings that decide what a figure means."""
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
        with self.admin("postgres") as admin:
            found = {}
            for name in names:
                row = admin.execute("select current_setting(%s)", [name]).fetchone()
                found[name] = str(row[0]) if row else ""
        return found


def default_folder() -> Path:
    """Below the working copy's data folder, away from the cluster of `make run`."""
    return Path(os.environ.get("WANGGE_DATA_DIR") or ROOT / ".data") / "bench"
