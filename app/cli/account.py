"""`wangge account`: make an account, appoint it to posts, end what it may do."""

import sys
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy import select

from app.cli.session import District, run, runtime_from_environment
from app.core.errors import NotFound
from app.core.work import Runtime, Work, open_city, system_work
from app.grid.models import Area, AreaLevel
from app.grid.queries import get_area
from app.people import actions
from app.people.actions import Ground
from app.people.models import Rank, Role, Unit
from app.people.queries import account_named

app = typer.Typer(no_args_is_help=True, help="Accounts and posts.")
Username = Annotated[str, typer.Argument(help="login name")]


@app.command()
def create(username: Username, name: Annotated[str, typer.Option(help="the person's name")]) -> None:
    """Make an account; the password is read from the terminal or standard input, never the command line."""
    given = typer.prompt("password", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    run(_create(username, name, given))
    typer.echo(f"account {username} is made; `wangge account appoint {username} …` gives it a post")


async def _create(username: str, name: str, password: str) -> None:
    async with runtime_from_environment() as runtime, open_city(runtime) as session:
        await actions.register_account(session, runtime, username, name, password)


@app.command()
def appoint(
    username: Username,
    district: District,
    role: Annotated[Role, typer.Option(help="what the post does")],
    area: Annotated[str | None, typer.Option(help="code of the area the post is over")] = None,
    unit: Annotated[str | None, typer.Option(help="code of the unit the post is in")] = None,
    each: Annotated[AreaLevel | None, typer.Option(help="one post over every area of a level")] = None,
    rank: Annotated[Rank, typer.Option(help="A main, B second")] = Rank.A,
) -> None:
    """Give an account a post over an area, in a unit, or over each area of a level."""
    if [area, unit, each].count(None) != 2:  # noqa: PLR2004  # exactly one of the three
        raise typer.BadParameter("name one of --area, --unit, --each")
    made = run(_appoint(username, district, role, (area, unit, each), rank))
    typer.echo(f"account {username}: {made} posts as {role}")


async def _appoint(
    username: str, district: str, role: Role, over: tuple[str | None, str | None, AreaLevel | None], rank: Rank
) -> int:
    async with runtime_from_environment() as runtime:
        account_id = await _account(runtime, username)
        async with system_work(runtime, district) as work:
            grounds = await _grounds(work, *over)
            for ground in grounds:
                await actions.appoint(work, account_id, role, ground, rank)
        async with open_city(runtime) as session:
            await actions.join_district(session, account_id, district, runtime.clock.now())
    return len(grounds)


async def _grounds(work: Work, area: str | None, unit: str | None, each: AreaLevel | None) -> Sequence[Ground]:
    if area is not None:
        return [Ground(area_id=(await get_area(work, area)).id)]
    if each is not None:
        level = select(Area.id).where(Area.level == each, Area.valid_to.is_(None)).order_by(Area.code)
        return [Ground(area_id=one) for one in await work.session.scalars(level)]
    found = await work.session.scalar(select(Unit.id).where(Unit.code == unit))
    if found is None:
        raise NotFound("unit")
    return [Ground(unit_id=found)]


@app.command()
def disable(username: Username) -> None:
    """End every session of an account and refuse further ones, at once."""
    run(_disable(username))
    typer.echo(f"account {username} is disabled")


async def _disable(username: str) -> None:
    async with runtime_from_environment() as runtime:
        account_id = await _account(runtime, username)
        async with open_city(runtime) as session:
            await actions.disable_account(session, account_id, runtime.clock.now())


async def _account(runtime: Runtime, username: str) -> UUID:
    async with open_city(runtime) as session:
        account = await account_named(session, username)
    if account is None:
        raise NotFound("username")
    return account.id
