"""`wangge unit`: end a unit without losing what it had in hand."""

from typing import Annotated

import typer

from app.cli.session import District, run, runtime_from_environment
from app.core.work import system_work
from app.dispatch import owning
from app.dispatch.issuing import units_named
from app.issues.intake import UnknownUnit
from app.whistles.letting_go import dismiss_unit

app = typer.Typer(no_args_is_help=True, help="Units.")


@app.callback()
def _units() -> None:
    """Units."""


@app.command()
def dissolve(code: Annotated[str, typer.Argument(help="code of the unit")], district: District) -> None:
    """Dissolve a unit: its open orders are released, what it led goes back to the desk, its report-ins end."""
    released, dismissed = run(_dissolve(code, district))
    typer.echo(f"unit {code} is dissolved; {released} open orders went back, {dismissed} report-ins ended")


async def _dissolve(code: str, district: str) -> tuple[int, int]:
    async with runtime_from_environment() as runtime, system_work(runtime, district) as work:
        found = await units_named(work, [code])
        if not found:
            raise UnknownUnit("unit")
        released = await owning.dissolve_unit(work, found[0].id)
        return released, await dismiss_unit(work, found[0].id)
