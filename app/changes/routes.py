"""Changes of the ground over HTTP: list, draft, try out, one in full with preview and map, a route a step."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse

from app.changes import cutting, drafting, numbering, queries, stepping
from app.changes.carrying import OnGround
from app.changes.schemas import (
    AreaChangeOut,
    ChangeFilter,
    ChangeLine,
    CutIn,
    CutOut,
    NewChange,
    NextCode,
    NextCodeOut,
    PreviewOut,
    TriedChange,
)
from app.core.idempotency import body_hash, claim_of, take, used_for
from app.core.paging import Page
from app.grid.schemas import FeatureCollection
from app.people.capabilities import Capability
from app.people.login import StaffWork, needs

router = APIRouter(tags=["area changes"])
SEE, DRAFT = needs(Capability.SEE_CHANGES), needs(Capability.DRAFT_CHANGES)
MOST_BYTES = 8 * 1024 * 1024  # outlines are long
Key = Annotated[str | None, Header(alias="Idempotency-Key")]


def on_ground(request: Request) -> OnGround:
    """What the features keep on the ground, composed on one page above this one."""
    found: OnGround = request.app.state.on_ground
    return found


Carrying = Annotated[OnGround, Depends(on_ground)]


@router.get("/area-changes", dependencies=[SEE])
async def list_changes(work: StaffWork, wanted: Annotated[ChangeFilter, Query()]) -> Page[ChangeLine]:
    """Requests of the caller's ground, newest first."""
    items, following = await queries.page(work, wanted)
    return Page[ChangeLine](items=items, next_cursor=following)


@router.post("/area-changes", status_code=201, dependencies=[DRAFT], max_body_size=MOST_BYTES)
async def draft_change(form: NewChange, work: StaffWork, carrying: Carrying, key: Key = None) -> AreaChangeOut:
    """A draft, with its preview and whatever is wrong with it; nothing changes by it."""
    change_id = work.new_id()
    held = claim_of(work, "draft area change", key, body_hash(form.model_dump(mode="json")))
    if await take(work, held, change_id):
        change = await drafting.draft(work, change_id, form)
    else:
        change = await queries.get_change(work, await used_for(work, held) or change_id)
    return await queries.in_full(work, change, carrying)


@router.post("/area-changes/preview", dependencies=[DRAFT], max_body_size=MOST_BYTES)
async def try_change(form: TriedChange, work: StaffWork, carrying: Carrying) -> PreviewOut:
    """The preview and the findings of a request without keeping it: for an editor while somebody draws."""
    return await queries.try_out(work, form, carrying)


@router.post("/area-changes/cut", dependencies=[DRAFT], max_body_size=MOST_BYTES)
async def cut_area(form: CutIn, work: StaffWork) -> CutOut:
    """The pieces a line or a polygon makes of an area, with codes never given before; nothing is kept."""
    return await cutting.cut(work, form)


@router.get("/area-changes/next-code", dependencies=[DRAFT])
async def next_code(work: StaffWork, wanted: Annotated[NextCode, Query()]) -> NextCodeOut:
    """The next free code for a new area below a parent; a number once given is never given again."""
    return await numbering.next_below(work, wanted)


@router.get("/area-changes/{change_id}", dependencies=[SEE])
async def get_change(change_id: UUID, work: StaffWork, carrying: Carrying) -> AreaChangeOut:
    """One request with its preview, its trail and the steps the active post may take now."""
    return await queries.in_full(work, await queries.get_change(work, change_id), carrying)


@router.get("/area-changes/{change_id}/shapes.geojson", dependencies=[SEE], response_model=FeatureCollection)
async def change_shapes(change_id: UUID, work: StaffWork) -> JSONResponse:
    """Outlines before and after (`when`), WGS84."""
    features = await queries.shapes(work, await queries.get_change(work, change_id))
    said = {"type": "FeatureCollection", "features": features}
    return JSONResponse(said, media_type="application/geo+json")


def _add_step(name: str, form_type: type[Any]) -> None:
    async def take_step(
        change_id: UUID, form: Any, work: StaffWork, carrying: Carrying, key: Key = None
    ) -> AreaChangeOut:
        said = {"change": str(change_id), **form.model_dump(mode="json")}
        held = claim_of(work, f"area change step {name}", key, body_hash(said))
        if key is None or await take(work, held, change_id):
            change = await stepping.step(work, change_id, name, form)
        else:
            await used_for(work, held)
            change = await queries.get_change(work, change_id)
        return await queries.in_full(work, change, carrying)

    take_step.__annotations__["form"] = form_type
    take_step.__doc__ = f"Step `{name}` of a change of the ground; 409 when the state or the version has moved on."
    take_step.guards = f"area_change step {name}"  # type: ignore[attr-defined]  # the workflow table decides
    router.add_api_route(
        f"/area-changes/{{change_id}}/steps/{name}", take_step, methods=["POST"], name=f"area_change_step_{name}"
    )


for _name, (_form, _) in stepping.STEPS.items():
    _add_step(_name, _form)
