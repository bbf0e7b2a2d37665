"""`wangge workflow draw`: the diagrams, drawn from the tables the code runs by."""

import typer

from app.core.workflow import as_mermaid
from app.dispatch.workflow import ORDER
from app.issues.workflow import ISSUE

app = typer.Typer(no_args_is_help=True, help="Workflows.")
ALL = {"issues": ISSUE, "order": ORDER}


@app.callback()
def _group() -> None:
    """Workflows."""


@app.command()
def draw(name: str = typer.Argument("issues", help="which one")) -> None:
    """Print a workflow as a Mermaid state diagram."""
    if name not in ALL:
        raise typer.BadParameter(f"one of {', '.join(ALL)}")
    typer.echo(as_mermaid(ALL[name]))
