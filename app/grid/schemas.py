"""What is said about areas. Nothing personal stands here: areas are open."""

from typing import Any

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


class AreaDetail(AreaSummary):
    """One area with its chain and, when it has one, its boundary version and size in m²."""

    chain: list[dict[str, str]]
    children: int
    boundary_version: int | None
    boundary_source: str | None
    area_m2: float | None
    codes: list[str]
    party_orgs: list[str]


class FeatureCollection(Schema):
    """GeoJSON (RFC 7946), WGS84."""

    type: str = "FeatureCollection"
    features: list[dict[str, Any]]
