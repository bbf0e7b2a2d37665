"""`wangge workflow draw`: the diagrams, drawn from the tables the code runs by."""

import typer

from app.changes.workflow import CHANGE
from app.core.workflow import as_mermaid
from app.dispatch.workflow import ORDER
from app.issues.workflow import ISSUE
from app.whistles.workflow import REPORT_IN, TASK, WHISTLE

app = typer.Typer(no_args_is_help=True, help="Workflows.")
ALL = {
    "issue": ISSUE, "issues": ISSUE, "order": ORDER, "whistle": WHISTLE, "report_in": REPORT_IN, "task": TASK,
    "area_change": CHANGE,
}  # fmt: skip


@app.callback()
def _group() -> None:
    """Workflows."""


@app.command()
def draw(name: str = typer.Argument("issues", help="which one")) -> None:
    """Print a workflow as a Mermaid state diagram."""
    if name not in ALL:
        raise typer.BadParameter(f"one of {', '.join(ALL)}")
    typer.echo(as_mermaid(ALL[name]))
