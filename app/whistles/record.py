"""A unit's own record: every assessment of it with the trail rows behind, and what became of its appeals (R2.6).

Newest first and of the own unit only: nobody is compared with anybody (R2.7, CASES 3).
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from app.core.audit import Trail
from app.core.work import Work
from app.issues.schemas import TrailOut
from app.whistles.models import Whistle
from app.whistles.paging import page_by_time
from app.whistles.records import Score
from app.whistles.schemas import RecordFilter, ScoreLine, ScoreOut
from app.whistles.workflow import WHISTLE

OWN = tuple(getattr(Score, name) for name in ScoreOut.model_fields)
APPEAL = WHISTLE.step("appeal_score")


async def page_of(work: Work, wanted: RecordFilter) -> tuple[list[ScoreLine], str | None]:
    """Scores of the active post's own units, newest first."""
    query = (
        select(*OWN, Score.whistle_id, Whistle.number, Whistle.title)
        .join(Whistle, Whistle.id == Score.whistle_id)
        .where(Score.unit_id.in_(work.actor.units), Score.opinion.is_(False))
    )
    rows, more = await page_by_time(work, query, (Score.at, Score.id), wanted.cursor, wanted.limit)
    acts = await _acts(work, rows)
    found = []
    for row in rows:
        own = {name: getattr(row, name) for name in ScoreOut.model_fields}
        behind = [act for key in _keys(row) if (act := acts.get(key)) is not None]
        may = row.appealed_at is None and work.actor.role in APPEAL.by
        said = {"whistle_id": row.whistle_id, "number": row.number, "title": row.title}
        found.append(ScoreLine(**own, **said, acts=behind, may_appeal=may))
    return found, more


def _keys(row: Any) -> list[tuple[UUID, int]]:
    return [(UUID(one["subject_id"]), int(one["seq"])) for one in row.events]


async def _acts(work: Work, rows: Sequence[Any]) -> dict[tuple[UUID, int], TrailOut]:
    """The trail rows that loaded scores rest on."""
    wanted = {key for row in rows for key in _keys(row)}
    if not wanted:
        return {}
    query = select(Trail).where(tuple_(Trail.subject_id, Trail.seq).in_(wanted))
    return {(row.subject_id, row.seq): TrailOut.model_validate(row) for row in await work.session.scalars(query)}
