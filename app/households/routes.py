"""Doors, households, residents, care needs and cards over HTTP: a route parses, calls one action, returns."""

from typing import Annotated, Any
from uuid import UUID

import anyio.to_thread
from fastapi import APIRouter, Depends, Header, Query, Request, Response

from app.core.fields import Code
from app.core.idempotency import body_hash, claim_of, take, used_for
from app.core.log import log
from app.core.paging import Page
from app.core.work import Work
from app.households import (
    actions,
    care,
    deciding,
    dwellings,
    exporting,
    importing,
    joining,
    members,
    queries,
    sheet,
    storing,
)
from app.households.members import Edited
from app.households.models import Review
from app.households.schemas import (
    BuildingOut,
    CareKindOut,
    CareNeedOut,
    ChangeUse,
    ClearOut,
    DecideReview,
    DwellingFilter,
    DwellingOut,
    EditedOut,
    EditHousehold,
    EditResident,
    EndHousehold,
    HouseholdFilter,
    HouseholdLine,
    HouseholdOut,
    ImportedOut,
    MergeHousehold,
    MoveHousehold,
    NewCareNeed,
    NewDwelling,
    NewHousehold,
    NewResident,
    Purpose,
    ReviewFilter,
    ReviewOut,
    SplitHousehold,
)
from app.people.capabilities import Capability
from app.people.login import StaffWork, needs, needs_first

router = APIRouter(tags=["households"])
Key = Annotated[str | None, Header(alias="Idempotency-Key")]
DOORS = needs(Capability.SEE_DWELLINGS)
SEE = needs(Capability.SEE_HOUSEHOLDS)
EDIT = needs(Capability.EDIT_HOUSEHOLDS)
ARRANGE = needs(Capability.ARRANGE_HOUSEHOLDS)
CARE = needs(Capability.CARE_NEEDS)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def _read_sheet(request: Request) -> sheet.Given:
    return await anyio.to_thread.run_sync(sheet.read, await request.body())


async def _first(work: Work, route: str, key: str | None, said: dict[str, Any], response: Response) -> Any:
    """A fresh id for what is to be made and True, or the id a repeated key made and False (answered 200)."""
    held = claim_of(work, route, key, body_hash(said))
    new_id = work.new_id()
    if key is None or await take(work, held, new_id):
        return new_id, True
    response.status_code = 200
    return await used_for(work, held), False


@router.get("/dwellings", dependencies=[DOORS])
async def list_dwellings(work: StaffWork, wanted: Annotated[DwellingFilter, Query()]) -> Page[DwellingOut]:
    """Doors of the own ground in their natural order; `door` finds one in whatever spelling."""
    items, following = await dwellings.page(work, wanted)
    return Page[DwellingOut](items=items, next_cursor=following)


@router.get("/dwellings/buildings", dependencies=[DOORS])
async def list_buildings(work: StaffWork, area: Code | None = None) -> list[BuildingOut]:
    """The buildings of the own ground with their doors counted."""
    return await dwellings.buildings(work, area)


@router.post("/dwellings", status_code=201, dependencies=[EDIT])
async def add_dwelling(form: NewDwelling, work: StaffWork, response: Response, key: Key = None) -> DwellingOut:
    """A new door; 409 `door_known` names the one of the same key, `anyway` makes a second."""
    new_id, first = await _first(work, "POST /dwellings", key, form.model_dump(mode="json"), response)
    if first:
        await dwellings.add_dwelling(work, form, new_id)
    return await dwellings.in_full(work, new_id)


@router.get("/dwellings/{dwelling_id}", dependencies=[DOORS])
async def get_dwelling(dwelling_id: UUID, work: StaffWork) -> DwellingOut:
    """One door."""
    return await dwellings.in_full(work, dwelling_id)


@router.post("/dwellings/{dwelling_id}/use", dependencies=[EDIT])
async def change_use(dwelling_id: UUID, form: ChangeUse, work: StaffWork) -> DwellingOut:
    """What the door is used for from now on."""
    await dwellings.change_use(work, dwelling_id, form)
    return await dwellings.in_full(work, dwelling_id)


@router.get("/households", dependencies=[SEE])
async def list_households(work: StaffWork, wanted: Annotated[HouseholdFilter, Query()]) -> Page[HouseholdLine]:
    """Households of the own ground, masked; `q` finds by door, phone, initials or name. One reading is noted."""
    items, following = await queries.page(work, wanted)
    return Page[HouseholdLine](items=items, next_cursor=following)


@router.post("/households", status_code=201, dependencies=[EDIT])
async def add_household(form: NewHousehold, work: StaffWork, response: Response, key: Key = None) -> HouseholdOut:
    """People who now live behind a door; a repeated key answers 200 with the first one's household."""
    new_id, first = await _first(work, "POST /households", key, form.model_dump(mode="json"), response)
    if first:
        await actions.add_household(work, form, household_id=new_id)
    return await _shown(work, new_id)


@router.get("/households/{household_id}", dependencies=[SEE])
async def get_household(household_id: UUID, work: StaffWork) -> HouseholdOut:
    """One household with its residents, masked; an id that was merged leads to the living one."""
    return await _shown(work, household_id)


@router.patch("/households/{household_id}", dependencies=[EDIT])
async def edit_household(household_id: UUID, form: EditHousehold, work: StaffWork) -> EditedOut:
    """Fields that changed since version `base_rev`."""
    return await _told(work, await actions.edit_household(work, household_id, form))


@router.post("/households/{household_id}/end", dependencies=[EDIT])
async def end_household(household_id: UUID, form: EndHousehold, work: StaffWork) -> HouseholdOut:
    """They have moved out."""
    return await _shown(work, await actions.end_household(work, household_id, form))


@router.post("/households/{household_id}/move", dependencies=[ARRANGE])
async def move_household(household_id: UUID, form: MoveHousehold, work: StaffWork) -> HouseholdOut:
    """To another door of the own ground."""
    return await _shown(work, await actions.move_household(work, household_id, form))


@router.post("/households/{household_id}/merge", dependencies=[ARRANGE])
async def merge_household(household_id: UUID, form: MergeHousehold, work: StaffWork) -> HouseholdOut:
    """This household goes on under the other's id; its own id leads there for ever."""
    return await _shown(work, await joining.merge(work, household_id, form))


@router.post("/households/{household_id}/split", status_code=201, dependencies=[ARRANGE])
async def split_household(
    household_id: UUID, form: SplitHousehold, work: StaffWork, response: Response, key: Key = None
) -> HouseholdOut:
    """Some residents keep a home of their own from now on; the answer is their household."""
    said = {"household": str(household_id), **form.model_dump(mode="json")}
    new_id, first = await _first(work, "POST /households/split", key, said, response)
    if first:
        await joining.split(work, household_id, form, new_id=new_id)
    return await _shown(work, new_id)


@router.post("/households/{household_id}/residents", status_code=201, dependencies=[EDIT])
async def add_resident(
    household_id: UUID, form: NewResident, work: StaffWork, response: Response, key: Key = None
) -> EditedOut:
    """One more resident."""
    said = {"household": str(household_id), **form.model_dump(mode="json")}
    new_id, first = await _first(work, "POST /residents", key, said, response)
    if not first:
        return await _told(work, Edited(household_id, 1))
    _, edited = await members.add_resident(work, household_id, form, resident_id=new_id)
    return await _told(work, edited)


@router.patch("/residents/{resident_id}", dependencies=[EDIT])
async def edit_resident(resident_id: UUID, form: EditResident, work: StaffWork) -> EditedOut:
    """Fields that changed since version `base_rev`; of two versions of a name, phone, number or relation the
    stored one stays and the other waits as a card.
    """
    return await _told(work, await members.edit_resident(work, resident_id, form))


@router.post("/residents/{resident_id}/end", dependencies=[EDIT])
async def end_resident(resident_id: UUID, work: StaffWork) -> HouseholdOut:
    """The resident has left."""
    return await _shown(work, await members.end_resident(work, resident_id))


@router.post("/residents/{resident_id}/unmask", dependencies=[needs(Capability.UNMASK_RESIDENTS)])
async def unmask_resident(resident_id: UUID, form: Purpose, work: StaffWork) -> ClearOut:
    """A resident in clear, for a purpose that is kept with the reader's post."""
    found = await queries.unmask(work, resident_id, form.purpose)
    log().info("unmasked", district=work.district, post_id=str(work.actor.post_id), subject_id=str(resident_id))
    return found


@router.get("/care-kinds", dependencies=[CARE])
async def list_care_kinds(work: StaffWork) -> list[CareKindOut]:
    """The closed list of care needs."""
    return await care.kinds(work)


@router.post("/households/{household_id}/care-needs", status_code=201, dependencies=[CARE])
async def add_care_need(household_id: UUID, form: NewCareNeed, work: StaffWork) -> dict[str, UUID]:
    """Note a need; one that runs already is the same need."""
    return {"id": await care.add_need(work, household_id, form)}


@router.post("/households/{household_id}/care-needs/read", dependencies=[CARE])
async def read_care_needs(household_id: UUID, form: Purpose, work: StaffWork) -> list[CareNeedOut]:
    """The needs of a household, for a purpose that is kept with the reader's post."""
    return await care.read(work, household_id, form.purpose)


@router.post("/care-needs/{need_id}/end", status_code=204, dependencies=[CARE])
async def end_care_need(need_id: UUID, work: StaffWork) -> None:
    """The need is over."""
    await care.end_need(work, need_id)


@router.get("/reviews", dependencies=[ARRANGE])
async def list_reviews(work: StaffWork, wanted: Annotated[ReviewFilter, Query()]) -> Page[ReviewOut]:
    """Cards that wait for a decision on the own ground, oldest first; both versions masked."""
    items, following = await queries.review_page(work, wanted)
    return Page[ReviewOut](items=items, next_cursor=following)


@router.post("/reviews/{review_id}/decide", dependencies=[ARRANGE])
async def decide_review(review_id: UUID, form: DecideReview, work: StaffWork) -> ReviewOut:
    """Take the offered value, or keep the stored one."""
    await deciding.decide_review(work, review_id, form)
    (card,) = await queries.shown(work, [await work.session.get_one(Review, review_id)])
    return card


Given = Annotated[sheet.Given, Depends(_read_sheet)]
SENT = {"requestBody": {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}}


@router.get("/households-template.xlsx", dependencies=[ARRANGE], response_class=Response)
async def get_template() -> Response:
    """The empty form with drop-downs and an example row."""
    return await _as_sheet("template", [])


@router.get("/households.xlsx", dependencies=[ARRANGE], response_class=Response)
async def export_households(work: StaffWork, area: Code | None = None) -> Response:
    """A ground's doors and residents, masked; sent back as it is it changes nothing. The reading is noted."""
    rows = await exporting.rows(work, area)
    return await _as_sheet("households", rows, exporting.about(work, area, len(rows)))


@router.post(
    "/households.xlsx",
    dependencies=[needs_first(Capability.ARRANGE_HOUSEHOLDS)],
    max_body_size=sheet.MAX_BYTES,
    openapi_extra=SENT,
)
async def import_households(
    given: Given, work: StaffWork, dry_run: bool = False, partial: bool = False
) -> ImportedOut:
    """The sheet is the body, at most 10,000 rows. With a fault nothing is written, unless `partial` leaves the
    faulty rows out; `dry_run` writes nothing at all. The same sheet again changes nothing.
    """
    plan = await importing.plan(work, given)
    told = plan.counts()
    if not dry_run:
        sound = importing.without(given, plan.bad_rows)
        written = await importing.plan(work, sound) if partial and plan.faults else plan
        await storing.store(work, written)
        told = written.counts() | {"rows": told["rows"], "faults": told["faults"]}
    return ImportedOut(**told, errors=[one.told() for one in plan.faults[: importing.MOST_TOLD]])


@router.post(
    "/households-faults.xlsx",
    dependencies=[needs_first(Capability.ARRANGE_HOUSEHOLDS)],
    max_body_size=sheet.MAX_BYTES,
    openapi_extra=SENT,
    response_class=Response,
)
async def faults_of_sheet(given: Given, work: StaffWork) -> Response:
    """The faulty rows of a sheet in its own form, coloured, each with its reasons; nothing is written."""
    rows, wrong = importing.rows_to_mend(await importing.plan(work, given))
    return await _as_sheet("faults", rows, wrong=wrong)


async def _as_sheet(name: str, rows: Any, told: Any = (), wrong: Any = None) -> Response:
    blob = await anyio.to_thread.run_sync(sheet.write, rows, told, wrong)
    shown = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(blob, media_type=XLSX, headers=shown)


async def _shown(work: Work, household_id: UUID) -> HouseholdOut:
    return await queries.in_full(work, await queries.get_household(work, household_id))


async def _told(work: Work, edited: Edited) -> EditedOut:
    return EditedOut(
        household=await _shown(work, edited.household_id),
        written=list(edited.written),
        conflicts=list(edited.conflicts),
        passed_over=list(edited.passed_over),
    )
