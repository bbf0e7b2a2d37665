"""What the resident's face is told before it is filled in: limits, words and forms, from where they are kept."""

from collections.abc import Mapping
from typing import Any

from app.faces.schemas import ResidentFaceOut, WordOut
from app.faces.step_forms import forms_in, resolve
from app.faces.vocabulary import lists
from app.issues.suggesting import NUMBERS
from app.sync.schemas import PolicyOut

FIRST_PHOTOS = 6  # one near, one wide, some more (UX 1b); what the service takes beyond is left for later
SUGGEST = "/api/v1/categories/suggest"


def told(contract: Mapping[str, Any], districts: Mapping[str, str]) -> ResidentFaceOut:
    """Everything at once: a phone keeps it, so that a report can be written without a line."""
    words, phone = lists(), PolicyOut()
    return ResidentFaceOut(
        districts=[WordOut(code=code, zh=name) for code, name in districts.items()],
        most=_most(contract),
        photos_most=FIRST_PHOTOS,
        photo_side=phone.photo_side,
        photo_bytes=phone.photo_target_bytes,
        emergency_numbers=list(NUMBERS),
        verdicts=words["verdict"],
        levels=words["satisfaction"],
        steps=[form for form in forms_in(contract) if form.subject == "report"],
    )


def _most(contract: Mapping[str, Any]) -> dict[str, int]:
    """Characters by field, as the contract has them; a field within a field with a dot."""
    form = contract["components"]["schemas"]["RaiseIssue"]["properties"]
    found: dict[str, int] = {}
    for name in form:
        part = resolve(contract, form[name])
        inner = {f"{name}.{one}": resolve(contract, below) for one, below in part.get("properties", {}).items()}
        found |= {key: one["maxLength"] for key, one in {name: part, **inner}.items() if "maxLength" in one}
    asked = contract["paths"][SUGGEST]["get"]["parameters"]
    return found | {"guess": next(one["schema"]["maxLength"] for one in asked if one["name"] == "text")}
