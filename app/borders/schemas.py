"""What is said about agreements, dedicated grids and estates. No person stands in any of it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.core.fields import Code, Name, Schema, Sentence
from app.issues.schemas import CategoryCode, Moment, example

RIVER = {"type": "LineString", "coordinates": [[102.85, 24.801], [102.85, 24.899]]}


class NewAgreement(Schema):
    """One side's proposal: who leads where, on what basis, from when to when."""

    model_config = example(
        lead_code="530114004001", other_code="530114004002", geometry=RIVER, buffer_m=30,
        basis="河道管理联席会议纪要〔2026〕3号",
    )  # fmt: skip

    lead_code: Code
    other_code: Code
    geometry: dict[str, Any] = Field(
        description="GeoJSON LineString, MultiLineString, Polygon or MultiPolygon, WGS84"
    )
    buffer_m: Annotated[float, Field(gt=0, le=500)] | None = Field(None, description="of a line, on both sides")
    basis: Sentence
    valid_from: Moment | None = Field(None, description="now when not given; never before both sides agree")
    valid_to: Moment | None = None


class EndAgreement(Schema):
    """When it ends, and why."""

    model_config = example(reason="河道已划归一侧管理")

    reason: Sentence
    at: Moment | None = Field(None, description="now when not given; never earlier")


class SideOut(Schema):
    """One of the two neighbours, and whether it has agreed."""

    code: str
    name: str
    level: str
    agreed_at: datetime | None


class AgreementOut(Schema):
    """An agreement as both sides see it, with what the active post may do now."""

    id: UUID
    state: str
    state_zh: str
    state_en: str
    lead: SideOut
    other: SideOut
    basis: str
    geometry: dict[str, Any]
    buffer_m: float | None
    valid_from: datetime | None
    valid_to: datetime | None
    in_force: bool
    proposed_at: datetime
    agreed_at: datetime | None
    ended_why: str | None
    allowed: list[str]


class MindedIn(Schema):
    """The categories a dedicated grid owns; every other stays with the general grid below it."""

    model_config = example(categories=["e0102", "e0103"])

    categories: Annotated[list[CategoryCode], Field(max_length=500)]


class MindedOut(MindedIn):
    """The same, of which grid."""

    area_code: str
    name: str


class EstateNames(Schema):
    """By what other names and address an estate is found."""

    model_config = example(aliases=["老机械厂宿舍"], address="学海路12号")

    aliases: list[Name] = Field(default_factory=list, max_length=20)
    address: Sentence | None = None


class EstateOut(EstateNames):
    """An estate with its names."""

    id: UUID
    name: str
    street_code: str | None
