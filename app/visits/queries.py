"""Reading visits: one in full, those of a household, the register 走访台账. Each answer notes what was read."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_

from app.core.clock import SHANGHAI
from app.core.errors import Invalid, NotFound
from app.core.paging import BadCursor, cut, decode
from app.core.work import Work
from app.households.models import Household
from app.people.privacy import note_read
from app.visits.doors import NOBODY, labels_of, shown_of
from app.visits.hints import dossier_words
from app.visits.models import Visit, VisitCompanion, VisitPhoto, VisitTask
from app.visits.schemas import VisitFilter, VisitLine, VisitOut, VisitPhotoOut
from app.visits.sight import workable

LONGEST_DAYS = 400
AMENDABLE_FOR = timedelta(hours=24)  # by its author, from its receipt (SYNC 3d)
PLAIN = [name for name in VisitLine.model_fields if hasattr(Visit, name)]
LINE = (*(getattr(Visit, name) for name in PLAIN), Visit.dwelling_id)
SHOWN = ("door", "head")


class BadVisitPeriod(Invalid):
    """Backwards, or longer than a year with its margins."""

    code = "bad_visit_period"
    zh = "起止日期不能颠倒,且最长 {days} 天。"
    en = "The period runs forwards and is at most {days} days."


async def register(work: Work, wanted: VisitFilter) -> tuple[list[VisitLine], str | None]:
    """A page of the register in the post's sight, the latest first."""
    query = chosen(work, wanted)
    if wanted.cursor is not None:
        query = query.where(tuple_(Visit.at, Visit.id) < _key_of(wanted.cursor))
    rows = (await work.session.execute(query.limit(wanted.limit + 1))).all()
    page, following = cut(rows, wanted.limit, lambda row: (row.at.astimezone(UTC).isoformat(), str(row.id)))
    lines = await lines_of(work, page)
    await _note(work, "visits.list", lines)
    return lines, following


def chosen(work: Work, wanted: VisitFilter) -> Select[Any]:
    """The rows of a filter, the latest first."""
    query = select(*LINE).where(workable(work, Visit.household_id)).order_by(Visit.at.desc(), Visit.id.desc())
    if wanted.first and wanted.last and not 0 <= (wanted.last - wanted.first).days <= LONGEST_DAYS:
        raise BadVisitPeriod("to", days=LONGEST_DAYS)
    if wanted.first is not None:
        query = query.where(Visit.at >= datetime.combine(wanted.first, time(), SHANGHAI))
    if wanted.last is not None:
        query = query.where(Visit.at < datetime.combine(wanted.last + timedelta(days=1), time(), SHANGHAI))
    if wanted.mine:
        query = query.where(Visit.account_id == work.actor.account_id)
    plain = {"kind", "result", "way", "household_id", "grid_id"}
    for name, value in wanted.model_dump(include=plain, exclude_none=True).items():
        query = query.where(getattr(Visit, name) == value)
    return query


def _key_of(cursor: str) -> Any:
    at, visit_id = decode(cursor, 2)
    try:
        return tuple_(datetime.fromisoformat(at), UUID(visit_id))
    except ValueError:
        raise BadCursor("cursor") from None


async def lines_of(work: Work, rows: Sequence[Any]) -> list[VisitLine]:
    """Rows with their doors and masked heads."""
    households = await shown_of(work, [row.household_id for row in rows])
    doors = await labels_of(work, [row.dwelling_id for row in rows if row.household_id is None])
    lines = []
    for row in rows:
        shown = households.get(row.household_id, NOBODY)
        door = shown.door if row.household_id else doors.get(row.dwelling_id)
        lines.append(VisitLine(**{name: getattr(row, name) for name in PLAIN}, door=door, head=shown.head))
    return lines


async def _note(work: Work, what: str, lines: Sequence[VisitLine]) -> None:
    households = {line.household_id for line in lines if line.household_id}
    await note_read(work, what, "household", sorted(households), SHOWN, "visits")


async def of_household(work: Work, household_id: UUID, wanted: VisitFilter) -> tuple[list[VisitLine], str | None]:
    """The visits a household has had, also under the name of one that was merged into it."""
    named = select(func.coalesce(Household.merged_into, Household.id)).where(Household.id == household_id)
    living = await work.session.scalar(named.where(workable(work, Household.id)))
    if living is None:
        raise NotFound
    return await register(work, wanted.model_copy(update={"household_id": living}))


async def get_visit(work: Work, visit_id: UUID) -> Visit:
    """The visit, if the post works with its household."""
    query = select(Visit).where(Visit.id == visit_id, workable(work, Visit.household_id))
    visit: Visit | None = await work.session.scalar(query.execution_options(populate_existing=True))
    if visit is None:
        raise NotFound
    return visit


async def in_full(work: Work, visit: Visit) -> VisitOut:
    """One visit with its note, companions and photos; noted as read."""
    (line,) = await lines_of(work, [visit])
    companions = select(VisitCompanion.post_id).where(VisitCompanion.visit_id == visit.id)
    photos = select(VisitPhoto).where(VisitPhoto.visit_id == visit.id).order_by(VisitPhoto.media_id)
    served = select(func.count()).select_from(VisitTask).where(VisitTask.done_by == visit.id)
    own = visit.account_id == work.actor.account_id
    names = VisitOut.model_fields.keys() - VisitLine.model_fields.keys()
    out = VisitOut(
        **line.model_dump(),
        **{name: getattr(visit, name) for name in names if hasattr(visit, name)},
        companions=sorted(await work.session.scalars(companions)),
        photos=[
            VisitPhotoOut(media_id=one.media_id, sha256=one.sha256, missing=one.missing_since is not None)
            for one in await work.session.scalars(photos)
        ],
        hints=dossier_words(visit.note),
        covers=await work.session.scalar(served) or 0,
        amendable=own and work.clock.now() <= visit.received_at + AMENDABLE_FOR,
    )
    subjects = [visit.household_id] if visit.household_id else []
    await note_read(work, "visit", "household", subjects, (*SHOWN, "note", "advice"), "visits")
    return out
