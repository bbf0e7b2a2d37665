"""What the two READMEs show is what the service does now."""

import re
from pathlib import Path

import pytest

from app.cli.workflow import ALL
from app.core.workflow import as_mermaid

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_diagrams_are_those_of_the_tables(name: str) -> None:
    shown = re.findall(r"```mermaid\n(.*?)\n```", (ROOT / name).read_text("utf-8"), re.DOTALL)
    drawn = [as_mermaid(ALL[kind]) for kind in ("issue", "order", "whistle", "report_in")]
    assert shown == drawn
