"""Visits and patrols from a phone: whole runs of visits by one statement, the rest one by one."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.core.errors import NotFound
from app.core.fields import Schema
from app.core.work import Work
from app.sync import media
from app.sync.applying import Asked, WaitsFor
from app.sync.kinds import Status
from app.sync.schemas import OpResult
from app.sync.straying import check_whole, strayed
from app.visits import actions as visits
from app.visits import patrols
from app.visits.actions import Made, Said, UnknownHousehold
from app.visits.models import Visit
from app.visits.patrols import Findings, NewPatrol
from app.visits.schemas import NewVisit


class GoRound(Schema):
    """A round over a list of points: a finding for each one looked at, in no order, without times or a track."""

    list_id: UUID
    findings: Findings


def _said(asked: Asked) -> Said:
    form: NewVisit = asked.form
    return Said(form.model_copy(update={"id": asked.op.entity_id}), asked.moment, asked.device_id)


async def create(work: Work, asked: Asked) -> OpResult:
    """One visit. A household that has left the ground meanwhile is put before a person, not refused in silence."""
    try:
        (result,) = await create_all(work, [asked])
    except UnknownHousehold:
        if asked.form.household_id is not None:
            await strayed(work, asked, asked.form.household_id)
        raise
    return result


async def create_all(work: Work, asked: Sequence[Asked]) -> list[OpResult]:
    """A run of visits by one statement, or the problem of the first that is wrong."""
    made = await visits.make_visits(work, [_said(one) for one in asked])
    await check_whole(work, [(one.form.household_id, one) for one in asked])
    for one in asked:
        await media.bind(work, one.op.entity_id, [photo.media_id for photo in one.form.photos])
    return [_answer(one, was) for one, was in zip(asked, made, strict=True)]


def _answer(asked: Asked, made: Made) -> OpResult:
    if made.rerouted and made.rerouted.said_household_id and made.rerouted.household_id:
        moved = {"from": made.rerouted.said_household_id, "to": made.rerouted.household_id}
        return asked.result(Status.REROUTED, code="household_merged", rev=1, redirect=moved)
    return asked.result(rev=1)


async def amend(work: Work, asked: Asked) -> OpResult:
    """A correction; one that comes before its visit waits for it."""
    known = await work.session.scalar(
        select(Visit.id).where(Visit.id == asked.op.entity_id).execution_options(unscoped=True)
    )
    if known is None:
        raise WaitsFor(asked.op.entity_id)
    try:
        visit = await visits.amend_visit(work, asked.op.entity_id, asked.form, asked.moment)
    except NotFound:
        query = select(Visit.household_id).where(Visit.id == asked.op.entity_id)
        household_id = await work.session.scalar(query.execution_options(unscoped=True))
        if household_id is not None:
            await strayed(work, asked, household_id)
        raise
    return asked.result(rev=visit.rev)


async def patrol(work: Work, asked: Asked) -> OpResult:
    """A round, under the operation's own id; the issues its reported points have become are named by point. A list
    that ended meanwhile has had one more round: what was seen there was seen.
    """
    form: GoRound = asked.form
    said = NewPatrol(id=asked.op.entity_id, findings=form.findings)
    patrol_id = await patrols.go_round(work, form.list_id, said, asked.moment, asked.device_id)
    made = await patrols.patrol_out(work, patrol_id)
    issues = {str(one.point_id): str(one.issue_id) for one in made.findings if one.issue_id}
    return asked.result(rev=1, server_value={"issues": issues} if issues else None)
