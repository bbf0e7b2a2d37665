"""`wangge trail verify` and `wangge counts`: what was written is whole, what was counted is right."""

from typing import Annotated, Any

import typer
from sqlalchemy import func, select

from app.borders.agreements import KIND as AGREEMENTS
from app.cli.session import run, runtime_from_environment
from app.core.audit import Break, Trail
from app.core.audit import verify as walk
from app.core.work import Runtime, Work, open_city, system_work
from app.districts import district_codes
from app.grid.models import BorderAgreement
from app.households.models import Household
from app.households.recording import KIND as HOUSEHOLDS
from app.issues import counting
from app.issues.records import IssueDay
from app.people.keeping import KIND as POSTS
from app.people.models import Post
from app.sync.devices import KIND as DEVICES
from app.sync.models import Device
from app.timetable import TIMETABLE

CHAINS: dict[str, type[Any]] = {
    **{kind: acts.model for kind, acts in TIMETABLE.items()},
    HOUSEHOLDS: Household,
    DEVICES: Device,
    POSTS: Post,
    AGREEMENTS: BorderAgreement,
}  # a dwelling and a visit have none: a visit keeps its own revisions

app = typer.Typer(no_args_is_help=True, help="The trail 轨迹.")
counts = typer.Typer(no_args_is_help=True, help="Counts per street and day.")
District = Annotated[str | None, typer.Option("--district", help="six digits; all districts when left out")]


@app.callback()
def _trail() -> None:
    """The trail 轨迹."""


@counts.callback()
def _counts() -> None:
    """Counts per street and day."""


@app.command()
def verify(district: District = None) -> None:
    """Walk every chain; exit 1 and name subject and row where one does not hold."""
    if run(_verify(district)):
        raise typer.Exit(1)


async def _verify(district: str | None) -> int:

    broken = 0
    async with runtime_from_environment() as runtime:
        for code in await _chosen(runtime, district):
            async with system_work(runtime, code) as work:
                for kind, model in CHAINS.items():
                    broken += await _walk(work, kind, model)
                broken += await _strange(work)
    return broken


async def _strange(work: Work) -> int:
    """Print kinds of subjects that nothing here walks: rows that nobody would miss."""
    query = select(Trail.subject_kind, func.count()).where(Trail.subject_kind.not_in(CHAINS))
    found = (await work.session.execute(query.group_by(Trail.subject_kind).order_by(Trail.subject_kind))).all()
    for kind, rows in found:
        typer.echo(f"{work.district}: {kind}: {rows} rows of a kind that is not walked, BROKEN")
    return len(found)


async def _walk(work: Work, kind: str, model: type[Any]) -> int:
    """Print what does not hold of one kind of subject in a district; returns how many chains those are."""
    broken = 0
    async for found in walk(work.session, kind, model):
        if isinstance(found, Break):
            broken += 1
            typer.echo(f"{work.district}: {found.kind} {found.subject_id} row {found.seq}: {found.why}")
        else:
            typer.echo(f"{work.district}: {kind}: {found} rows read, {'BROKEN' if broken else 'whole'}")
    return broken


async def _chosen(runtime: Runtime, district: str | None) -> list[str]:

    async with open_city(runtime) as session:
        codes = list(await district_codes(session))
    return [code for code in codes if district in (None, code)]


@counts.command()
def check(district: District = None) -> None:
    """Compare the counts with a recount from the trail; exit 1 where they differ."""
    if run(_compare(district, rebuild=False)):
        raise typer.Exit(1)


@counts.command()
def rebuild(district: District = None) -> None:
    """Replace the counts by a recount."""
    run(_compare(district, rebuild=True))


async def _compare(district: str | None, *, rebuild: bool) -> int:

    different = 0
    async with runtime_from_environment() as runtime:
        for code in await _chosen(runtime, district):
            async with system_work(runtime, code) as work:
                if rebuild:
                    typer.echo(f"{code}: {await counting.rebuild(work)} rows rebuilt")
                    continue
                kept = {(r.street_id, r.day): (r.raised, r.answered, r.closed)
                        for r in await work.session.scalars(select(IssueDay))}  # fmt: skip
                again = {(r["street_id"], r["day"]): (r["raised"], r["answered"], r["closed"])
                         for r in await counting.recount(work)}  # fmt: skip
                kept = {key: value for key, value in kept.items() if any(value)}
                wrong = {key for key in kept.keys() | again.keys() if kept.get(key) != again.get(key)}
                different += len(wrong)
                typer.echo(f"{code}: {len(again)} street-days, {len(wrong)} differ")
    return different
