"""What is said of a sign board. The people on it are staff and volunteers; no household is ever named."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from app.core.fields import Code, Phone, Schema

Size = Literal["A4", "A3"]


class BoardArea(Schema):
    """A link of the chain, from the district down."""

    level: str
    code: str
    name: str


class BoardPoint(Schema):
    """A place inside the area, in WGS84."""

    lon: float
    lat: float


class BoardPerson(Schema):
    """Who serves here; the phone is a work number, given for the sign, or none."""

    role: str
    role_zh: str
    role_en: str
    name: str
    phone: str | None
    deputy: bool


class BoardOut(Schema):
    """One sign as a resident reads it. `phrase` is to be compared with the printed one."""

    area_code: str
    level: str
    name: str
    chain: list[BoardArea]
    point: BoardPoint | None
    map: dict[str, Any] | None
    leader: BoardPerson | None
    people: list[BoardPerson]
    supervision_phone: str | None
    phrase: str
    issued_on: date
    updated_on: date


class BoardLine(Schema):
    """A board of a community: its sign as it would be printed today, and what is still missing on it."""

    sign: str
    url: str
    area_code: str
    level: str
    name: str
    phrase: str
    people: int
    with_phone: int
    has_map: bool


class BoardsFilter(Schema):
    """Of which area: a community, a grid, or one building group."""

    area: Code


class BoardsPrint(BoardsFilter):
    """The same, on which paper."""

    size: Size = "A4"


class BoardSettingIn(Schema):
    """The supervision phone, and the day before which printed signs no longer count (all were hung anew)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"call_number": "0871-67470000", "reissued_on": "2026-12-01"}]}
    )

    call_number: Phone | None = Field(None, max_length=20)
    reissued_on: date | None = None


class BoardSettingOut(Schema):
    """What counts for an area's signs now."""

    area_code: str
    call_number: str | None
    reissued_on: date | None
    updated_at: datetime | None
