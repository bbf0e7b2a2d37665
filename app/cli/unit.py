"""`wangge unit`: end a unit without losing what it had in hand."""

from typing import Annotated

import typer

from app.cli.session import District, run, runtime_from_environment
from app.core.work import system_work
from app.dispatch import owning
from app.dispatch.issuing import units_named
from app.issues.intake import UnknownUnit

app = typer.Typer(no_args_is_help=True, help="Units.")


@app.callback()
def _units() -> None:
    """Units."""


@app.command()
def dissolve(code: Annotated[str, typer.Argument(help="code of the unit")], district: District) -> None:
    """Dissolve a unit: its open orders are released, what it led goes back to the desk."""
    released = run(_dissolve(code, district))
    typer.echo(f"unit {code} is dissolved; {released} open orders went back")


async def _dissolve(code: str, district: str) -> int:
    async with runtime_from_environment() as runtime, system_work(runtime, district) as work:
        found = await units_named(work, [code])
        if not found:
            raise UnknownUnit("unit")
        return await owning.dissolve_unit(work, found[0].id)
