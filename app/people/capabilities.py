"""Rights that are not steps of a workflow: which roles hold which. A route without a step names one of these."""

from enum import StrEnum

from app.people.models import Role

STAFF = frozenset(Role) - {Role.PUBLIC, Role.SYSTEM}
HELPERS = frozenset({Role.PIONEER, Role.ORDER_AIDE, Role.CLEANER})
GRID = frozenset({Role.GRID_WORKER, Role.GRID_LEADER})
COMMUNITY = frozenset({Role.COMMUNITY_OFFICER, Role.COMMUNITY_SECRETARY})
STREET = frozenset({Role.STREET_DISPATCHER, Role.STREET_SECRETARY})
DEPARTMENT = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
DISTRICT = frozenset({Role.DISTRICT_SUPERVISOR, Role.DISTRICT_ADMIN})
WHOLE_DISTRICT = DISTRICT | {Role.AUDITOR}
ON_GROUND = (
    COMMUNITY | STREET | {Role.GRID_WORKER, Role.GRID_LEADER, Role.BUILDING_LEADER}
)  # visits its households


class Capability(StrEnum):
    """One right each."""

    BE_SIGNED_IN = "be_signed_in"
    SEE_ISSUES = "see_issues"
    RAISE_ISSUES = "raise_issues"
    ADD_PHOTOS = "add_photos"
    UNMASK_REPORTER = "unmask_reporter"
    READ_NOTICES = "read_notices"
    SEE_WHISTLES = "see_whistles"
    CALL_WHISTLES = "call_whistles"
    GIVE_TASKS = "give_tasks"
    SEE_FIGURES = "see_figures"
    SEE_LEDGER = "see_ledger"
    KEEP_ROSTER = "keep_roster"
    KEEP_POSTS = "keep_posts"
    KEEP_CATALOGUE = "keep_catalogue"
    MANAGE_RULES = "manage_rules"
    USE_PHONE = "use_phone"
    KEEP_DEVICES = "keep_devices"
    MAKE_VISITS = "make_visits"
    SEE_COVERAGE = "see_coverage"
    GIVE_DUTIES = "give_duties"
    KEEP_PATROLS = "keep_patrols"
    SEE_DWELLINGS = "see_dwellings"
    SEE_HOUSEHOLDS = "see_households"
    EDIT_HOUSEHOLDS = "edit_households"
    ARRANGE_HOUSEHOLDS = "arrange_households"
    UNMASK_RESIDENTS = "unmask_residents"
    CARE_NEEDS = "care_needs"
    TAKE_REQUESTS = "take_requests"
    ANSWER_REQUESTS = "answer_requests"
    SEE_RETENTION = "see_retention"
    KEEP_RETENTION = "keep_retention"
    AUDIT_READS = "audit_reads"
    SEE_BOARDS = "see_boards"
    KEEP_BOARDS = "keep_boards"
    SIGN_PAPERS = "sign_papers"
    SEE_CHANGES = "see_changes"
    DRAFT_CHANGES = "draft_changes"
    EXPORT_GROUND = "export_ground"


HELD_BY: dict[Capability, frozenset[Role]] = {
    Capability.BE_SIGNED_IN: STAFF,
    Capability.SEE_ISSUES: STAFF - HELPERS,
    Capability.RAISE_ISSUES: STAFF - {Role.AUDITOR},
    Capability.ADD_PHOTOS: STAFF - HELPERS - {Role.AUDITOR},
    Capability.UNMASK_REPORTER: STAFF - HELPERS - {Role.AUDITOR, Role.DISTRICT_ADMIN},
    Capability.READ_NOTICES: STAFF - HELPERS,
    Capability.SEE_WHISTLES: COMMUNITY | STREET | DEPARTMENT | WHOLE_DISTRICT,
    Capability.CALL_WHISTLES: COMMUNITY | STREET,
    Capability.GIVE_TASKS: COMMUNITY | STREET | DEPARTMENT | DISTRICT,
    Capability.SEE_FIGURES: COMMUNITY | STREET | WHOLE_DISTRICT | {Role.DEPARTMENT_HEAD},
    Capability.SEE_LEDGER: WHOLE_DISTRICT,
    Capability.KEEP_ROSTER: STREET | {Role.DEPARTMENT_HEAD, Role.DISTRICT_ADMIN},
    Capability.KEEP_POSTS: STREET | {Role.DISTRICT_ADMIN},
    Capability.KEEP_CATALOGUE: frozenset({Role.DISTRICT_ADMIN}),
    Capability.MANAGE_RULES: frozenset({Role.DISTRICT_ADMIN}),
    Capability.USE_PHONE: STAFF - {Role.AUDITOR},
    Capability.KEEP_DEVICES: COMMUNITY | STREET | {Role.GRID_LEADER, Role.DISTRICT_ADMIN},
    # On one's ground by `ON_GROUND`, else only the households on one's list of contact duty.
    Capability.MAKE_VISITS: STAFF - {Role.AUDITOR},
    Capability.SEE_COVERAGE: COMMUNITY | STREET | {Role.GRID_LEADER},
    Capability.GIVE_DUTIES: COMMUNITY | STREET | {Role.GRID_LEADER},
    Capability.KEEP_PATROLS: COMMUNITY | STREET | {Role.GRID_LEADER},
    Capability.SEE_DWELLINGS: GRID | COMMUNITY | STREET | {Role.BUILDING_LEADER},
    Capability.SEE_HOUSEHOLDS: GRID | COMMUNITY | STREET | {Role.BUILDING_LEADER},
    Capability.EDIT_HOUSEHOLDS: GRID | COMMUNITY,
    Capability.ARRANGE_HOUSEHOLDS: COMMUNITY | {Role.GRID_LEADER},
    Capability.UNMASK_RESIDENTS: GRID | COMMUNITY | STREET,
    Capability.CARE_NEEDS: GRID | COMMUNITY,
    Capability.TAKE_REQUESTS: GRID | COMMUNITY | STREET,
    Capability.ANSWER_REQUESTS: COMMUNITY | STREET,
    Capability.SEE_RETENTION: frozenset({Role.DISTRICT_ADMIN, Role.AUDITOR}),
    Capability.KEEP_RETENTION: frozenset({Role.DISTRICT_ADMIN}),
    Capability.AUDIT_READS: frozenset({Role.AUDITOR}),
    Capability.SEE_BOARDS: COMMUNITY | STREET | DISTRICT | {Role.GRID_LEADER},
    Capability.KEEP_BOARDS: STREET | {Role.DISTRICT_ADMIN},
    # Which paper a post may sign is the paper's own rule (app/papers/kinds.py).
    Capability.SIGN_PAPERS: COMMUNITY | STREET | DEPARTMENT | DISTRICT,
    # Who agrees to and who approves a change of the ground is its workflow's (app/changes/workflow.py).
    Capability.SEE_CHANGES: COMMUNITY | STREET | WHOLE_DISTRICT,
    Capability.DRAFT_CHANGES: COMMUNITY | STREET | DISTRICT,
    # Areas are open to all; whole files of them are taken by offices.
    Capability.EXPORT_GROUND: COMMUNITY | STREET | DEPARTMENT | WHOLE_DISTRICT,
}
BY_CONTACT_DUTY = frozenset({Capability.SEE_HOUSEHOLDS, Capability.UNMASK_RESIDENTS})
"""Rights any post has over the households on its list of contact duty 包联, whatever its role (DESIGN 6)."""
