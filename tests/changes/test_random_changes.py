"""Random splits, merges, redraws and moves at random times: the ground stays covered, every point has one owner at
every time, every code leads somewhere, and every open matter is in somebody's hands. WANGGE_CHANGES sets how many
are tried, WANGGE_SEEDS in which orders.
"""

import logging
import os
import random  # noqa: TID251  # a seeded order of a test
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import shapely
from geoalchemy2.shape import to_shape
from shapely import box
from shapely.affinity import translate
from shapely.geometry import mapping
from sqlalchemy import func, select

from app.core.clock import FixedClock
from app.core.geometry import area_m2
from app.core.work import Runtime, system_work
from app.grid.locate import agreed, hits, owner_by_code, owner_by_point, point_parameters
from app.grid.models import Area, AreaCode, Boundary
from app.issues.models import Issue
from app.issues.workflow import FINAL
from app.people.models import Role
from tests import town
from tests.changes import acts
from tests.conftest import Desk, Sit
from tests.issues.acts import raised
from tests.journeys.test_area_changes import without_anybody

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("long_sessions")]
HERE = acts.HERE
TRIED = int(os.environ.get("WANGGE_CHANGES", "10"))
LEVELS = ("street_id", "community_id", "grid_id", "building_group_id")
PLACES = [(102.801 + 0.0121 * x, 24.803 + 0.0137 * y) for x in range(8) for y in range(7)]
LOOKED_AT = 8  # places of chance beside those told beforehand, each time
REMEMBERED = 6  # earlier looks that are looked at again after each change; all of them at the end
MINUTES = (90, 240)  # the shortest and the longest wait; nobody may tell more than so much an hour


class Changing:
    """The town under a hand that cuts, joins and moves in an order a seed repeats."""

    def __init__(self, seed: int, sit: Sit, public: Desk, runtime: Runtime, clock: FixedClock) -> None:
        self.chance = random.Random(seed)  # noqa: S311  # a test's own order
        self.sit, self.public, self.runtime, self.clock = sit, public, runtime, clock
        self.seen: list[tuple[datetime, dict[tuple[float, float], Any]]] = []
        self.done: list[str] = []
        self.number = 100

    async def lies(self) -> list[tuple[Area, Any]]:
        """Areas in force with their outlines."""
        async with system_work(self.runtime, HERE) as work:
            now = (Boundary.area_id == Area.id) & func.upper_inf(Boundary.valid)
            query = select(Area, Boundary.geom).outerjoin(Boundary, now).where(Area.valid_to.is_(None))
            rows = (await work.session.execute(query.order_by(Area.code))).all()
        return [(area, None if geom is None else to_shape(geom)) for area, geom in rows]

    def code(self) -> str:
        self.number += 1
        return f"{town.C1}{self.number}"

    async def content(self) -> dict[str, Any]:
        """Something to ask for."""
        here = [one for one in await self.lies() if one[0].code.startswith(town.WEST)]
        lies = [(area, shape) for area, shape in here if shape is not None]
        grids = [one for one in lies if one[0].level == "grid" and one[0].kind == "general"]
        buildings = [one for one in lies if one[0].level == "building_group"]
        way = self.chance.choice(["split", "split", "merge", "merge", "move", "build", "redraw", "redraw"])
        if way == "split":
            return self.split(*self.chance.choice([*grids, *buildings]))
        if way == "redraw":
            return self.redraw(grids)
        if way == "merge":
            one, other = self.chance.sample(grids if self.chance.random() < 0.7 else lies, 2)
            keeps = self.chance.choice([one[0].code, other[0].code, self.code()])
            codes = [one[0].code, other[0].code]
            return {"kind": "merge", "areas": codes, "code": keeps, "name": f"合并{self.number}"}
        moved = self.chance.choice(buildings if way == "build" and buildings else grids)
        to = self.chance.choice([area for area, _ in lies if area.level in ("grid", "community")])
        return {"kind": "move", "area": moved[0].code, "to": to.code}

    def split(self, area: Area, shape: Any) -> dict[str, Any]:
        west, south, east, north = shape.bounds
        share = self.chance.choice([0.25, 0.4, 0.5, 0.7])
        first, second = box(west, south, west + (east - west) * share, north), None
        if self.chance.random() < 0.5:
            first = box(west, south, east, south + (north - south) * share)
        first, second = shape.intersection(first), shape.difference(first)
        kept = area.code if self.chance.random() < 0.6 else self.code()
        pieces = [
            {"code": kept, "name": area.name, "shape": mapping(first)},
            {"code": self.code(), "name": f"新片{self.number}", "shape": mapping(second)},
        ]
        return {"kind": "split", "area": area.code, "pieces": pieces}

    def redraw(self, grids: Sequence[tuple[Area, Any]]) -> dict[str, Any]:
        """A strip of one grid, where another lies beside it, goes over."""
        giver, taker = self.chance.choice(
            [(one, two) for one in grids for two in grids if one[0].parent_id == two[0].parent_id and one != two]
        )
        wide = self.chance.choice([0.0003, 0.004])
        shifted = [translate(taker[1], x * wide, y * wide) for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1))]
        strip = max((giver[1].intersection(one) for one in shifted), key=lambda one: one.area)
        shapes = ((giver[0].code, giver[1].difference(strip)), (taker[0].code, taker[1].union(strip)))
        return {"kind": "redraw", "redrawn": [{"code": code, "shape": mapping(one)} for code, one in shapes]}

    def minutes(self) -> timedelta:
        return timedelta(minutes=self.chance.randint(*MINUTES))

    async def change(self) -> None:
        """One thing is asked for; what is in order happens at its time, what is not is refused."""
        content = await self.content()
        admin = await self.sit(Role.DISTRICT_ADMIN, HERE)
        tried = await admin.post("/area-changes/preview", {"content": content, "reason": "随机"})
        if content["kind"] == "redraw" and tried.status_code == 422:
            return  # the two do not lie beside one another
        assert tried.status_code == 200, tried.text
        if any(one["level"] == "error" for one in tried.json()["findings"]):
            return
        if self.chance.random() < 0.5:
            effective_at = self.clock.now() + self.minutes()
            await acts.of_district(self.sit, content, effective_at)
            await self.look()
            self.clock.advance(seconds=(effective_at - self.clock.now()).total_seconds())
        else:
            await acts.of_district(self.sit, content)
        await acts.came(self.runtime)
        self.done.append(content["kind"])

    async def report(self) -> None:
        """Somebody tells something, by a point or by a sign that may be old."""
        async with system_work(self.runtime, HERE) as work:
            codes = list(await work.session.scalars(select(AreaCode.code).order_by(AreaCode.code)))
        await raised(self.public, self.chance.choice(PLACES))
        await raised(self.public, area_code=self.chance.choice(codes))

    async def look(self) -> None:
        """How every place is owned now, to be remembered."""
        now = self.clock.now()
        chance = [
            (102.8 + 0.1 * self.chance.random(), 24.8 + 0.1 * self.chance.random()) for _ in range(LOOKED_AT)
        ]
        owners = await self.owners([*PLACES, *chance], now)
        assert all(owner[0] is not None for owner in owners.values()), "ground that nobody owns"
        self.seen.append((now, owners))

    async def owners(self, places: Sequence[tuple[float, float]], at: datetime) -> dict[Any, Any]:
        hit = hits()
        owner = owner_by_point(hit, agreed(hit))
        said = ("id", "code", "name", *LEVELS)
        found = {}
        async with system_work(self.runtime, HERE) as work:
            for place in places:
                parameters = {**point_parameters(*place, 0), "at": at, "category": None}
                row = (await work.session.execute(select(owner), parameters)).mappings().one()
                found[place] = tuple(row[name] for name in said)
        return found

    async def check(self) -> None:
        """Coverage, one owner, the past as it was, codes that lead on, rows that agree, nobody's matters."""
        lies = await self.lies()
        self._covered(lies)
        self._rows_agree(lies)
        await self.past(self.chance.sample(self.seen, min(REMEMBERED, len(self.seen))))
        await self._codes_lead_on({area.id for area, _ in lies})
        await self._matters(dict(lies_by_id(lies)))
        assert await without_anybody(self.runtime) == []

    async def past(self, seen: Sequence[tuple[datetime, dict[tuple[float, float], Any]]]) -> None:
        """Asked again, each time has the owners it had."""
        for at, owners in seen:
            assert await self.owners(list(owners), at) == owners, at

    def _covered(self, lies: list[tuple[Area, Any]]) -> None:
        grids = [(area, shape) for area, shape in lies if area.level == "grid" and area.kind == "general"]
        parents = {area.parent_id for area, _ in grids}
        leaves = [shape for area, shape in grids if area.id not in parents]
        buildings = [shape for area, shape in lies if area.level == "building_group"]  # may stand beside grids
        whole = [shape for area, shape in lies if area.level == "community" and shape is not None]
        ground, covered = shapely.union_all(whole), shapely.union_all([*leaves, *buildings])
        assert area_m2(ground.symmetric_difference(covered)) < 5
        assert sum(map(area_m2, leaves)) - area_m2(shapely.union_all(leaves)) < 5, "two grids on one place"

    def _rows_agree(self, lies: list[tuple[Area, Any]]) -> None:
        known = {area.id: area for area, _ in lies}
        for area, _ in lies:
            above = known[area.parent_id] if area.parent_id else None
            assert area.path == [*(above.path if above else []), area.id], area.code
            chain = {name: getattr(above, name) if above else None for name in LEVELS}
            if f"{area.level}_id" in chain:
                chain[f"{area.level}_id"] = area.id
            assert {name: getattr(area, name) for name in LEVELS} == chain, area.code

    async def _codes_lead_on(self, living: set[UUID]) -> None:
        owner = owner_by_code()
        async with system_work(self.runtime, HERE) as work:
            for code in await work.session.scalars(select(AreaCode.code)):
                said = {"area_code": code, "at": self.clock.now()}
                row = (await work.session.execute(select(owner), said)).mappings().one()
                assert row["id"] in living, code

    async def _matters(self, known: dict[UUID, Area]) -> None:
        async with system_work(self.runtime, HERE) as work:
            query = select(Issue).where(Issue.closed_at.is_(None), Issue.state.not_in([str(s) for s in FINAL]))
            for issue in await work.session.scalars(query):
                area = known[issue.area_id] if issue.area_id else None
                if area is not None:
                    assert all(getattr(issue, name) == getattr(area, name) for name in LEVELS), issue.number


def lies_by_id(lies: list[tuple[Area, Any]]) -> list[tuple[UUID, Area]]:
    return [(area.id, area) for area, _ in lies]


SEEDS = [int(seed) for seed in os.environ.get("WANGGE_SEEDS", "3").split(",")]


@pytest.mark.parametrize("seed", SEEDS)
async def test_random_changes_keep_ground_past_and_work_whole(
    sit: Sit, public: Desk, runtime: Runtime, clock: FixedClock, seed: int
) -> None:
    changing = Changing(seed, sit, public, runtime, clock)
    for _ in range(TRIED):
        await changing.report()
        await changing.look()
        clock.advance(seconds=changing.minutes().total_seconds())
        before = len(changing.done)
        await changing.change()
        if len(changing.done) > before:
            await changing.check()
        clock.advance(minutes=30)
    await changing.past(changing.seen)
    logging.getLogger(__name__).info(
        "%s tried, done: %s, looks: %s", TRIED, dict(Counter(changing.done)), len(changing.seen)
    )
    assert len(set(changing.done)) >= 2, changing.done
    async with system_work(runtime, HERE) as work:
        assert timedelta() < clock.now() - town.MORNING
        assert await work.session.scalar(select(func.count()).select_from(Issue)) == 2 * TRIED
    await acts.assert_whole(runtime)
