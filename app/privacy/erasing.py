"""Ending one person's data before its period, because they ask for it (PIPL 47): the inventory's own endings."""

from typing import Any

from sqlalchemy import ColumnElement, select

from app.core.errors import Conflict
from app.core.work import Work
from app.households.care import end_need
from app.households.members import end_resident
from app.households.models import CareNeed, Resident, Review
from app.issues.models import Issue
from app.issues.records import IssuePhoto, Remark, Reporter
from app.privacy.inventory import INVENTORY
from app.privacy.kinds import HoldOn
from app.privacy.retention import end_rows, is_held
from app.sync.kinds import Status
from app.sync.models import Op


class Held(Conflict):
    """A legal hold keeps it; the request is refused with that reason, or waits."""

    code = "legal_hold"
    zh = "该信息处于依法保全中,暂不能删除,请向申请人书面说明。"
    en = "A legal hold keeps this; it cannot be deleted now: tell the person in writing."


class StillOpen(Conflict):
    """The matter is not over: what it needs is kept until then (PIPL 47(1))."""

    code = "matter_still_open"
    zh = "诉求尚未办结,办结后方可删除,也可先撤回诉求。"
    en = "The matter is still open; delete when it is closed, or have it withdrawn first."


async def erase_resident(work: Work, resident: Resident) -> None:
    """The person lives there no more as far as the service knows; what it held of them is gone."""
    if await is_held(work, HoldOn.HOUSEHOLD, resident.household_id):
        raise Held
    needs = list(await work.session.scalars(select(CareNeed.id).where(CareNeed.resident_id == resident.id)))
    for need in needs:
        await end_need(work, need)
    if resident.until is None:
        await end_resident(work, resident.id)
    await _end(work, "care_needs", CareNeed.resident_id == resident.id)
    await _end(work, "residents", Resident.id == resident.id)
    await _end(work, "review_offers", Review.entity_id == resident.id, Review.offered_sealed.is_not(None))
    named = [resident.id, resident.household_id, *needs]
    await _end(work, "op_bodies", Op.entity_id.in_(named), Op.status != str(Status.WAITING))


async def erase_reporter(work: Work, issue: Issue) -> None:
    """Contact, words and photos of a report that is over; what the office did stays, without them."""
    if await is_held(work, HoldOn.ISSUE, issue.id):
        raise Held
    if issue.closed_at is None:
        raise StillOpen
    await _end(work, "reporter_contact", Reporter.issue_id == issue.id)
    await _end(work, "issue_words", Issue.id == issue.id)
    await _end(work, "remarks", Remark.issue_id == issue.id)
    await _end(work, "issue_photos", IssuePhoto.issue_id == issue.id)
    await _end(work, "op_bodies", Op.entity_id == issue.id, Op.status != str(Status.WAITING))


async def _end(work: Work, code: str, *which: ColumnElement[bool] | Any) -> None:
    await end_rows(work, INVENTORY[code], list(which))
