"""Closed lists of the privacy machinery."""

from enum import StrEnum


class FieldClass(StrEnum):
    """How closely a field is kept (R6.1)."""

    INTERNAL = "internal"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


class HoldOn(StrEnum):
    """What a legal hold keeps from ending."""

    HOUSEHOLD = "household"
    ISSUE = "issue"
    WHISTLE = "whistle"
    DEVICE = "device"
    ACCOUNT = "account"


class RequestKind(StrEnum):
    """What a person may ask (PIPL 44-48)."""

    ACCESS = "access"
    COPY = "copy"
    CORRECT = "correct"
    DELETE = "delete"
    EXPLAIN = "explain"


class Of(StrEnum):
    """Whose data it is about."""

    RESIDENT = "resident"
    REPORTER = "reporter"


class Identity(StrEnum):
    """How it was made sure that the person asks for their own."""

    IN_PERSON = "in_person"
    GUARDIAN = "guardian"
    CALLED_BACK = "called_back"
    FOLLOW_LINK = "follow_link"


class Decision(StrEnum):
    """How a request ended; a refusal says why (PIPL 50)."""

    DONE = "done"
    REFUSED = "refused"
