"""Who may import whom: the contracts of pyproject.toml, kept by import-linter."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_import_contracts_are_kept() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    assert f"Contracts: {len(told)} kept, 0 broken" in done.stdout
    assert {contract["name"][0] for contract in told} >= {"1", "2", "3", "4"}


def test_no_package_is_left_out_of_the_tiers() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    tiers = next(contract for contract in contracts if contract["name"].startswith("1"))
    assert tiers["exhaustive"] is True
    named = {part.strip() for layer in tiers["layers"] for part in layer.split("|")}
    there = {
        path.stem for path in (ROOT / "app").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert named == there - {"__init__"}
