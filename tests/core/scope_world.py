"""Six issues on odd ground, the scopes they are looked at with, and what a statement form is tried through."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import table_of
from app.core.scope import EVERYTHING, NOTHING, Scope
from app.core.work import Runtime, system_work
from app.grid.queries import get_area
from app.issues.kinds import PartyRole
from app.issues.models import Issue, IssueParty
from app.issues.records import Remark
from app.people.models import Unit
from tests import town
from tests.conftest import Desk
from tests.core.aids import HERE, raised

Ids = set[UUID]
ONE_UNIT = Unit.code == "shuiwu"  # a party of all six
PLACES = {
    "building": town.IN_B1,
    "grid": town.IN_G2,
    "accusing": town.IN_ISLAND,
    "village": town.IN_FIELD,
    "called": town.IN_SMALL_A,
    "nowhere": town.FAR_AWAY,
}


@dataclass
class World:
    """Six issues, one remark and one party row each, and what each scope must see of them."""

    issues: Ids
    remarks: dict[UUID, UUID]
    expected: list[tuple[str, Scope, Ids]]


@dataclass
class Looking:
    """One statement form tried under one scope on one class; `key` is the issue a row belongs to."""

    session: AsyncSession
    model: Any
    world: World

    @property
    def key(self) -> Any:
        return self.key_of(self.model)

    def key_of(self, model: Any) -> Any:
        return model.id if self.model is Issue else model.issue_id

    @property
    def table_key(self) -> Any:
        return table_of(self.model).c["id" if self.model is Issue else "issue_id"]

    @property
    def primary_keys(self) -> list[UUID]:
        return list(self.world.issues) if self.model is Issue else list(self.world.remarks.values())

    @property
    def changed(self) -> dict[str, str]:
        return {"place_text": "y"} if self.model is Issue else {"text": "y"}

    def of(self, row: Any) -> UUID:
        found: UUID = row.id if isinstance(row, Issue) else row.issue_id
        return found

    async def ids(self, statement: Any) -> Ids:
        """The last column of each row; outer joins give None for nothing."""
        rows = (await self.session.execute(statement)).all()
        return {row[-1] for row in rows if row[-1] is not None}

    async def entities(self, statement: Any) -> Ids:
        return {self.of(row) for row in await self.session.scalars(statement)}

    async def number(self, statement: Any) -> int:
        return int(await self.session.scalar(statement) or 0)

    async def rows_touched(self, statement: Any) -> int:
        done: Any = await self.session.execute(statement)
        return int(done.rowcount)

    def update(self) -> Any:
        return sa.update(self.model).values(self.changed)


Form = Callable[[Looking], Awaitable[Ids | int]]


async def make_world(public: Desk, runtime: Runtime) -> World:
    made: dict[str, UUID] = {}
    for name, place in PLACES.items():
        accused = {"respondent_unit": town.WEST} if name == "accusing" else {}
        made[name] = UUID((await raised(public, place, **accused))["id"])
    async with system_work(runtime, HERE) as work:
        units = {unit.code: unit.id for unit in await work.session.scalars(select(Unit))}
        remarks = {issue: work.new_id() for issue in made.values()}
        now = work.clock.now()
        said = {"step": "comment", "text": "x", "to_reporter": False, "post_id": None, "at": now}
        await work.put(Remark, [{"id": new, "issue_id": issue, **said} for issue, new in remarks.items()])
        party = {"unit_id": units["shuiwu"], "role": PartyRole.INFORMED, "since": now}
        parties = [{"issue_id": issue, **party} for issue in made.values()]
        parties.append(party | {"issue_id": made["called"], "unit_id": units["chengguan"]})
        await work.put(IssueParty, parties)
        codes = (town.WEST, town.EAST, town.C1, town.G1, town.G2)
        areas = {code: (await get_area(work, code)).id for code in codes}
    return World(set(made.values()), remarks, _expected(made, areas, units))


def _expected(
    made: dict[str, UUID], areas: dict[str, UUID], units: dict[str, UUID]
) -> list[tuple[str, Scope, Ids]]:
    def some(*names: str) -> Ids:
        return {made[name] for name in names}

    def over(column: str, *codes: str, **more: Any) -> Scope:
        return Scope(areas={column: tuple(areas[code] for code in codes)}, **more)

    west = some("building", "grid", "accusing", "called")
    innocent = set(made.values()) - some("accusing")
    recused = (units[town.WEST],)
    called = (units["chengguan"],)
    return [
        ("nothing", NOTHING, set()),
        ("everything", EVERYTHING, set(made.values())),
        ("grid", over("grid_id", town.G1), some("building")),
        ("next grid", over("grid_id", town.G2), some("grid")),
        ("grids", over("grid_id", town.G1, town.G2), some("building", "grid")),
        ("community", over("community_id", town.C1), some("building", "grid", "accusing")),
        ("street", over("street_id", town.WEST), west),
        ("unit", Scope(units=called), some("called")),
        ("subject", Scope(subject=made["village"]), some("village")),
        ("recused", over("street_id", town.WEST, recused=recused), west - some("accusing")),
        ("unit recused", Scope(units=(units["shuiwu"],), recused=recused), innocent),
        ("street and unit", over("street_id", town.EAST, units=called), some("village", "called")),
    ]
