"""`wangge replay`: sends recorded requests through the HTTP API, as a resident's phone or an office would.

Each row's key is made from the file's name, the run and the row's id, so that a replay that was killed goes on and
stores nothing twice; every reply is written to a journal before the next is counted. Rows without coordinates are
sent too: they belong on a desk list.
"""

import asyncio
import hashlib
import json
import os
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from app.cli.recorded import Mapping, read_rows
from app.cli.session import District, run

console = Console(stderr=True)
TRIES = 60  # a server that restarts is waited for, a minute at most
PAUSE_S = 1.0


@dataclass
class Tally:
    """What became of the rows."""

    placements: Counter[str] = field(default_factory=Counter)
    holders: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    several: int = 0
    replayed: int = 0
    owners: dict[str, str] = field(default_factory=dict)

    def add(self, reply: dict[str, Any]) -> None:
        """Count one journal line."""
        if reply["status"] not in (200, 201):
            self.refused[reply.get("code", str(reply["status"]))] += 1
            return
        self.placements[reply["placement"]] += 1
        self.holders[reply["holder"] or "desk"] += 1
        self.several += reply["covers"] > 1
        self.owners[reply["row"]] = f"{reply['owner']} {reply['covers']}"
        self.replayed += reply["status"] == 200  # noqa: PLR2004  # the key was known

    def digest(self) -> str:
        """One word for who owns every row's place: equal over runs when placing is deterministic."""
        return hashlib.sha256(json.dumps(sorted(self.owners.items())).encode()).hexdigest()[:16]


def replay(
    file: Annotated[Path, typer.Argument(help="CSV, may be gzipped", exists=True)],
    mapping: Annotated[
        str, typer.Option("--map", help="field=column,…; fields: id text category lon lat at place")
    ],
    district: District,
    url: Annotated[str, typer.Option(help="the service")] = "http://127.0.0.1:8000",
    username: Annotated[str | None, typer.Option(help="sign in as; without it reports are anonymous")] = None,
    password_env: Annotated[str, typer.Option(help="variable with the password")] = "REPLAY_PASSWORD",  # noqa: S107  # the name of a variable
    accuracy: Annotated[float | None, typer.Option(help="metres, for the near-border test")] = None,
    limit: Annotated[int | None, typer.Option(help="first rows only")] = None,
    together: Annotated[int, typer.Option(min=1, max=32, help="requests at once")] = 8,
    run_name: Annotated[str, typer.Option("--run", help="another name sends the rows again as new")] = "1",
    journal: Annotated[Path | None, typer.Option(help="where replies are kept")] = None,
) -> None:
    """Send recorded requests; resumable and idempotent; prints what became of every row."""
    kept = journal or Path(f"{file.name}.{district}.{run_name}.replay.jsonl")
    plan = _Plan(Mapping.parse(mapping), file, district, url, accuracy, run_name, together, kept)
    rows = list(read_rows(file))[:limit]
    tally = run(_send_all(plan, rows, username, os.environ.get(password_env, "")))
    _print(tally, len(rows))
    if sum(tally.refused.values()):
        raise typer.Exit(1)


@dataclass(frozen=True)
class _Plan:
    mapping: Mapping
    file: Path
    district: str
    url: str
    accuracy: float | None
    run: str
    together: int
    journal: Path

    def key(self, row_id: str) -> str:
        said = f"{self.file.name}\n{self.run}\n{self.district}\n{row_id}"
        return hashlib.sha256(said.encode()).hexdigest()[:40]

    def body(self, row: dict[str, str]) -> dict[str, Any]:
        get = self.mapping.value
        said: dict[str, Any] = {"text": get("text", row) or "-", "district": self.district}
        for name, column in (("category", "category"), ("place_text", "place"), ("occurred_at", "at")):
            if (value := get(column, row)) is not None:
                said[name] = value
        lon, lat = get("lon", row), get("lat", row)
        if lon is not None and lat is not None:
            said["point"] = {"lon": float(lon), "lat": float(lat), "source": "import"}
            if self.accuracy is not None:
                said["point"]["accuracy_m"] = self.accuracy
        return said


async def _send_all(plan: _Plan, rows: list[dict[str, str]], username: str | None, password: str) -> Tally:
    import httpx2

    tally = Tally()
    done = _journaled(plan.journal, tally)
    waiting = [row for row in rows if plan.key(_id(plan, row)) not in done]
    headers = {}
    async with httpx2.AsyncClient(base_url=f"{plan.url}/api/v1", timeout=30) as client:
        if username is not None:
            said = {"username": username, "password": password, "district": plan.district}
            answer = await _patiently(client, "/login", said, {})
            answer.raise_for_status()
            headers = {"Authorization": f"Bearer {answer.json()['token']}"}
        with plan.journal.open("a") as journal, _bar() as progress:
            task = progress.add_task("replay", total=len(rows), completed=len(rows) - len(waiting))
            async for line in _replies(plan, client, headers, waiting):
                journal.write(json.dumps(line) + "\n")
                journal.flush()
                tally.add(line)
                progress.advance(task)
    return tally


def _id(plan: _Plan, row: dict[str, str]) -> str:
    return plan.mapping.value("id", row) or hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()


def _journaled(path: Path, tally: Tally) -> set[str]:
    if not path.exists():
        return set()
    done = set()
    for text in path.read_text().splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue  # the last line of a run that was killed: its key settles it
        done.add(line["key"])
        tally.add(line)
    return done


async def _replies(
    plan: _Plan, client: Any, headers: dict[str, str], rows: list[dict[str, str]]
) -> AsyncIterator[Any]:
    waiting = iter(rows)
    running: set[asyncio.Task[Any]] = set()
    while True:
        while len(running) < plan.together and (row := next(waiting, None)) is not None:
            running.add(asyncio.create_task(_send(plan, client, headers, row)))
        if not running:
            return
        finished, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in finished:
            yield task.result()


async def _send(plan: _Plan, client: Any, headers: dict[str, str], row: dict[str, str]) -> dict[str, Any]:
    key = plan.key(_id(plan, row))
    answer = await _patiently(client, "/issues", plan.body(row), {**headers, "Idempotency-Key": key})
    line = {"key": key, "row": _id(plan, row), "status": answer.status_code}
    said = answer.json()
    if answer.status_code not in (200, 201):
        return line | {"code": said.get("code")}
    place = said["place"]
    covers = [one["code"] for one in place["candidates"] if one["covers"]]
    owner = place["chain"][-1]["code"] if place["placement"] in ("placed", "near_border") else None
    holder = said["holder"]["role"] if said["holder"] else None
    return line | {
        "number": said["number"],
        "placement": place["placement"],
        "owner": owner,
        "covers": len(covers),
        "holder": holder,
    }


async def _patiently(client: Any, path: str, said: dict[str, Any], headers: dict[str, str]) -> Any:
    """Send until an answer settles it: a cut connection, 429 or 503 is tried again with the same key."""
    import httpx2

    for _ in range(TRIES):
        try:
            answer = await client.post(path, json=said, headers=headers)
        except httpx2.TransportError:
            await asyncio.sleep(PAUSE_S)
            continue
        if answer.status_code in (429, 503):
            await asyncio.sleep(min(float(answer.headers.get("retry-after", PAUSE_S)), 30))
            continue
        return answer
    raise typer.BadParameter("the service does not answer; run the same command again to go on")


def _bar() -> Progress:
    shape = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*shape, console=console)


def _print(tally: Tally, rows: int) -> None:
    counted = sum(tally.placements.values()) + sum(tally.refused.values())
    located = counted - tally.placements["no_point"] - sum(tally.refused.values())
    beyond = tally.placements["outside"] + tally.placements["coarse"]
    inside = tally.placements["placed"] + tally.placements["near_border"]
    typer.echo(
        f"rows {rows}, accounted for {counted}, refused {sum(tally.refused.values())} {dict(tally.refused)}"
    )
    typer.echo(f"placed {inside} ({inside / max(1, located):.1%} of {located} with a point)")
    typer.echo(f"near a border {tally.placements['near_border']}, inside two or more {tally.several}")
    typer.echo(f"outside {beyond}, without point {tally.placements['no_point']}")
    typer.echo("by holder: " + ", ".join(f"{role} {count}" for role, count in tally.holders.most_common()))
    typer.echo(f"answered from an earlier run by their key: {tally.replayed}")
    typer.echo(f"digest of every row's owner: {tally.digest()}")
