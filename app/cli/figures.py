"""`wangge figures`: what is shown against what it comes from, rates against the trail, tasks against visits."""

from datetime import date, datetime
from typing import Annotated

import typer

from app.cli.session import District, run, runtime_from_environment
from app.core.work import system_work
from app.figures.recounting import differences
from app.figures.recounting_visits import differences as of_visits
from app.figures.schemas import FigureFilter

app = typer.Typer(no_args_is_help=True, help="Figures.")


@app.callback()
def _figures() -> None:
    """Figures."""


@app.command()
def recount(district: District, first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])],
            last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"])]) -> None:  # fmt: skip
    """Compare the three rates of a period with a recount from the trail; exit 1 where they differ."""
    if run(_recount(district, first.date(), last.date())):
        raise typer.Exit(1)


async def _recount(district: str, first: date, last: date) -> int:
    async with runtime_from_environment() as runtime, system_work(runtime, district) as work:
        found = await differences(work, FigureFilter(first=first, last=last))
    for name, (shown, again) in found.items():
        typer.echo(f"{district} {name}: shown {shown}, the trail says {again}")
    typer.echo(f"{district}: {len(found)} rates differ")
    return len(found)


@app.command()
def visits(district: District) -> None:
    """Judge every task of visits anew from the visits themselves; exit 1 where what was kept is otherwise."""
    if run(_visits(district)):
        raise typer.Exit(1)


async def _visits(district: str) -> int:
    async with runtime_from_environment() as runtime, system_work(runtime, district) as work:
        found = await of_visits(work)
    for task, kept, again in found:
        typer.echo(f"{district} task {task}: kept as {kept}, the visits say {again}")
    typer.echo(f"{district}: {len(found)} tasks differ")
    return len(found)
