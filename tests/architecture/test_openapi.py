"""The contract: what the TypeScript client is generated from may only change on purpose.

Refresh the snapshot with: WANGGE_REFRESH=1 python -m pytest tests/architecture/test_openapi.py
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from app.issues.workflow import ISSUE, REPORTER

SNAPSHOT = Path(__file__).with_name("openapi.json")
WITHOUT_EXAMPLE = {"SwitchPost", "PlainStep"}  # an id, and nothing at all


def operations(contract: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def body_of(operation: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["schema"]
    return content


def whole_of(contract: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    named = schema.get("$ref", "").rpartition("/")[2]
    whole: dict[str, Any] = contract["components"]["schemas"][named] if named else schema
    return whole


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (value for key, value in part.items() if key == "$ref")
        part = list(part.values())
    if isinstance(part, list):
        for below in part:
            yield from references(below)


def test_the_contract_is_the_one_in_the_repository(whole_app: FastAPI) -> None:
    now = json.dumps(whole_app.openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("WANGGE_REFRESH"):
        SNAPSHOT.write_text(now, "utf-8")
    kept = SNAPSHOT.read_text("utf-8")
    known = set(kept.splitlines())
    changed = [line for line in now.splitlines() if line not in known]
    assert kept == now, f"the contract changed (WANGGE_REFRESH=1 keeps it): {changed[:20]}"


def test_each_step_has_an_input_of_its_own(whole_app: FastAPI) -> None:
    contract = whole_app.openapi()
    steps = [step.name for step in ISSUE.steps if not step.inward and step.by != REPORTER]
    schemas = [
        body_of(contract["paths"][f"/api/v1/issues/{{issue_id}}/steps/{name}"]["post"])["$ref"] for name in steps
    ]
    assert len(schemas) == len(steps) > 50
    for name, schema in zip(steps, schemas, strict=True):
        assert schema.endswith("Step"), name
    own = {"accept": "PlainStep", "answer": "AnswerStep", "hold_open": "HoldOpenStep", "merge": "MergeStep"}
    assert {
        name: schema.rpartition("/")[2] for name, schema in zip(steps, schemas, strict=True) if name in own
    } == own


def test_unknown_fields_are_refused_by_every_input(whole_app: FastAPI) -> None:
    contract = whole_app.openapi()
    for name, operation in operations(contract):
        if "application/json" in operation.get("requestBody", {}).get("content", {}):
            assert whole_of(contract, body_of(operation))["additionalProperties"] is False, name


def test_every_reference_of_the_contract_leads_somewhere(whole_app: FastAPI) -> None:
    contract = whole_app.openapi()
    found = set(references(contract))
    assert len(found) > 20
    assert found <= {f"#/components/schemas/{name}" for name in contract["components"]["schemas"]}


def test_main_bodies_carry_examples(whole_app: FastAPI) -> None:
    contract = whole_app.openapi()
    for name, operation in operations(contract):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content and "example" not in content:
            whole = whole_of(contract, body_of(operation))
            assert whole["title"] in WITHOUT_EXAMPLE or "example" in str(whole), name


def test_every_operation_is_described_and_named_once(whole_app: FastAPI) -> None:
    said = list(operations(whole_app.openapi()))
    assert all(operation.get("description") for _, operation in said)
    ids = [operation["operationId"] for _, operation in said]
    assert len(set(ids)) == len(ids)
