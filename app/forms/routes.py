"""Why each field is asked: shown to everybody who signs in, read out of the contract itself."""

from fastapi import APIRouter, Request

from app.forms.asking import asked_in, asked_twice
from app.forms.schemas import FieldOut, FormOut, FormsOut
from app.people.capabilities import Capability
from app.people.login import needs

router = APIRouter(tags=["forms"])


@router.get("/forms", dependencies=[needs(Capability.BE_SIGNED_IN)])
async def forms(request: Request) -> FormsOut:
    """Every form with its fields; a compulsory one names its need and the source of it."""
    asked = asked_in(request.app.openapi())
    found: dict[str, FormOut] = {}
    for one in asked:
        form = found.setdefault(one.form, FormOut(form=one.form, routes=[], fields=[]))
        if one.route not in form.routes:
            form.routes.append(one.route)
        if all(field.name != one.field for field in form.fields):
            need = one.need
            said = {} if need is None else {"need_zh": need.zh, "need_en": need.en, "source": need.source}
            form.fields.append(FieldOut(name=one.field, compulsory=one.compulsory, **said))
    return FormsOut(forms=sorted(found.values(), key=lambda form: form.form), asked_twice=asked_twice(asked))
