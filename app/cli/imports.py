"""`wangge import areas`: read, check, show what is wrong, store all or nothing."""

import gc
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import anyio
import typer
from rich.console import Console

from app.cli.progress import staged
from app.cli.session import District, run, runtime_from_environment
from app.core.work import system_work
from app.grid.models import AreaLevel, Source
from app.layers import divisions, importing, reports
from app.layers.importing import Fields, Layer
from app.layers.repair import Repair
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
    report: Annotated[
        Path | None, typer.Option(help="all findings here: .html with pictures, .json, .txt")
    ] = None,
    repair: Annotated[list[Repair] | None, typer.Option(help="mend this, told area by area; may repeat")] = None,
    codes: Annotated[str | None, typer.Option(help="hold new codes to this scheme: cn")] = None,
) -> None:
    """Import areas with their boundaries in one transaction, or report what stands in the way."""
    gc.disable()  # what is read is held to the end: looking among it for rubbish costs time that grows with it
    levels: list[AreaLevel | None] = [*level] if level else [None for _ in files]
    if len(levels) != len(files):
        raise typer.BadParameter(f"{len(files)} files but {len(levels)} times --level")

    layers = [Layer(path, one) for path, one in zip(files, levels, strict=True)]
    fields = Fields(
        code_field, parent_field, name_field, _system(crs), source, encoding, layer, frozenset(repair or ())
    )
    accepted = [word.strip() for word in accept.split(",") if word.strip()]
    run_of = Run(layers, fields, accepted, codes, dry_run=dry_run, report=report)
    if run(_import(run_of, district)):
        raise typer.Exit(1)


@dataclass(frozen=True)
class Run:
    """What a person asked for."""

    layers: list[Layer]
    fields: Fields
    accept: list[str]
    codes: str | None = None
    dry_run: bool = False
    report: Path | None = None


async def _import(asked: Run, district: str) -> bool:
    if asked.report is not None:
        reports.known_ending(asked.report.name)
    async with runtime_from_environment() as runtime, system_work(runtime, district) as work:
        with staged(console) as tell:
            features, faults = importing.read_layers(asked.layers, asked.fields, tell)
            planned = await importing.plan(
                work, features, faults, asked.accept, asked.fields.source,
                repair=asked.fields.repair, profile=asked.codes, tell=tell,
            )  # fmt: skip
            if asked.report is not None:
                names = [layer.path.name for layer in asked.layers]
                await anyio.Path(asked.report).write_text(
                    reports.written(reports.of(planned, names), asked.report.name)
                )
            if asked.dry_run or planned.errors:
                _show(planned)
                return planned.errors > 0
            done = await importing.store(work, planned, tell)
            units = await ensure_units(work)
    _show(planned)
    _count(done, units)
    return False


def _count(done: importing.Stored, units: int) -> None:
    typer.echo(
        f"areas: {done.made} new, {done.reshaped} with a new boundary, {done.renamed} renamed, "
        f"{done.unchanged} unchanged; {done.ruled} overlaps with a ruling owner; {units} new units"
    )


@app.command("divisions")
def bring_divisions(
    file: Annotated[Path, typer.Argument(help="CSV (code,parent_code,level,name), may be gzipped", exists=True)],
    district: District,
    root: Annotated[str | None, typer.Option(help="demonstration districts: take all below this code")] = None,
) -> None:
    """Import division codes as areas without shapes: the district's own county, or all of `--root`."""
    run(_divisions(file, district, root))


async def _divisions(file: Path, district: str, root: str | None) -> None:
    async with runtime_from_environment() as runtime, system_work(runtime, district) as work:
        with staged(console) as tell:
            features = divisions.areas_of(divisions.read_rows(file), district, root)
            planned = await importing.plan(work, features, [], [], Source.SURVEYED, tell=tell)
            done = await importing.store(work, planned, tell)
            units = await ensure_units(work)
    _count(done, units)


@app.command("division-changes")
def show_changes(file: Annotated[Path, typer.Argument(help="CSV of yearly changes", exists=True)]) -> None:
    """List what a CSV of yearly changes of division codes asks for; nothing is written."""
    for one in divisions.read_proposals(file):
        typer.echo(f"{one.kind}\t{one.code}\t{one.name}")


def _show(planned: importing.Plan) -> None:
    for one in planned.findings[:SHOWN]:
        typer.echo(one.as_text("en"))
    if len(planned.findings) > SHOWN:
        typer.echo(f"... and {len(planned.findings) - SHOWN} more (--report FILE writes all of them)")
    warnings = len(planned.findings) - planned.errors
    typer.echo(f"{len(planned.features)} areas read: {planned.errors} errors, {warnings} warnings")
    if planned.errors:
        typer.echo("nothing was imported")
