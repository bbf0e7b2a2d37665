"""Files and functions a reader can hold in mind; the numbers are the house's (STYLE 3.2)."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE, LONGEST_FUNCTION, MOST_IN_CORE = 400, 40, 18
DUSTBINS = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "misc", "shared"}


def files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Every function of a file with its lines, without decorators."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_the_folders_are_really_there() -> None:
    assert len(files("app")) > 40
    assert len(files("tests", "scripts", "bench")) > 20


def test_no_file_is_longer_than_a_reader_holds() -> None:
    sizes = {path: len(path.read_text("utf-8").splitlines()) for path in files("app", "tests", "scripts", "bench")}
    assert {str(path): size for path, size in sizes.items() if size > LONGEST_FILE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {name: lines for path in files("app") for name, lines in functions(path) if lines > LONGEST_FUNCTION}
    assert long == {}


def test_core_stays_small() -> None:
    modules = [path for path in (ROOT / "app/core").glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= MOST_IN_CORE


def test_no_module_is_a_dustbin() -> None:
    named = {path for path in files("app", "tests", "scripts", "bench") if path.stem in DUSTBINS}
    folders = {path.parent for path in files("app", "tests", "scripts", "bench") if path.parent.name in DUSTBINS}
    assert named | folders == set()
