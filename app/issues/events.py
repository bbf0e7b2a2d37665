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
