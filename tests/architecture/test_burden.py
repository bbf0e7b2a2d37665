"""What this system refuses to be (DESIGN 7, DOMAIN R6.6, R6.7), held by a look at all of it."""

import re
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app import tables
from app.forms.asking import asked_in, asked_twice, unjustified
from app.people.capabilities import Capability
from app.sync.briefing import asked_of
from app.sync.verbs import VERBS
from tests.conftest import Desk, Sit
from tests.journeys.people import WORKER

pytestmark = pytest.mark.anyio

# Check-in, ranking and points of workers, streaks, online time, tracks, use of the app as a measure of people.
# `rank` alone is a post's A or B (AB角), not a place in a list.
WORDS = (
    "check_?in", "clock_?in", "punch", "attendance", "rank(?!$)", "leader_?board", "points?_of", "score_of_worker",
    "streak", "online_(minutes|time|hours|seconds)", "session_(minutes|seconds|length)", "duration", "dwell_time",
    "steps_walked", "mileage", "track", "trace", "trajectory", "breadcrumb", "mock", "install_rate", "login_count",
    "daily_active", "quota", "badge", "medal", "petition", "religio", "ethnic", "key_person", "black_?list",
    "red_?list",
)  # fmt: skip
FORBIDDEN = re.compile("|".join(WORDS))


def names_of(contract: dict[str, Any]) -> set[str]:
    found: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            found.update(node.get("properties", {}))
            for part in node.values():
                walk(part)
        elif isinstance(node, list):
            for part in node:
                walk(part)

    walk(contract["components"]["schemas"])
    for operations in contract["paths"].values():
        for operation in operations.values():
            found.update(one["name"] for one in operation.get("parameters", ()))
    return found


def test_no_table_column_route_or_field_measures_a_worker(whole_app: FastAPI) -> None:
    columns = {
        f"{table.name}.{column.name}" for table in tables.metadata.sorted_tables for column in table.columns
    }
    routes = {str(getattr(route, "path", "")) for route in iter_route_contexts(whole_app.routes)}
    rights = {str(one) for one in Capability}
    said = columns | routes | rights | names_of(whole_app.openapi())
    assert len(said) > 500
    assert sorted(name for name in said if FORBIDDEN.search(name.lower().partition(".")[2] or name.lower())) == []


def test_the_guard_would_see_what_it_forbids() -> None:
    planted = ("visit.track", "post.streak", "/workers/ranking", "online_minutes", "device.mock", "login_count")
    for name in planted:
        assert FORBIDDEN.search(name.partition(".")[2] or name), name
    assert not FORBIDDEN.search("rank")


def test_no_figure_is_grouped_by_a_person(whole_app: FastAPI) -> None:
    contract = whole_app.openapi()
    figures = {path: ops for path, ops in contract["paths"].items() if "figures" in path or "coverage" in path}
    assert figures
    asked = {one["name"] for ops in figures.values() for op in ops.values() for one in op.get("parameters", ())}
    assert not asked & {"post_id", "account_id", "worker", "worker_id", "by_post", "by_worker"}


def test_position_photo_and_duration_are_never_compulsory(whole_app: FastAPI) -> None:
    of_visits = [one for one in asked_in(whole_app.openapi()) if one.form in ("NewVisit", "NewPatrol", "OpIn")]
    assert of_visits
    forced = {one.field for one in of_visits if one.compulsory}
    assert not forced & {"point", "geo", "photos", "duration", "started_at", "ended_at", "accuracy_m"}


def test_every_compulsory_field_names_its_need_and_its_source(whole_app: FastAPI) -> None:
    asked = asked_in(whole_app.openapi())
    assert len([one for one in asked if one.compulsory]) > 80
    assert {"Split", "Merge", "Rename"} <= {one.form for one in asked}, "forms told apart by their kind are forms"
    assert unjustified(asked) == []
    assert all(one.need.source for one in asked if one.need is not None)


def test_what_a_phone_asks_is_justified_as_well() -> None:
    """Payloads of operations are no bodies of calls: the contract does not show them, the manifest does."""
    asked = [one for type_ in VERBS for one in asked_of(type_)]
    assert unjustified(asked) == []
    assert all(one.need.source for one in asked if one.need is not None)
    forced = {one.field for one in asked if one.compulsory}
    assert forced >= {"result", "findings", "dwelling_id"}
    assert not forced & {"geo", "photos", "media", "duration", "accuracy_m", "phone", "id_number"}


def test_nothing_personal_is_asked_twice(whole_app: FastAPI) -> None:
    assert asked_twice(asked_in(whole_app.openapi())) == {}


async def test_whoever_fills_in_a_form_may_know_why(sit: Sit, public: Desk) -> None:
    desk = await sit(*WORKER)
    answer = await desk.get("/forms")
    assert answer.status_code == 200
    (visit,) = [form for form in answer.json()["forms"] if form["form"] == "NewVisit"]
    compulsory = {field["name"]: field["source"] for field in visit["fields"] if field["compulsory"]}
    assert set(compulsory) == {"result"}
    assert all(compulsory.values())
    assert (await public.get("/forms")).status_code == 401
