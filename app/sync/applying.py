"""What an operation is asked and answered with. Its verbs are in `visit_ops`, `household_ops` and `issue_ops`.

A handler returns what to tell the phone. What it raises as a `Problem` refuses the operation for good, unless the
problem is the service's own trouble; nothing a worker entered is dropped either way, because the ledger keeps it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from app.core.clock import Moment
from app.core.work import Work
from app.people.capabilities import Capability
from app.sync.kinds import Status
from app.sync.schemas import OpIn, OpResult


@dataclass(frozen=True)
class Asked:
    """One operation with its payload read and its time corrected."""

    op: OpIn
    form: Any
    moment: Moment
    device_id: UUID
    decided: bool = False  # a person has said that it is to take effect

    def result(self, status: Status = Status.APPLIED, **more: Any) -> OpResult:
        """The answer about this operation."""
        return OpResult(
            op_id=self.op.op_id, status=status, entity_id=more.pop("entity_id", self.op.entity_id), **more
        )


Handler = Callable[[Work, Asked], Awaitable[OpResult]]
Together = Callable[[Work, Sequence[Asked]], Awaitable[list[OpResult]]]


@dataclass(frozen=True)
class Verb:
    """The form of a payload and what is done with it: singly, and as a run by one statement if it can. `right` is
    what the same call over HTTP asks for; a step of an issue has its own rules.
    """

    form: type[BaseModel]
    handler: Handler
    together: Together | None = None
    right: Capability | None = None


class WaitsFor(Exception):  # no error: something has to come first
    """The operation needs an entity that has not come yet."""

    def __init__(self, *entities: UUID) -> None:
        self.entities = entities
        super().__init__(str(entities))
