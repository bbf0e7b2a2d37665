"""What a change did to the ground, for whoever keeps something on it: told once, in the transaction of the change.

After it every area's row says how it stands now; an area that has ended names the living one its things go to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Moved:
    """Ids of areas: `outlines` had theirs changed or ended, `drawn` have a new one, `rows` stand elsewhere, are
    named otherwise or have ended, with all below them. `streets` are those over any of it, before and after.
    """

    change_id: UUID
    moment: datetime
    ended: list[UUID]
    outlines: list[UUID]
    drawn: list[UUID]
    rows: list[UUID]
    streets: list[UUID]

    def kept(self) -> dict[str, list[str]]:
        """As it is stored with the change: what settling it has to know."""
        names = ("ended", "outlines", "drawn", "streets")
        return {name: [str(one) for one in getattr(self, name)] for name in names}

    @classmethod
    def read(cls, change_id: UUID, moment: datetime, kept: Mapping[str, list[str]]) -> "Moved":
        """From what was stored; the rows themselves are not kept."""
        ids = {name: [UUID(one) for one in found] for name, found in kept.items()}
        return cls(change_id, moment, rows=[], **ids)

    def parameters(self) -> dict[str, Any]:
        """For statements that name them."""
        return {
            "change": self.change_id, "now": self.moment, "ended": self.ended, "outlines": self.outlines,
            "drawn": self.drawn, "rows": self.rows, "streets": self.streets,
        }  # fmt: skip
