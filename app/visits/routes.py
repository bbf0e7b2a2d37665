"""Visits over HTTP: make, amend, read, export; what is due; contact duties; patrols."""

from typing import Annotated
from uuid import UUID

import anyio.to_thread
from fastapi import APIRouter, Query, Response

from app.core.clock import Moment
from app.core.idempotency import body_hash, claim_of, take, used_for
from app.core.paging import Page
from app.issues.schemas import RaiseIssue
from app.issues.stepping import Key
from app.people.capabilities import Capability
from app.people.login import StaffWork, needs
from app.visits import actions, due, duties, exporting, patrols, plans, queries, rules, sheet
from app.visits.due import DueFilter, DueOut
from app.visits.duties import DutyOut, NewDuty
from app.visits.patrols import NewPatrol, NewPatrolList, PatrolListInFull, PatrolListOut, PatrolOut
from app.visits.schemas import (
    AmendVisit,
    EndPlanRule,
    MajorChange,
    NewOptOut,
    NewPlanRule,
    NewVisit,
    OptOutOut,
    PlanRuleOut,
    RaisedFromVisit,
    VisitFilter,
    VisitLine,
    VisitOut,
)

router = APIRouter(tags=["visits"])
VISIT = needs(Capability.MAKE_VISITS)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.post("/visits", status_code=201, dependencies=[VISIT])
async def make_visit(form: NewVisit, work: StaffWork, key: Key = None) -> VisitOut:
    """Store a visit; the same id or the same key again stores nothing. Words that judge a person
    come as `hints`.
    """
    held = claim_of(work, "POST /visits", key, body_hash(form.model_dump(mode="json")))
    visit_id = form.id or work.new_id()
    if key is None or await take(work, held, visit_id):
        moment = Moment.of(work.clock, form.occurred_at)
        await actions.make_visit(work, form.model_copy(update={"id": visit_id}), moment)
    else:
        visit_id = await used_for(work, held) or visit_id
    return await queries.in_full(work, await queries.get_visit(work, visit_id))


@router.get("/visits", dependencies=[VISIT])
async def list_visits(work: StaffWork, wanted: Annotated[VisitFilter, Query()]) -> Page[VisitLine]:
    """The register 走访台账 of one's ground or list, the latest first."""
    items, following = await queries.register(work, wanted)
    return Page[VisitLine](items=items, next_cursor=following)


@router.get("/visits.xlsx", dependencies=[VISIT], response_class=Response)
async def export_visits(work: StaffWork, wanted: Annotated[VisitFilter, Query()]) -> Response:
    """The same as a sheet, masked, at most 10,000 lines; paging is left aside."""
    lines = await exporting.exported(work, wanted)
    blob = await anyio.to_thread.run_sync(sheet.write, lines)
    shown = {"Content-Disposition": 'attachment; filename="visits.xlsx"'}
    return Response(blob, media_type=XLSX, headers=shown)


@router.get("/visits/due", dependencies=[VISIT])
async def list_due(work: StaffWork, wanted: Annotated[DueFilter, Query()]) -> Page[DueOut]:
    """What is to be done: overdue, today, this week, later. It never says for which need."""
    items, following = await due.due(work, wanted)
    return Page[DueOut](items=items, next_cursor=following)


@router.get("/visits/{visit_id}", dependencies=[VISIT])
async def get_visit(visit_id: UUID, work: StaffWork) -> VisitOut:
    """One visit with its note."""
    return await queries.in_full(work, await queries.get_visit(work, visit_id))


@router.post("/visits/{visit_id}/amend", dependencies=[VISIT])
async def amend_visit(visit_id: UUID, form: AmendVisit, work: StaffWork) -> VisitOut:
    """Put one's own visit right within 24 hours; 409 when somebody saw a newer revision."""
    return await queries.in_full(work, await actions.amend_visit(work, visit_id, form))


@router.get("/households/{household_id}/visits", dependencies=[VISIT])
async def visits_of_household(
    household_id: UUID, work: StaffWork, wanted: Annotated[VisitFilter, Query()]
) -> Page[VisitLine]:
    """Who came and what came of it, the latest first."""
    items, following = await queries.of_household(work, household_id, wanted)
    return Page[VisitLine](items=items, next_cursor=following)


@router.post("/visits/{visit_id}/issue", status_code=201, dependencies=[needs(Capability.RAISE_ISSUES)])
async def raise_from_visit(visit_id: UUID, form: RaiseIssue, work: StaffWork, key: Key = None) -> RaisedFromVisit:
    """Raise what was found on a visit, at its door unless the form names another place."""
    digest = body_hash({"visit": str(visit_id), **form.model_dump(mode="json")})
    claim = claim_of(work, "POST /visits/issue", key, digest)
    raised = await actions.raise_from_visit(work, visit_id, form, claim)
    number = str(raised.row["number"])
    return RaisedFromVisit(visit_id=visit_id, issue_id=raised.issue_id, number=number, replayed=raised.replayed)


@router.post("/households/{household_id}/major-change", status_code=204, dependencies=[VISIT])
async def note_major_change(household_id: UUID, form: MajorChange, work: StaffWork) -> None:
    """Something grave has happened: somebody calls on the household within 24 hours."""
    await plans.note_major_change(work, household_id, Moment.of(work.clock, form.occurred_at))


@router.post("/households/{household_id}/opt-outs", status_code=201, dependencies=[VISIT])
async def opt_out(household_id: UUID, form: NewOptOut, work: StaffWork) -> OptOutOut:
    """The household does not want to be called on: its open tasks end, no new ones are made."""
    return OptOutOut.model_validate(await plans.opt_out(work, household_id, form))


@router.post("/opt-outs/{opt_out_id}/end", dependencies=[VISIT])
async def opt_in(opt_out_id: UUID, work: StaffWork) -> OptOutOut:
    """The household is content to be called on again."""
    return OptOutOut.model_validate(await plans.opt_in(work, opt_out_id))


@router.get("/plan-rules", dependencies=[needs(Capability.BE_SIGNED_IN)])
async def list_plan_rules(work: StaffWork, past: bool = False) -> list[PlanRuleOut]:
    """The district's plans of visits, in force and to come; `past` adds the versions that were."""
    return await rules.rules(work, past=past)


@router.post("/plan-rules", status_code=201, dependencies=[needs(Capability.MANAGE_RULES)])
async def set_plan_rule(form: NewPlanRule, work: StaffWork) -> PlanRuleOut:
    """A plan or its next version, from tomorrow at the earliest; the running stretch keeps the one before."""
    return await rules.set_rule(work, form)


@router.post("/plan-rules/end", dependencies=[needs(Capability.MANAGE_RULES)])
async def end_plan_rule(form: EndPlanRule, work: StaffWork) -> list[PlanRuleOut]:
    """A plan makes no tasks any more; its versions as they now are."""
    return await rules.end_rule(work, form)


@router.get("/duties", dependencies=[VISIT])
async def list_duties(work: StaffWork, post_id: UUID | None = None) -> list[DutyOut]:
    """The list of contact duty 包联 of one's post, or of another one as far as one sees its households."""
    return await duties.listed(work, post_id)


@router.post("/duties", status_code=201, dependencies=[needs(Capability.GIVE_DUTIES)])
async def give_duty(form: NewDuty, work: StaffWork) -> DutyOut:
    """Put a household of one's ground on a post's list; at most 60 to a post."""
    return await duties.give(work, form)


@router.post("/duties/end", dependencies=[needs(Capability.GIVE_DUTIES)])
async def end_duty(form: NewDuty, work: StaffWork) -> DutyOut:
    """Take a household off a post's list."""
    return await duties.end(work, form)


@router.get("/patrol-lists", dependencies=[VISIT])
async def list_patrol_lists(work: StaffWork) -> list[PatrolListOut]:
    """The lists in force on one's ground, with the day each was last gone over."""
    return await patrols.lists(work)


@router.post("/patrol-lists", status_code=201, dependencies=[needs(Capability.KEEP_PATROLS)])
async def make_patrol_list(form: NewPatrolList, work: StaffWork) -> PatrolListOut:
    """A list of points for one's ground; `empty_dwellings` puts its empty doors on it."""
    return await patrols.make_list(work, form)


@router.get("/patrol-lists/{list_id}", dependencies=[VISIT])
async def get_patrol_list(list_id: UUID, work: StaffWork) -> PatrolListInFull:
    """A list with its points and what was last found at each."""
    return await patrols.in_full(work, await patrols.get_list(work, list_id))


@router.post("/patrol-lists/{list_id}/end", dependencies=[needs(Capability.KEEP_PATROLS)])
async def end_patrol_list(list_id: UUID, work: StaffWork) -> PatrolListOut:
    """The list is gone over no more."""
    return await patrols.end_list(work, list_id)


@router.post("/patrol-lists/{list_id}/patrols", status_code=201, dependencies=[VISIT])
async def go_round(list_id: UUID, form: NewPatrol, work: StaffWork, key: Key = None) -> PatrolOut:
    """A round with a finding for each point looked at; a reported one becomes an issue. The same id or key again
    makes nothing.
    """
    digest = body_hash({"list": str(list_id), **form.model_dump(mode="json")})
    held = claim_of(work, "POST /patrols", key, digest)
    patrol_id = form.id or work.new_id()
    if key is None or await take(work, held, patrol_id):
        moment = Moment.of(work.clock, form.occurred_at)
        await patrols.go_round(work, list_id, form.model_copy(update={"id": patrol_id}), moment)
    else:
        patrol_id = await used_for(work, held) or patrol_id
    return await patrols.patrol_out(work, patrol_id)
