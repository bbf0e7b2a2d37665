"""What happened to a phone, in the past tense; ids and plain values only."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.outbox import Event


@dataclass(frozen=True)
class OfDevice(Event):
    """Every event of a phone says on which ground its post is."""

    post_id: UUID | None = None
    street_id: UUID | None = None
    community_id: UUID | None = None
    grid_id: UUID | None = None


@dataclass(frozen=True)
class DeviceEnrolled(OfDevice):
    name: ClassVar[str] = "device_enrolled"


@dataclass(frozen=True)
class DeviceRevoked(OfDevice):
    """By its office, or by the service when a stolen token was used; `why` says which."""

    name: ClassVar[str] = "device_revoked"
    why: str = ""


@dataclass(frozen=True)
class DeviceWiped(OfDevice):
    """Nothing is left on it: because it was revoked, or its holder has signed off; `why` says which."""

    name: ClassVar[str] = "device_wiped"
    why: str = ""


@dataclass(frozen=True)
class ScopeRefused(OfDevice):
    """A post would put more households on one phone than one worker can know."""

    name: ClassVar[str] = "scope_refused"
    households: int = 0


@dataclass(frozen=True)
class ScopeNearLimit(OfDevice):
    """A post puts so many households on one phone that its ground should be cut smaller soon."""

    name: ClassVar[str] = "scope_near_limit"
    households: int = 0


@dataclass(frozen=True)
class OpIdReused(OfDevice):
    """Two bodies came under one operation id; both are kept."""

    name: ClassVar[str] = "op_id_reused"
    op_id: UUID | None = None


@dataclass(frozen=True)
class OutboxSealed(OfDevice):
    """A revoked phone has handed in what it had not sent; somebody decides whether it is taken."""

    name: ClassVar[str] = "outbox_sealed"


@dataclass(frozen=True)
class OutboxTaken(OfDevice):
    name: ClassVar[str] = "outbox_taken"


@dataclass(frozen=True)
class SeqsMissing(OfDevice):
    """Numbers of operations never came: the phone's store was cleared, or an operation was lost on it."""

    name: ClassVar[str] = "seqs_missing"
    count: int = 0
