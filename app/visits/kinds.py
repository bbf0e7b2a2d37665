"""The closed lists of visits and plans; their Chinese words are in `words`."""

from enum import StrEnum


class VisitKind(StrEnum):
    """What one goes there for. A patrol has a list of its own."""

    VISIT = "visit"
    FOLLOW_UP = "follow_up"
    PUBLICITY = "publicity"
    SAFETY_CHECK = "safety_check"
    INFORMATION = "information"


class Result(StrEnum):
    """Each is a valid result (R4.5)."""

    MET = "met"
    NOT_HOME = "not_home"
    REFUSED = "refused"


class Way(StrEnum):
    """How one met."""

    DOOR = "door"
    PHONE = "phone"
    VIDEO = "video"


class Advice(StrEnum):
    """What a health follow-up keeps by default: that it was done, no reading (CASES 1f)."""

    MEASURED = "measured"
    ADVISED = "advised"
    REFERRED = "referred"


class Period(StrEnum):
    """How often; `once` is a task of its own after a major change."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    ONCE = "once"


class TaskState(StrEnum):
    """A task is covered by a visit or a refusal, never by a mark of the phone."""

    OPEN = "open"
    COVERED = "covered"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class Finding(StrEnum):
    """What was found at a point of a patrol."""

    FINE = "fine"
    MENDED = "mended"
    REPORTED = "reported"
    NOT_REACHED = "not_reached"
