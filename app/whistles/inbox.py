"""The inbox of a unit: its report-ins with what, where, whose turn it is and which clock ends next (UX I1)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from app.clocks.ending import ending_next
from app.core.work import Work
from app.grid.models import Area
from app.whistles.kinds import ReportInState, TaskState
from app.whistles.models import ReportIn, Whistle, WhistleKind
from app.whistles.paging import page_by_time
from app.whistles.records import Task
from app.whistles.schemas import InboxFilter, ReportInLine, Turn
from app.whistles.workflow import REPORT_IN

OWN = tuple(getattr(ReportIn, name) for name in ReportInLine.model_fields if hasattr(ReportIn, name))
TURN: dict[str, Turn] = {
    ReportInState.NOTIFIED: "to_sign",
    ReportInState.SIGNED: "in_hand",
    ReportInState.CONTACTED: "in_hand",
    ReportInState.REPORTED_IN: "in_hand",
    ReportInState.WORKING: "in_hand",
}


async def page_of(work: Work, wanted: InboxFilter) -> tuple[list[ReportInLine], str | None]:
    """The report-ins of the active post's own units, newest first."""
    ground = aliased(Area)
    query = (
        select(
            *OWN, Whistle.number, Whistle.title, Whistle.place_text, ground.name.label("ground"),
            WhistleKind.code.label("kind"), WhistleKind.name.label("kind_name"), WhistleKind.priority,
        )
        .join(Whistle, Whistle.id == ReportIn.whistle_id)
        .join(WhistleKind, WhistleKind.id == Whistle.kind_id)
        .join(ground, ground.id == Whistle.area_id)
        .where(ReportIn.unit_id.in_(work.actor.units))
    )  # fmt: skip
    if wanted.state:
        query = query.where(ReportIn.state.in_(wanted.state))
    if wanted.open is not None:
        query = query.where(ReportIn.ended_at.is_(None) if wanted.open else ReportIn.ended_at.is_not(None))
    rows, more = await page_by_time(work, query, (ReportIn.notified_at, ReportIn.id), wanted.cursor, wanted.limit)
    clocks = await ending_next(work, await _subjects(work, rows))
    return [_line(work, row, clocks.get(row.id)) for row in rows], more


async def _subjects(work: Work, rows: Sequence[Any]) -> dict[UUID, UUID]:
    """Whose clocks count for a line: its own, those of the unit's open tasks; of one that is done the street's."""
    open_tasks = select(Task.id, Task.whistle_id, Task.unit_id).where(
        and_(Task.whistle_id.in_([row.whistle_id for row in rows]), Task.state == TaskState.OPEN)
    )
    lines = {(row.whistle_id, row.unit_id): row.id for row in rows}
    found = {row.id: row.id for row in rows}
    for task in await work.session.execute(open_tasks):
        if (line := lines.get((task.whistle_id, task.unit_id))) is not None:
            found[task.id] = line
    return found | {row.whistle_id: row.id for row in rows if row.state == ReportInState.DONE}


def _line(work: Work, row: Any, clock: Any) -> ReportInLine:
    signs = row.state == REPORT_IN.first and work.actor.role in REPORT_IN.step("sign").by
    own = {name: getattr(row, name) for name in ReportInLine.model_fields if hasattr(row, name)}
    beside = {"place": row.place_text or row.ground, "turn": TURN.get(row.state, "waiting")}
    return ReportInLine(**own, **beside, may_sign=signs, clock=clock)
