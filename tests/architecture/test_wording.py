"""Identifiers are English; what a person reads is there in both languages."""

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import app
from app.changes import faults
from app.changes import words as change_words
from app.changes.kinds import AreaChangeKind, ChangeState
from app.changes.workflow import CHANGE
from app.core.errors import Conflict, Gone, Invalid, Problem, TooLarge, TooMany, Unauthenticated
from app.core.http import REASONS
from app.dispatch import words as order_words
from app.dispatch.kinds import OrderState
from app.dispatch.workflow import ORDER
from app.issues import explaining
from app.issues.kinds import State
from app.issues.words import STATE_WORDS, STEP_WORDS
from app.issues.workflow import ISSUE
from app.people.models import Role
from app.whistles import words as whistle_words
from app.whistles.kinds import ReportInState, TaskState, WhistleState
from app.whistles.workflow import REPORT_IN, TASK, WHISTLE

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u3400-\u9fff]")
FAMILIES = {Invalid, Unauthenticated, Conflict, Gone, TooLarge, TooMany}  # raised only through their members


def every_module() -> list[str]:
    found = pkgutil.walk_packages(app.__path__, "app.")
    return [module.name for module in found if not module.name.startswith("app.cli")]


def problems() -> list[type[Problem]]:
    for name in every_module():
        importlib.import_module(name)
    found, waiting = [], [Problem]
    while waiting:
        cls = waiting.pop()
        waiting += cls.__subclasses__()
        if cls is not Problem and cls.__module__.startswith("app.") and not cls.__name__.startswith("_"):
            found.append(cls)
    return found


def identifiers(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        for attribute in ("id", "name", "attr", "arg", "asname"):
            name = getattr(node, attribute, None)
            if isinstance(name, str):
                names.append(name)
    return names


def test_no_identifier_and_no_file_name_is_chinese() -> None:
    paths = [
        p for folder in ("app", "tests", "scripts", "bench", "migrations") for p in (ROOT / folder).rglob("*.py")
    ]
    found = {f"{path}: {name}" for path in paths for name in identifiers(path) if not name.isascii()}
    found |= {str(path) for path in paths if not path.name.isascii()}
    assert found == set()


def fields(words: str) -> set[str]:
    """What a message fills in; a word may stand in each language as `name_zh` and `name_en`."""
    return {name.removesuffix("_zh").removesuffix("_en") for name in re.findall(r"{(\w+)}", words)}


def test_every_problem_has_a_code_of_its_own_and_both_languages() -> None:
    seen: dict[str, type[Problem]] = {}
    members = [cls for cls in problems() if cls not in FAMILIES]
    assert len(members) > 40
    for cls in members:
        assert "code" in cls.__dict__, f"{cls.__name__} has no code of its own"
        assert cls.code not in seen, f"{cls.__name__} and {seen[cls.code].__name__} share {cls.code}"
        seen[cls.code] = cls
        assert re.fullmatch(r"[a-z][a-z0-9_]+", cls.code)
        assert CHINESE.search(cls.zh), cls
        assert cls.en.isascii() or not CHINESE.search(cls.en), cls
        assert cls.en != Problem.en, f"{cls.__name__} says nothing"
        assert fields(cls.en) == fields(cls.zh), cls


def test_the_families_are_never_raised_themselves() -> None:
    names = {cls.__name__ for cls in FAMILIES} | {"Problem"}
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Raise) and node.exc is not None:
                raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                assert getattr(raised, "id", "") not in names, f"{path}:{node.lineno}"


def test_reasons_of_fields_are_said_in_both_languages() -> None:
    for zh, en in REASONS.values():
        assert CHINESE.search(zh) or "JSON" in zh
        assert not CHINESE.search(en)


def test_every_role_state_step_and_reason_has_its_words() -> None:
    words = [explaining.ROLE_WORDS, explaining.WHY_WORDS, STATE_WORDS, STEP_WORDS]
    words += [order_words.STATE_WORDS, order_words.STEP_WORDS, order_words.LEVEL_WORDS, order_words.WHY_WORDS]
    for table in words:
        for zh, en in table.values():
            assert CHINESE.search(zh)
            assert not CHINESE.search(en)
    assert set(explaining.ROLE_WORDS) == set(Role) | {"desk"}
    assert set(STATE_WORDS) == set(State)
    assert set(STEP_WORDS) == {step.name for step in ISSUE.steps} | {"raise"}
    assert set(order_words.STATE_WORDS) == set(OrderState)
    assert set(order_words.STEP_WORDS) == {step.name for step in ORDER.steps} | {"issue"}
    told = ("routing", "placing", "deadlines")
    source = "".join((ROOT / f"app/issues/{name}.py").read_text("utf-8") for name in told)
    for why in explaining.WHY_WORDS:
        assert f'"{why}"' in source, f"{why} has words and is never said"
    assert set(re.findall(r'"why": "(\w+)"', source)) <= set(explaining.WHY_WORDS)


def test_every_kind_state_step_and_fault_of_a_change_has_its_words() -> None:
    assert set(change_words.STEP_WORDS) == {step.name for step in CHANGE.steps} | {CHANGE.enters}
    assert set(change_words.STATE_WORDS) == set(ChangeState)
    assert set(change_words.KIND_WORDS) == set(AreaChangeKind)
    assert set(faults.WORDS) == set(faults.Code)
    tables = (change_words.STEP_WORDS, change_words.STATE_WORDS, change_words.KIND_WORDS, faults.WORDS)
    for table in tables:
        for zh, en in table.values():
            assert CHINESE.search(zh)
            assert not CHINESE.search(en)


def test_every_state_and_step_of_a_whistle_has_its_words() -> None:
    steps = {"request": WHISTLE, "notify": REPORT_IN, "give": TASK}
    tables = (whistle_words.WHISTLE_STEPS, whistle_words.REPORT_IN_STEPS, whistle_words.TASK_STEPS)
    for (first, workflow), table in zip(steps.items(), tables, strict=True):
        begins = {first, "blow"} if workflow is WHISTLE else {first}
        assert set(table) == {step.name for step in workflow.steps} | begins
    assert set(whistle_words.STATE_WORDS) == {*WhistleState, *ReportInState, *TaskState}
    for table in (*tables, whistle_words.STATE_WORDS):
        for zh, en in table.values():
            assert CHINESE.search(zh)
            assert not CHINESE.search(en)
