"""The closed lists of the catalogue and of an order's life."""

from enum import StrEnum


class Level(StrEnum):
    """Whose matter it is; only a matter of the community's own level may be led by a community."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"


class OrderState(StrEnum):
    """Where an order stands with its unit."""

    ISSUED = "issued"
    SIGNED = "signed"
    HANDLING = "handling"
    IN_REVIEW = "in_review"
    OBJECTED = "objected"
    DONE = "done"
    RELEASED = "released"
    RECALLED = "recalled"


GONE = (OrderState.RELEASED, OrderState.RECALLED)


class OrderRole(StrEnum):
    """Lead 主办 answers for the matter; assist 协办 reports to the lead (DOMAIN R1.6)."""

    LEAD = "lead"
    ASSIST = "assist"


class Ground(StrEnum):
    """Why a unit says that a matter is not its own (DOMAIN R1.5)."""

    NOT_OUR_DUTY = "not_our_duty"
    NOT_OUR_AREA = "not_our_area"
    NO_LEGAL_BASIS = "no_legal_basis"
    DUPLICATE = "duplicate"


class Released(StrEnum):
    """Why a unit is let go."""

    DESIGNATED = "designated"
    DISSOLVED = "dissolved"
