"""The privacy desk over HTTP: periods, holds, requests of persons, the audit of reads."""

from typing import Annotated
from uuid import UUID

import anyio
from fastapi import APIRouter, Query, Response
from sqlalchemy import select

from app.core.http import OPEN_TO_ALL
from app.core.paging import Page
from app.issues import queries
from app.issues.following import own_report
from app.issues.link import FollowWork
from app.people.capabilities import Capability
from app.people.login import StaffWork, needs
from app.privacy import copies, holds, impact, reads, requests, retention
from app.privacy.models import RetentionRun
from app.privacy.schemas import (
    Answer,
    AskOwn,
    AssessedOut,
    BreachFilter,
    ClassOut,
    CopyOut,
    HoldFilter,
    HoldOut,
    NewHold,
    NewPeriod,
    NewRequest,
    ReaderFilter,
    ReaderOut,
    ReadFilter,
    ReadOut,
    RequestFilter,
    RequestOut,
    RunOut,
    SeenOut,
)

router = APIRouter(tags=["privacy"])
KEEP = needs(Capability.KEEP_RETENTION)
SEE = needs(Capability.SEE_RETENTION)
AUDIT = needs(Capability.AUDIT_READS)
TAKE = needs(Capability.TAKE_REQUESTS)
ANSWER = needs(Capability.ANSWER_REQUESTS)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_RUNS = 100


@router.get("/privacy/retention", dependencies=[SEE])
async def list_classes(work: StaffWork) -> list[ClassOut]:
    """The inventory with its periods and what a run would end now: the dry run."""
    return await retention.due(work)


@router.put("/privacy/retention/{code}", status_code=204, dependencies=[KEEP])
async def set_period(code: str, form: NewPeriod, work: StaffWork) -> None:
    """How long a class is kept from now on."""
    await retention.set_period(work, code, form)


@router.get("/privacy/retention/runs", dependencies=[SEE])
async def list_runs(work: StaffWork) -> list[RunOut]:
    """What the last hundred runs ended, the latest first."""
    query = select(RetentionRun).order_by(RetentionRun.at.desc()).limit(MOST_RUNS)
    return [RunOut.model_validate(one) for one in await work.session.scalars(query)]


@router.get("/privacy/impact", dependencies=[SEE])
async def assess(work: StaffWork) -> list[AssessedOut]:
    """The impact assessment, line by line."""
    return await impact.assess(work)


@router.get("/privacy/impact.xlsx", dependencies=[SEE], response_class=Response)
async def export_assessment(work: StaffWork) -> Response:
    """The same as a workbook, with the measures that stand."""
    lines = await impact.assess(work)
    blob = await anyio.to_thread.run_sync(impact.write, lines, impact.about(work))
    shown = {"Content-Disposition": 'attachment; filename="impact.xlsx"'}
    return Response(blob, media_type=XLSX, headers=shown)


@router.get("/privacy/holds", dependencies=[SEE])
async def list_holds(work: StaffWork, wanted: Annotated[HoldFilter, Query()]) -> Page[HoldOut]:
    """Legal holds."""
    items, following = await holds.page(work, wanted)
    return Page[HoldOut](items=items, next_cursor=following)


@router.post("/privacy/holds", status_code=201, dependencies=[KEEP])
async def hold(form: NewHold, work: StaffWork) -> HoldOut:
    """Keep something from ending."""
    return await holds.hold(work, form)


@router.post("/privacy/holds/{hold_id}/release", dependencies=[KEEP])
async def release(hold_id: UUID, work: StaffWork) -> HoldOut:
    """Let it end again."""
    return await holds.release(work, hold_id)


@router.get("/privacy/reads", dependencies=[AUDIT])
async def list_reads(work: StaffWork, wanted: Annotated[ReadFilter, Query()]) -> Page[ReadOut]:
    """Who read personal data, when, and why."""
    items, following = await reads.page(work, wanted)
    return Page[ReadOut](items=items, next_cursor=following)


@router.get("/privacy/breach-scope", dependencies=[AUDIT])
async def breach_scope(work: StaffWork, wanted: Annotated[BreachFilter, Query()]) -> Page[SeenOut]:
    """What a login, phone or post has seen in a time, and whose it is."""
    items, following = await reads.seen(work, wanted)
    return Page[SeenOut](items=items, next_cursor=following)


@router.get("/privacy/readers", dependencies=[AUDIT])
async def list_readers(work: StaffWork, wanted: Annotated[ReaderFilter, Query()]) -> list[ReaderOut]:
    """Who read a household, or any of an area, between two times."""
    return await reads.readers(work, wanted)


@router.post("/privacy/requests", status_code=201, dependencies=[TAKE])
async def take_request(form: NewRequest, work: StaffWork) -> RequestOut:
    """A resident asks for their own data, a correction or an end."""
    return await requests.take(work, form)


@router.get("/privacy/requests", dependencies=[ANSWER])
async def list_requests(work: StaffWork, wanted: Annotated[RequestFilter, Query()]) -> Page[RequestOut]:
    """Requests on one's ground."""
    items, following = await requests.page(work, wanted)
    return Page[RequestOut](items=items, next_cursor=following)


@router.get("/privacy/requests/{request_id}/copy", dependencies=[ANSWER])
async def get_copy(request_id: UUID, work: StaffWork) -> CopyOut:
    """What is kept on the person, in clear, for as long as their request is open."""
    return await requests.copy_of(work, request_id)


@router.post("/privacy/requests/{request_id}/answer", dependencies=[ANSWER])
async def answer_request(request_id: UUID, form: Answer, work: StaffWork) -> RequestOut:
    """Do what was asked, or say why not."""
    return await requests.answer(work, request_id, form)


@router.get("/follow/{token}/copy", dependencies=[OPEN_TO_ALL])
async def own_copy(token: str, work: FollowWork) -> CopyOut:  # noqa: ARG001  # the Work is made from it
    """What is kept on one's own report, in clear."""
    return await copies.of_reporter(work, await queries.get_issue(work, own_report(work)))


@router.post("/follow/{token}/requests", status_code=201, dependencies=[OPEN_TO_ALL])
async def ask_own(token: str, form: AskOwn, work: FollowWork) -> RequestOut:  # noqa: ARG001
    """A reporter asks the office for a correction, an explanation or an end of their data."""
    return await requests.ask_own(work, await queries.get_issue(work, own_report(work)), form)
