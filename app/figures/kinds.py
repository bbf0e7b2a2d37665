"""The closed vocabulary of figures: what a formula may say, what stands apart, which lists there are."""

from enum import StrEnum


class Rate(StrEnum):
    """响应率, 解决率, 满意率."""

    CONTACT = "contact_rate"
    SOLVE = "solve_rate"
    SATISFIED = "satisfied_rate"


class Denominator(StrEnum):
    """Which matters a rate is over."""

    ANSWERED = "answered"  # answered in the period
    ASKED = "asked"  # closed in the period, with or without a word of the reporter
    WORD_GIVEN = "word_given"  # closed in the period, and the reporter said something


class Numerator(StrEnum):
    """Which of them count."""

    CONTACTED_IN_TIME = "contacted_in_time"  # first contact before its limit, and no reporter says otherwise
    SOLVED = "solved"  # every reporter asked says so
    SOLVED_OR_PARTLY = "solved_or_partly"
    SATISFIED = "satisfied"  # every reporter: the middle of five levels or better
    WELL_SATISFIED = "well_satisfied"  # the upper two


class Apart(StrEnum):
    """What is shown on a line of its own and never enters a rate, or enters it without the reporter's word."""

    FIXED_ON_SPOT = "fixed_on_spot"
    SAMPLED = "sampled"
    SAMPLE_CONFIRMED = "sample_confirmed"
    SAMPLE_REFUTED = "sample_refuted"
    ANONYMOUS = "anonymous"
    ANONYMOUS_SOLVED = "anonymous_solved"
    FINDINGS = "findings"
    UNREACHABLE = "unreachable"
    NO_WORD = "no_word"
    REASONED = "reasoned"
    UPSTREAM = "upstream"
    TRANSFERRED = "transferred"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class Part(StrEnum):
    """Which rows of a figure."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    EXCLUDED = "excluded"
    MISSED = "missed"  # of a clock alone: those that ended late


class By(StrEnum):
    """What figures are grouped by; never by a person (DESIGN 7)."""

    NONE = "none"
    AREA = "area"
    UNIT = "unit"
    CATEGORY = "category"


class Threshold(StrEnum):
    """Numbers that are the district's own."""

    HIDDEN_BELOW = "hidden_below"  # satisfaction of fewer words is not shown (CASES 3)
    DORMANT_DAYS = "dormant_days"
    REVIEW_DAYS = "review_days"
    MANY_HOPS = "many_hops"  # R1.5


class Covered(StrEnum):
    """What became of the households a plan names."""

    DUE = "due"
    COVERED = "covered"
    REFUSED = "refused"
    OVERDUE = "overdue"
    OPTED_OUT = "opted_out"


class Supervised(StrEnum):
    """The lists of the supervision desk 督办."""

    OVERDUE = "overdue"
    SOON = "soon"
    REFUSED = "refused"
    OVER_HOPPED = "over_hopped"
    DECISIONS = "decisions"  # asked by one, waiting for the second person
    DEEMED = "deemed"  # counts as signed because nobody did
    DORMANT = "dormant"
    HELD_REVIEW = "held_review"
    SUPERVISED = "supervised"
    PARKED = "parked"
    OWNERLESS = "ownerless"
