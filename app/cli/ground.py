"""`wangge export` and `wangge codes`: the ground as files, the numbers of the unified scheme."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.session import District, run, runtime_from_environment
from app.core.work import system_work
from app.grid.models import AreaLevel, GridKind

export_app = typer.Typer(no_args_is_help=True, help="Take data out as files.")
codes_app = typer.Typer(no_args_is_help=True, help="Codes of the unified scheme 统一赋码.")
LEVELS = {12: AreaLevel.COMMUNITY, 15: AreaLevel.GRID, 18: AreaLevel.BUILDING_GROUP}


@export_app.callback()
def _export() -> None:
    """Take data out as files."""


@export_app.command("areas")
def areas(
    file: Annotated[Path, typer.Argument(help=".geojson, .gpkg or .xlsx")],
    district: District,
    area: Annotated[str | None, typer.Option(help="code: this area and all below; default the whole")] = None,
) -> None:
    """Write areas with their boundaries; brought in again, the file changes nothing."""
    count = run(_areas(file, district, area))
    typer.echo(f"{count} areas written to {file}")


async def _areas(file: Path, district: str, area: str | None) -> int:
    from app.layers.exporting import export

    async with runtime_from_environment() as runtime, system_work(runtime, district) as work:
        return await export(work, area, file)


@codes_app.command()
def check(
    codes: Annotated[list[str], typer.Argument(help="12, 15, 18 or 22 digits")],
    twenty: Annotated[str | None, typer.Option(help="six digits of object class: print the 20-digit form")] = None,
) -> None:
    """Say what is wrong with the form of codes; exit 1 where one is wrong."""
    from app.grid.codes import FAULTS, fault_of, parts_of, twenty_digits

    wrong = 0
    for code in codes:
        why = fault_of(code, LEVELS.get(len(code)))
        if why is not None:
            wrong += 1
            typer.echo(f"{code}: {FAULTS[why][1]} / {FAULTS[why][0]}")
        elif twenty is not None:
            typer.echo(f"{code}: {twenty_digits(code, twenty)}")
        else:
            parts = parts_of(code)
            said = (parts.division, parts.grid, parts.building_group, parts.dwelling)
            typer.echo(f"{code}: {' '.join(part for part in said if part)}")
    if wrong:
        raise typer.Exit(1)


@codes_app.command("next")
def following(
    parent: Annotated[str, typer.Argument(help="code of a community, grid or building group")],
    district: District,
    kind: Annotated[GridKind, typer.Option(help="of a grid")] = GridKind.GENERAL,
) -> None:
    """Print the next free code below an area; a number given once is never given again."""
    typer.echo(run(_next(parent, district, kind)))


async def _next(parent: str, district: str, kind: GridKind) -> str:
    from app.grid.codes import next_code

    async with runtime_from_environment() as runtime, system_work(runtime, district) as work:
        return await next_code(work, parent, kind)
