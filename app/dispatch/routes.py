"""Dispatch over HTTP: the catalogue and its sheet, the proposal, orders with one route per step, the measures."""

from typing import Annotated, Any
from uuid import UUID

import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Request, Response

from app.core.idempotency import body_hash, claim_of, take, used_for
from app.core.paging import Page
from app.dispatch import candidates, catalogue, evidence, figures, inbox, issuing, queries, sheet, stepping
from app.dispatch.schemas import (
    BroughtInOut,
    DispatchingOut,
    DispatchStep,
    InboxLine,
    ItemOut,
    OrderFilter,
    OrderLine,
    OrderOut,
    Period,
    ProposalOut,
)
from app.issues.objecting import ObjectionTerms
from app.issues.queries import get_issue
from app.issues.receiving import MAX_MULTIPART_BYTES, Checked, Photos
from app.issues.schemas import PhotoOut
from app.issues.step_schemas import ReasonStep, StepInput
from app.issues.stepping import Key, add_issue_step
from app.people.capabilities import Capability
from app.people.login import StaffWork, needs, needs_first

router = APIRouter(tags=["dispatch"])
SEE = needs(Capability.SEE_ISSUES)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Read = tuple[list[sheet.Line], list[sheet.Fault]]


@router.get("/catalogue", dependencies=[SEE])
async def list_catalogue(work: StaffWork) -> list[ItemOut]:
    """Every line of the catalogue in force, by category."""
    found = await work.session.scalars(catalogue.in_force(work.clock.now()))
    return [ItemOut.model_validate(item) for item in found]


@router.get("/catalogue.xlsx", dependencies=[SEE], response_class=Response)
async def export_catalogue(work: StaffWork) -> Response:
    """The catalogue as a sheet; changed and sent back it is the next version."""
    lines = await catalogue.exported(work)
    blob = await anyio.to_thread.run_sync(sheet.write, lines)
    shown = {"Content-Disposition": 'attachment; filename="catalogue.xlsx"'}
    return Response(blob, media_type=XLSX, headers=shown)


async def _read(request: Request) -> Read:
    return await anyio.to_thread.run_sync(sheet.read, await request.body())


@router.post(
    "/catalogue.xlsx",
    dependencies=[needs_first(Capability.KEEP_CATALOGUE)],
    max_body_size=sheet.MAX_BYTES,
    openapi_extra={"requestBody": {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def import_catalogue(given: Annotated[Read, Depends(_read)], work: StaffWork) -> BroughtInOut:
    """The sheet is the body. All or nothing: with one fault nothing changes, and `errors` names every row."""
    added, unchanged = await catalogue.bring_in(work, *given)
    return BroughtInOut(added=added, unchanged=unchanged)


@router.get("/issues/{issue_id}/proposal", dependencies=[SEE])
async def propose(issue_id: UUID, work: StaffWork) -> ProposalOut:
    """Whose matter the catalogue says it is, why, and who comes next in question."""
    issue = await get_issue(work, issue_id)
    proposal = await catalogue.propose(work, issue)
    return queries.proposal_out(proposal, await candidates.others(work, issue, proposal))


@router.get("/issues/{issue_id}/orders", dependencies=[SEE])
async def orders_of_issue(issue_id: UUID, work: StaffWork) -> list[OrderLine]:
    """Every order an issue has had."""
    issue = await get_issue(work, issue_id)
    return await queries.of_issue(work, issue.id)


@router.get("/orders", dependencies=[SEE])
async def list_orders(work: StaffWork, wanted: Annotated[OrderFilter, Query()]) -> Page[InboxLine]:
    """The inbox of the active post's unit, soonest due first."""
    items, following = await inbox.page_of(work, wanted)
    return Page[InboxLine](items=items, next_cursor=following)


@router.get("/orders/{order_id}", dependencies=[SEE])
async def get_order(order_id: UUID, work: StaffWork) -> OrderOut:
    """One order with its clocks, its trail and the steps the active post may take now."""
    return await queries.in_full(work, await queries.get_order(work, order_id))


@router.get("/orders/{order_id}/objection", dependencies=[SEE])
async def objection_terms(order_id: UUID, work: StaffWork) -> ObjectionTerms:
    """Until when the unit may object, who decides, and by when if it objects now."""
    return await evidence.terms(work, await queries.get_order(work, order_id))


@router.get("/orders/{order_id}/evidence", dependencies=[SEE])
async def list_evidence(order_id: UUID, work: StaffWork) -> list[PhotoOut]:
    """Photos a unit has shown with its objection."""
    return await evidence.photos_of(work, await queries.get_order(work, order_id))


@router.get("/orders/{order_id}/evidence/{photo_id}", dependencies=[SEE], response_class=Response)
async def get_evidence(order_id: UUID, photo_id: UUID, work: StaffWork, store: Photos) -> Response:
    """The bytes of one of them, checked against their digest."""
    photo = await evidence.photo_of(work, order_id, photo_id)
    return Response(await store.get(photo.sha256), media_type="image/jpeg")


@router.post(
    "/orders/{order_id}/evidence",
    status_code=201,
    dependencies=[needs_first(Capability.ADD_PHOTOS)],
    max_body_size=MAX_MULTIPART_BYTES,
)
async def add_evidence(order_id: UUID, photos: Checked, work: StaffWork, key: Key = None) -> list[PhotoOut]:
    """Evidence in the multipart field `photos`, from the unit itself; a repeated key adds nothing."""
    held = claim_of(
        work, "POST /orders/evidence", key, body_hash({"of": str(order_id)}, tuple(p.sha256 for p in photos))
    )
    order = await queries.get_order(work, order_id)
    if await take(work, held, order_id):
        await evidence.add(work, order, photos)
    else:
        await used_for(work, held)
    return await evidence.photos_of(work, order)


@router.get("/figures/dispatching", dependencies=[needs(Capability.SEE_FIGURES)])
async def dispatching(work: StaffWork, period: Annotated[Period, Query()]) -> list[DispatchingOut]:
    """Wrong owners and matters given to communities, per dispatching office; both days are included."""
    return await figures.dispatching(work, period)


def _add_step(name: str, form_type: type[StepInput]) -> None:
    async def take_step(order_id: UUID, form: Any, work: StaffWork, key: Key = None) -> OrderOut:
        said = {"order": str(order_id), **form.model_dump(mode="json")}
        held = claim_of(work, f"order step {name}", key, body_hash(said))
        if key is None or await take(work, held, order_id):
            order = await stepping.step(work, order_id, name, form)
        else:
            await used_for(work, held)
            order = await queries.get_order(work, order_id)
        return await queries.in_full(work, order)

    take_step.__annotations__["form"] = form_type
    take_step.__doc__ = f"Step `{name}` of an order; 409 when the state or the version has moved on."
    take_step.guards = f"order step {name}"  # type: ignore[attr-defined]  # the workflow table decides who may
    router.add_api_route(
        f"/orders/{{order_id}}/steps/{name}", take_step, methods=["POST"], name=f"order_step_{name}"
    )


add_issue_step(router, "dispatch", DispatchStep, issuing.dispatch)
add_issue_step(router, "recall", ReasonStep, stepping.recall_issue)
for _name, (_form, _) in stepping.STEPS.items():
    _add_step(_name, _form)
