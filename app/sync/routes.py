"""The phone protocol over HTTP (SYNC 3c)."""

import gzip
import zlib
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from app.core.errors import Invalid
from app.core.files import Photo, check_photos
from app.core.http import OPEN_TO_ALL, BodyTooLarge, Credentials, NotSignedIn, RuntimeOf
from app.core.scope import NOTHING
from app.core.work import PUBLIC, Actor, known_as, open_work
from app.issues.receiving import Photos, written_out
from app.people.capabilities import Capability
from app.people.login import AddressOf, StaffWork, district_of_token, needs
from app.sync import briefing, devices, digesting, looking_up, media, pulling, pushing, sealed, taking
from app.sync.briefing import Part
from app.sync.devices import RefreshRefused
from app.sync.login import PartingWork, PhoneWork
from app.sync.schemas import (
    MOST_RECORDS,
    SHA256,
    DeviceOut,
    DeviceState,
    DeviceTokens,
    DigestOut,
    Enrol,
    Lookup,
    LookupOut,
    ManifestOut,
    MediaOut,
    OpResult,
    PullOut,
    Push,
    PushOut,
    Refresh,
)

router = APIRouter(tags=["phones"])
MOST_PACKED = 64 * 1024
MOST_BATCH = 256 * 1024
RATIO = 20
Limit = Annotated[int, Query(ge=1, le=MOST_RECORDS)]


class BadEnvelope(Invalid):
    """The batch as a whole cannot be read: split it in half and send again (SYNC 3c)."""

    code = "bad_envelope"
    zh = "批次无法解析,内容未处理,请拆分后重新上传。"
    en = "The batch cannot be read and nothing was done; split it and send again."


@router.post("/devices", status_code=201, dependencies=[needs(Capability.USE_PHONE)])
async def enrol(form: Enrol, work: StaffWork) -> DeviceTokens:
    """Sign a phone on for the active post."""
    return await devices.enrol(work, form)


@router.post("/devices/refresh", dependencies=[OPEN_TO_ALL])
async def refresh(form: Refresh, runtime: RuntimeOf, address: AddressOf) -> DeviceTokens:
    """New tokens for the refresh token; the one before is good for a repeat after a lost answer."""
    district = district_of_token(form.refresh_token)
    async with open_work(runtime, district, known_as(Actor(PUBLIC, address=address), NOTHING)) as work:
        made = await devices.refresh(work, form.refresh_token)
    if made is None:
        raise RefreshRefused
    return made


@router.get("/devices", dependencies=[needs(Capability.KEEP_DEVICES)])
async def list_devices(work: StaffWork) -> list[DeviceOut]:
    """The phones on the caller's ground."""
    return await devices.listed(work)


@router.get("/devices/me")
async def my_device(work: PhoneWork) -> DeviceState:
    """Active or not, and whether to wipe; a revoked phone is told so by the 403 of any call."""
    return await devices.state_of(work)


@router.post("/devices/{device_id}/revoke", dependencies=[needs(Capability.KEEP_DEVICES)])
async def revoke(device_id: UUID, work: StaffWork) -> DeviceOut:
    """End a phone: its next call is refused; what it has not sent may still be handed in, sealed."""
    return DeviceOut.model_validate(await devices.revoke(work, device_id))


@router.put("/devices/{device_id}/outbox", status_code=202, max_body_size=sealed.MOST_BYTES)
async def hand_in(device_id: UUID, request: Request, work: PartingWork) -> dict[str, bool]:
    """What a revoked or locked phone had not sent, sealed for this service."""
    await sealed.hand_in(work, device_id, await request.body())
    return {"kept": True}


@router.post("/devices/{device_id}/wiped", status_code=204)
async def wiped(device_id: UUID, work: PartingWork) -> None:
    """Nothing is left on the phone."""
    await devices.wiped(work, device_id)


@router.post("/devices/{device_id}/outbox/take", dependencies=[needs(Capability.KEEP_DEVICES)])
async def take_outbox(device_id: UUID, work: StaffWork) -> PushOut:
    """Let what a revoked phone handed in take effect, as if it had been sent by its holder."""
    return await sealed.take(work, device_id)


@router.get("/sync/pull", response_model=PullOut)
async def pull(work: PhoneWork, cursor: str | None = None, limit: Limit = MOST_RECORDS) -> Response:
    """A page of what has changed on the phone's ground; without a cursor the first page of all of it."""
    return Response(await pulling.pull(work, cursor, limit), media_type="application/json")


async def _batch(request: Request) -> Push:
    """The envelope, unpacked within bounds."""
    raw = bytearray()
    packed = request.headers.get("content-encoding", "").lower() == "gzip"
    most = MOST_PACKED if packed else MOST_BATCH
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > most:
            raise BodyTooLarge("body")
    blob = _unpacked(bytes(raw)) if packed else bytes(raw)
    try:
        return Push.model_validate_json(blob)
    except ValidationError as wrong:
        if any(error["type"] == "json_invalid" for error in wrong.errors()):
            raise BadEnvelope("body") from None
        raise RequestValidationError(wrong.errors()) from None


def _unpacked(raw: bytes) -> bytes:
    most = min(MOST_BATCH, RATIO * len(raw))
    try:
        reader = zlib.decompressobj(wbits=31)
        blob = reader.decompress(raw, most + 1)
    except (zlib.error, gzip.BadGzipFile):
        raise BadEnvelope("body") from None
    if len(blob) > most:
        raise BodyTooLarge("body")
    return blob


def _push_schema() -> dict[str, Any]:
    """The envelope with its parts in their places: the body is read by hand, so FastAPI does not describe it."""
    whole = Push.model_json_schema()
    named = whole.pop("$defs", {})
    shown: dict[str, Any] = written_out(whole, named)
    return {"requestBody": {"content": {"application/json": {"schema": shown}}, "required": True}}


@router.post("/sync/push", max_body_size=MOST_BATCH, openapi_extra=_push_schema())
async def push(
    form: Annotated[Push, Depends(_batch)], runtime: RuntimeOf, address: AddressOf, credentials: Credentials
) -> PushOut:
    """Judge a batch of operations; 200 whenever the envelope could be read, each operation with its own answer."""
    if credentials is None:
        raise NotSignedIn
    return await pushing.push(await pushing.begin(runtime, credentials.credentials, address, form))


push.guards = "phone"  # type: ignore[attr-defined]  # every operation is judged under its own assignment


@router.post("/sync/ops:lookup")
async def lookup(form: Lookup, work: PhoneWork) -> LookupOut:
    """The stored answers of operations whose own answer was lost."""
    return await looking_up.lookup(work, form.op_ids)


@router.post("/sync/reviews/{review_id}/take", dependencies=[needs(Capability.ARRANGE_HOUSEHOLDS)])
async def take_operation(review_id: UUID, work: StaffWork) -> OpResult:
    """Let an operation that waits for a person take effect, as its author's."""
    return await taking.take(work, review_id)


@router.get("/sync/manifest", response_model=ManifestOut, responses={304: {"description": "still as it is held"}})
async def manifest(
    work: PhoneWork, part: Part | None = None, if_none_match: Annotated[str | None, Header(max_length=2000)] = None
) -> Response:
    """Forms, closed lists and limits, or one `part` of them; 304 when `If-None-Match` names what the phone has."""
    found, etag = await briefing.manifest(work, part)
    if briefing.is_held(if_none_match, etag):
        return Response(status_code=304, headers={"ETag": etag})
    said = found.model_dump_json(exclude_none=True)
    return Response(said, media_type="application/json", headers={"ETag": etag})


@router.get("/sync/digest")
async def digest(work: PhoneWork) -> DigestOut:
    """What the phone should hold, counted and hashed by type."""
    return await digesting.digest(work)


@router.head("/media/{media_id}", status_code=200)
async def has_media(media_id: UUID, work: PhoneWork) -> Response:
    """Whether a photo has arrived."""
    found = await media.find(work, media_id)
    return Response(headers={"Content-Length": "0", "X-Bound": str(found.bound_at is not None).lower()})


async def _photo(
    request: Request, photos: Photos, x_sha256: Annotated[SHA256, Header(alias="X-SHA256")]
) -> tuple[str, Photo]:
    data = await request.body()
    media.check_sum(data, x_sha256)
    (photo,) = await check_photos([data])
    await photos.put(photo)
    return x_sha256, photo


@router.put("/media/{media_id}", max_body_size=media.MOST_BYTES)
async def put_media(
    media_id: UUID, given: Annotated[tuple[str, Photo], Depends(_photo)], work: PhoneWork
) -> MediaOut:
    """Store a photo under the phone's own id; sent again it is the same."""
    return await media.keep(work, media_id, *given)
