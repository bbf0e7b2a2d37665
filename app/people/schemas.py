"""What is said about people: credentials in, the active post and the choice of posts out."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.core.fields import DistrictCode, Schema, Username
from app.people.capabilities import Capability


class Login(Schema):
    """A name and a password; district and post may be left out when there is only one choice."""

    username: Username = Field(examples=["wangfang"])
    password: str = Field(min_length=1, max_length=256, examples=["wangge-demo-2026"])
    district: DistrictCode | None = Field(None, examples=["530114"])
    post: UUID | None = None


class SwitchPost(Schema):
    """The post to act in from now on."""

    post: UUID


class PostOut(Schema):
    """A post one may act in; `deputy` when it is another person's, who is away."""

    id: UUID
    role: str
    rank: str
    area_code: str | None
    area_name: str | None
    unit_code: str | None
    unit_name: str | None
    deputy: bool


class Me(Schema):
    """Who is signed in, in which district, in which post, what it may do, and which other posts there are."""

    account_id: UUID
    username: str
    display_name: str
    district: str
    post: PostOut
    posts: list[PostOut]
    capabilities: list[Capability]


class Session(Schema):
    """A fresh token. It begins with the district's digits and is shown once."""

    token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # a word of RFC 6750
    expires_at: datetime
    me: Me
