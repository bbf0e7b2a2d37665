"""Everything kept on one person, class by class of the inventory, for them to read (PIPL 45).

Reports a resident made are not listed beside the household: whoever hands over the copy would learn of them. A
reporter reads the own report by its link.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from app.core.work import Work
from app.households.members import clear
from app.households.models import CareNeed, Household, Resident, Review
from app.households.queries import doors_of
from app.households.reviews import offered_by
from app.issues.models import Issue
from app.issues.records import IssuePhoto, Rating, Remark, Reporter, Unmasking
from app.people.privacy import PersonalRead, note_read
from app.privacy.kinds import Of
from app.privacy.models import PersonRequest
from app.privacy.reads import ids_of
from app.privacy.schemas import CopyOut
from app.visits.models import OptOut, Visit

Classes = dict[str, list[dict[str, Any]]]


async def of_resident(work: Work, resident: Resident, purpose: str) -> CopyOut:
    """A resident's own data and the household's they live in; the reading is written down."""
    household: Household = (
        await work.session.scalars(select(Household).where(Household.id == resident.household_id))
    ).one()
    classes: Classes = {
        "residents": [{**clear(work.keys, resident), "since": resident.since, "until": resident.until}],
        "household_notes": [await _home(work, household)],
        "care_needs": await _care(work, resident),
        "review_offers": await _offers(work, resident),
        "visit_words": await _visits(work, household.id),
        "opt_outs": await _lines(work, OptOut, OptOut.household_id == household.id, ("since", "until")),
        "reads": await _reads(work, [resident.id, household.id]),
        "person_requests": await _requests(work, resident.id),
    }
    await note_read(work, "copy", "resident", [resident.id], sorted(classes), purpose)
    return CopyOut(of=Of.RESIDENT, at=work.clock.now(), classes=classes)


async def of_reporter(work: Work, issue: Issue) -> CopyOut:
    """A reporter's own report as it is kept; read by the own link, so no reader is to be written down."""
    whose = await work.session.scalars(select(Reporter).where(Reporter.issue_id == issue.id))
    own = ("number", "type", "text", "place_text", "on_behalf_of", "raised_at", "closed_at", "confidential")
    classes: Classes = {
        "reporter_contact": [_contact(work, one) for one in whose],
        "issue_words": [{name: getattr(issue, name) for name in own}],
        "remarks": await _lines(
            work, Remark, (Remark.issue_id == issue.id) & Remark.to_reporter.is_(True), ("at", "text")
        ),
        "issue_photos": await _lines(work, IssuePhoto, IssuePhoto.issue_id == issue.id, ("id", "at", "size")),
        "ratings": await _lines(work, Rating, Rating.issue_id == issue.id, ("at", "verdict", "satisfaction")),
        "reads": await _lines(work, Unmasking, Unmasking.issue_id == issue.id, ("at", "purpose")),
        "person_requests": await _requests(work, issue.id),
    }
    return CopyOut(of=Of.REPORTER, at=work.clock.now(), classes=classes)


def _contact(work: Work, kept: Reporter) -> dict[str, Any]:
    sealed = {"name": kept.name_sealed, "phone": kept.phone_sealed}
    return {name: work.keys.unseal(one, f"reporter.{name}") if one else None for name, one in sealed.items()}


async def _lines(work: Work, model: Any, which: Any, names: Sequence[str]) -> list[dict[str, Any]]:
    """Some columns of the rows, in their order."""
    query = select(*(getattr(model, name) for name in names)).where(which).order_by(model.id)
    return [dict(row._mapping) for row in await work.session.execute(query)]  # noqa: SLF001  # a Row's own dict


async def _home(work: Work, household: Household) -> dict[str, Any]:
    door = (await doors_of(work, [household.dwelling_id]))[household.dwelling_id]
    note = household.note_sealed
    told: Mapping[str, Any] = {
        "door": door.model_dump(mode="json"), "kind": household.kind, "since": household.since,
        "note": work.keys.unseal(note, "household.note") if note else None,
    }  # fmt: skip
    return dict(told)


async def _care(work: Work, resident: Resident) -> list[dict[str, Any]]:
    """Needs noted of the resident, and of the household as a whole."""
    of_home = CareNeed.resident_id.is_(None) & (CareNeed.household_id == resident.household_id)
    return await _lines(
        work, CareNeed, or_(CareNeed.resident_id == resident.id, of_home), ("kind", "since", "until")
    )


async def _offers(work: Work, resident: Resident) -> list[dict[str, Any]]:
    mine = select(Review).where(Review.entity_id == resident.id).order_by(Review.id)
    return [
        {"field": one.field, "offered": offered_by(work, one), "at": one.opened_at, "decision": one.decision}
        for one in await work.session.scalars(mine)
    ]


async def _visits(work: Work, household_id: UUID) -> list[dict[str, Any]]:
    told = ("at", "kind", "result", "way", "note", "follow_up_on")
    return await _lines(work, Visit, Visit.household_id == household_id, told)


async def _reads(work: Work, subjects: list[UUID]) -> list[dict[str, Any]]:
    """When and why their records were opened; by whom is the auditor's to say."""
    named = ("at", "what", "fields", "purpose")
    query = select(*(getattr(PersonalRead, name) for name in named))
    query = query.where(PersonalRead.subject_ids.op("&&")(ids_of(subjects))).order_by(PersonalRead.at)
    found = await work.session.execute(query.execution_options(unscoped=True))
    return [dict(row._mapping) for row in found]  # noqa: SLF001  # a Row's own dict


async def _requests(work: Work, subject_id: UUID) -> list[dict[str, Any]]:
    told = ("kind", "received_at", "decision", "decided_at")
    return await _lines(work, PersonRequest, PersonRequest.subject_id == subject_id, told)
