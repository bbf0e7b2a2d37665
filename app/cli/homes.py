"""`wangge homes`: the form for doors and residents, and bringing a filled-in one in."""

import gc
from pathlib import Path
from typing import Annotated, Any

import anyio.to_thread
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.cli.session import District, run, runtime_from_environment
from app.core.work import Work, system_work

app = typer.Typer(no_args_is_help=True, help="Doors and who lives behind them 房屋住户.")
console = Console(stderr=True)
SHOWN = 40
MOST_ROWS = 500_000
MOST_UNPACKED = 4 * 1024 * 1024 * 1024  # a list of a whole district, from a person at the machine


@app.callback()
def _homes() -> None:
    """Doors and who lives behind them 房屋住户."""


@app.command()
def template(file: Annotated[Path, typer.Argument(help="where to write the form (xlsx)")]) -> None:
    """Write the empty form with its drop-downs and an example row."""
    from app.households import sheet

    file.write_bytes(sheet.template())
    typer.echo(f"written: {file}")


@app.command("import")
def bring_in(
    file: Annotated[Path, typer.Argument(help="the form, filled in (xlsx)", exists=True)],
    district: District,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check and report, write nothing")] = False,
    faults: Annotated[Path | None, typer.Option(help="write the faulty rows in the same form here")] = None,
    partial: Annotated[bool, typer.Option("--partial", help="leave faulty rows out and store the others")] = False,
) -> None:
    """Import doors, households and residents in one transaction, or report what stands in the way."""
    gc.disable()  # the rows are held to the end: looking among them for rubbish costs an eighth of the time
    if run(_import(file, district, faults, dry_run=dry_run, partial=partial)):
        raise typer.Exit(1)


async def _import(file: Path, district: str, mend: Path | None, *, dry_run: bool, partial: bool) -> bool:
    from app.households import importing, sheet, storing

    shape = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with runtime_from_environment() as runtime, system_work(runtime, district) as work:
        with Progress(*shape, console=console) as progress:
            task = progress.add_task("reading")

            def tell(words: str, done: int, of: int) -> None:
                progress.update(task, description=words, completed=done, total=of or None)

            given = await anyio.to_thread.run_sync(_read, file)
            plan = await importing.plan(work, given, tell)
            if mend is not None and plan.faults:
                rows, wrong = importing.rows_to_mend(plan)
                await anyio.Path(mend).write_bytes(sheet.write(rows, wrong=wrong))
            if dry_run or (plan.faults and not partial):
                _report(plan)
                typer.echo("nothing was imported")
                return bool(plan.faults)
            written = plan if not plan.faults else await _sound(work, plan)
            await storing.store(work, written, tell)
    _report(plan)
    _count(written)
    return bool(plan.faults)


def _read(file: Path) -> Any:
    from app.households import sheet

    with file.open("rb") as opened:
        return sheet.read_from(opened, MOST_ROWS, MOST_UNPACKED)


async def _sound(work: Work, plan: Any) -> Any:
    from app.households import importing

    return await importing.plan(work, importing.without(plan.given, plan.bad_rows))


def _report(plan: Any) -> None:
    for fault in plan.faults[:SHOWN]:
        said = fault.told()
        typer.echo(f"row {said['row']} {said['column']}: {said['en']} / {said['zh']}")
    if len(plan.faults) > SHOWN:
        typer.echo(f"... and {len(plan.faults) - SHOWN} more (--faults FILE writes the rows)")


def _count(plan: Any) -> None:
    said = plan.counts()
    typer.echo(
        f"homes: {said['dwellings']} new doors, {said['households']} new households, {said['residents']} new "
        f"residents, {said['changed']} changed, {said['unchanged']} unchanged; {len(plan.estates)} new estates"
    )
