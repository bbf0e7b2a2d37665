"""`wangge`: the commands a person types. Each module holds one group; heavy things are loaded when asked for."""

import sys

import typer

from app.cli import (
    account,
    clocks,
    config,
    demo,
    district,
    figures,
    ground,
    homes,
    imports,
    privacy,
    process,
    replay,
    store,
    trail,
    unit,
    workflow,
)
from app.core.errors import Problem
from app.core.settings import SettingsError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="wangge 网格")
app.add_typer(district.app, name="district")
app.add_typer(account.app, name="account")
app.add_typer(unit.app, name="unit")
app.add_typer(imports.app, name="import")
app.add_typer(ground.export_app, name="export")
app.add_typer(ground.codes_app, name="codes")
app.add_typer(homes.app, name="homes")
app.add_typer(trail.app, name="trail")
app.add_typer(trail.counts, name="counts")
app.add_typer(figures.app, name="figures")
app.add_typer(clocks.app, name="clocks")
app.add_typer(store.app, name="store")
app.add_typer(workflow.app, name="workflow")
app.add_typer(config.app, name="config")
app.add_typer(privacy.app, name="privacy")
app.command("demo")(demo.demo)
app.command("replay")(replay.replay)
app.command("serve")(process.serve)
app.command("worker")(process.worker)


def main() -> None:
    """Run a command; what a person did wrong ends in one line and exit code 2, never in a traceback."""
    try:
        app()
    except Problem as problem:
        zh, en = problem.words
        print(f"wangge: {problem.code}: {en} / {zh}", file=sys.stderr)
        sys.exit(2)
    except SettingsError as wrong:
        print(f"wangge: {wrong}", file=sys.stderr)
        sys.exit(2)
