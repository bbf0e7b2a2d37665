"""The closed lists of a request to change the ground."""

from enum import StrEnum


class AreaChangeKind(StrEnum):
    """What is asked for."""

    SPLIT = "split"
    MERGE = "merge"
    REDRAW = "redraw"
    MOVE = "move"
    RENAME = "rename"
    UPGRADE = "upgrade"
    HAND_OVER = "hand_over"
    OPEN = "open"
    CLOSE = "close"


class ChangeState(StrEnum):
    """Where a request stands. Approved ones are `scheduled` until their moment, then `in_effect` until no open
    matter is left on ground that has ended.
    """

    DRAFT = "draft"
    SUBMITTED = "submitted"
    STREET_AGREED = "street_agreed"
    SCHEDULED = "scheduled"
    IN_EFFECT = "in_effect"
    SETTLED = "settled"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Part(StrEnum):
    """How an area is concerned: it changes itself, or only what lies in or around it does."""

    SUBJECT = "subject"
    NEIGHBOUR = "neighbour"
    RECEIVER = "receiver"
