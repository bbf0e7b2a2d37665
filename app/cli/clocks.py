"""`wangge clocks replay`: recorded requests with their real closing times against a district's own limits."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from holidays import list_supported_countries
from rich.console import Console
from rich.table import Table

from app.cli.recorded import Mapping, read_rows
from app.cli.session import District, run, runtime_from_environment
from app.clocks.house import House, house_of
from app.clocks.replaying import Recorded, Share, due_of, shares
from app.core.clock import SHANGHAI
from app.core.work import Work, system_work

app = typer.Typer(no_args_is_help=True, help="Limits and clocks.")
FIELDS = "category=category,raised=created_at,closed=closed_at"
WIDE = 100


@app.callback()
def _group() -> None:
    """Limits and clocks."""


@app.command("replay")
def replay(
    file: Annotated[Path, typer.Argument(help="CSV, may be gzipped", exists=True)],
    district: District,
    mapping: Annotated[
        str, typer.Option("--map", help="field=column,…; fields: raised closed category type urgency")
    ] = FIELDS,
    clock: Annotated[str, typer.Option(help="whose limit is looked at")] = "solve",
    holidays: Annotated[
        str | None, typer.Option(metavar="COUNTRY", help="whose public holidays; weekdays alone without it")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="so many categories")] = 20,
) -> None:
    """Print by category how many would have ended in time by the district's limits; stores nothing."""
    if holidays is not None and holidays not in list_supported_countries():
        raise typer.BadParameter("--holidays: a country's two letters, as in US")
    given, columns = list(read_rows(file)), Mapping.parse(mapping)
    matters = [_recorded(columns, row) for row in given]
    usable = [one for one in matters if one is not None]
    _print(shares(run(_ends(usable, district, clock, holidays))), top)
    typer.echo(
        f"rows {len(given)}, left out {len(given) - len(usable)}: not raised, or closed before it was raised"
    )


def _recorded(columns: Mapping, row: dict[str, str]) -> Recorded | None:
    raised, closed = (_moment(columns.value(name, row)) for name in ("raised", "closed"))
    if raised is None or (closed is not None and closed < raised):
        return None
    kind, urgency = columns.value("type", row) or "help", columns.value("urgency", row) or "normal"
    return Recorded(kind, urgency, columns.value("category", row), raised, closed)


def _moment(said: str | None) -> datetime | None:
    """A time without an offset stands on the office's own wall, wherever that is, as its hours do."""
    if said is None:
        return None
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        raise typer.BadParameter(f"--map: {said!r} is not a time like 2017-12-31T23:59:58") from None
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


async def _ends(
    matters: list[Recorded], district: str, clock: str, holidays: str | None
) -> list[tuple[Recorded, datetime]]:
    async with runtime_from_environment() as runtime, system_work(runtime, district) as work:
        houses = await _houses(work, matters, holidays)
    return [(one, due_of(houses[_facts(one)], clock, one)) for one in matters]


def _facts(matter: Recorded) -> tuple[str, str, str | None]:
    return matter.type, matter.urgency, matter.category


async def _houses(
    work: Work, matters: Iterable[Recorded], holidays: str | None
) -> dict[tuple[str, str, str | None], House]:
    """The rules for each kind of matter there is, with the holidays of that country."""
    houses = {}
    for facts, matter in {_facts(one): one for one in matters}.items():
        house = await house_of(work, matter)
        houses[facts] = replace(house, calendar=replace(house.calendar, country=holidays))
    return houses


def _print(found: dict[str, Share], top: int) -> None:
    table = Table("category", "n", "closed", "on time %", "median h", "p90 h")
    for column in table.columns[1:]:
        column.justify = "right"
    for category, share in [*list(found.items())[:top], ("all", Share.whole(found.values()))]:
        hours = ("-" if value is None else f"{value:.1f}" for value in (share.median_hours, share.p90_hours))
        table.add_row(category, str(share.count), str(len(share.hours)), f"{share.percent:.1f}", *hours)
    Console(width=WIDE).print(table)
