"""What is said about doors, households and residents. People are shown masked; clear text has its own call."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from app.core.fields import Code, Name, Phone, Schema, Sentence
from app.core.paging import Limit
from app.grid.models import DwellingUse
from app.households.kinds import HouseholdKind, Relation, ReviewDecision

DoorPart = Annotated[str, StringConstraints(max_length=30, strip_whitespace=True, pattern=r"^[^\x00-\x1f]*$")]
IdNumber = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9A-Za-z]{6,20}$", strip_whitespace=True),
    AfterValidator(lambda said: said.upper()),
]
Cursor = Annotated[str | None, Field(max_length=200)]
SomeResidents = Annotated[list[UUID], Field(min_length=1, max_length=50)]


def example(**said: Any) -> ConfigDict:
    """A body shown in the contract."""
    return ConfigDict(json_schema_extra={"example": said})


class NewDwelling(Schema):
    """A door on a leaf of the ground; `anyway` makes it although one of the same key is there."""

    model_config = example(area_code="530114004005001001", building="3栋", entrance="2单元", room="501")

    area_code: Code
    building: DoorPart = ""
    entrance: DoorPart = ""
    room: DoorPart = ""
    use: DwellingUse = DwellingUse.HOME
    estate_id: UUID | None = None
    anyway: bool = False


class ChangeUse(Schema):
    """What a door is used for from now on."""

    model_config = example(use="empty")

    use: DwellingUse


class DwellingFilter(Schema):
    """Doors of a ground, in their order; `door` finds one in whatever spelling."""

    area: Code | None = None
    building: DoorPart | None = None
    door: Annotated[str | None, Field(max_length=60)] = None
    use: DwellingUse | None = None
    cursor: Cursor = None
    limit: Limit = 50


class DwellingOut(Schema):
    """A door, and how many households live behind it now."""

    id: UUID
    area_code: str
    building: str
    entrance: str
    room: str
    use: DwellingUse
    estate_id: UUID | None
    households: int


class BuildingOut(Schema):
    """One building of a ground with its doors counted."""

    area_code: str
    building: str
    dwellings: int
    empty: int


class NewResident(Schema):
    """A member of a household: as little as the work needs."""

    model_config = example(name="李某某", relation="head", phone="16600000000")

    name: Name
    relation: Relation = Relation.OTHER
    phone: Phone | None = None
    id_number: IdNumber | None = None


class EditResident(Schema):
    """Fields that changed since version `base_rev`; a phone or number given as null is taken away."""

    model_config = example(base_rev=1, phone="16600000001")

    base_rev: Annotated[int, Field(ge=0)]
    name: Name | None = None
    phone: Phone | None = None
    id_number: IdNumber | None = None
    relation: Relation | None = None


class NewHousehold(Schema):
    """People who now keep a home behind a door."""

    model_config = example(
        dwelling_id="019a9f2c-0000-7000-8000-000000000001",
        kind="tenant",
        residents=[{"name": "李某某", "relation": "head"}],
    )

    dwelling_id: UUID
    kind: HouseholdKind = HouseholdKind.PERMANENT
    note: Sentence | None = None
    residents: Annotated[list[NewResident], Field(max_length=50)] = Field(default_factory=list)


class EditHousehold(Schema):
    """Fields that changed since version `base_rev`; a note given as null is taken away."""

    model_config = example(base_rev=1, kind="tenant")

    base_rev: Annotated[int, Field(ge=0)]
    kind: HouseholdKind | None = None
    note: Sentence | None = None


class EndHousehold(Schema):
    """They have moved out; with `empty` nobody lives behind the door now."""

    model_config = example(empty=True)

    empty: bool = False


class MoveHousehold(Schema):
    """To another door."""

    model_config = example(dwelling_id="019a9f2c-0000-7000-8000-000000000002")

    dwelling_id: UUID


class MergeHousehold(Schema):
    """Two records of one household: this one goes on under the other's id."""

    model_config = example(into="019a9f2c-0000-7000-8000-000000000003")

    into: UUID


class SplitHousehold(Schema):
    """These residents keep a home of their own from now on, behind the same door unless another is named."""

    model_config = example(residents=["019a9f2c-0000-7000-8000-000000000004"], kind="tenant")

    residents: SomeResidents
    kind: HouseholdKind = HouseholdKind.PERMANENT
    dwelling_id: UUID | None = None


class NewCareNeed(Schema):
    """A kind from the closed list, of the household or of one resident, with their consent (PIPL 29)."""

    model_config = example(kind="living_alone", consent=True)

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
    resident_id: UUID | None = None
    consent: bool


class Purpose(Schema):
    """Why it is looked at; kept with the reader's post."""

    model_config = example(purpose="安排探访")

    purpose: Sentence


class DecideReview(Schema):
    """Take the offered value, or keep the stored one."""

    model_config = example(decision="kept")

    decision: ReviewDecision


class HouseholdFilter(Schema):
    """Households on the own ground; `q` is a door, a phone's tail, initials or part of a name."""

    area: Code | None = None
    dwelling: UUID | None = None
    kind: HouseholdKind | None = None
    q: Annotated[str | None, Field(min_length=1, max_length=60)] = None
    ended: bool = False
    cursor: Cursor = None
    limit: Limit = 50


class ReviewFilter(Schema):
    """What waits for a decision, oldest first; with `decided` what has had one."""

    household: UUID | None = None
    decided: bool = False
    cursor: Cursor = None
    limit: Limit = 50


class DoorOut(Schema):
    """Where a household lives."""

    id: UUID
    building: str
    entrance: str
    room: str
    use: DwellingUse
    area_code: str


class HouseholdLine(Schema):
    """One household in a list: its door, its head masked, how many live there."""

    id: UUID
    dwelling: DoorOut
    kind: HouseholdKind
    head: str | None
    phone: str | None
    residents: int
    rev: int
    since: datetime
    until: datetime | None


class ResidentOut(Schema):
    """One resident, masked."""

    id: UUID
    relation: Relation
    name: str
    phone: str | None
    id_number: str | None
    rev: int
    since: datetime


class HouseholdOut(HouseholdLine):
    """One household in full; `id` is the living one's, whatever alias was asked for."""

    note: str | None
    aliases: list[UUID]
    members: list[ResidentOut]
    reviews: int


class EditedOut(Schema):
    """What became of an edit: fields written, fields that wait for a decision, fields outdated."""

    household: HouseholdOut
    written: list[str]
    conflicts: list[str]
    passed_over: list[str]


class ClearOut(Schema):
    """A resident in clear, once, for the purpose given."""

    name: str | None
    phone: str | None
    id_number: str | None


class CareNeedOut(Schema):
    """One care need, running or past."""

    id: UUID
    kind: str
    name: str
    resident_id: UUID | None
    consent: bool
    since: datetime
    until: datetime | None


class CareKindOut(Schema):
    """One kind of the closed list."""

    code: str
    name: str
    aim: str
    basis: str


class ReviewOut(Schema):
    """A card: two versions of a field, masked, or something else a person must look at."""

    id: UUID
    household_id: UUID | None
    reason: str
    entity: str
    entity_id: UUID
    field: str | None
    stored: str | None
    offered: str | None
    opened_at: datetime
    decision: str | None
    decided_at: datetime | None


class ImportedOut(Schema):
    """How many rows an import wrote, found as they were, and would refuse."""

    rows: int
    dwellings: int
    households: int
    residents: int
    changed: int
    unchanged: int
    faults: int
    errors: list[dict[str, str | int]]
