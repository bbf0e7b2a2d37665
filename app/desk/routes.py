"""The desk over HTTP: the one box, the queue as a sheet, the ground as files."""

from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Path, Query, Response

from app.core.work import Work
from app.desk import finding, many, sheet
from app.desk.schemas import FoundOut, ManySteps, MayStep, Sought
from app.issues.queue_schemas import IssueFilter, IssueLine
from app.layers import exporting
from app.people.capabilities import Capability
from app.people.login import StaffWork, needs
from app.people.privacy import note_read

router = APIRouter(tags=["desk"])
SEE = needs(Capability.SEE_ISSUES)
TAKE = needs(Capability.EXPORT_GROUND)
AreaCode = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,32}$")]
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


@router.get("/areas/{code}/export.geojson", dependencies=[TAKE], response_class=Response)
async def export_shapes(code: AreaCode, work: StaffWork) -> Response:
    """An area and all below it with their boundaries; brought in again, the file changes nothing."""
    rows = await exporting.rows_of(work, code, exporting.MOST_OVER_HTTP)
    text = await anyio.to_thread.run_sync(exporting.geojson_of, rows)
    return Response(text, media_type="application/geo+json", headers=_named(f"areas-{code}.geojson"))


@router.get("/areas/{code}/export.xlsx", dependencies=[TAKE], response_class=Response)
async def export_list(code: AreaCode, work: StaffWork) -> Response:
    """An area and all below it as a sheet whose cells are text."""
    rows = await exporting.rows_of(work, code, exporting.MOST_OVER_HTTP)
    blob = await anyio.to_thread.run_sync(exporting.sheet_of, rows, exporting.about(work, code, len(rows)))
    return Response(blob, media_type=XLSX, headers=_named(f"areas-{code}.xlsx"))


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


async def _as_file(work: Work, wanted: IssueFilter, lines: list[IssueLine]) -> Response:
    told = sheet.about(work, wanted, len(lines))
    blob = await anyio.to_thread.run_sync(sheet.write, lines, told)
    return Response(blob, media_type=XLSX, headers=_named("issues.xlsx"))
