"""What arrives at `POST /issues`: JSON, or multipart with the same JSON in `issue` and files in `photos`.

Runs before any transaction opens: the flood gate, the form, then each photo is checked, re-encoded and stored, so
that no connection is held while images are decoded (HOUSE 4.23).
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import ValidationError
from starlette.datastructures import FormData

from app.core.errors import Invalid
from app.core.files import MAX_BYTES, MAX_PHOTOS, NotAPhoto, Photo, PhotoStore, TooManyPhotos, check_photos
from app.core.http import BodyTooLarge, Credentials, RuntimeOf, runtime_of
from app.core.idempotency import Claim, body_hash, claim_of
from app.core.work import Work, open_work
from app.issues.flood import FloodGate
from app.issues.schemas import Locate, Neighbours, RaiseIssue
from app.people.capabilities import Capability
from app.people.login import AddressOf, address_of, caller_of, check_in, may

MAX_JSON_BYTES = 256 * 1024
MAX_MULTIPART_BYTES = (MAX_PHOTOS + 12) * MAX_BYTES  # enough to say which of twenty photos was too many
ROUTE = "POST /issues"
LONGEST_NAME = 40


class WrongContentType(Invalid):
    """Neither JSON nor multipart."""

    code = "wrong_content_type"
    zh = "请求应为 application/json 或 multipart/form-data。"
    en = "Send application/json or multipart/form-data."


class DuplicateKey(Invalid):
    """One name stands twice in a JSON object."""

    code = "duplicate_key"
    zh = "JSON 中同一字段出现了两次,请只保留一个。"
    en = "The same field stands twice in the JSON; keep one of them."


class UnknownPart(Invalid):
    """A multipart body has a part nobody reads, or not exactly one `issue`."""

    code = "unknown_part"
    zh = "表单应有一个 issue 部分,照片放在 photos 部分,不接受其他部分。"
    en = "A form has one part `issue`, its photos in parts `photos`, and no other parts."


class NoPhotos(Invalid):
    """A photo was to be added, and none came."""

    code = "no_photos"
    zh = "没有收到照片,请在 photos 部分上传。"
    en = "No photo arrived; send files in the multipart part `photos`."


@dataclass(frozen=True)
class Received:
    """A form that is whole, its photos stored, and the hash a key is bound to."""

    form: RaiseIssue
    photos: list[Photo]
    body_hash: bytes
    screening: bool


async def photo_store(request: Request) -> PhotoStore:
    """Where photos are kept."""
    store: PhotoStore = request.app.state.photos
    return store


Photos = Annotated[PhotoStore, Depends(photo_store)]


async def receive(request: Request, address: str, credentials: HTTPAuthorizationCredentials | None) -> Received:
    """Read, check and store what was posted; nothing is in the database yet."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    blobs: list[bytes] = []
    if kind == "multipart/form-data":
        async with parts(request) as posted:
            form = parse(await _issue_in(posted))
            blobs = await photos_in(posted, frozenset({"issue", "photos"}))
    elif kind == "application/json":
        form = parse(await _limited_body(request))
    else:
        raise WrongContentType("Content-Type")
    gate: FloodGate = request.app.state.flood_gate
    screening = credentials is None and await gate.suspects(address)
    if blobs and credentials is not None:
        await check_in(request.app.state.runtime, address, credentials, Capability.RAISE_ISSUES)
    photos = await keep(await photo_store(request), blobs)
    said = form.model_dump(mode="json")
    return Received(form, photos, body_hash(said, tuple(photo.sha256 for photo in photos)), screening)


@asynccontextmanager
async def parts(request: Request) -> AsyncIterator[FormData]:
    """The parts of a multipart body; their temporary files go with it."""
    async with request.form(max_files=2 * MAX_PHOTOS + 4, max_fields=4, max_part_size=MAX_JSON_BYTES) as posted:
        yield posted


async def _issue_in(posted: FormData) -> str | bytes:
    """The part `issue`, sent as a field or, by a browser's Blob, as a file."""
    found = posted.getlist("issue")
    if len(found) != 1:
        raise UnknownPart("issue")
    return found[0] if isinstance(found[0], str) else await found[0].read(MAX_JSON_BYTES)


async def photos_in(posted: FormData, known: frozenset[str]) -> list[bytes]:
    """The files of the part `photos`, no more of each than it takes to see that it is too large."""
    for name in posted:
        if name not in known:
            raise UnknownPart(name[:LONGEST_NAME])
    found = posted.getlist("photos")
    if len(found) > MAX_PHOTOS:
        raise TooManyPhotos("photos", limit=MAX_PHOTOS)
    blobs = []
    for index, part in enumerate(found):
        if isinstance(part, str):
            raise NotAPhoto(f"photos.{index}")
        blobs.append(await part.read(MAX_BYTES + 1))
    return blobs


async def keep(store: PhotoStore, blobs: Sequence[bytes]) -> list[Photo]:
    """Check all photos, then store them."""
    photos = await check_photos(blobs) if blobs else []
    for photo in photos:
        await store.put(photo)
    return photos


async def checked(request: Request, store: Photos) -> list[Photo]:
    """The photos of a body with nothing else in it, checked and stored; `NoPhotos` without any."""
    async with parts(request) as posted:
        blobs = await photos_in(posted, frozenset({"photos"}))
    if not blobs:
        raise NoPhotos("photos")
    return await keep(store, blobs)


Checked = Annotated[list[Photo], Depends(checked)]


def parse(raw: str | bytes) -> RaiseIssue:
    """The form in a JSON text; field problems as for every other route."""
    try:
        form = RaiseIssue.model_validate_json(raw)
    except ValidationError as wrong:
        raise RequestValidationError(wrong.errors()) from None
    json.loads(raw, object_pairs_hook=_once)
    return form


def _once(pairs: list[tuple[str, Any]]) -> None:
    """Two readers of one text must not understand two things by it (RFC 8259, section 4)."""
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise DuplicateKey(name)


async def _limited_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_JSON_BYTES:
            raise BodyTooLarge("body")
    return bytes(body)


@dataclass(frozen=True)
class Intake:
    """What was received, and the Work of who raises it."""

    posted: Received
    work: Work


async def intake_work(request: Request, credentials: Credentials) -> AsyncIterator[Intake]:
    """Staff by their token, anybody else in the district the form names.

    One dependency for the whole hot path: each further one costs as much as a statement.
    """
    address = await address_of(request)
    posted = await receive(request, address, credentials)
    runtime = await runtime_of(request)
    district, identify = await caller_of(runtime, address, credentials, posted.form.district)
    async with open_work(runtime, district, identify) as work:
        if credentials is not None:
            may(work, Capability.RAISE_ISSUES)
        yield Intake(posted, work)


intake_work.guards = "open_to_all"  # type: ignore[attr-defined]  # anybody may raise; staff need the right
IntakeWork = Annotated[Intake, Depends(intake_work, scope="function")]


async def locate_work(
    form: Locate, runtime: RuntimeOf, address: AddressOf, credentials: Credentials
) -> AsyncIterator[Work]:
    """The Work of a dry run, in the same district as the report would be."""
    district, identify = await caller_of(runtime, address, credentials, form.district)
    async with open_work(runtime, district, identify) as work:
        yield work


LocateWork = Annotated[Work, Depends(locate_work, scope="function")]


async def neighbours_work(
    form: Neighbours, runtime: RuntimeOf, address: AddressOf, credentials: Credentials
) -> AsyncIterator[Work]:
    """The Work of a look at what was reported nearby."""
    district, identify = await caller_of(runtime, address, credentials, form.district)
    async with open_work(runtime, district, identify) as work:
        yield work


async def open_work_of(
    runtime: RuntimeOf, address: AddressOf, credentials: Credentials, district: str | None = None
) -> AsyncIterator[Work]:
    """The Work of who looks at the district's lists before reporting."""
    code, identify = await caller_of(runtime, address, credentials, district)
    async with open_work(runtime, code, identify) as work:
        yield work


ListsWork = Annotated[Work, Depends(open_work_of, scope="function")]
NeighboursWork = Annotated[Work, Depends(neighbours_work, scope="function")]


def claim(work: Work, posted: Received, key: str | None) -> Claim:
    """The Idempotency-Key of this request."""
    return claim_of(work, ROUTE, key, posted.body_hash)


def written_out(schema: Any, named: dict[str, Any]) -> Any:
    """The schema with what it refers to in its place."""
    if isinstance(schema, list):
        return [written_out(part, named) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return written_out(named[schema["$ref"].rpartition("/")[2]], named)
    return {key: written_out(part, named) for key, part in schema.items()}


def examples() -> dict[str, Any]:
    """The OpenAPI body: two content types, one schema, written out because FastAPI lists only bodies it parses."""
    whole = RaiseIssue.model_json_schema()
    schema = written_out(whole, whole.pop("$defs"))
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
