"""Legal holds: what must not end while a court, an inspection or a complaint needs it."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.errors import Conflict, Invalid, NotFound
from app.core.paging import cut, decode
from app.core.work import Work
from app.households.models import Household
from app.issues.models import Issue
from app.people.models import Account
from app.privacy.kinds import HoldOn
from app.privacy.models import LegalHold
from app.privacy.schemas import HoldFilter, HoldOut, NewHold
from app.sync.models import Device
from app.whistles.models import Whistle

HELD: dict[HoldOn, Any] = {
    HoldOn.HOUSEHOLD: Household.id, HoldOn.ISSUE: Issue.id, HoldOn.WHISTLE: Whistle.id, HoldOn.DEVICE: Device.id,
    HoldOn.ACCOUNT: Account.id,
}  # fmt: skip


class UnknownSubject(Invalid):
    """Nothing of this kind has this id."""

    code = "unknown_subject"
    zh = "没有找到该对象,请核对类别和编号。"
    en = "Nothing of this kind has this id; check both."


class HeldAlready(Conflict):
    """A hold runs on it."""

    code = "held_already"
    zh = "该对象已在保全中。"
    en = "A hold runs on it already."


async def hold(work: Work, form: NewHold) -> HoldOut:
    """Keep it from ending until it is released."""
    column = HELD[form.subject_kind]
    if await work.session.scalar(select(column).where(column == form.subject_id)) is None:
        raise UnknownSubject("subject_id")
    await work.hold(f"legal_hold {form.subject_kind} {form.subject_id}")
    mine = (LegalHold.subject_kind == str(form.subject_kind), LegalHold.subject_id == form.subject_id)
    if await work.session.scalar(select(LegalHold.id).where(*mine, LegalHold.released_at.is_(None))) is not None:
        raise HeldAlready("subject_id")
    row = {
        "id": work.new_id(), "subject_kind": str(form.subject_kind), "subject_id": form.subject_id,
        "basis": form.basis, "since": work.clock.now(), "held_by": work.actor.account_id, "released_at": None,
        "released_by": None,
    }  # fmt: skip
    await work.put(LegalHold, [row])
    return HoldOut.model_validate(LegalHold(**row))


async def release(work: Work, hold_id: UUID) -> HoldOut:
    """Let it end from now on; again is no act."""
    found: LegalHold | None = await work.session.scalar(
        select(LegalHold).where(LegalHold.id == hold_id).with_for_update()
    )
    if found is None:
        raise NotFound
    if found.released_at is None:
        found.released_at, found.released_by = work.clock.now(), work.actor.account_id
        await work.session.flush()
    return HoldOut.model_validate(found)


async def page(work: Work, wanted: HoldFilter) -> tuple[list[HoldOut], str | None]:
    """Holds, the newest first."""
    query = select(LegalHold).order_by(LegalHold.id.desc()).limit(wanted.limit + 1)
    if not wanted.released:
        query = query.where(LegalHold.released_at.is_(None))
    if wanted.cursor:
        query = query.where(LegalHold.id < UUID(decode(wanted.cursor, 1)[0]))
    rows, following = cut(list(await work.session.scalars(query)), wanted.limit, lambda one: [str(one.id)])
    return [HoldOut.model_validate(one) for one in rows], following
