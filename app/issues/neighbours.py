"""Open matters of the same kind nearby, offered before a report is sent (我也遇到了, DOMAIN R1.7)."""

from dataclasses import replace
from typing import Any

from geoalchemy2 import Geography
from sqlalchemy import and_, cast, func, or_, select
from sqlalchemy.orm import aliased

from app.core.clock import office_day
from app.core.work import Work
from app.grid.models import Area
from app.issues import intake, situation
from app.issues.kinds import IssueType
from app.issues.models import Category, Issue
from app.issues.schemas import NeighbourOut, Neighbours, RaiseIssue
from app.issues.suggesting import english_name
from app.issues.telling import STANDING
from app.issues.workflow import LIVE

NEAR_M = 150  # as far as two people may stand apart and mean the same thing
MOST = 5
COARSE_M = 50  # a distance is not told more exactly than this
NEVER_TYPES = [str(kind) for kind in (IssueType.TIPOFF, IssueType.DISPUTE)]


async def nearby(work: Work, wanted: Neighbours) -> list[NeighbourOut]:
    """At most five, nearest first; never confidential, private, or about a person (CASES 3). A matter that came by
    the code of a sign has no point: it is near for whoever stands at that sign's building.
    """
    said = RaiseIssue(text="-", point=wanted.point, category=wanted.category)
    facts = intake.facts_of(work, said)
    read = await situation.read(await work.cursor(), replace(facts, accuracy_m=max(facts.accuracy_m, NEAR_M)))
    if read.area["grid_id"] is None:
        return []
    codes = [candidate["code"] for candidate in read.candidates]
    grids = select(Area.id).where(or_(Area.code.in_(codes), Area.id == read.area["grid_id"]))
    rows = await work.session.execute(
        _query(facts, grids, read.area["building_group_id"]).execution_options(unscoped=True)
    )
    return [
        NeighbourOut(
            id=row.id, category=row.category_name, category_en=english_name(facts.category or ""),
            grid=row.grid_name, state=row.state, state_zh=STANDING[row.state][0], state_en=STANDING[row.state][1],
            raised_on=office_day(row.raised_at), metres=COARSE_M * round(row.metres / COARSE_M),
            reports=1 + row.merged,
        )
        for row in rows
    ]  # fmt: skip


def _query(facts: situation.Facts, grids: Any, building: Any) -> Any:
    here = cast(func.ST_SetSRID(func.ST_MakePoint(facts.lon, facts.lat), 4326), Geography)
    metres = func.coalesce(func.ST_Distance(cast(Issue.point, Geography), here), 0)
    at_sign = and_(Issue.point.is_(None), Issue.building_group_id == building)
    near = or_(and_(Issue.point.is_not(None), metres <= NEAR_M), at_sign)
    grid, child = aliased(Area), aliased(Issue)
    merged = select(func.count()).where(child.merged_into == Issue.id).scalar_subquery()
    return (
        select(
            Issue.id, Issue.state, Issue.raised_at, Category.name.label("category_name"),
            grid.name.label("grid_name"), metres.label("metres"), merged.label("merged"),
        )
        .join(Category, (Category.code == Issue.category) & (Category.version == Issue.category_version))
        .outerjoin(grid, grid.id == Issue.grid_id)
        .where(Issue.closed_at.is_(None), Issue.grid_id.in_(grids), Issue.category == facts.category)
        .where(Issue.confidential.is_(False), Category.private.is_(False), Issue.type.not_in(NEVER_TYPES))
        .where(Issue.state.in_([str(state) for state in LIVE]), near)
        .order_by(metres, Issue.id)
        .limit(MOST)
    )  # fmt: skip
