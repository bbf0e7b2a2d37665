"""The command line on a real database, in this process: what it prints, what it leaves, how it refuses."""

import asyncio
import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cluster import Cluster

from app.cli import main
from app.core.idempotency import claim_of
from app.core.settings import Settings
from app.core.work import Runtime
from tests import town
from tests.cli.conftest import Run
from tests.conftest import make_runtime
from tests.layers.test_importing import LOS_ANGELES, TAIPEI

LA_FILES = [str(layer.path) for layer in LOS_ANGELES]
LA_LEVELS = [word for layer in LOS_ANGELES for word in ("--level", str(layer.level))]
TAIPEI_WORDS = [str(layer.path) for layer in TAIPEI]
TAIPEI_WORDS += [word for layer in TAIPEI for word in ("--level", str(layer.level))]


@pytest.fixture
def owner(settings: Settings) -> str:
    assert settings.owner_url is not None
    return settings.owner_url.get_secret_value()


def ask(url: str, query: str, schema: str = "t_530114") -> list[tuple[Any, ...]]:
    with psycopg.connect(url, options=f"-c search_path={schema},public", autocommit=True) as database:
        found = database.execute(query)
        return found.fetchall() if found.description else []


def test_a_district_is_made_listed_and_made_only_once(wangge: Run) -> None:
    assert wangge("district", "create", "990009", "--name", "新区").exit_code == 0
    listed = wangge("district", "list").output
    assert "990009" in listed
    assert listed.count("current") == 3
    again = wangge("district", "create", "990009", "--name", "新区")
    assert getattr(again.exception, "code", None) == "district_exists"
    wrong = wangge("district", "create", "99x", "--name", "新区")
    assert getattr(wrong.exception, "code", None) == "unknown_district"


def test_migrate_goes_over_every_district(wangge: Run) -> None:
    assert "city and 2 districts" in wangge("district", "migrate").output


def test_the_store_is_renewed_only_when_it_is_said(wangge: Run, owner: str) -> None:
    query = "select epoch from directory.store_epoch order by since desc"
    ((before,),) = ask(owner, query)
    asked = wangge("store", "renew")
    assert asked.exit_code == 1
    assert "AFTER it was put back" in asked.output
    assert f"now {before}" in asked.output
    assert ask(owner, query) == [(before,)]
    done = wangge("store", "renew", "--yes")
    assert done.exit_code == 0, done.output
    (now,), (then,) = ask(owner, query)
    assert str(now) in done.output
    assert then == before


def test_settings_are_shown_without_their_secrets(wangge: Run, settings: Settings) -> None:
    shown = wangge("config", "show").output
    assert settings.secret is not None
    assert settings.secret.get_secret_value()[:12] not in shown
    assert "****" in shown


def test_an_unknown_setting_ends_in_one_line_with_a_hint(
    wangge: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    del wangge
    monkeypatch.setenv("WANGGE_DATABSE_URL", "postgresql://nowhere")
    monkeypatch.setattr("sys.argv", ["wangge", "config", "show"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert "Did you mean WANGGE_DATABASE_URL" in capsys.readouterr().err


def test_a_dry_run_reports_and_writes_nothing(wangge: Run, owner: str, tmp_path: Path) -> None:
    wangge("district", "create", "990009", "--name", "LA")
    report = tmp_path / "report.json"
    words = ["--crs", "wgs84", "--district", "990009", "--dry-run", "--report", str(report)]
    done = wangge("import", "areas", *LA_FILES, *LA_LEVELS, *words)
    assert done.exit_code == 1
    assert "nothing was imported" in done.output
    overlaps = [one for one in json.loads(report.read_text())["findings"] if one["code"] == "overlap"]
    assert all(len(one["features"]) == 2 and one["m2"] > 1 for one in overlaps)
    assert ask(owner, "select count(*) from area", "t_990009") == [(0,)]


def test_accepted_overlaps_come_in_and_the_same_files_again_change_nothing(wangge: Run, owner: str) -> None:
    wangge("district", "create", "990009", "--name", "台北")
    words = ["import", "areas", *TAIPEI_WORDS, "--crs", "wgs84", "--district", "990009", "--accept", "overlap"]
    assert "areas: 988 new" in wangge(*words).output
    assert "988 unchanged" in wangge(*words).output
    assert ask(owner, "select count(*), count(distinct code) from area", "t_990009") == [(988, 988)]
    offices = "select count(*) from unit where kind = 'office'"
    assert ask(owner, offices, "t_990009") == [(46,)]


def test_files_and_levels_must_pair(wangge: Run) -> None:
    done = wangge("import", "areas", *LA_FILES, "--level", "grid", "--crs", "wgs84", "--district", "530114")
    assert done.exit_code == 2
    assert "3 files but 1 times --level" in done.output


def test_an_account_is_made_appointed_and_disabled(wangge: Run, owner: str) -> None:
    assert wangge("account", "create", "xinren", "--name", "新人", given="a new person 2026\n").exit_code == 0
    weak = wangge("account", "create", "other", "--name", "他人", given="short\n")
    assert getattr(weak.exception, "code", None) == "weak_password"
    words = ["account", "appoint", "xinren", "--district", "530114", "--role", "grid_worker"]
    assert "2 posts" in wangge(*words, "--each", "building_group").output
    assert wangge(*words).exit_code == 2
    assert wangge("account", "disable", "xinren").exit_code == 0
    assert ask(owner, "select count(*) from directory.account where disabled_at is not null") == [(1,)]


def test_the_workflow_is_drawn_from_its_table(wangge: Run) -> None:
    drawn = wangge("workflow", "draw", "issues").output
    assert drawn.startswith("stateDiagram-v2")
    assert "assigned --> handling: accept" in drawn
    assert "closed --> [*]" in drawn
    assert "objected --> signed: bind_meanwhile" in wangge("workflow", "draw", "order").output


def test_a_dissolved_unit_is_refused_from_then_on(wangge: Run, owner: str) -> None:
    ended = wangge("unit", "dissolve", "shuiwu", "--district", "530114")
    assert (ended.exit_code, "0 open orders" in ended.output) == (0, True), ended.output
    assert ask(owner, "select dissolved_at is not null from unit where code = 'shuiwu'") == [(True,)]
    again = wangge("unit", "dissolve", "shuiwu", "--district", "530114")
    assert getattr(again.exception, "code", None) == "unknown_unit"


def raise_some(settings: Settings, count: int) -> None:
    """Issues of the town, raised by the real action."""
    from app.core.work import system_work  # noqa: PLC0415  # beside its one use
    from app.issues.intake import raise_issue  # noqa: PLC0415  # beside its one use
    from app.issues.schemas import RaiseIssue  # noqa: PLC0415  # beside its one use

    async def work_through(runtime: Runtime) -> None:
        for number in range(count):
            form = RaiseIssue.model_validate({"text": f"第{number}件", "point": town.point(town.IN_B1)})
            async with system_work(runtime, "530114") as work:
                await raise_issue(work, form, claim_of(work, "test", None, b""))
        await runtime.engine.dispose()

    asyncio.run(work_through(make_runtime(settings)))


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        ("update trail set step = 'answer' where seq = 2", "the row was altered"),
        ("update trail set at = at + interval '1 second' where seq = 1", "the row was altered"),
        ("delete from trail where seq = 2", "the tail was cut"),
        ("delete from trail where seq = 1", "a row is missing"),
        ("update issue set trail_hash = 'x'", "the head on the subject does not match"),
    ],
)
def test_the_trail_is_whole_until_somebody_touches_it(
    wangge: Run, settings: Settings, owner: str, harm: str, why: str
) -> None:
    raise_some(settings, 3)
    whole = wangge("trail", "verify", "--district", "530114")
    assert (whole.exit_code, "6 rows read, whole" in whole.output) == (0, True)
    ask(owner, harm)
    broken = wangge("trail", "verify", "--district", "530114")
    assert broken.exit_code == 1
    assert why in broken.output


def test_counts_are_checked_and_rebuilt(wangge: Run, settings: Settings, owner: str) -> None:
    raise_some(settings, 2)
    assert wangge("counts", "check", "--district", "530114").exit_code == 1  # no worker has delivered yet
    assert wangge("counts", "rebuild").exit_code == 0
    assert wangge("counts", "check").exit_code == 0
    assert ask(owner, "select sum(raised) from issue_day") == [(2,)]


def test_the_demonstration_is_refused_in_production(wangge: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANGGE_ENVIRONMENT", "production")
    done = wangge("demo")
    assert "demonstration data" in str(done.exception)


def test_the_demonstration_is_made_once(cluster: Cluster, wangge: Run, owner: str, database: str) -> None:
    with psycopg.connect(cluster.url("cluster", database), autocommit=True) as fresh:
        fresh.execute("drop schema t_530114 cascade")
        fresh.execute("delete from directory.membership")
        fresh.execute("delete from directory.district where code = '530114'")
    first = wangge("demo")
    assert first.exit_code == 0, first.exception
    assert "wangfang" in first.output
    assert "/r/?s=530114.530114004005001001." in first.output
    count = "select level, count(*) from area group by level order by level"
    areas = dict(ask(owner, count))
    assert areas == {"district": 1, "street": 1, "community": 10, "grid": 37, "building_group": 128}
    lived = (
        "select (select count(*) from household), (select count(*) from visit), (select count(*) from visit_task)"
    )
    ((homes, visits, tasks),) = ask(owner, lived)
    assert (homes, visits > 1_500, tasks > 500) == (2_000, True, True)
    assert wangge("demo").exit_code == 0
    assert dict(ask(owner, count)) == areas
    assert ask(owner, lived) == [(homes, visits, tasks)]
    nameless = "select count(*) from area where level = 'community' and id not in (select area_id from boundary)"
    assert ask(owner, nameless) == [(1,)]
    assert ask(owner, "select bool_and(rural) from area where code like '530114004006%'") == [(True,)]
