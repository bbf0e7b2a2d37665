"""Visits and patrols from a phone: whole runs of visits by one statement, the rest one by one."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.core.errors import NotFound
from app.core.work import Work
from app.sync import media
from app.sync.applying import Asked, WaitsFor
from app.sync.kinds import Status
from app.sync.schemas import OpResult
from app.sync.straying import strayed
from app.visits import actions as visits
from app.visits.actions import Made, Said, UnknownHousehold
from app.visits.models import Visit
from app.visits.schemas import NewVisit


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
        await strayed(work, asked, await _household_of(work, asked.op.entity_id))
        raise
    return asked.result(rev=visit.rev)


async def _household_of(work: Work, visit_id: UUID) -> UUID:
    query = select(Visit.household_id).where(Visit.id == visit_id).execution_options(unscoped=True)
    return await work.session.scalar(query) or visit_id
