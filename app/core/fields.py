"""One vocabulary: annotated types that tables and schemas share, so that a length is written once (STYLE 3.10)."""

import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError
from sqlalchemy import String
from sqlalchemy.orm import mapped_column

ALLOWED_CONTROLS = "\n\t"


def clean_text(text: str) -> str:
    """NFC, line ends folded, outer space gone; raises ValueError for control, surrogate and blank text."""
    folded = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    for char in folded:
        kind = unicodedata.category(char)
        if kind in ("Cc", "Cs") and char not in ALLOWED_CONTROLS:
            raise ValueError("control_character")
    if not any(unicodedata.category(char)[0] not in "ZC" for char in folded):
        raise ValueError("blank")
    return folded


def _only_text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("not_text")  # noqa: TRY004  # Pydantic turns ValueError into a field problem
    return value


def _still_fits(most: int) -> AfterValidator:
    """NFC can lengthen a text: the column's length is kept after it, not only before."""

    def check(text: str) -> str:
        if len(text) > most:
            raise PydanticCustomError("string_too_long", "longer than {max_length}", {"max_length": most})
        return text

    return AfterValidator(check)


def _cleaned(most: int) -> tuple[Any, ...]:
    sizes = StringConstraints(min_length=1, max_length=most)
    return sizes, BeforeValidator(_only_text), AfterValidator(clean_text), _still_fits(most)


Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,32}$"), mapped_column(String(32))]
DistrictCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$"), mapped_column(String(6))]
Name = Annotated[str, *_cleaned(60), mapped_column(String(60))]
Words = Annotated[str, *_cleaned(4000)]
Sentence = Annotated[str, *_cleaned(400)]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9-]{4,19}$", strip_whitespace=True)]
Username = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{2,40}$"), mapped_column(String(40))]


class Schema(BaseModel):
    """What is said to or by the API: unknown fields are refused (ASVS 15.3.3), rows may be read."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, allow_inf_nan=False)
