"""What is said about areas. Nothing personal stands here: areas are open."""

from datetime import datetime
from typing import Any

from pydantic import Field

from app.core.fields import Schema


class AreaSummary(Schema):
    """One area without its shape."""

    code: str
    level: str
    kind: str
    rural: bool
    name: str
    label: str | None
    parent_code: str | None
    has_boundary: bool


class Kin(Schema):
    """An area whose ground came from, or went to, another, and when."""

    code: str = Field(examples=["530114004001002"])
    name: str = Field(examples=["第二网格"])
    at: datetime


class AreaDetail(AreaSummary):
    """One area with its chain and, when it has one, its boundary version and size in m². `valid_to` is set when it
    has ended; `became` is where its ground went, the area its codes lead to first.
    """

    chain: list[dict[str, str]]
    children: int
    boundary_version: int | None
    boundary_source: str | None
    area_m2: float | None
    codes: list[str]
    party_orgs: list[str]
    valid_to: datetime | None = None
    became: list[Kin] = Field(default_factory=list)
    came_from: list[Kin] = Field(default_factory=list)


class FeatureCollection(Schema):
    """GeoJSON (RFC 7946), WGS84."""

    type: str = "FeatureCollection"
    features: list[dict[str, Any]]
