"""The closed lists of households; their Chinese words are in `words`."""

from enum import StrEnum


class HouseholdKind(StrEnum):
    """On what ground people live there."""

    PERMANENT = "permanent"
    TENANT = "tenant"
    COLLECTIVE = "collective"


class Relation(StrEnum):
    """To the head of the household."""

    HEAD = "head"
    SPOUSE = "spouse"
    CHILD = "child"
    PARENT = "parent"
    OTHER = "other"


class ReviewReason(StrEnum):
    """Why a person has to look at what a phone or an import said (SYNC 3d)."""

    FIELD_CONFLICT = "field_conflict"
    LATE_ASSIGNMENT = "late_assignment"
    LOST_DEPENDENCY = "lost_dependency"
    SPLIT = "split"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    DELETE_ASKED = "delete_asked"


class ReviewDecision(StrEnum):
    """What became of it."""

    TAKEN = "taken"
    KEPT = "kept"
