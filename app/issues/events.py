"""What happened to an issue, in the past tense; ids and plain values only."""

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


@dataclass(frozen=True)
class IssueAccepted(Event):
    name: ClassVar[str] = "issue_accepted"


@dataclass(frozen=True)
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
class IssueReworked(Event):
    name: ClassVar[str] = "issue_reworked"


@dataclass(frozen=True)
class IssueCommented(Event):
    name: ClassVar[str] = "issue_commented"


@dataclass(frozen=True)
class IssueScreened(Event):
    name: ClassVar[str] = "issue_screened"


@dataclass(frozen=True)
class IssueAdmitted(Event):
    name: ClassVar[str] = "issue_admitted"


@dataclass(frozen=True)
class IssueTriaged(Event):
    name: ClassVar[str] = "issue_triaged"


@dataclass(frozen=True)
class ContactRelayed(Event):
    name: ClassVar[str] = "contact_relayed"


@dataclass(frozen=True)
class InfoRequested(Event):
    name: ClassVar[str] = "info_requested"


@dataclass(frozen=True)
class InfoGiven(Event):
    name: ClassVar[str] = "info_given"


@dataclass(frozen=True)
class IssueGoneOn(Event):
    name: ClassVar[str] = "issue_gone_on"


@dataclass(frozen=True)
class IssueHandedUp(Event):
    name: ClassVar[str] = "issue_handed_up"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class IssueRecalled(Event):
    name: ClassVar[str] = "issue_recalled"


@dataclass(frozen=True)
class AnswerReturned(Event):
    name: ClassVar[str] = "answer_returned"
    street_id: UUID | None = None


@dataclass(frozen=True)
class CheckWanted(Event):
    name: ClassVar[str] = "check_wanted"


@dataclass(frozen=True)
class IssueVerified(Event):
    name: ClassVar[str] = "issue_verified"
    street_id: UUID | None = None


@dataclass(frozen=True)
class ReworkOrdered(Event):
    name: ClassVar[str] = "rework_ordered"


@dataclass(frozen=True)
class ExtensionAsked(Event):
    name: ClassVar[str] = "extension_asked"


@dataclass(frozen=True)
class IssueExtended(Event):
    name: ClassVar[str] = "issue_extended"


@dataclass(frozen=True)
class ExtensionRefused(Event):
    name: ClassVar[str] = "extension_refused"


@dataclass(frozen=True)
class IssueHeldOpen(Event):
    name: ClassVar[str] = "issue_held_open"


@dataclass(frozen=True)
class IssueResumed(Event):
    name: ClassVar[str] = "issue_resumed"


@dataclass(frozen=True)
class ReporterRevisited(Event):
    name: ClassVar[str] = "reporter_revisited"


@dataclass(frozen=True)
class IssueClosed(Event):
    name: ClassVar[str] = "issue_closed"
    street_id: UUID | None = None
    closing: str = ""


@dataclass(frozen=True)
class CloseAsked(Event):
    name: ClassVar[str] = "close_asked"


@dataclass(frozen=True)
class CloseApproved(Event):
    name: ClassVar[str] = "close_approved"
    street_id: UUID | None = None


@dataclass(frozen=True)
class CloseDeclined(Event):
    name: ClassVar[str] = "close_declined"


@dataclass(frozen=True)
class ExclusionAsked(Event):
    name: ClassVar[str] = "exclusion_asked"


@dataclass(frozen=True)
class ExclusionApproved(Event):
    name: ClassVar[str] = "exclusion_approved"


@dataclass(frozen=True)
class ExclusionDeclined(Event):
    name: ClassVar[str] = "exclusion_declined"


@dataclass(frozen=True)
class IssueReopened(Event):
    name: ClassVar[str] = "issue_reopened"


@dataclass(frozen=True)
class IssueNotAccepted(Event):
    name: ClassVar[str] = "issue_not_accepted"


@dataclass(frozen=True)
class ReviewRequested(Event):
    name: ClassVar[str] = "review_requested"


@dataclass(frozen=True)
class RefusalUpheld(Event):
    name: ClassVar[str] = "refusal_upheld"


@dataclass(frozen=True)
class RefusalOverturned(Event):
    name: ClassVar[str] = "refusal_overturned"


@dataclass(frozen=True)
class FixedOnSpot(Event):
    name: ClassVar[str] = "fixed_on_spot"
    street_id: UUID | None = None


@dataclass(frozen=True)
class SampleChecked(Event):
    name: ClassVar[str] = "sample_checked"


@dataclass(frozen=True)
class IssueTransferred(Event):
    name: ClassVar[str] = "issue_transferred"


@dataclass(frozen=True)
class TransferConfirmed(Event):
    name: ClassVar[str] = "transfer_confirmed"
    street_id: UUID | None = None


@dataclass(frozen=True)
class IssueReceivedBack(Event):
    name: ClassVar[str] = "issue_received_back"


@dataclass(frozen=True)
class IssueSubmitted(Event):
    name: ClassVar[str] = "issue_submitted"


@dataclass(frozen=True)
class ClosedUpstream(Event):
    name: ClassVar[str] = "closed_upstream"
    street_id: UUID | None = None


@dataclass(frozen=True)
class ReturnedUpstream(Event):
    name: ClassVar[str] = "returned_upstream"


@dataclass(frozen=True)
class IssueGrouped(Event):
    name: ClassVar[str] = "issue_grouped"
    incident_id: UUID | None = None


@dataclass(frozen=True)
class IssueUngrouped(Event):
    name: ClassVar[str] = "issue_ungrouped"


@dataclass(frozen=True)
class IssueMerged(Event):
    name: ClassVar[str] = "issue_merged"
    into: UUID | None = None


@dataclass(frozen=True)
class IssueWentAlong(Event):
    name: ClassVar[str] = "issue_went_along"


@dataclass(frozen=True)
class IssueUnmerged(Event):
    name: ClassVar[str] = "issue_unmerged"


@dataclass(frozen=True)
class IssueWithdrawn(Event):
    name: ClassVar[str] = "issue_withdrawn"


@dataclass(frozen=True)
class IssueWhistled(Event):
    name: ClassVar[str] = "issue_whistled"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class IssueTurned(Event):
    name: ClassVar[str] = "issue_turned"


@dataclass(frozen=True)
class VerifyAfterSet(Event):
    name: ClassVar[str] = "verify_after_set"


@dataclass(frozen=True)
class AskedAgain(Event):
    name: ClassVar[str] = "asked_again"


@dataclass(frozen=True)
class CopyEdited(Event):
    name: ClassVar[str] = "copy_edited"


@dataclass(frozen=True)
class KindChanged(Event):
    name: ClassVar[str] = "kind_changed"


@dataclass(frozen=True)
class AreaAdded(Event):
    name: ClassVar[str] = "area_added"


@dataclass(frozen=True)
class PartyAdded(Event):
    name: ClassVar[str] = "party_added"


@dataclass(frozen=True)
class PartyReleased(Event):
    name: ClassVar[str] = "party_released"
    unit_id: UUID | None = None


@dataclass(frozen=True)
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
