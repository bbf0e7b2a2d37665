"""`wangge privacy`: what is past its period, and the impact assessment."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.session import District, run, runtime_from_environment
from app.core.work import system_work
from app.privacy import impact, retention
from app.worker.housekeeping import retain as end_old

app = typer.Typer(no_args_is_help=True, help="Personal data: its ends and its assessment.")


@app.callback()
def _privacy() -> None:
    """Personal data: its ends and its assessment."""


@app.command()
def retain(
    district: District, *, dry_run: Annotated[bool, typer.Option("--dry-run", help="count only")] = False
) -> None:
    """End what is past its period; the worker does so once a day by itself."""
    run(_count(district) if dry_run else _retain(district))


async def _count(district: str) -> None:
    async with runtime_from_environment() as runtime, system_work(runtime, district) as work:
        found = await retention.due(work)
    for line in found:
        typer.echo(f"{line.code}: {line.due} past {line.days} days, {line.held} held, then {line.at_end}")
    typer.echo(f"{district}: {sum(line.due for line in found)} rows would end")


async def _retain(district: str) -> None:
    async with runtime_from_environment() as runtime:
        ended = await end_old(runtime, district)
    for code, rows in ended.items():
        typer.echo(f"{code}: {rows} ended")
    typer.echo(f"{district}: {sum(ended.values())} rows ended")


@app.command()
def assess(district: District, out: Annotated[Path, typer.Option(help="the workbook to write")]) -> None:
    """Write the impact assessment 个人信息保护影响评估 as a workbook."""
    out.write_bytes(run(_assess(district)))
    typer.echo(f"{out}: written; keep it for at least three years (PIPL 56)")


async def _assess(district: str) -> bytes:
    async with runtime_from_environment() as runtime, system_work(runtime, district) as work:
        return impact.write(await impact.assess(work), impact.about(work))
