"""What other packages do for a change of the ground. This one may not know them: see app/on_ground.py."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.core.work import Work
from app.grid.moves import Moved

Count = Callable[[Work, Sequence[UUID]], Awaitable[int]]
"""How much of one kind hangs on areas and what lies in them; numbers only, whoever asks."""
Carry = Callable[[Work, Moved], Awaitable[None]]
"""Bring what hangs on the ground along, in the transaction of the change."""
Rehome = Callable[[Work, Moved, int], Awaitable[tuple[int, int]]]
"""Re-home at most so many open matters that are on old ground: how many were, and how many are left."""
EndUnit = Callable[[Work, UUID], Awaitable[None]]


async def _nobody(_work: Work, _unit_id: UUID) -> None:
    return None


async def _nothing(_work: Work, _moved: Moved, _most: int) -> tuple[int, int]:
    return 0, 0


@dataclass(frozen=True)
class OnGround:
    """All of it."""

    counts: Mapping[str, Count] = field(default_factory=dict)
    carry: Sequence[Carry] = ()
    rehome: Rehome = _nothing
    end_unit: EndUnit = _nobody
