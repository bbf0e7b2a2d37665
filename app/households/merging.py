"""Three-way merge of fields (SYNC 3d): what was changed in two places at once, and which of the two is kept.

A field conflicts when it was changed after the version the editor had seen, and to something else. Who a person is
(name, phone, identity number, relation) is then a matter for a person's eyes: the stored value stays, the offered
one waits as a review. What is merely noted (kind, note) takes the later corrected time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

IDENTITY = frozenset({"name", "phone", "id_number", "relation"})


@dataclass(frozen=True)
class Stored:
    """What is known of a row: values in clear, the version of each field's last change, times of soft fields."""

    values: Mapping[str, Any]
    revs: Mapping[str, Any]
    times: Mapping[str, datetime | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Merged:
    """What becomes of a patch: `values` are written, `offered` wait for a person, `passed_over` are outdated."""

    values: dict[str, Any]
    offered: dict[str, Any]
    passed_over: frozenset[str] = frozenset()

    @property
    def empty(self) -> bool:
        """Nothing to write and nothing to decide."""
        return not (self.values or self.offered)


def merge_fields(stored: Stored, base_rev: int, patch: Mapping[str, Any], at: datetime) -> Merged:
    """Put a patch made on version `base_rev` at the corrected time `at` onto what is stored now."""
    values: dict[str, Any] = {}
    offered: dict[str, Any] = {}
    passed_over: set[str] = set()
    for name, value in patch.items():
        if value == stored.values.get(name):
            continue
        if int(stored.revs.get(name, 0)) <= base_rev:
            values[name] = value
        elif name in IDENTITY:
            offered[name] = value
        elif (before := stored.times.get(name)) is None or at >= before:
            values[name] = value
        else:
            passed_over.add(name)
    return Merged(values, offered, frozenset(passed_over))
