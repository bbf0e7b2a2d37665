"""Care needs 关爱需求: a closed list, with consent, read only for a purpose that is written down (R6.3)."""

from uuid import UUID

from sqlalchemy import or_, select

from app.core.clock import Moment
from app.core.errors import Invalid, NotFound
from app.core.work import Work
from app.households.models import CareKind, CareNeed, Household, Resident
from app.households.recording import (
    digests,
    household_change,
    living_id,
    locked,
    locked_open,
    note,
)
from app.households.schemas import CareKindOut, CareNeedOut, NewCareNeed
from app.people.privacy import note_read


class UnknownCareKind(Invalid):
    """Not on the closed list, or not in force."""

    code = "unknown_care_kind"
    zh = "不在关爱需求目录中,新类别须经两人审批。"
    en = "Not on the list of care needs; a new kind has two approvers."


class ConsentNeeded(Invalid):
    """What is sensitive is written down with the person's own consent (PIPL 29)."""

    code = "consent_needed"
    zh = "登记关爱需求须取得本人或监护人单独同意。"
    en = "A care need is noted with the person's own consent."


class NotOfHousehold(Invalid):
    """The resident lives in another household."""

    code = "resident_not_here"
    zh = "该成员不在此户。"
    en = "That resident does not live in this household."


async def add_need(
    work: Work, household_id: UUID, form: NewCareNeed, moment: Moment | None = None, need_id: UUID | None = None
) -> UUID:
    """Note a need from now on; one that runs already is the same need."""
    if not form.consent:
        raise ConsentNeeded("consent")
    household = await locked_open(work, household_id)
    await _known(work, form.kind)
    await _member(work, household, form.resident_id)
    running = (CareNeed.household_id == household.id, CareNeed.kind == form.kind, CareNeed.until.is_(None))
    same = CareNeed.resident_id == form.resident_id if form.resident_id else CareNeed.resident_id.is_(None)
    before = await work.session.scalar(select(CareNeed.id).where(*running, same))
    if before is not None:
        return UUID(str(before))
    new_id, at = need_id or work.new_id(), (moment or Moment.of(work.clock)).at
    row = {
        "id": new_id, "household_id": household.id, "resident_id": form.resident_id, "kind": form.kind,
        "consent": form.consent, "since": at, "until": None, "noted_by": work.actor.post_id,
    }  # fmt: skip
    await work.put(CareNeed, [row])
    detail = {"need": str(new_id), "fields": digests(work, household.id, {"care_kind": form.kind})}
    await note(work, household, "add_care", detail, changes=[household_change(work, household)])
    return new_id


async def _known(work: Work, kind: str) -> None:
    now = work.clock.now()
    begun = or_(CareKind.valid_from.is_(None), CareKind.valid_from <= now)
    lasting = or_(CareKind.valid_to.is_(None), CareKind.valid_to > now)
    if await work.session.scalar(select(CareKind.code).where(CareKind.code == kind, begun, lasting)) is None:
        raise UnknownCareKind("kind")


async def _member(work: Work, household: Household, resident_id: UUID | None) -> None:
    if resident_id is None:
        return
    here = (Resident.id == resident_id, Resident.household_id == household.id, Resident.until.is_(None))
    if await work.session.scalar(select(Resident.id).where(*here)) is None:
        raise NotOfHousehold("resident_id")


async def end_need(work: Work, need_id: UUID, moment: Moment | None = None) -> UUID:
    """The need is over; again is no act. Returns the household."""
    household_id = await work.session.scalar(select(CareNeed.household_id).where(CareNeed.id == need_id))
    if household_id is None:
        raise NotFound
    household = await locked(work, household_id)
    query = select(CareNeed).where(CareNeed.id == need_id).execution_options(populate_existing=True)
    need: CareNeed = (await work.session.scalars(query)).one()
    if need.until is None:
        need.until = max((moment or Moment.of(work.clock)).at, need.since)
        await work.session.flush()
        told = [household_change(work, household)]
        await note(work, household, "end_care", {"need": str(need.id)}, changes=told)
    return household.id


async def read(work: Work, household_id: UUID, purpose: str) -> list[CareNeedOut]:
    """The needs of a household, running ones first; who read them and why is written in the same transaction."""
    living = await living_id(work, household_id)
    query = (
        select(CareNeed, CareKind.name)
        .join(CareKind, CareKind.code == CareNeed.kind)
        .where(CareNeed.household_id == living)
        .order_by(CareNeed.until.is_not(None), CareNeed.since, CareNeed.id)
    )
    rows = (await work.session.execute(query)).all()
    await note_read(work, "care_needs", "household", [living], {"care_needs"}, purpose)
    names = ("id", "kind", "resident_id", "consent", "since", "until")
    return [CareNeedOut(**{one: getattr(row[0], one) for one in names}, name=row[1]) for row in rows]


async def kinds(work: Work) -> list[CareKindOut]:
    """The closed list, as it is in force."""
    rows = await work.session.scalars(select(CareKind).order_by(CareKind.code))
    return [CareKindOut.model_validate(row) for row in rows]
