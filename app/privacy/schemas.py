"""What is said to and by the privacy desk."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from app.core.fields import Code, Schema, Sentence
from app.core.paging import Limit
from app.households.schemas import EditResident
from app.privacy.kinds import Decision, FieldClass, HoldOn, Identity, Of, RequestKind

Cursor = Annotated[str | None, Field(max_length=400)]
FOR_EXAMPLE = "0199aa00-0000-7000-8000-000000000001"


def example(**said: Any) -> ConfigDict:
    """A body shown in the contract."""
    return ConfigDict(json_schema_extra={"example": said})


class NewPeriod(Schema):
    """How many days a class is kept from now on, and by whose decision."""

    model_config = example(days=180, basis="区委网信办2026年评估意见")

    days: Annotated[int, Field(ge=0, le=36_500)]
    basis: Sentence


class ClassOut(Schema):
    """A class of the inventory with what a run would end now (`due`) and what a hold keeps (`held`)."""

    code: str
    zh: str
    en: str
    field_class: FieldClass
    days: int
    floor: int
    at_end: str
    due: int
    held: int


class RunOut(Schema):
    """One run: what it ended, class by class."""

    id: UUID
    at: datetime
    finished_at: datetime
    ended: dict[str, int]


class NewHold(Schema):
    """What is to be kept, and for which proceeding."""

    model_config = example(subject_kind="household", subject_id=FOR_EXAMPLE, basis="区人民法院调查令(2026)15号")

    subject_kind: HoldOn
    subject_id: UUID
    basis: Sentence


class HoldFilter(Schema):
    """Running holds; with `released` the others too."""

    released: bool = False
    cursor: Cursor = None
    limit: Limit = 50


class HoldOut(Schema):
    """One hold."""

    id: UUID
    subject_kind: HoldOn
    subject_id: UUID
    basis: str
    since: datetime
    released_at: datetime | None


class NewRequest(Schema):
    """What a resident asks at a desk or at the door, and how it was made sure that it is they."""

    model_config = example(kind="copy", resident_id=FOR_EXAMPLE, identity="in_person")

    kind: RequestKind
    resident_id: UUID
    identity: Identity
    said: Sentence | None = None


class AskOwn(Schema):
    """What a reporter asks by the own link; the link is the proof."""

    model_config = example(kind="delete")

    kind: RequestKind
    said: Sentence | None = None


class Answer(Schema):
    """How the request ends. `correction` goes with a correction that is done, `reason` with every refusal."""

    model_config = example(decision="done", correction={"base_rev": 1, "phone": "16600000001"})

    decision: Decision
    reason: Sentence | None = None
    correction: EditResident | None = None


class RequestFilter(Schema):
    """Open requests, the nearest end first; with `decided` what was answered."""

    decided: bool = False
    cursor: Cursor = None
    limit: Limit = 50


class RequestOut(Schema):
    """One request; what was said is shown to whoever decides."""

    id: UUID
    kind: RequestKind
    subject_kind: Of
    subject_id: UUID
    household_id: UUID | None
    identity: Identity
    received_at: datetime
    due_at: datetime
    overdue: bool
    said: str | None
    decision: Decision | None
    reason: str | None
    decided_at: datetime | None


class CopyOut(Schema):
    """Everything kept on a person, class by class of the inventory, in clear (PIPL 45)."""

    of: Of
    at: datetime
    classes: dict[str, list[dict[str, Any]]]


class ReadFilter(Schema):
    """Readings of personal data, the latest first. `subject` is any id that was read."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    first: datetime = Field(alias="from")
    last: datetime = Field(alias="to")
    account: UUID | None = None
    device: UUID | None = None
    post: UUID | None = None
    subject: UUID | None = None
    what: Annotated[str | None, Field(max_length=40)] = None
    cursor: Cursor = None
    limit: Limit = 50


class ReadOut(Schema):
    """One reading."""

    id: UUID
    at: datetime
    account_id: UUID | None
    post_id: UUID | None
    device_id: UUID | None
    what: str
    fields: list[str]
    purpose: str
    subject_kind: str
    subjects: int


class BreachFilter(Schema):
    """A login, phone or post that may have been abused, and from when to when."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    first: datetime = Field(alias="from")
    last: datetime = Field(alias="to")
    account: UUID | None = None
    device: UUID | None = None
    post: UUID | None = None
    cursor: Cursor = None
    limit: Limit = 200


class SeenOut(Schema):
    """One person's or household's record that was seen: which fields, how often, first and last."""

    subject_kind: str
    subject_id: UUID
    fields: list[str]
    times: int
    first_at: datetime
    last_at: datetime


class ReaderFilter(Schema):
    """Who read these households: one of them, or all of an area."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    first: datetime = Field(alias="from")
    last: datetime = Field(alias="to")
    household: UUID | None = None
    area: Code | None = None


class ReaderOut(Schema):
    """One reader's readings of one kind."""

    account_id: UUID | None
    post_id: UUID | None
    device_id: UUID | None
    what: str
    households: int
    times: int
    first_at: datetime
    last_at: datetime


class AssessedOut(Schema):
    """One line of the impact assessment 个人信息保护影响评估 (PIPL 55-56)."""

    code: str
    zh: str
    en: str
    field_class: FieldClass
    fields: list[str]
    purpose: str
    basis: str
    readers: list[str]
    days: int
    at_end: str
    rows: int
    due: int
    held: int
