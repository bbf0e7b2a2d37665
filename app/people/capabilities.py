"""Rights that are not steps of a workflow: which roles hold which. A route without a step names one of these."""

from enum import StrEnum

from app.people.models import Role

STAFF = frozenset(Role) - {Role.PUBLIC, Role.SYSTEM}
HELPERS = frozenset({Role.PIONEER, Role.ORDER_AIDE, Role.CLEANER})
WHOLE_DISTRICT = frozenset({Role.DISTRICT_SUPERVISOR, Role.DISTRICT_ADMIN, Role.AUDITOR})
OFFICES = WHOLE_DISTRICT | {
    Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY, Role.STREET_DISPATCHER, Role.STREET_SECRETARY,
    Role.DEPARTMENT_HEAD,
}  # fmt: skip


class Capability(StrEnum):
    """One right each."""

    BE_SIGNED_IN = "be_signed_in"
    SEE_ISSUES = "see_issues"
    RAISE_ISSUES = "raise_issues"
    ADD_PHOTOS = "add_photos"
    UNMASK_REPORTER = "unmask_reporter"
    READ_NOTICES = "read_notices"
    SEE_FIGURES = "see_figures"
    SEE_LEDGER = "see_ledger"
    KEEP_ROSTER = "keep_roster"
    MANAGE_RULES = "manage_rules"
    KEEP_CATALOGUE = "keep_catalogue"


HELD_BY: dict[Capability, frozenset[Role]] = {
    Capability.BE_SIGNED_IN: STAFF,
    Capability.SEE_ISSUES: STAFF - HELPERS,
    Capability.RAISE_ISSUES: STAFF - {Role.AUDITOR},
    Capability.ADD_PHOTOS: STAFF - HELPERS - {Role.AUDITOR},
    Capability.KEEP_ROSTER: frozenset(
        {Role.STREET_DISPATCHER, Role.STREET_SECRETARY, Role.DEPARTMENT_HEAD, Role.DISTRICT_ADMIN}
    ),
    Capability.MANAGE_RULES: frozenset({Role.DISTRICT_ADMIN}),
    Capability.KEEP_CATALOGUE: frozenset({Role.DISTRICT_ADMIN}),
    Capability.UNMASK_REPORTER: STAFF - HELPERS - {Role.AUDITOR, Role.DISTRICT_ADMIN},
    Capability.READ_NOTICES: STAFF - HELPERS,
    Capability.SEE_FIGURES: OFFICES,
    Capability.SEE_LEDGER: WHOLE_DISTRICT,
}
