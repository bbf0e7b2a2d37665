"""The manifest: what a phone has to know before it can be filled in without a signal (SYNC 3c).

Forms with the need of each field, closed lists with their words, limits; each part under an ETag of its content
and the whole under one over theirs, so that an unchanged phone is answered without bytes. Map packs and the page's
own build are not here yet: nothing serves them.
"""

import hashlib
import json
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select

from app.core.work import Work
from app.forms.asking import Asked, asked_by
from app.households import care
from app.households.schemas import EditHousehold, EditResident
from app.households.words import KIND_WORDS as HOUSEHOLD_KINDS
from app.households.words import RELATION_WORDS, USE_WORDS
from app.issues.models import Category
from app.issues.suggesting import english_name
from app.issues.words import STATE_WORDS as ISSUE_STATES
from app.issues.words import STEP_WORDS, TYPE_WORDS, URGENCY_WORDS
from app.sync.kinds import SCHEMAS, OpType
from app.sync.schemas import FieldAsked, FormAsked, ManifestOut, PolicyOut, Word
from app.sync.verbs import VERBS
from app.sync.words import STATUS_WORDS
from app.visits import words as of_visits

SHORT = 32  # hexadecimal digits of a digest: what an ETag needs to be strong
LISTS: Mapping[str, Mapping[Any, tuple[str, str]]] = {
    "visit_kind": of_visits.KIND_WORDS,
    "visit_result": of_visits.RESULT_WORDS,
    "visit_way": of_visits.WAY_WORDS,
    "visit_advice": of_visits.ADVICE_WORDS,
    "task_state": of_visits.STATE_WORDS,
    "plan_period": of_visits.PERIOD_WORDS,
    "patrol_finding": of_visits.FINDING_WORDS,
    "household_kind": HOUSEHOLD_KINDS,
    "relation": RELATION_WORDS,
    "dwelling_use": USE_WORDS,
    "issue_type": TYPE_WORDS,
    "issue_urgency": URGENCY_WORDS,
    "issue_state": ISSUE_STATES,
    "issue_step": STEP_WORDS,
    "op_status": STATUS_WORDS,
}


EDITED: Mapping[OpType, type[BaseModel]] = {
    OpType.HOUSEHOLD_EDIT: EditHousehold,
    OpType.RESIDENT_EDIT: EditResident,
}


class Part(StrEnum):
    """What may be asked for alone."""

    FORMS = "forms"
    DICTIONARIES = "dictionaries"
    POLICY = "policy"


async def manifest(work: Work, part: Part | None = None) -> tuple[ManifestOut, str]:
    """The manifest, or one part of it, and its ETag."""
    said: dict[str, Any] = {
        Part.FORMS: list(forms()), Part.DICTIONARIES: await dictionaries(work), Part.POLICY: PolicyOut(),
    }  # fmt: skip
    versions = {"schema_min": SCHEMAS.start, "schema_max": SCHEMAS.stop - 1}
    whole = ManifestOut(**versions, etags={}, **said)
    plain = whole.model_dump(mode="json")
    whole.etags = {str(one): _etag(plain[one]) for one in Part}
    if part is None:
        return whole, _etag([versions, whole.etags])
    alone = {str(one): None for one in Part if one != part}
    return whole.model_copy(update=alone), whole.etags[part]


def _etag(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:SHORT]}"'


def is_held(said: str | None, etag: str) -> bool:
    """Whether `If-None-Match` names what would be sent; a proxy may have weakened it."""
    held = [one.strip().removeprefix("W/") for one in (said or "").split(",")]
    return etag in held or held == ["*"]


@cache
def forms() -> tuple[FormAsked, ...]:
    """The payload of each operation: no call of its own has it as a body, so the contract does not show it."""
    return tuple(
        FormAsked(
            type=type_, version=f"{type_}@{SCHEMAS.stop - 1}", fields=[_field(one) for one in asked_of(type_)]
        )
        for type_ in VERBS
    )


def asked_of(type_: OpType) -> list[Asked]:
    """Every field of an operation's payload; of an edit also what may be edited (the envelope has its version)."""
    named = [VERBS[type_].form, *([EDITED[type_]] if type_ in EDITED else ())]
    asked = [one for form in named for one in asked_by(form.__name__, form.model_json_schema(), str(type_))]
    return [one for one in asked if type_ not in EDITED or one.field != "base_rev"]


def _field(one: Asked) -> FieldAsked:
    need = one.need
    why = {} if need is None else {"need_zh": need.zh, "need_en": need.en, "source": need.source}
    return FieldAsked(form=one.form, name=one.field, compulsory=one.compulsory, **why)


async def dictionaries(work: Work) -> dict[str, list[Word]]:
    """The closed lists: those of the service, and the district's own care needs and categories in force."""
    found = {
        name: [Word(code=str(code), zh=zh, en=en) for code, (zh, en) in words.items()]
        for name, words in LISTS.items()
    }
    found["care_kind"] = [Word(code=one.code, zh=one.name) for one in await care.kinds(work)]
    columns = (Category.code, Category.name, Category.parent_code)
    query = select(*columns).where(Category.retired_at.is_(None)).order_by(Category.code, Category.version)
    rows = {row.code: row for row in await work.session.execute(query)}  # the latest version of each
    found["issue_category"] = [
        Word(code=row.code, zh=row.name, en=english_name(row.code), under=row.parent_code) for row in rows.values()
    ]
    return found
