"""Type of operation -> the form of its payload and what it does: everything a phone may ask for, on one page."""

from collections.abc import Mapping

from app.sync import issue_ops, visit_ops
from app.sync.applying import Verb
from app.sync.kinds import OpType
from app.visits.schemas import AmendVisit, NewVisit

VERBS: Mapping[OpType, Verb] = {
    OpType.VISIT_CREATE: Verb(NewVisit, visit_ops.create, visit_ops.create_all),
    OpType.VISIT_AMEND: Verb(AmendVisit, visit_ops.amend),
    OpType.ISSUE_CREATE: Verb(issue_ops.NewIssue, issue_ops.create),
    OpType.ISSUE_STEP: Verb(issue_ops.IssueStep, issue_ops.step),
}
