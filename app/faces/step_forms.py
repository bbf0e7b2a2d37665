"""The forms of all steps, read out of the contract, with a label for every field: a face draws them from here.

Nothing is listed twice: which fields a step has, what they take and which are compulsory is the contract's; only
what a field is called stands in `labels.py`, and a test finds any that is not.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.changes.words import STEP_WORDS as CHANGE_STEPS
from app.clocks.waits import UNDO_SECONDS
from app.dispatch.words import STEP_WORDS as ORDER_STEPS
from app.faces.labels import KINDS, LABELS, LISTS
from app.faces.schemas import FieldOut, StepFormOut
from app.forms.needs import NEEDS
from app.issues.words import STEP_WORDS as ISSUE_STEPS
from app.issues.workflow import TAKEN_BACK_BY
from app.whistles.words import REPORT_IN_STEPS, TASK_STEPS, WHISTLE_STEPS

DECIDED_CHANGES = {step: words for step, words in CHANGE_STEPS.items() if step != "redraft"}  # drawn on a map
SUBJECTS = {
    "issues": ("issue", ISSUE_STEPS),
    "orders": ("order", ORDER_STEPS),
    "whistles": ("whistle", WHISTLE_STEPS),
    "report-ins": ("report_in", REPORT_IN_STEPS),
    "tasks": ("task", TASK_STEPS),
    "area-changes": ("area_change", DECIDED_CHANGES),
    "follow": ("report", ISSUE_STEPS),
}
STEP = re.compile(r"^/api/v1/(?P<subject>[a-z-]+)/\{\w+\}/(?:steps/)?(?P<step>\w+)$")
BESIDE = {  # verbs that are no step of a workflow but are drawn like one
    "/api/v1/whistles/{whistle_id}/surveys": "hold_survey",
    "/api/v1/whistles/{whistle_id}/tasks": "give_task",
}
OWN_WORDS = {"give_task": ("下达任务", "give a task")}
NOT_ASKED = {"expected_version", "catalogue_item"}  # sent by the page, not typed by a person
UNDONE_BY = {("order", "sign"): "unsign", ("report_in", "sign"): "unsign"}
LONG = 100  # characters from which a text wants several lines


def forms_in(contract: Mapping[str, Any]) -> list[StepFormOut]:
    """Every step that takes a body, in the order of the contract."""
    found = []
    for path, methods in contract["paths"].items():
        named = STEP.match(path)
        body = methods.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json")
        if named is None or body is None or named["subject"] not in SUBJECTS:
            continue
        subject, words = SUBJECTS[named["subject"]]
        step = BESIDE.get(path, named["step"])
        known = words.get(step) or OWN_WORDS.get(step)
        if known is None:
            continue
        fields = list(_fields(contract, resolve(contract, body["schema"])))
        undo = TAKEN_BACK_BY.get(step) if subject == "issue" else UNDONE_BY.get((subject, step))
        back = {"undo": undo, "undo_within_s": UNDO_SECONDS if (subject, step) in UNDONE_BY else None}
        found.append(
            StepFormOut(subject=subject, step=step, zh=known[0], en=known[1], route=path, fields=fields, **back)
        )
    return found


def resolve(contract: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself, behind a reference and behind «or null»."""
    if "$ref" in schema:
        inner: Mapping[str, Any] = contract["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return {**inner, **{key: value for key, value in schema.items() if key != "$ref"}}
    for one in schema.get("anyOf", ()):
        if one.get("type") != "null":
            return {**resolve(contract, one), **({"default": schema["default"]} if "default" in schema else {})}
    return schema


def _fields(contract: Mapping[str, Any], form: Mapping[str, Any]) -> Iterator[FieldOut]:
    compulsory = set(form.get("required", ()))
    names = [name for name in form.get("properties", {}) if name not in NOT_ASKED]
    for name in sorted(names, key=lambda one: (one not in compulsory, _rank(one))):
        part = resolve(contract, form["properties"][name])
        own = f"{form.get('title', '')}.{name}"
        zh, en = LABELS.get(own) or LABELS[name]
        need = (NEEDS.get(own) or NEEDS.get(name)) if name in compulsory else None
        yield FieldOut(
            name=name,
            zh=zh,
            en=en,
            kind=KINDS.get(own) or KINDS.get(name) or _kind(part),
            compulsory=name in compulsory,
            words=LISTS.get(own) or LISTS.get(name),
            choices=part.get("enum"),
            most=part.get("maxLength") or part.get("maxItems"),
            least=part.get("minimum"),
            greatest=part.get("maximum"),
            default=part.get("default"),
            need_zh=need.zh if need else None,
            need_en=need.en if need else None,
        )


def _rank(name: str) -> int:
    """Labels stand in the order a person fills them in."""
    order = list(LABELS)
    return order.index(name) if name in LABELS else len(order)


def _kind(part: Mapping[str, Any]) -> str:
    if "enum" in part:
        return "choice"
    plain = {"boolean": "yes_no", "integer": "number", "number": "number"}
    if part.get("type") in plain:
        return plain[part["type"]]
    if part.get("format") in {"date", "date-time"}:
        return "day" if part["format"] == "date" else "moment"
    return "text" if part.get("maxLength", 0) > LONG else "line"
