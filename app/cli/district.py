"""`wangge district`: create, list, migrate."""

from datetime import UTC
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import select

from app import districts
from app.cli.session import owner_url, run, runtime_from_environment
from app.core.clock import SystemClock
from app.core.settings import load
from app.core.work import schema_of, system_work
from app.issues.seeding import seed
from app.whistles.seeding import seed_whistles

app = typer.Typer(no_args_is_help=True, help="Districts, one schema each.")
console = Console()


@app.command()
def create(
    code: Annotated[str, typer.Argument(help="six digits; 99xxxx for foreign demonstrations")],
    name: Annotated[str, typer.Option(help="the district's name")],
    demo: Annotated[bool, typer.Option("--demo", help="holds demonstration data")] = False,
) -> None:
    """Make a district: its schema, its grants, its categories and first limit rule."""
    make(code, name, demo=demo)
    console.print(f"district {code} {name} is ready")


def make(code: str, name: str, *, demo: bool) -> None:
    """Migrate, list and seed a district."""
    url = owner_url(load())
    districts.migrate_city(url)
    districts.register(url, code, name, demo=demo, now=SystemClock().now())
    run(_seed(code))


async def _seed(code: str) -> None:

    async with runtime_from_environment() as runtime, system_work(runtime, code) as work:
        await seed(work)
        await seed_whistles(work)


@app.command("list")
def list_districts() -> None:
    """All districts with their migration state."""
    table = Table("code", "name", "demo", "since", "migrations")
    with districts.owner_engine(owner_url(load()), "nowhere").connect() as connection:
        heads = {head.schema: head for head in districts.heads(connection)}
        listed = districts.District
        query = select(listed.code, listed.name, listed.demo, listed.created_at)
        for code, name, demo, since in connection.execute(query.order_by(listed.code)):
            state = "behind" if heads[schema_of(code)].lags else "current"
            table.add_row(code, name, "yes" if demo else "no", f"{since.astimezone(UTC):%Y-%m-%d}", state)
    console.print(table)


@app.command()
def migrate() -> None:
    """Bring the city's schemas and every district to their head; started again it goes on where it stopped."""
    url = owner_url(load())
    districts.migrate_city(url)
    with districts.owner_engine(url, "nowhere").connect() as connection:
        codes = [head.schema.removeprefix("t_") for head in districts.heads(connection)[1:]]
    for code in track(codes, "districts", console=console, disable=not codes):
        districts.migrate_district(url, code)
    console.print(f"migrated: city and {len(codes)} districts")
