"""Issues over HTTP: a route parses, calls one action, returns. One route is generated per step of the workflow."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.core.files import Photo
from app.core.http import OPEN_TO_ALL
from app.core.idempotency import body_hash, claim_of, take, used_for
from app.core.log import log
from app.core.paging import Page
from app.core.work import Work
from app.issues import (
    actions,
    entering,
    explaining,
    extending,
    following,
    intake,
    later,
    lists,
    neighbours,
    queries,
    situation,
    suggesting,
    views,
)
from app.issues.category_schemas import CategoryOut, SuggestOut
from app.issues.follow_schemas import FollowOut
from app.issues.kinds import Listed, State
from app.issues.link import FollowWork
from app.issues.queue_schemas import IssueFilter, IssueLine, NewView, PutAway, ViewOut
from app.issues.receiving import (
    MAX_MULTIPART_BYTES,
    Checked,
    IntakeWork,
    ListsWork,
    LocateWork,
    NeighboursWork,
    Photos,
    checked,
    claim,
    examples,
)
from app.issues.records import IssuePhoto
from app.issues.schemas import (
    ContactOut,
    ExtensionOptions,
    IssueOut,
    Locate,
    LocateOut,
    NeighbourOut,
    Neighbours,
    PhotoOut,
    RaisedOut,
    RaiseIssue,
    Unmask,
)
from app.issues.step_schemas import CompleteStep, RateStep
from app.issues.stepping import Key, add_issue_step
from app.issues.taking import ready
from app.people.capabilities import Capability
from app.people.login import BadLink, StaffWork, needs, needs_first

router = APIRouter(tags=["issues"])
SEE = needs(Capability.SEE_ISSUES)


@router.post("/locate", dependencies=[OPEN_TO_ALL])
async def locate(form: Locate, work: LocateWork) -> LocateOut:
    """Where a report would be placed and who would hold it; nothing is stored."""
    said = RaiseIssue(text="-", **form.model_dump(exclude={"at"}))
    facts = intake.facts_of(work, said)
    read = await situation.read(await work.cursor(), facts if form.at is None else facts.at_time(form.at))
    if form.area_code is not None and not read.located:
        raise intake.UnknownArea("area_code")
    kept = explaining.stored(read, intake.route(read))
    return LocateOut(
        place=explaining.place_out(kept),
        holder=explaining.holder_out(kept),
        explanation=explaining.reasons_out(kept),
        due_at=read.house.calendar.after(facts.now, read.house.ruled("solve").limit),
    )


@router.post(
    "/issues",
    status_code=201,
    response_model=RaisedOut,
    openapi_extra=examples(),
    max_body_size=MAX_MULTIPART_BYTES,
)
async def raise_issue(request: Request, given: IntakeWork, key: Key = None) -> Response:
    """Raise an issue: placed, routed and stored before this answer leaves. A repeated key answers 200."""
    work, posted = given.work, given.posted
    held = claim(work, posted, key)
    raised = await entering.enter(work, posted.form, held, posted.photos, screening=posted.screening)
    receipt = _receipt(request, work, raised)
    return Response(receipt.model_dump_json(), 200 if raised.replayed else 201, media_type="application/json")


def _receipt(request: Request, work: Work, raised: intake.Raised) -> RaisedOut:
    kept = raised.row["explanation"]
    token = work.keys.follow_token(work.district, raised.issue_id)
    return RaisedOut(
        id=raised.issue_id,
        number=raised.row["number"],
        state=_first_state(raised.row),
        version=2 if raised.row["screening"] or kept["holder"] else 1,
        place=explaining.place_out(kept),
        holder=explaining.holder_out(kept),
        explanation=explaining.reasons_out(kept),
        raised_at=raised.row["raised_at"],
        due_at=raised.row["due_at"],
        screening=raised.row["screening"],
        follow_token=token,
        follow_url=f"{request.app.state.settings.public_url}/r/follow/{token}",
    )


def _first_state(row: dict[str, Any]) -> State:
    """How a report stood when it was stored, or what it became at once."""
    if row.get("merged_into"):
        return State.MERGED
    if row.get("closing"):
        return State.CLOSED
    if row["screening"]:
        return State.SCREENING
    return State.ASSIGNED if row["explanation"]["holder"] else State.RAISED


@router.get("/issues", dependencies=[SEE])
async def list_issues(work: StaffWork, wanted: Annotated[IssueFilter, Query()]) -> Page[IssueLine]:
    """The queue of the active post, soonest due first; `desk=unplaced` is the list 待定位."""
    items, following = await queries.queue_page(work, wanted)
    return Page[IssueLine](items=items, next_cursor=following)


@router.get("/issues/counts", dependencies=[SEE])
async def count_issues(work: StaffWork) -> dict[Listed, int]:
    """How long every list of the desk is for the active post."""
    return await lists.counts(work)


@router.get("/issues/{issue_id}", dependencies=[SEE])
async def get_issue(issue_id: UUID, work: StaffWork) -> IssueOut:
    """One issue with its trail and the steps the active post may take now."""
    return await queries.in_full(work, await queries.get_issue(work, issue_id))


@router.post("/issues/{issue_id}/reporter", dependencies=[needs(Capability.UNMASK_REPORTER)])
async def unmask_reporter(issue_id: UUID, form: Unmask, work: StaffWork) -> ContactOut:
    """The contact in clear, for a purpose that is kept with the reader's post."""
    contact = await actions.unmask(work, await queries.get_issue(work, issue_id), form.purpose)
    log().info("unmasked", district=work.district, post_id=str(work.actor.post_id), subject_id=str(issue_id))
    return contact


@router.get("/issues/{issue_id}/extension-options", dependencies=[SEE])
async def extension_options(issue_id: UUID, work: StaffWork) -> ExtensionOptions:
    """The new due dates that may be asked for, in working days of the district's calendar."""
    return await extending.options(work, await queries.get_issue(work, issue_id))


@router.post("/issues/{issue_id}/later", status_code=204, dependencies=[SEE])
async def put_away(issue_id: UUID, form: PutAway, work: StaffWork) -> None:
    """Off the active post's lists until then 稍后, or until somebody else takes a step; every clock runs on."""
    await later.put_away(work, await queries.get_issue(work, issue_id), form)


@router.delete("/issues/{issue_id}/later", status_code=204, dependencies=[SEE])
async def take_up(issue_id: UUID, work: StaffWork) -> None:
    """Back on the lists; harmless when it was."""
    await later.take_up(work, await queries.get_issue(work, issue_id))


@router.get("/views", dependencies=[SEE])
async def list_views(work: StaffWork) -> list[ViewOut]:
    """The account's saved filters, each with how many matters the active post finds by it."""
    return await views.listed(work)


@router.post("/views", status_code=201, dependencies=[SEE])
async def save_view(form: NewView, work: StaffWork) -> ViewOut:
    """Keep a filter under a name; a name that is known takes the new filter."""
    return await views.save(work, form)


@router.delete("/views/{view_id}", status_code=204, dependencies=[SEE])
async def drop_view(view_id: UUID, work: StaffWork) -> None:
    """Forget a saved filter."""
    await views.drop(work, view_id)


@router.get("/issues/{issue_id}/photos", dependencies=[SEE])
async def list_photos(issue_id: UUID, work: StaffWork) -> list[PhotoOut]:
    """The photos of an issue."""
    return await queries.photos_of(work, await queries.get_issue(work, issue_id))


@router.get("/issues/{issue_id}/photos/{photo_id}", dependencies=[SEE], response_class=Response)
async def get_photo(issue_id: UUID, photo_id: UUID, work: StaffWork, store: Photos) -> Response:
    """The bytes of one photo, checked against their digest."""
    await queries.get_issue(work, issue_id)
    photo = await queries.get_photo(work, issue_id, photo_id)
    return Response(await store.get(photo.sha256), media_type="image/jpeg")


@router.post(
    "/issues/{issue_id}/photos",
    status_code=201,
    dependencies=[needs_first(Capability.ADD_PHOTOS)],
    max_body_size=MAX_MULTIPART_BYTES,
)
async def add_photos(issue_id: UUID, photos: Checked, work: StaffWork, key: Key = None) -> list[PhotoOut]:
    """Photos of an issue, in the multipart field `photos`; a repeated key adds nothing."""
    digest = body_hash({"issue": str(issue_id)}, tuple(photo.sha256 for photo in photos))
    held = claim_of(work, "POST /issues/photos", key, digest)
    issue = await queries.get_issue(work, issue_id)
    if await take(work, held, issue_id):
        await work.put(IssuePhoto, intake.photo_rows(work, issue_id, photos))
    else:
        await used_for(work, held)
    return await queries.photos_of(work, issue)


async def _own_photos(token: str, request: Request, store: Photos) -> list[Photo]:
    """The link is read before anything costly is."""
    if request.app.state.runtime.keys.read_follow_token(token) is None:
        raise BadLink("token")
    return await checked(request, store)


@router.get("/categories", dependencies=[OPEN_TO_ALL])
async def list_categories(work: ListsWork) -> list[CategoryOut]:
    """The tree of matters in force."""
    return await suggesting.tree(work)


@router.get("/categories/suggest", dependencies=[OPEN_TO_ALL])
async def suggest_category(
    work: ListsWork, text: Annotated[str, Query(min_length=1, max_length=400)]
) -> SuggestOut:
    """Where these words belong, the best guess first, and whom to call when life is at stake; kept nowhere."""
    return await suggesting.suggest(work, text)


@router.post("/neighbours", dependencies=[OPEN_TO_ALL])
async def neighbours_of(form: Neighbours, work: NeighboursWork) -> list[NeighbourOut]:
    """Open matters of the same category nearby: send `same_as` with one of them for "me too"."""
    return await neighbours.nearby(work, form)


@router.get("/follow/{token}", dependencies=[OPEN_TO_ALL])
async def follow(token: str, work: FollowWork) -> FollowOut:  # noqa: ARG001  # the Work is made from it
    """The reporter's page: where it stands, what was answered, what they may do."""
    return await following.page(work)


@router.post("/follow/{token}/rate", dependencies=[OPEN_TO_ALL])
async def rate(token: str, form: RateStep, work: FollowWork) -> FollowOut:  # noqa: ARG001  # the Work is made from it
    """The reporter's word: solved closes it, anything else returns it."""
    await following.rate(work, form)
    return await following.page(work)


@router.post("/follow/{token}/complete_word", dependencies=[OPEN_TO_ALL])
async def complete_word(token: str, form: CompleteStep, work: FollowWork) -> FollowOut:  # noqa: ARG001  # the Work is made from it
    """The level and the words after the first tap; nothing is decided anew."""
    await following.complete_word(work, form)
    return await following.page(work)


@router.post(
    "/follow/{token}/photos", status_code=201, dependencies=[OPEN_TO_ALL], max_body_size=MAX_MULTIPART_BYTES
)
async def add_own_photos(
    token: str,  # noqa: ARG001  # the Work is made from it
    checked: Annotated[list[Photo], Depends(_own_photos)],
    work: FollowWork,
    key: Key = None,
) -> FollowOut:
    """Photos the reporter sends after the words, in the multipart field `photos`; a repeated key adds nothing."""
    await following.add_photos(work, checked, key)
    return await following.page(work)


def _add_reporters_step(name: str) -> None:
    form_type, action = actions.BY_REPORTER[name]

    async def take_step(token: str, form: Any, work: FollowWork) -> FollowOut:  # noqa: ARG001  # the Work is made from it
        issue = await following.locked_for(work, name)
        ready(work, issue, name, form)
        await action(work, issue, form)
        return await following.page(work)

    take_step.__annotations__["form"] = form_type
    take_step.__doc__ = f"The reporter's step `{name}`."
    path = f"/follow/{{token}}/{name}"
    router.add_api_route(path, take_step, methods=["POST"], name=f"follow_{name}", dependencies=[OPEN_TO_ALL])


for _name in actions.BY_REPORTER.keys() - {"rate"}:
    _add_reporters_step(_name)
for _name, (_form, _action) in actions.STEPS.items():
    add_issue_step(router, _name, _form, _action, actions.BESIDE.get(_name))
