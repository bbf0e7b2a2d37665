"""The closed lists of an issue's life; their Chinese words are in the glossary and on the screens."""

from enum import StrEnum


class State(StrEnum):
    """Where an issue stands: the spine of DESIGN 4 and the waits of CASES 2.1."""

    RAISED = "raised"
    SCREENING = "screening"
    ASSIGNED = "assigned"
    HANDLING = "handling"
    AWAITING_REPORTER = "awaiting_reporter"
    DISPATCHED = "dispatched"
    WHISTLED = "whistled"
    VERIFYING = "verifying"
    ANSWERED = "answered"
    SUBMITTED = "submitted"
    TRANSFERRED = "transferred"
    HELD_OPEN = "held_open"
    CLOSED = "closed"
    NOT_ACCEPTED = "not_accepted"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """What became of it. The six of DOMAIN 1.1 art 11 are help given, except the two that are not accepted."""

    SOLVED = "solved"
    INTERIM = "interim"
    EXPLAINED = "explained"
    REFUSED = "refused"
    FIXED_ON_SPOT = "fixed_on_spot"
    EMERGENCY_PASSED = "emergency_passed"
    CHANNEL_TOLD = "channel_told"
    REPEAT_TOLD = "repeat_told"
    SECRECY_EXPLAINED = "secrecy_explained"
    BEYOND_DUTY = "beyond_duty"
    UNLAWFUL = "unlawful"
    MEDIATED = "mediated"
    MEDIATION_FAILED = "mediation_failed"
    TURNED = "turned"
    PASSED_UPSTREAM = "passed_upstream"
    TRANSFERRED = "transferred"


class Closing(StrEnum):
    """Whose word closed it; only the reporter's own counts as satisfied or not."""

    WORD = "word"
    UNREACHABLE = "unreachable"
    NO_WORD = "no_word"
    REASONED = "reasoned"
    ON_SPOT = "on_spot"
    UPSTREAM = "upstream"
    TRANSFERRED = "transferred"


class Triage(StrEnum):
    """Four ways to go on (望亭)."""

    ANSWER_NOW = "answer_now"
    COORDINATE = "coordinate"
    STUDY = "study"
    CANNOT_NOW = "cannot_now"


class Decision(StrEnum):
    """What wants a second person of another unit."""

    REASONED_CLOSE = "reasoned_close"
    EXCLUSION = "exclusion"


class LinkKind(StrEnum):
    """What an issue turned into."""

    PROJECT = "project"
    MEETING = "meeting"
    SERVICE_ORDER = "service_order"
    FINDING = "finding"
    ISSUE = "issue"


class AreaRole(StrEnum):
    """Why a second area has to do with an issue."""

    AFFECTED = "affected"
    CAUSE = "cause"


class IssueType(StrEnum):
    """What kind of matter; label in Chinese by channel (DESIGN 4)."""

    CONSULT = "consult"
    HELP = "help"
    COMPLAINT = "complaint"
    TIPOFF = "tipoff"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    DISPUTE = "dispute"
    WISH = "wish"
    FINDING = "finding"


class Channel(StrEnum):
    """How it came in."""

    QR = "qr"
    WORKER = "worker"
    PATROL = "patrol"
    MEETING = "meeting"
    HOTLINE = "hotline"
    OPEN311 = "open311"
    DEPARTMENT = "department"
    IMPORT = "import"


class Urgency(StrEnum):
    """How soon harm may follow."""

    NORMAL = "normal"
    URGENT = "urgent"
    EMERGENCY = "emergency"


class Placement(StrEnum):
    """What locating gave. `coarse`: known down to a street or community, but to no grid."""

    PLACED = "placed"
    NEAR_BORDER = "near_border"
    COARSE = "coarse"
    OUTSIDE = "outside"
    NO_POINT = "no_point"


UNPLACED = (Placement.COARSE, Placement.OUTSIDE, Placement.NO_POINT)


class Verdict(StrEnum):
    """The reporter's word on the result."""

    SOLVED = "solved"
    PARTLY = "partly"
    NOT_SOLVED = "not_solved"


class PartyRole(StrEnum):
    """Why a unit may see an issue."""

    LEAD = "lead"
    ASSIST = "assist"
    INFORMED = "informed"


class Listed(StrEnum):
    """The lists of a desk."""

    UNPLACED = "unplaced"
    TO_DISPATCH = "to_dispatch"
    SOON = "soon"
    OVERDUE = "overdue"
    OBJECTED = "objected"
    VERIFYING = "verifying"
    HELD_DUE = "held_due"
    TO_REVISIT = "to_revisit"
    LATER = "later"


class LaterReason(StrEnum):
    """Why a matter is put away for a while; a closed list, so that nothing is written of a person here."""

    WAITING_REPLY = "waiting_reply"
    WAITING_UNIT = "waiting_unit"
    WAITING_MATERIAL = "waiting_material"
    AGREED_TIME = "agreed_time"
    AFTER_OTHERS = "after_others"
