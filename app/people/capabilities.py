"""Rights that are not steps of a workflow: which roles hold which. A route without a step names one of these."""

from enum import StrEnum

from app.people.models import Role

STAFF = frozenset(Role) - {Role.PUBLIC, Role.SYSTEM}
HELPERS = frozenset({Role.PIONEER, Role.ORDER_AIDE, Role.CLEANER})


class Capability(StrEnum):
    """One right each."""

    BE_SIGNED_IN = "be_signed_in"
    SEE_ISSUES = "see_issues"
    RAISE_ISSUES = "raise_issues"
    ADD_PHOTOS = "add_photos"
    UNMASK_REPORTER = "unmask_reporter"
    KEEP_ROSTER = "keep_roster"
    MANAGE_RULES = "manage_rules"
    KEEP_CATALOGUE = "keep_catalogue"
    SEE_FIGURES = "see_figures"
    SEE_WHISTLES = "see_whistles"
    CALL_WHISTLES = "call_whistles"
    GIVE_TASKS = "give_tasks"


COMMUNITY = frozenset({Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY})
STREET = frozenset({Role.STREET_DISPATCHER, Role.STREET_SECRETARY})
DEPARTMENT = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
DISTRICT = frozenset({Role.DISTRICT_SUPERVISOR, Role.DISTRICT_ADMIN})


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
    Capability.SEE_FIGURES: frozenset(
        {
            Role.COMMUNITY_SECRETARY,
            Role.STREET_DISPATCHER,
            Role.STREET_SECRETARY,
            Role.DEPARTMENT_HEAD,
            Role.DISTRICT_SUPERVISOR,
            Role.DISTRICT_ADMIN,
            Role.AUDITOR,
        }
    ),
    Capability.UNMASK_REPORTER: STAFF - HELPERS - {Role.AUDITOR, Role.DISTRICT_ADMIN},
    Capability.SEE_WHISTLES: COMMUNITY | STREET | DEPARTMENT | DISTRICT | {Role.AUDITOR},
    Capability.CALL_WHISTLES: COMMUNITY | STREET,
    Capability.GIVE_TASKS: COMMUNITY | STREET | DEPARTMENT | DISTRICT,
}
