"""The terms of a refusal to report in, and the photos that show why it is not the unit's duty."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.clocks.house import house_of
from app.clocks.waits import wait_row
from app.core.errors import NotFound
from app.core.files import Photo
from app.core.work import Work
from app.core.workflow import refusal
from app.issues.objecting import NothingObjected, ObjectionTerms, deciding, evidence_rows
from app.issues.schemas import PhotoOut
from app.whistles.guards import is_own_unit
from app.whistles.kinds import ReportInState
from app.whistles.models import ReportIn
from app.whistles.records import ReportInEvidence
from app.whistles.words import OBJECTION_WORDS
from app.whistles.workflow import REPORT_IN


async def terms(work: Work, report_in: ReportIn) -> ObjectionTerms:
    """Until when, who decides and by when, were the refusal sent now."""
    clock = wait_row(work, await house_of(work), (REPORT_IN.kind, report_in.id), "designate")
    zh, en = OBJECTION_WORDS
    may = deciding(REPORT_IN.step("release").by)
    return ObjectionTerms(until=None, zh=zh, en=en, deciders=may, decision_due=clock["due_at"])


async def photos_of(work: Work, report_in: ReportIn) -> list[PhotoOut]:
    """The evidence of a loaded report-in."""
    mine = select(ReportInEvidence).where(ReportInEvidence.report_in_id == report_in.id)
    rows = await work.session.scalars(mine.order_by(ReportInEvidence.id))
    return [PhotoOut.model_validate(row) for row in rows]


async def photo_of(work: Work, report_in_id: UUID, photo_id: UUID) -> ReportInEvidence:
    """One photo of it."""
    mine = (ReportInEvidence.id == photo_id, ReportInEvidence.report_in_id == report_in_id)
    photo: ReportInEvidence | None = await work.session.scalar(select(ReportInEvidence).where(*mine))
    if photo is None:
        raise NotFound("photo")
    return photo


async def add(work: Work, report_in: ReportIn, photos: Sequence[Photo]) -> None:
    """Evidence from the unit itself, while it may refuse or waits for the decision."""
    if (problem := is_own_unit(work, report_in)) is not None:
        raise problem
    waits = report_in.state == ReportInState.REFUSED
    if not waits and refusal(REPORT_IN, REPORT_IN.step("refuse"), work, report_in) is not None:
        raise NothingObjected
    of = {"whistle_id": report_in.whistle_id, "report_in_id": report_in.id}
    await work.put(ReportInEvidence, evidence_rows(work, photos, **of))
