"""Households per grid against the band an office keeps 网格规模 (DOMAIN 3): a flag beside each, never a ranking.

A grid outside the band is a question to the street, which divides grids, not a mark on anybody. Numbers too small
to hide a household are not shown.
"""

from collections import Counter
from uuid import UUID

from sqlalchemy import func, select

from app.core.work import Work
from app.figures.hiding import hidden_of
from app.figures.kinds import Threshold
from app.figures.rates import threshold
from app.figures.schemas import SizeFilter, SizeLine
from app.grid.models import Area, AreaLevel, GridKind
from app.grid.queries import get_area
from app.households.models import Household

BANDS = {AreaLevel.GRID: (300, 500), AreaLevel.BUILDING_GROUP: (50, 80)}


async def sizes(work: Work, wanted: SizeFilter) -> list[SizeLine]:
    """General areas of a level on one's ground with their households, by code; outer grids count inner ones in."""
    least, most = BANDS[wanted.level]
    least, most = wanted.least or least, wanted.most or most
    areas = await _areas(work, wanted)
    counted = await _households(work, wanted.level)
    totals: Counter[UUID] = Counter({area.id: 0 for area in areas})
    for area in areas:
        for above in area.path:
            if above in totals:
                totals[above] += counted.get(area.id, 0)
    few = hidden_of(totals, await threshold(work, Threshold.HIDDEN_BELOW))
    # An outer grid beside its other inner ones would tell a hidden one.
    around = {above for area in areas if area.id in few and totals[area.id] for above in area.path}
    hidden = few | around
    return [
        SizeLine(
            code=area.code, name=area.name, rural=area.rural, least=least, most=most,
            households=None if area.id in hidden else totals[area.id], hidden=area.id in hidden,
            flag="below" if totals[area.id] < least else "above" if totals[area.id] > most else None,
        )
        for area in areas
    ]  # fmt: skip


async def _areas(work: Work, wanted: SizeFilter) -> list[Area]:
    """General areas of the level inside what is asked for and inside the reader's ground."""
    query = select(Area).where(
        Area.level == wanted.level, Area.kind == GridKind.GENERAL, Area.valid_to.is_(None)
    )  # fmt: skip
    if wanted.area is not None:
        query = query.where(Area.path.contains([(await get_area(work, wanted.area)).id]))
    scope = work.scope
    if not scope.everything:
        own = [area_id for ids in scope.areas.values() for area_id in ids]
        query = query.where(Area.path.overlap(own))
    return list(await work.session.scalars(query.order_by(Area.code)))


async def _households(work: Work, level: AreaLevel) -> dict[UUID, int]:
    column = Household.grid_id if level == AreaLevel.GRID else Household.building_group_id
    query = select(column, func.count()).where(Household.until.is_(None), column.is_not(None)).group_by(column)
    return {area_id: count for area_id, count in await work.session.execute(query) if area_id is not None}
