"""`wangge config show`: every setting, where it comes from, secrets masked."""

import os

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from app.core.settings import PREFIX, Settings, load

app = typer.Typer(no_args_is_help=True, help="Settings.")


@app.callback()
def _group() -> None:
    """Settings."""


@app.command()
def show() -> None:
    """Every setting, its value and its source."""
    settings = load()
    table = Table("setting", "value", "source", "meaning")
    for name, field in Settings.model_fields.items():
        variable = PREFIX + name.upper()
        source = "environment" if variable in os.environ else "default"
        table.add_row(variable, _shown(getattr(settings, name)), source, field.description or "")
    Console().print(table)


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return "****"
    if isinstance(value, list) and any(isinstance(item, SecretStr) for item in value):
        return f"{len(value)} hidden"
    return "-" if value is None else str(value)
