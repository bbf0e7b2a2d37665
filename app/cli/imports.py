"""`wangge import areas`: read, check, show what is wrong, store all or nothing."""

import json
from pathlib import Path
from typing import Annotated

import anyio
import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from app.cli.session import District, run, runtime_from_environment
from app.core.work import system_work
from app.grid.models import AreaLevel, Source
from app.layers import importing
from app.layers.importing import Fields, Layer
from app.layers.systems import NotASystem, System, system
from app.people.actions import ensure_units

app = typer.Typer(no_args_is_help=True, help="Bring in data from files.")
console = Console(stderr=True)
SHOWN = 40
SYSTEMS = "wgs84, cgcs2000, gcj02, bd09 or epsg:4547; declared, never guessed"


def _system(text: str) -> System:
    try:
        return system(text)
    except NotASystem as error:
        raise typer.BadParameter(error.words[1]) from error


@app.callback()
def _group() -> None:
    """Bring in data from files."""


@app.command()
def areas(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="GeoJSON, GeoPackage, Shapefile (zip or .shp), CSV or xlsx; one per level", exists=True
        ),
    ],
    district: District,
    crs: Annotated[str, typer.Option(help=SYSTEMS)],
    level: Annotated[
        list[AreaLevel] | None, typer.Option(help="of each file, in order; none if rows say it")
    ] = None,
    code_field: Annotated[str, typer.Option(help="property with the code")] = "code",
    parent_field: Annotated[str, typer.Option(help="property with the parent's code")] = "parent_code",
    name_field: Annotated[str, typer.Option(help="property with the name")] = "name",
    source: Annotated[Source, typer.Option(help="where the boundaries come from")] = Source.SURVEYED,
    encoding: Annotated[str | None, typer.Option(help="utf-8, gbk or big5, where the file leaves it open")] = None,
    layer: Annotated[str | None, typer.Option(help="of a GeoPackage or workbook that has several")] = None,
    accept: Annotated[str, typer.Option(help="findings to accept as warnings, comma between")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check and report, write nothing")] = False,
    report: Annotated[Path | None, typer.Option(help="write all findings as JSON here")] = None,
) -> None:
    """Import areas with their boundaries in one transaction, or report what stands in the way."""
    levels: list[AreaLevel | None] = [*level] if level else [None for _ in files]
    if len(levels) != len(files):
        raise typer.BadParameter(f"{len(files)} files but {len(levels)} times --level")

    layers = [Layer(path, one) for path, one in zip(files, levels, strict=True)]
    fields = Fields(code_field, parent_field, name_field, _system(crs), source, encoding, layer)
    accepted = [word.strip() for word in accept.split(",") if word.strip()]
    failed = run(_import(layers, fields, district, accepted, dry_run=dry_run, report=report))
    if failed:
        raise typer.Exit(1)


async def _import(
    layers: list[Layer], fields: Fields, district: str, accept: list[str], *, dry_run: bool, report: Path | None
) -> bool:

    shape = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    async with runtime_from_environment() as runtime, system_work(runtime, district) as work:
        with Progress(*shape, console=console) as progress:
            task = progress.add_task("reading")
            features, faults = importing.read_layers(layers, fields)
            progress.update(task, description=f"checking {len(features):,} areas")
            planned = await importing.plan(work, features, faults, accept, fields.source)
            if report is not None:
                await anyio.Path(report).write_text(
                    json.dumps([one.as_dict() for one in planned.findings], ensure_ascii=False, indent=1)
                )
            if dry_run or planned.errors:
                _show(planned)
                return planned.errors > 0
            progress.update(task, description=f"storing {len(features):,} areas")
            done = await importing.store(work, planned)
            units = await ensure_units(work)
    _show(planned)
    typer.echo(
        f"areas: {done.made} new, {done.reshaped} with a new boundary, {done.renamed} renamed, "
        f"{done.unchanged} unchanged; {done.ruled} overlaps with a ruling owner; {units} new units"
    )
    return False


def _show(planned: importing.Plan) -> None:
    for one in planned.findings[:SHOWN]:
        typer.echo(one.as_text("en"))
    if len(planned.findings) > SHOWN:
        typer.echo(f"... and {len(planned.findings) - SHOWN} more (--report FILE writes all of them)")
    warnings = len(planned.findings) - planned.errors
    typer.echo(f"{len(planned.features)} areas read: {planned.errors} errors, {warnings} warnings")
    if planned.errors:
        typer.echo("nothing was imported")
