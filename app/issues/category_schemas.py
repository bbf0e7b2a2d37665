"""What is said of the tree of matters, and of the guess at where a text belongs."""

from pydantic import Field

from app.core.fields import Schema


class CategoryOut(Schema):
    """A matter of the tree in force. `need`: something is missing, not broken."""

    code: str = Field(examples=["public_toilet"])
    name: str = Field(examples=["公共厕所"])
    name_en: str | None = Field(examples=["public toilet"])
    parent: str | None = Field(examples=["need"])
    need: bool
    building: bool


class SuggestedOut(Schema):
    """A guess, told apart from others of the same name by what stands above it."""

    code: str
    name: str
    name_en: str | None
    under: str | None
    under_en: str | None
    need: bool


class EmergencyOut(Schema):
    """Whom to call first."""

    number: str = Field(examples=["119"])
    zh: str
    en: str


class SuggestOut(Schema):
    """At most five guesses, the best first, and the number to call when life is at stake."""

    candidates: list[SuggestedOut]
    emergency: EmergencyOut | None
