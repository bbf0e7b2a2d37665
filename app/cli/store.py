"""`wangge store`: what has to be said of the store as a whole, once, by a person."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import typer

from app.cli.session import run, runtime_from_environment
from app.core.clock import SHANGHAI
from app.districts import StoreEpoch, renew_store, store_epochs

app = typer.Typer(no_args_is_help=True, help="The store as a whole.")
WARNING = """\
Renew the store AFTER it was put back from a backup and BEFORE phones reach it again.
Every phone of every district then
  - sends once more all it has sent in the last seven days; what the store still has is not made twice,
  - fetches its ground anew instead of only what has changed.
Nothing is lost by renewing without need, but that traffic is caused for nothing.
在从备份恢复之后、手机重新接入之前执行:所有手机将重新上传近七天的内容(不会重复生效),并重新下载本网格数据。"""


@app.callback()
def _group() -> None:
    """The store as a whole."""


@app.command()
def renew(
    *, yes: Annotated[bool, typer.Option("--yes", help="do it; without this it is only explained")] = False
) -> None:
    """After a restore: have every phone send again what the backup does not know (TRUST 66)."""
    if not yes:
        typer.echo(WARNING)
        for place, one in enumerate(run(_lives())):
            since = f"{one.since.astimezone(SHANGHAI):%F %T}"
            typer.echo(f"{'was' if place else 'now'} {one.epoch} since {since}")
        typer.echo("nothing was changed; say --yes to renew")
        raise typer.Exit(1)
    typer.echo(f"the store is renewed: {run(_renew())}; phones send their last seven days again")


async def _lives() -> Sequence[StoreEpoch]:
    async with runtime_from_environment() as runtime:
        return await store_epochs(runtime)


async def _renew() -> UUID:
    async with runtime_from_environment() as runtime:
        return await renew_store(runtime)
