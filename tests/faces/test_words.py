"""Words and step forms: whatever a face may have to show has its words, in both languages."""

import re
from typing import Any

import pytest
from fastapi import FastAPI

from app.dispatch.workflow import ORDER
from app.faces.labels import KINDS, LABELS, LISTS
from app.faces.vocabulary import lists
from app.figures.kinds import Apart, Rate, Supervised
from app.issues.kinds import Outcome
from app.issues.workflow import ISSUE, REPORTER
from app.whistles.workflow import REPORT_IN, TASK, WHISTLE
from tests.conftest import Desk

pytestmark = pytest.mark.anyio
ELSEWHERE = {"issue_category", "whistle_kind"}  # the district's own, served by their features
UNLABELLED_KINDS = {"choice"}


@pytest.fixture
async def forms(public: Desk) -> dict[tuple[str, str], dict[str, Any]]:
    said = (await public.get("/step-forms")).json()["forms"]
    return {(one["subject"], one["step"]): one for one in said}


async def test_every_step_of_staff_has_a_form(forms: dict[tuple[str, str], dict[str, Any]]) -> None:
    for kind, workflow in (("issue", ISSUE), ("order", ORDER), ("report_in", REPORT_IN), ("whistle", WHISTLE)):
        wanted = {one.name for one in workflow.steps if not one.inward and one.by != REPORTER}
        known = {step for subject, step in forms if subject == kind}
        routed = {one for one in wanted if one not in {"raise", "hold_survey"}}
        assert routed <= known | {"whistle", "give_info", "request_review", "rate", "withdraw"}, kind
    assert {step for subject, step in forms if subject == "task"} == {
        one.name for one in TASK.steps if not one.inward and one.name != "give"
    }


async def test_choices_have_words_and_the_page_is_never_told_a_bare_code(
    forms: dict[tuple[str, str], dict[str, Any]],
) -> None:
    known = lists()
    for name, form in forms.items():
        assert form["zh"]
        assert form["en"]
        for field in form["fields"]:
            if field["kind"] in UNLABELLED_KINDS and field["words"] not in ELSEWHERE:
                codes = {word.code for word in known[field["words"]]}
                assert set(field["choices"] or codes) <= codes, (name, field["name"])


async def test_a_compulsory_field_says_why(forms: dict[tuple[str, str], dict[str, Any]]) -> None:
    asked = [field for form in forms.values() for field in form["fields"] if field["compulsory"]]
    assert len(asked) > 80
    assert all(field["need_zh"] and field["need_en"] for field in asked)


async def test_forms_lead_to_routes_that_exist(forms: dict[tuple[str, str], dict[str, Any]], app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    assert all("post" in paths[form["route"]] for form in forms.values())
    dispatch = forms["issue", "dispatch"]
    assert [field["name"] for field in dispatch["fields"]] == ["lead_unit", "reason", "assist_units"]
    assert [field["kind"] for field in dispatch["fields"]] == ["unit", "text", "units"]


def test_nothing_is_labelled_that_no_form_has(whole_app: FastAPI) -> None:
    properties = {
        f"{name}.{field}"
        for name, schema in whole_app.openapi()["components"]["schemas"].items()
        for field in schema.get("properties", {})
    }
    for table in (LABELS, LISTS, KINDS):
        for name in table:
            assert any(re.fullmatch(name if "." in name else rf".*\.{name}", one) for one in properties), name


async def test_words_are_whole(public: Desk) -> None:
    said = (await public.get("/words")).json()["lists"]
    assert {one["code"] for one in said["outcome"]} == {str(one) for one in Outcome}
    assert all(word["zh"] for words in said.values() for word in words)
    for name, codes in {"supervised": Supervised, "rate": Rate, "apart": Apart}.items():
        assert {one["code"] for one in said[name]} == {str(one) for one in codes}
    assert {"issue_state", "order_step", "report_in_state", "visit_result", "clock", "role"} <= set(said)
