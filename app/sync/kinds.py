"""The closed lists of the protocol."""

from enum import StrEnum


class OpType(StrEnum):
    """What a phone may ask for. Anything else is `parked`, raw, for a later version."""

    VISIT_CREATE = "visit.create"
    VISIT_AMEND = "visit.amend"
    PATROL_CREATE = "patrol.create"
    ISSUE_CREATE = "issue.create"
    ISSUE_STEP = "issue.step"
    HOUSEHOLD_CREATE = "household.create"
    HOUSEHOLD_EDIT = "household.edit"
    RESIDENT_ADD = "resident.add"
    RESIDENT_EDIT = "resident.edit"
    DELETE_ASK = "delete.ask"


class Status(StrEnum):
    """What became of an operation (SYNC 3c)."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    MERGED = "merged"
    CONFLICT = "conflict"
    REROUTED = "rerouted"
    DEFERRED = "deferred"
    WAITING = "waiting"
    PARKED = "parked"
    RETRY = "retry"
    REJECTED = "rejected"


SCHEMAS = range(1, 2)  # versions of operations the service understands
KEPT_BY_PHONE = frozenset({Status.WAITING, Status.RETRY, Status.REJECTED})
"""The phone keeps these in its outbox; every other status lets it go (to the sent tail)."""
