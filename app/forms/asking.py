"""Reading the forms out of the contract: nothing is listed twice by hand, so nothing can be forgotten."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.forms.needs import ASKED_BY, NEEDS, OF_OTHERS, Need

CHANGES = ("Edit", "Amend", "Change")


@dataclass(frozen=True)
class Asked:
    """One field of one form."""

    form: str
    route: str
    field: str
    compulsory: bool

    @property
    def need(self) -> Need | None:
        """Why it is compulsory; None for what may be left out, or for a field nobody has justified."""
        return NEEDS.get(f"{self.form}.{self.field}") or NEEDS.get(self.field) if self.compulsory else None


def asked_in(contract: Mapping[str, Any]) -> list[Asked]:
    """Every field of every body the service takes, form by form."""
    found: dict[tuple[str, str, str], Asked] = {}
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}) if isinstance(operation, dict) else {}
            for content in body.get("content", {}).values():
                for one in _fields(contract, content.get("schema", {}), path, f"{method.upper()} {path}"):
                    found.setdefault((one.form, one.field, one.route), one)
    return list(found.values())


def asked_by(form: str, schema: Mapping[str, Any], route: str) -> list[Asked]:
    """The same of one form that is no body of a call: `schema` is its JSON schema with what it refers to."""
    own = {"components": {"schemas": schema.get("$defs", {})}}
    found = {(one.form, one.field): one for one in _fields(own, schema, form, route)}
    return list(found.values())


def _fields(
    contract: Mapping[str, Any], schema: Mapping[str, Any], form: str, route: str, depth: int = 0
) -> Iterator[Asked]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from _fields(contract, contract["components"]["schemas"].get(name, {}), name, route, depth)
        return
    inner = [
        *(part for how in ("allOf", "anyOf", "oneOf") for part in schema.get(how, ())),
        schema.get("items") or {},
    ]
    for part in inner if depth < 6 else ():  # noqa: PLR2004  # deeper than any form
        yield from _fields(contract, part, form, route, depth + 1)
    compulsory = set(schema.get("required", ()))
    for name, part in schema.get("properties", {}).items():
        yield Asked(schema.get("title", form), route, name, name in compulsory)
        yield from _fields(contract, part, form, route, depth + 1)


def unjustified(asked: list[Asked]) -> list[str]:
    """Compulsory fields that name no need."""
    return sorted({f"{one.form}.{one.field}" for one in asked if one.compulsory and one.need is None})


def asked_twice(asked: list[Asked]) -> dict[str, list[str]]:
    """Personal fields that another form asks for anew; forms that only change what is known do not ask."""
    found: dict[str, set[str]] = {name: set() for name in ASKED_BY}
    for one in asked:
        own = one.form in (ASKED_BY.get(one.field), *OF_OTHERS) or one.form.startswith(CHANGES)
        if one.field in ASKED_BY and not own:
            found[one.field].add(one.form)
    return {name: sorted(forms) for name, forms in found.items() if forms}
