"""What phones say and are told. Bodies of operations are checked one by one, so that one bad one stands alone."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from app.core.fields import Name, Schema
from app.feed.models import ChangeKind
from app.issues.schemas import example
from app.sync.kinds import Status
from app.sync.timing import Reading

MOST_OPS = 50
MOST_LOOKED_UP = 500
MOST_RECORDS = 500
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)  # any clock a phone can show
FARTHEST_MS = 300 * 366 * 86_400_000  # how far such a clock can be wrong
Build = Annotated[str, Field(pattern=r"^[0-9A-Za-z._+-]{1,40}$", examples=["2026.11.1"])]
SHA256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Previous(Schema):
    """What a phone was before it signs on again, from a marker outside its store; `last_seq` is how far it had
    numbered its operations, `store_lost` that the browser has cleared what it held.
    """

    device_id: UUID
    last_seq: Annotated[int, Field(ge=0, le=2**62)]
    store_lost: bool = False


class Enrol(Schema):
    """A phone that signs on with its holder's session."""

    name: Name = Field(examples=["红米 12C"])
    app_build: Build
    previous: Previous | None = None


class Refresh(Schema):
    """The token that outlives the access token."""

    model_config = example(refresh_token="530114.kP3bN7wq-made-up-Yx0")  # noqa: S106  # made up

    refresh_token: Annotated[str, Field(min_length=20, max_length=200)]


class PolicyOut(Schema):
    """The limits a phone keeps (SYNC 3c)."""

    most_ops: int = MOST_OPS
    most_batch_bytes: int = 256 * 1024
    most_op_bytes: int = 32 * 1024
    most_records: int = MOST_RECORDS
    photo_side: int = 1600
    photo_target_bytes: int = 400_000
    photo_most_bytes: int = 2_000_000
    photos_per_visit: int = 9
    warn_outbox_ops: int = 300
    warn_outbox_days: int = 3
    warn_clock_minutes: int = 5
    reading_locks_after_days: int = 14
    sent_tail_days: int = 7


class DeviceTokens(Schema):
    """What a phone signs its calls with: 15 minutes, and 30 days rolling."""

    device_id: UUID
    access_token: str
    access_ends_at: datetime
    refresh_token: str
    refresh_ends_at: datetime
    scope_epoch: str
    store_epoch: UUID
    server_time: datetime
    outbox_key: str = Field(description="P-256 point, uncompressed, base64: what a sealed outbox is made for")
    policy: PolicyOut = PolicyOut()
    missing_seqs: list[int] = Field(
        default_factory=list, description="operations a cleared store had numbered that never came"
    )


class DeviceOut(Schema):
    """A phone as its office sees it: no place, no hours, no counts of use."""

    id: UUID
    name: str
    app_build: str
    post_id: UUID
    enrolled_at: datetime
    revoked_at: datetime | None
    wiped_at: datetime | None
    waiting_outbox: bool = False


class DeviceState(Schema):
    """Asked on every foreground."""

    device_id: UUID
    state: Literal["active", "revoked"]
    wipe: bool
    scope_epoch: str
    store_epoch: UUID
    server_time: datetime


class ClockIn(Schema):
    """A phone's two clocks at one moment."""

    session: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,40}$")]
    mono_ms: Annotated[int, Field(ge=0, le=10**13)]
    offset_ms: Annotated[int, Field(ge=-FARTHEST_MS, le=FARTHEST_MS)] | None = None
    contact_at: AwareDatetime | None = None

    def reading(self, wall: datetime) -> Reading:
        """With the wall time it goes with."""
        offset = None if self.offset_ms is None else timedelta(milliseconds=self.offset_ms)
        return Reading(wall, self.session, self.mono_ms, offset, self.contact_at)


class Push(Schema):
    """A batch: the envelope must parse, its operations are judged singly."""

    model_config = example(
        device_id="0199aa00-0000-7000-8000-000000000001",
        batch_id="0199aa00-0000-7000-8000-000000000002",
        sent_at="2026-11-20T09:31:07+08:00",
        clock={"session": "s9", "mono_ms": 5127004},
        ops=[],
    )

    device_id: UUID
    batch_id: UUID
    sent_at: AwareDatetime
    clock: ClockIn
    ops: Annotated[list[dict[str, Any]], Field(max_length=MOST_OPS)]


class GeoIn(Schema):
    """A position, only where a form needs it."""

    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    acc_m: Annotated[float, Field(ge=0, le=100_000)] | None = None
    taken_at: AwareDatetime | None = None
    source: Literal["gps", "network", "map"] = "gps"


class OpIn(Schema):
    """One operation, as far as it is the same for every type."""

    op_id: UUID
    seq: Annotated[int, Field(ge=1)]
    type: Annotated[str, Field(max_length=40)]
    entity: Annotated[str, Field(max_length=20)]
    entity_id: UUID
    base_rev: Annotated[int, Field(ge=1)] | None = None
    occurred_at: Annotated[AwareDatetime, Field(ge=EARLIEST, le=LATEST)]
    clock: ClockIn
    schema_: Annotated[int, Field(ge=1, alias="schema")]
    form_version: Annotated[str, Field(max_length=40)] = ""
    assignment_id: UUID
    depends_on: Annotated[list[UUID], Field(max_length=MOST_OPS)] = Field(default_factory=list)
    geo: GeoIn | None = None
    payload: dict[str, Any]
    sha256: SHA256


class OpResult(Schema):
    """What became of one operation."""

    op_id: UUID | None
    status: Status
    code: str | None = None
    entity_id: UUID | None = None
    rev: int | None = None
    redirect: dict[str, UUID] | None = None
    problem: dict[str, Any] | None = None
    server_value: dict[str, Any] | None = None
    retry_after: int | None = None


class PushOut(Schema):
    """Results in the order of the operations."""

    server_time: datetime
    store_epoch: UUID
    clock_warning: bool = False
    missing_seqs: list[int] = Field(default_factory=list)
    results: list[OpResult]


class Lookup(Schema):
    """Operations whose answer was lost."""

    model_config = example(op_ids=["0199aa00-0000-7000-8000-000000000001"])

    op_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_LOOKED_UP)]


class LookupOut(Schema):
    """Stored results; an id that is not known is absent."""

    store_epoch: UUID
    results: list[OpResult]


class ChangeOut(Schema):
    """One change for the phone's copy."""

    t: str
    id: UUID
    k: ChangeKind
    rev: int | None = None
    d: dict[str, Any] | None = None
    to: UUID | None = None


class PullOut(Schema):
    """A page of changes; apply it and the cursor in one local transaction."""

    cursor: str
    has_more: bool
    scope_epoch: str
    store_epoch: UUID
    server_time: datetime
    changes: list[ChangeOut]


class DigestOut(Schema):
    """Per type how many records the phone should hold, and a hash over their (id, rev)."""

    server_time: datetime
    scope_epoch: str
    store_epoch: UUID
    types: dict[str, dict[str, Any]]


class Word(Schema):
    """One entry of a closed list; what a district names itself has its Chinese name alone. `under`: its parent."""

    code: str
    zh: str
    en: str | None = None
    under: str | None = None


class FieldAsked(Schema):
    """One field of a payload or of a part of it; a compulsory one says why, and by which rule."""

    form: str
    name: str
    compulsory: bool
    need_zh: str | None = None
    need_en: str | None = None
    source: str | None = None


class FormAsked(Schema):
    """The payload of one type of operation; a draft is finished in the version it was begun in."""

    type: str
    version: str
    fields: list[FieldAsked]


class ManifestOut(Schema):
    """What a phone has to know to be filled in without a signal; asked for by `part`, the others are left out."""

    model_config = example(
        schema_min=1, schema_max=1, etags={"dictionaries": '"9f86d081884c7d659a2feaa0c55ad015"'},
        dictionaries={"visit_result": [{"code": "not_home", "zh": "不在家", "en": "not at home"}]},
    )  # fmt: skip

    schema_min: int = Field(description="the oldest version of operations that is understood")
    schema_max: int
    etags: dict[str, str] = Field(description="of each part's content, as the header of a call for it alone")
    forms: list[FormAsked] | None = None
    dictionaries: dict[str, list[Word]] | None = None
    policy: PolicyOut | None = None


class MediaOut(Schema):
    """A photo that is stored."""

    id: UUID
    sha256: str
    bound: bool
