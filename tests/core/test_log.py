import json
from collections.abc import Iterator

import pytest
import structlog

from app.core import log


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_is_json_with_the_keys_that_may_be_said(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("info")
    log.log().info("request", route="/follow/{token}", status=200, ms=3.5, method="GET")
    (said,) = _lines(capsys)
    assert said.pop("timestamp")
    expected = {"event": "request", "route": "/follow/{token}", "status": 200, "ms": 3.5, "method": "GET"}
    assert said == expected | {"level": "info"}


@pytest.mark.parametrize(
    "key", ["phone", "name", "text", "path", "token", "password", "body", "exception", "params"]
)
def test_a_key_that_is_not_on_the_list_is_dropped(capsys: pytest.CaptureFixture[str], key: str) -> None:
    log.set_up("info")
    log.log().warning("refused", why="x", **{key: "13800001234"})
    assert "13800001234" not in capsys.readouterr().err


def test_bound_context_is_filtered_too(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("info")
    with structlog.contextvars.bound_contextvars(phone="13800001234", district="530114"):
        log.log().info("request")
    (said,) = _lines(capsys)
    assert said["district"] == "530114"
    assert "phone" not in said


def test_lines_below_the_level_are_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("warning")
    log.log().info("request")
    assert _lines(capsys) == []


def test_a_line_break_in_a_value_makes_no_second_line(capsys: pytest.CaptureFixture[str]) -> None:
    log.set_up("info")
    log.log().info("refused", why='x"}\n{"event": "forged"')
    assert len(_lines(capsys)) == 1


def test_where_names_file_function_and_line_and_nothing_a_person_wrote() -> None:
    def handle(text: str) -> None:
        raise ValueError(text)

    try:
        handle("13800001234")
    except ValueError as error:
        said = log.where(error)
    assert said.startswith("ValueError@test_log.py:handle:")
    assert "13800001234" not in said
    assert log.where(KeyError("13800001234")) == "KeyError@?"
