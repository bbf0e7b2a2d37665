"""What the models say is what migrations make; a failure stays its district's own; role app owns nothing."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from cluster import Cluster
from geoalchemy2 import alembic_helpers
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.exc import DBAPIError

from app import districts
from app.core.outbox import Xid8
from app.core.settings import Settings, SettingsError
from app.core.work import UnknownDistrict
from app.districts import DistrictExists, heads, migrate_district, owner_engine, register
from app.main import refuse_unsafe
from app.tables import OF_CITY, metadata
from tests import town
from tests.conftest import make_runtime
from tests.core.aids import HERE, THERE, as_role

NEW = "990002"


@pytest.fixture
def url(cluster: Cluster, database: str) -> str:
    found: str = cluster.url("owner", database)
    return found


def _differences(url: str, schema: str, **options: Any) -> list[Any]:
    ischema_names["xid8"] = Xid8
    engine = owner_engine(url, schema)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, **options})
        return list(compare_metadata(context, metadata))


@pytest.mark.parametrize("district", [HERE, THERE])
def test_the_models_equal_the_districts_migrations(url: str, district: str) -> None:
    def here(thing: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
        if kind == "table" and thing.schema is not None:
            return False
        kept: Any = alembic_helpers.include_object  # untyped
        return bool(kept(thing, name, kind, reflected, other))

    assert _differences(url, f"t_{district}", include_object=here) == []


def test_the_models_equal_the_citys_migrations(url: str) -> None:
    def here(thing: Any, _: str | None, kind: str, __: bool, ___: Any) -> bool:
        return kind != "table" or thing.schema in OF_CITY

    options = {"include_schemas": True, "version_table_schema": "directory", "include_object": here}
    options["include_name"] = lambda name, kind, _: kind != "schema" or name in OF_CITY
    assert _differences(url, "nowhere", **options) == []


def test_a_difference_would_be_seen(cluster: Cluster, database: str, url: str) -> None:
    with as_role(cluster.url("owner", database)) as owner:
        owner.execute("alter table issue drop column place_text")
        owner.execute("drop index issue_queue")
    found = str(_differences(url, f"t_{HERE}", include_object=lambda *given: given[0].schema is None
                             if given[2] == "table" else True))  # fmt: skip
    assert "place_text" in found
    assert "issue_queue" in found


def test_each_tree_has_one_head() -> None:
    for tree in ("city", "district"):
        assert len(ScriptDirectory(str(districts.TREES / tree)).get_heads()) == 1


@pytest.fixture
def next_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`next_revision(sql)`: the district tree with one more revision, until the test ends."""

    def add(sql: str) -> None:
        tree = tmp_path / "district"
        (tree / "versions").mkdir(parents=True, exist_ok=True)
        real = REAL / "district"
        for part in (real / "env.py", *(real / "versions").glob("*.py")):
            (tree / part.relative_to(real)).write_text(part.read_text("utf-8"))
        head = ScriptDirectory(str(real)).get_current_head()
        body = f"from alembic import op\nrevision='later'\ndown_revision={head!r}\n"
        (tree / "versions" / "later.py").write_text(f"{body}\ndef upgrade():\n    op.execute({sql!r})\n")
        if not (tmp_path / "city").exists():
            (tmp_path / "city").symlink_to(REAL / "city")
        monkeypatch.setattr(districts, "TREES", tmp_path)
        districts.wanted_head.cache_clear()

    yield add
    districts.wanted_head.cache_clear()


REAL = districts.TREES
BREAKS_HERE = f"""do $$ begin create table later (n int);
    if current_schema = 't_{HERE}' then raise exception 'broken data'; end if; end $$"""


def _lagging(url: str) -> list[str]:
    with owner_engine(url, "nowhere").connect() as connection:
        return [head.schema for head in heads(connection) if head.lags]


def test_a_migration_that_fails_in_one_district_leaves_the_others_and_goes_on_later(
    url: str, cluster: Cluster, database: str, next_revision: Any
) -> None:
    assert _lagging(url) == []
    next_revision(BREAKS_HERE)
    assert _lagging(url) == [f"t_{HERE}", f"t_{THERE}"]
    with pytest.raises(DBAPIError, match="broken data"):
        migrate_district(url, HERE)
    migrate_district(url, THERE)
    assert _lagging(url) == [f"t_{HERE}"]
    with as_role(cluster.url("app", database)) as app:
        assert app.execute("select to_regclass('later'), to_regclass('issue') is not null").fetchone() == (
            None,
            True,
        )
        assert app.execute(f"select count(*) from t_{THERE}.later").fetchone() == (0,)
    next_revision("create table later (n int)")
    migrate_district(url, HERE)
    migrate_district(url, THERE)  # again does no harm
    assert _lagging(url) == []


def test_a_migration_killed_in_the_middle_leaves_no_trace_and_goes_on_when_started_again(
    url: str, cluster: Cluster, database: str, next_revision: Any
) -> None:
    next_revision("create table later (n int); select pg_sleep(30)")
    failed: list[BaseException] = []

    def run() -> None:
        try:
            migrate_district(url, HERE)
        except DBAPIError as error:
            failed.append(error)

    running = threading.Thread(target=run)
    running.start()
    with as_role(cluster.url("cluster", database)) as admin:
        kill = (
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and wait_event = 'PgSleep'"
        )
        for _ in range(500):
            if admin.execute(kill, [database]).fetchone():
                break
            time.sleep(0.01)
        running.join(timeout=30)
        assert len(failed) == 1
        assert _lagging(url) == [f"t_{HERE}", f"t_{THERE}"]
        assert admin.execute("select to_regclass('later')").fetchone() == (None,)
        next_revision("create table later (n int)")
        migrate_district(url, HERE)
        assert admin.execute("select to_regclass('later') is not null").fetchone() == (True,)


def test_two_migrations_at_once_wait_for_one_another(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer than the lock timeout of a migration, which is for tables in use."""
    monkeypatch.setattr(districts, "LOCK_MS", 50)
    done: list[str] = []
    with owner_engine(url, "nowhere").connect() as first, first.begin():
        first.execute(text(f"select pg_advisory_xact_lock({districts.LOCK})"))

        def run() -> None:
            migrate_district(url, HERE)
            done.append("second")

        second = threading.Thread(target=run)
        second.start()
        second.join(timeout=0.4)
        assert done == []
        done.append("first")
    second.join(timeout=30)
    assert done == ["first", "second"]


def test_a_migration_gives_way_to_a_table_in_use(
    url: str, cluster: Cluster, database: str, next_revision: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(districts, "LOCK_MS", 100)
    next_revision("alter table issue add column later text")
    with as_role(cluster.url("app", database)) as app, app.transaction():
        app.execute("select count(*) from issue")
        with pytest.raises(DBAPIError, match="LockNotAvailable"):
            migrate_district(url, HERE)
    migrate_district(url, HERE)


def test_a_new_district_is_made_listed_and_given_to_role_app(url: str, cluster: Cluster, database: str) -> None:
    register(url, NEW, "新区", demo=True, now=town.MORNING)
    assert _lagging(url) == []
    with as_role(cluster.url("app", database), f"t_{NEW}") as app:
        assert app.execute("select count(*) from issue").fetchone() == (0,)
        row = app.execute("select name, demo from directory.district where code = %s", [NEW]).fetchone()
        assert row == ("新区", True)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("update trail set role = 'x'")


def test_a_district_is_made_once(url: str) -> None:
    register(url, NEW, "新区", demo=True, now=town.MORNING)
    with pytest.raises(DistrictExists) as refused:
        register(url, NEW, "别的名字", demo=False, now=town.MORNING)
    assert refused.value.data == {"district": NEW}


def test_of_two_makers_at_once_one_is_told_that_it_exists(url: str) -> None:
    said: list[str] = []

    def make() -> None:
        try:
            register(url, NEW, "新区", demo=True, now=town.MORNING)
        except DistrictExists:
            said.append("exists")
        else:
            said.append("made")

    makers = [threading.Thread(target=make) for _ in range(3)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join(timeout=60)
    assert sorted(said) == ["exists", "exists", "made"]


@pytest.mark.parametrize("code", ["", "1", "99000", "9900022", "99000a", "９９０００２", "530114;x", "public"])
def test_a_code_that_is_not_six_digits_makes_nothing(url: str, code: str) -> None:
    with pytest.raises(UnknownDistrict):
        register(url, code, "新区", demo=True, now=town.MORNING)
    with pytest.raises(UnknownDistrict):
        owner_engine(url, f"t_{code}")


def test_a_making_that_stopped_half_way_is_finished_by_the_next(url: str) -> None:
    migrate_district(url, NEW)  # its schema is there, but it was never listed
    register(url, NEW, "新区", demo=True, now=town.MORNING)
    assert _lagging(url) == []


DDL = (
    "create table mine (n int)",
    "create schema mine",
    "alter table issue add column mine int",
    "drop table remark",
    "create index mine on issue (id)",
    "truncate issue",
    "create function public.mine() returns int language sql as 'select 1'",
    "create table public.mine (n int)",
    "create temporary table mine as select 1",
    "alter role app superuser",
    "update alembic_version set version_num = 'x'",
    "update directory.alembic_version set version_num = 'x'",
    "drop schema directory cascade",
    "set role owner",
)


@pytest.mark.parametrize("statement", [one for one in DDL if "temporary" not in one])
def test_role_app_cannot_change_what_the_tables_are(cluster: Cluster, database: str, statement: str) -> None:
    with as_role(cluster.url("app", database)) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement)


async def _starts(settings: Settings) -> None:
    runtime = make_runtime(settings)
    try:
        await refuse_unsafe(runtime, settings)
    finally:
        await runtime.engine.dispose()


@pytest.mark.anyio
async def test_a_superuser_is_refused_at_the_start(settings: Settings, cluster: Cluster, database: str) -> None:
    await _starts(settings)
    above = settings.model_copy(update={"database_url": SecretStr(cluster.url("cluster", database))})
    with pytest.raises(SettingsError, match="superuser"):
        await _starts(above)


@pytest.mark.anyio
async def test_production_refuses_a_database_that_may_lose_work(settings: Settings) -> None:
    strict = settings.model_copy(update={"environment": "production"})
    with pytest.raises(SettingsError, match="=off"):  # the tests' cluster is a throw-away one
        await _starts(strict)


@pytest.mark.anyio
async def test_the_owner_of_the_tables_is_refused_at_the_start(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="could alter the trail"):
        await _starts(settings.model_copy(update={"database_url": settings.owner_url}))
