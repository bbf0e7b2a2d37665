"""What happened to an issue, in the past tense; ids and plain values only.

An event with nothing of its own to say is its parent's dataclass and needs no decorator.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from app.core.outbox import Event


@dataclass(frozen=True)
class IssueRaised(Event):
    name: ClassVar[str] = "issue_raised"
    street_id: UUID | None = None


@dataclass(frozen=True)
class IssueAssigned(Event):
    name: ClassVar[str] = "issue_assigned"
    holder_id: UUID | None = None
    why: str = ""
    gaps: int = 0


@dataclass(frozen=True)
class IssueLocated(Event):
    """Placed anew; counts kept per street follow the issue to its new one."""

    name: ClassVar[str] = "issue_located"
    from_street_id: UUID | None = None
    street_id: UUID | None = None
    raised_at: datetime | None = None

    def payload(self) -> dict[str, object]:
        said = super().payload()
        return said | {"raised_at": self.raised_at.isoformat() if self.raised_at else None}


class IssueRehomed(IssueLocated):
    """Its ground has changed under it, and it follows."""

    name: ClassVar[str] = "issue_rehomed"


class IssueAccepted(Event):
    name: ClassVar[str] = "issue_accepted"


class ReporterContacted(Event):
    name: ClassVar[str] = "reporter_contacted"


@dataclass(frozen=True)
class IssueAnswered(Event):
    name: ClassVar[str] = "issue_answered"
    street_id: UUID | None = None


@dataclass(frozen=True)
class IssueRated(Event):
    name: ClassVar[str] = "issue_rated"
    street_id: UUID | None = None


@dataclass(frozen=True)
class WordCompleted(Event):
    name: ClassVar[str] = "word_completed"
    street_id: UUID | None = None


class IssueReworked(Event):
    name: ClassVar[str] = "issue_reworked"


class IssueCommented(Event):
    name: ClassVar[str] = "issue_commented"


class IssueScreened(Event):
    name: ClassVar[str] = "issue_screened"


class IssueAdmitted(Event):
    name: ClassVar[str] = "issue_admitted"


class IssueTriaged(Event):
    name: ClassVar[str] = "issue_triaged"


class ContactRelayed(Event):
    name: ClassVar[str] = "contact_relayed"


class InfoRequested(Event):
    name: ClassVar[str] = "info_requested"


class InfoGiven(Event):
    name: ClassVar[str] = "info_given"


class IssueGoneOn(Event):
    name: ClassVar[str] = "issue_gone_on"


class IssueHandedUp(Event):
    name: ClassVar[str] = "issue_handed_up"


class IssueTakenOver(Event):
    name: ClassVar[str] = "issue_taken_over"


@dataclass(frozen=True)
class IssueDispatched(Event):
    name: ClassVar[str] = "issue_dispatched"
    unit_id: UUID | None = None


@dataclass(frozen=True)
class IssuePassedOn(Event):
    name: ClassVar[str] = "issue_passed_on"
    unit_id: UUID | None = None


class IssueRecalled(Event):
    name: ClassVar[str] = "issue_recalled"


@dataclass(frozen=True)
class AnswerReturned(Event):
    name: ClassVar[str] = "answer_returned"
    street_id: UUID | None = None


class CheckWanted(Event):
    name: ClassVar[str] = "check_wanted"


@dataclass(frozen=True)
class IssueVerified(Event):
    name: ClassVar[str] = "issue_verified"
    street_id: UUID | None = None


class ReworkOrdered(Event):
    name: ClassVar[str] = "rework_ordered"


class ExtensionAsked(Event):
    name: ClassVar[str] = "extension_asked"


class IssueExtended(Event):
    name: ClassVar[str] = "issue_extended"


class ExtensionRefused(Event):
    name: ClassVar[str] = "extension_refused"


class IssueHeldOpen(Event):
    name: ClassVar[str] = "issue_held_open"


class IssueResumed(Event):
    name: ClassVar[str] = "issue_resumed"


class ReporterRevisited(Event):
    name: ClassVar[str] = "reporter_revisited"


@dataclass(frozen=True)
class IssueClosed(Event):
    name: ClassVar[str] = "issue_closed"
    street_id: UUID | None = None
    closing: str = ""


class CloseAsked(Event):
    name: ClassVar[str] = "close_asked"


@dataclass(frozen=True)
class CloseApproved(Event):
    name: ClassVar[str] = "close_approved"
    street_id: UUID | None = None


class CloseDeclined(Event):
    name: ClassVar[str] = "close_declined"


class ExclusionAsked(Event):
    name: ClassVar[str] = "exclusion_asked"


class ExclusionApproved(Event):
    name: ClassVar[str] = "exclusion_approved"


class ExclusionDeclined(Event):
    name: ClassVar[str] = "exclusion_declined"


class IssueReopened(Event):
    name: ClassVar[str] = "issue_reopened"


class IssueNotAccepted(Event):
    name: ClassVar[str] = "issue_not_accepted"


class ReviewRequested(Event):
    name: ClassVar[str] = "review_requested"


class RefusalUpheld(Event):
    name: ClassVar[str] = "refusal_upheld"


class RefusalOverturned(Event):
    name: ClassVar[str] = "refusal_overturned"


@dataclass(frozen=True)
class FixedOnSpot(Event):
    name: ClassVar[str] = "fixed_on_spot"
    street_id: UUID | None = None


class SampleChecked(Event):
    name: ClassVar[str] = "sample_checked"


class IssueTransferred(Event):
    name: ClassVar[str] = "issue_transferred"


@dataclass(frozen=True)
class TransferConfirmed(Event):
    name: ClassVar[str] = "transfer_confirmed"
    street_id: UUID | None = None


class IssueReceivedBack(Event):
    name: ClassVar[str] = "issue_received_back"


class IssueSubmitted(Event):
    name: ClassVar[str] = "issue_submitted"


@dataclass(frozen=True)
class ClosedUpstream(Event):
    name: ClassVar[str] = "closed_upstream"
    street_id: UUID | None = None


class ReturnedUpstream(Event):
    name: ClassVar[str] = "returned_upstream"


@dataclass(frozen=True)
class IssueGrouped(Event):
    name: ClassVar[str] = "issue_grouped"
    incident_id: UUID | None = None


class IssueUngrouped(Event):
    name: ClassVar[str] = "issue_ungrouped"


@dataclass(frozen=True)
class IssueMerged(Event):
    name: ClassVar[str] = "issue_merged"
    into: UUID | None = None


class IssueWentAlong(Event):
    name: ClassVar[str] = "issue_went_along"


class IssueUnmerged(Event):
    name: ClassVar[str] = "issue_unmerged"


class IssueWithdrawn(Event):
    name: ClassVar[str] = "issue_withdrawn"


class IssueWhistled(Event):
    name: ClassVar[str] = "issue_whistled"


class WhistleLeft(Event):
    name: ClassVar[str] = "whistle_left"


@dataclass(frozen=True)
class WhistleAnswered(Event):
    name: ClassVar[str] = "whistle_answered"
    street_id: UUID | None = None


@dataclass(frozen=True)
class IssueSupervised(Event):
    name: ClassVar[str] = "issue_supervised"
    why: str = ""


class IssueTurned(Event):
    name: ClassVar[str] = "issue_turned"


class VerifyAfterSet(Event):
    name: ClassVar[str] = "verify_after_set"


class AskedAgain(Event):
    name: ClassVar[str] = "asked_again"


class CopyEdited(Event):
    name: ClassVar[str] = "copy_edited"


class KindChanged(Event):
    name: ClassVar[str] = "kind_changed"


class AreaAdded(Event):
    name: ClassVar[str] = "area_added"


class PartyAdded(Event):
    name: ClassVar[str] = "party_added"


@dataclass(frozen=True)
class PartyReleased(Event):
    name: ClassVar[str] = "party_released"
    unit_id: UUID | None = None


class IssueRecused(Event):
    name: ClassVar[str] = "issue_recused"


@dataclass(frozen=True)
class IssueReminded(Event):
    name: ClassVar[str] = "issue_reminded"
    clock: str = ""
    rung: str = ""


@dataclass(frozen=True)
class HolderChanged(Event):
    name: ClassVar[str] = "holder_changed"
    holder_id: UUID | None = None
