"""Households and residents from a phone: fields merge three ways, what conflicts waits for a person (SYNC 3d)."""

from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from app.core.errors import NotFound
from app.core.fields import Schema, Sentence
from app.core.work import Work
from app.feed.models import Change
from app.households import actions, doubles, members, reviews
from app.households.kinds import ReviewReason
from app.households.members import Edited
from app.households.models import Household, Resident, Review
from app.households.recording import household_change, locked
from app.households.schemas import EditHousehold, EditResident, NewHousehold, NewResident
from app.sync.applying import Asked, WaitsFor
from app.sync.kinds import Status
from app.sync.schemas import OpResult
from app.sync.straying import check_whole, strayed


class Patch(Schema):
    """Fields that changed; the version they were changed on is the operation's `base_rev`."""

    fields: dict[str, Any] = Field(min_length=1, max_length=8)


class AddResident(Schema):
    """A new member of a household."""

    household_id: UUID
    resident: NewResident


class AskDelete(Schema):
    """A phone can only ask: somebody of the office decides."""

    household_id: UUID
    why: Sentence | None = None


async def create(work: Work, asked: Asked) -> OpResult:
    """People met behind a known door, under the phone's own id. Who may be there already waits for a person; what
    else names the id waits with it.
    """
    form: NewHousehold = asked.form
    standing = await doubles.meet(work, asked.op.entity_id, form, asked.moment, asked.op.op_id)
    if standing is not None:
        known = {"household_id": str(standing)}
        return asked.result(Status.CONFLICT, code="possible_duplicate", server_value=known)
    return asked.result(rev=1)


async def edit(work: Work, asked: Asked) -> OpResult:
    """Kind and note of a household."""
    form = EditHousehold.model_validate({**asked.form.fields, "base_rev": asked.op.base_rev or 0})
    try:
        edited = await actions.edit_household(work, asked.op.entity_id, form, asked.moment)
    except NotFound:
        await strayed(work, asked, asked.op.entity_id)
        raise
    await check_whole(work, [(asked.op.entity_id, asked)])
    return _answer(asked, edited)


async def edit_resident(work: Work, asked: Asked) -> OpResult:
    """Who somebody is: what is in conflict keeps the stored value and opens a card."""
    form = EditResident.model_validate({**asked.form.fields, "base_rev": asked.op.base_rev or 0})
    try:
        edited = await members.edit_resident(work, asked.op.entity_id, form, asked.moment, asked.op.op_id)
    except NotFound:
        await _resident_gone_or_to_come(work, asked)
        raise
    return _answer(asked, edited)


async def _resident_gone_or_to_come(work: Work, asked: Asked) -> None:
    query = select(Resident.household_id).where(Resident.id == asked.op.entity_id)
    household_id = await work.session.scalar(query.execution_options(unscoped=True))
    if household_id is None:
        raise WaitsFor(asked.op.entity_id)
    await strayed(work, asked, household_id)


async def add_resident(work: Work, asked: Asked) -> OpResult:
    """One more member, under the phone's own id."""
    form: AddResident = asked.form
    try:
        _, edited = await members.add_resident(
            work, form.household_id, form.resident, asked.moment, asked.op.entity_id, asked.op.op_id
        )
    except NotFound:
        await strayed(work, asked, form.household_id)
        raise
    await check_whole(work, [(form.household_id, asked)])
    return _answer(asked, edited, form.household_id)


def _answer(asked: Asked, edited: Edited, named: UUID | None = None) -> OpResult:
    """Applied; merged when somebody else had changed other fields; conflict when a card was opened."""
    redirect = None
    named = named or (asked.op.entity_id if asked.op.entity == "household" else None)
    if named is not None and named != edited.household_id:
        redirect = {"from": named, "to": edited.household_id}
    if edited.conflicts:
        return asked.result(Status.CONFLICT, code="two_versions", rev=edited.rev, redirect=redirect)
    if redirect is not None:
        return asked.result(Status.REROUTED, code="household_merged", rev=edited.rev, redirect=redirect)
    merged = asked.op.base_rev is not None and edited.rev > asked.op.base_rev + 1
    return asked.result(Status.MERGED if merged else Status.APPLIED, rev=edited.rev)


async def ask_delete(work: Work, asked: Asked) -> OpResult:
    """A card for the office; nothing is deleted."""
    form: AskDelete = asked.form
    try:
        household = await locked(work, form.household_id)
    except NotFound:
        await strayed(work, asked, form.household_id)
        raise
    entity = "resident" if asked.op.entity == "resident" else "household"
    if entity == "resident":
        await _is_theirs(work, asked.op.entity_id, household)
    row = reviews.review_row(
        work, household.id, ReviewReason.DELETE_ASKED, entity,
        asked.op.entity_id if entity == "resident" else household.id, offered=form.why, op_id=asked.op.op_id,
    )  # fmt: skip
    await work.put(Review, [row])
    told = household_change(work, household) | {"type": "review", "entity_id": row["id"]}
    await work.put(Change, [told])
    return asked.result(Status.DEFERRED, code="delete_asked")


async def _is_theirs(work: Work, resident_id: UUID, household: Household) -> None:
    found = await work.session.scalar(select(Resident.household_id).where(Resident.id == resident_id))
    if found != household.id:
        raise NotFound("entity_id")
