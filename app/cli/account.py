"""`wangge account`: make an account, give it a post, take both away."""

import sys
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import select

from app.cli.session import District, run, runtime_from_environment
from app.core.errors import NotFound
from app.core.work import Runtime, Work, open_city, system_work
from app.grid.queries import get_area
from app.people import actions
from app.people.actions import Ground, revoke_all
from app.people.models import Rank, Role, Unit
from app.people.queries import account_named

app = typer.Typer(no_args_is_help=True, help="Accounts and posts.")
Username = Annotated[str, typer.Argument(help="login name")]


@app.command()
def create(
    username: Username,
    name: Annotated[str, typer.Option(help="the person's name")],
    district: District,
    role: Annotated[Role, typer.Option(help="what the post does")],
    area: Annotated[str | None, typer.Option(help="code of the area the post is over")] = None,
    unit: Annotated[str | None, typer.Option(help="code of the unit the post is in")] = None,
    rank: Annotated[Rank, typer.Option(help="A main, B second")] = Rank.A,
) -> None:
    """Make an account with a post; the password is read from standard input, never from the command line."""
    if (area is None) == (unit is None):
        raise typer.BadParameter("name either --area or --unit")
    prompt = typer.prompt("password", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    post_id = run(_create(username, name, prompt, district, role, (area, unit), rank))
    typer.echo(f"account {username}, post {post_id}")


async def _create(
    username: str,
    name: str,
    password: str,
    district: str,
    role: Role,
    over: tuple[str | None, str | None],
    rank: Rank,
) -> str:
    async with runtime_from_environment() as runtime:
        return str(await make(runtime, username, name, password, district, role, over, rank))


async def make(
    runtime: Runtime,
    username: str,
    name: str,
    password: str,
    district: str,
    role: Role,
    over: tuple[str | None, str | None],
    rank: Rank = Rank.A,
) -> UUID:
    """An account (made when new) with one more post; returns the post's id."""
    async with system_work(runtime, district) as work:
        ground = await _ground(work, *over)
    async with open_city(runtime) as session:
        known = await account_named(session, username)
        account_id = (
            known.id if known else await actions.register_account(session, runtime, username, name, password)
        )
        await actions.join_district(session, account_id, district, runtime.clock.now())
    async with system_work(runtime, district) as work:
        return await actions.appoint(work, account_id, role, ground, rank)


async def _ground(work: Work, area: str | None, unit: str | None) -> Ground:

    if area is not None:
        return Ground(area_id=(await get_area(work, area)).id)
    found = await work.session.scalar(select(Unit.id).where(Unit.code == unit))
    if found is None:
        raise NotFound("unit")
    return Ground(unit_id=found)


@app.command()
def disable(username: Username) -> None:
    """End every session of an account and refuse further ones, at once."""
    run(_disable(username))
    typer.echo(f"account {username} is disabled")


async def _disable(username: str) -> None:

    async with runtime_from_environment() as runtime, open_city(runtime) as session:
        account = await account_named(session, username)
        if account is None:
            raise NotFound("username")
        account.disabled_at = runtime.clock.now()
        await session.flush()
        await revoke_all(session, account.id, runtime.clock.now())
