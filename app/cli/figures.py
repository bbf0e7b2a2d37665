"""`wangge figures`: what is shown against what it comes from, rates against the trail, tasks against visits."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import typer

from app.cli.session import District, run, runtime_from_environment
from app.core.work import system_work
from app.figures.recounting import differences
from app.figures.recounting_visits import differences as of_visits
from app.figures.schemas import FigureFilter, SizeFilter
from app.figures.sizes import sizes as reckoned
from app.grid.models import AreaLevel


class SizeLevel(StrEnum):
    """What households are counted by."""

    GRID = "grid"
    BUILDING_GROUP = "building_group"


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
def sizes(
    district: District,
    area: Annotated[str | None, typer.Option(help="code: only below this area")] = None,
    level: Annotated[SizeLevel, typer.Option(help="grids, or building groups")] = SizeLevel.GRID,
    least: Annotated[int | None, typer.Option(help="of the band; usually 300, building groups 50")] = None,
    most: Annotated[int | None, typer.Option(help="of the band; usually 500, building groups 80")] = None,
) -> None:
    """List the areas whose households lie outside the band, by code."""
    wanted = SizeFilter(level=AreaLevel(level), area=area, least=least, most=most)  # type: ignore[arg-type]
    run(_sizes(district, wanted))


async def _sizes(district: str, wanted: SizeFilter) -> None:
    async with runtime_from_environment() as runtime, system_work(runtime, district) as work:
        lines = await reckoned(work, wanted)
    outside = [one for one in lines if one.flag is not None]
    for one in outside:
        count = "few" if one.households is None else f"{one.households:,}"
        typer.echo(f"{one.code} {one.name}: {count} households, {one.flag} {one.least}-{one.most}")
    typer.echo(f"{district}: {len(outside)} of {len(lines)} outside the band")


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
