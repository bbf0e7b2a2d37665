"""A command of the command line, run in this process on a test's own database."""

from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.core.settings import Settings
from app.people import actions
from tests.conftest import CHEAP
from tests.journeys.processes import environment

Run = Callable[..., Result]


@pytest.fixture
def wangge(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(actions, "PASSWORDS", CHEAP)

    def run(*words: str, given: str = "") -> Result:
        return CliRunner().invoke(app, list(words), input=given)

    return run
