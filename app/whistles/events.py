"""What happened to a whistle, a report-in or a task; ids and plain values only, its ground and unit among them."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.outbox import Event


@dataclass(frozen=True)
class WhistleEvent(Event):
    """Of a whistle: where it was blown and by whom it was asked for."""

    street_id: UUID | None = None
    community_id: UUID | None = None
    unit_id: UUID | None = None
    why: str = ""


@dataclass(frozen=True)
class ReportInEvent(Event):
    """Of one unit called."""

    whistle_id: UUID | None = None
    street_id: UUID | None = None
    unit_id: UUID | None = None
    why: str = ""


@dataclass(frozen=True)
class TaskEvent(ReportInEvent):
    """Of one piece of the work."""


@dataclass(frozen=True)
class WhistleRequested(WhistleEvent):
    name: ClassVar[str] = "whistle_requested"


@dataclass(frozen=True)
class WhistleBlown(WhistleEvent):
    name: ClassVar[str] = "whistle_blown"


@dataclass(frozen=True)
class WhistleConfirmed(WhistleEvent):
    name: ClassVar[str] = "whistle_confirmed"


@dataclass(frozen=True)
class WhistleDeclined(WhistleEvent):
    name: ClassVar[str] = "whistle_declined"


@dataclass(frozen=True)
class WhistleRaised(WhistleEvent):
    name: ClassVar[str] = "whistle_raised"


@dataclass(frozen=True)
class WhistleHandedBack(WhistleEvent):
    name: ClassVar[str] = "whistle_handed_back"


@dataclass(frozen=True)
class WhistleJoined(WhistleEvent):
    name: ClassVar[str] = "whistle_joined"


@dataclass(frozen=True)
class WhistleSubmitted(WhistleEvent):
    name: ClassVar[str] = "whistle_submitted"


@dataclass(frozen=True)
class WhistleVerified(WhistleEvent):
    name: ClassVar[str] = "whistle_verified"


@dataclass(frozen=True)
class WhistleReturned(WhistleEvent):
    name: ClassVar[str] = "whistle_returned"


@dataclass(frozen=True)
class WhistleClosed(WhistleEvent):
    name: ClassVar[str] = "whistle_closed"


@dataclass(frozen=True)
class WhistleCancelled(WhistleEvent):
    name: ClassVar[str] = "whistle_cancelled"


@dataclass(frozen=True)
class WhistleHeldOpen(WhistleEvent):
    name: ClassVar[str] = "whistle_held_open"


@dataclass(frozen=True)
class WhistleResumed(WhistleEvent):
    name: ClassVar[str] = "whistle_resumed"


@dataclass(frozen=True)
class WhistleRatified(WhistleEvent):
    name: ClassVar[str] = "whistle_ratified"


@dataclass(frozen=True)
class WhistleKindChanged(WhistleEvent):
    name: ClassVar[str] = "whistle_kind_changed"


@dataclass(frozen=True)
class PartyCalled(WhistleEvent):
    name: ClassVar[str] = "party_called"


@dataclass(frozen=True)
class PartyLetGo(WhistleEvent):
    name: ClassVar[str] = "party_let_go"


@dataclass(frozen=True)
class WhistleSupervised(WhistleEvent):
    name: ClassVar[str] = "whistle_supervised"


@dataclass(frozen=True)
class WhistleReminded(WhistleEvent):
    name: ClassVar[str] = "whistle_reminded"


@dataclass(frozen=True)
class SurveyHeld(WhistleEvent):
    name: ClassVar[str] = "survey_held"


@dataclass(frozen=True)
class PartyRated(WhistleEvent):
    name: ClassVar[str] = "party_rated"


@dataclass(frozen=True)
class StreetRated(WhistleEvent):
    name: ClassVar[str] = "street_rated"


@dataclass(frozen=True)
class ScoreAppealed(WhistleEvent):
    name: ClassVar[str] = "score_appealed"


@dataclass(frozen=True)
class AppealDecided(WhistleEvent):
    name: ClassVar[str] = "appeal_decided"


@dataclass(frozen=True)
class WhistleCommented(WhistleEvent):
    name: ClassVar[str] = "whistle_commented"


@dataclass(frozen=True)
class UnitNotified(ReportInEvent):
    name: ClassVar[str] = "unit_notified"


@dataclass(frozen=True)
class UnitSigned(ReportInEvent):
    name: ClassVar[str] = "unit_signed"


@dataclass(frozen=True)
class UnitHandedOver(ReportInEvent):
    name: ClassVar[str] = "unit_handed_over"


@dataclass(frozen=True)
class SigningUndone(ReportInEvent):
    name: ClassVar[str] = "signing_undone"


@dataclass(frozen=True)
class SigningDeemed(ReportInEvent):
    name: ClassVar[str] = "signing_deemed"


@dataclass(frozen=True)
class UnitContacted(ReportInEvent):
    name: ClassVar[str] = "unit_contacted"


@dataclass(frozen=True)
class UnitReportedIn(ReportInEvent):
    name: ClassVar[str] = "unit_reported_in"


@dataclass(frozen=True)
class UnitStarted(ReportInEvent):
    name: ClassVar[str] = "unit_started"


@dataclass(frozen=True)
class StageReported(ReportInEvent):
    name: ClassVar[str] = "stage_reported"


@dataclass(frozen=True)
class UnitFinished(ReportInEvent):
    name: ClassVar[str] = "unit_finished"


@dataclass(frozen=True)
class UnitLeft(ReportInEvent):
    name: ClassVar[str] = "unit_left"


@dataclass(frozen=True)
class UnitRefused(ReportInEvent):
    name: ClassVar[str] = "unit_refused"


@dataclass(frozen=True)
class UnitReleased(ReportInEvent):
    name: ClassVar[str] = "unit_released"


@dataclass(frozen=True)
class UnitBound(ReportInEvent):
    name: ClassVar[str] = "unit_bound"


@dataclass(frozen=True)
class UnitReferred(ReportInEvent):
    name: ClassVar[str] = "unit_referred"


@dataclass(frozen=True)
class ArrivalDisputed(ReportInEvent):
    name: ClassVar[str] = "arrival_disputed"


@dataclass(frozen=True)
class ArrivalSettled(ReportInEvent):
    name: ClassVar[str] = "arrival_settled"


@dataclass(frozen=True)
class UnitDismissed(ReportInEvent):
    name: ClassVar[str] = "unit_dismissed"


@dataclass(frozen=True)
class UnitRecalled(ReportInEvent):
    name: ClassVar[str] = "unit_recalled"


@dataclass(frozen=True)
class UnitReminded(ReportInEvent):
    name: ClassVar[str] = "unit_reminded"


@dataclass(frozen=True)
class LatenessEscalated(ReportInEvent):
    name: ClassVar[str] = "lateness_escalated"


@dataclass(frozen=True)
class DesignationOverdue(ReportInEvent):
    name: ClassVar[str] = "designation_overdue"


@dataclass(frozen=True)
class SettlementOverdue(ReportInEvent):
    name: ClassVar[str] = "settlement_overdue"


@dataclass(frozen=True)
class TaskGiven(TaskEvent):
    name: ClassVar[str] = "task_given"


@dataclass(frozen=True)
class TaskDone(TaskEvent):
    name: ClassVar[str] = "task_done"


@dataclass(frozen=True)
class TaskHeldOpen(TaskEvent):
    name: ClassVar[str] = "task_held_open"


@dataclass(frozen=True)
class TaskTakenUp(TaskEvent):
    name: ClassVar[str] = "task_taken_up"


@dataclass(frozen=True)
class TaskReassigned(TaskEvent):
    name: ClassVar[str] = "task_reassigned"


@dataclass(frozen=True)
class TaskReminded(TaskEvent):
    name: ClassVar[str] = "task_reminded"
