"""Whistles over HTTP: a route parses, calls one action, returns; a step of a workflow is one generated route."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query, Response

from app.core.idempotency import Claim, body_hash, claim_of, take, used_for
from app.core.paging import Page
from app.core.work import Work
from app.core.workflow import Workflow
from app.issues.objecting import ObjectionTerms
from app.issues.receiving import MAX_MULTIPART_BYTES, Checked, Photos
from app.issues.schemas import PhotoOut
from app.people.capabilities import Capability
from app.people.login import StaffWork, needs, needs_first
from app.whistles import actions, blowing, evidence, inbox, queries, record, showing, working
from app.whistles.kinds import When
from app.whistles.models import ReportIn, Whistle
from app.whistles.records import Task
from app.whistles.schemas import (
    BoardOut,
    InboxFilter,
    KindOut,
    RateOut,
    RecordFilter,
    ReportInFull,
    ReportInLine,
    ScoreLine,
    TaskOut,
    WhistleFilter,
    WhistleLine,
    WhistleOut,
)
from app.whistles.step_schemas import CreateWhistle, TaskInput
from app.whistles.taking import lock_part, ready
from app.whistles.workflow import REPORT_IN, TASK, WHISTLE

router = APIRouter(tags=["whistles"])
Key = Annotated[str | None, Header(alias="Idempotency-Key")]
SEE = needs(Capability.SEE_WHISTLES)
CALL = needs(Capability.CALL_WHISTLES)


@router.post("/whistles", status_code=201, dependencies=[CALL])
async def create(form: CreateWhistle, work: StaffWork, response: Response, key: Key = None) -> WhistleOut:
    """Blow a whistle, or ask for one from a community. A repeated key answers 200 with the first one's whistle."""
    held = claim_of(work, "POST /whistles", key, body_hash(form.model_dump(mode="json")))
    if (before := await used_for(work, held)) is not None:
        response.status_code = 200
        return await queries.in_full(work, await queries.get_one(work, Whistle, before))
    whistle_id = await blowing.create(work, form)
    await _claim(work, held, whistle_id)
    return await queries.in_full(work, await queries.get_one(work, Whistle, whistle_id))


async def _claim(work: Work, held: Claim, subject_id: UUID) -> None:
    """Take the key for what was made; whoever lost the race for it made nothing and sends the request again."""
    if not await take(work, held, subject_id):
        raise actions.MadeMeanwhile


@router.get("/whistles", dependencies=[SEE])
async def list_whistles(work: StaffWork, wanted: Annotated[WhistleFilter, Query()]) -> Page[WhistleLine]:
    """Whistles on the own ground, or called to, newest first."""
    items, following = await queries.queue_page(work, wanted)
    return Page[WhistleLine](items=items, next_cursor=following)


@router.get("/whistles/kinds", dependencies=[SEE])
async def list_kinds(work: StaffWork) -> list[KindOut]:
    """The district's kinds of whistles with their limits, the most urgent first."""
    return await showing.kinds(work)


@router.get("/whistles/rate", dependencies=[SEE])
async def get_rate(work: StaffWork) -> RateOut:
    """Whistles per issues of the own ground, beside a band; no ranking, no target (R2.7)."""
    return await queries.rate(work)


@router.get("/whistles/{whistle_id}", dependencies=[SEE])
async def get_whistle(whistle_id: UUID, work: StaffWork) -> WhistleOut:
    """One whistle in full, with the steps the active post may take now."""
    return await queries.in_full(work, await queries.get_one(work, Whistle, whistle_id))


@router.get("/whistles/{whistle_id}/board", dependencies=[SEE])
async def get_board(whistle_id: UUID, work: StaffWork) -> BoardOut:
    """吹哨报到看板: how far each unit is, what is left to do."""
    return await queries.board(work, await queries.get_one(work, Whistle, whistle_id))


@router.post("/whistles/{whistle_id}/tasks", status_code=201, dependencies=[needs(Capability.GIVE_TASKS)])
async def give_task(
    whistle_id: UUID, form: TaskInput, work: StaffWork, response: Response, key: Key = None
) -> TaskOut:
    """A piece of the work for one of the units called."""
    said = {"whistle": str(whistle_id), **form.model_dump(mode="json")}
    held = claim_of(work, "POST /whistles/tasks", key, body_hash(said))
    if (task_id := await used_for(work, held)) is None:
        task_id = await working.give_task(work, await actions.locked(work, whistle_id, form), form)
        await _claim(work, held, task_id)
    else:
        response.status_code = 200
    return (await queries.tasks_of(work, [await queries.get_one(work, Task, task_id)]))[0]


@router.get("/report-ins", dependencies=[SEE])
async def list_report_ins(work: StaffWork, wanted: Annotated[InboxFilter, Query()]) -> Page[ReportInLine]:
    """The inbox of the active post's unit, newest first."""
    items, following = await inbox.page_of(work, wanted)
    return Page[ReportInLine](items=items, next_cursor=following)


@router.get("/scores", dependencies=[SEE])
async def own_record(work: StaffWork, wanted: Annotated[RecordFilter, Query()]) -> Page[ScoreLine]:
    """How the active post's own unit was assessed, with the acts behind each score; never anybody else's."""
    items, following = await record.page_of(work, wanted)
    return Page[ScoreLine](items=items, next_cursor=following)


@router.get("/report-ins/{report_in_id}", dependencies=[SEE])
async def get_report_in(report_in_id: UUID, work: StaffWork) -> ReportInFull:
    """One report-in with its trail."""
    return await queries.report_in_full(work, await queries.get_one(work, ReportIn, report_in_id))


@router.post(
    "/tasks/{task_id}/photos",
    status_code=201,
    dependencies=[needs_first(Capability.ADD_PHOTOS)],
    max_body_size=MAX_MULTIPART_BYTES,
)
async def add_photos(
    task_id: UUID,
    taken: When,
    photos: Checked,
    work: StaffWork,
    key: Key = None,
) -> TaskOut:
    """Photos before or after the work, in the multipart field `photos`; a repeated key adds nothing."""
    said = {"task": str(task_id), "taken": str(taken)}
    held = claim_of(work, "POST /tasks/photos", key, body_hash(said, tuple(p.sha256 for p in photos)))
    whistle, task = await lock_part(work, Task, task_id)
    if await take(work, held, task_id):
        await working.add_photos(work, whistle, task, taken, photos)
    else:
        await used_for(work, held)
    return (await queries.tasks_of(work, [task]))[0]


@router.get("/tasks/{task_id}/photos/{photo_id}", dependencies=[SEE], response_class=Response)
async def get_photo(task_id: UUID, photo_id: UUID, work: StaffWork, store: Photos) -> Response:
    """The bytes of one photo, checked against their digest."""
    photo = await queries.get_photo(work, task_id, photo_id)
    return Response(await store.get(photo.sha256), media_type="image/jpeg")


@router.get("/report-ins/{report_in_id}/objection", dependencies=[SEE])
async def objection_terms(report_in_id: UUID, work: StaffWork) -> ObjectionTerms:
    """Until when the unit may refuse, who decides, and by when if it refuses now."""
    return await evidence.terms(work, await queries.get_one(work, ReportIn, report_in_id))


@router.get("/report-ins/{report_in_id}/evidence", dependencies=[SEE])
async def list_evidence(report_in_id: UUID, work: StaffWork) -> list[PhotoOut]:
    """Photos a unit has shown with its objection."""
    return await evidence.photos_of(work, await queries.get_one(work, ReportIn, report_in_id))


@router.get("/report-ins/{report_in_id}/evidence/{photo_id}", dependencies=[SEE], response_class=Response)
async def get_evidence(report_in_id: UUID, photo_id: UUID, work: StaffWork, store: Photos) -> Response:
    """The bytes of one of them, checked against their digest."""
    photo = await evidence.photo_of(work, report_in_id, photo_id)
    return Response(await store.get(photo.sha256), media_type="image/jpeg")


@router.post(
    "/report-ins/{report_in_id}/evidence",
    status_code=201,
    dependencies=[needs_first(Capability.ADD_PHOTOS)],
    max_body_size=MAX_MULTIPART_BYTES,
)
async def add_evidence(report_in_id: UUID, photos: Checked, work: StaffWork, key: Key = None) -> list[PhotoOut]:
    """Evidence in the multipart field `photos`, from the unit itself; a repeated key adds nothing."""
    held = claim_of(
        work,
        "POST /report-ins/evidence",
        key,
        body_hash({"of": str(report_in_id)}, tuple(p.sha256 for p in photos)),
    )
    report_in = await queries.get_one(work, ReportIn, report_in_id)
    if await take(work, held, report_in_id):
        await evidence.add(work, report_in, photos)
    else:
        await used_for(work, held)
    return await evidence.photos_of(work, report_in)


def _take_step(
    path: str,
    workflow: Workflow,
    name: str,
    form_type: type[Any],
    answer: type[Any],
    act: Callable[..., Any],
) -> None:
    """`POST {path}`: locked, refused early, taken once per key, answered with the whole."""

    async def take_step(subject_id: UUID, form: Any, work: StaffWork, key: Key = None) -> Any:
        said = {"subject": str(subject_id), **form.model_dump(mode="json")}
        held = claim_of(work, f"{workflow.kind} step {name}", key, body_hash(said))
        again = key is not None and not await take(work, held, subject_id)
        if again:
            await used_for(work, held)
        return await act(work, subject_id, form, again)

    named = Annotated[UUID, Path(alias=f"{workflow.kind}_id")]
    take_step.__annotations__ |= {"subject_id": named, "form": form_type, "return": answer}
    take_step.__doc__ = f"Step `{name}`; 409 when the state or the version has moved on."
    take_step.guards = f"{workflow.kind} step {name}"  # type: ignore[attr-defined]  # the workflow decides who may
    router.add_api_route(path, take_step, methods=["POST"], name=f"{workflow.kind}_{name}", response_model=answer)


def _whistle_step(name: str) -> None:
    form_type, action = actions.WHISTLE_STEPS[name]

    async def act(work: Work, whistle_id: UUID, form: Any, again: bool) -> WhistleOut:
        if again:
            return await queries.in_full(work, await queries.get_one(work, Whistle, whistle_id))
        whistle = await actions.locked(work, whistle_id, form, name)
        await action(work, whistle, form)
        return await queries.in_full(work, whistle)

    path = "/whistles/{whistle_id}/surveys" if name == "hold_survey" else f"/whistles/{{whistle_id}}/steps/{name}"
    _take_step(path, WHISTLE, name, form_type, WhistleOut, act)


def _report_in_step(name: str) -> None:
    form_type, action = actions.REPORT_IN_STEPS[name]

    async def act(work: Work, report_in_id: UUID, form: Any, again: bool) -> ReportInFull:
        if again:
            return await queries.report_in_full(work, await queries.get_one(work, ReportIn, report_in_id))
        whistle, report_in = await lock_part(work, ReportIn, report_in_id)
        ready(work, REPORT_IN, report_in, name, form)
        await action(work, whistle, report_in, form)
        return await queries.report_in_full(work, report_in)

    _take_step(f"/report-ins/{{report_in_id}}/steps/{name}", REPORT_IN, name, form_type, ReportInFull, act)


def _task_step(name: str) -> None:
    form_type, action = actions.TASK_STEPS[name]

    async def act(work: Work, task_id: UUID, form: Any, again: bool) -> TaskOut:
        if again:
            return (await queries.tasks_of(work, [await queries.get_one(work, Task, task_id)]))[0]
        whistle, task = await lock_part(work, Task, task_id)
        ready(work, TASK, task, name, form)
        await action(work, whistle, task, form)
        return (await queries.tasks_of(work, [task]))[0]

    _take_step(f"/tasks/{{task_id}}/{name}", TASK, name, form_type, TaskOut, act)


for _name in actions.WHISTLE_STEPS:
    _whistle_step(_name)
for _name in actions.REPORT_IN_STEPS:
    _report_in_step(_name)
for _name in actions.TASK_STEPS:
    _task_step(_name)
