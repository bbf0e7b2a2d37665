"""The duty roster 值班表: who is on for a unit, through which post, until when (CASES 2.4)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field
from sqlalchemy import select

from app.core.errors import Forbidden, Invalid
from app.core.fields import Code, Schema
from app.core.work import Work
from app.people.models import DutyShift, Post, Role, Unit
from app.people.queries import in_force

LONGEST_HOURS = 72


class NewShift(Schema):
    """One shift; the person acts through a post of theirs, the leading officer too."""

    unit: Code = Field(examples=["530114004"])
    post_id: UUID
    leader_post_id: UUID | None = None
    call_number: Annotated[str, Field(pattern=r"^[0-9+-]{5,30}$")] | None = Field(None, examples=["0871-67471234"])
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class ShiftOut(Schema):
    """A shift of the roster."""

    id: UUID
    unit: str
    post_id: UUID
    leader_post_id: UUID | None
    call_number: str | None
    starts_at: datetime
    ends_at: datetime


class BadShift(Invalid):
    """Ends before it starts, is too long, or names a unit or post that is not there."""

    code = "bad_shift"
    zh = "班次须有起止时间且不超过 {hours} 小时,单位和岗位须在册。"
    en = "A shift starts before it ends, lasts at most {hours} hours, and names a unit and posts that are there."


class OtherUnitsRoster(Forbidden):
    """An office keeps its own roster; the district's administrator keeps any."""

    code = "other_units_roster"
    zh = "只能编排本单位的值班表。"
    en = "You may only keep the roster of your own unit."


async def add_shift(work: Work, form: NewShift) -> ShiftOut:
    """Put one shift on the roster."""
    unit_id = await work.session.scalar(select(Unit.id).where(Unit.code == form.unit, Unit.dissolved_at.is_(None)))
    posts = {post for post in (form.post_id, form.leader_post_id) if post}
    there = set(await work.session.scalars(select(Post.id).where(Post.id.in_(posts), in_force(work.clock.now()))))
    hours = (form.ends_at - form.starts_at).total_seconds() / 3600
    if unit_id is None or there != posts or not 0 < hours <= LONGEST_HOURS:
        field = "unit" if unit_id is None else "post_id" if there != posts else "ends_at"
        raise BadShift(field, hours=LONGEST_HOURS)
    if unit_id not in work.actor.units and work.actor.role != Role.DISTRICT_ADMIN:
        raise OtherUnitsRoster("unit")
    row = {"id": work.new_id(), "unit_id": unit_id, **form.model_dump(exclude={"unit"})}
    await work.put(DutyShift, [row])
    return ShiftOut(id=row["id"], **form.model_dump())


async def roster(work: Work, unit: str) -> list[ShiftOut]:
    """The shifts of a unit that are not over, soonest first."""
    query = (
        select(DutyShift, Unit.code)
        .join(Unit, Unit.id == DutyShift.unit_id)
        .where(Unit.code == unit, DutyShift.ends_at > work.clock.now())
        .order_by(DutyShift.starts_at, DutyShift.id)
    )
    rows = await work.session.execute(query)
    names = [name for name in ShiftOut.model_fields if name != "unit"]
    return [ShiftOut(unit=code, **{name: getattr(row, name) for name in names}) for row, code in rows]
