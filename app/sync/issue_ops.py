"""Issues from a phone: raised by the boundaries of the moment they were noted, stepped by compare-and-set."""

from typing import Any
from uuid import UUID

from pydantic import Field, ValidationError
from sqlalchemy import select

from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.fields import Schema
from app.core.files import Photo
from app.core.idempotency import Claim
from app.core.work import Work
from app.core.workflow import lock
from app.issues.actions import STEPS
from app.issues.entering import enter
from app.issues.intake import photo_rows
from app.issues.kinds import State
from app.issues.models import Issue
from app.issues.records import IssuePhoto
from app.issues.rehoming import follow_ground
from app.issues.schemas import RaiseIssue
from app.issues.step_schemas import CommentStep
from app.issues.taking import ready
from app.sync.applying import Asked, WaitsFor
from app.sync.kinds import OpType, Status
from app.sync.models import Device, Media, Op, WantedMedia
from app.sync.schemas import OpResult
from app.sync.words import told

LONGEST_SAID = 380


class NewIssue(Schema):
    """A report with the photos the phone has taken of it."""

    issue: RaiseIssue
    media: list[UUID] = Field(default_factory=list, max_length=9)


class IssueStep(Schema):
    """A button pressed on what the phone held: the state it showed, and the form of the step."""

    step: str = Field(max_length=40)
    expected_state: State
    form: dict[str, Any] = Field(default_factory=dict)
    media: list[UUID] = Field(default_factory=list, max_length=9)


class NoSuchStep(Invalid):
    """The service knows no step of this name."""

    code = "no_such_step"
    zh = "没有这个办理步骤。"
    en = "There is no step of this name."


class BadStepForm(Invalid):
    """The form of the step is not whole."""

    code = "bad_step_form"
    zh = "办理内容不完整或格式不对。"
    en = "The form of the step is not whole."


async def create(work: Work, asked: Asked) -> OpResult:
    """Raised, placed and assigned like any other; the phone's own id leads to it for ever."""
    form: NewIssue = asked.form
    said = form.issue.model_copy(update={"occurred_at": form.issue.occurred_at or asked.moment.at})
    claim = Claim(str(work.actor.account_id), "sync issue.create", str(asked.op.op_id), asked.op.sha256.encode())
    raised = await enter(work, said, claim, (), screening=False, placed_at=asked.moment.at)
    await follow_ground(work, raised.issue_id)  # placed where it lay then; that ground may have ended since
    await attach(work, raised.issue_id, form.media)
    moved = {"from": asked.op.entity_id, "to": raised.issue_id}
    number = {"number": raised.row["number"], "grid": raised.row["explanation"].get("grid")}
    return asked.result(
        entity_id=raised.issue_id, rev=raised.row.get("version"), redirect=moved, server_value=number
    )


async def step(work: Work, asked: Asked) -> OpResult:
    """The step, if the matter still stands where the phone saw it; else its words and photos become a comment."""
    form: IssueStep = asked.form
    if form.step not in STEPS:
        raise NoSuchStep("payload.step")
    form_type, action = STEPS[form.step]
    try:
        said = form_type.model_validate(form.form)
    except ValidationError:
        raise BadStepForm("payload.form") from None
    issue: Issue = await lock(work, Issue, await _issue_id(work, asked.op.entity_id))
    await attach(work, issue.id, form.media)
    if issue.state != form.expected_state:
        return await _came_late(work, asked, issue, said)
    try:
        ready(work, issue, form.step, said)
    except (Conflict, Forbidden):  # in other hands by now
        return await _came_late(work, asked, issue, said)
    await action(work, issue, said)
    return asked.result(rev=issue.version)


async def _issue_id(work: Work, named: UUID) -> UUID:
    """The issue itself, or the one a report of the holder's phones has become: a step may name it by the phone's
    own id for ever. A report that has not come is waited for.
    """
    there = select(Issue.id).where(Issue.id == named).execution_options(unscoped=True)
    if await work.session.scalar(there) is not None:
        return named
    phones = select(Device.id).where(Device.account_id == work.actor.account_id)
    mine = (Op.device_id.in_(phones), Op.type == str(OpType.ISSUE_CREATE), Op.entity_id == named)
    query = select(Op.result).where(*mine, Op.status == str(Status.APPLIED)).limit(1)
    result = await work.session.scalar(query.execution_options(unscoped=True))
    if result is None:
        raise WaitsFor(named)
    return UUID(result["entity_id"])


async def _came_late(work: Work, asked: Asked, issue: Issue, said: Any) -> OpResult:
    """Nothing a worker wrote is dropped: it stands on the matter as a comment, and the phone is told why."""
    words = [str(value) for name, value in said.model_dump(mode="json").items() if name != "expected_version"]
    text = " ".join(word for word in words if word and word != "None")[:LONGEST_SAID]
    try:
        await STEPS["comment"][1](work, issue, CommentStep(text=f"[{asked.form.step}] {text}".strip()))
    except Forbidden:
        raise NotFound from None
    now = {"state": issue.state, "version": issue.version}
    code = "issue_moved_on"
    return asked.result(Status.CONFLICT, code=code, rev=issue.version, server_value=now, problem=told(code))


async def attach(work: Work, issue_id: UUID, media_ids: list[UUID]) -> None:
    """Photos that are here at once, the others when they come."""
    if not media_ids:
        return
    mine = (Media.id.in_(media_ids), Media.device_id == work.actor.device_id)
    here = {one.id: one for one in await work.session.scalars(select(Media).where(*mine).with_for_update())}
    photos = [_photo(here[one]) for one in media_ids if one in here]
    await work.put(IssuePhoto, photo_rows(work, issue_id, photos))
    for one in here.values():
        one.entity_id, one.bound_at = issue_id, work.clock.now()
    await work.session.flush()
    wanted = [
        {"media_id": one, "issue_id": issue_id, "since": work.clock.now()} for one in media_ids if one not in here
    ]
    await work.put(WantedMedia, wanted)


def _photo(kept: Media) -> Photo:
    return Photo(kept.sha256, "image/jpeg", kept.width, kept.height, kept.size, b"")
