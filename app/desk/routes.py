"""The desk over HTTP: the one box, the queue as a sheet."""

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Query, Response

from app.core.work import Work
from app.desk import finding, many, sheet
from app.desk.schemas import FoundOut, ManySteps, MayStep, Sought
from app.issues.queue_schemas import IssueFilter, IssueLine
from app.people.capabilities import Capability
from app.people.login import StaffWork, needs
from app.people.privacy import note_read

router = APIRouter(tags=["desk"])
SEE = needs(Capability.SEE_ISSUES)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/find", dependencies=[SEE])
async def find(work: StaffWork, q: Annotated[Sought, Query()]) -> list[FoundOut]:
    """An issue by its number, ground and offices by name, code or initials, a household where the role may."""
    return await finding.find(work, q)


@router.post("/issues/allowed", dependencies=[SEE])
async def preview_many(form: ManySteps, work: StaffWork) -> list[MayStep]:
    """On which of the matters the step may be taken now, and why not on the others; nothing is done."""
    return await many.preview(work, form)


@router.get("/issues.xlsx", dependencies=[SEE], response_class=Response)
async def export_issues(work: StaffWork, wanted: Annotated[IssueFilter, Query()]) -> Response:
    """The filtered queue as a sheet; that it was taken away is written down."""
    lines = await sheet.rows(work, wanted)
    await note_read(work, "export", "issue", [line.id for line in lines], {"text", "place"}, "export")
    return await _as_file(work, wanted, lines)


async def _as_file(work: Work, wanted: IssueFilter, lines: list[IssueLine]) -> Response:
    told = sheet.about(work, wanted, len(lines))
    blob = await anyio.to_thread.run_sync(sheet.write, lines, told)
    shown = {"Content-Disposition": 'attachment; filename="issues.xlsx"'}
    return Response(blob, media_type=XLSX, headers=shown)
