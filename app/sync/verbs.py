"""Type of operation -> the form of its payload and what it does: everything a phone may ask for, on one page."""

from collections.abc import Mapping

from app.households.schemas import NewHousehold
from app.people.capabilities import Capability
from app.sync import household_ops, issue_ops, visit_ops
from app.sync.applying import Verb
from app.sync.kinds import OpType
from app.visits.schemas import AmendVisit, NewVisit

VISIT, EDIT = Capability.MAKE_VISITS, Capability.EDIT_HOUSEHOLDS
VERBS: Mapping[OpType, Verb] = {
    OpType.VISIT_CREATE: Verb(NewVisit, visit_ops.create, visit_ops.create_all, VISIT),
    OpType.VISIT_AMEND: Verb(AmendVisit, visit_ops.amend, right=VISIT),
    OpType.PATROL_CREATE: Verb(visit_ops.GoRound, visit_ops.patrol, right=VISIT),
    OpType.ISSUE_CREATE: Verb(issue_ops.NewIssue, issue_ops.create, right=Capability.RAISE_ISSUES),
    OpType.ISSUE_STEP: Verb(issue_ops.IssueStep, issue_ops.step),
    OpType.HOUSEHOLD_CREATE: Verb(NewHousehold, household_ops.create, right=EDIT),
    OpType.HOUSEHOLD_EDIT: Verb(household_ops.Patch, household_ops.edit, right=EDIT),
    OpType.RESIDENT_ADD: Verb(household_ops.AddResident, household_ops.add_resident, right=EDIT),
    OpType.RESIDENT_EDIT: Verb(household_ops.Patch, household_ops.edit_resident, right=EDIT),
    OpType.DELETE_ASK: Verb(household_ops.AskDelete, household_ops.ask_delete, right=EDIT),
}
