"""Every step of an issue by its name, with the form it takes; and the verbs beside the workflow."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.core.errors import NotFound
from app.core.work import Work
from app.issues import extending, handling, joining, leaving, merging, placing, second_word, word
from app.issues import step_schemas as forms
from app.issues.guards import knows_original
from app.issues.kinds import PartyRole
from app.issues.models import Issue, IssueParty
from app.issues.records import Reporter, Unmasking
from app.issues.schemas import ContactOut
from app.issues.workflow import DESKS, FINAL
from app.people.models import Guest
from app.people.privacy import note_read

Taking = Callable[[Work, Issue, Any], Awaitable[None]]
Locking = Callable[[Work, UUID, Any], Awaitable[list[UUID]]]
STEPS: dict[str, tuple[type[forms.StepInput], Taking]] = {
    "admit": (forms.NoteStep, placing.admit),
    "locate": (forms.LocateStep, placing.locate),
    "assign": (forms.AssignStep, placing.assign),
    "hand_up": (forms.ReasonStep, placing.hand_up),
    "take_over": (forms.ReasonStep, placing.take_over),
    "recuse": (forms.ReasonStep, placing.recuse),
    "accept": (forms.PlainStep, handling.accept),
    "triage": (forms.TriageStep, handling.triage),
    "contact": (forms.ContactStep, handling.contact),
    "relay_contact": (forms.RelayStep, handling.relay_contact),
    "request_info": (forms.TellStep, handling.request_info),
    "go_on": (forms.NoteStep, handling.go_on),
    "fix_on_spot": (forms.FixStep, handling.fix_on_spot),
    "check_sample": (forms.SampleStep, handling.check_sample),
    "answer": (forms.AnswerStep, handling.answer),
    "ask_extension": (forms.AskExtensionStep, extending.ask_extension),
    "extend": (forms.ExtendStep, extending.extend),
    "refuse_extension": (forms.ReasonStep, extending.refuse_extension),
    "hold_open": (forms.HoldOpenStep, handling.hold_open),
    "resume": (forms.NoteStep, handling.resume),
    "verify": (forms.NoteStep, handling.verify),
    "return_for_rework": (forms.ReasonStep, handling.return_for_rework),
    "not_accept": (forms.NotAcceptStep, leaving.not_accept),
    "uphold": (forms.TellStep, leaving.uphold),
    "overturn": (forms.TellStep, leaving.overturn),
    "transfer": (forms.TransferStep, leaving.transfer),
    "confirm_transfer": (forms.ConfirmTransferStep, leaving.confirm_transfer),
    "receive_back": (forms.NoteStep, leaving.receive_back),
    "submit": (forms.SubmitStep, leaving.submit),
    "upstream_close": (forms.NoteStep, leaving.upstream_close),
    "upstream_return": (forms.UpstreamReturnStep, leaving.upstream_return),
    "revisit": (forms.RevisitStep, word.revisit),
    "reopen": (forms.ReasonStep, word.reopen),
    "set_verify_after": (forms.VerifyAfterStep, word.set_verify_after),
    "ask_close": (forms.AskCloseStep, second_word.ask_close),
    "approve_close": (forms.NoteStep, second_word.approve_close),
    "decline_close": (forms.ReasonStep, second_word.decline_close),
    "exclude": (forms.ExcludeStep, second_word.exclude),
    "approve_exclusion": (forms.NoteStep, second_word.approve_exclusion),
    "decline_exclusion": (forms.ReasonStep, second_word.decline_exclusion),
    "group": (forms.GroupStep, joining.group),
    "ungroup": (forms.NoteStep, joining.ungroup),
    "merge": (forms.MergeStep, merging.merge),
    "unmerge": (forms.ReasonStep, merging.unmerge),
    "supervise": (forms.SuperviseStep, joining.supervise),
    "turn_to": (forms.TurnToStep, joining.turn_to),
    "edit_copy": (forms.EditCopyStep, joining.edit_copy),
    "change_kind": (forms.ChangeKindStep, joining.change_kind),
    "add_area": (forms.AddAreaStep, joining.add_area),
    "add_party": (forms.PartyStep, joining.add_party),
    "release_party": (forms.PartyStep, joining.release_party),
    "comment": (forms.CommentStep, joining.comment),
}
BY_REPORTER: dict[str, tuple[type[forms.StepInput], Taking]] = {
    "rate": (forms.RateStep, word.rate),
    "give_info": (forms.TellStep, handling.give_info),
    "withdraw": (forms.NoteStep, merging.withdraw),
    "request_review": (forms.TellStep, leaving.request_review),
    "reopen": (forms.ReasonStep, word.reopen),
}
BESIDE: dict[str, Locking] = {"merge": merging.beside_merge, "unmerge": merging.beside_unmerge}
ELSEWHERE = frozenset({"dispatch", "recall"})  # their actions live with the work orders


async def involve(
    work: Work, issue_id: UUID, unit_id: UUID, role: PartyRole, *, through: UUID | None = None
) -> None:
    """Let a unit in on an issue, by an order or a report-in (`through`) or by the desk alone."""
    row = {"issue_id": issue_id, "unit_id": unit_id, "role": role, "since": work.clock.now()}
    new = insert(IssueParty).values(row | {"through": through or issue_id})
    again = new.on_conflict_do_update(index_elements=["issue_id", "unit_id", "through"], set_={"role": role})
    await work.session.execute(again if role == PartyRole.LEAD else new.on_conflict_do_nothing())


async def receive(work: Work, issue_id: UUID, area_id: UUID, *, through: UUID | None = None) -> None:
    """Let the posts of an area in on a matter of other ground, as guests (CASES 1a)."""
    row = {"area_id": area_id, "subject_id": issue_id, "since": work.clock.now(), "through": through or issue_id}
    await work.session.execute(insert(Guest).values(row).on_conflict_do_nothing())


async def let_out(work: Work, through: UUID) -> None:
    """An order or a report-in has ended without a result: who saw the matter by it alone sees it no more."""
    await work.session.execute(delete(IssueParty).where(IssueParty.through == through))
    await work.session.execute(delete(Guest).where(Guest.through == through))


async def unmask(work: Work, issue: Issue, purpose: str) -> ContactOut:
    """The contact in clear, after writing down who saw it and why; confidential ones for the desk only."""
    if not knows_original(work, issue):
        raise NotFound("reporter")
    if issue.state in FINAL and work.actor.role not in DESKS:
        raise NotFound("reporter")
    kept = await work.session.scalar(select(Reporter).where(Reporter.issue_id == issue.id))
    if kept is None:
        raise NotFound("reporter")
    row = {"id": work.new_id(), "issue_id": issue.id, "purpose": purpose, "at": work.clock.now()}
    await work.put(Unmasking, [row | {"account_id": work.actor.account_id, "post_id": work.actor.post_id}])
    await note_read(work, "reporter", "issue", [issue.id], {"name", "phone"}, purpose)
    name, phone = kept.name_sealed, kept.phone_sealed
    return ContactOut(
        name=work.keys.unseal(name, "reporter.name") if name else None,
        phone=work.keys.unseal(phone, "reporter.phone") if phone else None,
    )
