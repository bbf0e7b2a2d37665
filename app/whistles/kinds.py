"""The closed lists of a whistle's life; their Chinese words are in `words` and in the glossary."""

from enum import StrEnum


class WhistleState(StrEnum):
    """Where a whistle stands (CASES 2.1)."""

    REQUESTED = "requested"
    BLOWN = "blown"
    JOINT_HANDLING = "joint_handling"
    VERIFYING = "verifying"
    HELD_OPEN = "held_open"
    RAISED = "raised_to_district"
    CLOSED = "closed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class ReportInState(StrEnum):
    """Where one unit called stands."""

    NOTIFIED = "notified"
    SIGNED = "signed"
    CONTACTED = "contacted"
    REPORTED_IN = "reported_in"
    WORKING = "working"
    DONE = "done"
    REFUSED = "refused"
    ARRIVAL_DISPUTED = "arrival_disputed"
    LEFT = "left"
    RELEASED = "released"


class TaskState(StrEnum):
    """Where one piece of the work stands."""

    OPEN = "open"
    DONE = "done"
    HELD_OPEN = "held_open"


class Source(StrEnum):
    """What gave rise to it (R2.2)."""

    ISSUES = "issues"
    NEGATIVE_LIST = "negative_list"
    INSPECTION = "inspection"
    KEY_WORK = "key_work"


class UnitRole(StrEnum):
    """Who answers for the whole, and who helps."""

    LEAD = "lead"
    ASSIST = "assist"


class BoundBy(StrEnum):
    """Whose word binds a unit: only the district's own can be bound here (CASES 1a)."""

    DISTRICT = "district"
    VERTICAL = "vertical"
    CITY = "city"
    CONTRACT = "contract"


class Mode(StrEnum):
    """How somebody reported in."""

    ON_SITE = "on_site"
    AT_MEETING = "at_meeting"
    ONLINE = "online"


class RefusalGround(StrEnum):
    """Why a unit says that a call is not its own: the grounds of an objection to an order."""

    NOT_OUR_DUTY = "not_our_duty"
    NOT_OUR_AREA = "not_our_area"
    NO_LEGAL_BASIS = "no_legal_basis"
    DUPLICATE = "duplicate"


class GuestKind(StrEnum):
    """Who took part in a joint survey; residents as a number only, never by name."""

    DEPARTMENT = "department"
    COMMUNITY = "community"
    COMPANY = "company"
    RESIDENT = "resident"
    OTHER = "other"


class When(StrEnum):
    """Whether a photo shows the place before the work or after it."""

    BEFORE = "before"
    AFTER = "after"


class Side(StrEnum):
    """Both whistler and reporter are assessed (接诉即办条例 art 33)."""

    DEPARTMENT = "department"
    STREET = "street"


class Link(StrEnum):
    """What a score is about: a link of the chain, the street's view of a unit, or the whistle itself."""

    SIGNED = "signed"
    CONTACTED = "contacted"
    REPORTED_IN = "reported_in"
    FINISHED = "finished"
    RATING = "rating"
    WHISTLE = "whistle"


class Result(StrEnum):
    """What a score says: of a link, of a whistle; a rating has stars instead."""

    ON_TIME = "on_time"
    LATE = "late"
    NEVER = "never"
    RATED = "rated"
    VALID = "valid"
    DUPLICATE = "duplicate"
    FALSE = "false"
    OWN_DUTY = "should_have_done_itself"
