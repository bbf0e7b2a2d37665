"""Visits over HTTP: make, amend, read, export, and the issue a visit led to."""

from typing import Annotated
from uuid import UUID

import anyio.to_thread
from fastapi import APIRouter, Query, Response

from app.core.idempotency import body_hash, claim_of, take, used_for
from app.core.paging import Page
from app.issues.schemas import RaiseIssue
from app.issues.stepping import Key
from app.people.capabilities import Capability
from app.people.login import StaffWork, needs
from app.visits import actions, exporting, queries, sheet
from app.visits.moments import said_then
from app.visits.schemas import AmendVisit, NewVisit, RaisedFromVisit, VisitFilter, VisitLine, VisitOut

router = APIRouter(tags=["visits"])
VISIT = needs(Capability.MAKE_VISITS)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.post("/visits", status_code=201, dependencies=[VISIT])
async def make_visit(form: NewVisit, work: StaffWork, key: Key = None) -> VisitOut:
    """Store a visit; the same id or the same key again stores nothing. Words that judge a person
    come as `hints`.
    """
    held = claim_of(work, "POST /visits", key, body_hash(form.model_dump(mode="json")))
    visit_id = form.id or work.new_id()
    if key is None or await take(work, held, visit_id):
        moment = said_then(work, form.occurred_at)
        await actions.make_visit(work, form.model_copy(update={"id": visit_id}), moment)
    else:
        visit_id = await used_for(work, held) or visit_id
    return await queries.in_full(work, await queries.get_visit(work, visit_id))


@router.get("/visits", dependencies=[VISIT])
async def list_visits(work: StaffWork, wanted: Annotated[VisitFilter, Query()]) -> Page[VisitLine]:
    """The register 走访台账 of one's ground or list, the latest first."""
    items, following = await queries.register(work, wanted)
    return Page[VisitLine](items=items, next_cursor=following)


@router.get("/visits.xlsx", dependencies=[VISIT], response_class=Response)
async def export_visits(work: StaffWork, wanted: Annotated[VisitFilter, Query()]) -> Response:
    """The same as a sheet, masked, at most 10,000 lines; paging is left aside."""
    lines = await exporting.exported(work, wanted)
    blob = await anyio.to_thread.run_sync(sheet.write, lines)
    shown = {"Content-Disposition": 'attachment; filename="visits.xlsx"'}
    return Response(blob, media_type=XLSX, headers=shown)


@router.get("/visits/{visit_id}", dependencies=[VISIT])
async def get_visit(visit_id: UUID, work: StaffWork) -> VisitOut:
    """One visit with its note."""
    return await queries.in_full(work, await queries.get_visit(work, visit_id))


@router.post("/visits/{visit_id}/amend", dependencies=[VISIT])
async def amend_visit(visit_id: UUID, form: AmendVisit, work: StaffWork) -> VisitOut:
    """Put one's own visit right within 24 hours; 409 when somebody saw a newer revision."""
    return await queries.in_full(work, await actions.amend_visit(work, visit_id, form))


@router.get("/households/{household_id}/visits", dependencies=[VISIT])
async def visits_of_household(
    household_id: UUID, work: StaffWork, wanted: Annotated[VisitFilter, Query()]
) -> Page[VisitLine]:
    """Who came and what came of it, the latest first."""
    items, following = await queries.of_household(work, household_id, wanted)
    return Page[VisitLine](items=items, next_cursor=following)


@router.post("/visits/{visit_id}/issue", status_code=201, dependencies=[needs(Capability.RAISE_ISSUES)])
async def raise_from_visit(visit_id: UUID, form: RaiseIssue, work: StaffWork, key: Key = None) -> RaisedFromVisit:
    """Raise what was found on a visit, at its door unless the form names another place."""
    digest = body_hash({"visit": str(visit_id), **form.model_dump(mode="json")})
    claim = claim_of(work, "POST /visits/issue", key, digest)
    raised = await actions.raise_from_visit(work, visit_id, form, claim)
    number = str(raised.row["number"])
    return RaisedFromVisit(visit_id=visit_id, issue_id=raised.issue_id, number=number, replayed=raised.replayed)
