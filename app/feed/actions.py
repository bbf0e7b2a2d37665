"""Noting changes, in the transaction that makes them."""

from typing import Any
from uuid import UUID

from app.core.work import Work
from app.feed.models import ChangeKind


def change_row(
    work: Work, type_: str, entity_id: UUID, *, grid_id: UUID | None, household_id: UUID | None = None,
    kind: ChangeKind = ChangeKind.UPSERT, to_id: UUID | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The row of one change; write it with `work.put(Change, rows)` or beside other rows of one statement."""
    return {
        "id": work.new_id(), "type": type_, "entity_id": entity_id, "kind": kind, "grid_id": grid_id,
        "household_id": household_id, "to_id": to_id, "at": work.clock.now(),
    }  # fmt: skip
