"""The demonstration's ninety days: the same each time, and equal to their recount."""

import pytest
from sqlalchemy import func, select

from app.cli.demo_visits import fill_visits
from app.core.clock import office_day
from app.core.work import Runtime, system_work
from app.figures.coverage import coverage
from app.figures.recounting_visits import differences, recount
from app.figures.schemas import CoverageFilter
from app.grid.models import AreaLevel
from app.visits.models import Visit, VisitTask
from tests import town
from tests.visits.homes import HERE, home, need

pytestmark = pytest.mark.anyio


async def test_ninety_days_are_recounted_as_they_are_shown(runtime: Runtime) -> None:
    async with system_work(runtime, HERE) as work:
        for place in range(40):
            household = await home(work, str(place), town.B1 if place % 2 else town.G2)
            if place % 4 == 0:
                await need(work, household, "dependent" if place % 8 else "living_alone")
        assert await fill_visits(work) >= 60
        assert await fill_visits(work) == 0, "once more makes nothing"
    async with system_work(runtime, HERE) as work:
        assert await differences(work) == []
        today = office_day(runtime.clock.now())
        latest = await work.session.scalar(select(func.max(Visit.at)))
        assert latest is not None
        assert latest <= runtime.clock.now()
        first = await work.session.scalar(select(func.min(VisitTask.starts_on)))
        assert first is not None
        assert (today - first).days > 85
        shown = await coverage(work, CoverageFilter(on=today, level=AreaLevel.GRID), below=0)
        again = await recount(work, today, AreaLevel.GRID)
    assert {(g.area_id, g.rule_id): {part: getattr(g, part) for part in g.rows} for g in shown} == again
    assert sum(numbers["covered"] for numbers in again.values()) > 0
