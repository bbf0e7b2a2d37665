"""What leaves as a sheet, bounded and noted as read."""

from app.core.errors import Invalid
from app.core.work import Work
from app.people.privacy import note_read
from app.visits.queries import SHOWN, chosen, lines_of
from app.visits.schemas import VisitFilter, VisitLine
from app.visits.sheet import MOST_ROWS


class TooManyVisits(Invalid):
    """More than one sheet takes."""

    code = "too_many_visits"
    zh = "走访记录超过 {most} 条,请缩短日期范围或按网格导出。"
    en = "There are more than {most} visits; export a shorter period or one grid."


async def exported(work: Work, wanted: VisitFilter) -> list[VisitLine]:
    """Every line of a filter, or `TooManyVisits`; one row of the audit holds all households."""
    rows = (await work.session.execute(chosen(work, wanted).limit(MOST_ROWS + 1))).all()
    if len(rows) > MOST_ROWS:
        raise TooManyVisits("from", most=MOST_ROWS)
    lines = await lines_of(work, rows)
    households = {line.household_id for line in lines if line.household_id}
    await note_read(work, "visits.export", "household", sorted(households), SHOWN, "export")
    return lines
