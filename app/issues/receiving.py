"""What arrives at `POST /issues`: JSON, or multipart with the same JSON in `issue` and files in `photos`.

Runs before any transaction opens: the flood gate, the form, then each photo is checked, re-encoded and stored, so
that no connection is held while images are decoded (HOUSE 4.23).
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from app.core.errors import TooMany
from app.core.files import MAX_BYTES, MAX_PHOTOS, Photo, PhotoStore, check_photos
from app.core.http import BodyTooLarge, Credentials, RuntimeOf
from app.core.idempotency import Claim, body_hash, claim_of
from app.core.scope import NOTHING
from app.core.work import Work, known_as, open_work
from app.issues.schemas import RaiseIssue
from app.people.capabilities import Capability
from app.people.login import (
    AddressOf,
    district_of_token,
    identify_by,
    may,
    public_actor,
    public_district,
)

MAX_JSON_BYTES = 256 * 1024
MAX_MULTIPART_BYTES = (MAX_PHOTOS + 12) * MAX_BYTES  # enough to say which of twenty photos was too many
ROUTE = "POST /issues"
SUSPECT = RateLimitItemPerHour(20)  # beyond this an anonymous report is stored and marked for screening
REFUSED = RateLimitItemPerMinute(60)  # beyond this the address has to wait


class TooManyReports(TooMany):
    """One address sends faster than a person can."""

    code = "too_many_reports"
    zh = "提交过于频繁,请在 {seconds} 秒后重试,已提交的内容不会丢失。"
    en = "Too many reports from here; try again in {seconds} seconds. What was sent is kept."


class FloodGate:
    """Counts anonymous reports per address in this process: slows a flood, marks a suspicion, drops nothing."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def suspects(self, address: str) -> bool:
        """Whether a report from here should be screened; `TooManyReports` when it has to wait."""
        if not await self._limiter.hit(REFUSED, "refused", address):
            reset = await self._limiter.get_window_stats(REFUSED, "refused", address)
            raise TooManyReports(60, seconds=max(1, min(60, 60 - int(reset.remaining))))
        return not await self._limiter.hit(SUSPECT, "suspect", address)


@dataclass(frozen=True)
class Received:
    """A form that is whole, its photos stored, and the hash a key is bound to."""

    form: RaiseIssue
    photos: list[Photo]
    body_hash: bytes
    screening: bool


def photo_store(request: Request) -> PhotoStore:
    """Where photos are kept."""
    store: PhotoStore = request.app.state.photos
    return store


Photos = Annotated[PhotoStore, Depends(photo_store)]


async def receive(request: Request, store: Photos, address: AddressOf, credentials: Credentials) -> Received:
    """Read, check and store what was posted; nothing is in the database yet."""
    multipart = request.headers.get("content-type", "").startswith("multipart/")
    if multipart:
        posted = await request.form(max_files=2 * MAX_PHOTOS + 4, max_fields=4, max_part_size=MAX_JSON_BYTES)
        form = parse(posted.get("issue"))
        blobs = [await part.read() for part in posted.getlist("photos") if isinstance(part, UploadFile)]
    else:
        form, blobs = parse(await _limited_body(request)), []
    gate: FloodGate = request.app.state.flood_gate
    screening = credentials is None and await gate.suspects(address)
    photos = await check_photos(blobs) if blobs else []
    for photo in photos:
        await store.put(photo)
    said = form.model_dump(mode="json")
    return Received(form, photos, body_hash(said, tuple(photo.sha256 for photo in photos)), screening)


def parse(raw: Any) -> RaiseIssue:
    """The form in a JSON text; field problems as for every other route."""
    try:
        return RaiseIssue.model_validate_json(raw if isinstance(raw, str | bytes) else b"")
    except ValidationError as wrong:
        raise RequestValidationError(wrong.errors()) from None


async def _limited_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_JSON_BYTES:
            raise BodyTooLarge("body")
    return bytes(body)


Posted = Annotated[Received, Depends(receive)]


async def intake_work(
    posted: Posted, runtime: RuntimeOf, address: AddressOf, credentials: Credentials
) -> AsyncIterator[Work]:
    """The Work of who raises: staff by their token, anybody else in the district the form names."""
    if credentials is not None:
        token = credentials.credentials
        identify, district = identify_by(runtime, token, address), district_of_token(token)
    else:
        identify = known_as(public_actor(address), NOTHING)
        district = await public_district(runtime, posted.form.district)
    async with open_work(runtime, district, identify) as work:
        if credentials is not None:
            may(work, Capability.RAISE_ISSUES)
        yield work


intake_work.guards = "open_to_all"  # type: ignore[attr-defined]  # anybody may raise; staff need the right
IntakeWork = Annotated[Work, Depends(intake_work, scope="function")]


def claim(work: Work, posted: Received, key: str | None) -> Claim:
    """The Idempotency-Key of this request."""
    return claim_of(work, ROUTE, key, posted.body_hash)


def _written_out(schema: Any, named: dict[str, Any]) -> Any:
    """The schema with what it refers to in its place."""
    if isinstance(schema, list):
        return [_written_out(part, named) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _written_out(named[schema["$ref"].rpartition("/")[2]], named)
    return {key: _written_out(part, named) for key, part in schema.items()}


def examples() -> dict[str, Any]:
    """The OpenAPI body: two content types, one schema, written out because FastAPI lists only bodies it parses."""
    whole = RaiseIssue.model_json_schema()
    schema = _written_out(whole, whole.pop("$defs"))
    said: dict[str, Any] = {
        "text": "韶光街与学海路口没有公共厕所,请解决。",
        "type": "help",
        "category": "public_toilet",
    }
    said |= {"point": {"lon": 102.8100, "lat": 24.8811, "crs": "wgs84"}, "contact": {"phone": "13800001234"}}
    files = {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": MAX_PHOTOS}
    parts = {
        "issue": {"type": "string", "description": json.dumps(said, ensure_ascii=False)},
        "photos": files,
    }
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": schema, "example": said},
                "multipart/form-data": {"schema": {"type": "object", "properties": parts, "required": ["issue"]}},
            },
        }
    }
