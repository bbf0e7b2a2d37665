"""What anybody who fills in a form may know about it."""

from app.core.fields import Schema


class FieldOut(Schema):
    """One field; a compulsory one says why, and by which rule."""

    name: str
    compulsory: bool
    need_zh: str | None = None
    need_en: str | None = None
    source: str | None = None


class FormOut(Schema):
    """One form and the calls that take it."""

    form: str
    routes: list[str]
    fields: list[FieldOut]


class FormsOut(Schema):
    """Every form of the service, and what would be asked twice (nothing, as long as the tests pass)."""

    forms: list[FormOut]
    asked_twice: dict[str, list[str]]
