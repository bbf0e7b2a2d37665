"""Office papers over HTTP: which there are, each as a PDF, and the signing that gives a number."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response

from app.core.work import Work
from app.issues.queries import get_issue
from app.papers import of_issue, of_whistle, signing
from app.papers.drawing import printed
from app.papers.kinds import OF_ISSUE, OF_WHISTLE, PaperKind
from app.papers.schemas import PaperOut
from app.people.capabilities import Capability
from app.people.login import StaffWork, needs
from app.whistles.models import ReportIn, Whistle
from app.whistles.queries import get_one

router = APIRouter(tags=["papers"])
SIGN = needs(Capability.SIGN_PAPERS)
SEE_ISSUES, SEE_WHISTLES = needs(Capability.SEE_ISSUES), needs(Capability.SEE_WHISTLES)
OfIssue = Literal["supervision_order", "archive"]
OfWhistle = Literal["whistle", "countersign"]
OfReportIn = Literal["receipt"]


async def _pdf(work: Work, drawn: signing.Drawn) -> Response:
    shown = {"Content-Disposition": f'inline; filename="{drawn.kind}.pdf"'}
    return Response(await printed(work, drawn), media_type="application/pdf", headers=shown)


async def _sign(
    work: Work, subject_id: UUID, kind: PaperKind, organ: signing.Organ, response: Response, base: str
) -> PaperOut:
    known = await signing.signed(work, subject_id, kind, organ)
    await signing.sign(work, subject_id, kind, organ)
    response.status_code = 200 if known else 201
    return await signing.line_of(work, subject_id, kind, organ, f"{base}/{kind}.pdf")


async def _issue_organ(work: Work, issue_id: UUID, kind: PaperKind) -> signing.Organ:
    return await of_issue.organ_for(work, await get_issue(work, issue_id), kind)


async def _whistle_organ(work: Work, whistle_id: UUID, _: PaperKind) -> signing.Organ:
    return await signing.organ_of(work, (await get_one(work, Whistle, whistle_id)).street_unit_id)


async def _report_in_organ(work: Work, report_in_id: UUID, _: PaperKind) -> signing.Organ:
    return await signing.organ_of(work, (await get_one(work, ReportIn, report_in_id)).unit_id)


Organs = Callable[[Work, UUID, PaperKind], Awaitable[signing.Organ]]


async def _lines(
    work: Work, subject_id: UUID, kinds: tuple[PaperKind, ...], organs: Organs, base: str
) -> list[PaperOut]:
    return [
        await signing.line_of(
            work, subject_id, kind, await organs(work, subject_id, kind), f"{base}/{kind}.pdf"
        )
        for kind in kinds
    ]  # fmt: skip


def _base(of: str, subject_id: UUID) -> str:
    return f"/api/v1/{of}/{subject_id}/papers"


@router.get("/issues/{issue_id}/papers", dependencies=[SEE_ISSUES])
async def papers_of_issue(issue_id: UUID, work: StaffWork) -> list[PaperOut]:
    """The papers of an issue, drafts and signed ones."""
    return await _lines(work, issue_id, OF_ISSUE, _issue_organ, _base("issues", issue_id))


@router.get("/issues/{issue_id}/papers/{kind}.pdf", dependencies=[SEE_ISSUES], response_class=Response)
async def print_of_issue(issue_id: UUID, kind: OfIssue, work: StaffWork) -> Response:
    """督办单 or 工单档案 as A4, with what the reader may see and no more; the printing is on the log of reads."""
    return await _pdf(work, await of_issue.drawn(work, await get_issue(work, issue_id), PaperKind(kind)))


@router.post("/issues/{issue_id}/papers/{kind}/sign", status_code=201, dependencies=[SIGN])
async def sign_of_issue(issue_id: UUID, kind: OfIssue, work: StaffWork, response: Response) -> PaperOut:
    """Sign it: it has a number from now on. A second signing answers 200 with the first."""
    organ = await _issue_organ(work, issue_id, PaperKind(kind))
    return await _sign(work, issue_id, PaperKind(kind), organ, response, _base("issues", issue_id))


@router.get("/whistles/{whistle_id}/papers", dependencies=[SEE_WHISTLES])
async def papers_of_whistle(whistle_id: UUID, work: StaffWork) -> list[PaperOut]:
    """The papers of a whistle, drafts and signed ones."""
    return await _lines(work, whistle_id, OF_WHISTLE, _whistle_organ, _base("whistles", whistle_id))


@router.get("/whistles/{whistle_id}/papers/{kind}.pdf", dependencies=[SEE_WHISTLES], response_class=Response)
async def print_of_whistle(whistle_id: UUID, kind: OfWhistle, work: StaffWork) -> Response:
    """吹哨单 as A4, or 会签表 as A4 across with a line for each signature."""
    whistle: Any = await get_one(work, Whistle, whistle_id)
    return await _pdf(work, await of_whistle.of_whistle(work, whistle, PaperKind(kind)))


@router.post("/whistles/{whistle_id}/papers/{kind}/sign", status_code=201, dependencies=[SIGN])
async def sign_of_whistle(whistle_id: UUID, kind: OfWhistle, work: StaffWork, response: Response) -> PaperOut:
    """The street that blew signs it."""
    organ = await _whistle_organ(work, whistle_id, PaperKind(kind))
    return await _sign(work, whistle_id, PaperKind(kind), organ, response, _base("whistles", whistle_id))


@router.get("/report-ins/{report_in_id}/papers", dependencies=[SEE_WHISTLES])
async def papers_of_report_in(report_in_id: UUID, work: StaffWork) -> list[PaperOut]:
    """The receipt of a report-in, draft or signed."""
    kinds = (PaperKind.RECEIPT,)
    return await _lines(work, report_in_id, kinds, _report_in_organ, _base("report-ins", report_in_id))


@router.get("/report-ins/{report_in_id}/papers/{kind}.pdf", dependencies=[SEE_WHISTLES], response_class=Response)
async def print_of_report_in(report_in_id: UUID, kind: OfReportIn, work: StaffWork) -> Response:
    """报到回执: what the unit did of what it was called for."""
    report_in: Any = await get_one(work, ReportIn, report_in_id)
    del kind  # the only one there is
    return await _pdf(work, await of_whistle.of_report_in(work, report_in))


@router.post("/report-ins/{report_in_id}/papers/{kind}/sign", status_code=201, dependencies=[SIGN])
async def sign_of_report_in(report_in_id: UUID, kind: OfReportIn, work: StaffWork, response: Response) -> PaperOut:
    """The unit that reported in signs it."""
    organ = await _report_in_organ(work, report_in_id, PaperKind(kind))
    return await _sign(work, report_in_id, PaperKind(kind), organ, response, _base("report-ins", report_in_id))
