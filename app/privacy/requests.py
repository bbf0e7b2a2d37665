"""A person's rights over their own data: access, copy, correction, deletion, explanation (PIPL 44-50).

A desk takes a resident's request after making sure who asks; a reporter asks by the own link. The office answers
within `LIMIT` (our own; the law says "timely"), a refusal says why. What runs over is told to the street and the
district once.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.errors import Conflict, Invalid, NotFound
from app.core.outbox import Outbox
from app.core.paging import cut, decode
from app.core.work import Work
from app.households.members import edit_resident
from app.households.models import Household, Resident
from app.issues.models import Issue
from app.people.privacy import note_read
from app.privacy import copies
from app.privacy.erasing import erase_reporter, erase_resident
from app.privacy.events import OfPersonRequest, PersonAsked, PersonUnanswered
from app.privacy.kinds import Decision, Identity, Of, RequestKind
from app.privacy.models import PersonRequest
from app.privacy.schemas import Answer, AskOwn, CopyOut, NewRequest, RequestFilter, RequestOut

LIMIT = timedelta(days=15)
SAID = "person_request.said"
REASON = "person_request.reason"
GROUND = ("street_id", "community_id", "grid_id")
MOST_REMINDED = 200


class LinkOnly(Invalid):
    """Only a reporter proves it by a link."""

    code = "link_only"
    zh = "住户申请须当面、由监护人或回拨核实身份。"
    en = "A resident's identity is checked in person, through a guardian or by calling back."


class Answered(Conflict):
    """Somebody has answered it."""

    code = "request_answered"
    zh = "该申请已答复。"
    en = "The request was answered already."


class ReasonNeeded(Invalid):
    """Who refuses says why (PIPL 50)."""

    code = "reason_needed"
    zh = "拒绝申请应当说明理由。"
    en = "A refusal gives its reason."


class CorrectionNeeded(Invalid):
    """A correction that is done says what is right now."""

    code = "correction_needed"
    zh = "请填写更正后的内容。"
    en = "Say how the fields should read."


class NothingToCorrect(Conflict):
    """A report's words are answered by another report, its contact by the own link's owner."""

    code = "not_correctable"
    zh = "诉求内容不作更正,可删除后重新反映。"
    en = "A report is not rewritten; it can be deleted and sent again."


async def take(work: Work, form: NewRequest) -> RequestOut:
    """A resident's request at a desk or at the door."""
    if form.identity == Identity.FOLLOW_LINK:
        raise LinkOnly("identity")
    resident = await _resident(work, form.resident_id)
    household = (await work.session.scalars(select(Household).where(Household.id == resident.household_id))).one()
    row = _row(work, form.kind, form.identity, form.said, household) | {
        "subject_kind": str(Of.RESIDENT), "subject_id": resident.id, "household_id": household.id,
    }  # fmt: skip
    return await _begin(work, row)


async def ask_own(work: Work, issue: Issue, form: AskOwn) -> RequestOut:
    """A reporter's request by the own link."""
    row = _row(work, form.kind, Identity.FOLLOW_LINK, form.said, issue) | {
        "subject_kind": str(Of.REPORTER), "subject_id": issue.id, "household_id": None,
    }  # fmt: skip
    return await _begin(work, row)


def _row(work: Work, kind: RequestKind, identity: Identity, said: str | None, ground: Any) -> dict[str, Any]:
    now = work.clock.now()
    return {
        "id": work.new_id(), "kind": str(kind), **{name: getattr(ground, name) for name in GROUND},
        "identity": str(identity), "said_sealed": work.keys.seal(said, SAID) if said else None,
        "received_at": now, "received_by": work.actor.post_id, "due_at": now + LIMIT, "reminded_at": None,
        "decision": None, "reason_sealed": None, "decided_at": None, "decided_by": None,
    }  # fmt: skip


async def _begin(work: Work, row: dict[str, Any]) -> RequestOut:
    """The same request that is still open is not taken twice."""
    await work.hold(f"person_request {row['subject_id']}")
    same = (PersonRequest.subject_id == row["subject_id"], PersonRequest.kind == row["kind"])
    open_one = select(PersonRequest).where(*same, PersonRequest.decided_at.is_(None))
    found: PersonRequest | None = await work.session.scalar(open_one)
    if found is not None:
        return _out(work, found)
    event = PersonAsked(row["id"], row["received_at"], **{name: row[name] for name in GROUND})
    await work.put(PersonRequest, [row])
    await work.put(Outbox, [work.outbox_row(event, 1)])
    return _out(work, PersonRequest(**row))


async def page(work: Work, wanted: RequestFilter) -> tuple[list[RequestOut], str | None]:
    """Requests on the desk's ground."""
    query = select(PersonRequest).order_by(PersonRequest.id)
    over = PersonRequest.decided_at
    query = query.where(over.is_not(None) if wanted.decided else over.is_(None)).limit(wanted.limit + 1)
    if wanted.cursor:
        query = query.where(PersonRequest.id > UUID(decode(wanted.cursor, 1)[0]))
    rows, following = cut(list(await work.session.scalars(query)), wanted.limit, lambda one: [str(one.id)])
    return [_out(work, one) for one in rows], following


async def copy_of(work: Work, request_id: UUID) -> CopyOut:
    """What is kept on the person who asked, to be handed to them; as long as the request is open."""
    asked = await _open(work, request_id)
    purpose = f"person_request {asked.id}"
    if asked.subject_kind == Of.RESIDENT:
        return await copies.of_resident(work, await _resident(work, asked.subject_id), purpose)
    issue = await _issue(work, asked.subject_id)
    await note_read(work, "copy", "issue", [issue.id], {"reporter_contact"}, purpose)
    return await copies.of_reporter(work, issue)


async def answer(work: Work, request_id: UUID, form: Answer) -> RequestOut:
    """Do what was asked, or refuse it with a reason."""
    asked = await _open(work, request_id)
    if form.decision == Decision.REFUSED and form.reason is None:
        raise ReasonNeeded("reason")
    if form.decision == Decision.DONE:
        await _do(work, asked, form)
    asked.decision, asked.decided_at, asked.decided_by = str(form.decision), work.clock.now(), work.actor.post_id
    asked.reason_sealed = work.keys.seal(form.reason, REASON) if form.reason else None
    await work.session.flush()
    return _out(work, asked)


async def _do(work: Work, asked: PersonRequest, form: Answer) -> None:
    """Access, copies and explanations are handed over by a person; the other two are done here."""
    if asked.kind == RequestKind.CORRECT:
        await _correct(work, asked, form)
    elif asked.kind == RequestKind.DELETE and asked.subject_kind == Of.RESIDENT:
        await erase_resident(work, await _resident(work, asked.subject_id))
    elif asked.kind == RequestKind.DELETE:
        await erase_reporter(work, await _issue(work, asked.subject_id))


async def _correct(work: Work, asked: PersonRequest, form: Answer) -> None:
    if asked.subject_kind == Of.REPORTER:
        raise NothingToCorrect
    if form.correction is None or form.correction.model_fields_set <= {"base_rev"}:
        raise CorrectionNeeded("correction")
    await edit_resident(work, asked.subject_id, form.correction)


async def remind(work: Work) -> int:
    """Tell once of every request nobody has answered in time; returns how many."""
    late = (PersonRequest.decided_at.is_(None), PersonRequest.due_at <= work.clock.now())
    query = select(PersonRequest).where(*late, PersonRequest.reminded_at.is_(None)).order_by(PersonRequest.id)
    found = list(await work.session.scalars(query.limit(MOST_REMINDED).with_for_update(skip_locked=True)))
    for one in found:
        one.reminded_at = work.clock.now()
    await work.session.flush()
    told = [_event(PersonUnanswered, one, work) for one in found]
    await work.put(Outbox, [work.outbox_row(event, 2) for event in told])
    return len(found)


def _event(kind: type[OfPersonRequest], asked: PersonRequest, work: Work) -> OfPersonRequest:
    return kind(asked.id, work.clock.now(), **{name: getattr(asked, name) for name in GROUND})


async def _resident(work: Work, resident_id: UUID) -> Resident:
    found: Resident | None = await work.session.scalar(select(Resident).where(Resident.id == resident_id))
    if found is None:
        raise NotFound
    return found


async def _issue(work: Work, issue_id: UUID) -> Issue:
    found: Issue | None = await work.session.scalar(select(Issue).where(Issue.id == issue_id))
    if found is None:
        raise NotFound
    return found


async def _open(work: Work, request_id: UUID) -> PersonRequest:
    query = select(PersonRequest).where(PersonRequest.id == request_id).with_for_update()
    found: PersonRequest | None = await work.session.scalar(query)
    if found is None:
        raise NotFound
    if found.decided_at is not None:
        raise Answered
    return found


def _out(work: Work, asked: PersonRequest) -> RequestOut:
    said, reason = asked.said_sealed, asked.reason_sealed
    same = {name: getattr(asked, name) for name in RequestOut.model_fields if hasattr(PersonRequest, name)}
    return RequestOut(
        **same,
        overdue=asked.decided_at is None and asked.due_at <= work.clock.now(),
        said=work.keys.unseal(said, SAID) if said else None,
        reason=work.keys.unseal(reason, REASON) if reason else None,
    )
